"""What the OOD detector of digits flags, source by source, beside scores of the literature.

Each source is one that the shipped detector never saw: fonts that look like handwriting, alphabets
that it was not fitted on, Fashion-MNIST's test pictures, MNIST's test digits, other people's pen
strokes (every second one; the others were looked at in development), Semeion. Printed for each
score: the share flagged at its threshold, and, of what is no digit, AUROC and the share of MNIST's
test digits flagged where 95 % of the source is. Thresholds: the shipped one; of the other scores,
2 % of held-out digits. Energy is minus the logsumexp (Liu et al. 2020): of each loss's network, and
standardised, the mean over all.

    python benchmarks/not_a_digit.py --data-root data --fonts FOLDER --script-fonts FOLDER \\
        --fashion-root /usr/share/datasets/fashion-mnist --pen strokes.jsonl.gz --semeion FOLDER
"""

import argparse
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from pen_strokes import pen_digits
from PIL import Image
from sklearn.metrics import roc_auc_score
from torch import Tensor

from losslens.checkpoints.ensemble import Ensemble, load_detector, load_ensemble
from losslens.checkpoints.files import models_folder
from losslens.data import glyphs
from losslens.data.coarse import coarse
from losslens.data.dataset import Dataset, as_bytes, unlabelled
from losslens.data.sources import mnist, read_idx
from losslens.evaluation import ood
from losslens.images.pen import read_strokes
from losslens.images.preprocessing import digit_tensor, read_digits
from losslens.report import outside
from losslens.report.outside import Source

LIKE_DIGITS = "BIOSZilosz"  # set aside, and told apart
SCRIPTS = {  # first and last code point; none is learnt from
    "Armenian": (0x531, 0x586),
    "Canadian syllabics": (0x1401, 0x1676),
    "Cherokee": (0x13A0, 0x13F4),
    "Georgian": (0x10D0, 0x10F0),
    "Gujarati": (0xA85, 0xAB9),
    "Gurmukhi": (0xA05, 0xA39),
    "Hebrew": (0x5D0, 0x5EA),
    "Kannada": (0xC85, 0xCB9),
    "Malayalam": (0xD05, 0xD39),
    "Myanmar": (0x1000, 0x102A),
    "Sinhala": (0xD85, 0xDC6),
    "Tamil": (0xB85, 0xBB9),
    "Thai": (0xE01, 0xE30),
    "Tibetan": (0xF40, 0xF6C),
    "Tifinagh": (0x2D30, 0x2D65),
    "Vai": (0xA500, 0xA5FF),
}
KEYS = {  # as the report card names them, in each language
    "Fashion-MNIST's test pictures": "fashion_pictures",
    "the same, read as a visitor's": "fashion_as_visitors",
    "letters of unseen fonts": "letters_of_fonts",
    "letters of these, like a digit": "letters_like_digits",
    "unseen alphabets": "unseen_alphabets",
    "pictures of letters": "pictures_of_letters",
}
SEMEION = "Semeion"
COARSE = ", as scans"
EACH = 3_000  # pictures of a source at most
SEED = 77
BATCH = 500
FLAGGED_SHARE = 0.02


@dataclass(frozen=True)
class Asked:
    """Pictures (N, 1, S, S) in 0..1 of one source, and what the networks make of them."""

    pictures: Tensor
    logits: list[Tensor]  # (N, C) of each loss
    coarse: bool  # scans of few pixels


Score = Callable[[Asked], Tensor]  # (N,), higher: less like a digit


def main() -> None:
    """Print a table a score."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data-root", default="data")
    for name in ("--fonts", "--script-fonts", "--fashion-root", "--pen", "--semeion", "--letters"):
        parser.add_argument(name, type=Path, help="without it, the source is left out")
    parser.add_argument("--save", action="store_true", help="keep it for the report card")
    options = parser.parse_args()
    ensemble = load_ensemble("digits").required()
    splits = mnist(options.data_root)
    held_out, test = (asked(ensemble, every(part)) for part in (splits.held_out, splits.test))
    known = {
        name: asked(ensemble, pictures, coarse=name == SEMEION)
        for name, pictures in digits(options)
    }
    others = {name: asked(ensemble, pictures) for name, pictures in other_things(options)}
    others |= {
        f"{name}{COARSE}": asked(ensemble, scanned(others[name].pictures), coarse=True)
        for name in ("letters of unseen fonts", "unseen alphabets")
        if name in others
    }
    for number, (name, (score, threshold)) in enumerate(scores(ensemble.losses, held_out).items()):
        print(f"\n{name:42}  flagged   AUROC   FPR95")
        reference = score(test)
        say("MNIST's test digits", reference, threshold)
        for source, pictures in known.items():
            say(source, score(pictures), threshold)
        found = [
            say(source, score(pictures), threshold, reference)
            for source, pictures in others.items()
        ]
        if number == 0 and options.save:  # the shipped detector
            outside.save("digits", [each for each in found if not each.source.endswith(COARSE)])


def say(source: str, found: Tensor, threshold: float, digits: Tensor | None = None) -> Source:
    """One line of a table; with the scores of ``digits``, how well they are told apart."""
    flagged, auroc, fpr95 = share(found, threshold), None, None
    line = f"{source:36} {len(found):6} {flagged:7.1%}"
    if digits is not None:
        truth = torch.cat([torch.zeros(len(digits)), torch.ones(len(found))])
        auroc = float(roc_auc_score(truth, torch.cat([digits, found])))
        fpr95 = share(digits, float(found.quantile(0.05)))
        line += f" {auroc:7.4f} {fpr95:7.1%}"
    print(line, flush=True)
    return Source("not_a_digit", KEYS.get(source, source), len(found), None, flagged, auroc, fpr95)


def share(found: Tensor, threshold: float) -> float:
    """Of the scores, how many lie above."""
    return float((found > threshold).float().mean())


def every(dataset: Dataset) -> Tensor:
    """All pictures in 0..1."""
    return dataset.batch(torch.arange(len(dataset)))[0]


def scanned(pictures: Tensor) -> Tensor:
    """The pictures as scans of few pixels, ink and paper alone."""
    made, _ = coarse(as_bytes(pictures), SEED, len(pictures))
    return made.float() / 255


def asked(ensemble: Ensemble, pictures: Tensor, *, coarse: bool = False) -> Asked:
    """The pictures, shown to all networks."""
    return Asked(pictures, list(ensemble.outputs(unlabelled(pictures)).values()), coarse)


def scores(losses: list[str], held_out: Asked) -> dict[str, tuple[Score, float]]:
    """Each score with its threshold."""
    shipped = load_detector("digits", models_folder())
    if not isinstance(shipped, ood.ExposedDetector):
        raise SystemExit("There is no detector of digits: losslens train digits --loss none")

    def exposed(source: Asked) -> Tensor:
        parts = source.pictures.split(BATCH)
        return torch.cat([shipped.scores(part, source.coarse) for part in parts])

    def energy_of(numbers: list[int]) -> Score:
        known = [held_out.logits[number] for number in numbers]
        return lambda source: ood.energy([source.logits[number] for number in numbers], known)

    everyone = list(range(len(losses)))
    energies = {"energy, mean of all losses": energy_of(everyone)}
    energies |= {
        f"energy, {loss}": energy_of([n]) for n, loss in zip(everyone, losses, strict=True)
    }
    return {
        "shipped: the class of others": (exposed, float(shipped.threshold)),
        **{
            name: (score, float(score(held_out).quantile(1 - FLAGGED_SHARE)))
            for name, score in energies.items()
        },
    }


def digits(options: argparse.Namespace) -> Iterator[tuple[str, Tensor]]:
    """Sources of digits: names and pictures (N, 1, S, S) in 0..1."""
    if options.pen:
        rows = [each["strokes"] for each in pen_digits(options.pen)[1::2]]
        strokes = ([[[x, -y] for x, y in line] for line in row] for row in rows)
        drawn = [read_digits(read_strokes(each)).whole for each in strokes]
        yield "pen strokes", torch.stack(drawn)
    if options.semeion:
        yield SEMEION, read(sorted(options.semeion.glob("*/*.png")))
    if options.fonts:
        families = glyphs.font_families([options.fonts])
        yield "digits of unseen fonts", every(glyphs.digits(families, SEED, EACH))


def other_things(options: argparse.Namespace) -> Iterator[tuple[str, Tensor]]:
    """Sources of what is no digit."""
    if options.fashion_root:
        (path,) = options.fashion_root.glob("t10k-images-idx3-ubyte*")
        pictures = read_idx(path)[:, None]
        yield "Fashion-MNIST's test pictures", pictures.float() / 255
        images = (Image.fromarray(each[0].numpy()) for each in pictures[:EACH])
        yield "the same, read as a visitor's", torch.stack([*map(digit_tensor, images)])
    if options.fonts:
        families = glyphs.font_families([options.fonts])
        plain = "".join(sorted(set(string.ascii_letters) - set(LIKE_DIGITS)))
        yield "letters of unseen fonts", glyphs.drawn(families, plain, SEED, EACH)
        yield "letters of these, like a digit", glyphs.drawn(families, LIKE_DIGITS, SEED, EACH)
    if options.script_fonts:
        families = glyphs.font_families([options.script_fonts])
        yield "unseen alphabets", glyphs.letters_of_scripts(families, SEED, EACH, SCRIPTS)
    if options.letters:
        yield "pictures of letters", read(sorted(options.letters.rglob("*.png")))


def read(paths: list[Path]) -> Tensor:
    """Picture files, read as a visitor's."""
    return torch.stack([read_digits(Image.open(path)).whole for path in paths])


if __name__ == "__main__":
    main()
