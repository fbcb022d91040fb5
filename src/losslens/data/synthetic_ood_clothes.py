"""Out-of-distribution (OOD) pictures for clothes: digits, letters, scribbles, and made photos."""

import torch
from numpy.random import default_rng
from torch import Tensor

from losslens.data.bundled import mini_mnist
from losslens.data.synthetic_ood_digits import synthetic_ood_digits
from losslens.data.synthetic_ood_photos import KINDS
from losslens.images.clothes import clothes_tensor


def synthetic_ood_clothes(seed: int, count: int = 6_000) -> Tensor:
    """Pictures (count, 1, S, S) in 0..1 that show no clothing, as ``clothes_tensor`` gives them.

    Written digits, letters and scribbles, and made photos, in turn; the same ones for the same
    seed.
    """
    each, chance, digits = -(-count // 3), default_rng(seed), mini_mnist()
    written, _ = digits.batch(torch.from_numpy(chance.integers(0, len(digits), each)))
    makers = list(KINDS.values())
    photos = [clothes_tensor(makers[index % len(makers)](chance)) for index in range(each)]
    kinds = [written, synthetic_ood_digits(seed, each), torch.stack(photos)]
    return torch.stack(kinds, dim=1).flatten(0, 1)[:count]
