"""The losses: pure functions, one record each in ``LOSSES``, the formula language, and a loss taken apart."""

from losslens.losses.catalogue import LOSSES, Loss, LossFunction

__all__ = ["LOSSES", "Loss", "LossFunction"]
