"""A prediction as HTML: the line on who agrees, and a card for each loss."""

from collections import Counter
from html import escape

import numpy as np
import torch
from numpy.typing import NDArray

from losslens.inference import Answer, Missing, Prediction
from losslens.losses import LOSSES
from losslens.ui.pad import png_url
from losslens.ui.words import Words


def cards(prediction: Prediction, labels: tuple[str, ...], truth: str | None, view: str, words: Words, marked: bool) -> str:
    """The whole answer. ``truth`` is a label or None; ``view`` is "softmax" or "calibrated"."""
    parts = [_card(answer, labels, truth, view, words) for answer in prediction.answers]
    warning = f'<p class="unlike">{escape(words["unlike_digits"])}</p>' if marked else ""
    headline = f'<p class="verdict">{escape(_agreement(prediction.given, words))}</p>'
    right = f'<p class="right-line">{escape(_who_was_right(prediction.given, truth, words))}</p>' if truth else ""
    return (
        f'<div class="answer" aria-live="polite">{headline}{right}{warning}<div class="cards">{"".join(parts)}</div></div>'
    )


def message(text: str) -> str:
    """A sentence in the place of the cards."""
    return f'<div class="answer"><p class="blank">{escape(text)}</p></div>'


def seen(pixels: NDArray[np.float32] | None, words: Words) -> str:
    """The picture that the networks see, enlarged."""
    grey = np.zeros((28, 28), dtype=np.uint8) if pixels is None else (pixels * 255).round().astype(np.uint8)
    alt = escape(words["seen"])
    return (
        f'<figure class="seen"><img src="{png_url(grey)}" alt="{alt}">'
        f"<figcaption><b>{alt}</b><br>{escape(words['seen_note'])}</figcaption></figure>"
    )


def _agreement(answers: list[Answer], words: Words) -> str:
    counted = Counter(answer.label for answer in answers).most_common()
    if not counted:
        return ""
    (winner, count), *rest = counted
    if not rest:
        return words["all_agree"].format(total=len(answers), answer=winner)
    others = "; ".join(
        words["one_other_reads" if votes == 1 else "others_read"].format(
            losses=_names([a for a in answers if a.label == label], words), answer=label
        )
        for label, votes in rest
    )
    return words["some_agree"].format(count=count, total=len(answers), answer=winner, others=others)


def _who_was_right(answers: list[Answer], truth: str | None, words: Words) -> str:
    right = [answer for answer in answers if answer.label == truth]
    if len(right) in (0, len(answers)):
        return words["right_all"] if right else words["right_none"]
    return words["right_line"].format(losses=_names(right, words))


def _names(answers: list[Answer], words: Words) -> str:
    return words["list_comma"].join(words["loss_" + answer.loss] for answer in answers)


def _card(
    answer: Answer | Missing,
    labels: tuple[str, ...],
    truth: str | None,
    view: str,
    words: Words,
) -> str:
    title = f"<h3>{escape(words['loss_' + answer.loss])}</h3>"
    if isinstance(answer, Missing):
        problem = escape(words["missing"].format(problem=answer.problem))
        return f'<section class="card missing" data-loss="{answer.loss}">{title}<p>{problem}</p></section>'
    probs = answer.softmax if view == "softmax" else answer.calibrated
    best = labels.index(answer.label)
    heat_alt = escape(words["heatmap"].format(answer=answer.label))
    return (
        f'<section class="card" data-loss="{answer.loss}" data-answer="{escape(answer.label)}">{title}'
        f'<div class="card-top"><div class="big">{escape(answer.label)}</div>'
        f'<div class="sure"><b>{probs[best]:.1%}</b><span>{escape(words["confident"])}</span></div>'
        f'<div class="heat" role="img" aria-label="{heat_alt}" title="{heat_alt}"></div></div>'
        f"{_bars(probs, labels, best, words)}{_truth_line(answer, labels, truth, words)}"
        f'<p class="note">{escape(words["note_" + answer.loss])}</p></section>'
    )


def _bars(probs: list[float], labels: tuple[str, ...], best: int, words: Words) -> str:
    rows = "".join(
        f'<div class="bar{" best" if index == best else ""}"><span>{escape(label)}</span>'
        f'<i style="--share:{share:.4f}"></i><em>{share:.3f}</em></div>'
        for index, (label, share) in enumerate(zip(labels, probs, strict=True))
    )
    return f'<div class="bars" role="group" aria-label="{escape(words["bars"])}">{rows}</div>'


def _truth_line(answer: Answer, labels: tuple[str, ...], truth: str | None, words: Words) -> str:
    if truth is None:
        return ""
    value = LOSSES[answer.loss].fn(torch.tensor([answer.logits]), torch.tensor([labels.index(truth)])).item()
    verdict = "right" if answer.label == truth else "wrong"
    said = escape(words["loss_value"].format(truth=truth))
    return f'<p class="truth {verdict}"><b>{escape(words[verdict])}</b> · {said}: <b>{value:.4g}</b></p>'


def heatmaps(shares: dict[str, NDArray[np.float32]], picture: NDArray[np.float32]) -> str:
    """A style sheet that lays each loss's heatmap into its card: the last one stays in sight until the next has come."""
    rules = (
        f".card[data-loss={loss}] .heat {{ background-image: url({png_url(_heat(share, picture))}); }}"
        for loss, share in shares.items()
    )
    return f"<style>{''.join(rules)}</style>"


def _heat(heatmap: NDArray[np.float32], picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Red where a pixel spoke for the answer, blue where against, over the faint picture; RGB, enlarged in the browser."""
    strongest = max(float(np.abs(heatmap).max()), 1e-9)
    amount = np.clip(np.abs(heatmap) / strongest, 0, 1)[..., None] ** 0.6
    colour = np.where(heatmap[..., None] > 0, np.array([214, 40, 57]), np.array([38, 96, 201]))
    paper = 255 - 60 * picture[..., None].repeat(3, axis=2)
    return (paper * (1 - amount) + colour * amount).round().astype(np.uint8)
