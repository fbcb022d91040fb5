"""Which networks really differ, and on which pictures: the grid of paired tests, and the disputed pictures."""

from collections import Counter
from html import escape

from losslens.evaluation.significance import Difference
from losslens.losses import LOSSES
from losslens.report import predictions
from losslens.report.schema import Report
from losslens.tasks import TASKS
from losslens.ui.charts.line import loss_colour
from losslens.ui.components.picture_upload import png_url
from losslens.ui.i18n import Words
from losslens.ui.report.section import section, table, table_row


def pairs_section(report: Report, words: Words) -> str:
    losses = list(report.tested.networks)
    cells = {(each, each): "" for each in range(len(losses))}
    for pair in report.tested.differences:
        cells[pair.first, pair.second] = _pair(pair, losses, words, first_is_row=True)
        cells[pair.second, pair.first] = _pair(pair, losses, words, first_is_row=False)
    columns = range(len(losses))
    rows = [
        table_row(words.loss(loss), [cells[row, column] for column in columns], loss_colour(loss))
        for row, loss in enumerate(losses)
    ]
    grid = table(["", *(words.loss(loss) for loss in losses)], rows, "pairs")
    return section(
        "pairs", report.task, "predictions", grid, words, pairs=len(report.tested.differences)
    )


def _pair(pair: Difference, losses: list[str], words: Words, *, first_is_row: bool) -> str:
    verdict = "tie"
    if not pair.tie:
        verdict = "better" if (pair.only_first > pair.only_second) == first_is_row else "worse"
    title = words["report.pair_title"].format(
        first=words["loss_" + losses[pair.first]],
        second=words["loss_" + losses[pair.second]],
        only_first=pair.only_first,
        only_second=pair.only_second,
        p=f"{pair.p_value:.2g}",
    )
    return (
        f'<span class="{verdict}" title="{escape(title)}">{escape(words["pair_" + verdict])}</span>'
    )


def disputed_section(report: Report, words: Words) -> str:
    task, tested = TASKS[report.task], report.tested
    if task.shareable:
        pictures = predictions.load(task.key).pictures.numpy()
        digits = "".join(
            _disputed_digit(index, report, png_url(255 - picture[0]), words)
            for index, picture in enumerate(pictures)
        )
        names = "".join(
            f'<span><i style="background:{loss_colour(loss)}"></i>{words.loss(loss)}</span>'
            for loss in LOSSES
        )
        body = f'<p class="click">{escape(words["report.disputed_click"])}</p><div class="legend">{names}</div>'
        body += f'<div class="disputed">{digits}</div>'
    else:
        head = [words["report.disputed_right"], *map(str, range(len(tested.networks_right)))]
        row = table_row(
            words["report.disputed_photos"], [f"{count:,}" for count in tested.networks_right]
        )
        counts = f"<h4>{escape(words['report.disputed_counts'])}</h4>{table(head, [row])}"
        body = f"<p>{escape(words['report.disputed_withheld'])}</p>{counts}"
    return section(
        "disputed",
        task.key,
        "predictions",
        body,
        words,
        examples=f"{tested.examples:,}",
        all_right=f"{tested.networks_right[-1]:,}",
        none_right=tested.networks_right[0],
        split=tested.split,
    )


def _disputed_digit(index: int, report: Report, url: str, words: Words) -> str:
    """A button with the digit, its true class, and what the losses read; a dot in each loss's
    colour."""
    disputed, labels = report.tested.disputed[index], TASKS[report.task].labels
    truth = words["report.disputed_truth"].format(truth=labels[disputed.truth])
    votes = Counter(disputed.answers).most_common()
    texts = [
        words["report.disputed_votes"].format(count=count, answer=labels[answer])
        for answer, count in votes
    ]
    dots = "".join(
        f"<span>{labels[answer]} "
        + "".join(
            f'<i style="background:{loss_colour(loss)}" title="{escape(words.loss(loss))}"></i>'
            for loss, given in zip(LOSSES, disputed.answers, strict=True)
            if given == answer
        )
        + "</span>"
        for answer, _ in votes
    )
    label = words["report.disputed_open"].format(
        position=disputed.position, truth=truth, votes=words["common.list_comma"].join(texts)
    )
    return (
        f'<button type="button" data-index="{index}" aria-label="{escape(label)}"><img src="{url}" alt="">'
        f"<b>{escape(truth)}</b>{dots}</button>"
    )
