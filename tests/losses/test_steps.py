"""Every loss step by step: what the written lines give is the loss's own value and PyTorch's own
gradient, to more digits than are shown."""

import pytest
import torch
from torch import Tensor

from losslens.losses import LOSSES, Loss
from losslens.losses.steps import Worked, supposed_counts, work

CLASSES = 10


def examples() -> list[tuple[list[float], int]]:
    """Logits of ordinary size, and such as trained networks have, right and wrong."""
    generator = torch.Generator().manual_seed(0)
    spreads = (0.3, 2.0, 6.0, 6.0, 9.0)
    drawn = [torch.randn(CLASSES, generator=generator) * spread for spread in spreads]
    return [(each.tolist(), place) for each in drawn for place in (0, int(each.argmax()))]


def by_torch(loss: Loss, logits: list[float], target: int) -> tuple[Tensor, Tensor]:
    z = torch.tensor([logits], dtype=torch.float64, requires_grad=True)
    value = loss.for_counts(supposed_counts(len(logits)))(z, torch.tensor([target])).sum()
    return value.detach(), torch.autograd.grad(value, z)[0][0]


def named(worked: list[Worked]) -> dict[str, Tensor]:
    return {each.step.name: torch.tensor(each.values, dtype=torch.float64) for each in worked}


@pytest.mark.parametrize("key", LOSSES)
def test_the_lines_give_the_value_and_the_gradient(key: str) -> None:
    for logits, target in examples():
        value, gradient = by_torch(LOSSES[key], logits, target)
        found = named(work(LOSSES[key], logits, target))
        torch.testing.assert_close(found["L"][0], value, rtol=1e-7, atol=1e-12)
        torch.testing.assert_close(found["g"], gradient, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("key", LOSSES)
def test_the_step_of_sgd_is_that_of_torch(key: str) -> None:
    logits, target = examples()[2]
    found = named(work(LOSSES[key], logits, target, rate=0.3))
    z = torch.nn.Parameter(torch.tensor([logits], dtype=torch.float64))
    function = LOSSES[key].for_counts(supposed_counts(CLASSES))
    function(z, torch.tensor([target])).mean().backward()
    torch.optim.SGD([z], lr=0.3).step()
    torch.testing.assert_close(found["z′"], z.detach()[0])
    after, _ = by_torch(LOSSES[key], z.detach()[0].tolist(), target)
    torch.testing.assert_close(found["L′"][0], after, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("key", LOSSES)
def test_every_loss_of_the_catalogue_writes_how_its_value_comes(key: str) -> None:
    names = [step.name for step in LOSSES[key].steps]
    assert "L" in names and len(set(names)) == len(names)
    assert all(step.formula for step in LOSSES[key].steps)


def test_two_classes_are_enough() -> None:
    for key, loss in LOSSES.items():
        value, gradient = by_torch(loss, [1.5, -0.5], 1)
        found = named(work(loss, [1.5, -0.5], 1))
        torch.testing.assert_close(found["L"][0], value, msg=key)
        torch.testing.assert_close(found["g"], gradient, msg=key)


def test_a_loss_without_lines_shows_its_value_and_gradient() -> None:
    def absolute(logits: Tensor, target: Tensor) -> Tensor:
        return (logits - torch.nn.functional.one_hot(target, logits.shape[1])).abs().sum(dim=1)

    worked = work(Loss("absolute", "Absolute", absolute), [0.5, 2.0, -1.0], 1)
    assert [each.step.name for each in worked] == ["z", "e", "L", "g", "η", "z′", "L′"]
    found = named(worked)
    assert found["L"].tolist() == [2.5] and found["g"].tolist() == [1.0, 1.0, -1.0]
    assert found["z′"].tolist() == [0.0, 1.5, -0.5]


def test_counts_are_shown_to_losses_that_ask_for_them_alone() -> None:
    for loss in LOSSES.values():
        shown = "n" in named(work(loss, [1.0, 0.0, 2.0], 0))
        assert shown == loss.uses_counts
    assert supposed_counts(3).tolist() == [1024, 512, 256] and supposed_counts(12)[-1] == 2
