"""Photos and scans of a digit: how many are read rightly, kind by kind.

The photos are made: pen strokes of people outside MNIST (the file of ``drawn_digits.py``) are
written on a made sheet, lit, surrounded and photographed. One function a kind. A photo is read
rightly when five networks of eight are right. Development saw the first half of the strokes and
the kinds of ``SEEN``; the figures are from the other half. Of ``KEPT_APART``, ``flash`` was
looked at after its first figure, 50 % right; the others never.

    python benchmarks/digit_photos.py strokes.jsonl.gz --count 100
"""

import argparse
import io
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pen_strokes import half_of, pen_digits
from PIL import Image, ImageDraw, ImageFilter

from losslens.evaluation.metrics import accuracy
from losslens.images.preprocessing import digit_tensor, is_blank
from losslens.inference import predictor
from losslens.losses.catalogue import card_losses
from losslens.report import outside
from losslens.report.outside import Source

FINE = 2  # drawn this many times larger, then averaged
MAJORITY = 5  # networks
SURE = 0.95  # mean calibrated probability

Strokes = list[list[list[float]]]
Colour = tuple[float, float, float]
Field = NDArray[np.float32]

WHITE, WOOD, BLACK = (0.96, 0.95, 0.93), (0.42, 0.29, 0.2), (0.09, 0.09, 0.1)
BLUE, GREY, CHALK = (0.12, 0.18, 0.5), (0.45, 0.45, 0.47), (0.9, 0.9, 0.86)
LINES, RED = (0.66, 0.75, 0.88), (0.88, 0.45, 0.45)


class Photo:
    """A sheet of paper on which things are laid, one over the other."""

    def __init__(self, strokes: Strokes, seed: int, digit: float = 1) -> None:
        """``digit`` is a digit's height as a share of what is written, where that is a number."""
        self.chance = np.random.default_rng(seed)
        width = int(self.chance.integers(220, 640))
        height = round(width * self.chance.choice([0.75, 1, 1.33]))
        self.size, self.short = (width, height), min(width, height)
        self.strokes, self.digit = strokes, digit
        self.down, self.across = (
            np.mgrid[0:height, 0:width].astype(np.float32) / self.short  # in shorter sides
        )
        self.pixels: Field = np.ones((height, width, 3), np.float32)
        self.paper(WHITE)

    def between(self, low: float, high: float) -> float:
        """A number by chance."""
        return float(self.chance.uniform(low, high))

    def any(self, *choices: Colour) -> Colour:
        """One of these."""
        return choices[int(self.chance.integers(len(choices)))]

    def paper(self, colour: Colour, grain: float = 0.008) -> None:
        """The sheet: one colour, with a grain."""
        noise = self.chance.normal(0, grain, (*self.pixels.shape[:2], 1))
        self.pixels = (np.array(colour) + noise).astype(np.float32)

    def paint(self, mask: Field, colour: Colour) -> None:
        """Lay a colour over all, as thick as the mask (H, W) in 0..1 says."""
        thick = mask[..., None]
        self.pixels = self.pixels * (1 - thick) + thick * np.array(colour, np.float32)

    def draw(self, paint: Callable[[ImageDraw.ImageDraw, float], None]) -> Field:
        """The mask of what is drawn; the second value is pixels for a shorter side."""
        layer = Image.new("L", (self.size[0] * FINE, self.size[1] * FINE), 0)
        paint(ImageDraw.Draw(layer), self.short * FINE)
        return np.asarray(layer.resize(self.size, Image.Resampling.BOX), np.float32) / 255

    def write(self, ink: Colour, width: tuple[float, float], tilt: float = 0) -> Field:
        """The digit somewhere in the middle; width as a share of its size, tilt in degrees."""
        stroke, size = self.between(*width) * self.digit, self.between(0.3, 0.6)
        if self.digit < 1:  # a number takes more of the sheet
            size = 0.3 + size / 2
        points = np.concatenate([np.array(each, dtype=float) for each in self.strokes])
        low, high = points.min(axis=0), points.max(axis=0)
        scale = size / max(float((high - low).max()), 1.0)
        shares = np.array(self.size) / self.short
        off = 0.1 if self.digit == 1 else 0.03
        centre = shares / 2 + [self.between(-off, off), self.between(-off, off)]
        turn = math.radians(tilt + self.between(-4, 4))
        turned = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])

        def pen(draw: ImageDraw.ImageDraw, unit: float) -> None:
            radius = size * stroke * unit / 2
            for each in self.strokes:
                at = (np.array(each, dtype=float) - (low + high) / 2) * (scale, -scale)
                line = [(float(x), float(y)) for x, y in (at @ turned + centre) * unit]
                draw.line(line, fill=255, width=max(1, round(2 * radius)), joint="curve")
                for x, y in line:
                    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)

        mask = self.draw(pen)
        self.paint(mask * np.float32(self.between(0.85, 1)), ink)
        return mask

    def lines(self, angle: float, gap: float, colour: Colour = LINES, offset: float = -1) -> None:
        """Parallel lines: an angle in degrees, a gap in shorter sides; with an offset only one."""
        turn = math.radians(angle)
        along = self.down * math.cos(turn) - self.across * math.sin(turn)
        thick = max(1.0 / self.short, self.between(0.003, 0.006)) / 2
        off = along - offset if offset >= 0 else (along + self.between(0, gap)) % gap - gap / 2
        self.paint(np.clip((thick - np.abs(off)) * self.short + 0.5, 0, 1), colour)

    def light(self, field: Field) -> None:
        """More or less light at each place."""
        self.pixels = self.pixels * field[..., None]

    def slope(self) -> Field:
        """From 0 to 1 across the picture, in any direction."""
        turn = self.between(0, 2 * math.pi)
        ramp = self.down * math.sin(turn) + self.across * math.cos(turn)
        return (ramp - ramp.min()) / (ramp.max() - ramp.min())

    def beyond(self, turn: float, share: float, soft: float = 0) -> Field:
        """A side of the picture: how far a place lies beyond a straight edge, 0 or 1 or between.

        ``share`` is the edge's distance from the middle, in half pictures.
        """
        wide, high = (side / self.short / 2 for side in self.size)
        x, y = (self.across - wide), (self.down - high)
        reach = abs(math.cos(turn)) * wide + abs(math.sin(turn)) * high
        far = x * math.cos(turn) + y * math.sin(turn) - share * reach
        return np.clip(far / max(soft, 1 / self.short) + 0.5, 0, 1)

    def surround(self, colour: Colour, sides: int, skew: float = 5) -> None:
        """A table beyond the edges of the sheet, on one side or on four."""
        first = int(self.chance.integers(4))
        for side in range(first, first + sides):
            turn = side * math.pi / 2 + math.radians(self.between(-skew, skew))
            mask = self.beyond(turn, self.between(0.74, 0.9))
            grain = self.chance.normal(0, 0.02, mask.shape).astype(np.float32)
            self.paint(mask, colour)
            self.pixels += (mask * grain)[..., None]

    def taken(self, blur: float = 0.6, noise: float = 0.01, quality: int = 85) -> Image.Image:
        """Through the lens, onto the sensor, into a JPEG."""
        levels = np.clip(self.pixels, 0, 1) * 255
        picture = Image.fromarray(levels.astype(np.uint8)).filter(ImageFilter.GaussianBlur(blur))
        grain = self.chance.normal(0, noise * 255, (*self.pixels.shape[:2], 3))
        noisy = np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8)
        stream = io.BytesIO()
        Image.fromarray(noisy).save(stream, "JPEG", quality=quality)
        return Image.open(stream)


FINELINER, PENCIL, FELT = (0.035, 0.08), (0.025, 0.05), (0.1, 0.16)  # widths


def pen(photo: Photo) -> Image.Image:
    """Blue or black ink on white paper."""
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    return photo.taken()


def pencil(photo: Photo) -> Image.Image:
    """Thin grey strokes with a grain."""
    before = photo.pixels
    mask = photo.write(photo.any(GREY, (0.6, 0.6, 0.61)), PENCIL)
    grain = mask * photo.chance.uniform(0, 0.5, mask.shape).astype(np.float32)
    photo.pixels += (before - photo.pixels) * grain[..., None]
    return photo.taken()


def marker(photo: Photo) -> Image.Image:
    """Thick strokes."""
    photo.write(photo.any(BLACK, (0.75, 0.1, 0.12), (0.05, 0.4, 0.2)), FELT)
    return photo.taken()


def yellow_note(photo: Photo) -> Image.Image:
    """A sticky note."""
    photo.paper((0.97, 0.9, 0.45))
    photo.write(photo.any(BLUE, BLACK), (0.04, 0.1))
    photo.light(1 - 0.15 * photo.slope())
    return photo.taken()


def chalk(photo: Photo) -> Image.Image:
    """White chalk on a board, green or black, with wiped-out traces."""
    photo.paper(photo.any((0.12, 0.25, 0.19), (0.14, 0.14, 0.15)))
    haze = photo.chance.normal(0, 1, (5, 5)).astype(np.float32)
    cloud = Image.fromarray(haze).resize(photo.size, Image.Resampling.BICUBIC)
    photo.pixels += 0.02 * np.asarray(cloud)[..., None]
    mask = photo.write(CHALK, (0.06, 0.11))
    photo.pixels *= 1 - mask[..., None] * photo.chance.uniform(0, 0.4, (*mask.shape, 1))
    return photo.taken(noise=0.015)


def ruled(photo: Photo) -> Image.Image:
    """A ruled sheet."""
    photo.lines(photo.between(-2, 2), photo.between(0.06, 0.15))
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    return photo.taken()


def grid(photo: Photo) -> Image.Image:
    """A squared sheet."""
    angle, gap = photo.between(-2, 2), photo.between(0.04, 0.1)
    photo.lines(angle, gap)
    photo.lines(angle + 90, gap)
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    return photo.taken()


def shadow(photo: Photo) -> Image.Image:
    """A hand's or a lamp's shadow with a soft edge, across the digit."""
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    turn = photo.between(0, 2 * math.pi)
    mask = photo.beyond(turn, photo.between(-0.3, 0.3), photo.between(0.03, 0.15))
    if photo.between(0, 1) < 0.5:  # a strip
        mask = mask * photo.beyond(turn + math.pi + photo.between(-0.3, 0.3), -0.8, 0.05)
    photo.light(1 - photo.between(0.15, 0.5) * mask)
    return photo.taken()


def strong_gradient(photo: Photo) -> Image.Image:
    """Light from one side: the far end gets a third of it."""
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    photo.light(1 - photo.between(0.5, 0.7) * photo.slope())
    return photo.taken()


def grey_paper_gradient(photo: Photo) -> Image.Image:
    """Grey paper, lit from one side."""
    photo.paper((0.66, 0.66, 0.65))
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    photo.light(1 - photo.between(0.3, 0.6) * photo.slope())
    return photo.taken()


def table_one_side(photo: Photo) -> Image.Image:
    """The table in view along one edge of the sheet."""
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    photo.surround(photo.any(WOOD, (0.2, 0.2, 0.22), (0.6, 0.5, 0.4)), 1)
    return photo.taken()


def table_four_sides(photo: Photo) -> Image.Image:
    """The whole sheet, on a table."""
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    photo.surround(photo.any(WOOD, (0.2, 0.2, 0.22), (0.6, 0.5, 0.4)), 4)
    return photo.taken()


def specks(photo: Photo) -> Image.Image:
    """Dust, crumbs and dots of ink."""
    places = photo.chance.uniform(0, 1.34, (int(photo.chance.integers(5, 30)), 3))

    def dots(draw: ImageDraw.ImageDraw, unit: float) -> None:
        for x, y, size in places:
            radius = (0.003 + 0.008 * size) * unit
            middle = x * unit, y * unit
            draw.ellipse([*(m - radius for m in middle), *(m + radius for m in middle)], fill=255)

    photo.paint(photo.draw(dots), BLACK)
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    return photo.taken()


def coloured(photo: Photo) -> Image.Image:
    """Coloured ink on coloured paper, some of it as light as the paper."""
    paper, ink = (
        ((0.65, 0.85, 0.65), (0.8, 0.15, 0.2)),
        ((0.55, 0.75, 0.95), (0.85, 0.4, 0.15)),
        ((0.97, 0.75, 0.8), (0.15, 0.55, 0.3)),
        ((0.95, 0.6, 0.3), (0.2, 0.25, 0.7)),
        ((0.2, 0.3, 0.55), (0.95, 0.85, 0.3)),
        ((0.85, 0.3, 0.3), (0.2, 0.5, 0.9)),
    )[int(photo.chance.integers(6))]
    photo.paper(paper)
    photo.write(ink, (0.05, 0.12))
    return photo.taken()


def margin_line(photo: Photo) -> Image.Image:
    """A ruled sheet with the red line of its margin."""
    angle = photo.between(-2, 2)
    photo.lines(angle, photo.between(0.06, 0.15))
    photo.lines(angle + 90, 1, RED, photo.between(0, 1) * 0.12 + 0.05)
    photo.pixels = photo.pixels[:, ::-1].copy() if photo.between(0, 1) < 0.5 else photo.pixels
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    return photo.taken()


def finger(photo: Photo) -> Image.Image:
    """A finger that holds the sheet."""
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    skin = photo.any((0.85, 0.65, 0.53), (0.5, 0.33, 0.24), (0.93, 0.76, 0.67))
    photo.paint(_reaching_in(photo, photo.between(0.12, 0.2), 0.72), skin)
    return photo.taken()


def jpeg(photo: Photo) -> Image.Image:
    """Sent on and on: small, with the blocks of a strong compression."""
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    photo.light(1 - 0.2 * photo.slope())
    return photo.taken(quality=int(photo.chance.integers(8, 20)))


def rotated_page(photo: Photo) -> Image.Image:
    """A ruled sheet that lies askew, and the digit with it."""
    angle = photo.between(4, 14) * float(photo.chance.choice([-1, 1]))
    photo.lines(angle, photo.between(0.06, 0.15))
    photo.write(photo.any(BLUE, BLACK), FINELINER, tilt=angle)
    return photo.taken()


def torn_edge(photo: Photo) -> Image.Image:
    """Paper torn off, on a table."""
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    ragged = np.cumsum(photo.chance.normal(0, 0.004, photo.size[0])).astype(np.float32)
    ragged = np.clip(ragged - ragged.mean(), -0.05, 0.05)
    edge = photo.size[1] / photo.short * photo.between(0.87, 0.93) + ragged
    photo.paint((photo.down > edge - 0.015).astype(np.float32), (0.99, 0.99, 0.98))
    photo.paint((photo.down > edge).astype(np.float32), photo.any(WOOD, (0.2, 0.2, 0.22)))
    return photo.taken()


def pen_in_view(photo: Photo) -> Image.Image:
    """The pen lies beside the digit, with its shadow."""
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    body = _reaching_in(photo, photo.between(0.03, 0.05), 0.74)
    photo.light(1 - 0.3 * np.roll(body, (4, 4), (0, 1)))
    photo.paint(body, photo.any(BLUE, BLACK, (0.85, 0.8, 0.2)))
    return photo.taken()


def punched_holes(photo: Photo) -> Image.Image:
    """Holes for a folder, through which a dark table is seen."""
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    x, radius, high = photo.between(0.07, 0.11), photo.between(0.025, 0.045), photo.size[1]
    for share in (0.25, 0.75):
        far = np.hypot(photo.across - x, photo.down - share * high / photo.short)
        photo.paint(np.clip((radius - far) * photo.short + 0.5, 0, 1), (0.2, 0.16, 0.13))
    return photo.taken()


def blue_on_squared(photo: Photo) -> Image.Image:
    """Blue ink on paper squared in blue, under a lamp."""
    angle, gap = photo.between(-4, 4), photo.between(0.05, 0.09)
    photo.lines(angle, gap, (0.5, 0.62, 0.85))
    photo.lines(angle + 90, gap, (0.5, 0.62, 0.85))
    photo.write(photo.any(BLUE, (0.2, 0.3, 0.65)), (0.05, 0.09))
    photo.light(1 - 0.35 * photo.slope())
    return photo.taken()


def out_of_focus(photo: Photo) -> Image.Image:
    """Too near to the lens."""
    photo.write(photo.any(BLUE, BLACK), (0.05, 0.1))
    return photo.taken(blur=photo.short * photo.between(0.008, 0.02))


def dark_room(photo: Photo) -> Image.Image:
    """Little light and much noise."""
    photo.write(photo.any(BLUE, BLACK), (0.05, 0.1))
    photo.light((1 - 0.3 * photo.slope()) * photo.between(0.15, 0.3))
    return photo.taken(noise=0.03)


def flash(photo: Photo) -> Image.Image:
    """A flash's reflection on the paper, and a dark rim."""
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    high, wide = (side / photo.short for side in photo.pixels.shape[:2])
    far = np.hypot(
        photo.across - wide * photo.between(0.3, 0.7), photo.down - high * photo.between(0.3, 0.7)
    )
    photo.light(np.float32(0.75) - 0.3 * np.clip(far, 0, 1))
    photo.pixels += (0.6 * np.exp(-((far / photo.between(0.1, 0.25)) ** 2)))[..., None]
    return photo.taken()


def several_sheets(photo: Photo) -> Image.Image:
    """Other sheets lie beside the written one and show at its edges."""
    photo.write(photo.any(BLUE, BLACK), FINELINER)
    for turn in (0.1, 1.7, 3.3)[: int(photo.chance.integers(1, 4))]:
        sheet = photo.beyond(turn, photo.between(0.75, 0.88))
        photo.light(1 - 0.25 * photo.beyond(turn, 0.74, 0.06) * (1 - sheet))
        photo.paint(sheet, photo.any((0.9, 0.88, 0.8), (0.8, 0.87, 0.95), (0.97, 0.97, 0.97)))
    return photo.taken()


def _reaching_in(photo: Photo, radius: float, nearest: float) -> Field:
    """Something long with a round end that comes in over the rim, its end near the middle."""
    wide, high = (side / photo.short / 2 for side in photo.size)
    turn = photo.between(0, 2 * math.pi)
    reach = min(wide / max(abs(math.cos(turn)), 1e-6), high / max(abs(math.sin(turn)), 1e-6))
    tip = max(nearest * reach, 0.4) + radius
    x, y = photo.across - wide, photo.down - high
    along = x * math.cos(turn) + y * math.sin(turn)
    beside = -x * math.sin(turn) + y * math.cos(turn)
    far = np.hypot(np.minimum(along - tip, 0), beside)
    return np.clip((radius - far) * photo.short + 0.5, 0, 1)


Kind = Callable[[Photo], Image.Image]
SEEN: tuple[Kind, ...] = (
    pen,
    pencil,
    marker,
    yellow_note,
    chalk,
    ruled,
    grid,
    shadow,
    strong_gradient,
    grey_paper_gradient,
    table_one_side,
    table_four_sides,
    specks,
    coloured,
    margin_line,
    finger,
    jpeg,
    rotated_page,
)
KEPT_APART: tuple[Kind, ...] = (
    torn_edge,
    pen_in_view,
    punched_holes,
    blue_on_squared,
    out_of_focus,
    dark_room,
    flash,
    several_sheets,
)
KINDS = {kind.__name__: kind for kind in (*SEEN, *KEPT_APART)}


@dataclass(frozen=True)
class Reading:
    """What came of one photo."""

    right: bool
    flagged: bool  # or found blank
    sure: bool
    losses: frozenset[str] = frozenset()  # that read it rightly


def read(picture: Image.Image, label: str) -> Reading:
    """The networks' answers to one photo."""
    digit = digit_tensor(picture)
    if is_blank(digit):
        return Reading(right=False, flagged=True, sure=False)
    prediction = predictor.predict("digits", digit)
    votes = Counter(answer.label for answer in prediction.given)
    most = max(np.mean([answer.calibrated for answer in prediction.given], axis=0))
    flagged = predictor.is_flagged("digits", prediction)
    losses = frozenset(answer.loss for answer in prediction.given if answer.label == label)
    return Reading(votes[label] >= MAJORITY, flagged, bool(most > SURE), losses)


def saved(readings: dict[str, list[Reading]]) -> list[Source]:
    """Lines of the report card: the kinds that development saw, and those kept apart."""
    found = []
    for name, kinds in (("photos_seen", SEEN), ("photos_apart", KEPT_APART)):
        read = [each for kind in kinds for each in readings.get(kind.__name__, [])]
        if read:
            right = [np.mean([loss in each.losses for each in read]) for loss in card_losses()]
            flagged = float(np.mean([each.flagged for each in read]))
            pair = (float(min(right)), float(max(right)))
            found.append(Source("digit_photos", name, len(read), pair, flagged))
    return found


def row(name: str, readings: list[Reading]) -> str:
    """A line of the table."""
    share = accuracy(np.array([reading.right for reading in readings], dtype=float))
    flagged = sum(reading.flagged for reading in readings) / len(readings)
    unsaid = sum(not each.right and each.sure and not each.flagged for each in readings)
    return (
        f"| {name} | {share.value:.1%} ({share.low:.1%} to {share.high:.1%}) | {flagged:.1%} "
        f"| {unsaid / len(readings):.1%} | {len(readings)} |"
    )


def main() -> None:
    """Print one row a kind."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("strokes")
    parser.add_argument("--count", type=int, default=100, help="photos of each kind")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--first-half", action="store_true", help="what development may look at")
    parser.add_argument("--keep", type=Path, help="a folder for the photos that are misread")
    parser.add_argument("--save", action="store_true", help="keep it for the report card")
    options = parser.parse_args()
    torch.set_num_threads(1)
    digits = half_of(pen_digits(options.strokes), first=options.first_half)
    print("| kind | right | flagged or blank | wrong, sure and not flagged | n |")
    print("| --- | --- | --- | --- | --- |")
    everything: dict[str, list[Reading]] = {}
    for number, name in enumerate(KINDS):
        if name not in options.kinds:
            continue
        chance = np.random.default_rng((number, options.first_half))
        readings = []
        for index in chance.choice(len(digits), options.count, replace=False):
            label = str(digits[index]["label"])
            picture = KINDS[name](Photo(digits[index]["strokes"], int(index)))
            readings.append(read(picture, label))
            if options.keep and not readings[-1].right:
                picture.save(options.keep / f"{name}_{index}_is_{label}.png")
        print(row(name, readings), flush=True)
        everything[name] = readings
    if options.save:
        outside.save("digits", saved(everything))


if __name__ == "__main__":
    main()
