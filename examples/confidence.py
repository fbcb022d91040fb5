# %% [markdown]
# # Equally right, differently sure
#
# The networks of Loss Lens differ in their loss alone. They make nearly the same mistakes, yet say
# very different things of how sure they are. Run this file as it is, or cell by cell: VS Code,
# Spyder and Jupytext read it as a notebook.

# %%
import torch
from PIL import Image

import losslens
from losslens.checkpoints.ensemble import load_ensemble
from losslens.data.bundled import mini_mnist
from losslens.evaluation.metrics import figures
from losslens.losses import LOSSES
from losslens.losses.analysis import value_and_gradient

torch.set_num_threads(1)  # networks this small lose by sharing a picture between cores
mini = mini_mnist()  # the digits that ship with the package
digits = mini.pick(torch.arange(0, len(mini), 10))  # every tenth
images, target = digits.batch(torch.arange(len(digits)))  # (N, 1, 28, 28) in 0..1, and (N,)

# %% [markdown]
# ## Load all networks
# One a loss, of those whose checkpoints are here. Each is a `torch.nn.Module` with its labels, its
# preprocessing and its fitted temperature.

# %%
models = {loss: losslens.load("digits", loss) for loss in load_ensemble("digits").losses}
focal = models["focal"]
print(focal.labels, f"temperature {focal.temperature:.2f}")

# %% [markdown]
# ## How right, and how sure
# These are MNIST training digits, so the accuracy is no figure of merit: the README has those. What
# to look at is how sure each network is. Focal loss is modest, squared error on logits cannot say
# more than about 23 %, and the temperature, fitted on held-out digits, brings them all to nearly
# the same.

# %%
print(f"{'loss':14} {'right':>7} {'sure':>7} {'sure, calibrated':>17} {'NLL':>7}")
for loss, model in models.items():
    with torch.inference_mode():
        logits = model(images)
    sure = logits.softmax(dim=1).amax(dim=1).mean()
    calibrated = (logits / model.temperature).softmax(dim=1).amax(dim=1).mean()
    measured = figures(logits, target)
    right, nll = measured["accuracy"].value, measured["nll"].value
    print(f"{loss:14} {right:7.2%} {sure:7.1%} {calibrated:17.1%} {nll:7.4f}")

# %% [markdown]
# ## What each loss still wants
# The gradient of a loss in the logits is what it would still change. The margin loss is content
# with a digit once its true logit leads by 1; the others always pull, if only a little.

# %%
print(f"{'loss':14} {'digits without gradient':>23} {'mean gradient of the rest':>26}")
for loss, model in models.items():
    with torch.inference_mode():
        logits = model(images)
    size = value_and_gradient(LOSSES[loss], logits.clone(), target)[1].abs().sum(dim=1)
    print(f"{loss:14} {(size == 0).double().mean():23.1%} {size[size > 0].mean():26.5f}")

# %% [markdown]
# ## One picture
# `probabilities` takes a PIL picture as it comes: any size, dark on light or light on dark.

# %%
seven = Image.fromarray(255 - digits.images[351, 0].numpy()).resize((280, 280))
for loss, model in models.items():
    likely = sorted(model.probabilities(seven).items(), key=lambda item: -item[1])[:2]
    print(f"{loss:14}", ", ".join(f"{label} {share:.3f}" for label, share in likely))
