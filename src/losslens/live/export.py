"""What a finished live run leaves to take away: its curves as CSV, and all of it in one zip file."""

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from losslens.data.bundled import MINI
from losslens.live.config import LiveConfig, Point
from losslens.live.script import DATA, script

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
    """Write the curves, the script, and a zip with both, the networks and the data, into
    ``folder``; their paths."""
    curves, code, everything = (
        folder / name for name in ("curves.csv", "train.py", "losslens-run.zip")
    )
    curves.write_text(curves_csv(config, points))
    code.write_text(script(config))
    with zipfile.ZipFile(everything, "w") as archive:
        for path in (curves, code):
            archive.write(path, path.name, zipfile.ZIP_DEFLATED)
        for number, (key, network) in enumerate(zip(config.losses, networks, strict=True), start=1):
            archive.writestr(f"networks/{number}-{key}.safetensors", network)
        archive.write(DATA[config.task], DATA[config.task].name)
        archive.write(MINI / "LICENSE", "LICENSE-data")
    return [curves, code, everything]
