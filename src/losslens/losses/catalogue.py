"""The catalogue of losses: ``LOSSES``, one record each, in the order in which they are shown.

To add a loss, write its function in ``functions``, and give it one entry here and its texts in
``ui/locales``. The explorer and live training have it at once; wherever trained networks are shown,
it is "not measured yet" until it has a checkpoint.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from torch import Tensor

from losslens.losses import class_counts, functions, links, steps
from losslens.losses.links import Link
from losslens.losses.parameter import Parameter
from losslens.losses.steps import Step

LossFunction = Callable[..., Tensor]  # (logits, target) -> one value an example; see ``functions``

_OWN_COLOUR = "currentColor"  # of a typed loss: the text's own
_GOLDEN_ANGLE = 137.508  # degrees: hues this far apart stay apart, however many there are
_SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "star",
    "triangle-down",
    "hexagon",
    "x",
    "pentagon",
)
# What stands beside a loss's colour, for who cannot tell it: the shapes filled, then hollow.
MARKS = (*_SHAPES, *(f"{shape}-open" for shape in _SHAPES))


@dataclass(frozen=True)
class Loss:
    """All that is known of one loss in no language.

    ``code`` makes ``loss`` (the mean over the batch) from ``logits`` (N, C) and ``target`` (N,), as
    ``fn`` does; where the loss ``uses_counts``, from ``counts`` (C,) too. What is left empty is
    left out on the page.
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
    family: str = ""  # one of FAMILIES: what the loss is grouped under where one is chosen
    # Whether ``fn`` takes the training examples of each class as ``counts``; without them it is
    # what it is for equal counts.
    uses_counts: bool = False
    # From its logits to the probabilities that they stand for; see ``links``. None: there is none.
    link: Link | None = None
    # Of C classes, the softmax of scores that fit a certain label perfectly, where that is below 1.
    perfect_fit: Callable[[int], float] | None = None
    same_as: str = ""  # the loss with the same gradient, if there is one: it trains the same
    on_cards: bool = True  # whether the cards name it even where it has no checkpoint
    parameter: Parameter | None = None  # a number that live training lets its visitors set
    steps: tuple[Step, ...] = ()  # from its logits to its value and gradient; see ``steps``

    def for_counts(self, counts: Tensor) -> LossFunction:
        """``fn`` for training on ``counts`` (C,) examples of each class; ``fn`` itself where the
        loss does not ask for them."""
        return partial(self.fn, counts=counts) if self.uses_counts else self.fn

    def with_parameter(self, value: float) -> "Loss":
        """This loss with its parameter set, itself where that is the default.

        It has no link and no perfect fit then, which are known for the default alone.
        """
        assert self.parameter is not None, f"{self.key} has no parameter"
        if value == self.parameter.default:
            return self
        fn = partial(self.fn, **{self.parameter.name: value})
        return replace(self, fn=fn, link=None, perfect_fit=None)


FAMILIES = ("likelihood", "squared", "one_vs_rest", "margin", "wrong_labels", "rare_classes")

_F = "import torch.nn.functional as F\n"
_NN = "from torch import nn\n\n"

LOSSES: dict[str, Loss] = {
    loss.key: loss
    for loss in (
        Loss(
            key="cross_entropy",
            label="Cross-entropy",
            fn=functions.cross_entropy,
            colour="#4791ff",
            latex=r"-\log p_y,\qquad p = \mathrm{softmax}(z)",
            torch_class="torch.nn.CrossEntropyLoss",
            code=(
                _NN + "loss = nn.CrossEntropyLoss()(logits, target)"
                "  # logits, never softmax; class indices as int64"
            ),
            paper="Bishop 2006, Pattern Recognition and Machine Learning, section 4.3.4",
            url="https://www.microsoft.com/en-us/research/publication/pattern-recognition-machine-learning/",
            family="likelihood",
            link=links.softmax,
            steps=(
                *steps.SOFTMAX,
                steps.SURPRISE,
                steps.DIFFERENCE,
            ),
        ),
        Loss(
            key="kl_div",
            label="KL divergence",
            fn=functions.kl_div,
            colour="#1485ab",
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
            family="likelihood",
            link=links.unsmoothed,
            parameter=Parameter("eps", "ε", 0, 0.5, 0.1, step=0.05),
            perfect_fit=links.smoothed_fit,
            steps=(
                *steps.SOFTMAX,
                steps.SMOOTHED,
                Step("divergence", "L = sum(q * log(q / p))"),
                Step("gradient", "g = p - q"),
            ),
        ),
        Loss(
            key="mse",
            label="Squared error (logits)",
            fn=functions.mse,
            colour="#dc3506",
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
            family="squared",
            link=links.clipped,
            perfect_fit=links.one_hot_fit,
            steps=(
                Step("score_difference", "d = z - e"),
                Step("squares", "L = sum(d ** 2)"),
                Step("gradient", "g = 2 * d"),
            ),
        ),
        Loss(
            key="brier",
            label="Squared error (probabilities)",
            fn=functions.brier,
            colour="#d67e0e",
            latex=r"\sum_k (p_k - e_k)^2,\qquad p = \mathrm{softmax}(z)",
            torch_class="torch.nn.MSELoss",
            code=(
                _F + _NN + "one_hot = F.one_hot(target, logits.shape[1]).to(logits.dtype)\n"
                "loss = nn.MSELoss()(logits.softmax(dim=1), one_hot) * logits.shape[1]"
            ),
            paper="Brier 1950, Verification of Forecasts Expressed in Terms of Probability",
            url="https://doi.org/10.1175/1520-0493%281950%29078%3C0001:VOFEIT%3E2.0.CO;2",
            family="squared",
            link=links.softmax,
            steps=(
                *steps.SOFTMAX,
                Step("difference", "d = p - e"),
                Step("squares", "L = sum(d ** 2)"),
                Step("gradient", "g = 2 * p * (d - sum(p * d))"),
            ),
        ),
        Loss(
            key="bce",
            label="One-vs-rest",
            fn=functions.bce,
            colour="#767643",
            latex=r"-\sum_k \Bigl[e_k \log\sigma(z_k) + (1-e_k)\log\bigl(1-\sigma(z_k)\bigr)\Bigr]",
            torch_class="torch.nn.BCEWithLogitsLoss",
            code=(
                _F + _NN + "one_hot = F.one_hot(target, logits.shape[1]).to(logits.dtype)\n"
                "loss = nn.BCEWithLogitsLoss()(logits, one_hot) * logits.shape[1]"
            ),
            paper="Rifkin and Klautau 2004, In Defense of One-Vs-All Classification",
            url="https://jmlr.org/papers/v5/rifkin04a.html",
            family="one_vs_rest",
            link=links.sigmoids,
            steps=(
                *steps.SIGMOID,
                Step("reply", "r = e * σ + (1 - e) * (1 - σ)"),
                Step("surprises", "L = -sum(log(r))"),
                Step("gradient", "g = σ - e"),
            ),
        ),
        Loss(
            key="focal",
            label="Focal (γ = 2)",
            fn=functions.focal,
            colour="#a347da",
            latex=r"-(1-p_y)^{\gamma}\,\log p_y,\qquad \gamma = 2",
            torch_class="torch.nn.CrossEntropyLoss",
            code=(
                _NN + 'nll = nn.CrossEntropyLoss(reduction="none")(logits, target)\n'
                "loss = ((1 - (-nll).exp()) ** 2 * nll).mean()"
            ),
            paper="Lin et al. 2017, Focal Loss for Dense Object Detection",
            url="https://arxiv.org/abs/1708.02002",
            family="likelihood",
            link=links.focal,
            parameter=Parameter("gamma", "γ", 0, 5, 2, step=0.5),
            steps=(
                *steps.SOFTMAX,
                Step("focus", "w = (1 - p[y]) ** 2"),
                Step("weighted", "L = -w * log(p[y])"),
                Step("pull", "v = w - 2 * p[y] * (1 - p[y]) * log(p[y])"),
                Step("gradient", "g = v * (p - e)"),
            ),
        ),
        Loss(
            key="margin",
            label="Margin (hinge)",
            fn=functions.margin,
            colour="#a08e92",
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
            family="margin",
            parameter=Parameter("width", "m", 0.1, 10, 1),
            steps=(
                Step("best_wrong", "m = max_wrong(z)"),
                Step("hinge", "L = relu(1 + m - z[y])"),
            ),
        ),
        Loss(
            key="gce",
            label="Generalised cross-entropy",
            fn=functions.gce,
            colour="#b75387",
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
            family="wrong_labels",
            link=links.gce,
            parameter=Parameter("q", "q", 0.05, 1, 0.7, step=0.05),
            steps=(
                *steps.SOFTMAX,
                Step("trust", "w = p[y] ** 0.7"),
                Step("bounded", "L = (1 - w) / 0.7"),
                steps.WEIGHTED_DIFFERENCE,
            ),
        ),
        Loss(
            key="nll",
            label="Negative log-likelihood",
            fn=functions.nll,
            colour="#aa99bb",
            latex=r"-\ell_y,\qquad \ell = \log\mathrm{softmax}(z)",
            torch_class="torch.nn.NLLLoss",
            code=(
                _NN + "log_probs = logits.log_softmax(dim=1)  # log-probabilities, never softmax\n"
                "loss = nn.NLLLoss()(log_probs, target)"
            ),
            paper="Bishop 2006, Pattern Recognition and Machine Learning, section 4.3.4",
            url="https://www.microsoft.com/en-us/research/publication/pattern-recognition-machine-learning/",
            family="likelihood",
            link=links.softmax,
            same_as="cross_entropy",
            on_cards=False,
            steps=(
                *steps.SOFTMAX,
                Step("logarithms", "l = log(p)"),
                Step("surprise", "L = -l[y]"),
                steps.DIFFERENCE,
            ),
        ),
        Loss(
            key="label_smoothing",
            label="Label smoothing",
            fn=functions.label_smoothing,
            colour="#ff6677",
            latex=(
                r"-\sum_k q_k \log p_k,\qquad "
                r"q = (1-\varepsilon)\,e + \tfrac{\varepsilon}{C},\quad \varepsilon = 0.1"
            ),
            torch_class="torch.nn.CrossEntropyLoss",
            code=_NN + "loss = nn.CrossEntropyLoss(label_smoothing=0.1)(logits, target)",
            paper="Szegedy et al. 2016, Rethinking the Inception Architecture (label smoothing)",
            url="https://arxiv.org/abs/1512.00567",
            family="likelihood",
            link=links.unsmoothed,
            perfect_fit=links.smoothed_fit,
            same_as="kl_div",
            on_cards=False,
            parameter=Parameter("eps", "ε", 0, 0.5, 0.1, step=0.05),
            steps=(
                *steps.SOFTMAX,
                steps.SMOOTHED,
                Step("smoothed_surprise", "L = -sum(q * log(p))"),
                Step("gradient", "g = p - q"),
            ),
        ),
        Loss(
            key="poly1",
            label="Poly-1 (ε = 1)",
            fn=functions.poly1,
            colour="#aa3300",
            latex=r"-\log p_y + \varepsilon\,(1 - p_y),\qquad \varepsilon = 1",
            torch_class="torch.nn.CrossEntropyLoss",
            code=(
                _NN + 'nll = nn.CrossEntropyLoss(reduction="none")(logits, target)\n'
                "loss = (nll + 1 - (-nll).exp()).mean()"
            ),
            paper=(
                "Leng et al. 2022, PolyLoss: "
                "A Polynomial Expansion Perspective of Classification Loss Functions"
            ),
            url="https://arxiv.org/abs/2204.12511",
            family="likelihood",
            link=links.poly1,
            on_cards=False,
            parameter=Parameter("eps", "ε", -1, 5, 1, step=0.5),
            steps=(
                *steps.SOFTMAX,
                Step("first_term", "L = -log(p[y]) + 1 * (1 - p[y])"),
                Step("pull", "w = 1 + 1 * p[y]"),
                steps.WEIGHTED_DIFFERENCE,
            ),
        ),
        Loss(
            key="asymmetric",
            label="Asymmetric (γ₋ = 4)",
            fn=functions.asymmetric,
            colour="#dd8899",
            latex=(
                r"\begin{gathered}-\sum_k \Bigl[e_k \log\sigma(z_k) + "
                r"(1-e_k)\,s_k^{\gamma} \log(1-s_k)\Bigr] \\"
                r"s_k = \max(0, \sigma(z_k) - m),\quad \gamma = 4,\quad m = 0.05\end{gathered}"
            ),
            code=(
                _F + "\n# torch.nn has nothing of the kind.\n"
                "one_hot = F.one_hot(target, logits.shape[1]).to(logits.dtype)\n"
                "shifted = F.relu(logits.sigmoid() - 0.05)\n"
                "of_true = F.logsigmoid(logits)\n"
                "of_wrong = shifted**4 * (1 - shifted).log()\n"
                "loss = -(one_hot * of_true + (1 - one_hot) * of_wrong).sum(dim=1).mean()"
            ),
            paper="Ridnik et al. 2021, Asymmetric Loss for Multi-Label Classification",
            url="https://arxiv.org/abs/2009.14119",
            family="one_vs_rest",
            link=links.asymmetric,
            on_cards=False,
            parameter=Parameter("gamma", "γ₋", 1, 6, 4, step=0.5),
            steps=(
                *steps.SIGMOID,
                Step("shifted", "s = relu(σ - 0.05)"),
                Step("asymmetric", "L = -sum(e * log(σ) + (1 - e) * s ** 4 * log(1 - s))"),
                Step("pull", "h = s ** 4 / (1 - s) - 4 * s ** 3 * log(1 - s)"),
                Step("gradient", "g = (1 - e) * h * σ * (1 - σ) - e * (1 - σ)"),
            ),
        ),
        Loss(
            key="squared_hinge",
            label="Squared hinge",
            fn=functions.squared_hinge,
            colour="#ff66cc",
            latex=r"\sum_{k\neq y} \max(0,\ 1 + z_k - z_y)^2",
            torch_class="torch.nn.MultiMarginLoss",
            code=(
                _NN + "# MultiMarginLoss divides by the number of classes; ours sums them.\n"
                "loss = nn.MultiMarginLoss(p=2)(logits, target) * logits.shape[1]"
            ),
            paper="Tang 2013, Deep Learning using Linear Support Vector Machines",
            url="https://arxiv.org/abs/1306.0239",
            family="margin",
            link=partial(links.stationary, functions.squared_hinge),
            on_cards=False,
            steps=(
                Step("hinges", "h = (1 - e) * relu(1 + z - z[y])"),
                Step("squares", "L = sum(h ** 2)"),
                Step("gradient", "g = 2 * (h - e * sum(h))"),
            ),
        ),
        Loss(
            key="mae",
            label="Mean absolute error",
            fn=functions.mae,
            colour="#556600",
            latex=r"\sum_k |p_k - e_k| = 2\,(1 - p_y)",
            torch_class="torch.nn.L1Loss",
            code=(
                _F + _NN + "one_hot = F.one_hot(target, logits.shape[1]).to(logits.dtype)\n"
                "# L1Loss also averages over the classes; ours sums them.\n"
                "loss = nn.L1Loss()(logits.softmax(dim=1), one_hot) * logits.shape[1]"
            ),
            paper=(
                "Ghosh et al. 2017, "
                "Robust Loss Functions under Label Noise for Deep Neural Networks"
            ),
            url="https://arxiv.org/abs/1712.09482",
            family="wrong_labels",
            on_cards=False,
            steps=(
                *steps.SOFTMAX,
                Step("difference", "d = p - e"),
                Step("absolutes", "L = sum(abs(d))"),
                Step("pull", "w = 2 * p[y]"),
                steps.WEIGHTED_DIFFERENCE,
            ),
        ),
        Loss(
            key="sce",
            label="Symmetric cross-entropy",
            fn=functions.sce,
            colour="#ff6622",
            latex=(
                r"-\alpha \log p_y - \beta A\,(1 - p_y),\qquad "
                r"\alpha = 0.1,\quad \beta = 1,\quad A = \log 10^{-4}"
            ),
            torch_class="torch.nn.CrossEntropyLoss",
            code=(
                _NN + 'nll = nn.CrossEntropyLoss(reduction="none")(logits, target)\n'
                "reverse = 9.21034 * (1 - (-nll).exp())  # log 0 is taken for log 1e-4\n"
                "loss = (0.1 * nll + reverse).mean()"
            ),
            paper=(
                "Wang et al. 2019, Symmetric Cross Entropy for Robust Learning with Noisy Labels"
            ),
            url="https://arxiv.org/abs/1908.06112",
            family="wrong_labels",
            link=links.sce,
            on_cards=False,
            steps=(
                *steps.SOFTMAX,
                steps.LOG_OF_ZERO,
                Step("symmetric", "L = -0.1 * log(p[y]) + A * (1 - p[y])"),
                Step("pull", "w = 0.1 + A * p[y]"),
                steps.WEIGHTED_DIFFERENCE,
            ),
        ),
        Loss(
            key="nce_rce",
            label="Normalised + reverse cross-entropy",
            fn=functions.nce_rce,
            colour="#77aa99",
            latex=(
                r"\alpha\,\frac{\log p_y}{\sum_k \log p_k} - \beta A\,(1 - p_y),\qquad "
                r"\alpha = \beta = 1,\quad A = \log 10^{-4}"
            ),
            torch_class="torch.nn.CrossEntropyLoss",
            code=(
                _NN + 'nll = nn.CrossEntropyLoss(reduction="none")(logits, target)\n'
                "normalised = nll / -logits.log_softmax(dim=1).sum(dim=1)\n"
                "reverse = 9.21034 * (1 - (-nll).exp())  # log 0 is taken for log 1e-4\n"
                "loss = (normalised + reverse).mean()"
            ),
            paper=("Ma et al. 2020, Normalized Loss Functions for Deep Learning with Noisy Labels"),
            url="https://arxiv.org/abs/2006.13554",
            family="wrong_labels",
            on_cards=False,
            steps=(
                *steps.SOFTMAX,
                Step("surprise_of_class", "N = -log(p[y])"),
                Step("total_surprise", "T = -sum(log(p))"),
                steps.LOG_OF_ZERO,
                Step("normalised", "L = N / T + A * (1 - p[y])"),
                Step("gradient", "g = (1 / T + A * p[y]) * (p - e) - N / T ** 2 * (C * p - 1)"),
            ),
        ),
        Loss(
            key="class_weighted",
            label="Class-weighted cross-entropy",
            fn=class_counts.class_weighted,
            colour="#ff0055",
            latex=r"-w_y \log p_y,\qquad w_k \propto \frac{1}{n_k}",
            torch_class="torch.nn.CrossEntropyLoss",
            code=(
                _NN + "# counts: the training examples of each class\n"
                "weight = counts.sum() / (len(counts) * counts)\n"
                'losses = nn.CrossEntropyLoss(weight=weight, reduction="none")(logits, target)\n'
                'loss = losses.mean()  # reduction="mean" would divide by the weights of the batch'
            ),
            paper="King and Zeng 2001, Logistic Regression in Rare Events Data",
            url="https://doi.org/10.1093/oxfordjournals.pan.a004868",
            family="rare_classes",
            link=links.softmax,
            uses_counts=True,
            on_cards=False,
            steps=(
                *steps.SOFTMAX,
                Step("class_weight", "w = sum(n) / (C * n)"),
                *steps.CLASS_WEIGHTED,
            ),
        ),
        Loss(
            key="class_balanced",
            label="Class-balanced cross-entropy",
            fn=class_counts.class_balanced,
            colour="#ff00ee",
            latex=r"-w_y \log p_y,\qquad w_k \propto \frac{1-\beta}{1-\beta^{\,n_k}},\quad "
            r"\beta = 0.999",
            torch_class="torch.nn.CrossEntropyLoss",
            code=(
                _NN + "# counts: the training examples of each class\n"
                "weight = (1 - 0.999) / (1 - 0.999**counts)\n"
                "weight = weight / ((weight * counts).sum() / counts.sum())\n"
                'loss = nn.CrossEntropyLoss(weight=weight, reduction="none")(logits, target).mean()'
            ),
            paper="Cui et al. 2019, Class-Balanced Loss Based on Effective Number of Samples",
            url="https://arxiv.org/abs/1901.05555",
            family="rare_classes",
            link=links.softmax,
            uses_counts=True,
            on_cards=False,
            parameter=Parameter("beta", "β", 0, 0.9999, 0.999, step=0.0001),
            steps=(
                *steps.SOFTMAX,
                Step("effective", "v = (1 - 0.999) / (1 - 0.999 ** n)"),
                Step("class_weight", "w = v * sum(n) / sum(v * n)"),
                *steps.CLASS_WEIGHTED,
            ),
        ),
        Loss(
            key="logit_adjusted",
            label="Logit-adjusted cross-entropy",
            fn=class_counts.logit_adjusted,
            colour="#886655",
            latex=(
                r"-\log p_y,\qquad p = \mathrm{softmax}(z + \log\pi),\quad "
                r"\pi_k = \frac{n_k}{\sum_j n_j}"
            ),
            torch_class="torch.nn.CrossEntropyLoss",
            code=(
                _NN + "# counts: the training examples of each class\n"
                "adjusted = logits + (counts / counts.sum()).log()\n"
                "loss = nn.CrossEntropyLoss()(adjusted, target)  # answer with the logits alone"
            ),
            paper="Menon et al. 2021, Long-Tail Learning via Logit Adjustment",
            url="https://arxiv.org/abs/2007.07314",
            family="rare_classes",
            link=links.softmax,
            uses_counts=True,
            on_cards=False,
            parameter=Parameter("tau", "τ", 0, 2, 1),
            steps=(
                Step("prior", "π = n / sum(n)"),
                Step("adjusted", "u = z + log(π)"),
                *steps.SOFTMAX_OF_CHANGED,
                steps.SURPRISE,
                steps.DIFFERENCE,
            ),
        ),
        Loss(
            key="ldam",
            label="LDAM (margin for rare classes)",
            fn=class_counts.ldam,
            colour="#aa1199",
            latex=(
                r"\begin{gathered}-\log\frac{e^{z_y - \Delta_y}}"
                r"{e^{z_y - \Delta_y} + \sum_{k\neq y} e^{z_k}} \\"
                r"\Delta_k = 0.5\,\Bigl(\frac{\min_j n_j}{n_k}\Bigr)^{1/4}\end{gathered}"
            ),
            torch_class="torch.nn.CrossEntropyLoss",
            code=(
                _F + _NN + "# counts: the training examples of each class\n"
                "margins = 0.5 * (counts.min() / counts) ** 0.25\n"
                "lowered = logits - F.one_hot(target, len(counts)) * margins\n"
                "loss = nn.CrossEntropyLoss()(lowered, target)"
            ),
            paper=(
                "Cao et al. 2019, Learning Imbalanced Datasets "
                "with Label-Distribution-Aware Margin Loss"
            ),
            url="https://arxiv.org/abs/1906.07413",
            family="rare_classes",
            link=partial(links.stationary, class_counts.ldam),
            uses_counts=True,
            on_cards=False,
            parameter=Parameter("largest", "Δ", 0, 2, 0.5),
            steps=(
                Step("class_margin", "Δ = 0.5 * (min(n) / n) ** 0.25"),
                Step("lowered", "u = z - e * Δ"),
                *steps.SOFTMAX_OF_CHANGED,
                steps.SURPRISE,
                steps.DIFFERENCE,
            ),
        ),
    )
}


def by_family(keys: Iterable[str]) -> list[str]:
    """Losses in the order of their families, those of none at the end; else in the order given."""
    order = {family: place for place, family in enumerate(FAMILIES)}
    return sorted(
        keys, key=lambda key: order.get(LOSSES[key].family if key in LOSSES else "", len(order))
    )


def card_losses() -> list[str]:
    """The losses that the cards name even where they have no checkpoint, in the catalogue's order.

    What is asked of "all" losses of a task, such as its training, is asked of these.
    """
    return [key for key, loss in LOSSES.items() if loss.on_cards]


def colour_of(key: str) -> str:
    """The colour of a loss on every chart, as CSS writes it.

    A loss that is not in the catalogue, such as a typed one, has the colour of the text.
    """
    if key not in LOSSES:
        return _OWN_COLOUR
    return LOSSES[key].colour or f"hsl({list(LOSSES).index(key) * _GOLDEN_ANGLE % 360:.0f} 60% 45%)"


def mark_of(key: str) -> str:
    """The mark of a loss beside its colour: one of ``MARKS``, by its place in the catalogue.

    A loss that is not in the catalogue, such as a typed one, has the last.
    """
    place = list(LOSSES).index(key) if key in LOSSES else -1
    return MARKS[place % len(MARKS)]
