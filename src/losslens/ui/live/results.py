"""A finished live run as HTML: what it comes to, and the table behind it."""

from losslens.live.config import LiveConfig
from losslens.live.results import Comparison, Results
from losslens.ui.glossary import Explainer
from losslens.ui.html import Markup, render
from losslens.ui.i18n import Words
from losslens.ui.live.conclusions import sentences
from losslens.ui.live.names import loss_name


def conclusions_html(config: LiveConfig, results: Results, words: Words) -> Markup:
    """The sentences that the run comes to."""
    explain = Explainer(words)
    said = [explain(sentence) for sentence in sentences(config, results, words)]
    return render("live/conclusions.html", title=words["live.conclusions"], sentences=said)


def results_table(config: LiveConfig, results: Results, words: Words) -> Markup:
    """Accuracy with its interval, calibration error, and the paired tests."""
    several = config.seeds > 1
    return render(
        "live/results.html",
        words=words,
        title=words["live.table"],
        accuracy=words["live.col_accuracy_seeds" if several else "live.col_accuracy"],
        balanced=config.imbalance > 1,
        memorised=results.figures[0].memorised is not None,
        rows=[(loss_name(config, each.loss, words), each) for each in results.figures],
        percent="{:.1%}".format,
        pairs=[_sentence(config, pair, words) for pair in results.pairs],
        note=words["live.pairs_note"].format(examples=f"{config.sizes[1]:,}")
        + (words["live.pairs_note_seeds"].format(seeds=config.seeds) if several else ""),
    )


def _sentence(config: LiveConfig, pair: Comparison, words: Words) -> str:
    first, second = (loss_name(config, key, words) for key in (pair.first, pair.second))
    p = f"{pair.p_value:.2g}"
    if pair.better is None:
        return words["live.pair_same"].format(first=first, second=second, p=p)
    better, worse = (first, second) if pair.better == pair.first else (second, first)
    return words["live.pair_better"].format(better=better, worse=worse, p=p)
