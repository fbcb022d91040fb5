"""A report as the README's Markdown; ``losslens report`` prints it."""

from losslens.evaluation.metrics import Spread, spread
from losslens.losses import LOSSES
from losslens.report.label_noise import LabelNoise
from losslens.report.robustness import Corrupted
from losslens.report.schema import Measured, Report

_FIGURES = (  # heading, link, figure, factor, decimals
    ("accuracy, %", "softmax", "accuracy", 100, 2),
    ("NLL", "softmax", "nll", 1, 4),
    ("NLL calibrated", "calibrated", "nll", 1, 4),
    ("calibration error, %", "softmax", "calibration_error", 100, 2),
    ("calibrated, %", "calibrated", "calibration_error", 100, 2),
)


def markdown(report: Report) -> str:
    """The figures, and below them, where they were measured, those after wrong labels and under
    corruptions."""
    networks = report.tested.networks
    seeds = max(
        (over.seeds for each in networks.values() for over in each.seeds["softmax"].values()),
        default=1,
    )
    head = [
        f"loss ({seeds} seeds)" if seeds > 1 else "loss (1 seed)",
        *(heading for heading, *_ in _FIGURES),
    ]
    head.insert(2, "shipped: accuracy, % (95 % interval)")
    rows = [[LOSSES[loss].label, *_cells(network)] for loss, network in networks.items()]
    together = report.tested.together
    parts = [
        _table(head, rows),
        "The mean of the eight calibrated probabilities is right on "
        f"{together.value * 100:.2f} % ({together.low * 100:.2f} to {together.high * 100:.2f}).",
    ]
    if report.wrong_labels:
        parts.append(_wrong_labels(report.wrong_labels))
    if report.corrupted:
        parts.append(_corrupted(report.corrupted))
    return "\n\n".join(parts)


def _cells(network: Measured) -> list[str]:
    shipped = network.figures["softmax"]["accuracy"]
    cells = [
        _cell(network, link, name, factor, decimals) for _, link, name, factor, decimals in _FIGURES
    ]
    cells.insert(
        1, f"{shipped.value * 100:.2f} ({shipped.low * 100:.2f} to {shipped.high * 100:.2f})"
    )
    return cells


def _cell(network: Measured, link: str, name: str, factor: float, decimals: int) -> str:
    """Mean and standard deviation over the seeds, or the value where there is one seed."""
    over = network.seeds[link].get(name)
    if over is None:
        return f"{network.figures[link][name].value * factor:.{decimals}f}"
    return f"{over.mean * factor:.{decimals}f} ± {over.deviation * factor:.{decimals}f}"


def _wrong_labels(measured: LabelNoise) -> str:
    head = [
        "accuracy, %, after training with",
        *(f"{share * 100:.0f} % wrong labels" for share in measured.shares),
    ]
    rows = [
        [LOSSES[loss].label, *(_percent(spread(seeds)) for seeds in shares)]
        for loss, shares in measured.accuracy.items()
    ]
    return _table(head, rows)


def _percent(over: Spread) -> str:
    return f"{over.mean * 100:.2f} ± {over.deviation * 100:.2f}"


def _corrupted(measured: Corrupted) -> str:
    losses = list(measured.mean)
    best, worst = (
        max(losses, key=measured.mean.__getitem__),
        min(losses, key=measured.mean.__getitem__),
    )
    real, pairs = sum(not pair.tie for pair in measured.differences), len(measured.differences)
    return (
        f"Under ten corruptions at three strengths: {measured.mean[worst] * 100:.1f} % ({LOSSES[worst].label}) to "
        f"{measured.mean[best] * 100:.1f} % ({LOSSES[best].label}); {real} of {pairs} pairs really differ."
    )


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])
