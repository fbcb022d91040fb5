"""Clothes: Fashion-MNIST."""

import torch
from PIL import Image

from losslens.data.bundled import MINI_FASHION, mini_fashion
from losslens.data.dataset import Dataset
from losslens.data.sources import fashion_mnist
from losslens.data.synthetic_ood_clothes import synthetic_ood_clothes
from losslens.images.augmentation import mirrored, mirrored_and_shifted
from losslens.images.clothes import CLOTHES_SIDE, clothes_tensor
from losslens.images.preprocessing import is_blank
from losslens.networks.digit_net import DigitNet, SmallDigitNet
from losslens.networks.saliency import integrated_gradients
from losslens.networks.stacked import StackedDigitNets
from losslens.tasks.base import (
    LIVE_EXAMPLES,
    CardFacts,
    FineTuning,
    LearningRates,
    Live,
    Sample,
    Task,
)

_LABELS = (
    "t-shirt",
    "trousers",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
# Of the held-out pictures: four that every network reads rightly, and two that they dispute.
_SAMPLES = {"sneaker": 35, "dress": 51, "bag": 12, "boot": 11, "shoe": 646, "garment": 650}
_DISPUTED = ("shoe", "garment")


def _live_data() -> tuple[Dataset, Dataset]:
    mini = mini_fashion()
    order = torch.arange(len(mini))
    return mini.pick(order[-LIVE_EXAMPLES:]), mini.pick(order[:-LIVE_EXAMPLES])


def _samples() -> list[Sample]:
    """As a shop shows them: on white."""
    mini = mini_fashion()
    return [
        Sample(
            key,
            Image.fromarray(255 - mini.images[index, 0].numpy()),
            label=_LABELS[int(mini.target[index])],
            disputed=key in _DISPUTED,
        )
        for key, index in _SAMPLES.items()
    ]


FASHION = Task(
    key="fashion",
    labels=_LABELS,
    shape=(1, CLOTHES_SIDE, CLOTHES_SIDE),
    input_kind="photo",
    network=DigitNet,
    stacked=StackedDigitNets,
    to_tensor=clothes_tensor,
    load=fashion_mnist,
    augment=mirrored_and_shifted,
    epochs=10,
    learning_rate=4e-3,
    fine_tuning=FineTuning(mirrored, epochs=0.25, learning_rate=0.25),
    saliency=integrated_gradients,
    synthetic_ood=synthetic_ood_clothes,
    is_blank=is_blank,
    shareable=True,
    # As Zhang and Sabuncu 2018 have it: a boot is a sneaker, a sneaker a sandal, a pullover a
    # shirt, and coat and dress are taken for each other.
    confused={9: 7, 7: 5, 2: 6, 4: 3, 3: 4},
    live=Live(
        data_file=MINI_FASHION,
        load=_live_data,
        network=SmallDigitNet,
        large_network=DigitNet,
        shape=(1, CLOTHES_SIDE, CLOTHES_SIDE),
        learning_rates={"adamw": LearningRates(0.01), "sgd": LearningRates(0.05, {"mse": 0.005})},
        read_code='archive["images"][:, None].astype(np.float32) / 255',
        order_code="torch.arange(len(target))",
    ),
    corruption_strengths={
        "gaussian_noise": (0.033, 0.057, 0.092),
        "salt_and_pepper": (0.011, 0.041, 0.087),
        "blur": (0.58, 0.82, 1.2),
        "motion_blur": (1.6, 3.2, 5.9),
        "pixelate": (0.11, 0.89, 1.9),
        "low_contrast": (0.14, 0.22, 0.34),
        "overexposed": (0.032, 0.047, 0.093),
        "rotation": (11, 14, 21),
        "translation": (0.071, 0.31, 0.47),
        "occlusion": (0.25, 0.35, 0.45),
    },
    samples=_samples,
    card=CardFacts(
        dataset="zalando-datasets/fashion_mnist",
        dataset_name="Fashion-MNIST",
        training_data=(
            "**Fashion**: Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, Zalando SE; MIT licence), "
            f"{CLOTHES_SIDE} x {CLOTHES_SIDE} pixels; the figures are on its test pictures."
        ),
        limits=(
            "One piece of clothing of ten kinds, alone, as a shop photographs it on white; other "
            "photos are read less well."
        ),
    ),
)
