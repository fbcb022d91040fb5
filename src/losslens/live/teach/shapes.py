"""Shapes drawn by chance as a hand might, for who wants to see before drawing."""

import numpy as np
from numpy.typing import NDArray

from losslens.images.pen import Strokes

SHAPES = ("circle", "triangle", "cross")
_POINTS = 24  # of a line
_MIDDLE = 140.0  # of the pad

Line = NDArray[np.float64]


def drawn(shape: str, seed: int) -> Strokes:
    """One of SHAPES in pixels of the pad: turned, squeezed and unsteady, each seed another."""
    chance = np.random.default_rng([SHAPES.index(shape), seed])
    angle = chance.uniform(-0.3, 0.3)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    squeeze = chance.uniform(50, 95, 2)
    return Strokes(
        tuple(_unsteady(line * squeeze @ turn, chance) for line in _lines(shape, chance))
    )


def _unsteady(line: Line, chance: np.random.Generator) -> Line:
    """Moved by a few pixels, slowly along the line."""
    bends = chance.normal(0, 5, (5, 2))
    along = np.linspace(0, 4, len(line))
    moved = [np.interp(along, np.arange(5), bends[:, axis]) for axis in (0, 1)]
    return line + np.stack(moved, axis=1) + _MIDDLE


def _lines(shape: str, chance: np.random.Generator) -> list[Line]:
    """The lines (N, 2) of a shape, within -1..1."""
    if shape == "circle":
        start = chance.uniform(-2.2, -0.9)
        turned = np.linspace(start, start + chance.uniform(0.93, 1.03) * 2 * np.pi, _POINTS)
        return [np.stack([np.cos(turned), np.sin(turned)], axis=1)]
    corners = chance.normal(0, 0.08, (4, 2))
    if shape == "triangle":
        corners += np.array([(0, -1), (0.9, 0.8), (-0.9, 0.8), (0, -1)])
        return [_through(corners)]
    corners += np.array([(-0.8, -0.8), (0.8, 0.8), (0.8, -0.8), (-0.8, 0.8)])
    return [_through(corners[:2]), _through(corners[2:])]


def _through(corners: Line) -> Line:
    along = np.linspace(0, len(corners) - 1, _POINTS)
    axes = [np.interp(along, np.arange(len(corners)), corners[:, axis]) for axis in (0, 1)]
    return np.stack(axes, axis=1)
