"""What was taught, to take along: the networks as safetensors and as one ONNX file, the examples,
and a short script that answers with them."""

import json
import zipfile
from pathlib import Path
from string import Template

from safetensors.torch import save
from torch import Tensor, nn

from losslens.inference.onnx_export import INPUT, has_packages, write_onnx
from losslens.live.script import with_parts
from losslens.live.teach.examples import Kind
from losslens.live.teach.features import TASK, features_of
from losslens.live.teach.training import Taught
from losslens.networks.digit_net import DigitNet
from losslens.networks.pet_net import lite2_layers
from losslens.networks.taught import DrawingFeatures, PhotoFeatures, TaughtHead
from losslens.tasks import TASKS

_TEMPLATES = Path(__file__).parent
_PIECES = {
    "drawing": (DigitNet, DrawingFeatures, TaughtHead),
    "photo": (lite2_layers, PhotoFeatures, TaughtHead),
}


class _Networks(nn.Module):
    """Pictures (N, C, H, W) in 0..1 to the logits (N, classes) of one network after the other."""

    def __init__(self, features: nn.Module, heads: list[TaughtHead]) -> None:
        super().__init__()
        self.features = features
        self.heads = nn.ModuleList(heads)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        features = self.features(images)
        return tuple(head(features) for head in self.heads)


def write_taught(taught: Taught, folder: Path) -> Path:
    """Write all of it to one zip file in ``folder``, which exists; its path."""
    path, kind = folder / "losslens-taught.zip", taught.given.kind
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("answer.py", script(taught))
        archive.writestr("classes.json", json.dumps(taught.given.names, ensure_ascii=False))
        archive.writestr("networks/features.safetensors", _as_file(features_of(kind), kind))
        for loss, head in taught.heads.items():
            archive.writestr(f"networks/{loss}.safetensors", _as_file(head))
        if has_packages():  # without them it is left out
            archive.write(_onnx(taught, folder), "networks.onnx")
    return path


def _as_file(network: nn.Module, kind: Kind = "drawing") -> bytes:
    """Of a photo's many weights in half precision, as they are stored here."""
    tensors = {name: value.contiguous() for name, value in network.state_dict().items()}
    if kind == "photo":
        halves = {name: value for name, value in tensors.items() if value.is_floating_point()}
        tensors |= {name: value.half() for name, value in halves.items()}
    return save(tensors)


def _onnx(taught: Taught, folder: Path) -> Path:
    """The file takes ``images`` as the script makes them; an output a loss has its logits."""
    path, losses = folder / "networks.onnx", list(taught.heads)
    networks = _Networks(features_of(taught.given.kind), list(taught.heads.values()))
    picture = TASKS[TASK[taught.given.kind]].blank()
    write_onnx(networks, picture, losses, {"labels": taught.given.names}, path)
    return path


def script(taught: Taught) -> str:
    """The source of the script; it needs torch, safetensors, numpy and Pillow, for photos timm."""
    kind = taught.given.kind
    sources = [source for piece in _PIECES[kind] for source in with_parts(piece)]
    reading = (_TEMPLATES / f"read_{kind}.txt").read_text(encoding="utf-8")
    return Template((_TEMPLATES / "script_template.txt").read_text(encoding="utf-8")).substitute(
        also=", and timm" if kind == "photo" else "",
        input=INPUT,
        pieces="\n\n".join(dict.fromkeys(sources)),
        reading=reading,
        features=_PIECES[kind][1].__name__,
        losses=list(taught.heads),
    )
