"""A run folder whose story a test tells line by line, as a worker would."""

import json
import math
import random
import time

from studio.config import RunConfig
from studio.events import Checked, Event, Preparing, Saved, Started, Step, to_line
from studio.rundir import Home, RunDir, new_id


def new_run(home: Home, name: str = "tickets", **settings: object) -> RunDir:
    folder = home.runs / new_id()
    folder.mkdir(parents=True)
    config = RunConfig(
        name=name, source={"file": "tickets.csv", "rows": 641}, columns={"text": "text", "label": "label"}
    )
    (folder / "config.json").write_text(config.with_settings(settings).model_dump_json())
    (folder / "facts.json").write_text(json.dumps({"labels": {"billing": 300, "login": 341}}))
    return RunDir(folder)


class Teller:
    """Appends events to a run: numbered, timed, with a falling loss and a macro-F1 that peaks at `peak`."""

    def __init__(
        self, run: RunDir, *, total: int = 400, patience: int = 3, peak: int = 10**9, early: bool = True
    ) -> None:
        self.run, self.total, self.patience, self.peak, self.early = run, total, patience, peak, early
        self.seq, self.best, self.best_step, self.left = 0, -1.0, 0, patience
        self.time, self.random = time.time() - 60, random.Random(3)

    def say(self, *events: Event) -> None:
        with self.run.events_file.open("ab") as story:
            for event in events:
                self.seq += 1
                self.time += 0.05
                story.write(to_line(event.model_copy(update={"seq": self.seq, "time": self.time})))

    def prepare(self) -> None:
        self.say(Preparing(what="Reading the rows"), Preparing(what="Embedding the texts", done=0.5))

    def start(self, step: int = 0) -> None:
        self.say(
            Started(step=step, total_steps=self.total, steps_per_epoch=100, epochs=self.total // 100, check_every=50,
                    train_rows=577, validation_rows=64, watch="macro_f1", watch_mode="max", patience=self.patience,
                    early_stopping=self.early, device="cpu", precision="float32", memory_limit=16 * 10**9)
        )  # fmt: skip

    def steps(self, first: int, last: int, *, checks: bool = True) -> None:
        for step in range(first, last + 1):
            loss = 0.2 + 1.2 * math.exp(-step / 80) + self.random.gauss(0, 0.03)
            self.say(
                Step(step=step, epoch=step / 100, loss=loss, learning_rate=1e-4, rows_per_s=107, tokens_per_s=1741,
                     memory=19 * 10**8, seconds_left=(self.total - step) / 3)
            )  # fmt: skip
            if checks and step % 50 == 0:
                self.check(step)

    def check(self, step: int) -> None:
        value = 0.9 - 0.4 * math.exp(-min(step, self.peak) / 100) - 0.0002 * max(0, step - self.peak)
        is_best = value > self.best
        self.left = self.patience if is_best else self.left - 1
        if is_best:
            self.best, self.best_step = value, step
        self.say(
            Checked(step=step, epoch=step / 100, loss=1.3 - value, metrics={"accuracy": value + 0.02, "macro_f1": value},
                    is_best=is_best, best_step=self.best_step, best_value=self.best, chances_left=self.left)
        )  # fmt: skip
        if step:
            self.say(Saved(step=step))

    def train(self, last: int) -> None:
        """From the first word to that step."""
        self.prepare()
        self.start()
        self.check(0)
        self.steps(1, last)
