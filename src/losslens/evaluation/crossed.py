"""Two losses' accuracies compared over seeds and test examples together.

Networks of several seeds read the same test examples: seeds and examples are crossed, and both make
a difference uncertain. Bouthillier et al. 2021, https://arxiv.org/abs/2103.03098, find that seeds
alone move figures as much as improvements that are published.
"""

import math
from collections.abc import Mapping

from losslens.evaluation.significance import Difference
from losslens.evaluation.verdicts import LEAST_SEEDS, Estimate, mean_difference

BySeed = Mapping[int, float]


def crossed(own: BySeed, baseline: BySeed, shipped: Difference, examples: int) -> Estimate:
    """How much more accurate a loss is than another, in -1..1.

    ``own`` and ``baseline`` are accuracies (0..1) of networks by seed, paired by it; ``shipped``
    compares the two networks of one seed, own first, on the ``examples`` that all were tested on.
    The variance is that of the seeds' mean and that of the examples, added. How a loss's lead on
    an example hangs on the seed is in both, so the interval is rather too wide than too narrow.
    The degrees of freedom are Satterthwaite's, 1946, https://doi.org/10.2307/3002019. With fewer
    than ``LEAST_SEEDS`` seeds in common it is ``over_examples``.
    """
    alone = over_examples(shipped, examples)
    seeds = sorted(set(own) & set(baseline))
    if len(seeds) < LEAST_SEEDS:
        return alone
    over = mean_difference([own[seed] for seed in seeds], [baseline[seed] for seed in seeds])
    parts = (over, alone)
    variance = sum(part.error**2 for part in parts)
    used = sum(part.error**4 / part.freedom for part in parts)
    freedom = variance**2 / used if used else math.inf
    return Estimate(over.difference, math.sqrt(variance), freedom)


def over_examples(pair: Difference, examples: int) -> Estimate:
    """How much more accurate the first network is than the second, in -1..1.

    Over the examples alone: it tells these two networks apart, and not their losses.
    """
    lead, discordant = pair.only_first - pair.only_second, pair.only_first + pair.only_second
    variance = (discordant - lead**2 / examples) / examples**2
    return Estimate(lead / examples, math.sqrt(variance), examples - 1)
