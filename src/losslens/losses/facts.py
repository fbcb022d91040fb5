"""What a textbook page would say of each loss, in no language: formula, paper, torch's class, and the lines that use it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """``code`` makes ``loss`` (the mean over the batch) from ``logits`` (N, C) and ``target`` (N,), as ours does."""

    latex: str
    torch_class: str
    code: str
    paper: str
    url: str


_F = "import torch.nn.functional as F\n"
_NN = "from torch import nn\n\n"

FACTS: dict[str, Fact] = {
    "cross_entropy": Fact(
        r"-\log p_y,\qquad p = \mathrm{softmax}(z)",
        "torch.nn.CrossEntropyLoss",
        _NN + "loss = nn.CrossEntropyLoss()(logits, target)  # logits, never softmax; class indices as int64",
        "Bishop 2006, Pattern Recognition and Machine Learning, section 4.3.4",
        "https://www.microsoft.com/en-us/research/publication/pattern-recognition-machine-learning/",
    ),
    "kl_div": Fact(
        r"\begin{gathered}\sum_k q_k \log\frac{q_k}{p_k} \\"
        r"q = (1-\varepsilon)\,e + \tfrac{\varepsilon}{C},\quad \varepsilon = 0.1\end{gathered}",
        "torch.nn.KLDivLoss",
        _F + _NN + "classes = logits.shape[1]\n"
        "smoothed = F.one_hot(target, classes).to(logits.dtype) * 0.9 + 0.1 / classes\n"
        "log_probs = F.log_softmax(logits, dim=1)  # log-probabilities first, probabilities second\n"
        'loss = nn.KLDivLoss(reduction="batchmean")(log_probs, smoothed)',
        "Szegedy et al. 2016, Rethinking the Inception Architecture (label smoothing)",
        "https://arxiv.org/abs/1512.00567",
    ),
    "mse": Fact(
        r"\sum_k (z_k - e_k)^2",
        "torch.nn.MSELoss",
        _F + _NN + "one_hot = F.one_hot(target, logits.shape[1]).to(logits.dtype)\n"
        "# MSELoss also averages over the classes; ours sums them.\n"
        "loss = nn.MSELoss()(logits, one_hot) * logits.shape[1]",
        "Hui and Belkin 2021, Evaluation of Neural Architectures Trained with Square Loss vs Cross-Entropy",
        "https://arxiv.org/abs/2006.07322",
    ),
    "brier": Fact(
        r"\sum_k (p_k - e_k)^2,\qquad p = \mathrm{softmax}(z)",
        "torch.nn.MSELoss",
        _F + _NN + "one_hot = F.one_hot(target, logits.shape[1]).to(logits.dtype)\n"
        "loss = nn.MSELoss()(logits.softmax(dim=1), one_hot) * logits.shape[1]",
        "Brier 1950, Verification of Forecasts Expressed in Terms of Probability",
        "https://doi.org/10.1175/1520-0493%281950%29078%3C0001:VOFEIT%3E2.0.CO;2",
    ),
    "bce": Fact(
        r"-\sum_k \Bigl[e_k \log\sigma(z_k) + (1-e_k)\log\bigl(1-\sigma(z_k)\bigr)\Bigr]",
        "torch.nn.BCEWithLogitsLoss",
        _F + _NN + "one_hot = F.one_hot(target, logits.shape[1]).to(logits.dtype)\n"
        "loss = nn.BCEWithLogitsLoss()(logits, one_hot) * logits.shape[1]",
        "Rifkin and Klautau 2004, In Defense of One-Vs-All Classification",
        "https://jmlr.org/papers/v5/rifkin04a.html",
    ),
    "focal": Fact(
        r"-(1-p_y)^{\gamma}\,\log p_y,\qquad \gamma = 2",
        "torch.nn.CrossEntropyLoss",
        _NN + 'nll = nn.CrossEntropyLoss(reduction="none")(logits, target)\nloss = ((1 - (-nll).exp()) ** 2 * nll).mean()',
        "Lin et al. 2017, Focal Loss for Dense Object Detection",
        "https://arxiv.org/abs/1708.02002",
    ),
    "margin": Fact(
        r"\max\bigl(0,\ 1 + \max_{k\neq y} z_k - z_y\bigr)",
        "torch.nn.MultiMarginLoss",
        _F + "\n# nn.MultiMarginLoss()(logits, target) averages the hinge over all classes; Crammer and Singer take\n"
        "# the largest, which torch.nn does not have:\n"
        "true_logit = logits.gather(1, target[:, None]).squeeze(1)\n"
        "is_true = F.one_hot(target, logits.shape[1]).bool()\n"
        'best_wrong = logits.masked_fill(is_true, -float("inf")).amax(dim=1)\n'
        "loss = F.relu(1 + best_wrong - true_logit).mean()",
        "Crammer and Singer 2001, On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines",
        "https://jmlr.org/papers/v2/crammer01a.html",
    ),
    "gce": Fact(
        r"\frac{1 - p_y^{\,q}}{q},\qquad q = 0.7",
        "torch.nn.CrossEntropyLoss",
        _NN + 'nll = nn.CrossEntropyLoss(reduction="none")(logits, target)\nloss = ((1 - (-0.7 * nll).exp()) / 0.7).mean()',
        "Zhang and Sabuncu 2018, Generalized Cross Entropy Loss for Training with Noisy Labels",
        "https://arxiv.org/abs/1805.07836",
    ),
}
