"""The lesson: ten short pages on what a loss is told and what it teaches, each with code that is
shown and run as it stands here.

A snippet sees what ``training.lesson`` gives it: ``drawing`` (1, 1, 28, 28), the reader's digit in
0..1, ink bright; ``label`` (1,), its class; ``network``, trained under cross-entropy; ``images``
and ``target``, 4,000 digits to learn from; ``unseen`` and ``unseen_target``, 1,000 others. What it
prints is shown, and ``probs`` or ``scores`` (1, 10), where it leaves them, are drawn.

To add a page, give it an entry here and its texts, ``lesson.pages.<key>``, in ``ui/locales``.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class LessonPage:
    """A page; ``key`` is also the key of its texts in each language."""

    key: str
    usual: str  # the code as it is often written
    mended: str = ""  # the same, mended; empty where nothing breaks
    tab: str = ""  # where to go on; empty: nowhere

    @property
    def snippets(self) -> dict[str, str]:
        """Its pieces of code by their kind, "usual" and "mended"."""
        return {"usual": self.usual} | ({"mended": self.mended} if self.mended else {})


_LINEAR = "model = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10))\n"
_STEP = "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n"
_TRAINED = (
    _LINEAR
    + """\
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(300):
    batch = torch.randint(len(images), (64,))
    loss = nn.CrossEntropyLoss()(model(images[batch]), target[batch])
"""
    + _STEP
)
_PAPER = "paper = 1 - drawing  # a scan: dark ink on white paper\n"
_FOLDER = (
    """\
folder = ImageFolder(photos, transform=features)  # photos/Dog/..., photos/cat/...
inputs = torch.stack([each for each, _ in folder])
head = nn.Linear(inputs.shape[1], 2)
optimizer = torch.optim.Adam(head.parameters(), lr=0.01)
for step in range(100):
    loss = nn.CrossEntropyLoss()(head(inputs), torch.tensor(folder.targets))
"""
    + _STEP
)
_ASKED = 'print("your photo:", names[head(photo).argmax()])'
_LEARN_DRAWING = (
    """\
optimizer = torch.optim.SGD(model.parameters(), lr=0.004)
for step in range(100):
    loss = nn.MSELoss()(model(drawing), wanted)
"""
    + _STEP
    + 'print(f"loss {loss:.4f}")\nscores = model(drawing)'
)
_BACKWARD = """\
model = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10))
loss = own_loss(model(drawing), label)
loss.backward()
print(f"loss {loss:.4f}, gradient {model[1].weight.grad.norm():.3f}")"""
_FOUR = """\
for name in ("cross_entropy", "brier", "focal", "gce"):
    torch.manual_seed(0)  # the same first weights, the same batches
    model = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for step in range(150):
        batch = torch.randint(len(images), (64,))
        loss = LOSSES[name].fn(model(images[batch]), target[batch]).mean()
""" + "".join(f"    {line}\n" for line in _STEP.splitlines())
_ACCURACY = """\
def accuracy(name, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    few = torch.randperm(len(images))[:100]  # 100 digits to learn from
    for step in range(20):
        loss = LOSSES[name].fn(model(images[few]), target[few]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    reads.append(model(drawing).argmax().item())
    return (model(unseen).argmax(dim=1) == unseen_target).float().mean()

def gain(seed):
    return accuracy("focal", seed) - accuracy("cross_entropy", seed)

reads = []
"""

LESSON: dict[str, LessonPage] = {
    page.key: page
    for page in (
        LessonPage(
            "linear",
            """\
model = nn.Linear(28 * 28, 10)
scores = model(drawing)
print("highest score:", scores.argmax().item())""",
            _LINEAR
            + """\
scores = model(drawing)
print("highest score:", scores.argmax().item())""",
        ),
        LessonPage(
            "cross_entropy",
            """\
logits = network(drawing)
probs = logits.softmax(dim=1)
loss = nn.CrossEntropyLoss()(probs, label)
perfect = nn.CrossEntropyLoss()(torch.eye(10)[label], label)
print(f"loss {loss:.4f}; a perfect answer: {perfect:.4f}")""",
            """\
logits = network(drawing)
probs = logits.softmax(dim=1)
loss = nn.CrossEntropyLoss()(logits, label)
print(f"loss {loss:.4f} = -log {probs[0, label].item():.4f}")""",
            tab="explorer",
        ),
        LessonPage(
            "mnist",
            _TRAINED + _PAPER + "probs = model(paper).softmax(dim=1)\n"
            'print("your drawing:", probs.argmax().item())',
            _TRAINED + _PAPER + "probs = model(1 - paper).softmax(dim=1)\n"
            'print("your drawing:", probs.argmax().item())',
            tab="digits",
        ),
        LessonPage(
            "image_folder",
            _FOLDER + 'names = ["cat", "dog"]  # in the order of the alphabet\n' + _ASKED,
            _FOLDER + "names = folder.classes\nprint(folder.class_to_idx)\n" + _ASKED,
            tab="pets",
        ),
        LessonPage(
            "kl_div",
            """\
probs = network(drawing).softmax(dim=1)
loss = nn.KLDivLoss()(probs, label)
print(f"loss {loss:.4f}")""",
            """\
log_probs = network(drawing).log_softmax(dim=1)
wanted = nn.functional.one_hot(label, 10).float()
loss = nn.KLDivLoss(reduction="batchmean")(log_probs, wanted)
same = nn.CrossEntropyLoss()(network(drawing), label)
print(f"loss {loss:.4f}; CrossEntropyLoss {same:.4f}")""",
            tab="explorer",
        ),
        LessonPage(
            "mse",
            "wanted = label.float()\n" + _LINEAR + _LEARN_DRAWING,
            "wanted = nn.functional.one_hot(label, 10).float()\n" + _LINEAR + _LEARN_DRAWING,
            tab="explorer",
        ),
        LessonPage(
            "own_loss",
            """\
def own_loss(logits, label):  # the share of mistakes
    return (logits.argmax(dim=1) != label).float().mean()

"""
            + _BACKWARD,
            """\
def own_loss(logits, label):  # the probability of a mistake
    return (1 - logits.softmax(dim=1)[0, label]).mean()

"""
            + _BACKWARD,
            tab="explorer",
        ),
        LessonPage(
            "teach",
            _FOUR + '    print(f"{name}: loss {loss:.3f}")',
            _FOUR
            + """\
    right = (model(unseen).argmax(dim=1) == unseen_target).float().mean()
    yours = model(drawing).softmax(dim=1)[0, label].item()
    print(f"{name}: {right:.1%} of unseen digits right; your digit {yours:.0%}")""",
            tab="live",
        ),
        LessonPage(
            "choose",
            _ACCURACY
            + """\
print(f"gain by focal: {gain(6):+.1%}")
print("your digit, read as:", *reads)""",
            _ACCURACY
            + """\
gains = torch.stack([gain(seed) for seed in range(10)])
mean, half = gains.mean(), 2.262 * gains.std() / 10**0.5  # Student's 95 % interval
print(f"gain by focal: {mean:+.1%} ({mean - half:+.1%} to {mean + half:+.1%})")
print("your digit, read as:", *reads)""",
            tab="choose",
        ),
        LessonPage(
            "go_on",
            """\
import losslens

model = losslens.load("digits", "focal")
probs = torch.tensor([list(model.probabilities(picture).values())])
print("answer:", probs.argmax().item())""",
            tab="playground",
        ),
    )
}
