"""What is advised, in words: every figure comes from the runs."""

from dataclasses import replace

import pytest

from losslens.evaluation.verdicts import BASELINE
from losslens.losses import LOSSES
from losslens.study.advice import QUESTIONS, Situation, advise
from losslens.study.runs import Results, Runs, load
from losslens.study.settings import SETTINGS, settings_of
from losslens.tasks import TASKS
from losslens.ui.choose.advice import advice_data, advice_html, advice_lines
from losslens.ui.choose.matrix import cell_runs, matrix
from losslens.ui.choose.sentences import live_query, sentences, signed
from losslens.ui.i18n import WORDS
from losslens.ui.live.settings import of_link

JITTER = (0.001, -0.001, 0.002, 0.0, -0.002)
NOISY = Situation(wrong="symmetric_40")


def runs(*tasks: str, **accuracies: float) -> Runs:
    place = {
        loss: Results(
            0.01,
            {"0.003": 0.8, "0.01": 0.9, "0.03": 0.7},
            list(range(5)),
            {"accuracy": [value + each for each in JITTER]},
        )
        for loss, value in accuracies.items()
    }
    cells = {task: {"symmetric_40": place} for task in tasks or ("digits",)}
    return Runs("2026-11-25T00:00:00", {}, 2, cells)


@pytest.mark.parametrize("language", WORDS)
def test_the_sentence_changes_with_the_data(language: str) -> None:
    words = WORDS[language]
    first = sentences(advise(NOISY, found := runs(cross_entropy=0.7, gce=0.8)), found, words)
    assert all(each in first[0] for each in (words.loss("gce"), "70.0 %", "80.0 %", "+10.0"))
    second = sentences(advise(NOISY, found := runs(cross_entropy=0.7, gce=0.6)), found, words)
    assert words.loss("gce") not in second[0]
    third = sentences(advise(NOISY, found := runs(cross_entropy=0.7, gce=0.7)), found, words)
    assert len({first[0], second[0], third[0]}) == 3
    seeds = replace(found, cells={})
    fourth = sentences(advise(NOISY, seeds), seeds, words)
    assert fourth == [words["choose.not_run"]]


def test_each_task_is_named_with_its_own_figures() -> None:
    found = runs("digits", "fashion", cross_entropy=0.7, gce=0.8)
    said = sentences(advise(NOISY, found), found, WORDS["en"])
    assert sum("80.0 % instead of 70.0 %" in each for each in said) == 3


def test_a_learning_rate_that_is_off_is_a_cost() -> None:
    found = runs(cross_entropy=0.7, gce=0.8)
    assert any(
        "15.0 points" in each for each in sentences(advise(NOISY, found), found, WORDS["en"])
    )


@pytest.mark.parametrize("language", WORDS)
def test_every_question_setting_and_answer_has_words(language: str) -> None:
    own = WORDS[language].own
    for name, answers in QUESTIONS.items():
        assert all(f"choose.{name}.{key}" in own for key in ("question", *answers))
    assert all(f"choose.settings.{key}" in own for key in SETTINGS)


def test_the_page_and_programs_are_told_the_same() -> None:
    found = runs(cross_entropy=0.7, gce=0.8)
    data = advice_data(NOISY, found)
    page = str(advice_html(NOISY, found, WORDS["en"]))
    assert data["loss"] == "gce" and data["figures"]["seeds"] == 5
    assert data["code"] == LOSSES["gce"].code and data["paper"] in page
    assert data["sentences"][0].split(":")[0] in page
    assert advice_lines(NOISY)[0] == advice_data(NOISY, load())["sentences"][0]


@pytest.mark.parametrize(
    "situation",
    [
        Situation(),
        NOISY,
        Situation(wrong="asymmetric_40"),
        Situation(rare="100"),
        Situation(examples="200"),
        Situation(start="features", rare="10"),
    ],
)
def test_train_it_now_opens_live_training_set_so(situation: Situation) -> None:
    query = dict(pair.split("=") for pair in live_query(advise(situation, load())).split("&"))
    read = of_link(query)
    assert read is not None
    values, _, changed = read
    assert changed == [] and set(query) <= set(values)
    assert values["losses"][0] == BASELINE


def test_a_cell_leads_to_its_runs() -> None:
    found, words = runs(cross_entropy=0.7, gce=0.8), WORDS["en"]
    table = str(matrix(found, "digits", words))
    assert 'data-cell="symmetric_40/gce"' in table and "▲ +10.0" in table
    assert 'aria-label="Generalised cross-entropy, 40 % wrong at random: better' in table
    behind = str(cell_runs(found, "digits", "symmetric_40/gce", words))
    assert behind.count("<tr>") == 6 and "80.1 %" in behind and "--settings symmetric_40" in behind
    for cell in ("", "symmetric_40/none", "none/gce", "<script>"):
        assert cell_runs(found, "digits", cell, words) == ""


@pytest.mark.parametrize("task", TASKS)
def test_the_matrix_of_the_shipped_runs_is_whole(task: str) -> None:
    shipped = load()
    table = str(matrix(shipped, task, WORDS["en"]))
    counted = sum(
        len(shipped.place(task, each.key)) - 1
        for each in settings_of(task)
        if BASELINE in shipped.place(task, each.key)
    )
    assert 0 < table.count("data-cell") <= counted


def test_a_sign_is_never_on_a_zero() -> None:
    assert [signed(each, 1) for each in (0.04, -0.04, 0.06, -1.25)] == [
        "0.0",
        "0.0",
        "+0.1",
        "−1.2",
    ]
