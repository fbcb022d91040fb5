"""Classes of one's own are learnt from a few drawings, and measured on drawings held out."""

import pytest
import torch

from losslens.live.teach import training
from losslens.live.teach.examples import Given, TeachError
from losslens.live.teach.features import COPIES, features, tensor_of
from losslens.live.teach.shapes import SHAPES, drawn
from losslens.live.teach.training import FOLDS, Taught, answers_to, teach
from support.teaching import given_shapes, taught_of

LOSSES = ["cross_entropy", "gce", "logit_adjusted"]  # the last asks for class counts


@pytest.fixture(scope="module")
def taught() -> Taught:
    return taught_of(given_shapes(8), LOSSES)


def test_unseen_shapes_are_told_apart(taught: Taught) -> None:
    right = dict.fromkeys(LOSSES, 0)
    for place, shape in enumerate(SHAPES):
        for seed in range(100, 120):
            seen = features("drawing", tensor_of("drawing", drawn(shape, seed)))
            for loss, shares in answers_to(taught, seen).items():
                assert sum(shares) == pytest.approx(1, abs=1e-5)
                right[loss] += shares.index(max(shares)) == place
    assert min(right.values()) >= 54, right  # of 60


def test_each_example_is_answered_by_networks_that_did_not_learn_from_it(taught: Taught) -> None:
    end = taught.end
    assert [len(each) for each in end.right] == [24] * 3
    target = taught.given.dataset.target.tolist()
    for place, loss in enumerate(LOSSES):
        pairs = zip(taught.answers[loss], target, strict=True)
        assert end.right[place] == [int(answer == truth) for answer, truth in pairs]
    # With labels that say nothing, what is held out is guessed: a network that had learnt from it
    # would know it.
    given, chance = given_shapes(8), torch.Generator().manual_seed(1)
    shuffled = given.dataset.target[torch.randperm(24, generator=chance)]
    dataset = type(given.dataset)(given.dataset.images, shuffled)
    noise = taught_of(Given("drawing", given.names, dataset, given.pictures), LOSSES[:1])
    assert sum(noise.end.right[0]) <= 15
    known = training.outputs(noise.heads["cross_entropy"], dataset.images).argmax(dim=1)
    assert (known == shuffled).sum() >= 20


def test_every_fold_has_each_class() -> None:
    target = torch.tensor([0] * 5 + [1] * 13)
    folds = training._folds(target, seed=3)
    for each in range(FOLDS):
        assert set(target[folds == each].tolist()) == {0, 1}


def test_losses_that_are_none_or_too_many_are_refused() -> None:
    for losses in ([], ["none"], [*LOSSES, "mse", "brier"]):
        with pytest.raises(TeachError, match="losses"):
            list(teach(given_shapes(5), losses))


def test_copies_are_changed_a_little_and_the_first_is_as_it_is() -> None:
    seen = tensor_of("drawing", drawn("cross", 0))
    every, alone = features("drawing", seen, COPIES["drawing"]), features("drawing", seen)
    torch.testing.assert_close(every[:1], alone)
    assert all(not torch.equal(every[0], each) for each in every[1:])
    with pytest.raises(TeachError, match="blank"):
        tensor_of("drawing", None)
