"""Live training: a few losses learn side by side while the visitor watches."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
from torch import Tensor

from losslens.live import MAX_LOSSES, OWN, TWICE, LiveConfig, LiveError, Point
from losslens.live_places import Places, Waiting
from losslens.losses import LOSSES
from losslens.training import OPTIMIZERS
from losslens.ui.live_charts import live_charts, results, status
from losslens.ui.words import Words

# losses, wrong labels in %, examples, epochs
PRESETS: dict[str, tuple[tuple[str, ...], int, int, int]] = {
    "clean": (("cross_entropy", "mse", "brier", "gce"), 0, 4000, 6),
    "wrong": (("cross_entropy", "brier", "gce"), 40, 4000, 10),
    "few": (("cross_entropy", "kl_div", "bce", "margin"), 0, 100, 30),
    "twice": (("cross_entropy", TWICE), 0, 4000, 4),
}
_PLACES = Places()
_VISITORS = 40  # streams that are open at once, waiting or running


def build_live_tab(words: Words, drawing: gr.State, formula: gr.Textbox) -> gr.CheckboxGroup:
    """Lay out the tab; returns the choice of losses.

    ``drawing`` holds the digit drawn last, ``formula`` the visitor's own loss.
    """
    losses_now, wrong_now, examples_now, epochs_now = PRESETS["clean"]
    gr.Markdown(words["live_intro"])
    with gr.Row(elem_classes="predict"):
        with gr.Column(scale=1, min_width=280):
            preset = gr.Radio([(words["preset_" + key], key) for key in PRESETS], value="clean", label=words["live_presets"])
            choices = [(words["loss_" + key], key) for key in (*LOSSES, OWN, TWICE)]
            losses = gr.CheckboxGroup(choices, value=list(losses_now), label=words["live_losses"], elem_id="live-losses")
            wrong = gr.Slider(0, 60, wrong_now, step=5, label=words["live_wrong"])
            examples = gr.Slider(100, 4000, examples_now, step=100, label=words["live_examples"])
            epochs = gr.Slider(1, 30, epochs_now, step=1, label=words["live_epochs"])
            with gr.Accordion(words["live_more"], open=False):
                rate = gr.Number(0.0, label=words["live_rate"], minimum=0, maximum=1)
                named = [(words["optimizer_" + key], key) for key in OPTIMIZERS]
                optimizer = gr.Radio(named, value="adamw", label=words["live_optimizer"])
                batch = gr.Slider(10, 200, 50, step=10, label=words["live_batch"])
                seed = gr.Number(0, label=words["live_seed"], precision=0, minimum=0)
        with gr.Column(scale=3, min_width=320):
            with gr.Row(elem_classes="live-buttons"):
                start = gr.Button(words["live_start"], variant="primary", min_width=80)
                pause, go_on, stop, reset = (
                    gr.Button(words["live_" + name], min_width=80) for name in ("pause", "go_on", "stop", "reset")
                )
            line = gr.HTML(status(words["live_ready"]), elem_id="live-status")
            charts = gr.HTML("", elem_id="live-charts")

    def run(
        chosen: list[str],
        wrong_share: float,
        count: float,
        rounds: float,
        learning_rate: float | None,
        optimizer_name: str,
        batch_size: float,
        seed_number: float | None,
        digit: Tensor | None,
        typed: str,
        request: gr.Request,
    ) -> Iterator[tuple[Any, Any]]:
        try:
            config = LiveConfig(
                losses=tuple(chosen),
                formula=typed if OWN in chosen else "",
                wrong_labels=wrong_share / 100,
                examples=int(count),
                learning_rate=learning_rate or 0.0,
                optimizer=optimizer_name,
                batch_size=int(batch_size),
                epochs=int(rounds),
                seed=int(seed_number or 0),
                drawing=[] if digit is None else digit.flatten().tolist(),
            )
        except ValueError as error:
            yield status(words["live_bad_setting"].format(problem=error), bad=True), ""
            return
        yield from _watch(config, str(request.session_hash), words)

    quick: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    inputs = [losses, wrong, examples, epochs, rate, optimizer, batch, seed, drawing, formula]
    start.click(run, inputs, [line, charts], concurrency_limit=_VISITORS, **quick)
    for button, act in ((pause, _PLACES.pause), (go_on, _PLACES.go_on), (stop, _PLACES.stop)):
        button.click(_for_visitor(act), concurrency_limit=None, **quick)
    cleared = reset.click(_for_visitor(_PLACES.stop), concurrency_limit=None, **quick)
    cleared.then(lambda: (status(words["live_ready"]), ""), None, [line, charts], **quick)
    preset.input(_settings_of, preset, [losses, wrong, examples, epochs], **quick)
    return losses


def with_own(chosen: list[str]) -> list[str]:
    """The choice of losses with the visitor's own among them, in the place of the last where there are four already."""
    return chosen if OWN in chosen else [*chosen[: MAX_LOSSES - 1], OWN]


def leave(request: gr.Request) -> None:
    """End the run of a visitor who has closed the page."""
    _PLACES.stop(str(request.session_hash))


def _for_visitor(act: Any) -> Any:
    def handler(request: gr.Request) -> None:
        act(str(request.session_hash))

    return handler


def _settings_of(preset: str) -> tuple[list[str], int, int, int]:
    losses, wrong, examples, epochs = PRESETS[preset]
    return list(losses), wrong, examples, epochs


def _watch(config: LiveConfig, visitor: str, words: Words) -> Iterator[tuple[Any, Any]]:
    """Status and charts, as the run goes on."""
    points: list[Point] = []
    yield status(words["live_starting"]), ""
    try:
        for news in _PLACES.stream(visitor, config):
            if isinstance(news, Waiting):
                yield status(words["live_waiting"].format(ahead=news.ahead)), gr.skip()
            elif news is None:
                yield gr.skip(), gr.skip()  # so that a closed page is noticed
            else:
                points.append(news)
                yield status(_progress(config, points, words)), live_charts(config, points, words)
    except LiveError as error:
        yield status(words["live_failed"].format(problem=error), bad=True), gr.skip()
        return
    yield _ending(config, points, words)


def _progress(config: LiveConfig, points: list[Point], words: Words) -> str:
    last = points[-1]
    rate = last.seen / min(config.batch_size, config.examples) / max(last.seconds, 0.01)
    left = (last.total - last.seen) * last.seconds / last.seen
    return words["live_progress"].format(seen=last.seen, total=last.total, rate=f"{rate:.0f}", left=f"{left:.0f}")


def _ending(config: LiveConfig, points: list[Point], words: Words) -> tuple[Any, Any]:
    if points and points[-1].right:
        last = points[-1]
        done = words["live_done"].format(total=last.total, seconds=f"{last.seconds:.0f}")
        return status(done), live_charts(config, points, words) + results(config, last, words)
    seen, total = (points[-1].seen, points[-1].total) if points else (0, 0)
    return status(words["live_stopped"].format(seen=seen, total=total)), gr.skip()
