"""On which pictures the networks disagree most."""

from collections import Counter

from losslens.losses.catalogue import colour_of
from losslens.report import predictions
from losslens.report.schema import Disputed, Report
from losslens.tasks import TASKS, Task
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.report.pictures import picture_url
from losslens.ui.report.section import Part, report_command, section


def disputed_section(report: Report, words: Words) -> Part:
    """The pictures on which the networks disagree most, to click; or, where they may not be shown,
    how many networks have how many pictures right."""
    tested = report.tested
    body = (_disputed if TASKS[report.task].shareable else _withheld)(report, words)
    return section(
        "disputed",
        report.task,
        report_command(report.task, "predictions"),
        body,
        words,
        networks=len(tested.networks),
        examples=f"{tested.examples:,}",
        all_right=f"{tested.networks_right[-1]:,}",
        none_right=tested.networks_right[0],
        split=tested.split,
    )


def _withheld(report: Report, words: Words) -> Markup:
    counts = report.tested.networks_right
    return render(
        "report/withheld.html",
        words=words,
        heading=words["report.disputed.counts"].format(networks=len(report.tested.networks)),
        head=[words["report.disputed.right"], *map(str, range(len(counts)))],
        counts=[f"{count:,}" for count in counts],
    )


def _disputed(report: Report, words: Words) -> Markup:
    task, losses = TASKS[report.task], report.tested.losses
    named = [{"name": words.loss(loss), "colour": colour_of(loss)} for loss in losses]
    kept = predictions.load(task.key).pictures
    pictures = [
        _picture(each, named, task, words) | {"url": picture_url(picture, task)}
        for each, picture in zip(report.tested.disputed, kept, strict=False)
    ]
    return render("report/disputed.html", words=words, legend=named, pictures=pictures)


def _picture(
    disputed: Disputed, named: list[dict[str, str]], task: Task, words: Words
) -> dict[str, object]:
    """A picture's true class, and who answers what; ``named`` are the networks in their order."""
    labels = [words.label(task.key, label) for label in task.labels]
    truth = words["report.disputed.truth"].format(truth=labels[disputed.truth])
    counted = Counter(disputed.answers).most_common()
    votes = words["common.list_comma"].join(
        words["report.disputed.votes"].format(count=count, answer=labels[answer])
        for answer, count in counted
    )
    return {
        "truth": truth,
        "label": words["report.disputed.open"].format(
            position=disputed.position, truth=truth, votes=votes
        ),
        "votes": [
            {
                "answer": labels[answer],
                "losses": [
                    each
                    for each, given in zip(named, disputed.answers, strict=True)
                    if given == answer
                ],
            }
            for answer, _ in counted
        ],
    }
