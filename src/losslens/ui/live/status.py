"""How a live run stands: its state, one line, a progress bar, and what is read out of it."""

from typing import Literal

from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words

# "ready", "done", "stopped" and "error" wait for Start; live.css shows the buttons of each. A
# "large" run goes on and cannot be paused.
State = Literal[
    "ready", "starting", "waiting", "running", "paused", "large", "done", "stopped", "error"
]
_PARTS = 4  # of a run, after each of which its progress is read out


def status(state: State, text: str, words: Words, done: float | None = None) -> Markup:
    """The state, in one line, and a progress bar where a share ``done`` (0..1) is given."""
    label = words["live.progress_bar"]
    return render("live/status.html", state=state, text=text, done=done, label=label)


class Announcer:
    """What a screen reader says of a run: each change of its state, and each quarter of it."""

    def __init__(self) -> None:
        self._quarter = 0

    def at(self, done: float, text: str) -> str | None:
        """``text`` where another quarter of the run is ``done`` (0..1), else None."""
        quarter = int(done * _PARTS)
        if quarter <= self._quarter:
            return None
        self._quarter = quarter
        return text
