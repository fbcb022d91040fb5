"""Which losses differ from cross-entropy in accuracy, and how certainly."""

from dataclasses import dataclass

from losslens.evaluation.crossed import crossed
from losslens.evaluation.metrics import Figure
from losslens.evaluation.significance import Difference
from losslens.evaluation.verdicts import ACCURACY_MARGIN, BASELINE, LEAST_SEEDS, Judged, judged
from losslens.losses.catalogue import colour_of
from losslens.report.schema import Report, Tested
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.report.charts import Row, difference_chart
from losslens.ui.report.section import Part, data_table, points, report_command, section
from losslens.ui.report.verdicts import counted, margin_text, named

_DECIMALS = 2


@dataclass(frozen=True)
class AgainstBaseline:
    """Every network but that of cross-entropy, compared with it in accuracy."""

    judged: dict[str, Judged]
    seeds: dict[str, int]  # that both have; below LEAST_SEEDS it is these networks alone
    pairs: dict[str, Difference]  # the shipped networks', with cross-entropy's as the second

    @property
    def over_seeds(self) -> bool:
        """Whether all that is said is of the losses, and not of these networks alone."""
        return all(count >= LEAST_SEEDS for count in self.seeds.values())

    @property
    def fewest(self) -> int:
        """Seeds of the loss that has the fewest."""
        return min(self.seeds.values())

    def counted(self, words: Words) -> str:
        """How many are better, equal, not known, worse."""
        return counted({loss: each.verdict for loss, each in self.judged.items()}, words)

    def named(self, words: Words) -> str:
        """Which are what."""
        return named({loss: each.verdict for loss, each in self.judged.items()}, words)


def against_baseline(tested: Tested) -> AgainstBaseline | None:
    """None where there is no network of cross-entropy, or no other."""
    networks = tested.networks
    others = [loss for loss in networks if loss != BASELINE]
    if BASELINE not in networks or not others:
        return None
    baseline = networks[BASELINE].by_seed
    pairs = {loss: tested.pairs.between(loss, BASELINE) for loss in others}
    estimates = {
        loss: crossed(networks[loss].by_seed, baseline, pair, tested.examples)
        for loss, pair in pairs.items()
    }
    seeds = {loss: len(set(networks[loss].by_seed) & set(baseline)) for loss in others}
    return AgainstBaseline(judged(estimates, ACCURACY_MARGIN), seeds, pairs)


def pairs_section(report: Report, words: Words) -> Part | None:
    """Differences to cross-entropy, with intervals and verdicts."""
    found = against_baseline(report.tested)
    if found is None:
        return None
    form = "seeds" if found.over_seeds else "networks"
    values = {
        "seeds": found.fewest,
        "examples": f"{report.tested.examples:,}",
        "margin": margin_text(ACCURACY_MARGIN, words),
    }
    rows = [_row(loss, each, words) for loss, each in found.judged.items()]
    chart = difference_chart(
        rows,
        ACCURACY_MARGIN,
        title=words["report.pairs.chart"],
        x_title=words["report.pairs.axis"].format(**values),
        summary="; ".join(f"{row.label} {row.text}" for row in rows),
    )
    body = render(
        "report/pairs.html",
        chart=chart,
        verdicts=words["report.pairs.named"].format(
            form=words[f"report.pairs.{form}"].format(**values), named=found.named(words)
        ),
        table=_table(found, words),
    )
    return section(
        "pairs",
        report.task,
        report_command(report.task, "predictions"),
        body,
        words,
        counted=found.counted(words),
        form=words[f"report.pairs.{form}"].format(**values),
        **values,
    )


def _row(loss: str, each: Judged, words: Words) -> Row:
    figure = Figure(each.difference, each.low, each.high)
    return Row(words.loss(loss), colour_of(loss), figure, text=_interval(each))


def _interval(each: Judged) -> str:
    value, low, high = (points(end, _DECIMALS) for end in (each.difference, each.low, each.high))
    return f"{value} ({low} – {high})"


def _table(found: AgainstBaseline, words: Words) -> Markup:
    columns = ("difference", "verdict", "seeds_column", "only_first", "only_second")
    rows = [
        [
            words.loss(loss),
            _interval(each),
            words[f"choose.verdicts.{each.verdict}"],
            str(found.seeds[loss]),
            str(found.pairs[loss].only_first),
            str(found.pairs[loss].only_second),
        ]
        for loss, each in found.judged.items()
    ]
    head = [words["report.loss"], *(words[f"report.pairs.{column}"] for column in columns)]
    return data_table(head, rows, words)
