"""The parts of a picture, such as the digits of a number: a strip to choose from."""

from collections import Counter
from dataclasses import dataclass

from losslens.inference import predictor
from losslens.inference.predictor import Prediction, Reading
from losslens.tasks import Task
from losslens.ui.components.summary import agreement
from losslens.ui.data_urls import grey_url
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words


@dataclass(frozen=True)
class _Part:
    """What is shown of one part."""

    place: int  # from 1, in the order of reading
    name: str  # what most losses read
    url: str  # what the networks see
    agreed: bool
    flagged: bool


def parts_html(task: Task, reading: Reading, words: Words) -> Markup:
    """What is read of several parts as one sentence, and each part to choose; empty for one."""
    if not reading.rows:
        return Markup()
    places = iter(range(1, len(reading.parts) + 1))
    rows = [[_part(task, next(places), each, words) for each in row] for row in reading.rows]
    return render(
        "answers/parts.html",
        task=task.key,
        words=words,
        said=_said(task, reading, rows, words),
        rows=rows,
    )


def _part(task: Task, place: int, prediction: Prediction, words: Words) -> _Part:
    votes = Counter(answer.label for answer in prediction.given)
    label = votes.most_common(1)[0][0] if votes else "?"
    return _Part(
        place,
        words.label(task.key, label),
        grey_url(prediction.features),
        len(votes) < 2,
        predictor.is_flagged(task.key, prediction),
    )


def _said(task: Task, reading: Reading, rows: list[list[_Part]], words: Words) -> str:
    """How many there are, what they read, and at which places the losses disagree."""

    def say(text: str, **values: object) -> str:
        return words.task(task.key, text).format(**values)

    parts, predictions = [part for row in rows for part in row], reading.parts
    answer = words["common.row_gap"].join("".join(part.name for part in row) for row in rows)
    count = say("several_rows" if len(rows) > 1 else "several", count=len(parts), rows=len(rows))
    if all(part.agreed for part in parts):
        total = len(predictions[0].given)
        return count + say("several_agree", total=total, answer=answer)
    disputed = (
        say("at_place", place=part.place, said=agreement(each.given, task, words))
        for part, each in zip(parts, predictions, strict=True)
        if not part.agreed
    )
    said = words["common.sentence_gap"].join(disputed)
    return count + say("several_disagree", answer=answer, disputed=said)
