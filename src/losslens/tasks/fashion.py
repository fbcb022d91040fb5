"""Clothes: Fashion-MNIST."""

import torch

from losslens.data.bundled import MINI_FASHION, mini_fashion
from losslens.data.dataset import Dataset
from losslens.data.sources import fashion_mnist
from losslens.images.augmentation import augment_clothes, mirrored_and_shifted
from losslens.images.clothes import CLOTHES_SIDE, clothes_tensor
from losslens.networks.digit_net import DigitNet, SmallDigitNet
from losslens.networks.saliency import integrated_gradients
from losslens.tasks.base import LIVE_EXAMPLES, LearningRates, Live, Task


def _live_data() -> tuple[Dataset, Dataset]:
    mini = mini_fashion()
    order = torch.arange(len(mini))
    return mini.pick(order[-LIVE_EXAMPLES:]), mini.pick(order[:-LIVE_EXAMPLES])


FASHION = Task(
    key="fashion",
    labels=(
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
    ),
    shape=(1, CLOTHES_SIDE, CLOTHES_SIDE),
    input_kind="photo",
    network=DigitNet,
    to_tensor=clothes_tensor,
    load=fashion_mnist,
    augment=augment_clothes,
    epochs=15,
    learning_rate=4e-3,
    saliency=integrated_gradients,
    shareable=True,
    # As Zhang and Sabuncu 2018 have it: a boot is a sneaker, a sneaker a sandal, a pullover a
    # shirt, and coat and dress are taken for each other.
    confused={9: 7, 7: 5, 2: 6, 4: 3, 3: 4},
    live=Live(
        data_file=MINI_FASHION,
        load=_live_data,
        network=SmallDigitNet,
        shape=(1, CLOTHES_SIDE, CLOTHES_SIDE),
        learning_rates={"adamw": LearningRates(0.01), "sgd": LearningRates(0.05, {"mse": 0.005})},
        read_code='archive["images"][:, None].astype(np.float32) / 255',
        order_code="torch.arange(len(target))",
        augment=mirrored_and_shifted,
    ),
)
