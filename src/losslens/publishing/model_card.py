"""The model card of a published repository: figures from the checkpoints' cards, data, limits."""

from pathlib import Path

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from losslens.checkpoints.files import Card
from losslens.losses import LOSSES
from losslens.tasks import TASKS
from losslens.tasks.base import CardFacts

_TEMPLATE = Path(__file__).with_suffix(".md")
_TAGS = ["pytorch", "safetensors", "loss-functions", "calibration", "mnist", "education"]
_METRICS = {
    "accuracy": "Accuracy",
    "nll": "NLL",
    "brier": "Brier score",
    "calibration_error": "Calibration error",
}


def model_card(repo_id: str, cards: list[Card]) -> str:
    """The card of a repository with the checkpoints of ``cards``, as the text of its README.md.

    ``cards`` come in the order in which tasks and losses are shown, at least one of them, and all
    of tasks whose record has facts for it (``Task.card``).
    """
    tasks = [task for task in TASKS.values() if any(card.task == task.key for card in cards)]
    facts = {task.key: task.card for task in tasks if task.card is not None}
    data = ModelCardData(
        license="apache-2.0",
        library_name="losslens",
        pipeline_tag="image-classification",
        tags=_TAGS,
        datasets=[each.dataset for each in facts.values()],
        metrics=["accuracy"],
        model_name=repo_id.split("/")[-1],
        eval_results=[result for card in cards for result in _results(card, facts[card.task])],
    )
    card = ModelCard.from_template(
        data,
        template_path=str(_TEMPLATE),
        repo_id=repo_id,
        losses=len({card.loss for card in cards}),
        example=cards[0],
        tasks=tasks,
        figures={
            task.key: [_cells(card) for card in cards if card.task == task.key and card.test]
            for task in tasks
        },
    )
    return f"{card}\n"  # the template's last line break is lost


def _results(card: Card, facts: CardFacts) -> list[EvalResult]:
    return [
        EvalResult(
            task_type="image-classification",
            dataset_type=facts.dataset,
            dataset_name=facts.dataset_name,
            dataset_split="test",
            metric_type=metric,
            metric_name=f"{label}, {LOSSES[card.loss].label}",
            metric_value=round(figure["value"], 6),
        )
        for metric, label in _METRICS.items()
        if (figure := card.test.get("softmax", {}).get(metric))
    ]


def _cells(card: Card) -> list[str]:
    """One row of a task's table."""
    plain, calibrated = card.test["softmax"], card.test["calibrated"]
    value, low, high = (plain["accuracy"][name] * 100 for name in ("value", "low", "high"))
    return [
        LOSSES[card.loss].label,
        f"{value:.2f} ({low:.2f} to {high:.2f})",
        f"{plain['nll']['value']:.4f}",
        f"{plain['brier']['value']:.4f}",
        f"{plain['calibration_error']['value'] * 100:.2f}",
        f"{calibrated['nll']['value']:.4f}",
        f"{calibrated['calibration_error']['value'] * 100:.2f}",
    ]
