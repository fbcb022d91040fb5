"""Made shapes that are taught, for several tests."""

from functools import cache

from losslens.live.teach.examples import Classes, Example, Given, given
from losslens.live.teach.features import COPIES, features, tensor_of
from losslens.live.teach.shapes import SHAPES, drawn
from losslens.live.teach.training import Taught, teach
from losslens.ui.data_urls import grey_url


@cache
def given_shapes(count: int) -> Given:
    """So many drawings of each shape, as the page has them."""
    classes = Classes()
    for place, shape in enumerate(SHAPES):
        for seed in range(count):
            seen = tensor_of("drawing", drawn(shape, seed))
            example = Example(grey_url(1 - seen), features("drawing", seen, COPIES["drawing"]))
            classes = classes.with_example(place, example)
    return given(classes, list(SHAPES))


def taught_of(given: Given, losses: list[str]) -> Taught:
    """What is taught at the end."""
    *_, taught = teach(given, losses)
    assert isinstance(taught, Taught)
    return taught
