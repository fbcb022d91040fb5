"""The tasks. A task carries all that its weights need: labels, network, preprocessing and data."""

from losslens.data.sources import PETS, mnist, pets
from losslens.data.synthetic_ood_digits import synthetic_ood_digits
from losslens.data.synthetic_ood_photos import synthetic_ood_photos
from losslens.images.augmentation import augment_digits, augment_digits_lightly, augment_photos
from losslens.images.preprocessing import DIGIT_SIDE, PHOTO_SIDE, digit_tensor, is_blank, photo_tensor
from losslens.networks.digit_net import DigitNet
from losslens.networks.pet_net import PetNet, PetBackbone, pets_from_imagenet
from losslens.networks.saliency import class_activation, integrated_gradients
from losslens.tasks.base import FineTuning, Task, Backbone

TASKS: dict[str, Task] = {
    task.key: task
    for task in (
        Task(
            key="digits",
            labels=tuple("0123456789"),
            shape=(1, DIGIT_SIDE, DIGIT_SIDE),
            network=DigitNet,
            to_tensor=digit_tensor,
            load=mnist,
            augment=augment_digits,
            epochs=12,
            learning_rate=4e-3,
            explain=integrated_gradients,
            synthetic_ood=synthetic_ood_digits,
            is_blank=is_blank,
            shareable=True,
            fine_tuning=FineTuning(augment_digits_lightly, epochs=0.25, learning_rate=0.25),
        ),
        Task(
            key="pets",
            labels=PETS,
            shape=(3, PHOTO_SIDE, PHOTO_SIDE),
            network=PetNet,
            to_tensor=photo_tensor,
            load=pets,
            augment=augment_photos,
            epochs=2,
            learning_rate=1e-3,
            explain=class_activation,
            synthetic_ood=synthetic_ood_photos,
            is_blank=lambda _: False,
            shareable=False,
            backbone=Backbone(PetBackbone, pets_from_imagenet, epochs=5, learning_rate=5e-4, batch_size=64, views=4),
        ),
    )
}
