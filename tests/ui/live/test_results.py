"""The end of a run on the page: sentences that follow its figures, the table, and what it learnt by
heart."""

import re
from dataclasses import replace

import pytest

from losslens.live.config import LiveConfig, Point
from losslens.live.material import material
from losslens.live.results import results_of
from losslens.ui.i18n import WORDS
from losslens.ui.live.conclusions import sentences
from losslens.ui.live.memorised import memorised_html
from losslens.ui.live.results import conclusions_html, results_table
from losslens.ui.live.status import Announcer, status

CONFIG = LiveConfig(losses=("cross_entropy", "gce"), wrong_labels=0.1, examples=1000)
WRONG = 100


def row(share: float, count: int = 1000) -> list[int]:
    return [1] * round(count * share) + [0] * round(count * (1 - share))


END = Point(
    *(8, 8, 1.0, [0.5, 0.5], [0.98, 0.97], [0.4, 0.01], []),
    right=[row(0.98), row(0.97)],
    confidence=[[0.59] * 1000, [0.97] * 1000],
    memorised=[0.5, 0.02],
    kept_right=[1.0, 1.0],
    repeats=[row(0.5, WRONG), row(0.02, WRONG)],
)

ALONE = replace(END, right=END.right[1:], confidence=END.confidence[1:], repeats=END.repeats[1:])


def said(config: LiveConfig, *ends: Point, language: str = "en") -> list[str]:
    return sentences(config, results_of(config, ends), WORDS[language])


def test_sentences_say_what_the_networks_did_and_whether_it_is_significant() -> None:
    accuracy, calibration, memorised, caution = said(CONFIG, END)
    assert accuracy.startswith("Cross-entropy is right most often, on 98.0 % of 1,000 held-out")
    assert "Generalised cross-entropy (97.0 %)" in accuracy
    assert calibration.startswith(
        "Generalised cross-entropy says 97.0 % and is right 97.0 %; "
        "Cross-entropy says 59.0 % and is right 98.0 %: significant over 1,000"
    )
    assert "p < 0.001" in calibration and "Cross-entropy repeats 50.0 % of the 100" in memorised
    assert "One seed tells these networks apart, not their losses" in caution


def test_other_figures_make_other_sentences() -> None:
    same = replace(
        END,
        right=[row(0.98), row(0.98)],
        confidence=[[0.97] * 1000] * 2,
        repeats=[row(0.5, WRONG)] * 2,
    )
    found = said(CONFIG, same)
    assert sum("no difference is significant" in each for each in found) == 3
    assert len(said(replace(CONFIG, losses=("gce",)), ALONE)) == 3
    twice = said(replace(CONFIG, seeds=2), END, replace(END, run=1))
    assert "in each of 2 trainings" in twice[-1]
    assert said(replace(CONFIG, imbalance=10), END)[0].startswith("With every class counted alike")


@pytest.mark.parametrize("language", WORDS)
def test_every_language_fills_every_sentence(language: str) -> None:
    plain = replace(END, repeats=[])
    for config in (CONFIG, replace(CONFIG, imbalance=10), replace(CONFIG, seeds=2)):
        for end in (END, plain, replace(END, right=[row(0.9)] * 2, confidence=[[0.9] * 1000] * 2)):
            ends = [replace(end, run=run) for run in range(config.seeds)]
            for sentence in said(config, *ends, language=language):
                assert sentence and not re.search(r"[{}]", sentence)
    alone = replace(CONFIG, losses=("gce",))
    assert all(said(alone, ALONE, language=language))


def test_the_table_has_a_row_for_each_loss_and_a_sentence_for_each_pair() -> None:
    results = results_of(CONFIG, [END])
    html = results_table(CONFIG, results, WORDS["en"])
    assert re.findall(r'<tr data-loss="(\w+)">', html) == list(CONFIG.losses)
    assert "98.0%" in html and "40.0%" in html and "50.0%" in html and html.count("<li>") == 1
    assert "Cross-entropy is significantly better than Generalised cross-entropy" in html
    assert "1,000 examples" in html and "balanced" not in html
    rare = results_table(replace(CONFIG, imbalance=10), results, WORDS["en"])
    assert "balanced accuracy" in rare
    assert "What this run shows" in conclusions_html(CONFIG, results, WORDS["en"])


def test_one_loss_alone_is_compared_with_none() -> None:
    config = replace(CONFIG, losses=("gce",))
    html = results_table(config, results_of(config, [ALONE]), WORDS["en"])
    assert "<li>" not in html and "McNemar" not in html


def test_what_was_learnt_by_heart_is_shown_with_its_wrong_label() -> None:
    html = memorised_html(CONFIG, END, WORDS["en"])
    assert "repeats 50 of 100 wrong labels" in html and "repeats 2 of 100" in html
    assert html.count("<img") == 6 + 2
    given = material(CONFIG)
    first = int(given.wrong[0])  # both networks repeat it
    truth, called = int(given.truth[first]), int(given.dataset.target[first])
    assert f"{truth}, called {called}" in html and truth != called
    assert memorised_html(CONFIG, replace(END, repeats=[]), WORDS["en"]) == ""


def test_features_of_photos_are_counted_and_not_shown() -> None:
    pets = replace(CONFIG, task="pets")
    html = memorised_html(pets, END, WORDS["en"])
    assert "repeats 50 of 100" in html and "<img" not in html


def test_what_went_wrong_is_escaped() -> None:
    html = status("error", "<script>", WORDS["en"])
    assert "live-status bad" in html and "&lt;script&gt;" in html and "<progress" not in html
    assert 'value="0.250"' in status("running", "on", WORDS["en"], 0.25)


def test_progress_is_read_out_once_a_quarter() -> None:
    announcer = Announcer()
    spoken = [announcer.at(done / 100, str(done)) for done in range(0, 101)]
    assert [each for each in spoken if each] == ["25", "50", "75", "100"]
