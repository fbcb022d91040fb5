"""Handwritten digits: MNIST."""

import torch
from PIL import Image
from torch import Generator

from losslens.data.bundled import MINI_DIGITS, mini_mnist, sample_digit_classes, sample_digits
from losslens.data.coarse import coarse
from losslens.data.dataset import Dataset
from losslens.data.exposure_digits import exposure_digits
from losslens.data.sources import mnist
from losslens.images.augmentation import augment_digits, augment_digits_lightly, shifted
from losslens.images.preprocessing import DIGIT_SIDE, digit_tensor, is_blank, read_digits
from losslens.networks.digit_net import DigitNet, ExposedDigitNet, SmallDigitNet
from losslens.networks.saliency import integrated_gradients
from losslens.networks.stacked import StackedDigitNets
from losslens.tasks.base import (
    LIVE_EXAMPLES,
    CardFacts,
    FineTuning,
    LearningRates,
    Live,
    NetworkDetector,
    Sample,
    Task,
)

_SPLIT_SEED = 7


def _live_data() -> tuple[Dataset, Dataset]:
    mini = mini_mnist()
    order = torch.randperm(len(mini), generator=Generator().manual_seed(_SPLIT_SEED))
    return mini.pick(order[-LIVE_EXAMPLES:]), mini.pick(order[:-LIVE_EXAMPLES])


def _samples() -> list[Sample]:
    classes = sample_digit_classes()
    return [
        Sample(key, Image.fromarray(255 - ink), label=str(classes[key]), disputed="/" in key)
        for key, ink in sample_digits().items()
    ]


DIGITS = Task(
    key="digits",
    labels=tuple("0123456789"),
    shape=(1, DIGIT_SIDE, DIGIT_SIDE),
    input_kind="drawing",
    network=DigitNet,
    stacked=StackedDigitNets,
    to_tensor=digit_tensor,
    load=mnist,
    augment=augment_digits,
    epochs=12,
    learning_rate=4e-3,
    saliency=integrated_gradients,
    network_detector=NetworkDetector(ExposedDigitNet, pictures=exposure_digits, coarse=coarse),
    read=read_digits,
    is_blank=is_blank,
    shareable=True,
    fine_tuning=FineTuning(augment_digits_lightly, epochs=0.25, learning_rate=0.25),
    live=Live(
        data_file=MINI_DIGITS,
        load=_live_data,
        network=SmallDigitNet,
        large_network=DigitNet,
        shape=(1, DIGIT_SIDE, DIGIT_SIDE),
        learning_rates={"adamw": LearningRates(0.01), "sgd": LearningRates(0.05, {"mse": 0.005})},
        read_code='archive["images"][:, None].astype(np.float32) / 255',
        order_code=f"torch.randperm(len(target), generator=Generator().manual_seed({_SPLIT_SEED}))",
        augment=shifted,
    ),
    corruption_strengths={
        "gaussian_noise": (0.064, 0.085, 0.13),
        "salt_and_pepper": (0.028, 0.054, 0.09),
        "blur": (1.5, 2, 2.4),
        "motion_blur": (4.3, 6.5, 9.5),
        "pixelate": (0.95, 1.4, 2.4),
        "low_contrast": (0.37, 0.45, 0.56),
        "overexposed": (0.043, 0.073, 0.11),
        "rotation": (26, 37, 52),
        "translation": (0.26, 0.35, 0.44),
        "occlusion": (0.19, 0.29, 0.47),
    },
    corruption_examples=2_000,
    confused={7: 1, 2: 7, 5: 6, 6: 5, 3: 8},  # as Patrini et al. 2017 have it
    samples=_samples,
    card=CardFacts(
        dataset="ylecun/mnist",
        dataset_name="MNIST",
        training_data=(
            "**Digits**: MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0), "
            f"{DIGIT_SIDE} x {DIGIT_SIDE} pixels; the figures are on its test digits."
        ),
        limits=(
            "Written digits, 0 to 9, alone or with paper between them. MNIST's writers were "
            "American; other hands are read less well."
        ),
    ),
    endpoint="predict_digit",
)
