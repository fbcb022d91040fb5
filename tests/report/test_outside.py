"""Figures of pictures from elsewhere: kept by script, refused when damaged."""

from pathlib import Path

import pytest

from losslens.checkpoints.files import CheckpointError
from losslens.report import outside
from losslens.report.outside import Source
from losslens.tasks import TASKS

ROW = Source("a", "one", 10, (0.5, 0.6), 0.1)
OTHER = Source("b", "two", 20, None, 0.9, 0.99, 0.05)


def test_a_script_replaces_its_own_rows_alone(tmp_path: Path) -> None:
    assert outside.load("digits", tmp_path) == []
    outside.save("digits", [ROW], tmp_path)
    outside.save("digits", [OTHER], tmp_path)
    again = Source("a", "three", 30, (0.7, 0.8), 0.0)
    outside.save("digits", [again], tmp_path)
    assert outside.load("digits", tmp_path) == [OTHER, again]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = outside.save("digits", [ROW], tmp_path)
    path.write_text("[{}]")
    with pytest.raises(CheckpointError, match=r"outside\.json"):
        outside.load("digits", tmp_path)


@pytest.mark.parametrize("task", TASKS)
def test_what_ships_is_of_scripts_that_are_there(task: str) -> None:
    benchmarks = Path(__file__).resolve().parents[2] / "benchmarks"
    for source in outside.load(task):
        assert (benchmarks / f"{source.script}.py").is_file()
        assert 0 <= source.flagged <= 1 and source.pictures > 0
        assert source.right is None or 0 <= source.right[0] <= source.right[1] <= 1
