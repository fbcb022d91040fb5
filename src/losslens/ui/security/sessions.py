"""What is kept of a session: the states of a page for as long as it is open, and nothing else.

Gradio keeps, for each session, every component with the last value sent to it, for an hour or
until a thousand others came; and a call from a program is a session.
"""

import datetime
from copy import copy
from typing import Any

from gradio.blocks import Blocks
from gradio.state_holder import SessionState, StateHolder

from losslens.ui.security.presence import Presence

# A page that is reloaded, or on a phone that slept, comes back sooner.
_STAYS = 120.0  # seconds after a page was closed


class Session(SessionState):
    """A session that keeps states alone. (The rest is for links to a session, which are closed.)"""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks_config = copy(blocks.default_config)
        self.config_values: dict[int, Any] = {}
        self.state_data: dict[int, Any] = {}
        self._state_ttl: dict[int, tuple[float, datetime.datetime]] = {}
        self.is_closed = False
        self.STATE_TTL_WHEN_CLOSED = 3600

    def __setitem__(self, key: int, value: Any) -> None:
        """Keep the value of a state; of another component itself, without its value."""
        block = self.blocks_config.blocks.get(key)
        if block is not None and block.stateful:
            self.state_data[key] = value
        else:
            self.blocks_config.blocks[key] = value

    def _update_config(self, key: int) -> None:
        """Nothing is kept."""

    def _update_value_in_config(self, key: int, value: Any) -> None:
        """Nothing is kept."""


class Sessions(StateHolder):
    """All sessions."""

    def __init__(self, presence: Presence) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._presence = presence

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = Session(self.blocks)
        self.time_last_used[session_id] = datetime.datetime.now()
        self.update(session_id)
        return self.session_data[session_id]

    def forget(self, session_id: str) -> None:
        """Keep nothing of a session."""
        self.session_data.pop(session_id, None)
        self.time_last_used.pop(session_id, None)

    def delete_all_expired_state(self) -> None:
        """Forget the sessions whose page was left a while ago; gradio asks each second."""
        now = datetime.datetime.now()
        for session_id, used in list(self.time_last_used.items()):
            idle = (now - used).total_seconds() > _STAYS
            if idle and self._presence.gone_for(session_id) > _STAYS:
                self.forget(session_id)
