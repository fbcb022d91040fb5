"""Verdicts against cross-entropy in words: who is better, equal, not known, or worse."""

from collections.abc import Mapping

from losslens.evaluation.verdicts import ACCURACY_MARGIN, Verdict, by_verdict
from losslens.ui.i18n import Words


def named(found: Mapping[str, Verdict], words: Words, margin: float = ACCURACY_MARGIN) -> str:
    """The losses of each verdict by name, as one line."""
    return _joined({key: words.names(losses) for key, losses in _there(found)}, words, margin, "of")


def counted(found: Mapping[str, Verdict], words: Words, margin: float = ACCURACY_MARGIN) -> str:
    """How many losses have each verdict, as one line."""
    there = _there(found)
    form = "{count}" if len(there) > 1 else words["report.verdicts.all"]
    counts = {key: form.format(count=len(losses)) for key, losses in there}
    return _joined(counts, words, margin, "counted")


def margin_text(margin: float, words: Words) -> str:
    """A margin of shares (0..1) in points."""
    form = "point" if margin == 0.01 else "points"
    return words[f"report.verdicts.{form}"].format(margin=f"{margin * 100:g}")


def _there(found: Mapping[str, Verdict]) -> list[tuple[Verdict, list[str]]]:
    return [(verdict, losses) for verdict, losses in by_verdict(found).items() if losses]


def _joined(said: Mapping[Verdict, str], words: Words, margin: float, form: str) -> str:
    return words["report.verdicts.join"].join(
        words[f"report.verdicts.{form}.{verdict}"].format(
            losses=text, margin=margin_text(margin, words)
        )
        for verdict, text in said.items()
    )
