"""The figures of a task's networks on test data, as the lines that ``losslens evaluate`` prints."""

from collections.abc import Iterator

import torch
from torch import Tensor

from losslens.checkpoints.ensemble import Ensemble
from losslens.data.dataset import Dataset
from losslens.evaluation.metrics import Figure, figures, figures_of_probabilities
from losslens.losses import LOSSES

_HEAD = (
    "accuracy (95 % interval)       NLL     Brier   "
    "calibration error: softmax, calibrated, own link"
)


def lines(ensemble: Ensemble, test: Dataset) -> Iterator[str]:
    """One line a loss, as each is measured, and one for the mean of all calibrated networks."""
    yield f"{'loss':14} {_HEAD}"
    inputs, calibrated = ensemble.inputs(test), []
    for loss, logits in ensemble.logits(inputs).items():
        temperature = ensemble.temperatures[loss]
        measured = _measured(logits, test.target, temperature)
        yield f"{loss:14} {measured}  {_by_own_link(loss, logits, test.target)}"
        calibrated.append((logits / temperature).softmax(dim=1))
    accuracy = figures(torch.stack(calibrated).mean(dim=0).log(), test.target)["accuracy"]
    yield f"{'mean of all':14} {_percent(accuracy)}"
    for loss, problem in ensemble.missing.items():
        yield f"{loss:14} {problem}"


def _measured(logits: Tensor, target: Tensor, temperature: float) -> str:
    plain, calibrated = figures(logits, target), figures(logits, target, temperature)
    return (
        f"{_percent(plain['accuracy'])}  {plain['nll'].value:.4f}  "
        f"{plain['brier'].value:.4f}  {plain['calibration_error'].value:7.2%}  "
        f"{calibrated['calibration_error'].value:.2%}"
    )


def _by_own_link(loss: str, logits: Tensor, target: Tensor) -> str:
    link = LOSSES[loss].link
    if link is None:
        return "-"
    return f"{figures_of_probabilities(link(logits.double()), target)['calibration_error']:.2%}"


def _percent(figure: Figure) -> str:
    return f"{figure.value:8.2%} ({figure.low:.2%} to {figure.high:.2%})"
