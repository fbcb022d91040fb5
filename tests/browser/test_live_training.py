"""A visitor trains live in a real Chromium: starts, watches, stops, leaves."""

import os
import signal
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from losslens.live.queue import QUEUE
from support.pages import not_wider_than_the_window, violations
from support.waiting import until


def workers() -> list[int]:
    """Process numbers of the workers that train now; one more may be kept ready for the next
    run."""
    return QUEUE.workers()


def children() -> set[int]:
    """Process numbers of all workers of this process, which serves the app."""
    command = ["pgrep", "-P", str(os.getpid()), "-f", "losslens.live.worker"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return {int(line) for line in found.stdout.split()}


@pytest.fixture
def live(visit: Any) -> Any:
    page = visit().page
    page.get_by_role("button", name="Sample digit 3").click()
    page.wait_for_selector(".card[data-answer]")
    page.get_by_role("tab", name="Train live").click()
    return page


def test_a_run_shows_curves_readings_and_a_table(live: Any) -> None:
    live.get_by_label("softmax applied twice by mistake").check()
    live.wait_for_function(
        "() => document.querySelectorAll('#live-losses input:checked').length === 2"
    )
    live.get_by_role("button", name="Start", exact=True).click()
    live.wait_for_selector("#live-charts .reading", timeout=30_000)
    live.wait_for_selector("#live-charts .results", timeout=120_000)
    assert live.locator("#live-charts svg[role=img]").count() == 3 + 2
    assert live.locator(".conclusions p").count() == 3
    assert live.locator(".results tbody tr").count() == 2
    assert (
        live.locator(".reading b").all_inner_texts()
        and "No digit" not in live.locator("#live-charts").inner_text()
    )
    assert "Done" in live.locator("#live-status").inner_text()
    until(lambda: not workers())


def test_stop_and_a_closed_tab_end_the_worker(live: Any) -> None:
    for leave in (lambda: live.get_by_role("button", name="Stop", exact=True).click(), live.close):
        live.get_by_role("button", name="Start", exact=True).click()
        until(lambda: len(workers()) == 1)
        live.wait_for_selector("#live-charts .chart", timeout=30_000)
        (pid,) = workers()
        assert pid in children()
        leave()
        until(lambda pid=pid: not workers() and pid not in children())
        if not live.is_closed():
            live.wait_for_function(
                "() => document.querySelector('#live-status').innerText.includes('Stopped')"
            )


def test_a_worker_that_dies_costs_one_run_and_one_sentence(live: Any) -> None:
    live.get_by_role("button", name="Start", exact=True).click()
    until(workers)  # the axes are drawn before
    for pid in workers():
        os.kill(pid, signal.SIGKILL)
    live.wait_for_selector(".live-status.bad")
    assert "stopped unexpectedly" in live.locator("#live-status").inner_text()


def test_what_is_not_allowed_is_said(live: Any) -> None:
    for label in (
        "Cross-entropy",
        "Squared error (logits)",
        "Squared error (probabilities)",
        "Generalised cross-entropy",
    ):
        live.locator("#live-losses").get_by_label(label, exact=True).uncheck()
    live.get_by_role("button", name="Start", exact=True).click()
    live.wait_for_selector(".live-status.bad")
    assert "from 1 to 4" in live.locator("#live-status").inner_text()
    assert violations(live) == []


SHORT = "?losses=cross_entropy,gce&wrong=40&examples=300&epochs=2"
LONG = "?losses=cross_entropy,gce&wrong=40&examples=4000&epochs=30"


def in_state(page: Any, state: str) -> None:
    page.wait_for_selector(f"#live-status [data-state={state}]", timeout=90_000)


def buttons(page: Any) -> list[str]:
    """The buttons of the run that can be pressed."""
    found = page.locator("#live-run button").all()
    return [each.inner_text() for each in found if each.is_visible()]


def test_buttons_are_there_where_they_do_something(visit: Any) -> None:
    page = visit(path=LONG).page
    assert buttons(page) == ["Start"] and page.locator("#live-charts .chart").count() == 2
    assert violations(page) == []
    page.locator("#live-start").focus()
    page.keyboard.press("Enter")
    in_state(page, "running")
    assert buttons(page) == ["Pause", "Stop"]
    page.wait_for_function("document.activeElement.id === 'live-pause'")  # Start is gone
    assert 0 <= float(page.locator("#live-status progress").get_attribute("value")) < 0.9
    page.keyboard.press("Enter")
    in_state(page, "paused")
    assert buttons(page) == ["Resume", "Stop"] and violations(page) == []
    page.locator("#live-go-on").click()
    in_state(page, "running")
    page.locator("#live-stop").click()
    in_state(page, "stopped")
    assert buttons(page) == ["Start"]
    page.locator("#live-said [aria-live=polite]").get_by_text("Stopped after").wait_for(
        state="attached"  # heard, and not seen
    )
    assert page.locator("[aria-live] .live-status, [aria-live] .chart").count() == 0


def test_start_works_right_after_a_run_is_done(visit: Any) -> None:
    page = visit(path=SHORT).page
    page.locator("#live-start").click()
    page.wait_for_selector("#live-charts .results", timeout=180_000)
    assert page.locator(".conclusions p").count() == 4
    assert page.locator(".memorised img").count() > 0
    page.locator("#live-start").click()  # in the moment in which it is done
    page.wait_for_selector("#live-charts .results", state="detached")
    page.wait_for_selector("#live-charts .results", timeout=90_000)  # of a second run
    in_state(page, "done")


def test_curves_are_read_off_and_shown_alone(visit: Any) -> None:
    page = visit(path=SHORT).page
    page.locator("#live-start").click()
    page.wait_for_selector("#live-charts .results", timeout=90_000)
    chart = page.locator("#live-charts .chart").first
    reader = chart.locator(".reader")
    reader.focus()
    page.keyboard.press("Home")
    first = reader.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowRight")
    assert reader.get_attribute("aria-valuenow") == "1"
    assert first != reader.get_attribute("aria-valuetext")
    assert "Cross-entropy 0." in first and "examples seen 50;" in first
    chart.get_by_role("button", name="Generalised cross-entropy").click()
    assert chart.locator("path.dim").count() == 1
    assert chart.locator("path.dim").get_attribute("data-label") == "Cross-entropy"
    reader.hover()
    assert chart.locator(".readout p").all_inner_texts()[0].startswith("Generalised")
    assert chart.locator(".readout p").count() == 1
    chart.get_by_role("button", name="Generalised cross-entropy").click()
    assert chart.locator("path.dim").count() == 0


def test_on_a_phone_the_curves_are_in_view_after_start(visit: Any) -> None:
    page = visit(path=LONG, width=390, height=844, dark=True).page
    page.locator("#live-start").click()
    in_state(page, "running")
    page.wait_for_function(
        """() => {
          const box = document.querySelector("#live-charts .chart svg").getBoundingClientRect();
          return box.top >= 0 && box.bottom <= innerHeight;
        }"""
    )
    assert violations(page) == [] and not_wider_than_the_window(page)
    page.locator("#live-stop").click()
    in_state(page, "stopped")


def test_what_a_run_leaves_can_be_taken_away(visit: Any, tmp_path: Path) -> None:
    page = visit(path="?task=pets&losses=cross_entropy,gce&examples=200&epochs=1").page
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_selector("#live-charts .results", timeout=60_000)
    assert violations(page) == []
    taken = {}
    for name in (
        "Curves as PNG",
        "Curves as CSV",
        "PyTorch script",
        "Everything, with networks (zip)",
    ):
        with page.expect_download() as download:
            page.locator("#live-downloads").get_by_text(name).click()
        taken[download.value.suggested_filename] = tmp_path / download.value.suggested_filename
        download.value.save_as(taken[download.value.suggested_filename])
    with Image.open(taken["losslens-curves.png"]) as picture:
        assert (
            picture.width > 2000 and len(picture.convert("RGB").getcolors(1 << 20) or []) > 50
        )  # curves, not a blank
    assert (
        taken["curves.csv"].read_text().startswith("loss,seed,examples_seen")
        and "torch" in taken["train.py"].read_text()
    )
    with zipfile.ZipFile(taken["losslens-run.zip"]) as archive:
        assert "networks/2-gce.safetensors" in archive.namelist()


@pytest.mark.parametrize("path", ["", "ja"])
def test_a_link_carries_the_settings(visit: Any, path: str) -> None:
    asked = "?losses=focal,gce,own,hinge&wrong=90&epochs=3&optimizer=sgd&rates=one&rate=0.02"
    asked += "&formula=sum((p-e)**2)"
    page = visit(path=path + asked, locale="ja-JP" if path else "en-US").page
    page.wait_for_function(
        "() => document.querySelector('#live-status').innerText.length > 40"
    )  # it says what was changed
    assert page.locator("#live-losses input:checked").count() == 3
    link = page.locator("#live-link textarea, #live-link input").first
    page.wait_for_function("() => location.search.includes('wrong=60')")
    assert link.input_value() == page.url
    for part in ("epochs=3", "optimizer=sgd", "rate=0.02", "focal%2Cgce%2Cown", "formula=sum"):
        assert part in page.url
    page.locator("#live-task input").nth(1).check()
    page.wait_for_function("() => location.search.includes('task=pets')")
    again = visit(path=page.url.split("/", 3)[3], locale="ja-JP" if path else "en-US").page
    again.wait_for_function(
        "() => document.querySelector('#live-task input:checked')?.value === 'pets'"
    )
    assert again.locator("#live-losses input:checked").count() == 3
    again.wait_for_function(
        "url => document.querySelector('#live-link input, #live-link textarea').value === url",
        arg=page.url,
    )
