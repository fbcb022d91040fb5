"""What the study says of the losses themselves, over seeds: small networks, against
cross-entropy."""

from dataclasses import dataclass

from losslens.evaluation.verdicts import BASELINE, Verdict
from losslens.study.analysis import MEASURES, Comparison, Measure, compared
from losslens.study.runs import Place, Runs
from losslens.ui.i18n import Words
from losslens.ui.report.section import points
from losslens.ui.report.verdicts import counted, named


@dataclass(frozen=True)
class OverSeeds:
    """The losses of one place of the study, compared by one measure that is a share."""

    where: str  # in the words of the page
    measure: Measure
    place: Place
    found: dict[str, Comparison]

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Of each loss that was compared."""
        return {loss: each.verdict for loss, each in self.found.items()}

    @property
    def seeds(self) -> int:
        """How many seeds each comparison has at least."""
        return min(each.seeds for each in self.found.values())

    def sentence(self, words: Words) -> str:
        """The best loss, if one is better than cross-entropy, and how many are what."""
        better = [loss for loss, verdict in self.verdicts.items() if verdict == "better"]
        values = {
            "where": self.where,
            "seeds": self.seeds,
            "count": len(self.found),
            "counted": counted(self.verdicts, words, self.measure.margin),
        }
        if not better:
            return words["report.study.none"].format(**values)
        first = max(better, key=lambda loss: self.found[loss].difference)
        best = self.found[first]
        return words["report.study.some"].format(
            best=words.loss(first),
            value=_percent(best.value),
            base=_percent(best.baseline),
            difference=points(best.difference),
            low=points(best.low),
            high=points(best.high),
            **values,
        )

    def by_name(self, words: Words) -> str:
        """Which losses are what."""
        return words["report.study.named"].format(
            where=self.where,
            seeds=self.seeds,
            named=named(self.verdicts, words, self.measure.margin),
        )

    def cell(self, loss: str, words: Words) -> str:
        """A loss's difference with its interval, seeds and verdict; empty where it was not
        compared."""
        each = self.found.get(loss)
        if each is None:
            return ""
        return words["report.study.cell"].format(
            difference=points(each.difference),
            low=points(each.low),
            high=points(each.high),
            seeds=each.seeds,
            verdict=words[f"choose.verdicts.{each.verdict}"],
        )


def over_seeds(runs: Runs, task: str, setting: str, measure: str, words: Words) -> OverSeeds | None:
    """None where no loss has enough seeds beside cross-entropy."""
    place = runs.place(task, setting)
    found = compared([place], measure) if BASELINE in place else {}
    if not found:
        return None
    where = words[f"report.study.where.{setting if measure == 'accuracy' else measure}"]
    return OverSeeds(where, MEASURES[measure], place, found)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def study_command(task: str, settings: list[str]) -> str:
    """What runs these settings again."""
    return f"losslens study --tasks {task} --settings {','.join(settings)}"
