"""A live run as a short PyTorch script that gives the same figures again. It needs torch, numpy, and the data beside it.

Network, losses and augmentation stand in it as the very source that ran, so they cannot differ; the loop is written out,
since a reader is to see it whole.
"""

import ast
import inspect
from string import Template

import torch

from losslens.data.bundled import MINI
from losslens.evaluation.metrics import BINS, calibration_error
from losslens.live.config import MEASURED_AT_ONCE, OWN, LiveConfig, loss_function
from losslens.losses import functions as losses
from losslens.tasks import TASKS
from losslens.tasks.live_tasks import EXAMPLES, SPLIT_SEED
from losslens.training.config import WARM_UP, TrainConfig, learning_rate_at

DATA = {"digits": MINI / "mnist_5k.npz", "pets": MINI / "pets_5k.npz"}
_READ = {
    "digits": 'archive["images"][:, None].astype(np.float32) / 255',
    "pets": 'archive["features"][:, :, None, None].astype(np.float32)',
}
_ORDER = {
    "digits": f"torch.randperm(len(target), generator=Generator().manual_seed({SPLIT_SEED}))",
    "pets": "torch.arange(len(target))",
}
_DECAY = TrainConfig.weight_decay
_OPTIMIZERS = {
    "adamw": f"torch.optim.AdamW(network.parameters(), lr=peak, betas=(0.9, 0.99), weight_decay={_DECAY})",
    "sgd": f"torch.optim.SGD(network.parameters(), lr=peak, momentum=0.9, nesterov=True, weight_decay={_DECAY / 40})",
}


def script(config: LiveConfig) -> str:
    """The source of the script."""
    names = [loss_function(key, config.formula).__name__ for key in config.losses]
    pieces = [
        inspect.getsource(config.about.network),
        *_loss_sources(config, names),
        inspect.getsource(learning_rate_at),
    ]
    augment = config.about.augment
    if augment:
        pieces.append(inspect.getsource(augment))
    batch = "images[batch]"
    return Template(_SCRIPT).substitute(
        task=config.task,
        data=DATA[config.task].name,
        torch=torch.__version__,
        seed=config.seed,
        examples=config.examples,
        wrong_labels=config.wrong_labels,
        epochs=config.epochs,
        batch_size=config.batch,
        classes=len(TASKS[config.task].labels),
        to_learn=EXAMPLES,
        warm_up=WARM_UP,
        bins=BINS,
        at_once=MEASURED_AT_ONCE,
        runs=", ".join(
            f"({name}, {rate!r})" for name, rate in zip(names, config.learning_rates, strict=True)
        ),
        pieces="\n\n".join(pieces),
        network=config.about.network.__name__,
        read=_READ[config.task],
        order=_ORDER[config.task],
        batch=f"{augment.__name__}({batch}, target[batch], generator(step, 1))"
        if augment
        else batch,
        optimizer=_OPTIMIZERS[config.optimizer],
        calibration=inspect.getsource(calibration_error),
    )


def _loss_sources(config: LiveConfig, names: list[str]) -> list[str]:
    sources = [
        own_source(config.formula) if key == OWN else inspect.getsource(loss_function(key, ""))
        for key in dict.fromkeys(config.losses)
    ]
    if "cross_entropy" not in names and any(" cross_entropy(" in source for source in sources):
        sources.insert(0, inspect.getsource(losses.cross_entropy))  # focal and gce are made of it
    return sources


def own_source(formula: str) -> str:
    """A typed formula, which ``formula.parse`` accepts, as the source of a loss named ``own``."""
    tree = _AsTorch().visit(ast.parse(formula.strip(), mode="eval"))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    known = [f"    {line}\n" for name, line in _VALUES.items() if name in used | {"logp"}]
    known += [f"    {name} = {code}\n" for name, code in _FUNCTIONS.items() if name in used]
    return _TENSOR + (
        "def own(logits: Tensor, target: Tensor) -> Tensor:\n"
        f'    """The typed formula: one value for each example (N,)."""\n'
        f"{''.join(known)}    return ({ast.unparse(tree)}).squeeze(1)\n"
    )


_TENSOR = '''def tensor(value: Tensor | float) -> Tensor:
    """A number as a tensor; 1 where a comparison holds."""
    if not isinstance(value, Tensor):
        return torch.tensor(float(value), dtype=torch.float64)
    return value.float() if value.dtype == torch.bool else value


'''
_VALUES = {
    "z": "z = logits",
    "logp": "logp = F.log_softmax(logits, dim=1)",
    "p": "p = logp.exp()",
    "e": "e = F.one_hot(target, logits.shape[1]).to(logits.dtype)",
    "p_y": "p_y = logp.gather(1, target[:, None]).exp()",
    "K": "K = float(logits.shape[1])",
}
_FUNCTIONS = {
    **{
        name: f"lambda x: torch.{name}(tensor(x))"
        for name in ("log", "exp", "sqrt", "abs", "relu", "sigmoid")
    },
    "softplus": "lambda x: F.softplus(tensor(x))",
    "sum": "lambda x: x.sum(dim=1, keepdim=True)  # over the classes",
    "mean": "lambda x: x.mean(dim=1, keepdim=True)",
    "max": "lambda x, *y: torch.maximum(tensor(x), tensor(*y)) if y else x.amax(dim=1, keepdim=True)",
    "clamp": "lambda x, low, high: tensor(x).clamp(low, high)",
    "where": "lambda condition, this, other: torch.where(tensor(condition) != 0, tensor(this), tensor(other))",
}


class _AsTorch(ast.NodeTransformer):
    """Comparisons as numbers, and the left side of a division as a tensor: 1 / 0 is infinite, and
    not an exception."""

    def visit_Compare(self, node: ast.Compare) -> ast.AST:  # ast's own naming
        self.generic_visit(node)
        return _called("tensor", node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Div | ast.Pow):
            node.left = _called("tensor", node.left)
        return node


def _called(name: str, argument: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), [argument], [])


_SCRIPT = '''"""A run of Loss Lens (live training, $task), to be made again: it prints the accuracies that the page showed.

    python train.py

It needs torch, numpy, and $data beside it. Made with torch $torch on one thread: another version or another processor
may round differently, and then a few examples may be answered otherwise.
"""

import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

SEED = $seed
EXAMPLES = $examples  # to learn from
WRONG_LABELS = $wrong_labels  # share of them
EPOCHS = $epochs
BATCH = $batch_size
CLASSES = $classes
WARM_UP = $warm_up
BINS = $bins
Values = np.ndarray


$pieces

$calibration

RUNS = [$runs]  # (loss, peak learning rate)


def data() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Pictures and classes to learn from, some classes wrong, then those held out."""
    with np.load(Path(__file__).with_name("$data")) as archive:
        images = torch.from_numpy($read)
        target = torch.from_numpy(archive["target"]).long()
    order = $order
    train, held_out = order[-$to_learn:][:EXAMPLES], order[:-$to_learn]
    chance = np.random.default_rng(SEED)
    wrong = train[torch.from_numpy(chance.permutation(EXAMPLES)[: round(WRONG_LABELS * EXAMPLES)])]
    learnt = target.clone()
    learnt[wrong] = (target[wrong] + torch.from_numpy(chance.integers(1, CLASSES, len(wrong)))) % CLASSES
    return images[train], learnt[train], images[held_out], target[held_out]


def generator(number: int, stream: int) -> Generator:
    """Chance for an epoch's order (stream 0) or a step's changes to pictures (stream 1)."""
    return Generator().manual_seed((SEED << 32) + (number << 1) + stream)


def trained(loss_fn, peak: float, images: Tensor, target: Tensor) -> nn.Module:
    """The network after all its steps."""
    torch.manual_seed(SEED)
    network = $network().to(memory_format=torch.channels_last)
    optimizer = $optimizer
    per_epoch = EXAMPLES // BATCH
    steps = per_epoch * EPOCHS
    for step in range(steps):
        epoch, position = divmod(step, per_epoch)
        order = torch.randperm(EXAMPLES, generator=generator(epoch, 0))
        batch = order[position * BATCH : (position + 1) * BATCH]
        inputs = $batch
        for group in optimizer.param_groups:
            group["lr"] = peak * learning_rate_at(step / steps)
        loss = loss_fn(network(inputs.contiguous(memory_format=torch.channels_last)), target[batch]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network.eval()


@torch.inference_mode()
def measured(network: nn.Module, images: Tensor, target: Tensor) -> tuple[float, float]:
    """Accuracy and calibration error."""
    logits = torch.cat([network(part.contiguous(memory_format=torch.channels_last)) for part in images.split($at_once)])
    confidence, answer = logits.double().softmax(dim=1).max(dim=1)
    correct = (answer == target).double()
    return float(correct.mean()), calibration_error(confidence.numpy(), correct.numpy())


torch.set_num_threads(1)
images, target, held_out_images, held_out_target = data()
for loss_fn, peak in RUNS:
    network = trained(loss_fn, peak, images, target)
    accuracy, error = measured(network, held_out_images, held_out_target)
    print(f"{loss_fn.__name__:15} accuracy {accuracy:.4f}   calibration error {error:.4f}")
'''
