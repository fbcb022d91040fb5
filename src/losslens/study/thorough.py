"""What is measured on clean data alone, of pictures: other pictures, corruptions, an attack, and
what the features are good for elsewhere."""

from functools import cache
from statistics import mean

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from losslens.data.dataset import Dataset, Splits
from losslens.evaluation.metrics import outputs_of
from losslens.images.mnist_c import MNIST_C
from losslens.study.drawing import pool_of
from losslens.study.measures import score, unknown_pictures

OTHERS = {"digits": "fashion", "fashion": "digits"}  # whose pictures are those of no class
ATTACK = 0.1  # of the fast gradient sign method: most that a pixel in 0..1 changes
_PICTURES = 1_000  # of the test data, for each of these
_SHOTS = 10  # examples a class that the linear probe learns from
_RIDGE = 1.0


def thorough(network: nn.Sequential, task: str, data_root: str) -> dict[str, float]:
    """All of it; accuracies in 0..1 are "corrupted_<kind>" for the kinds of MNIST-C, "corrupted",
    their mean, "attacked" and "probe"."""
    test, other = pool_of(task, data_root), pool_of(OTHERS[task], data_root)
    pictures = _first(test.test, _PICTURES)
    found = unknown_pictures(
        outputs_of(network, pictures), outputs_of(network, _first(other.test, _PICTURES))
    )
    under = {
        f"corrupted_{kind}": score("accuracy", outputs_of(network, bad), bad.target)
        for kind, bad in _corrupted(task, data_root).items()
    }
    return (
        found
        | under
        | {
            "corrupted": mean(under.values()),
            "attacked": score("accuracy", _attacked(network, pictures), pictures.target),
            "probe": _probed(network, other),
        }
    )


def _first(dataset: Dataset, count: int) -> Dataset:
    return dataset.pick(torch.arange(min(count, len(dataset))))


@cache
def _corrupted(task: str, data_root: str) -> dict[str, Dataset]:
    """Test pictures under each kind of corruption: the same for every network."""
    pictures = _first(pool_of(task, data_root).test, _PICTURES)
    images = pictures.images[:, 0].double().numpy() / 255
    found = {}
    for kind, corrupt in MNIST_C.items():
        rng = np.random.default_rng(0)
        bad = np.stack([corrupt(image, rng) for image in images])
        as_bytes = torch.from_numpy((bad * 255).round().astype(np.uint8))
        found[kind] = Dataset(as_bytes[:, None], pictures.target)
    return found


def _attacked(network: nn.Sequential, pictures: Dataset) -> Tensor:
    """Logits of the pictures after one step of ``ATTACK`` against the lead of the true class.

    Against the lead, and not the training loss: a loss that saturates would only hide its gradient.
    Goodfellow et al. 2015, https://arxiv.org/abs/1412.6572; Carlini and Wagner 2017,
    https://arxiv.org/abs/1608.04644
    """
    images, target = pictures.batch(torch.arange(len(pictures)))
    images.requires_grad_()
    logits = network.eval()(images)
    is_true = F.one_hot(target, logits.shape[1]).bool()
    lead = logits[is_true] - logits.masked_fill(is_true, -torch.inf).amax(dim=1)
    (gradient,) = torch.autograd.grad(lead.sum(), images)
    with torch.inference_mode():
        worse: Tensor = network((images - ATTACK * gradient.sign()).clamp(0, 1))
        return worse


def _probed(network: nn.Sequential, other: Splits) -> float:
    """Accuracy on another task of a linear layer on the network's features, which are kept.

    It learns ``_SHOTS`` examples a class by ridge regression to one-hot targets, on standardised
    features.
    """
    chosen = torch.cat(
        [(other.train.target == each).nonzero()[:_SHOTS, 0] for each in other.train.target.unique()]
    )
    learnt, test = other.train.pick(chosen), _first(other.test, _PICTURES)
    features = nn.Sequential(*list(network)[:-2], nn.Flatten())
    known, new = outputs_of(features, learnt), outputs_of(features, test)
    centre, spread = known.mean(dim=0), known.std(dim=0).clamp_min(1e-6)
    known, new = (known - centre) / spread, (new - centre) / spread
    gram = known @ known.T + _RIDGE * known.shape[1] * torch.eye(len(known))
    weights = torch.linalg.solve(gram, F.one_hot(learnt.target).float())
    return score("accuracy", new @ known.T @ weights, test.target)
