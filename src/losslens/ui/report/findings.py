"""What a report comes to, in one plain sentence each, computed from its figures."""

from collections.abc import Mapping

from losslens.evaluation.metrics import spread
from losslens.evaluation.significance import Difference
from losslens.losses import LOSSES
from losslens.report.schema import Report
from losslens.ui.i18n import Words

_MENDED = 0.2  # of the worst calibration error before the link: what is left must be less to be called mended


def findings(report: Report, words: Words) -> list[str]:
    """The sentences, the most telling first."""
    sentences = [_accuracy(report, words), *_calibration(report, words)]
    if report.wrong_labels:
        measured = report.wrong_labels
        values = {loss: spread(shares[-1]).mean for loss, shares in measured.accuracy.items()}
        share = f"{measured.shares[-1] * 100:.0f} %"
        sentences.append(
            _best_and_worst("finding_wrong", values, measured.differences[-1], words, share=share)
        )
    if report.corrupted:
        corrupted = report.corrupted
        sentences.append(
            _best_and_worst("finding_corrupted", corrupted.mean, corrupted.differences, words)
        )
    return sentences


def _accuracy(report: Report, words: Words) -> str:
    values = [
        network.figures["softmax"]["accuracy"].value for network in report.tested.networks.values()
    ]
    pairs = report.tested.differences
    real = sum(not pair.tie for pair in pairs)
    return words["finding_few" if real else "finding_tie"].format(
        low=percent(min(values)), high=percent(max(values)), count=real, pairs=len(pairs)
    )


def _calibration(report: Report, words: Words) -> list[str]:
    before, after = (
        {
            loss: network.figures[link]["calibration_error"].value
            for loss, network in report.tested.networks.items()
        }
        for link in ("softmax", "calibrated")
    )
    best, worst = min(before, key=before.__getitem__), max(before, key=before.__getitem__)
    differs = words["report.finding_calibration"].format(
        best=words["loss_" + best],
        worst=words["loss_" + worst],
        low=percent(before[best]),
        high=percent(before[worst]),
    )
    mended = max(after.values()) < _MENDED * before[worst]
    if not mended:
        return [differs]
    link = words["report.finding_link"].format(high=percent(max(after.values())))
    return [
        differs,
        link
        + (
            words["report.finding_link_none"]
            if any(after[loss] > before[loss] for loss in after)
            else ""
        ),
    ]


def _best_and_worst(
    key: str,
    values: Mapping[str, float],
    differences: list[Difference],
    words: Words,
    **others: str,
) -> str:
    """Whether the best really differs from the worst; ``differences`` have the positions of
    ``values``."""
    losses = list(values)
    best, worst = max(losses, key=values.__getitem__), min(losses, key=values.__getitem__)
    apart = any(
        {losses[each.first], losses[each.second]} == {best, worst} and not each.tie
        for each in differences
    )
    return words[key + ("_real" if apart else "_tie")].format(
        best=words["loss_" + best],
        worst=words["loss_" + worst],
        high=percent(values[best]),
        low=percent(values[worst]),
        **others,
    )


def percent(value: float) -> str:
    """Two decimals, as many as 10,000 pictures tell apart."""
    return f"{value:.2%}".replace("%", " %")


def names(losses: list[str], words: Words) -> str:
    """Losses by name, in the order of LOSSES."""
    return words["common.list_comma"].join(words.loss(loss) for loss in LOSSES if loss in losses)
