"""The graphs of losses that the playground asks for."""

from typing import Any

from losslens.losses import LOSSES
from losslens.losses.graph import traced
from losslens.ui.playground.settings import FIRST, MAX_LOSSES
from losslens.ui.security.refusals import refused

BATCH = 32  # examples of a graph, as playground_data.js has them
CLASSES = (2, 3)


def playground_graphs(asked: Any) -> dict[str, Any]:
    """The graph of each loss of ``{"losses": [key, ...], "classes": 2 or 3}``; None for a loss that
    cannot be traced.

    It is called from the page, and refuses what the page would not ask for.
    """
    wanted = asked if isinstance(asked, dict) else {}
    losses, classes = wanted.get("losses"), wanted.get("classes")
    if not isinstance(losses, list) or not 0 < len(losses) <= MAX_LOSSES or classes not in CLASSES:
        raise refused(f"losses are 1 to {MAX_LOSSES} keys; classes are 2 or 3.")
    if not all(isinstance(key, str) and key in LOSSES for key in losses):
        raise refused(f"A loss is one of {', '.join(LOSSES)}.")
    return {key: _graph(key, classes) for key in losses}


def warm_up() -> None:
    """Trace what the playground shows at first: the first trace of all takes seconds."""
    playground_graphs({"losses": FIRST["losses"], "classes": 2})


def _graph(key: str, classes: int) -> dict[str, Any] | None:
    try:
        return traced(LOSSES[key], classes, BATCH)
    except ValueError:
        return None
