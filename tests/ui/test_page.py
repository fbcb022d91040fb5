"""What the tabs of a page share: how its events may be."""

from collections import Counter

from losslens.ui.app import build


def test_of_the_handlers_of_one_event_one_at_most_waits_for_the_latest() -> None:
    """Two have each other wait, and call the server for ever."""
    waiting = Counter(
        (handler.page, component, event)
        for handler in build().fns.values()
        for component, event in handler.targets
        if handler.trigger_mode == "always_last" and handler.fn and event not in ("then", "success")
    )
    assert [each for each, count in waiting.items() if count > 1] == []
    assert len(waiting) > 50


def test_no_value_that_is_set_while_the_one_before_is_answered_is_lost() -> None:
    """Gradio's "once" drops an event that comes meanwhile: only what is pressed may be so."""
    lost = [
        (handler.page, component, event)
        for handler in build().fns.values()
        for component, event in handler.targets
        if handler.trigger_mode == "once" and handler.fn and event in ("change", "input")
    ]
    assert lost == []
