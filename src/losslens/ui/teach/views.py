"""What was taught, as HTML: the examples of a class, how it went, and answers side by side."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from losslens.evaluation.metrics import accuracy
from losslens.live.conclusions import facts_of
from losslens.live.teach.examples import LEAST, MOST, Example, TeachError
from losslens.live.teach.training import FOLDS, Taught
from losslens.losses.catalogue import colour_of, mark_of
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.live.conclusions import fact_sentences

_MOST_SHOWN = 6  # misread examples of a loss


def shelf(examples: Sequence[Example], place: int, words: Words) -> Markup:
    """The examples of the class at ``place``, each a button that takes it away."""
    count = words["teach.count"].format(count=len(examples), least=LEAST, most=MOST)
    pictures = [each.picture for each in examples]
    return render(
        "teach/shelf.html",
        words=words,
        place=place,
        pictures=pictures,
        count=count,
        enough=len(examples) >= LEAST,
    )


def note(text: str, *, bad: bool = False, done: float | None = None) -> Markup:
    """A line of what happened, or of what is missing; with a progress bar where a share ``done``
    (0..1) is given."""
    return render("teach/note.html", text=text, bad=bad, done=done)


def problem(error: TeachError, words: Words) -> Markup:
    """Why something cannot be taught, and what to do."""
    values = error.values
    if "loss" in values:
        values = values | {"loss": words.loss(str(values["loss"]))}
    return note(words[f"teach.problem.{error.reason}"].format(**values), bad=True)


def results(taught: Taught, words: Words) -> Markup:
    """The same conclusions as live training's, how far so few examples can tell, and which were
    misread."""
    names = [words.loss(loss) for loss in taught.heads]
    said = fact_sentences(facts_of([taught.end]), names, words)
    return render(
        "teach/results.html",
        words=words,
        sentences=[*said, _how_sure(taught, words)],
        rows=[_row(taught, index, words) for index in range(len(names))],
    )


def _how_sure(taught: Taught, words: Words) -> str:
    """How the examples were held out, and how wide the interval of the best share is."""
    best = max(taught.end.right, key=sum)
    figure = accuracy(np.asarray(best, dtype=float))
    return words["teach.how_sure"].format(
        count=len(best),
        folds=FOLDS,
        right=sum(best),
        low=f"{figure.low:.0%}",
        high=f"{figure.high:.0%}",
    )


def _row(taught: Taught, index: int, words: Words) -> dict[str, object]:
    loss, right = list(taught.heads)[index], taught.end.right[index]
    names, given = taught.given.names, taught.given
    wrong = [at for at, each in enumerate(right) if not each]
    return {
        "loss": loss,
        "name": words.loss(loss),
        "colour": colour_of(loss),
        "mark": mark_of(loss),
        "right": words["teach.right"].format(right=sum(right), count=len(right)),
        "misread": [
            (
                given.pictures[at],
                words["teach.taken_for"].format(
                    truth=names[int(given.dataset.target[at])],
                    answer=names[taught.answers[loss][at]],
                ),
            )
            for at in wrong[:_MOST_SHOWN]
        ],
    }


def answers(taught: Taught, shares: dict[str, list[float]], words: Words) -> Markup:
    """Each loss's answer with the softmax of every class."""
    names = taught.given.names
    cards = [
        {
            "loss": loss,
            "name": words.loss(loss),
            "colour": colour_of(loss),
            "mark": mark_of(loss),
            "best": each.index(max(each)),
            "shares": list(zip(names, each, strict=True)),
        }
        for loss, each in shares.items()
    ]
    said = _verdict([names[each.index(max(each))] for each in shares.values()], words)
    return render("teach/answers.html", words=words, cards=cards, said=said)


def _verdict(said: Sequence[str], words: Words) -> str:
    """What all say, or how many say what."""
    votes = Counter(said).most_common()
    if len(votes) == 1:
        return words["teach.all_say"].format(answer=said[0], total=len(said))
    counted = (words["teach.votes"].format(answer=each, count=count) for each, count in votes)
    return words["teach.they_differ"].format(answers=words["common.list_comma"].join(counted))
