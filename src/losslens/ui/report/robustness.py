"""What wrong training labels and bad pictures do to each loss's network."""

from functools import cache
from html import escape

import numpy as np
import torch
from PIL import Image
from torch import Generator

from losslens.data.bundled import mini_mnist
from losslens.evaluation.metrics import spread
from losslens.evaluation.significance import Difference
from losslens.images.corruptions import CORRUPTIONS
from losslens.images.reading import read_picture
from losslens.losses import LOSSES
from losslens.report.robustness import Corrupted
from losslens.report.schema import Report
from losslens.tasks import TASKS
from losslens.ui.charts.line import Line, line_chart, loss_colour
from losslens.ui.components.picture_upload import jpeg_url, png_url
from losslens.ui.i18n import Words
from losslens.ui.report.findings import names
from losslens.ui.report.section import section, table, table_row
from losslens.ui.tabs.predict import SAMPLES

_THUMBNAIL = 72  # pixels of a corrupted photo's side
_SAMPLE_DIGIT = 2_506  # of the shipped 5,000: a 5


def wrong_labels_section(report: Report, words: Words) -> str:
    measured = report.wrong_labels
    if measured is None:
        return ""
    losses = list(measured.accuracy)
    lines = [
        Line(
            words.loss(loss),
            [share * 100 for share in measured.shares],
            [spread(seeds).mean * 100 for seeds in shares],
            loss_colour(loss),
            spread=[(min(seeds) * 100, max(seeds) * 100) for seeds in shares],
        )
        for loss, shares in measured.accuracy.items()
    ]
    lowest = min(low for line in lines for low, _ in line.spread)
    chart = line_chart(
        lines,
        title=words["report.wrong_chart"].format(seeds=len(measured.seeds)),
        x_title=words["report.wrong_axis"],
        x_range=(-2, measured.shares[-1] * 100 + 2),
        y_range=(np.floor(lowest), 100),
    )
    rows = [
        table_row(words.loss(loss), [_mean(seeds) for seeds in shares], loss_colour(loss))
        for loss, shares in measured.accuracy.items()
    ]
    figures = table([words["explorer.col_loss"], *map(_share, measured.shares)], rows)
    verdicts = []
    for share, pairs in zip(measured.shares, measured.differences, strict=True):
        real = _orders(pairs, losses, words)
        sentence = words["wrong_real" if real else "wrong_tie"]
        verdicts.append(
            sentence.format(share=_share(share), pairs=words["report.wrong_join"].join(real))
        )
    items = "".join(f"<li>{escape(text)}</li>" for text in verdicts)
    body = f'<div class="charts">{chart}<div>{figures}<ul>{items}</ul></div></div>'
    sizes = {"learnt": f"{measured.learnt:,}", "examples": f"{measured.examples:,}"}
    return section(
        "wrong", report.task, "wrong-labels", body, words, epochs=measured.config["epochs"], **sizes
    )


def _mean(seeds: list[float]) -> str:
    over = spread(seeds)
    return f"{over.mean * 100:.2f} ± {over.deviation * 100:.2f}"


def _share(share: float) -> str:
    return f"{share * 100:.0f} %"


def _orders(pairs: list[Difference], losses: list[str], words: Words) -> list[str]:
    """For each loss that is really better than others, the sentence that it is."""
    under: dict[str, list[str]] = {loss: [] for loss in losses}
    for pair in pairs:
        first, second = losses[pair.first], losses[pair.second]
        if not pair.tie:
            better, worse = (
                (first, second) if pair.only_first > pair.only_second else (second, first)
            )
            under[better].append(worse)
    return [
        words["report.wrong_pair"].format(better=words["loss_" + better], worse=names(worse, words))
        for better, worse in under.items()
        if worse
    ]


def corrupted_section(report: Report, words: Words) -> str:
    """Ten kinds at three strengths: a sample of each, and every loss's accuracy."""
    measured = report.corrupted
    if measured is None:
        return ""
    rows = [
        table_row(
            words["report.corrupted_clean"],
            ["", *(f"{measured.clean[loss] * 100:.1f}" for loss in LOSSES)],
        ),
        *(_kind(report.task, key, measured, words) for key in CORRUPTIONS),
        table_row(
            words["report.corrupted_mean"],
            ["", *(f"<b>{measured.mean[loss] * 100:.1f}</b>" for loss in LOSSES)],
        ),
    ]
    head = [words["report.corrupted_kind"], "", *(words.loss(loss) for loss in LOSSES)]
    body = f"{table(head, rows, 'corrupted')}<p>{escape(_verdict(measured, words))}</p>"
    return section(
        "corrupted", report.task, "corruptions", body, words, examples=f"{measured.examples:,}"
    )


def _kind(task: str, key: str, measured: Corrupted, words: Words) -> str:
    name = words["corruption_" + key]
    alt = words["report.corrupted_alt"].format(kind=name)
    pictures = "".join(f'<img src="{url}" alt="">' for url in _samples(task, key))
    cells = []
    for loss in LOSSES:
        levels = zip(measured.accuracy[key][loss], measured.behind[key], strict=True)
        texts = [f"{value * 100:.0f}{'↓' if loss in behind else ''}" for value, behind in levels]
        cells.append(" · ".join(texts))
    samples = f'<span class="kinds" role="img" aria-label="{escape(alt)}">{pictures}</span>'
    return table_row(name, [samples, *cells])


def _verdict(measured: Corrupted, words: Words) -> str:
    real = [pair for pair in measured.differences if not pair.tie]
    if not real:
        return words["report.corrupted_tie"]
    losses = list(measured.mean)
    best = max(losses, key=measured.mean.__getitem__)
    pairs = [{losses[pair.first], losses[pair.second]} for pair in real]
    behind = [loss for loss in losses if {best, loss} in pairs]
    return words["corrupted_real" if behind else "corrupted_some"].format(
        count=len(real),
        pairs=len(measured.differences),
        best=words["loss_" + best],
        behind=names(behind, words),
    )


@cache
def _samples(task: str, key: str) -> list[str]:
    """A shipped digit, or the first sample photo, under a corruption at its three strengths, as
    data URLs."""
    corruption = CORRUPTIONS[key]
    if task == "digits":
        image = mini_mnist().batch(torch.tensor([_SAMPLE_DIGIT]))[0]
    else:
        image = TASKS[task].to_tensor(read_picture(SAMPLES[0]))[None]
    bad = [
        corruption.fn(image, strength, Generator().manual_seed(0))[0]
        for strength in corruption.strengths[task]
    ]
    pixels = [(each * 255).round().to(torch.uint8).permute(1, 2, 0).numpy() for each in bad]
    if task == "digits":
        return [png_url(255 - each[:, :, 0]) for each in pixels]
    return [jpeg_url(Image.fromarray(each).resize((_THUMBNAIL, _THUMBNAIL))) for each in pixels]
