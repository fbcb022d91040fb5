"""The model card of a published repository: figures from the checkpoints' own cards, data, licence, intended use, limits."""

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from losslens.checkpoints.files import Card
from losslens.losses import LOSSES
from losslens.tasks import TASKS

_DATASETS = {
    "digits": ("ylecun/mnist", "MNIST"),
    "pets": ("microsoft/cats_vs_dogs", "Asirra (Dogs vs. Cats)"),
}  # id, name
_METRICS = {
    "accuracy": "Accuracy",
    "nll": "NLL",
    "brier": "Brier score",
    "calibration_error": "Calibration error",
}

_TEXT = """
# Loss Lens: one network, eight losses

The same network, trained on the same pictures from the same seed in the same batches, once under each of eight losses:
what differs between these checkpoints is what the loss taught. The app and the Python package Loss Lens answer with them.

```sh
LOSSLENS_MODELS={repo_id} python app.py
```

```python
import losslens

focal = losslens.load("{task}", "focal")      # a torch.nn.Module with .labels, .to_tensor and .temperature
focal.probabilities(picture)                  # of a PIL picture: {{label: probability}}
```

Each network is a safetensors file, `<task>/<loss>.safetensors`, with a card in JSON beside it: configuration, seed,
versions, hash of the training data, and figures with 95 % intervals. `manifest.json` holds the SHA-256 of every file.

## Figures

On test data that was used for these figures alone; accuracy with Wilson's 95 % interval over the test pictures. Most of
these accuracies are a tie: the intervals overlap. The probabilities are the softmax of the logits; *calibrated*, of the
logits divided by a temperature fitted on held-out training data.
{figures}
## Training data

{data}

## Intended use

Teaching and studying what a loss function does to a network: its probabilities, its calibration, its mistakes. Also as small
baselines to compare a loss of your own with.

## Limits

- The softmax of the squared-error, margin and one-vs-rest networks rescales scores; they were not trained to give
  probabilities. Use the calibrated one where a probability is meant.
{limits}
- Not for decisions about people or animals, nor for reading documents: nothing here was tested for that.

## Licence

The weights are under Apache-2.0. {licences}
"""

_DATA = {
    "digits": "**Digits**: MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0), 28 x 28 pixels; the figures are on its test digits.",
    "pets": """**Pets**: photos of cats and dogs of Asirra (Kaggle's Dogs vs. Cats), cat-breed photos, and dogs of Stanford
Dogs, used for research; no photo is in this repository. The figures are on photos of Asirra with no twin among those learnt
from.""",
}
_LIMITS = {
    "digits": "- One written digit, 0 to 9, alone on its paper. Its writers were American; other hands are read less well.",
    "pets": """- One cat or one dog in an ordinary photo. Any other picture is answered all the same;
  `pets/unlike.safetensors` marks most of those.""",
}
_LICENCES = {
    "digits": "",
    "pets": "The networks for pets start from EfficientNet-Lite0's ImageNet weights (Apache-2.0).",
}


def model_card(repo_id: str, cards: list[Card]) -> str:
    """The card of a repository with these checkpoints, as the text of its README.md.

    ``cards`` are of whole tasks, in the order in which tasks and losses are shown.
    """
    tasks = [task for task in TASKS if any(card.task == task for card in cards)]
    data = ModelCardData(
        license="apache-2.0",
        library_name="losslens",
        pipeline_tag="image-classification",
        tags=["pytorch", "safetensors", "loss-functions", "calibration", "mnist", "education"],
        datasets=[_DATASETS[task][0] for task in tasks],
        metrics=["accuracy"],
        model_name=repo_id.split("/")[-1],
        eval_results=[result for card in cards for result in _results(card)],
    )
    text = _TEXT.format(
        repo_id=repo_id,
        task=tasks[0],
        figures="".join(
            _table(task, [card for card in cards if card.task == task]) for task in tasks
        ),
        data="\n\n".join(_DATA[task] for task in tasks),
        limits="\n".join(_LIMITS[task] for task in tasks),
        licences=" ".join(filter(None, (_LICENCES[task] for task in tasks))),
    )
    return str(ModelCard(f"---\n{data.to_yaml()}\n---\n{text}"))


def _results(card: Card) -> list[EvalResult]:
    dataset, name = _DATASETS[card.task]
    return [
        EvalResult(
            task_type="image-classification",
            dataset_type=dataset,
            dataset_name=name,
            dataset_split="test",
            metric_type=metric,
            metric_name=f"{label}, {LOSSES[card.loss].label}",
            metric_value=round(figure["value"], 6),
        )
        for metric, label in _METRICS.items()
        if (figure := card.test.get("softmax", {}).get(metric))
    ]


def _table(task: str, cards: list[Card]) -> str:
    head = "| loss | accuracy, % (95 % interval) | NLL | Brier | calibration error, % | calibrated: NLL | error, % |"
    rows = "\n".join(_row(card) for card in cards if card.test)
    return f"\n### {task.capitalize()}\n\n{head}\n| --- | --- | --- | --- | --- | --- | --- |\n{rows}\n"


def _row(card: Card) -> str:
    plain, linked = card.test["softmax"], card.test["calibrated"]
    value, low, high = (plain["accuracy"][name] * 100 for name in ("value", "low", "high"))
    cells = [
        LOSSES[card.loss].label,
        f"{value:.2f} ({low:.2f} to {high:.2f})",
        f"{plain['nll']['value']:.4f}",
        f"{plain['brier']['value']:.4f}",
        f"{plain['calibration_error']['value']:.2%}".rstrip("%"),
        f"{linked['nll']['value']:.4f}",
        f"{linked['calibration_error']['value']:.2%}".rstrip("%"),
    ]
    return f"| {' | '.join(cells)} |"
