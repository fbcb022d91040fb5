"""A visitor trains live in a real Chromium: starts, watches, stops, leaves."""

import os
import signal
import subprocess
import time
from typing import Any

import pytest


def workers() -> list[int]:
    """Process numbers of the workers of live runs that this process, which serves the app, has started."""
    command = ["pgrep", "-P", str(os.getpid()), "-f", "losslens.live_worker"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def wait_until(condition: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.1)


@pytest.fixture
def live(visit: Any) -> Any:
    page = visit().page
    page.get_by_role("button", name="Sample digit 3").click()
    page.wait_for_selector(".card[data-answer]")
    page.get_by_role("tab", name="Train live").click()
    return page


def test_a_run_shows_curves_readings_and_a_table(live: Any) -> None:
    live.get_by_label("softmax applied twice by mistake").check()
    live.wait_for_timeout(500)
    live.get_by_role("button", name="Start", exact=True).click()
    live.wait_for_selector("#live-charts .reading", timeout=30_000)
    live.wait_for_selector("#live-charts .results", timeout=120_000)
    assert live.locator("#live-charts svg[role=img]").count() == 4
    assert live.locator(".results tbody tr").count() == 2
    assert "Done" in live.locator("#live-status").inner_text()
    wait_until(lambda: not workers(), 3)


def test_stop_and_a_closed_tab_end_the_worker(live: Any) -> None:
    for leave in (lambda: live.get_by_role("button", name="Stop", exact=True).click(), live.close):
        live.get_by_role("button", name="Start", exact=True).click()
        wait_until(lambda: len(workers()) == 1, 30)
        live.wait_for_selector("#live-charts .chart", timeout=30_000)
        leave()
        wait_until(lambda: not workers(), 2.5)
        if not live.is_closed():
            live.wait_for_function("() => document.querySelector('#live-status').innerText.includes('Stopped')")


def test_a_worker_that_dies_costs_one_run_and_one_sentence(live: Any) -> None:
    live.get_by_role("button", name="Start", exact=True).click()
    live.wait_for_selector("#live-charts .chart", timeout=30_000)
    for pid in workers():
        os.kill(pid, signal.SIGKILL)
    live.wait_for_selector(".live-status.bad")
    assert "stopped unexpectedly" in live.locator("#live-status").inner_text()


def test_what_is_not_allowed_is_said(live: Any) -> None:
    for label in ("Cross-entropy", "Squared error (logits)", "Squared error (probabilities)", "Generalised cross-entropy"):
        live.locator("#live-losses").get_by_label(label, exact=True).uncheck()
    live.get_by_role("button", name="Start", exact=True).click()
    live.wait_for_selector(".live-status.bad")
    assert "from 1 to 4" in live.locator("#live-status").inner_text()
