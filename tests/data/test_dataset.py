"""Datasets in memory: batches, fixed splits, and label noise."""

import torch

from losslens.data.dataset import Dataset, split_indices, with_label_noise
from losslens.tasks import TASKS
from losslens.training.config import TrainConfig
from losslens.training.loop import batch_indices

CLASSES = len(TASKS["digits"].labels)


def test_pictures_are_scaled_and_features_are_not() -> None:
    target, order = torch.tensor([1, 0]), torch.tensor([1, 0])
    pictures = Dataset(torch.tensor([[[[255]]], [[[51]]]], dtype=torch.uint8), target)
    features = Dataset(torch.tensor([[[[3.0]]], [[[-7.0]]]]).half(), target)
    for dataset, expected in ((pictures, [0.2, 1.0]), (features, [-7.0, 3.0])):
        images, classes = dataset.batch(order)
        assert images.dtype == torch.float32 and classes.tolist() == [0, 1]
        torch.testing.assert_close(images.flatten(), torch.tensor(expected))
        assert torch.equal(dataset.pick(order).images, dataset.images.flip(0))


def test_a_split_is_fixed_and_leaves_nothing_out() -> None:
    kept, held_out = split_indices(100, 20)
    assert len(held_out) == 20
    assert torch.cat([kept, held_out]).sort().values.tolist() == list(range(100))
    again = split_indices(100, 20)
    assert torch.equal(kept, again[0]) and torch.equal(held_out, again[1])


def test_label_noise_is_as_much_as_asked_and_lies_in_every_batch(mini: Dataset) -> None:
    noisy = with_label_noise(mini, 0.4, CLASSES, seed=0).target
    wrong = noisy != mini.target
    assert wrong.sum() == round(0.4 * len(mini))
    config = TrainConfig(seed=0, batch_size=100)
    per_epoch = len(mini) // config.batch_size
    shares = torch.stack(
        [
            wrong[batch_indices(config, step, per_epoch, len(mini))].float().mean()
            for step in range(per_epoch)  # whose order comes from the same seed
        ]
    )
    assert shares.min() > 0.2 and shares.max() < 0.6


def test_label_noise_makes_each_other_class_of_one_and_none_where_none_is_asked(
    mini: Dataset,
) -> None:
    noisy = with_label_noise(mini, 0.4, CLASSES, seed=0).target
    became = set(noisy[(noisy != mini.target) & (mini.target == 3)].tolist())
    assert became == set(range(CLASSES)) - {3}
    assert torch.equal(with_label_noise(mini, 0.0, CLASSES, seed=0).target, mini.target)
