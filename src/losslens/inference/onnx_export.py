"""A task's trained networks as one ONNX file, for other runtimes."""

import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn

from losslens.checkpoints.ensemble import Ensemble, load_ensemble
from losslens.files import atomic_write
from losslens.validation import one_of

INPUT = "images"
_NEEDED = ("onnx", "onnxscript")


class _Networks(nn.Module):
    """Pictures (N, C, H, W) in 0..1 to the logits (N, labels) of one network after the other."""

    def __init__(self, ensemble: Ensemble, losses: Sequence[str]) -> None:
        super().__init__()
        self.backbone = ensemble.backbone or nn.Identity()
        self.networks = nn.ModuleList(ensemble.networks[loss] for loss in losses)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        features = self.backbone(images)
        return tuple(network(features) for network in self.networks)


def export_onnx(task: str, path: Path, loss: str = "all", folder: Path | None = None) -> list[str]:
    """Write the networks of ``task`` to ``path``, of all losses or of one; gives the losses.

    The file takes ``images`` (N, C, H, W) in 0..1, as ``Classifier.to_tensor`` makes them, and has
    an output (N, labels) a loss, its logits, by its name. Its metadata has the labels and
    temperatures in JSON: softmax(logits / temperature) is calibrated. It appears whole or not at
    all. Raises ValueError for an unknown name and where the packages for ONNX are missing, and
    CheckpointError where there is no network.
    """
    if not has_packages():
        raise ValueError('ONNX needs more packages: pip install -e ".[onnx]"')
    ensemble = load_ensemble(task, folder).required()
    if loss != "all":
        one_of("loss", loss, ensemble.losses)
    losses = ensemble.losses if loss == "all" else [loss]
    facts = {
        "labels": ensemble.task.labels,
        "temperatures": {each: ensemble.temperatures[each] for each in losses},
    }
    write_onnx(_Networks(ensemble, losses), ensemble.task.blank(), losses, facts, path)
    return losses


def has_packages() -> bool:
    """Whether the packages for ONNX are here."""
    return all(map(find_spec, _NEEDED))


def write_onnx(
    networks: nn.Module,
    picture: Tensor,
    outputs: list[str],
    facts: Mapping[str, object],
    path: Path,
) -> None:
    """Write ``networks``, pictures (N, C, H, W) to one output each, as one file.

    ``picture`` (C, H, W) is any that they take; ``facts`` go into the metadata as JSON. The file
    appears whole or not at all.
    """
    program = torch.onnx.export(
        networks.eval(),
        (picture[None].repeat(2, 1, 1, 1),),
        input_names=[INPUT],
        output_names=outputs,
        dynamic_shapes={"images": {0: torch.export.Dim("batch")}},
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    program.model.metadata_props.update({key: json.dumps(facts[key]) for key in facts})
    with atomic_write(path) as partial:
        program.save(str(partial), external_data=False)
