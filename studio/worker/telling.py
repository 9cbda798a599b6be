"""What a run in training says of itself: the numbers of the loop, made into events."""

from torch import Tensor

from studio.events import Checked, Started, Step, Warned
from studio.worker.batches import Numbers, by_length, is_check_step, padded_tokens, steps_per_epoch
from studio.worker.evaluate import Scores
from studio.worker.packing import PackedRows
from studio.worker.prepare import Job
from studio.worker.reporter import Pace, Reporter
from studio.worker.stopping import Stopping

_MOST_STEP_EVENTS = 2000
_MOST_STEP_EVENTS_GPU = 500
"""A step's loss is fetched when it is told, and a GPU waits for that."""
_CHECK_COST = 1 / 3
"""A token read without gradients costs a third of one that is learned from."""


class Teller:
    """Knows the plan of a run: how many steps, when they are told and checked; and how fast it goes."""

    def __init__(self, job: Job, reporter: Reporter) -> None:
        self.job, self.reporter = job, reporter
        self.steps = steps_per_epoch(len(job.train.lengths), job.config.optimizer.batch_rows)
        """In one epoch."""
        self.total_steps = self.steps * job.config.optimizer.epochs
        most = _MOST_STEP_EVENTS_GPU if job.kit.place.device.type == "cuda" else _MOST_STEP_EVENTS
        self._tell_every = -(-self.total_steps // most)
        self._pace = Pace()
        seen = job.validation.rows.lengths
        self._check_tokens = padded_tokens(by_length(seen, job.kit.place.answering_tokens), seen)

    def is_check_step(self, step: int) -> bool:
        """Whether the version after `step` is checked."""
        return is_check_step(step, per_epoch=self.job.config.early_stopping.checks_per_epoch, steps=self.steps)

    def is_told(self, step: int) -> bool:
        """Whether `step` has an event of its own: decided by its number alone, so that a resumed run says the same."""
        return step % self._tell_every == 0 or self.is_check_step(step) or step == self.total_steps

    def started(self, step: int) -> None:
        """Training begins at `step`."""
        config, job = self.job.config, self.job
        per_epoch = min(config.early_stopping.checks_per_epoch, self.steps)
        self.reporter.say(
            Started(
                step=step,
                total_steps=self.total_steps,
                steps_per_epoch=self.steps,
                epochs=config.optimizer.epochs,
                check_every=max(1, round(self.steps / per_epoch)),
                train_rows=len(job.examples),
                validation_rows=len(job.validation.examples),
                watch=job.watch,
                watch_mode=job.watch_mode,
                patience=config.early_stopping.patience,
                early_stopping=config.early_stopping.stop_early,
                device=job.kit.place.name,
                precision=job.kit.place.precision,
                memory_limit=job.kit.place.memory_limit,
                packed=isinstance(job.train, PackedRows),
            )
        )

    def count(self, rows: Numbers, seconds: float) -> None:
        """A step over `rows` took that long."""
        lengths = self.job.train.lengths[rows]
        self._pace.add(
            seconds=seconds, padded=len(rows) * int(lengths.max()), tokens=int(lengths.sum()), rows=len(rows)
        )

    def step(self, step: int, *, loss: float, learning_rate: float, norm: Tensor, batches: list[Numbers]) -> None:
        """Tell the steps since the last one told. `batches` are the epoch's, for the time that is left."""
        rows_per_s, tokens_per_s = self._pace.read()
        self.reporter.say(
            Step(
                step=step,
                epoch=step / self.steps,
                loss=loss,
                learning_rate=learning_rate,
                gradient_norm=float(norm),
                rows_per_s=rows_per_s,
                tokens_per_s=tokens_per_s,
                memory=self.job.kit.place.peak_memory(),
                seconds_left=self._pace.seconds_for(self._padded_left(step, batches)),
            )
        )

    def checked(self, step: int, scores: Scores, stopping: Stopping, *, is_best: bool) -> None:
        """Tell a check; that of the probe (step 0) is told once, however often the run begins."""
        if step == 0 and any(told.step == 0 for told in self.reporter.story.checks):
            return
        self.reporter.say(
            Checked(
                step=step,
                epoch=step / self.steps,
                loss=scores.loss,
                metrics=scores.metrics,
                is_best=is_best,
                best_step=stopping.best_step,
                best_value=stopping.best_value,
                chances_left=stopping.chances_left,
                seconds=scores.seconds,
                samples=scores.samples,
            )
        )

    def warn(self, step: int, text: str) -> None:
        """Say a warning, once."""
        if all(said.text != text for said in self.reporter.story.warnings):
            self.reporter.say(Warned(step=step, text=text))

    def _padded_left(self, step: int, batches: list[Numbers]) -> float:
        steps = self.total_steps - step
        checks = steps * min(self.job.config.early_stopping.checks_per_epoch, self.steps) / self.steps
        epoch = padded_tokens(batches, self.job.train.lengths)
        return steps / self.steps * epoch + checks * self._check_tokens * _CHECK_COST
