"""The handlers of the tab: what is handed over, what is said, and what comes of it."""

from typing import Any

import pytest
from PIL import Image

from losslens.images.reading import PictureError
from losslens.live.teach.examples import MOST, Classes
from losslens.live.teach.training import Taught
from losslens.losses import LOSSES
from losslens.losses.catalogue import Loss
from losslens.tasks import TASKS
from losslens.ui.i18n import WORDS
from losslens.ui.teach.teacher import Teacher
from losslens.ui.teach.views import answers, results
from support.teaching import given_shapes, taught_of

CROSS = "[[[60, 60], [220, 220]], [[220, 60], [60, 220]]]"
LINE = "[[[60, 140], [220, 150]]]"
WORDS_EN = WORDS["en"]
DRAWINGS, PHOTOS = Teacher("drawing", WORDS_EN), Teacher("photo", WORDS_EN)


def added(teacher: Teacher, place: int, value: Any, classes: Classes) -> tuple[Classes, str]:
    classes, *_, said = teacher.adder(place)(value, classes)
    return classes, said


def test_a_drawing_goes_to_its_class_and_comes_away() -> None:
    classes, said = added(DRAWINGS, 1, CROSS, Classes())
    assert [len(each) for each in classes.examples] == [0, 1, 0] and said == ""
    (example,) = classes.examples[1]
    assert example.picture.startswith("data:image/png") and example.features.shape[0] > 1

    class Event:
        place, index = 1, 0

    class Strange:
        place, index = "1", None

    assert DRAWINGS.take_away(classes, Strange())[0] == classes
    assert DRAWINGS.take_away(classes, Event())[0].count == 0


@pytest.mark.parametrize("value", ["", "[]", None, "/etc/passwd", 5, {}, "data:image/png;base64,A"])
def test_what_is_no_drawing_is_refused_in_a_sentence(value: Any) -> None:
    classes, said = added(DRAWINGS, 0, value, Classes())
    assert classes.count == 0 and 'class="teach-note bad"' in said


def test_photos_are_kept_small_and_refused_with_a_reason() -> None:
    photo = TASKS["pets"].samples()[0].picture
    classes, said = added(PHOTOS, 0, photo, Classes("photo"))
    assert said == "" and classes.examples[0][0].features.shape == (2, 1280)
    for value in (None, PictureError("damaged", "cut"), Image.new("RGB", (2, 2))):
        assert "teach-note bad" in added(PHOTOS, 0, value, classes)[1]


def test_the_one_too_many_is_refused() -> None:
    classes = Classes()
    for _ in range(MOST):
        classes, said = added(DRAWINGS, 0, LINE, classes)
        assert said == ""
    classes, said = added(DRAWINGS, 0, LINE, classes)
    assert str(MOST) in said and classes.count == MOST


def last(teacher: Teacher, *values: Any) -> tuple[Any, ...]:
    *_, end = teacher.train(*values)
    return end


@pytest.fixture(scope="module")
def filled() -> Classes:
    classes, *_, first, _, third = DRAWINGS.fill_in()
    assert (first, third) == (WORDS_EN["teach.shape_circle"], WORDS_EN["teach.shape_cross"])
    return classes


def test_training_says_what_is_missing_and_what_it_comes_to(filled: Classes) -> None:
    classes = filled
    names = [WORDS_EN[f"teach.shape_{each}"] for each in ("circle", "triangle", "cross")]
    assert "Two classes are called" in last(DRAWINGS, classes, ["mse"], "a", "a", "b")[1]
    assert "1 to 4" in last(DRAWINGS, classes, [], *names)[1]
    assert DRAWINGS.answer(CROSS, None).count(WORDS_EN["teach.train_first"]) == 1
    taught, _, shown, _ = last(DRAWINGS, classes, ["mse", "gce"], *names)
    assert isinstance(taught, Taught) and "24" in shown
    answered = DRAWINGS.answer(CROSS, taught)
    assert "All 2 say: Cross" in answered and answered.count('class="teach-card"') == 2
    differ = answers(taught, {"mse": [0.2, 0.5, 0.3], "gce": [0.9, 0.1, 0.0]}, WORDS_EN)
    assert "They differ: Triangle (1), Circle (1)" in differ
    assert DRAWINGS.answer("", taught).count(WORDS_EN["teach.try_drawing"]) == 1


def test_misread_examples_are_shown_with_what_they_were_taken_for() -> None:
    taught = taught_of(given_shapes(5), ["cross_entropy"])
    taught.end.right[0][2] = 0
    taught.answers["cross_entropy"][2] = 1
    shown = results(taught, WORDS_EN)
    assert "circle, taken for triangle" in shown


def test_a_new_loss_can_be_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    loss = Loss(key="new", label="Brand new", fn=LOSSES["mse"].fn)
    monkeypatch.setitem(LOSSES, "new", loss)
    taught = taught_of(given_shapes(5), ["new"])
    assert "Brand new" in results(taught, WORDS_EN)


def test_a_loss_that_diverges_is_named(filled: Classes, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(logits: Any, target: Any) -> Any:
        return LOSSES["mse"].fn(logits, target) * float("nan")

    monkeypatch.setitem(LOSSES, "new", Loss(key="new", label="Brand new", fn=broken))
    assert "Brand new" in last(DRAWINGS, filled, ["new"], "a", "b", "c")[1]
