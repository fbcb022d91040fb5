"""What a finished live run leaves: its curves as CSV, a script, a notebook with its data, and all
of it in one zip file."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from losslens.live.config import LiveConfig, Point
from losslens.live.notebook import cells_of, notebook
from losslens.live.script import script

_NOTEBOOK = "train.ipynb"
COLUMNS = (
    *("loss", "seed", "examples_seen", "seconds", "training_loss", "accuracy"),
    *("calibration_error", "wrong_labels_repeated", "right_labels_kept"),
)


def curves_csv(config: LiveConfig, points: Sequence[Point]) -> str:
    """One row for each loss at each moment of each seed."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for index, key in enumerate(config.losses):
        rows.writerows((key, *_row(config, point, index)) for point in points)
    return text.getvalue()


def _row(config: LiveConfig, point: Point, index: int) -> Iterator[object]:
    yield from (config.seed + point.run, point.seen, point.seconds)
    yield from (point.loss[index], point.accuracy[index], point.calibration_error[index])
    # Empty where no label is wrong.
    yield from (each[index] if each else "" for each in (point.memorised, point.kept_right))


def write_files(
    folder: Path, config: LiveConfig, points: Sequence[Point], networks: Sequence[bytes]
) -> list[Path]:
    """Write the curves, the script, the notebook in a zip with its data, and a zip with all of it
    and the networks; their paths.

    ``folder`` exists; ``networks`` are those of ``Trained``.
    """
    names = ("curves.csv", "train.py", "losslens-notebook.zip", "losslens-run.zip")
    curves, code, cells, everything = (folder / name for name in names)
    source = script(config)
    curves.write_text(curves_csv(config, points), encoding="utf-8")
    code.write_text(source, encoding="utf-8")
    book = json.dumps(notebook(cells_of(source)), ensure_ascii=False, indent=1)
    with zipfile.ZipFile(cells, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_NOTEBOOK, book)
        _add_data(archive, config)
    with zipfile.ZipFile(everything, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (curves, code):
            archive.write(path, path.name)
        archive.writestr(_NOTEBOOK, book)
        for name, network in zip(_network_names(config), networks, strict=True):
            archive.writestr(f"networks/{name}.safetensors", network, zipfile.ZIP_STORED)
        _add_data(archive, config)
    return [curves, code, cells, everything]


def _add_data(archive: zipfile.ZipFile, config: LiveConfig) -> None:
    """The data of a run, and their licence."""
    data = config.live.data_file
    archive.write(data, data.name, zipfile.ZIP_STORED)  # it is packed already
    licence = data.parent / "LICENSE"
    if licence.is_file():
        archive.write(licence, "LICENSE-data")


def _network_names(config: LiveConfig) -> list[str]:
    """What the networks are called, in the order of ``Trained``."""
    return [
        f"{number}-{key}" + (f"-seed{each.seed}" if config.seeds > 1 else "")
        for each in config.each_seed
        for number, key in enumerate(config.losses, start=1)
    ]
