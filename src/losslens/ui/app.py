"""The whole application: one page a language, its tabs, and how it is launched."""

import gc
import signal
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr
import torch

from losslens.inference import predictor
from losslens.live.process import keep_one_ready
from losslens.tasks import TASKS
from losslens.ui import link_events
from losslens.ui.api import add_endpoints
from losslens.ui.data_urls import MOST_MEGABYTES
from losslens.ui.glossary import glossary_html
from losslens.ui.html import Markup, render
from losslens.ui.i18n import FALLBACK, WORDS, Words
from losslens.ui.language_switch import route, switch
from losslens.ui.memory import give_large_blocks_back
from losslens.ui.page import Page, Tab
from losslens.ui.page_head import TITLE
from losslens.ui.playground import graphs
from losslens.ui.security.guard import App
from losslens.ui.tabs import choose, explorer, lesson, live, playground, report, teach
from losslens.ui.tabs.predict import answer_tab

_STATIC = Path(__file__).parent / "static"
_ICON = Path(__file__).parent / "templates" / "page" / "logo.svg"
_SHEETS = (
    "style.css",
    "pad.css",
    "answers.css",
    "choose.css",
    "explorer.css",
    "steps.css",
    "features.css",
    "live.css",
    "playground.css",
    "teach.css",
    "report.css",
    "glossary.css",
    "lesson.css",
)
_CSS = "".join((_STATIC / name).read_text() for name in _SHEETS)
# Gradio keeps ``css`` below its own page; these have to reach what is around that, too.
_HEAD_SHEETS = "".join((_STATIC / name).read_text() for name in ("embed.css", "print.css"))
_STYLE = f"<style>{_HEAD_SHEETS}</style>"
_SCRIPT_FILES = (
    "keyboard.js",
    "charts.js",
    "glossary.js",
    "own_picture.js",
    "picture.js",
    "look.js",
)
_SCRIPTS = [(_STATIC / name).read_text("utf-8") for name in _SCRIPT_FILES]
_SCRIPT = "".join(f"<script>{script}</script>" for script in (link_events.SCRIPT, *_SCRIPTS))
# Gradio 6.31 ships a SemiBold of Source Sans Pro without most letters; Bold is whole.
_FONT: list[gr.themes.Font | str] = [
    gr.themes.LocalFont("Source Sans Pro", weights=(400, 700)),
    "Noto Sans JP",
    "Hiragino Sans",
    "Yu Gothic",
    "system-ui",
    "sans-serif",
]

# Behind the tabs of the tasks, in this order. To add one, write its file in ``tabs``, one line here
# and the text ``tabs.<key>`` in each language.
TABS: list[Tab] = [
    Tab("playground", playground.build),
    Tab("lesson", lesson.build),
    Tab("teach", teach.build),
    Tab("choose", choose.build),
    Tab("explorer", explorer.build),
    Tab("live", live.build),
    Tab("report", report.build),
]


def build(**options: Any) -> App:
    """The interface, with its queue; nothing is loaded or computed yet.

    The ``options`` are those of ``App``.
    """
    with App(title=TITLE, analytics_enabled=False, fill_width=True, **options) as demo:
        add_endpoints(demo)  # first: of two functions of one name, gradio renames the later
        _page(WORDS[FALLBACK], demo)
        demo.unload(live.leave)
    for language, words in WORDS.items():
        if language != FALLBACK:
            with demo.route(words["language"], f"/{route(language)}", show_in_navbar=False):
                _page(words, demo)
    return demo.queue()  # type: ignore[no-any-return]  # gradio's __enter__ is untyped


def _page(words: Words, demo: gr.Blocks) -> None:
    gr.HTML(_header(words))
    with gr.Tabs() as tabs:
        page = Page(words, demo, tabs)
        every = [*map(answer_tab, TASKS.values()), *TABS]
        by_key = {tab.key: _add(tab, words.tab(tab.key), page) for tab in every}
    gr.HTML(glossary_html(words))
    link_events.wire(page, tabs, by_key)


def _add(tab: Tab, title: str, page: Page) -> gr.Tab:
    page.begin_tab()
    container = gr.Tab(title, id=tab.key)
    with container:
        tab.build(page, container)
    return container


def _header(words: Words) -> Markup:
    languages = switch(words.language)
    return render("page/header.html", title=TITLE, words=words, languages=languages)


def _theme() -> gr.themes.Base:
    """Gradio's own, with what is too weak in it made readable: 4.5 to 1 against its ground."""
    return gr.themes.Default(primary_hue="indigo", neutral_hue="slate", font=_FONT).set(
        body_text_color_subdued="*neutral_500",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
    )


def launch_options() -> dict[str, Any]:
    """What ``launch`` is called with, by the app, the tests and the container alike."""
    return {
        "theme": _theme(),
        "css": _CSS,
        "head": _STYLE + _SCRIPT,
        "favicon_path": str(_ICON),
        "max_file_size": f"{MOST_MEGABYTES}mb",
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        "pwa": False,
        "share": False,
        "show_error": False,
        "strict_cors": True,
        # No look from here at the own address: on a busy machine it takes over its three seconds,
        # and gradio then refuses to start.
        "_frontend": False,
        "state_session_capacity": 1000,  # pages whose last answer is kept; a photo's has 512 kB
        "max_threads": 80,  # a visitor who watches live training holds one; 40 may
        "footer_links": ["api"],
    }


def launch(*, mcp: bool = False) -> None:
    """Build the interface and serve it until Ctrl-C or SIGTERM; with ``mcp`` as an MCP server too.

    Raises ValueError where the package for MCP is missing. GRADIO_MCP_SERVER=True is another way to
    ask for it.
    """
    if mcp and find_spec("mcp") is None:
        raise ValueError('for MCP one more package is needed: pip install -e ".[mcp]"')
    give_large_blocks_back()
    stopped = _stopped_by_signal()
    # With a second busy process, torch's own choice made a forward pass 400 times slower.
    torch.set_num_threads(1)
    app = build()
    app.launch(**launch_options(), mcp_server=mcp or None, prevent_thread_lock=True)
    gc.freeze()  # what is there now stays: there is nothing in it to collect
    gc.enable()  # app.py and the command line start without
    threading.Thread(target=_warm_up, daemon=True).start()
    stopped.wait()
    app.close()


def _stopped_by_signal() -> threading.Event:
    """What Ctrl-C, or the end of a container, sets.

    An exception raised wherever the main thread just is, as Python's own handler does, may come
    while the app still starts, or be swallowed there, and then it would never end.
    """
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    return stopped


def _warm_up() -> None:
    """All that the first visitor would wait for, while the page already answers.

    The checkpoints are read, the playground's first losses traced, and then a worker for the first
    live run is started.
    """
    for task in TASKS:
        predictor.warm_up(task)
    graphs.warm_up()
    keep_one_ready()
