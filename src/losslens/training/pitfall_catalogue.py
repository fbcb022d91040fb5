"""The pitfalls: mistakes that people really make with losses, as wrong code beside right code.

A snippet sees ``model``, ``images`` (N, C, H, W) and ``target`` (N,) of a batch of digits, with
``torch`` and ``nn``, and leaves ``loss``, a tensor to call ``backward`` on.

To add one, give it an entry here and a title and a story in ``ui/locales``.
"""

import math
from dataclasses import dataclass

from losslens.tasks.digits import DIGITS

BATCH = 64
CLASSES = len(DIGITS.labels)
GROUPS = ("targets", "scores", "kl", "shapes", "backward", "not_a_number")


@dataclass(frozen=True)
class Pitfall:
    """Wrong code beside right code; ``key`` is also the key of its texts in each language."""

    key: str
    group: str  # one of GROUPS
    wrong: str
    right: str
    says: str = ""  # what torch says to the wrong code: error or warning; empty: nothing
    floor: float | None = (
        None  # what the wrong code's loss cannot fall below, if that is the damage
    )
    tells_digits: bool = True  # whether the right code learns to tell the digits apart


_ONE_HOT = f"one_hot = nn.functional.one_hot(target, {CLASSES}).float()\n"
_LOGITS = "logits = model(images)\n"
_RIGHT = _LOGITS + "loss = nn.CrossEntropyLoss()(logits, target)"
_RIGHT_BCE = _LOGITS + _ONE_HOT + "loss = nn.BCEWithLogitsLoss()(logits, one_hot)"
_RIGHT_KL = (
    "log_probs = model(images).log_softmax(dim=1)\n"
    + _ONE_HOT
    + 'loss = nn.KLDivLoss(reduction="batchmean")(log_probs, one_hot)'
)
_SCORE = "score = model(images)[:, :1]  # a network with one output, (64, 1)\n"
_EVEN = "even = (target % 2 == 0).float()  # (64,)\n"
_NO_GRADIENT = (
    "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn"
)
_MAY_BROADCAST = (
    "UserWarning: Using a target size (torch.Size({target})) that is different to the input size "
    "(torch.Size({input})). This will likely lead to incorrect results due to broadcasting. "
    "Please ensure they have the same size."
)
_TARGETS = (
    Pitfall(
        "float_target",
        "targets",
        _LOGITS + "loss = nn.CrossEntropyLoss()(logits, target.float())",
        _LOGITS + "loss = nn.CrossEntropyLoss()(logits, target.long())",
        says="RuntimeError: expected target dtype to be Long or Byte, but got Float",
    ),
    Pitfall(
        "one_hot_integers",
        "targets",
        _LOGITS
        + f"one_hot = nn.functional.one_hot(target, {CLASSES})\n"
        + "loss = nn.CrossEntropyLoss()(logits, one_hot)",
        _RIGHT + "  # or one_hot.float()",
        says="RuntimeError: Expected floating point type for target with class probabilities, "
        "got Long",
    ),
    Pitfall(
        "target_column",
        "targets",
        "labels = target[:, None]  # as a table's column comes: (64, 1)\n"
        + _LOGITS
        + "loss = nn.CrossEntropyLoss()(logits, labels)",
        "labels = target[:, None]\n"
        + _LOGITS
        + "loss = nn.CrossEntropyLoss()(logits, labels.squeeze(1))",
        says="RuntimeError: 0D or 1D target tensor expected, multi-target not supported",
    ),
    Pitfall(
        "labels_from_one",
        "targets",
        f"labels = target + 1  # 1 to {CLASSES}\n"
        + _LOGITS
        + "loss = nn.CrossEntropyLoss()(logits, labels)",
        "labels = target + 1\n" + _LOGITS + "loss = nn.CrossEntropyLoss()(logits, labels - 1)",
        says=f"IndexError: Target {CLASSES} is out of bounds.",
    ),
    Pitfall(
        "bce_integers",
        "targets",
        _LOGITS
        + f"one_hot = nn.functional.one_hot(target, {CLASSES})\n"
        + "loss = nn.BCEWithLogitsLoss()(logits, one_hot)",
        _RIGHT_BCE,
        says="RuntimeError: result type Float can't be cast to the desired output type Long",
    ),
    Pitfall(
        "arguments_swapped",
        "targets",
        _LOGITS + "loss = nn.CrossEntropyLoss()(target, logits)",
        _RIGHT,
        says="NotImplementedError: \"log_softmax_lastdim_kernel_impl\" not implemented for 'Long'",
    ),
    Pitfall(
        "mse_with_indices",
        "targets",
        _LOGITS + "loss = nn.MSELoss()(logits, target.float())",
        _LOGITS + _ONE_HOT + "loss = nn.MSELoss()(logits, one_hot)",
        says="RuntimeError: The size of tensor a (10) must match the size of tensor b (64) "
        "at non-singleton dimension 1",
    ),
)
_SCORES = (
    Pitfall(
        "softmax_twice",
        "scores",
        "probs = model(images).softmax(dim=1)\nloss = nn.CrossEntropyLoss()(probs, target)",
        _RIGHT,
        # Of scores in 0..1 the best are 1 for the true class and 0 for the others.
        floor=math.log(1 + (CLASSES - 1) / math.e),
    ),
    Pitfall(
        "sigmoid_twice",
        "scores",
        "probs = model(images).sigmoid()\n"
        + _ONE_HOT
        + "loss = nn.BCEWithLogitsLoss()(probs, one_hot)",
        _RIGHT_BCE,
        # Of scores in 0..1 the best are 1 for the true class and 0 for the others.
        floor=(math.log(1 + math.exp(-1)) + (CLASSES - 1) * math.log(2)) / CLASSES,
    ),
    Pitfall(
        "bce_on_logits",
        "scores",
        _LOGITS + _ONE_HOT + "loss = nn.BCELoss()(logits, one_hot)",
        _RIGHT_BCE,
        says="RuntimeError: all elements of input should be between 0 and 1",
    ),
    Pitfall(
        "nll_with_probabilities",
        "scores",
        "probs = model(images).softmax(dim=1)\nloss = nn.NLLLoss()(probs, target)",
        "log_probs = model(images).log_softmax(dim=1)\nloss = nn.NLLLoss()(log_probs, target)",
    ),
    Pitfall(
        "wrong_dimension",
        "scores",
        "log_probs = model(images).log_softmax(dim=0)\nloss = nn.NLLLoss()(log_probs, target)",
        "log_probs = model(images).log_softmax(dim=1)\nloss = nn.NLLLoss()(log_probs, target)",
    ),
    Pitfall(
        "one_output",
        "scores",
        _SCORE + _EVEN + "loss = nn.CrossEntropyLoss()(score, even[:, None])",
        _SCORE + _EVEN + "loss = nn.BCEWithLogitsLoss()(score, even[:, None])",
        tells_digits=False,
    ),
)
_KL = (
    Pitfall(
        "kl_with_probabilities",
        "kl",
        "probs = model(images).softmax(dim=1)\n"
        + _ONE_HOT
        + 'loss = nn.KLDivLoss(reduction="batchmean")(probs, one_hot)',
        _RIGHT_KL,
    ),
    Pitfall(
        "kl_with_indices",
        "kl",
        "probs = model(images).softmax(dim=1)\nloss = nn.KLDivLoss()(probs, target)",
        _RIGHT_KL,
        says="RuntimeError: kl_div: Integral inputs not supported.",
    ),
    Pitfall(
        "kl_broadcast",
        "kl",
        f"probs = model(images[:{CLASSES}]).softmax(dim=1)  # as many examples as classes\n"
        f'loss = nn.KLDivLoss(reduction="batchmean")(probs, target[:{CLASSES}].float())',
        _RIGHT_KL,
    ),
    Pitfall(
        "kl_log_target",
        "kl",
        "log_probs = model(images).log_softmax(dim=1)\n"
        + _ONE_HOT
        + "teacher = (one_hot * 0.9 + 0.01).log()  # log-probabilities of another network\n"
        'loss = nn.KLDivLoss(reduction="batchmean")(log_probs, teacher)',
        "log_probs = model(images).log_softmax(dim=1)\n"
        + _ONE_HOT
        + "teacher = (one_hot * 0.9 + 0.01).log()\n"
        'loss = nn.KLDivLoss(reduction="batchmean", log_target=True)(log_probs, teacher)',
    ),
    Pitfall(
        "kl_mean",
        "kl",
        "log_probs = model(images).log_softmax(dim=1)\n"
        + _ONE_HOT
        + "loss = nn.KLDivLoss()(log_probs, one_hot)",
        _RIGHT_KL,
        says="UserWarning: reduction: 'mean' divides the total loss by both the batch size and the "
        "support size.'batchmean' divides only by the batch size, and aligns with the KL div math "
        "definition.'mean' will be changed to behave the same as 'batchmean' in the next major "
        "release.",
    ),
)
_SHAPES = (
    Pitfall(
        "bce_column",
        "shapes",
        _SCORE + _EVEN + "loss = nn.BCEWithLogitsLoss()(score, even)",
        _SCORE + _EVEN + "loss = nn.BCEWithLogitsLoss()(score.squeeze(1), even)",
        says="ValueError: Target size (torch.Size([64])) must be the same as "
        "input size (torch.Size([64, 1]))",
        tells_digits=False,
    ),
    Pitfall(
        "mse_column",
        "shapes",
        _SCORE + "loss = nn.MSELoss()(score, target / 9)",
        _SCORE + "loss = nn.MSELoss()(score.squeeze(1), target / 9)",
        says=_MAY_BROADCAST.format(target="[64]", input="[64, 1]"),
        tells_digits=False,
    ),
    Pitfall(
        "mse_broadcast",
        "shapes",
        f"logits = model(images[:{CLASSES}])  # {CLASSES} examples, {CLASSES} classes\n"
        f"loss = nn.MSELoss()(logits, target[:{CLASSES}].float())",
        f"logits = model(images[:{CLASSES}])\n"
        f"one_hot = nn.functional.one_hot(target[:{CLASSES}], {CLASSES}).float()\n"
        "loss = nn.MSELoss()(logits, one_hot)",
        says=_MAY_BROADCAST.format(target="[10]", input="[10, 10]"),
    ),
    Pitfall(
        "classes_last",
        "shapes",
        "logits = model(images).reshape(16, 4, -1)  # 16 texts of 4 words: (16, 4, 10)\n"
        "loss = nn.CrossEntropyLoss()(logits, target.reshape(16, 4))",
        "logits = model(images).reshape(16, 4, -1)\n"
        "loss = nn.CrossEntropyLoss()(logits.transpose(1, 2), target.reshape(16, 4))",
        says="RuntimeError: Expected target size [16, 10], got [16, 4]",
    ),
    Pitfall(
        "weight_of_some_classes",
        "shapes",
        _LOGITS
        + "weight = torch.tensor([1.0, 5.0])\n"
        + "loss = nn.CrossEntropyLoss(weight=weight)(logits, target)",
        _LOGITS
        + f"weight = torch.ones({CLASSES})\n"
        + "weight[1] = 5.0\n"
        + "loss = nn.CrossEntropyLoss(weight=weight)(logits, target)",
        says="RuntimeError: weight tensor should be defined either for all 10 classes or no "
        "classes but got weight tensor of shape: [2]",
    ),
)
_BACKWARD = (
    Pitfall(
        "reduction_none",
        "backward",
        _LOGITS + 'loss = nn.CrossEntropyLoss(reduction="none")(logits, target)',
        _LOGITS + 'loss = nn.CrossEntropyLoss(reduction="none")(logits, target).mean()',
        says="RuntimeError: grad can be implicitly created only for scalar outputs",
    ),
    Pitfall(
        "class_not_called",
        "backward",
        _LOGITS + "loss = nn.CrossEntropyLoss(logits, target)",
        _RIGHT,
        says="RuntimeError: Boolean value of Tensor with more than one value is ambiguous",
    ),
    Pitfall(
        "rebuilt_tensor",
        "backward",
        _LOGITS + "loss = torch.tensor(nn.CrossEntropyLoss()(logits, target))",
        _RIGHT,
        says=_NO_GRADIENT,
    ),
    Pitfall(
        "requires_grad_forced",
        "backward",
        _LOGITS
        + "loss = nn.CrossEntropyLoss()(logits, target).item()\n"
        + "loss = torch.tensor(loss, requires_grad=True)",
        _RIGHT,
    ),
    Pitfall(
        "backward_twice",
        "backward",
        _RIGHT + "\nloss.backward()  # and the loop calls it once more",
        _RIGHT,
        says="RuntimeError: Trying to backward through the graph a second time (or directly access "
        "saved tensors after they have already been freed). Saved intermediate values of the graph "
        "are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you "
        "need to backward through the graph a second time or if you need to access saved tensors "
        "after calling backward.",
    ),
    Pitfall(
        "not_through_the_model",
        "backward",
        f"outputs = torch.randn({BATCH}, {CLASSES}, requires_grad=True)\n"
        "loss = nn.CrossEntropyLoss()(outputs, target)",
        "outputs = model(images)\nloss = nn.CrossEntropyLoss()(outputs, target)",
    ),
    Pitfall(
        "no_gradient",
        "backward",
        "answers = model(images).argmax(dim=1)\n"
        "loss = nn.MSELoss()(answers.float(), target.float())",
        _RIGHT,
        says=_NO_GRADIENT,
    ),
    Pitfall(
        "no_import",
        "backward",
        _LOGITS + "loss = F.cross_entropy(logits, target)",
        "import torch.nn.functional as F\n" + _LOGITS + "loss = F.cross_entropy(logits, target)",
        says="NameError: name 'F' is not defined",
    ),
)
_NOT_A_NUMBER = (
    Pitfall(
        "log_of_zero",
        "not_a_number",
        "probs = (100 * model(images)).softmax(dim=1)  # as after a long training\n"
        "loss = -probs.log().gather(1, target[:, None]).mean()",
        "log_probs = (100 * model(images)).log_softmax(dim=1)\n"
        "loss = -log_probs.gather(1, target[:, None]).mean() / 100",
    ),
    Pitfall(
        "all_ignored",
        "not_a_number",
        "padding = torch.rand(()) < 0.1  # one batch in ten has nothing but padding\n"
        + _LOGITS
        + "loss = nn.CrossEntropyLoss()(logits, target.masked_fill(padding, -100))",
        "padding = torch.rand(()) < 0.1\n"
        + _LOGITS
        + "labels = target.masked_fill(padding, -100)\n"
        'total = nn.CrossEntropyLoss(reduction="sum")(logits, labels)\n'
        "loss = total / (labels != -100).sum().clamp(min=1)",
    ),
)

PITFALLS: dict[str, Pitfall] = {
    pitfall.key: pitfall
    for pitfall in (*_TARGETS, *_SCORES, *_KL, *_SHAPES, *_BACKWARD, *_NOT_A_NUMBER)
}

_THREE = "logits = torch.tensor([[2.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 3.0]])\n"

# Short lessons on what the losses of torch can be told: code that runs as it stands, each claim
# an assertion.
LESSONS: dict[str, str] = {
    "weight": _THREE + "target, weight = torch.tensor([0, 1, 2]), torch.tensor([1.0, 5.0, 1.0])\n"
    'each = nn.CrossEntropyLoss(weight=weight, reduction="none")(logits, target)\n'
    "mean = nn.CrossEntropyLoss(weight=weight)(logits, target)\n"
    "assert torch.isclose(mean, each.sum() / weight[target].sum())  # by the weights, not by 3",
    "ignore_index": _THREE + "target = torch.tensor([0, -100, 2])\n"
    "mean = nn.CrossEntropyLoss()(logits, target)\n"
    "kept = nn.CrossEntropyLoss()(logits[[0, 2]], target[[0, 2]])\n"
    "assert torch.isclose(mean, kept)  # -100 is left out of sum and count",
    "label_smoothing": _THREE + "target = torch.tensor([0, 1, 2])\n"
    "smoothed = nn.functional.one_hot(target, 3) * 0.9 + 0.1 / 3\n"
    "short = nn.CrossEntropyLoss(label_smoothing=0.1)(logits, target)\n"
    "assert torch.isclose(short, nn.CrossEntropyLoss()(logits, smoothed))\n"
    'kl = nn.KLDivLoss(reduction="batchmean")(logits.log_softmax(dim=1), smoothed)\n'
    "entropy = -(smoothed * smoothed.log()).sum(dim=1).mean()\n"
    "assert torch.isclose(short, kl + entropy)  # the same but for a constant",
    "soft_targets": "student, teacher = torch.randn(8, 3), torch.randn(8, 3)\n"
    'kl = nn.KLDivLoss(reduction="batchmean", log_target=True)\n'
    "T = 2.0  # distillation: both softened, the gradient's size kept by T squared\n"
    "loss = kl((student / T).log_softmax(dim=1), (teacher / T).log_softmax(dim=1)) * T**2\n"
    "assert loss >= 0\n"
    "first, second, share = torch.tensor([0]), torch.tensor([2]), 0.7  # mixup\n"
    "mixed = nn.functional.one_hot(first, 3) * share\n"
    "mixed = mixed + nn.functional.one_hot(second, 3) * (1 - share)\n"
    "loss = nn.CrossEntropyLoss()(student[:1], mixed)  # soft targets are allowed here too",
    "reduction": _THREE + "target = torch.tensor([0, 1, 2])\n"
    "each, total, mean = (nn.CrossEntropyLoss(reduction=kind)(logits, target)\n"
    '                     for kind in ("none", "sum", "mean"))\n'
    "assert each.shape == (3,) and torch.isclose(mean, total / 3)\n"
    "log_probs, probs = logits.log_softmax(dim=1), torch.full((3, 3), 1 / 3)\n"
    'by_batch = nn.KLDivLoss(reduction="batchmean")(log_probs, probs)\n'
    "by_number = nn.KLDivLoss()(log_probs, probs)  # divides by batch times classes\n"
    "assert torch.isclose(by_batch, by_number * 3)",
}
