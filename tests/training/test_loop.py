"""Training: it learns under every loss, it repeats, it resumes to the same end, and it says what is
wrong."""

from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from losslens.data.dataset import Dataset, Splits
from losslens.images.augmentation import augment_digits
from losslens.losses import LOSSES
from losslens.training.config import TrainConfig, learning_rate_at
from losslens.training.loop import train
from losslens.training.state import TrainState, new_state


def weights(state: TrainState) -> torch.Tensor:
    return torch.cat([value.flatten().double() for value in state.network().state_dict().values()])


def short(loss: str = "cross_entropy", **options: object) -> TrainConfig:
    return TrainConfig(loss=loss, epochs=2, batch_size=25, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_overfits_16_digits(loss: str, mini: Dataset) -> None:
    sixteen = mini.pick(torch.arange(16) * (len(mini) // 16))
    epochs = 150 if loss == "mae" else 60  # it hardly learns where it is confidently wrong
    state = new_state(
        TrainConfig(loss=loss, epochs=epochs, batch_size=16, average=0.0, learning_rate=3e-3)
    )
    progress = list(train(state, LOSSES[loss].fn, sixteen))
    assert progress[-1].accuracy == 1.0
    assert progress[-1].loss < progress[0].loss


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(small_splits: Splits) -> None:
    ends = []
    for seed in (0, 0, 1):
        state = new_state(short(seed=seed))
        list(train(state, LOSSES["focal"].fn, small_splits.train, augment_digits))
        ends.append(weights(state))
    assert torch.equal(ends[0], ends[1])
    assert not torch.equal(ends[0], ends[2])


def test_two_losses_see_the_same_batches(small_splits: Splits) -> None:
    seen: dict[str, list[torch.Tensor]] = {"mse": [], "gce": []}
    for loss, batches in seen.items():

        def remember(
            images: torch.Tensor, target: torch.Tensor, generator: torch.Generator, kept=batches
        ) -> torch.Tensor:
            augmented = augment_digits(images, target, generator)
            kept.append(augmented)
            return augmented

        list(train(new_state(short(loss)), LOSSES[loss].fn, small_splits.train, remember))
    config = short()
    assert len(seen["mse"]) == len(small_splits.train) // config.batch_size * config.epochs
    assert all(torch.equal(one, other) for one, other in zip(*seen.values(), strict=True))


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_a_resumed_run_ends_like_an_uninterrupted_one(
    optimizer: str, small_splits: Splits, tmp_path: Path
) -> None:
    config = short(optimizer=optimizer, learning_rate=0.003)
    whole = new_state(config)
    list(train(whole, LOSSES["brier"].fn, small_splits.train, augment_digits))

    broken = new_state(config)
    run = train(broken, LOSSES["brier"].fn, small_splits.train, augment_digits)
    for _ in range(13):
        next(run)
    broken.save(tmp_path / "state.safetensors")
    resumed = new_state(config)
    resumed.restore(tmp_path / "state.safetensors")
    rest = list(train(resumed, LOSSES["brier"].fn, small_splits.train, augment_digits))
    assert rest[0].step == 14
    assert torch.equal(weights(whole), weights(resumed))


def test_a_damaged_or_foreign_state_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    new_state(short(seed=3)).save(path)
    with pytest.raises(ValueError, match="another configuration"):
        new_state(short(seed=4)).restore(path)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ValueError, match="damaged"):
        new_state(short(seed=3)).restore(path)


@pytest.mark.parametrize(
    "changed",
    [
        {"step": torch.tensor(-5)},
        {"step": torch.tensor(10**9)},
        {"step": torch.tensor([1, 2])},
        {"seconds": torch.tensor(float("nan"))},
        {"averaged.n_averaged": torch.tensor([1.0, 2.0])},
        {"optimizer.0.exp_avg": torch.zeros(3)},
        {"optimizer.999.exp_avg": torch.zeros(3)},
        {"optimizer.x.exp_avg": torch.zeros(3)},
        {"model.more": torch.zeros(3)},
    ],
    ids=str,
)
def test_a_state_that_no_run_leaves_is_refused(
    changed: dict[str, torch.Tensor], small_splits: Splits, tmp_path: Path
) -> None:
    path, state = tmp_path / "state.safetensors", new_state(short())
    next(train(state, LOSSES["brier"].fn, small_splits.train))
    state.save(path)
    with safe_open(path, framework="pt") as file:
        signature = file.metadata()
    save_file(load_file(path) | changed, path, signature)
    with pytest.raises(ValueError, match="delete it to start again"):
        new_state(short()).restore(path)


def test_a_state_of_more_steps_than_the_run_has_is_refused(small_splits: Splits) -> None:
    state = new_state(short())
    state.step = 10**6
    with pytest.raises(ValueError, match="this is another run"):
        next(train(state, LOSSES["brier"].fn, small_splits.train))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"loss": "nope"}, "choose from cross_entropy"),
        ({"task": "birds"}, "choose from digits"),
        ({"epochs": -1}, "from 1 to 1000"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"batch_size": 1}, "from 2 to 4096"),
    ],
)
def test_a_wrong_configuration_names_what_is_allowed(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        TrainConfig(**wrong)  # type: ignore[arg-type]


def test_too_few_examples_and_a_loss_that_explodes_are_told(small_splits: Splits) -> None:
    with pytest.raises(ValueError, match="fewer than one batch"):
        next(
            train(
                new_state(TrainConfig()), LOSSES["mse"].fn, small_splits.train.pick(torch.arange(5))
            )
        )
    with pytest.raises(ArithmeticError, match="lower learning rate"):
        list(train(new_state(short()), lambda z, _: z.sum(dim=1) / 0.0, small_splits.train))


def test_the_learning_rate_rises_then_falls_to_zero() -> None:
    rates = [learning_rate_at(step / 100) for step in range(101)]
    assert rates[0] == 0 and max(rates) == rates[20] == 1 and rates[100] == pytest.approx(0)
