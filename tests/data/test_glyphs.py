"""Characters of fonts as pictures: which fonts, which characters, how wide a pen; repeatable."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import ImageFont

from losslens.data import glyphs
from losslens.images.preprocessing import DIGIT_SIDE

LATIN = {"capitals": (0x41, 0x5A)}


@pytest.fixture
def families(tmp_path: Path) -> glyphs.Families:
    """Two folders of fonts, with files beside them that are none."""
    font = ImageFont.load_default(40).path.getvalue()  # Pillow's own
    for name in ("one/a.ttf", "one/b.TTF", "one/notes.txt", "two/c.otf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(font)
    return glyphs.font_families([tmp_path])


def test_fonts_of_one_folder_are_one_family(families: glyphs.Families) -> None:
    assert [[path.name for path in family] for family in families] == [
        ["a.ttf", "b.TTF"],
        ["c.otf"],
    ]


def test_characters_are_as_the_networks_take_them_and_repeat_with_the_seed(
    families: glyphs.Families,
) -> None:
    made = glyphs.drawn(families, "AHx", 1, 30)
    assert made.shape == (30, 1, DIGIT_SIDE, DIGIT_SIDE) and made.min() == 0 and made.max() == 1
    assert torch.equal(made, glyphs.drawn(families, "AHx", 1, 30))
    assert len({each.numpy().tobytes() for each in made}) == 30
    printed = glyphs.digits(families, 2, 60)
    assert printed.images.dtype == torch.uint8 and set(printed.target.tolist()) == set(range(10))
    assert len(glyphs.digits(families, 2, 60)) == 60


def test_a_character_that_a_font_lacks_is_not_drawn(families: glyphs.Families) -> None:
    font, chance = families[0][0], random.Random(0)
    assert glyphs.glyph(font, "\u3042", chance) is None
    assert glyphs.glyph(font, "H", chance) is not None
    asked = {**LATIN, "Hiragana": glyphs.SCRIPTS["Hiragana"]}
    assert len(glyphs.letters_of_scripts(families, 0, 20, asked)) == 10
    assert len(glyphs.letters_of_scripts(families, 0, 20, {"Lao": glyphs.SCRIPTS["Lao"]})) == 0


def test_thin_strokes_are_made_as_wide_as_some_pen(families: glyphs.Families) -> None:
    chance = random.Random(0)
    shares = [
        (np.asarray(glyphs.glyph(families[0][0], "L", chance)) < 128).mean() for _ in range(40)
    ]
    assert max(shares) > 1.6 * min(shares)


def test_no_letter_to_learn_from_is_written_like_a_digit() -> None:
    assert not set(glyphs.LETTERS) & set("0123456789BIOSZilosz") and len(set(glyphs.LETTERS)) == 42
