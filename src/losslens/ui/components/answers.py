"""A prediction as HTML: the line on who agrees, and a card for each loss."""

from collections import Counter
from html import escape

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from losslens.inference.predictor import Answer, Missing, Prediction
from losslens.losses import LOSSES
from losslens.tasks.base import Task
from losslens.ui.components.picture_upload import jpeg_url, png_url
from losslens.ui.i18n import Words

_PHOTO_SIDE = 320  # pixels of the longer side, under the heatmaps


def cards(
    prediction: Prediction, task: Task, truth: str | None, view: str, words: Words, marked: bool
) -> str:
    """The whole answer. ``truth`` is a label or None; ``view`` is "softmax" or "calibrated"."""
    parts = [_card(answer, task, truth, view, words) for answer in prediction.answers]
    warning = f'<p class="unlike">{escape(words["unlike_" + task.key])}</p>' if marked else ""
    headline = f'<h2 class="verdict">{escape(_agreement(prediction.given, task, words))}</h2>'
    right = (
        f'<p class="right-line">{escape(_who_was_right(prediction.given, truth, words))}</p>'
        if truth
        else ""
    )
    legend = f'<p class="heat-legend">{escape(words["heat_legend_" + task.key])}</p>'
    return (
        f'<div class="answer" aria-live="polite">{headline}{right}{warning}{legend}'
        f'<div class="cards">{"".join(parts)}</div></div>'
    )


def message(text: str) -> str:
    """A sentence in the place of the cards."""
    return f'<div class="answer"><p class="blank">{escape(text)}</p></div>'


def seen(pixels: NDArray[np.float32] | None, words: Words) -> str:
    """The picture that the networks see, enlarged."""
    grey = (
        np.zeros((28, 28), dtype=np.uint8)
        if pixels is None
        else (pixels * 255).round().astype(np.uint8)
    )
    alt = escape(words["predict.seen"])
    return (
        f'<figure class="seen"><img src="{png_url(grey)}" alt="{alt}">'
        f"<figcaption><b>{alt}</b><br>{escape(words['predict.seen_note'])}</figcaption></figure>"
    )


def label_name(label: str, words: Words) -> str:
    """What a label is called on the page; a digit is its own name."""
    return words.get("label_" + label, label)


def _agreement(answers: list[Answer], task: Task, words: Words) -> str:
    counted = Counter(answer.label for answer in answers).most_common()
    if not counted:
        return ""
    (winner, count), *rest = counted
    if not rest:
        return words["all_agree_" + task.key].format(
            total=len(answers), answer=label_name(winner, words)
        )
    others = "; ".join(
        words[("one_other_" if votes == 1 else "others_") + task.key].format(
            losses=_names([a for a in answers if a.label == label], words),
            answer=label_name(label, words),
        )
        for label, votes in rest
    )
    return words["some_agree_" + task.key].format(
        count=count, total=len(answers), answer=label_name(winner, words), others=others
    )


def _who_was_right(answers: list[Answer], truth: str | None, words: Words) -> str:
    right = [answer for answer in answers if answer.label == truth]
    if len(right) in (0, len(answers)):
        return words["predict.right_all"] if right else words["predict.right_none"]
    return words["predict.right_line"].format(losses=_names(right, words))


def _names(answers: list[Answer], words: Words) -> str:
    return words["common.list_comma"].join(words.loss(answer.loss) for answer in answers)


def _card(
    answer: Answer | Missing,
    task: Task,
    truth: str | None,
    view: str,
    words: Words,
) -> str:
    title = f"<h3>{escape(words.loss(answer.loss))}</h3>"
    if isinstance(answer, Missing):
        problem = escape(words["predict.missing"].format(problem=answer.problem))
        return f'<section class="card missing" data-loss="{answer.loss}">{title}<p>{problem}</p></section>'
    probs = answer.softmax if view == "softmax" else answer.calibrated
    best = task.labels.index(answer.label)
    name = label_name(answer.label, words)
    heat_alt = escape(words["heatmap_" + task.key].format(answer=name))
    return (
        f'<section class="card" data-loss="{answer.loss}" data-answer="{escape(answer.label)}">{title}'
        f'<div class="card-top"><div class="big">{escape(name)}</div>'
        f'<div class="sure"><b>{_percent(probs[best])}</b><span>{escape(words["predict.confident"])}</span></div>'
        f'<div class="heat" role="img" aria-label="{heat_alt}" title="{heat_alt}"></div></div>'
        f"{_bars(probs, task.labels, best, words)}{_truth_line(answer, task.labels, truth, words)}"
        f'<p class="note">{escape(words[f"note_{task.key}_{answer.loss}"])}</p></section>'
    )


def _percent(share: float) -> str:
    """Rounded, yet never to a certainty that no softmax has."""
    return f"{share:.1%}" if share < 0.9995 else ">99.9%"


def _bars(probs: list[float], labels: tuple[str, ...], best: int, words: Words) -> str:
    rows = "".join(
        f'<div class="bar{" best" if index == best else ""}"><span>{escape(label_name(label, words))}</span>'
        f'<i style="--share:{share:.4f}"></i><em>{share:.3f}</em></div>'
        for index, (label, share) in enumerate(zip(labels, probs, strict=True))
    )
    return (
        f'<div class="bars" role="group" aria-label="{escape(words["predict.bars"])}">{rows}</div>'
    )


def _truth_line(answer: Answer, labels: tuple[str, ...], truth: str | None, words: Words) -> str:
    if truth is None:
        return ""
    value = (
        LOSSES[answer.loss]
        .fn(torch.tensor([answer.logits]), torch.tensor([labels.index(truth)]))
        .item()
    )
    verdict = "right" if answer.label == truth else "wrong"
    said = escape(words["predict.loss_value"].format(truth=label_name(truth, words)))
    return f'<p class="truth {verdict}"><b>{escape(words[verdict])}</b> · {said}: <b>{value:.4g}</b></p>'


def heatmaps(shares: dict[str, NDArray[np.float32]], picture: NDArray[np.float32]) -> str:
    """A style sheet that lays each loss's heatmap into its card: the last one stays in sight until the next has come."""
    return _style(
        "digits", {loss: f"url({png_url(_heat(share, picture))})" for loss, share in shares.items()}
    )


def photo_heatmaps(shares: dict[str, NDArray[np.float32]], photo: Image.Image) -> str:
    """Likewise, each heatmap laid over the photo, which is sent once."""
    small = photo.copy()
    small.thumbnail((_PHOTO_SIDE, _PHOTO_SIDE))
    veils = {
        loss: f"url({png_url(_veil(share, small.size))}), var(--photo)"
        for loss, share in shares.items()
    }
    ratio = f"{small.width} / {small.height}"
    return f"<style>.pets .cards {{ --photo: url({jpeg_url(small)}); --ratio: {ratio}; }}</style>{_style('pets', veils)}"


def _style(task: str, backgrounds: dict[str, str]) -> str:
    rules = (
        f".{task} .card[data-loss={loss}] .heat {{ background-image: {image}; }}"
        for loss, image in backgrounds.items()
    )
    return f"<style>{''.join(rules)}</style>"


def _strength(share: NDArray[np.float32]) -> NDArray[np.float64]:
    strongest = max(float(np.abs(share).max()), 1e-9)
    return np.clip(np.abs(share) / strongest, 0, 1)[..., None] ** 0.6


def _tint(share: NDArray[np.float32]) -> NDArray[np.int64]:
    """Red where a place spoke for the answer, blue where against."""
    return np.where(share[..., None] > 0, np.array([214, 40, 57]), np.array([38, 96, 201]))


def _heat(share: NDArray[np.float32], picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The tint over the faint picture; RGB, enlarged in the browser."""
    amount = _strength(share)
    paper = 255 - 60 * picture[..., None].repeat(3, axis=2)
    return (paper * (1 - amount) + _tint(share) * amount).round().astype(np.uint8)


def _veil(share: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The tint alone, clearer the larger the share, smoothed to a quarter of ``size`` (width, height); RGBA."""
    smooth = np.asarray(
        Image.fromarray(share).resize(
            (size[0] // 4 or 1, size[1] // 4 or 1), Image.Resampling.BICUBIC
        )
    )
    return (
        np.concatenate([_tint(smooth), 160 * _strength(smooth) ** 2], axis=2)
        .round()
        .astype(np.uint8)
    )
