"""What a finished live run leaves: its curves as CSV, a script, and all of it in one zip file."""

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from losslens.live.config import LiveConfig, Point
from losslens.live.script import script

COLUMNS = ("loss", "examples_seen", "seconds", "training_loss", "accuracy", "calibration_error")


def curves_csv(config: LiveConfig, points: Sequence[Point]) -> str:
    """One row for each loss at each moment."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for index, key in enumerate(config.losses):
        rows.writerows(
            (key, p.seen, p.seconds, p.loss[index], p.accuracy[index], p.calibration_error[index])
            for p in points
        )
    return text.getvalue()


def write_files(
    folder: Path, config: LiveConfig, points: Sequence[Point], networks: Sequence[bytes]
) -> list[Path]:
    """Write the curves, the script, and a zip with both, the networks and the data; their paths.

    ``folder`` exists; ``networks`` are those of ``Trained``.
    """
    names = ("curves.csv", "train.py", "losslens-run.zip")
    curves, code, everything = (folder / name for name in names)
    curves.write_text(curves_csv(config, points), encoding="utf-8")
    code.write_text(script(config), encoding="utf-8")
    data = config.live.data_file
    licence = data.parent / "LICENSE"
    with zipfile.ZipFile(everything, "w") as archive:
        for path in (curves, code):
            archive.write(path, path.name, zipfile.ZIP_DEFLATED)
        for number, (key, network) in enumerate(zip(config.losses, networks, strict=True), start=1):
            archive.writestr(f"networks/{number}-{key}.safetensors", network)
        archive.write(data, data.name)
        if licence.is_file():
            archive.write(licence, "LICENSE-data")
    return [curves, code, everything]
