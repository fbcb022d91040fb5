"""The catalogue of losses: ``LOSSES``, one record each, in the order in which they are shown.

To add a loss, write its function in ``functions``, and give it one entry here and its texts in
``ui/locales``. The explorer and live training have it at once; wherever trained networks are shown,
it is "not measured yet" until it has a checkpoint.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from losslens.losses import functions

LossFunction = Callable[[Tensor, Tensor], Tensor]

_OWN_COLOUR = "currentColor"  # of a typed loss: the text's own
_GOLDEN_ANGLE = 137.508  # degrees: hues this far apart stay apart, however many there are


@dataclass(frozen=True)
class Loss:
    """All that is known of one loss in no language.

    ``code`` makes ``loss`` (the mean over the batch) from ``logits`` (N, C) and ``target`` (N,), as
    ``fn`` does. What is left empty is left out on the page.
    """

    key: str
    label: str  # its name in English
    fn: LossFunction
    colour: str = ""  # on every chart, as CSS writes it; empty: one that no other loss has
    latex: str = ""  # the value for one example
    torch_class: str = ""  # what PyTorch has nearest to it
    code: str = ""
    paper: str = ""
    url: str = ""  # of the paper


_F = "import torch.nn.functional as F\n"
_NN = "from torch import nn\n\n"

LOSSES: dict[str, Loss] = {
    loss.key: loss
    for loss in (
        Loss(
            key="cross_entropy",
            label="Cross-entropy",
            fn=functions.cross_entropy,
            colour="#4f6df5",
            latex=r"-\log p_y,\qquad p = \mathrm{softmax}(z)",
            torch_class="torch.nn.CrossEntropyLoss",
            code=(
                _NN + "loss = nn.CrossEntropyLoss()(logits, target)"
                "  # logits, never softmax; class indices as int64"
            ),
            paper="Bishop 2006, Pattern Recognition and Machine Learning, section 4.3.4",
            url="https://www.microsoft.com/en-us/research/publication/pattern-recognition-machine-learning/",
        ),
        Loss(
            key="kl_div",
            label="KL divergence",
            fn=functions.kl_div,
            colour="#0d9488",
            latex=(
                r"\begin{gathered}\sum_k q_k \log\frac{q_k}{p_k} \\"
                r"q = (1-\varepsilon)\,e + \tfrac{\varepsilon}{C},\quad \varepsilon = 0.1"
                r"\end{gathered}"
            ),
            torch_class="torch.nn.KLDivLoss",
            code=(
                _F + _NN + "classes = logits.shape[1]\n"
                "smoothed = F.one_hot(target, classes).to(logits.dtype) * 0.9 + 0.1 / classes\n"
                "log_probs = F.log_softmax(logits, dim=1)"
                "  # log-probabilities first, probabilities second\n"
                'loss = nn.KLDivLoss(reduction="batchmean")(log_probs, smoothed)'
            ),
            paper="Szegedy et al. 2016, Rethinking the Inception Architecture (label smoothing)",
            url="https://arxiv.org/abs/1512.00567",
        ),
        Loss(
            key="mse",
            label="Squared error (logits)",
            fn=functions.mse,
            colour="#d94f3d",
            latex=r"\sum_k (z_k - e_k)^2",
            torch_class="torch.nn.MSELoss",
            code=(
                _F + _NN + "one_hot = F.one_hot(target, logits.shape[1]).to(logits.dtype)\n"
                "# MSELoss also averages over the classes; ours sums them.\n"
                "loss = nn.MSELoss()(logits, one_hot) * logits.shape[1]"
            ),
            paper=(
                "Hui and Belkin 2021, "
                "Evaluation of Neural Architectures Trained with Square Loss vs Cross-Entropy"
            ),
            url="https://arxiv.org/abs/2006.07322",
        ),
        Loss(
            key="brier",
            label="Squared error (probabilities)",
            fn=functions.brier,
            colour="#e08a1e",
            latex=r"\sum_k (p_k - e_k)^2,\qquad p = \mathrm{softmax}(z)",
            torch_class="torch.nn.MSELoss",
            code=(
                _F + _NN + "one_hot = F.one_hot(target, logits.shape[1]).to(logits.dtype)\n"
                "loss = nn.MSELoss()(logits.softmax(dim=1), one_hot) * logits.shape[1]"
            ),
            paper="Brier 1950, Verification of Forecasts Expressed in Terms of Probability",
            url="https://doi.org/10.1175/1520-0493%281950%29078%3C0001:VOFEIT%3E2.0.CO;2",
        ),
        Loss(
            key="bce",
            label="One-vs-rest",
            fn=functions.bce,
            colour="#5b9c2e",
            latex=r"-\sum_k \Bigl[e_k \log\sigma(z_k) + (1-e_k)\log\bigl(1-\sigma(z_k)\bigr)\Bigr]",
            torch_class="torch.nn.BCEWithLogitsLoss",
            code=(
                _F + _NN + "one_hot = F.one_hot(target, logits.shape[1]).to(logits.dtype)\n"
                "loss = nn.BCEWithLogitsLoss()(logits, one_hot) * logits.shape[1]"
            ),
            paper="Rifkin and Klautau 2004, In Defense of One-Vs-All Classification",
            url="https://jmlr.org/papers/v5/rifkin04a.html",
        ),
        Loss(
            key="focal",
            label="Focal (γ = 2)",
            fn=functions.focal,
            colour="#a855d6",
            latex=r"-(1-p_y)^{\gamma}\,\log p_y,\qquad \gamma = 2",
            torch_class="torch.nn.CrossEntropyLoss",
            code=(
                _NN + 'nll = nn.CrossEntropyLoss(reduction="none")(logits, target)\n'
                "loss = ((1 - (-nll).exp()) ** 2 * nll).mean()"
            ),
            paper="Lin et al. 2017, Focal Loss for Dense Object Detection",
            url="https://arxiv.org/abs/1708.02002",
        ),
        Loss(
            key="margin",
            label="Margin (hinge)",
            fn=functions.margin,
            colour="#b08b1c",
            latex=r"\max\bigl(0,\ 1 + \max_{k\neq y} z_k - z_y\bigr)",
            torch_class="torch.nn.MultiMarginLoss",
            code=(
                _F
                + "\n# nn.MultiMarginLoss()(logits, target) averages the hinge over all classes; "
                "Crammer and Singer take\n"
                "# the largest, which torch.nn does not have:\n"
                "true_logit = logits.gather(1, target[:, None]).squeeze(1)\n"
                "is_true = F.one_hot(target, logits.shape[1]).bool()\n"
                'best_wrong = logits.masked_fill(is_true, -float("inf")).amax(dim=1)\n'
                "loss = F.relu(1 + best_wrong - true_logit).mean()"
            ),
            paper=(
                "Crammer and Singer 2001, "
                "On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines"
            ),
            url="https://jmlr.org/papers/v2/crammer01a.html",
        ),
        Loss(
            key="gce",
            label="Generalised cross-entropy",
            fn=functions.gce,
            colour="#d6459a",
            latex=r"\frac{1 - p_y^{\,q}}{q},\qquad q = 0.7",
            torch_class="torch.nn.CrossEntropyLoss",
            code=(
                _NN + 'nll = nn.CrossEntropyLoss(reduction="none")(logits, target)\n'
                "loss = ((1 - (-0.7 * nll).exp()) / 0.7).mean()"
            ),
            paper=(
                "Zhang and Sabuncu 2018, "
                "Generalized Cross Entropy Loss for Training with Noisy Labels"
            ),
            url="https://arxiv.org/abs/1805.07836",
        ),
    )
}


def colour_of(key: str) -> str:
    """The colour of a loss on every chart, as CSS writes it.

    A loss that is not in the catalogue, such as a typed one, has the colour of the text.
    """
    if key not in LOSSES:
        return _OWN_COLOUR
    return LOSSES[key].colour or f"hsl({list(LOSSES).index(key) * _GOLDEN_ANGLE % 360:.0f} 60% 45%)"
