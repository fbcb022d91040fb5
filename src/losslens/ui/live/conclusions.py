"""What a finished live run comes to, in two or three sentences computed from its facts."""

from collections.abc import Sequence

from losslens.evaluation.significance import SIGNIFICANT
from losslens.live.conclusions import Fact
from losslens.live.config import LiveConfig
from losslens.live.results import Results
from losslens.ui.i18n import Words
from losslens.ui.live.names import loss_name


def sentences(config: LiveConfig, results: Results, words: Words) -> list[str]:
    """The sentences, the last of which says what may be concluded from so many seeds."""
    said = fact_sentences(
        results.facts, [loss_name(config, key, words) for key in config.losses], words
    )
    if len(config.losses) == 1:
        return said
    text = "one_seed" if config.seeds == 1 else "several_seeds"
    concluded = words[f"live.concluded.{text}"]
    return [*said, concluded.format(seeds=config.seeds, choose=words["tabs.choose"])]


def fact_sentences(facts: Sequence[Fact], names: Sequence[str], words: Words) -> list[str]:
    """A sentence for each fact; ``names`` are those of the losses, in their order."""
    say = _alone if len(names) == 1 else _compared
    return [say(names, fact, words) for fact in facts]


def _compared(names: Sequence[str], fact: Fact, words: Words) -> str:
    """A fact of several losses."""
    kind = "differs" if fact.behind else "tie"
    worst = fact.behind[0] if fact.behind else fact.worst
    low, high = sorted((fact.values[fact.best], fact.values[fact.worst]))
    texts = {
        "best": names[fact.best],
        "best_value": _percent(fact.values[fact.best]),
        "worst": names[worst],
        "worst_value": _percent(fact.values[worst]),
        "behind": _enumerated(names, fact, words),
        "low": _percent(low),
        "high": _percent(high),
        "p": _p_value(fact, words),
        "count": f"{fact.count:,}",
    }
    if fact.says:
        texts |= {
            "best_says": _percent(fact.says[fact.best]),
            "worst_says": _percent(fact.says[worst]),
        }
        texts |= {"best_right": _percent(fact.right[fact.best])}
        texts |= {"worst_right": _percent(fact.right[worst])}
    return words[f"live.concluded.{fact.measure}_{kind}"].format(**texts)


def _alone(names: Sequence[str], fact: Fact, words: Words) -> str:
    """A fact of the only loss."""
    return words[f"live.concluded.{fact.measure}_alone"].format(
        loss=names[0],
        value=_percent(fact.values[0]),
        says=_percent(fact.says[0]) if fact.says else "",
        right=_percent(fact.right[0]) if fact.right else "",
        count=f"{fact.count:,}",
    )


def _enumerated(names: Sequence[str], fact: Fact, words: Words) -> str:
    """The losses behind the best, each with its value."""
    return words["common.list_comma"].join(
        words["live.concluded.with_value"].format(
            loss=names[index], value=_percent(fact.values[index])
        )
        for index in fact.behind
    )


def _p_value(fact: Fact, words: Words) -> str:
    if fact.p_value < SIGNIFICANT / 50:
        return words["live.concluded.p_below"].format(p=f"{SIGNIFICANT / 50:g}")
    return words["live.concluded.p_is"].format(p=f"{fact.p_value:.2g}")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
