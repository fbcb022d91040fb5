"""Cats and dogs."""

from functools import cache

import torch
from torch import Tensor

from losslens.data.bundled import MINI_PETS, SAMPLE_PHOTOS, mini_pets, pet_components
from losslens.data.dataset import Dataset
from losslens.data.sources import PET_LABELS, pets
from losslens.images.preprocessing import PHOTO_SIDE, photo_tensor
from losslens.images.reading import read_picture
from losslens.networks.pet_net import (
    FEATURES,
    PetBackbone,
    PetNet,
    PetsAmongImageNet,
    SmallPetNet,
    for_learning,
    imagenet_backbone,
    imagenet_classifier,
    shows_cat_and_dog,
)
from losslens.networks.saliency import class_activation
from losslens.tasks.base import (
    LIVE_EXAMPLES,
    Backbone,
    CardFacts,
    LearningRates,
    Live,
    NetworkDetector,
    Sample,
    Task,
)


def _live_data() -> tuple[Dataset, Dataset]:
    mini = mini_pets()
    order = torch.arange(len(mini))
    return mini.pick(order[-LIVE_EXAMPLES:]), mini.pick(order[:-LIVE_EXAMPLES])


@cache
def _samples() -> list[Sample]:
    """Cats and dogs, and two that are neither."""
    classes = {"cat": "cat", "shepherd": "dog", "kitten": "cat", "husky": "dog"}
    return [
        Sample(path.stem, read_picture(path), label=classes.get(path.stem, ""))
        for path in SAMPLE_PHOTOS
    ]


def _components(features: Tensor) -> Tensor:
    """The backbone's features (1281, H, W) of a photo as the stored ones are: (320, 1, 1)."""
    return pet_components(features[:FEATURES].mean(dim=(1, 2)))[:, None, None]


PETS = Task(
    key="pets",
    labels=PET_LABELS,
    shape=(3, PHOTO_SIDE, PHOTO_SIDE),
    input_kind="photo",
    network=PetNet,
    to_tensor=photo_tensor,
    load=pets,
    epochs=6,
    learning_rate=1e-3,
    saliency=class_activation,
    network_detector=NetworkDetector(PetsAmongImageNet, pretrained=imagenet_classifier),
    shows_several=shows_cat_and_dog,
    backbone=Backbone(PetBackbone, imagenet_backbone, for_learning=for_learning),
    live=Live(
        data_file=MINI_PETS,
        load=_live_data,
        network=SmallPetNet,
        shape=(320, 1, 1),
        learning_rates={"adamw": LearningRates(0.003), "sgd": LearningRates(0.02)},
        read_code='archive["features"][:, :, None, None].astype(np.float32)',
        order_code="torch.arange(len(target))",
        to_input=_components,
    ),
    corruption_strengths={
        "gaussian_noise": (0.02, 0.14, 0.2),
        "salt_and_pepper": (0.0017, 0.051, 0.15),
        "blur": (2.4, 3.8, 5.5),
        "motion_blur": (5.6, 14, 24),
        "pixelate": (0.18, 0.92, 2.4),
        "low_contrast": (0.73, 0.76, 0.82),
        "overexposed": (0.35, 0.53, 0.68),
        "rotation": (39, 89, 180),
        "translation": (0.35, 0.53, 0.7),
        "occlusion": (0.4, 0.52, 0.66),
    },
    corruption_examples=200,
    confused={0: 1},  # cats are called dogs
    samples=_samples,
    card=CardFacts(
        dataset="microsoft/cats_vs_dogs",
        dataset_name="Asirra (Dogs vs. Cats)",
        training_data=(
            "**Pets**: photos of cats and dogs of Asirra (Kaggle's Dogs vs. Cats), cat-breed "
            "photos, dogs of Stanford Dogs, Oxford-IIIT Pet, PACS, Caltech-101 and phones, used "
            "for research; no photo is in this repository. The figures are on photos of Asirra "
            "with no twin among those learnt from."
        ),
        limits=(
            "One cat or one dog in an ordinary photo. Any other picture is answered all the same; "
            "`pets/unlike.safetensors` flags most of those."
        ),
        licence=(
            "The networks for pets stand on EfficientNet-Lite2 with ImageNet's weights "
            "(Apache-2.0)."
        ),
    ),
    endpoint="predict_pet",
)
