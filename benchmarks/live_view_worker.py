"""A simulated worker for `live_view.py`: it appends to a run's story what a real one would, and notes when."""

import threading
import time

from studio.config import RunConfig
from studio.events import Checked, Preparing, Started, Step, to_line
from studio.rundir import Home, RunDir, new_id

STEPS_A_SECOND = 5


class Worker(threading.Thread):
    """Tells a run's story; `when[step]` is the wall time at which a step's line was on disk."""

    def __init__(self, run: RunDir, total: int = 100_000) -> None:
        super().__init__(daemon=True)
        self.run_dir, self.total, self.step, self.seq = run, total, 0, 0
        self.when: dict[int, float] = {}
        self.over = threading.Event()

    def say(self, *events) -> None:
        """Append, numbered and timed."""
        lines = []
        for event in events:
            self.seq += 1
            lines.append(to_line(event.model_copy(update={"seq": self.seq, "time": time.time()})))
        with self.run_dir.events_file.open("ab") as story:
            story.write(b"".join(lines))

    def begin(self) -> None:
        """Up to the first step."""
        self.say(Preparing(what="Reading the rows"))
        self.say(
            Started(
                total_steps=self.total, steps_per_epoch=self.total // 10, epochs=10, check_every=100, train_rows=9000,
                validation_rows=1000, watch="macro_f1", watch_mode="max", patience=4, device="cpu", precision="float32",
                memory_limit=16 * 10**9,
            )
        )  # fmt: skip

    def next_steps(self, count: int, stride: int = 1) -> None:
        """Append that many Step lines, `stride` steps apart."""
        events = []
        for _ in range(count):
            self.step += stride
            loss = 0.3 + 1.4 / (1 + self.step / 300) + 0.05 * ((self.step * 7919) % 100) / 100
            events.append(
                Step(
                    step=self.step, epoch=self.step * 10 / self.total, loss=loss, learning_rate=1e-4, rows_per_s=107,
                    tokens_per_s=1741, memory=19 * 10**8, seconds_left=(self.total - self.step) / 3,
                )
            )  # fmt: skip
        self.say(*events)
        self.when[self.step] = time.time()

    def check(self) -> None:
        """A check at the present step, a new best."""
        value = 0.9 - 0.4 / (1 + self.step / 200)
        self.say(
            Checked(
                step=self.step, epoch=self.step * 10 / self.total, loss=0.5, metrics={"macro_f1": value}, is_best=True,
                best_step=self.step, best_value=value, chances_left=4,
            )
        )  # fmt: skip

    def run(self) -> None:
        """One step after the other until told to end."""
        while not self.over.wait(1 / STEPS_A_SECOND):
            self.next_steps(1)
            if self.step % 100 == 0:
                self.check()


def new_run(home: Home) -> RunDir:
    """A run folder whose live worker is this process."""
    folder = home.runs / new_id()
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(RunConfig(name="benchmark", source={"rows": 10_000}).model_dump_json())
    run = RunDir(folder)
    run.lease.acquire()
    return run


def long_run(home: Home, lines: int) -> RunDir:
    """A run of 100,000 steps whose story has that many Step lines."""
    run = new_run(home)
    worker = Worker(run)
    worker.begin()
    for _ in range(20):
        worker.next_steps(lines // 20, stride=100_000 // lines)
        worker.check()
    return run
