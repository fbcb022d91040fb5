"""The shipped checkpoints: sane on digits they were trained on, and, given MNIST, just as good as
their cards say."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image, ImageFont
from torch import Tensor

from losslens.checkpoints import files as checkpoints
from losslens.data import glyphs
from losslens.data.bundled import SAMPLE_PHOTOS, mini_fashion, sample_digit_classes, sample_digits
from losslens.data.dataset import Dataset
from losslens.data.sources import fashion_mnist, mnist
from losslens.data.synthetic_ood_clothes import synthetic_ood_clothes
from losslens.data.synthetic_ood_photos import synthetic_ood_photos
from losslens.evaluation.metrics import outputs_of
from losslens.images.preprocessing import digit_tensor
from losslens.images.reading import read_picture
from losslens.inference import predictor as inference
from losslens.tasks import TASKS
from support.shipped import shipped

DATA = os.environ.get("LOSSLENS_DATA")


@pytest.mark.parametrize("loss", shipped("digits"))
def test_the_shipped_network_reads_its_training_digits(loss: str, mini: Dataset) -> None:
    logits = outputs_of(checkpoints.load("digits", loss).network, mini)
    assert (logits.argmax(dim=1) == mini.target).float().mean() > 0.995


@pytest.mark.skipif(DATA is None, reason="LOSSLENS_DATA names no folder with the data")
@pytest.mark.parametrize(
    ("task", "load", "loss"),
    [
        (task, load, loss)
        for task, load in (("digits", mnist), ("fashion", fashion_mnist))
        for loss in shipped(task)
    ],
)
def test_the_cards_test_accuracy_is_remade(task: str, load: Any, loss: str) -> None:
    checkpoint, test = checkpoints.load(task, loss), load(str(DATA)).test
    right = outputs_of(checkpoint.network, test).argmax(dim=1) == test.target
    assert right.double().mean().item() == checkpoint.card.test["softmax"]["accuracy"]["value"]


@pytest.mark.parametrize("task", TASKS)
def test_weights_are_small_enough_for_a_plain_push(task: str) -> None:
    sizes = [path.stat().st_size for path in (checkpoints.models_folder() / task).iterdir()]
    assert max(sizes) < 10_000_000 and sum(sizes) < 60_000_000


SAMPLES = {path.stem: path for path in SAMPLE_PHOTOS}
KNOWN = {
    "cat": "cat",
    "kitten": "cat",
    "shepherd": "dog",
    "husky": "dog",
    "sheep": None,
    "coffee": None,
}


def test_it_is_known_of_each_sample_what_it_shows() -> None:
    assert KNOWN.keys() == SAMPLES.keys()


@pytest.mark.parametrize(("sample", "label"), KNOWN.items())
def test_the_sample_photos_are_answered_rightly(sample: str, label: str | None) -> None:
    prediction = inference.predict_picture("pets", read_picture(SAMPLES[sample]))
    assert len(prediction.given) == len(shipped("pets"))
    assert inference.is_flagged("pets", prediction) == (label is None)
    if label is not None:
        assert {answer.label for answer in prediction.given} == {label}


def test_synthetic_pictures_of_no_pet_are_flagged() -> None:
    pictures = synthetic_ood_photos(seed=7, count=21)
    flagged = [
        inference.is_flagged("pets", inference.predict("pets", picture)) for picture in pictures
    ]
    assert sum(flagged) >= 17


def test_a_known_digit_survives_the_whole_way_from_a_picture(mini: Dataset) -> None:
    """Enlarged as on the pad, dark on light, and back: nearly the digit it was, and read the same
    by all."""
    for index in range(0, len(mini), 499):
        original = mini.images[index, 0]
        picture = Image.fromarray(255 - original.numpy())
        picture = picture.resize((280, 280), Image.Resampling.BICUBIC)
        prediction = inference.predict_picture("digits", picture)
        assert {answer.label for answer in prediction.given} == {str(int(mini.target[index]))}
        made = digit_tensor(picture)[0]
        # MNIST's own centring rounds to whole pixels, so ours may lie one pixel beside it.
        moved = [made.roll((down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
        assert min((each - original / 255).abs().mean() for each in moved) < 0.05


def test_the_sample_digits_are_read_rightly_by_all_and_the_disputed_ones_are_disputed() -> None:
    for sample in TASKS["digits"].samples():
        for picture in (
            sample.picture,
            sample.picture.resize((280, 280), Image.Resampling.BILINEAR),
        ):
            prediction = inference.predict_picture("digits", picture)
            votes = Counter(answer.label for answer in prediction.given)
            if sample.disputed:
                assert max(votes.values()) <= len(shipped("digits")) - 2, (sample.key, votes)
            else:
                assert votes == {sample.key: len(shipped("digits"))}
                assert not inference.is_flagged("digits", prediction)
    assert [sample.disputed for sample in TASKS["digits"].samples()] == [False] * 10 + [True] * 2


def test_no_sample_digit_is_one_that_live_training_learns_from(mini: Dataset) -> None:
    known = {digit.tobytes() for digit in mini.images.numpy()}
    assert not any(digit.tobytes() in known for digit in sample_digits().values())


@pytest.mark.skipif(DATA is None, reason="LOSSLENS_DATA names no folder with MNIST")
def test_the_sample_digits_are_held_out() -> None:
    held_out = mnist(str(DATA)).held_out
    known = {
        digit.tobytes(): int(each)
        for digit, each in zip(held_out.images.numpy(), held_out.target, strict=True)
    }
    assert {
        key: known[digit.tobytes()] for key, digit in sample_digits().items()
    } == sample_digit_classes()


def test_noise_is_flagged_as_no_digit_and_digits_are_not(mini: Dataset) -> None:
    digits = [
        inference.predict("digits", mini.batch(torch.tensor([index]))[0][0])
        for index in range(0, len(mini), 100)
    ]
    flagged = [inference.is_flagged("digits", prediction) for prediction in digits]
    assert sum(flagged) <= 3
    generator = torch.Generator().manual_seed(0)
    noise = [
        inference.predict("digits", torch.rand(TASKS["digits"].shape, generator=generator))
        for _ in range(10)
    ]
    assert all(inference.is_flagged("digits", prediction) for prediction in noise)


def test_letters_and_clothes_are_flagged_as_no_digit_and_digits_of_fonts_are_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "font.ttf").write_bytes(ImageFont.load_default(40).path.getvalue())
    families = glyphs.font_families([tmp_path])

    def flagged(pictures: torch.Tensor) -> int:
        answers = (inference.predict("digits", picture) for picture in pictures)
        return sum(inference.is_flagged("digits", answer) for answer in answers)

    assert flagged(glyphs.drawn(families, glyphs.LETTERS, 9, 60)) >= 48
    digits = glyphs.digits(families, 9, 30)
    assert flagged(digits.batch(torch.arange(30))[0]) <= 3
    sleeves = torch.zeros(1, 1, 28, 28)  # a shirt, filled as Fashion-MNIST's are
    sleeves[..., 4:24, 9:19] = sleeves[..., 5:12, 3:25] = 0.7
    assert flagged(sleeves) == 1


@pytest.mark.parametrize("loss", shipped("fashion"))
def test_the_shipped_network_tells_clothes_that_it_never_saw(loss: str) -> None:
    held_out = mini_fashion().pick(torch.arange(1000))
    logits = outputs_of(checkpoints.load("fashion", loss).network, held_out)
    assert (logits.argmax(dim=1) == held_out.target).float().mean() > 0.91


@pytest.mark.parametrize("loss", shipped("fashion"))
def test_every_loss_tells_93_percent_of_the_test_clothes(loss: str) -> None:
    assert checkpoints.load("fashion", loss).card.test["softmax"]["accuracy"]["value"] > 0.93


def test_all_agree_on_four_samples_of_clothes_and_dispute_the_last_two() -> None:
    answers = {
        sample.key: {
            each.label for each in inference.predict_picture("fashion", sample.picture).given
        }
        for sample in TASKS["fashion"].samples()
    }
    assert [answers.pop(key) for key in ("sneaker", "dress", "bag", "boot")] == [
        {"sneaker"},
        {"dress"},
        {"bag"},
        {"ankle boot"},
    ]
    assert len(answers) == 2 and all(len(said) > 1 for said in answers.values())


def test_digits_and_made_pictures_are_flagged_as_no_clothing_and_clothes_are_not() -> None:
    def flagged(pictures: Tensor) -> float:
        answers = [inference.predict("fashion", picture) for picture in pictures]
        return sum(inference.is_flagged("fashion", each) for each in answers) / len(answers)

    assert flagged(synthetic_ood_clothes(seed=7, count=42)) > 0.8
    assert flagged(mini_fashion().batch(torch.arange(100))[0]) < 0.1
