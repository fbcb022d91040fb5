"""What the stored networks know already of a visitor's picture."""

from functools import cache

import torch
from PIL import Image
from torch import Generator, Tensor, nn

from losslens.checkpoints.files import CheckpointError, load, load_backbone
from losslens.images.augmentation import augment_digits_lightly
from losslens.images.pen import Strokes
from losslens.inference import predictor
from losslens.live.teach.examples import Kind, TeachError
from losslens.losses.catalogue import card_losses
from losslens.networks.taught import DrawingFeatures, PhotoFeatures

TASK = {"drawing": "digits", "photo": "pets"}  # whose networks know it
COPIES = {"drawing": 8, "photo": 2}  # of an example to learn from, the first as it is


@cache
def features_of(kind: Kind) -> nn.Module:
    """The network that gives features, in eval mode. Raises CheckpointError where none is here."""
    if kind == "photo":
        whole: PhotoFeatures | DrawingFeatures = PhotoFeatures()
        known = load_backbone(TASK[kind]).get_submodule("layers")
    else:
        whole = DrawingFeatures()
        known = _digit_net().get_submodule("features")
    whole.layers.load_state_dict(known.state_dict())
    return whole.eval().requires_grad_(False)


def _digit_net() -> nn.Module:
    """The first digit network that is here."""
    for loss in card_losses():
        try:
            return load(TASK["drawing"], loss).network
        except CheckpointError as error:
            problem = error
    raise problem


def tensor_of(kind: Kind, picture: Image.Image | Strokes | None) -> Tensor:
    """A picture (C, H, W) in 0..1 as the networks take it.

    Raises TeachError where nothing is on it, and PictureError for one too large or too small.
    """
    if picture is None:
        raise TeachError("blank")
    found = predictor.find(TASK[kind], picture).whole
    if kind == "drawing" and not found.any():
        raise TeachError("blank")
    return found


@torch.inference_mode()
def features(kind: Kind, picture: Tensor, copies: int = 1) -> Tensor:
    """The features (copies, F) of a picture (C, H, W), the first as it is, the others changed a
    little: drawings as another hand might have, photos mirrored."""
    batch = picture[None].repeat(copies, 1, 1, 1)
    if kind == "drawing" and copies > 1:
        target = torch.zeros(copies - 1, dtype=torch.long)
        batch[1:] = augment_digits_lightly(batch[1:], target, Generator().manual_seed(0))
    elif copies > 1:
        batch[1:] = batch[1:].flip(3)
    batch = batch.contiguous(memory_format=torch.channels_last)
    found: Tensor = features_of(kind)(batch)
    return found.clone()
