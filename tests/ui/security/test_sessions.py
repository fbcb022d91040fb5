"""What outlives an answer: nothing of what a caller sent."""

import base64
import gc
import os
from typing import Any

from gradio_client import Client

from losslens.ui.app import build
from losslens.ui.security.presence import Presence
from losslens.ui.security.sessions import Session, Sessions
from support.attacks import asked
from support.pictures import encoded, stroke
from support.waiting import until

URL = "data:image/png;base64," + base64.b64encode(encoded(stroke())).decode()


def sessions_of(app_url: str) -> Sessions:
    """The sessions of the app that is served at an address of this process."""
    (found,) = [
        each
        for each in gc.get_objects()
        if type(each) is Sessions
        and each.blocks.is_running  # apps of other tests had the same address
        and each.blocks.local_url == app_url
    ]
    return found


def test_calls_leave_no_session_and_nothing_of_their_input(app_url: str) -> None:
    kept = sessions_of(app_url)
    asked(app_url, "predict_pet", [URL])
    before = set(kept.session_data)
    junk = base64.b64encode(os.urandom(4_000_000)).decode()  # 5 MB that are no picture
    for _ in range(6):
        assert "event: error" in asked(app_url, "predict_pet", [f"data:;base64,{junk}"])
    until(lambda: holders_of(junk) == [])
    assert set(kept.session_data) <= before


def values_of(thing: Any) -> list[Any]:
    if type(thing) is dict:
        return list(thing.values())
    return list(thing) if type(thing) in (list, tuple) else []


def holders_of(text: str) -> list[type]:
    """What in this process, but for whom calls this, has a text that begins with ``text``."""
    gc.collect()
    return [
        type(each)
        for each in gc.get_objects()
        for value in values_of(each)
        if (type(value) is str and text[:90] in value[:200])
        or (type(value) is bytes and text[:90].encode() in value[:200])
    ]


def test_a_python_client_that_has_left_leaves_no_session(app_url: str) -> None:
    kept, client = sessions_of(app_url), Client(app_url, verbose=False)
    assert client.predict(URL, api_name="/predict_digit")["answers"]
    name = client.session_hash
    client.close()
    until(lambda: name not in kept.session_data or not kept._presence.has_page(name))
    kept._presence._last_seen[name] = float("-inf")
    if name in kept.time_last_used:
        kept.time_last_used[name] = kept.time_last_used[name].replace(year=2020)
    until(lambda: name not in kept.session_data)


def test_a_session_keeps_states_and_no_values_of_components() -> None:
    demo = build()
    session = Session(demo)
    for component in demo.blocks.values():
        session._update_value_in_config(component._id, "a visitor's input")
        session._update_config(component._id)
    assert session.config_values == {} and session.state_data == {}
    state = next(each for each in demo.blocks.values() if each.stateful)
    session[state._id] = "an answer"
    assert session[state._id] == "an answer"


def test_sessions_of_a_page_that_is_open_stay() -> None:
    presence = Presence()
    kept = Sessions(presence)
    kept.set_blocks(build())
    for name in ("open", "left"):
        kept[name]
        kept.time_last_used[name] = kept.time_last_used[name].replace(year=2020)
    assert presence.enter("open", "192.0.2.1", page=True)
    kept.delete_all_expired_state()
    assert set(kept.session_data) == {"open"} == set(kept.time_last_used)
    presence.leave("open", "192.0.2.1", page=True)
    kept.delete_all_expired_state()
    assert set(kept.session_data) == {"open"}  # a page that is loaded again comes back


def test_an_address_may_hold_only_so_many_streams() -> None:
    presence = Presence()
    opened = sum(presence.enter(f"s{each}", "192.0.2.1", page=True) for each in range(5000))
    assert opened < 1000 and presence.enter("s", "192.0.2.2", page=True)
