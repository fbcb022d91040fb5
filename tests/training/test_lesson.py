"""The lesson's code, run as it stands on the sample digit: what breaks breaks as told, and what is
mended works."""

import pytest
import torch

from losslens.inference import predictor
from losslens.tasks import TASKS
from losslens.training.lesson import Output, Reader, run
from losslens.training.lesson_catalogue import LESSON
from losslens.training.pitfall_catalogue import PITFALLS
from losslens.ui.lesson.reader import Brought

Outputs = dict[str, Output]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Brought(None, "", None).reader()


@pytest.fixture(scope="module")
def outputs(reader: Reader) -> Outputs:
    return {
        f"{key}:{kind}": run(key, kind, reader)
        for key, page in LESSON.items()
        for kind in page.snippets
    }


def number(line: str, before: str) -> float:
    """The number that follows a text in a line."""
    return float(line.split(before)[1].split()[0].strip("%;:,()=."))


def test_there_are_ten_pages_of_a_few_lines() -> None:
    assert len(LESSON) == 10
    codes = [code for page in LESSON.values() for code in page.snippets.values()]
    assert max(len(code.splitlines()) for code in codes) <= 22
    assert max(len(line) for code in codes for line in code.splitlines()) <= 84
    assert sum(bool(page.mended) for page in LESSON.values()) == 9


def test_all_that_is_mended_runs_and_prints(outputs: Outputs) -> None:
    for key, page in LESSON.items():
        each = f"{key}:mended" if page.mended else f"{key}:usual"
        assert outputs[each].error == outputs[each].warning == "" and outputs[each].printed, each


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("linear", "RuntimeError: mat1 and mat2 shapes cannot be multiplied (28x28 and 784x10)"),
        ("kl_div", PITFALLS["kl_with_indices"].says),
        ("own_loss", PITFALLS["no_gradient"].says),
    ],
)
def test_what_breaks_is_told_in_torchs_own_words(outputs: Outputs, page: str, says: str) -> None:
    assert outputs[f"{page}:usual"].error == says and outputs[f"{page}:usual"].drawn == []


def test_softmax_twice_keeps_a_good_answer_dear(outputs: Outputs) -> None:
    (wrong,), (right,) = (outputs[f"cross_entropy:{kind}"].printed for kind in ("usual", "mended"))
    floor = PITFALLS["softmax_twice"].floor
    assert floor is not None and number(wrong, "perfect answer: ") == pytest.approx(floor, abs=1e-4)
    assert number(wrong, "loss ") >= floor - 1e-4 > number(right, "loss ")


def test_a_scan_is_read_only_once_it_is_turned_round() -> None:
    three = next(each for each in TASKS["digits"].samples() if each.key == "3")
    drawn = Brought(predictor.predict_picture("digits", three.picture), "3", None).reader()
    dark, bright = (run("mnist", kind, drawn).drawn[3] for kind in ("usual", "mended"))
    assert dark < 0.5 < bright


def test_folders_are_sorted_capitals_first(outputs: Outputs) -> None:
    assert outputs["image_folder:mended"].printed == ["{'Dog': 0, 'cat': 1}", "your photo: cat"]
    assert outputs["image_folder:usual"].printed == ["your photo: dog"]


def test_kl_divergence_of_a_certain_target_is_cross_entropy(outputs: Outputs) -> None:
    (line,) = outputs["kl_div:mended"].printed
    assert number(line, "loss ") == number(line, "CrossEntropyLoss ")


def test_a_class_number_teaches_all_scores_the_same(outputs: Outputs, reader: Reader) -> None:
    wrong, right = outputs["mse:usual"], outputs["mse:mended"]
    assert "broadcasting" in wrong.warning and number(wrong.printed[0], "loss ") < 0.01
    assert torch.tensor(wrong.drawn) == pytest.approx(reader.label, abs=0.1)
    wanted = torch.eye(10)[reader.label].tolist()
    assert right.drawn == pytest.approx(wanted, abs=0.1)


def test_losses_in_their_own_units_are_no_ranking(outputs: Outputs) -> None:
    values = {line.split(":")[0]: number(line, "loss ") for line in outputs["teach:usual"].printed}
    shares = {line.split(":")[0]: number(line, ": ") for line in outputs["teach:mended"].printed}
    assert values.keys() == shares.keys()
    assert max(values.values()) > 2 * min(values.values())
    assert max(shares.values()) - min(shares.values()) < 10 and min(shares.values()) > 70


def test_ten_trainings_say_more_than_one(outputs: Outputs) -> None:
    one, ten = (outputs[f"choose:{kind}"].printed for kind in ("usual", "mended"))
    low, high = number(ten[0], " ("), number(ten[0], " to ")
    assert low < number(ten[0], "focal: ") < high
    assert len(one[1].split(": ")[1].split()) == 2 and len(ten[1].split(": ")[1].split()) == 20


def test_nothing_else_is_run(reader: Reader) -> None:
    for page, kind in (("linear", "other"), ("__import__('os')", "usual"), ("go_on", "mended")):
        with pytest.raises(ValueError, match="is one of"):
            run(page, kind, reader)
