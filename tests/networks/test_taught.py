"""Known features, and a linear layer on them."""

import torch

from losslens.networks.digit_net import DigitNet
from losslens.networks.taught import DrawingFeatures, TaughtHead


def test_features_of_drawings_are_what_the_digit_networks_last_layer_sees() -> None:
    torch.manual_seed(0)
    net, features = DigitNet().eval(), DrawingFeatures().eval()
    features.layers.load_state_dict(net.features.state_dict())
    drawings = torch.rand(3, 1, 28, 28)
    torch.testing.assert_close(net.head(features(drawings)), net(drawings))


def test_a_head_brings_each_feature_to_one_scale() -> None:
    head = TaughtHead(4, 2)
    values = torch.rand(50, 4) * torch.tensor([1.0, 10.0, 100.0, 1000.0]) + 5
    head.mean.copy_(values.mean(dim=0))
    head.scale.copy_(values.std(dim=0))
    wanted = head.linear((values - values.mean(dim=0)) / values.std(dim=0))
    torch.testing.assert_close(head(values), wanted)
    torch.testing.assert_close(head(values[:, :, None, None]), wanted)
