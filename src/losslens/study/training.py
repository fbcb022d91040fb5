"""The networks of the study: trained, tuned and measured, one of a cell (task, setting, loss) after
the other."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import nn
from tqdm import tqdm

from losslens.evaluation.metrics import outputs_of
from losslens.losses import LOSSES
from losslens.losses.class_counts import adjusted_afterwards
from losslens.study import measures
from losslens.study.drawing import Drawn, drawn, network_of, pool_of
from losslens.study.plan import Plan
from losslens.study.runs import Cell, Journal, best_rate
from losslens.study.settings import BATCH, SETTINGS
from losslens.study.thorough import OTHERS, thorough
from losslens.tasks import TASKS
from losslens.training.config import TrainConfig
from losslens.training.loop import Share, train
from losslens.training.runner import Job
from losslens.training.state import new_state

RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
_DECADES = (1e-3, 1e-2, 1e-1)
TUNING_SEEDS = (1_000, 1_001)  # none that is measured


@dataclass(frozen=True)
class Study:
    """Where the networks are trained, and where what is finished is kept."""

    job: Job
    journal: Journal
    data_root: str

    def run(self, plan: Plan) -> None:
        """Train and measure whatever of the plan is not in the journal yet, a seed after the other;
        several processes share the cells."""
        accelerator = self.job.accelerator
        own = plan.cells()[accelerator.process_index :: accelerator.num_processes]
        work = [(seed, cell) for seed in plan.seeds for cell in own]
        bar = tqdm(work, unit="network", disable=not self.job.is_main)
        for seed, cell in bar:
            bar.set_postfix_str(" ".join((*cell, str(seed))))
            self._finish(cell, seed)
        accelerator.wait_for_everyone()

    def _finish(self, cell: Cell, seed: int) -> None:
        rate = self.tuned_rate(cell)
        if self.journal.get("run", cell, seed, rate) is None:
            self.journal.add("run", cell, seed, rate, self._measured(cell, seed, rate))

    def tuned_rate(self, cell: Cell) -> float:
        """The learning rate of the highest mean score on held-out examples, over the seeds of
        tuning: of one a decade, then of the neighbours of the best, until both are tried."""
        scores = {rate: self._tuning_score(cell, rate) for rate in _DECADES}
        while True:
            best = best_rate(scores)
            at = RATES.index(best)
            untried = [rate for rate in RATES[max(0, at - 1) : at + 2] if rate not in scores]
            if not untried:
                return best
            scores |= {rate: self._tuning_score(cell, rate) for rate in untried}

    def _tuning_score(self, cell: Cell, rate: float) -> float:
        return sum(self._tuning(cell, seed, rate) for seed in TUNING_SEEDS) / len(TUNING_SEEDS)

    def _tuning(self, cell: Cell, seed: int, rate: float) -> float:
        known = self.journal.get("tuning", cell, seed, rate)
        if known is None:
            examples = self._drawn(cell, seed)
            network, _ = self._trained(cell, seed, rate, examples)
            logits = outputs_of(network, examples.held_out)
            measure = SETTINGS[cell[1]].measure
            known = {"score": measures.score(measure, logits, examples.held_out.target)}
            self.journal.add("tuning", cell, seed, rate, known)
        return known["score"]

    def _drawn(self, cell: Cell, seed: int) -> Drawn:
        task, setting, _ = cell
        return drawn(task, SETTINGS[setting], seed, pool_of(task, self.data_root))

    def _trained(
        self, cell: Cell, seed: int, rate: float, examples: Drawn
    ) -> tuple[nn.Sequential, list[float]]:
        """The network, and its held-out accuracy after each epoch where the setting is clean.

        Where the loss stops being finite, the network is as it was just before.
        """
        task, setting, loss = cell
        config = TrainConfig(
            task=task,
            loss=loss,
            seed=seed,
            epochs=SETTINGS[setting].epochs,
            batch_size=min(BATCH, len(examples.train) // 4),
            learning_rate=rate,
            average=0.0,
        )
        device = self.job.device
        state = new_state(config, device, network_of(task))
        counts = examples.train.counts(len(TASKS[task].labels))
        steps = train(
            state,
            LOSSES[loss].for_counts(counts.to(device)),
            examples.train,
            share=Share(device=device),
        )
        per_epoch, curve = len(examples.train) // config.batch_size, []
        for _ in _until_infinite(steps):
            if setting == "clean" and state.step % per_epoch == 0:
                logits = outputs_of(state.network(), examples.held_out)
                curve.append(measures.score("accuracy", logits, examples.held_out.target))
        network = state.network().cpu()
        assert isinstance(network, nn.Sequential)
        return network, curve

    def _measured(self, cell: Cell, seed: int, rate: float) -> dict[str, float]:
        task, setting, loss = cell
        examples, test = self._drawn(cell, seed), pool_of(task, self.data_root).test
        network, curve = self._trained(cell, seed, rate, examples)
        logits, held_out = outputs_of(network, test), outputs_of(network, examples.held_out)
        found = measures.answers(logits, test.target)
        found |= measures.probabilities(
            logits, test.target, (held_out, examples.held_out.target), LOSSES[loss].link
        )
        if SETTINGS[setting].wrong:
            learnt = outputs_of(network, examples.train)
            found |= measures.memorised(examples.train.target, learnt, examples.truth)
        if SETTINGS[setting].ratio > 1:
            counts = examples.train.counts(logits.shape[1])
            found["balanced_adjusted"] = measures.score(
                "balanced", adjusted_afterwards(logits, counts), test.target
            )
        if setting == "clean" and task in OTHERS:
            found |= thorough(network, task, self.data_root)
            found["epochs_to_95"] = 1 + next(
                epoch for epoch, each in enumerate(curve) if each >= 0.95 * curve[-1]
            )
        return found


def _until_infinite(steps: Iterator[object]) -> Iterator[object]:
    try:
        yield from steps
    except ArithmeticError:
        return
