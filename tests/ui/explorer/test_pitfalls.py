"""The pitfalls page: each has its texts, and what came of a run is told and drawn."""

from html import unescape

import pytest

from losslens.training.pitfall_catalogue import GROUPS, LESSONS, PITFALLS
from losslens.training.pitfalls import HELD_OUT, Outcome
from losslens.ui.explorer.pitfalls import outcome_html, search
from losslens.ui.i18n import WORDS
from support.shipped import WHOLE

EN = WORDS["en"]
RAN = Outcome(steps=[1, 10], losses=[2.0, 1.6], accuracies=[0.1, 0.5])


@pytest.mark.parametrize("language", WHOLE)
@pytest.mark.parametrize("key", PITFALLS)
def test_every_pitfall_is_told_in_every_language(key: str, language: str) -> None:
    assert WORDS[language].own[f"pitfalls.{key}.title"]
    assert WORDS[language].own[f"pitfalls.{key}.story"]
    silent = not PITFALLS[key].says
    assert not silent or WORDS[language].own[f"pitfalls.{key}.symptom"]


@pytest.mark.parametrize("language", WHOLE)
def test_groups_and_lessons_are_told_in_every_language(language: str) -> None:
    own = WORDS[language].own
    assert all(own[f"explorer.group_{group}"] for group in GROUPS)
    assert all(own[f"lessons.{key}.{part}"] for key in LESSONS for part in ("title", "text"))


@pytest.mark.parametrize("key", [key for key, pitfall in PITFALLS.items() if pitfall.says])
def test_what_torch_says_leads_to_its_pitfall(key: str) -> None:
    same = [each for each in PITFALLS if PITFALLS[each].says == PITFALLS[key].says]
    assert set(search(EN, PITFALLS[key].says)[: len(same)]) == set(same)


QUESTIONS = {  # as people ask them
    "Expected floating point type for target with class probabilities, got Long": "one_hot",
    "0D or 1D target tensor expected, multi-target not supported": "target_column",
    "IndexError: Target 3 is out of bounds.": "labels_from_one",
    "RuntimeError: all elements of input should be between 0 and 1": "bce_on_logits",
    "Target size (torch.Size([8])) must be the same as input size (torch.Size([8, 1]))": (
        "bce_column"
    ),
    "BCEWithLogitsLoss()(z.sigmoid(), o.float())": "sigmoid_twice",
    "loss is stuck at 0.69": "sigmoid_twice",
    "KLDivLoss gives nan with log of the target": "kl_log_target",
    "cross entropy is nan when all targets are -100": "all_ignored",
    "my loss is negative": "nll_with_probabilities",
    "grad can be implicitly created only for scalar outputs": "reduction_none",
    "does not require grad and does not have a grad_fn": "rebuilt_tensor",
    "Boolean value of Tensor with more than one value is ambiguous": "class_not_called",
    "Expected target size [32, 1000], got [32, 20]": "classes_last",
    "Trying to backward through the graph a second time": "backward_twice",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_finds_its_answer_among_the_first_three(question: str) -> None:
    assert any(key.startswith(QUESTIONS[question]) for key in search(EN, question)[:3])


def test_a_search_in_another_language_or_for_nothing() -> None:
    assert "kl_log_target" in search(WORDS["ja"], "損失が nan")[:3]
    assert search(WORDS["ja"], "损失 loss is negative")[0] in PITFALLS
    assert search(EN, "  ") == search(EN, "xyzzy") == list(PITFALLS)


def test_a_loss_that_is_no_number_is_told_with_its_step_and_other_tasks_show_no_accuracy() -> None:
    broken = Outcome(steps=[1, 10], losses=[2.0, float("nan")], accuracies=[0.1, 0.1])
    assert EN["explorer.not_a_number"].format(step=10) in outcome_html(EN, broken, RAN)
    html = outcome_html(EN, RAN, RAN, tells_digits=False)
    assert html.count("<figure") == 1 and "50.0%" not in html


def test_an_error_is_quoted_and_only_what_ran_is_drawn() -> None:
    html = outcome_html(EN, Outcome(error="RuntimeError: a < b"), RAN)
    assert "a &lt; b" in html and EN["explorer.it_says"] in html
    assert EN["explorer.silent"] in html and "50.0%" in html
    assert html.count("<figure") == 2 and html.count('fill="none"') == 2


def test_a_warning_is_quoted_beside_its_curves() -> None:
    warned = Outcome("", "UserWarning: look", [1, 10], [-2.0, 1.0], [0.1, 0.2])
    html = outcome_html(EN, warned, RAN)
    assert "UserWarning: look" in html and EN["explorer.it_warns"] in html
    assert html.count('fill="none"') == 4 and ">-2<" in html  # the axis goes below 0


@pytest.mark.parametrize("language", WORDS)
def test_the_floor_is_drawn_and_the_held_out_digits_are_counted(language: str) -> None:
    words = WORDS[language]
    html = unescape(outcome_html(words, RAN, RAN, floor=1.4612))
    assert words["explorer.floor"].format(value="1.4612") in html
    assert html.count(words["explorer.chart_accuracy"].format(count=f"{HELD_OUT:,}")) >= 4
    assert words["explorer.floor"].format(value="1.4612") not in outcome_html(words, RAN, RAN)


def test_where_nothing_ran_nothing_is_drawn() -> None:
    failed = Outcome(error="NameError: F")
    assert "<figure" not in outcome_html(EN, failed, failed)
