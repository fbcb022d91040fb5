"""What a report comes to, in one plain sentence each, computed from its figures."""

from collections.abc import Mapping

from losslens.evaluation.metrics import spread
from losslens.evaluation.significance import Pairs
from losslens.report.schema import PROBABILITIES, Report
from losslens.ui.i18n import Words
from losslens.ui.report.section import percent

# Of the worst calibration error: less must be left of it for calibration to have mended it.
_MENDED = 0.2


def findings(report: Report, words: Words) -> list[str]:
    """The sentences, the most telling first."""
    sentences = [_accuracy(report, words), *_calibration(report, words)]
    if report.wrong_labels:
        measured = report.wrong_labels
        values = {loss: spread(shares[-1]).mean for loss, shares in measured.accuracy.items()}
        share = f"{measured.shares[-1] * 100:.0f} %"
        pairs = measured.pairs[-1]
        sentences.append(_best_and_worst("wrong", values, pairs, words, share=share))
    if report.corrupted:
        corrupted = report.corrupted
        sentences.append(_best_and_worst("corrupted", corrupted.mean, corrupted.pairs, words))
    return sentences


def _accuracy(report: Report, words: Words) -> str:
    networks, pairs = report.tested.networks, report.tested.pairs
    values = [network.figures["softmax"]["accuracy"].value for network in networks.values()]
    count = len(pairs.significant)
    return words[f"report.findings.accuracy_{'some' if count else 'same'}"].format(
        low=percent(min(values)),
        high=percent(max(values)),
        networks=len(networks),
        count=count,
        pairs=len(pairs),
    )


def _calibration(report: Report, words: Words) -> list[str]:
    before, after = (
        {
            loss: network.figures[kind]["calibration_error"].value
            for loss, network in report.tested.networks.items()
        }
        for kind in PROBABILITIES
    )
    best, worst = min(before, key=before.__getitem__), max(before, key=before.__getitem__)
    differs = words["report.findings.calibration"].format(
        best=words.loss(best),
        worst=words.loss(worst),
        low=percent(before[best]),
        high=percent(before[worst]),
    )
    left = max(after.values())
    if left >= _MENDED * before[worst]:
        return [differs]
    mended = words["report.findings.calibrated"].format(high=percent(left), networks=len(after))
    if any(after[loss] > before[loss] for loss in after):
        mended += words["report.findings.calibrated_none"]
    return [differs, mended]


def _best_and_worst(
    key: str, values: Mapping[str, float], pairs: Pairs, words: Words, **others: str
) -> str:
    """Whether the loss of the highest of ``values`` differs significantly from that of the
    lowest."""
    best, worst = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
    differ = best != worst and pairs.between(best, worst).significant
    return words[f"report.findings.{key}_{'differ' if differ else 'same'}"].format(
        best=words.loss(best),
        worst=words.loss(worst),
        high=percent(values[best]),
        low=percent(values[worst]),
        **others,
    )
