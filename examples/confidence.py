# %% [markdown]
# # Equally right, differently sure
#
# The eight networks of Loss Lens differ in their loss alone. They make nearly the same mistakes,
# yet say very different things of how sure they are. Run this file as it is, or cell by cell: VS
# Code, Spyder and Jupytext read it as a notebook.

# %%
import torch
from PIL import Image

import losslens
from losslens.data.bundled import mini_mnist
from losslens.evaluation.metrics import figures
from losslens.losses.analysis import value_and_gradient
from losslens.losses.catalogue import LOSSES

torch.set_num_threads(1)  # networks this small lose by sharing a picture between cores
digits = mini_mnist().pick(
    torch.arange(0, 5000, 10)
)  # every tenth of the 5,000 digits that ship with the package
images, target = digits.batch(torch.arange(len(digits)))  # (500, 1, 28, 28) in 0..1, and (500,)

# %% [markdown]
# ## Load all eight
# Each is a `torch.nn.Module` with its labels, its preprocessing and its fitted temperature.

# %%
models = {loss: losslens.load("digits", loss) for loss in LOSSES}
print(models["focal"].labels, f"temperature {models['focal'].temperature:.2f}")

# %% [markdown] ## How right, and how sure These are MNIST training digits, so the accuracy is no
# figure of merit: the README has those. What to look at is how sure each network is. Focal loss is
# modest, squared error on logits cannot say more than about 23 %, and the temperature, fitted on
# held-out digits, brings them all to nearly the same.

# %%
print(f"{'loss':14} {'right':>7} {'sure':>7} {'sure, calibrated':>17} {'NLL':>7}")
for loss, model in models.items():
    with torch.inference_mode():
        logits = model(images)
    sure = logits.softmax(dim=1).amax(dim=1).mean()
    calibrated = (logits / model.temperature).softmax(dim=1).amax(dim=1).mean()
    measured = figures(logits, target)
    print(
        f"{loss:14} {measured['accuracy'].value:7.2%} {sure:7.1%} {calibrated:17.1%} {measured['nll'].value:7.4f}"
    )

# %% [markdown] ## What each loss still wants The gradient of a loss in the logits is what it would
# still change. The margin loss is content with a digit once its true logit leads by 1; the others
# always pull, if only a little.

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
