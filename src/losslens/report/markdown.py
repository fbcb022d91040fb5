"""A report as the Markdown of docs/results.md; ``losslens report`` prints it."""

from dataclasses import dataclass

from losslens.losses import LOSSES
from losslens.report.schema import Corrupted, Measured, Report


@dataclass(frozen=True)
class _Column:
    """A figure of the table; shown times ``factor``, with ``decimals``."""

    heading: str
    kind: str  # one of PROBABILITIES
    figure: str
    factor: int
    decimals: int

    def cell(self, network: Measured) -> str:
        """Mean and standard deviation over the seeds, or the value where there is one seed."""
        over = network.seeds[self.kind].get(self.figure)
        if over is None:
            return self._shown(network.figures[self.kind][self.figure].value)
        return f"{self._shown(over.mean)} ± {self._shown(over.deviation)}"

    def _shown(self, value: float) -> str:
        return f"{value * self.factor:.{self.decimals}f}"


_COLUMNS = (
    _Column("accuracy, %", "softmax", "accuracy", 100, 2),
    _Column("NLL", "softmax", "nll", 1, 4),
    _Column("NLL calibrated", "calibrated", "nll", 1, 4),
    _Column("calibration error, %", "softmax", "calibration_error", 100, 2),
    _Column("calibrated, %", "calibrated", "calibration_error", 100, 2),
)


def markdown(report: Report) -> str:
    """The figures, and below them, where they were measured, those under corruptions."""
    networks, together = report.tested.networks, report.tested.together
    seeds = max(
        (over.seeds for each in networks.values() for over in each.seeds["softmax"].values()),
        default=1,
    )
    head = [
        f"loss ({seeds} seeds)" if seeds > 1 else "loss (1 seed)",
        *(column.heading for column in _COLUMNS),
    ]
    head.insert(2, "shipped: accuracy, % (95 % interval)")
    rows = [[_name(loss), *_cells(network)] for loss, network in networks.items()]
    parts = [
        _table(head, rows),
        f"The mean of all {len(networks)} calibrated probabilities is right on "
        f"{together.value * 100:.2f} % ({together.low * 100:.2f} to {together.high * 100:.2f}).",
    ]
    if report.corrupted:
        parts.append(_corrupted(report.corrupted))
    return "\n\n".join(parts)


def _name(loss: str) -> str:
    return LOSSES[loss].label if loss in LOSSES else loss


def _cells(network: Measured) -> list[str]:
    shipped = network.figures["softmax"]["accuracy"]
    interval = f"{shipped.low * 100:.2f} to {shipped.high * 100:.2f}"
    first, *others = (column.cell(network) for column in _COLUMNS)
    return [first, f"{shipped.value * 100:.2f} ({interval})", *others]


def _corrupted(measured: Corrupted) -> str:
    mean = measured.mean
    best, worst = max(mean, key=mean.__getitem__), min(mean, key=mean.__getitem__)
    return (
        f"Under {len(measured.accuracy)} corruptions ({measured.variants} variants of a picture): "
        f"{mean[worst] * 100:.1f} % ({_name(worst)}) to {mean[best] * 100:.1f} % ({_name(best)})."
    )


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])
