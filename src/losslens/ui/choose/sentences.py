"""What is advised, in the sentences of a language: every figure in them is computed from the
study's runs."""

from collections import Counter

from losslens.evaluation.verdicts import BASELINE
from losslens.losses import LOSSES
from losslens.study.advice import Advice, Cost, sensitivity
from losslens.study.analysis import MEASURES, Comparison
from losslens.study.runs import Runs
from losslens.ui.i18n import Words


def sentences(advice: Advice, runs: Runs, words: Words) -> list[str]:
    """The recommendation first, then what it rests on, what it costs and when not to follow it."""
    said = [_recommendation(advice, words)]
    if len(advice.by_task) > 1 and (advice.kind == "take" or _promising(advice)):
        said += [_of_task(task, each, advice, words) for task, each in advice.by_task.items()]
    if advice.score and advice.kind == "take":
        said.append(words["choose.by_score"].format(score=words[f"choose.scores.{advice.score}"]))
    if advice.kind == "take":
        said.append(_costs(advice, words))
        said += _rate(advice, runs, words)
    avoid = words.about_loss(advice.loss, "avoid")
    if avoid and advice.kind in ("take", "by_design"):
        said.append(words["choose.when_not"].format(avoid=avoid))
    if advice.not_together:
        names = words["common.list_comma"].join(
            words[f"choose.settings.{key}"] for key in advice.not_together
        )
        said.append(words["choose.not_together"].format(settings=names))
    return said


def shown(value: float, measure: str) -> str:
    """A value of a measure: shares as percent."""
    return f"{value * 100:.1f} %" if _is_share(measure) else f"{value:.3f}"


def difference(value: float, measure: str, words: Words) -> str:
    """A signed difference: of shares in points."""
    text = _signed(value, measure)
    return words["choose.points"].format(value=text) if _is_share(measure) else text


def _signed(value: float, measure: str) -> str:
    return signed(100 * value, 1) if _is_share(measure) else signed(value, 3)


def _is_share(measure: str) -> bool:
    """Whether it is shown as percent; so is the AUROC, by whatever score."""
    return measure not in MEASURES or MEASURES[measure].unit != 1


def signed(value: float, decimals: int) -> str:
    """With a sign that is as wide as a digit; 0 has none."""
    text = f"{value:+.{decimals}f}".replace("-", "−")
    return text if text.strip("+−0.") else f"{0:.{decimals}f}"


def _recommendation(advice: Advice, words: Words) -> str:
    measure, counts = advice.situation.measure, Counter(advice.verdicts.values())
    said: str = advice.kind
    if said == "unknown" and not _promising(advice):
        said = "unknown_none"
    values: dict[str, object] = {"loss": words.loss(advice.compared or advice.loss)}
    if advice.tasks:
        values |= {
            "measure": words[f"choose.measures.{measure}"],
            "tasks": words["common.list_comma"].join(
                words.task(task, "report") for task in advice.tasks
            ),
            "count": len(advice.verdicts),
            "equal": counts["equal"],
            "worse": counts["worse"],
        }
    if advice.comparison is not None:
        values |= _figures(advice.comparison, measure, words)
    return words[f"choose.{said}"].format(**values)


def _promising(advice: Advice) -> bool:
    """Whether the loss that is compared is better than cross-entropy on the mean, at least."""
    assert advice.comparison is not None
    record = MEASURES.get(advice.situation.measure)
    higher_is_better = record is None or record.higher_is_better
    return (advice.comparison.difference > 0) == higher_is_better


def _figures(comparison: Comparison, measure: str, words: Words) -> dict[str, object]:
    return {
        "value": shown(comparison.value, measure),
        "base": shown(comparison.baseline, measure),
        "difference": difference(comparison.difference, measure, words),
        "low": _signed(comparison.low, measure),
        "high": _signed(comparison.high, measure),
        "seeds": comparison.seeds,
    }


def _of_task(task: str, comparison: Comparison, advice: Advice, words: Words) -> str:
    return words["choose.of_task"].format(
        task=words.task(task, "report"),
        verdict=words[f"choose.verdicts.{comparison.verdict}"],
        **_figures(comparison, advice.situation.measure, words),
    )


def _costs(advice: Advice, words: Words) -> str:
    if not advice.costs:
        return words["choose.no_cost"]
    named = words["choose.cost_join"].join(_cost(each, words) for each in advice.costs)
    return words["choose.cost"].format(costs=named)


def _cost(cost: Cost, words: Words) -> str:
    return words["choose.one_cost"].format(
        measure=words[f"choose.measures.{cost.measure}"],
        setting=words[f"choose.settings.{cost.setting}"],
        **_figures(cost.comparison, cost.measure, words),
    )


def _rate(advice: Advice, runs: Runs, words: Words) -> list[str]:
    """How much a learning rate that is off costs, on the mean over the tasks."""
    lost: dict[str, list[float]] = {advice.loss: [], BASELINE: []}
    for task in advice.tasks:
        place = runs.place(task, advice.situation.setting)
        for loss, values in lost.items():
            found = sensitivity(place[loss]) if loss in place else None
            if found is not None:
                values.append(found)
    if not all(lost.values()):
        return []
    own, base = (f"{100 * sum(each) / len(each):.1f}" for each in lost.values())
    return [words["choose.rate"].format(own=own, base=base, loss=words.loss(advice.loss))]


def live_query(advice: Advice) -> str:
    """The settings of live training that are like the situation, as a link's query."""
    situation = advice.situation
    losses = [BASELINE, advice.loss] if advice.loss != BASELINE else [BASELINE]
    task = "digits" if situation.start == "scratch" else "pets"
    query = {"task": task, "losses": ",".join(losses)}
    if situation.wrong != "none":
        kind, share = situation.wrong.split("_")
        query |= {"noise": kind, "wrong": share, "epochs": "12"}
    if situation.rare != "even":
        query |= {"imbalance": situation.rare, "epochs": "20"}
    if situation.examples != "many":
        query |= {"examples": situation.examples, "epochs": "30"}
    return "&".join(f"{name}={value}" for name, value in query.items())


def code_of(advice: Advice) -> str:
    """The PyTorch lines of the loss: from ``logits`` (N, C) and ``target`` (N,) to ``loss``."""
    return LOSSES[advice.loss].code
