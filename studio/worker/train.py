"""The training of a run, from top to bottom. What it needs is got ready in `prepare`, what it leaves is made in `finish`.

Exactness: whatever decides the numbers is in a checkpoint or is a pure function of the settings and the step. Time
decides only when a checkpoint is written, and writing one changes nothing; so a run that was killed and resumed
takes the same steps, on a processor to the bit, and says the same of them.
"""

import contextlib
import math
import time
from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
import torch
from torch import Tensor

from studio.errors import StudioError
from studio.events import Saved
from studio.rundir import RunDir
from studio.worker import checkpoint
from studio.worker.batches import Numbers, plan
from studio.worker.checkpoint import Checkpoint
from studio.worker.evaluate import Scores, check
from studio.worker.finish import finish
from studio.worker.known import Known
from studio.worker.optimizer import make_optimizer, rate_factor, set_rate, trained
from studio.worker.place import is_out_of_memory, sow
from studio.worker.prepare import Job, prepare
from studio.worker.reporter import Leave, Reporter
from studio.worker.state import NotFinite, State
from studio.worker.stopping import Stopping
from studio.worker.telling import Teller

SAVE_EVERY_S = 60.0
_SAVE_SHARE = 8.0
"""A checkpoint at every check, unless the last one is younger than this many times what it took to write."""


def train(run: RunDir, reporter: Reporter, known: Known | None = None) -> None:
    """Train from the newest good checkpoint, or from the start, to the report. Raises: StudioError, Leave.

    `known`: what this process found out about the rows before it was asked to train.
    """
    job = prepare(run, reporter.prepare, known)
    if known is not None:
        known.forget()
    training = Training(job, reporter)
    training.begin()
    try:
        while not training.state.reason:
            if training.is_check_due():
                training.check()
            elif training.state.step == training.tell.total_steps:
                training.end("all epochs done")
            elif (asked := reporter.asked()) == "stop":
                training.end("stopped by you")
            elif asked is not None:
                raise Leave("you" if asked == "pause" else "shutdown")
            else:
                training.step()
    except Leave:
        training.save()
        raise
    state, best = training.state, training.best
    del training  # and with it what the optimizer remembers, which is more than the model
    finish(job, state.reason, state.step, state.stopping.best_step, best, reporter)


class Training:
    """A job in motion."""

    def __init__(self, job: Job, reporter: Reporter) -> None:
        self.job, self.reporter, self.config = job, reporter, job.config
        self.tell = Teller(job, reporter)
        self.model = job.model.train()
        self.weights = trained(job.model)
        self.optimizer = make_optimizer(job.model, job.config)
        self.state = self._first_state()
        self.best: dict[str, Tensor] | None = None
        """The best version's weights, on the processor; None while that is the probe, before any training."""
        self.first: dict[str, Tensor] | None = self._copy()
        """The start, until there is a checkpoint to go back to."""
        self.loss_sum = torch.zeros((), dtype=torch.float64, device=job.kit.place.device)
        self.norm = torch.zeros((), device=job.kit.place.device)
        self._saved_at, self._save_took = time.monotonic(), 0.0
        self._epoch, self._batches, self._rows = -1, list[Numbers](), job.train.in_epoch(0)

    def begin(self) -> None:
        """Go on from the newest good checkpoint, or start with the probe's own check, and say so."""
        for text in filter(None, (self.job.kit.place.note, *self.job.told)):
            self._warn(text)
        sow(self.config.seed)
        self._judge(0, self.job.probe.scores)
        found = checkpoint.newest(self.job.run.checkpoints, self._warn)
        if found is not None:
            self._restore(found)
        if not self.state.reason:
            self.tell.started(self.state.step)

    def step(self) -> None:
        """One optimizer step, told when its number says so, and a checkpoint when the last one is old."""
        began = time.monotonic()
        state = self.state
        rows = self._batch(state.step)
        factor = rate_factor(state.step + 1, self.tell.total_steps, self.config.schedule) * state.slowed
        set_rate(self.optimizer, factor)
        self.loss_sum += self._gradients(rows)
        self.norm = torch.nn.utils.clip_grad_norm_(self.weights.values(), self.config.optimizer.max_gradient_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        state.step += 1
        state.loss_units += self._rows.units_of(rows)
        if self.tell.is_told(state.step):
            with self._going_back():
                self._look()  # waits for the device, so that what follows knows how long the steps took
                self.tell.count(rows, time.monotonic() - began)
                self._tell_step(factor)
        else:
            self.tell.count(rows, time.monotonic() - began)
        if time.monotonic() - self._saved_at > SAVE_EVERY_S:
            self.save()
        self.reporter.beat()

    def is_check_due(self) -> bool:
        """Whether the version at hand is to be scored before the next step."""
        return self.state.checked != self.state.step and self.tell.is_check_step(self.state.step)

    def check(self) -> None:
        """Score the validation rows; keep the version if it is the best; end early when the chances are used up."""
        with self._going_back():
            scores = check(self.job.model, self.job.kit, self.job.validation, self.reporter.breathe)
            if not math.isfinite(scores.loss):
                raise NotFinite
            if self._judge(self.state.step, scores):
                self.best = self._copy()
            self.state.checked = self.state.step
            if self.config.early_stopping.stop_early and self.state.stopping.chances_left == 0:
                self.end("stopped early")
            elif time.monotonic() - self._saved_at > _SAVE_SHARE * self._save_took:
                self.save()

    def end(self, reason: str) -> None:
        """No more steps; a checkpoint, so that scoring can be resumed as well."""
        self.state.reason = reason
        self.save()
        if self.state.reason == "stopped by you":
            self.job.run.answer_request("stop")

    def save(self) -> None:
        """Commit a checkpoint; numbers that are none are not kept but gone back from."""
        with self._going_back():
            self._look()
            began, state = time.monotonic(), self.state
            state.loss_sum = float(self.loss_sum)
            self.reporter.sync()
            checkpoint.save(
                self.job.run.checkpoints,
                state.step,
                asdict(state),
                {name: weight.detach() for name, weight in self.weights.items()},
                checkpoint.moments_of(self.optimizer, self.weights),
                self.best if state.stopping.best_step != state.step else None,
            )
            self.reporter.say(Saved(step=state.step))
            self.first = None
            self._saved_at = time.monotonic()
            self._save_took = self._saved_at - began

    def _batch(self, step: int) -> Numbers:
        """The rows of the step after `step`."""
        epoch, place = divmod(step, self.tell.steps)
        if epoch != self._epoch:
            self._batches = plan(self.job.train.lengths, self.config.optimizer.batch_rows, self.config.seed, epoch)
            self._epoch, self._rows = epoch, self.job.train.in_epoch(epoch)
        return self._batches[place]

    def _gradients(self, rows: Numbers) -> Tensor:
        """Loss summed over what is learned from `rows`, with the gradient of its mean; in smaller parts when memory runs out."""
        while True:
            try:
                return self._backward(rows)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
            # Outside the except block, where the failed pass is still held by the traceback.
            step = self.state.step + 1
            if self.state.splits >= len(rows):
                fix = "Lower the text length limit, or choose a smaller base model."
                raise StudioError("Memory ran out with a single row", where=f"step {step}", fix=fix)
            self.optimizer.zero_grad(set_to_none=True)
            if self.job.kit.place.device.type == "cuda":
                torch.cuda.empty_cache()
            self.state.splits *= 2
            self._warn(
                f"Memory ran out at step {step}. Each step is now computed in {self.state.splits} parts, "
                "which takes a little longer and changes nothing else."
            )

    def _backward(self, rows: Numbers) -> Tensor:
        total = torch.zeros((), dtype=torch.float64, device=self.job.kit.place.device)
        units = max(1, self._rows.units_of(rows))
        for part in np.array_split(rows, min(self.state.splits, len(rows))):
            with self.job.kit.place.autocast():
                outputs = self.model(**self._rows.batch(part))
            loss, _ = self.model.loss(outputs, self._rows.labels_of(part))
            (loss / units).backward()
            total += loss.detach()
        return total

    def _tell_step(self, factor: float) -> None:
        self.tell.step(
            self.state.step,
            loss=float(self.loss_sum) / max(1, self.state.loss_units),
            learning_rate=self.config.optimizer.learning_rate * factor,
            norm=self.norm,
            batches=self._batches,
        )
        self.loss_sum.zero_()
        self.state.loss_units = 0

    def _judge(self, step: int, scores: Scores) -> bool:
        """Take a check into account and tell it; whether its version is the best."""
        value = scores.loss if self.job.watch == "loss" else scores.metrics[self.job.watch]
        is_best = self.state.stopping.tell(step, value, scores.loss)
        self.tell.checked(step, scores, self.state.stopping, is_best=is_best)
        return is_best

    def _warn(self, text: str) -> None:
        self.tell.warn(self.state.step, text)

    def _look(self) -> None:
        """Wait for the device and see that its numbers are numbers. Raises: NotFinite."""
        if not (math.isfinite(float(self.loss_sum)) and math.isfinite(float(self.norm))):
            raise NotFinite

    @contextlib.contextmanager
    def _going_back(self) -> Iterator[None]:
        """Numbers that exploded are undone once: back to the last good state, at half the learning rate."""
        try:
            yield
        except NotFinite:
            step = self.state.step
            if self.state.slowed < 1:
                raise StudioError(
                    "Training diverged: the loss is not a number any more, also at half the learning rate",
                    where=f"step {step}",
                    fix="Lower the learning rate, or the gradient clipping, and start again.",
                ) from None
            self._go_back()
            self.state.slowed = 0.5
            self._warn(
                f"The loss was no longer a number at step {step}. Training went back to step {self.state.step} and "
                "goes on from there at half the learning rate."
            )
            self.tell.started(self.state.step)

    def _go_back(self) -> None:
        if self.first is None:
            found = checkpoint.newest(self.job.run.checkpoints, self._warn)
            if found is None:
                raise StudioError("No checkpoint is whole any more", fix="Start a new run with a lower learning rate.")
            self._restore(found)
            return
        self._put(self.first)
        self.optimizer.state.clear()
        self._forget()
        self.state = self._first_state()
        sow(self.config.seed)
        self._judge(0, self.job.probe.scores)

    def _restore(self, found: Checkpoint) -> None:
        self._put(found.weights)
        checkpoint.restore_moments(self.optimizer, self.weights, found.moments)
        self._forget()
        self.state = State.read(found.progress)
        self.loss_sum += self.state.loss_sum
        best_step = self.state.stopping.best_step
        self.best = found.best if best_step not in (0, found.step) else None if best_step == 0 else self._copy()
        self.first = None
        checkpoint.restore_random(found.random)

    def _first_state(self) -> State:
        wish = self.config.early_stopping
        stopping = Stopping(self.job.watch_mode, wish.patience, wish.minimum_gain)
        return State(stopping, splits=self.config.compute.parts)

    def _copy(self) -> dict[str, Tensor]:
        return {name: weight.detach().cpu().clone() for name, weight in self.weights.items()}

    def _put(self, weights: dict[str, Tensor]) -> None:
        with torch.no_grad():
            for name, weight in self.weights.items():
                weight.copy_(weights[name])

    def _forget(self) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        self.loss_sum.zero_()
        self.norm = torch.zeros_like(self.norm)
