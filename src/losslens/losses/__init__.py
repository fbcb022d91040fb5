"""The losses: pure functions, one record each in ``LOSSES``, the formula language, and the
analysis of a loss."""

from losslens.losses.catalogue import LOSSES, Loss, LossFunction

__all__ = ["LOSSES", "Loss", "LossFunction"]
