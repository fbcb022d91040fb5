"""The whole application: one page a language, and how it is launched."""

import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr
import torch

from losslens.inference import predictor as inference
from losslens.live.process import keep_one_ready
from losslens.tasks import TASKS
from losslens.ui.api import add_endpoints
from losslens.ui.components.picture_upload import MOST_MEGABYTES
from losslens.ui.i18n import LANGUAGES, WORDS
from losslens.ui.language_switch import switch
from losslens.ui.live.settings import with_own
from losslens.ui.request_guard import App, app_options
from losslens.ui.tabs.explorer import build_explorer_tab
from losslens.ui.tabs.live import build_live_tab, leave
from losslens.ui.tabs.predict import build_digits_tab, build_pets_tab
from losslens.ui.tabs.report import build_report_tab

TITLE = "Loss Lens"
_CSS = "".join(
    (Path(__file__).parent / "static" / name).read_text()
    for name in ("style.css", "explorer.css", "live.css", "report.css")
)
# Gradio keeps ``css`` below its own page; what is printed has to reach the paper and the footer
# too.
_PRINT = f"<style>{(Path(__file__).parent / 'static' / 'print.css').read_text()}</style>"
# Gradio 6.31 ships a SemiBold of Source Sans Pro without most letters; Bold is whole.
_FONT: list[gr.themes.Font | str] = [
    gr.themes.LocalFont("Source Sans Pro", weights=(400, 700)),
    "Noto Sans JP",
    "Hiragino Sans",
    "Yu Gothic",
    "system-ui",
    "sans-serif",
]


def build() -> gr.Blocks:
    """The interface, with the places in its queue; nothing is loaded or computed yet."""
    # Uploaded files are looked over every minute and deleted once they are 10 minutes old.
    with App(title=TITLE, analytics_enabled=False, delete_cache=(60, 600), fill_width=True) as demo:
        _page("en", demo)
        add_endpoints(demo)
        demo.unload(leave)
    with demo.route(LANGUAGES["ja"], "/ja", show_in_navbar=False):
        _page("ja", demo)
    return demo.queue(max_size=32)  # type: ignore[no-any-return]  # gradio's __enter__ is untyped


def _page(language: str, demo: gr.Blocks) -> None:
    words = WORDS[language]
    gr.HTML(_header(language, words))
    with gr.Tabs() as tabs:
        with gr.Tab(words["tasks.digits.tab"], id="digits"):
            digits = build_digits_tab(words)
        with gr.Tab(words["tasks.pets.tab"], id="pets"):
            pet = build_pets_tab(words)
        with gr.Tab(words["tabs.explorer"], id="explorer"):
            formula, send = build_explorer_tab(words, digits.drawing)
        with gr.Tab(words["tabs.live"], id="live"):
            losses = build_live_tab(words, demo, tabs, digits.drawing, pet, formula)
        with gr.Tab(words["tabs.report"], id="report") as report_tab:
            build_report_tab(words, language, report_tab, tabs, digits)
    to_live = send.click(with_own, losses, losses, show_progress="hidden", api_visibility="private")
    to_live.then(
        lambda: gr.Tabs(selected="live"),
        None,
        tabs,
        show_progress="hidden",
        api_visibility="private",
    )


def _header(language: str, words: dict[str, str]) -> str:
    return (
        f'<header class="head"><div><h1>{TITLE}</h1><p>{words["common.tagline"]} <span>{words["common.controlled"]}</span></p></div>'
        f"{switch(language)}</header>"
    )


def _theme() -> gr.themes.Base:
    """Gradio's own, its weakest greys made readable: 4.5 to 1 against their ground."""
    return gr.themes.Default(primary_hue="indigo", neutral_hue="slate", font=_FONT).set(
        body_text_color_subdued="*neutral_500",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
    )


def launch_options() -> dict[str, Any]:
    """What ``launch`` is called with, by the app, the tests and the container alike."""
    return {
        "theme": _theme(),
        "css": _CSS,
        "head": _PRINT,
        "max_file_size": f"{MOST_MEGABYTES}mb",
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        "pwa": False,
        "share": False,
        "show_error": False,
        "strict_cors": True,
        "state_session_capacity": 1000,  # pages whose last answer is kept; that of a photo has 63 kB
        "max_threads": 80,  # a visitor who watches live training holds one, and there may be 40 of them
        "footer_links": ["api"],
        "app_kwargs": app_options(),
    }


def launch(*, mcp: bool = False) -> None:
    """Build the interface and serve it until Ctrl-C; with ``mcp`` the endpoints are tools of an MCP
    server too.

    Raises ValueError where the package for MCP is missing. GRADIO_MCP_SERVER=True is another way to
    ask for it.
    """
    if mcp and find_spec("mcp") is None:
        raise ValueError('for MCP one more package is needed: pip install -e ".[mcp]"')
    prepare()
    build().launch(**launch_options(), mcp_server=mcp or None)


def prepare() -> None:
    """One thread a prediction; in the background, while the page already answers, the checkpoints
    are read, and then a worker for the first live run is started.
    """
    torch.set_num_threads(
        1
    )  # with a second busy process, torch's own choice made a forward pass 400 times slower
    warming = [
        threading.Thread(target=inference.warm_up, args=[task], daemon=True) for task in TASKS
    ]
    for each in warming:
        each.start()

    def then() -> None:
        for each in warming:
            each.join()
        keep_one_ready()

    threading.Thread(target=then, daemon=True).start()
