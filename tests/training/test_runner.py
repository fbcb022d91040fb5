"""A run with several processes, of which one is gone."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch.distributed as dist

from losslens.training.runner import TrainingInterrupted, _loss_of_another

JOB: Any = SimpleNamespace(accelerator=SimpleNamespace(num_processes=2))


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("[gloo/transport/tcp/pair.cc:545] Read error: Connection reset by peer"),
        dist.DistBackendError("NCCL communicator was aborted"),
    ],
)
def test_another_process_that_is_gone_is_said_in_a_sentence(error: RuntimeError) -> None:
    with (
        pytest.raises(TrainingInterrupted, match="another of the 2 processes is gone"),
        _loss_of_another("digits-focal-0", JOB),
    ):
        raise error


def test_any_other_error_stays_what_it_is() -> None:
    with pytest.raises(RuntimeError, match="shapes") as raised, _loss_of_another("digits", JOB):
        raise RuntimeError("shapes do not fit")
    assert not isinstance(raised.value, TrainingInterrupted)
