"""Answers to one picture: complete, consistent, and explained by pixels that add up."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from losslens import inference
from losslens.data import Dataset
from losslens.losses import LOSSES
from losslens.pictures import PictureError


def test_answers_come_in_order_with_probabilities_that_sum_to_one(random_models: Path, mini: Dataset) -> None:
    prediction = inference.predict("digits", mini.batch(torch.tensor([123]))[0][0])
    assert [answer.loss for answer in prediction.given] == list(LOSSES)
    for answer in prediction.given:
        assert sum(answer.softmax) == pytest.approx(1, abs=1e-5)
        assert sum(answer.calibrated) == pytest.approx(1, abs=1e-5)
        assert answer.label == "0123456789"[int(np.argmax(answer.softmax))]


def test_the_heatmap_adds_up_to_the_leads_change_and_leaves_paper_alone(random_models: Path, mini: Dataset) -> None:
    image = mini.batch(torch.tensor([2500]))[0][0]
    answer = inference.predict("digits", image).given[0]
    best = int(np.argmax(answer.logits))
    network = inference.network("digits", answer.loss)
    heatmap = inference.explain("digits", image)[answer.loss]
    with torch.inference_mode():
        logits = network(torch.stack([image, torch.zeros_like(image)]))
    lead = logits[:, best] - (logits.sum(dim=1) - logits[:, best]) / 9
    assert heatmap.sum() == pytest.approx((lead[0] - lead[1]).item(), rel=0.2, abs=0.05)
    assert (heatmap[image[0].numpy() == 0] == 0).all()


def test_a_picture_goes_the_same_way_as_a_tensor(random_models: Path) -> None:
    picture = Image.new("RGB", (200, 300), "white")
    ImageDraw.Draw(picture).line([(100, 50), (90, 250)], fill="navy", width=18)
    from_picture = inference.predict_picture("digits", picture)
    assert from_picture.seen.shape == (28, 28) and from_picture.seen.max() > 0.9
    with pytest.raises(PictureError):
        inference.predict_picture("digits", Image.new("1", (9000, 9000)))
