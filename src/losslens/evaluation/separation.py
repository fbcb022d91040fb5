"""How far apart a network's layer holds the classes."""

import torch
from torch import Tensor


def class_separation(features: Tensor, target: Tensor) -> float:
    """R^2 of features (N, F) by their classes (N,): 1 where each class is one direction, 0 where
    classes overlap as if they were dealt out at random.

    One less the mean cosine distance within a class by the mean distance of all, each class and
    each pair of classes counting alike. A feature of length 0 is at distance 1 from all. Kornblith
    et al. 2021, https://arxiv.org/abs/2010.16402
    """
    directions = torch.nn.functional.normalize(features.double(), dim=1)
    # The mean cosine of two groups is the product of their mean directions.
    means = torch.stack([directions[target == each].mean(dim=0) for each in target.unique()])
    cosines = means @ means.T
    within, overall = 1 - cosines.diagonal().mean(), 1 - cosines.mean()
    return float(1 - within / overall) if overall > 0 else 0.0
