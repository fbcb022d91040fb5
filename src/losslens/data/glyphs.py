"""Letters and digits of fonts, drawn as wide as a pen, slanted and turned: many hands at no cost.

Digits come along since a detector that saw letters alone in this form would learn the form.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from losslens.data.dataset import Dataset, as_bytes
from losslens.images.preprocessing import digit_tensor

DIGITS = "0123456789"
# Those that may be written just like a digit are left out: B, I, O, S, Z, i, l, o, s, z.
LETTERS = "ACDEFGHJKLMNPQRTUVWXYabcdefghjkmnpqrtuvwxy"
# First and last code point of alphabets to learn from. benchmarks/not_a_digit.py asks about others.
SCRIPTS = {
    "Arabic": (0x627, 0x64A),
    "Balinese": (0x1B05, 0x1B33),
    "Bengali": (0x985, 0x9B9),
    "Coptic": (0x2C80, 0x2CB1),
    "Cyrillic": (0x410, 0x44F),
    "Devanagari": (0x905, 0x939),
    "Ethiopic": (0x1200, 0x1357),
    "Glagolitic": (0x2C00, 0x2C2E),
    "Greek": (0x391, 0x3C9),
    "Hangul": (0xAC00, 0xD7A3),
    "Hiragana": (0x3041, 0x3096),
    "Khmer": (0x1780, 0x17B3),
    "Lao": (0xE81, 0xEB0),
    "Mongolian": (0x1820, 0x1842),
    "NKo": (0x7CA, 0x7EA),
    "Oriya": (0xB05, 0xB39),
    "Runic": (0x16A0, 0x16EA),
    "Syriac": (0x710, 0x72F),
    "Telugu": (0xC05, 0xC39),
}
SIDE = 140  # pixels; half the drawing pad's, drawn at the same proportions
_MIDDLE = SIDE / 2
_SUFFIXES = (".ttf", ".otf", ".ttc", ".pfb", ".woff")
_TRIES = 6  # of a character, a font and a size, for each picture asked for
_PEN = (5.0, 20.0)  # pixels, narrowest and widest

Families = list[list[Path]]  # fonts that stand in one folder are alike


def font_families(folders: Iterable[Path]) -> Families:
    """The font files below ``folders``, those of one folder together; sorted."""
    found = defaultdict(list)
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.suffix.lower() in _SUFFIXES:
            found[path.parent].append(path)
    return list(found.values())


def drawn(families: Families, chars: str, seed: int, count: int) -> Tensor:
    """Characters (count, 1, S, S) in 0..1, each and each family as often."""
    return _drawn(families, chars, random.Random(seed), count)[0]


def digits(families: Families, seed: int, count: int) -> Dataset:
    """Digits, drawn in the same way."""
    pictures, written = _drawn(families, DIGITS, random.Random(seed), count)
    return Dataset(as_bytes(pictures), torch.tensor([int(each) for each in written]))


def letters_of_scripts(
    families: Families, seed: int, count: int, scripts: dict[str, tuple[int, int]]
) -> Tensor:
    """Letters (N, 1, S, S) in 0..1 of those of ``scripts`` that a font has, each script as often.

    ``count`` is shared out among all, so N is less where no font has some.
    """
    chance, pictures = random.Random(seed), []
    # A tenth of the time, and bold Balinese has no other shape.
    plain = [font for family in families for font in family if _is_plain(font)]
    for first, last in scripts.values():
        chars = "".join(filter(str.isalpha, map(chr, range(first, last + 1))))
        having = [font for font in plain if _has(font, chars)]
        if having:
            pictures.append(_drawn([having], chars, chance, count // len(scripts))[0])
    return torch.cat(pictures) if pictures else torch.empty(0, 1, 28, 28)


def _drawn(
    families: Families, chars: str, chance: random.Random, count: int
) -> tuple[Tensor, list[str]]:
    pictures, written = [], []
    for _ in range(count * _TRIES):
        font, char = chance.choice(chance.choice(families)), chance.choice(chars)
        paper = glyph(font, char, chance)
        if paper is not None and (picture := digit_tensor(slanted(paper, chance))).any():
            pictures.append(picture)
            written.append(char)
        if len(pictures) == count:
            break
    return torch.stack(pictures), written


def glyph(font: Path, char: str, chance: random.Random) -> Image.Image | None:
    """A character on white, 70 to 100 pixels high or wide, thickened to the width of some pen.

    None where the font lacks it.
    """
    size = _size(font, char, chance.uniform(70, 100))
    pen_width = chance.uniform(*_PEN)
    if not size:
        return None
    paper = Image.new("L", (SIDE, SIDE), 255)
    pen, face = ImageDraw.Draw(paper), _face(font, size)
    left, top, right, bottom = pen.textbbox((0, 0), char, font=face)
    corner = (_MIDDLE - (left + right) / 2, _MIDDLE - (top + bottom) / 2)
    pen.text(corner, char, fill=0, font=face)
    more = round((pen_width - _stroke_width(np.asarray(paper) < 128)) / 2)
    if more > 0:
        pen.text(corner, char, fill=0, font=face, stroke_width=min(more, 8))
    return paper


def slanted(paper: Image.Image, chance: random.Random) -> Image.Image:
    """The picture slanted, squeezed and turned a little."""
    shear, squeeze = chance.uniform(-0.35, 0.35), chance.uniform(0.75, 1.3)
    affine = (squeeze, shear, _MIDDLE * (1 - squeeze - shear), 0, 1, 0)
    paper = paper.transform(
        paper.size, Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR, fillcolor=255
    )
    return paper.rotate(chance.uniform(-15, 15), Image.Resampling.BILINEAR, fillcolor=255)


def _stroke_width(ink: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> float:
    """Pixels: twice the area by the length of its outline."""
    padded = np.pad(ink, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return 2 * float(ink.sum()) / max(1, int((ink & ~inner).sum()))


@cache
def _face(font: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, size)


@cache
def _bytes(font: Path, char: str) -> bytes:
    """What the font draws, small; nothing where it draws nothing or cannot be read."""
    try:
        return bytes(_face(font, 40).getmask(char))
    except (OSError, ValueError):
        return b""


def _lacks(font: Path, char: str) -> bool:
    drawn = _bytes(font, char)
    return not any(drawn) or drawn in (_bytes(font, "\ue123"), _bytes(font, "\u0378"))


def _is_plain(font: Path) -> bool:
    return "-" not in font.stem or font.stem.endswith("-Regular")


def _has(font: Path, chars: str) -> bool:
    """Whether a font has most of an alphabet, as far as a few of its letters tell."""
    some = chars[:: max(1, len(chars) // 7)]
    return sum(not _lacks(font, char) for char in some) * 2 > len(some)


@cache
def _box(font: Path, char: str) -> tuple[float, float, float, float]:
    return _face(font, 90).getbbox(char)


def _size(font: Path, char: str, longer: float) -> int:
    """The font's size at which a character's longer side is so many pixels; 0 where there is none.

    In steps of four, so that few sizes are kept.
    """
    if _lacks(font, char):
        return 0
    left, top, right, bottom = _box(font, char)
    size = int(90 * longer / max(right - left, bottom - top, 1))
    return size // 4 * 4 if 8 <= size <= 400 else 0
