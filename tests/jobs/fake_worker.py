"""A stand-in for `python -m studio.worker`: the same protocol of lease, events, requests and duties, without torch.

`fake_worker.py RUN` trains 40 steps of 20 ms; what else it does stands in the run's `plan.json`:
`{"steps": 40, "step_s": 0.02, "die_at": 5, "by": 9, "exit_early": 3, "slow_start_s": 0.5, "ignores_term": true}`.
"""

import contextlib
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

from studio.data.example import from_parquet
from studio.events import (
    Event,
    Finished,
    Paused,
    Preparing,
    Saved,
    Scoring,
    Started,
    Step,
    to_line,
)
from studio.rundir import RunDir
from studio.storage import Log, Stage, write_json
from studio.story import Story

AXIS: dict[str, Any] = {
    "steps_per_epoch": 10, "epochs": 4, "check_every": 5, "train_rows": 80, "validation_rows": 10, "watch": "accuracy",
    "watch_mode": "max", "patience": 4, "device": "cpu", "precision": "float32",
}  # fmt: skip


METRIC = {"name": "accuracy", "title": "Accuracy", "value": 0.9, "low": 0.8, "high": 0.95}
REPORT = {
    "task": "text-classification", "labels": ["long", "short"], "rows": 20, "metrics": [METRIC],
    "ladder": [{"name": "most_frequent", "title": "Always the same", "metrics": [METRIC | {"value": 0.5}]}],
}  # fmt: skip

INSPECTION = {
    "rows": 30, "looked_at": 20, "doubted": 3, "believed": "both",
    "suspects": [[7, "long", "short", 0.9], [9, "short", "long", 0.8], [12, "long", "short", 0.7]],
    "ladder": REPORT["ladder"], "curve_of": "words", "seconds": 1.5,
    "growth": {
        "points": [{"rows": 16, "accuracy": 0.9, "low": 0.8, "high": 0.95}], "gain": 0.02, "low": 0.01, "high": 0.03,
        "sentence": "Twice the rows would add about 2 points (between 1 and 3).",
    },
}  # fmt: skip


class Worker:
    def __init__(self, folder: Path) -> None:
        self.run = RunDir(folder)
        plan = folder / "plan.json"
        told = plan.read_text() if plan.exists() else os.environ.get("FAKE_PLAN", "{}")
        self.plan: dict[str, Any] = json.loads(told)
        self.term = False

    def say(self, event: Event) -> None:
        self.seq += 1
        self.log.append(to_line(event.model_copy(update={"seq": self.seq, "time": time.time()})), durable=False)

    def work(self) -> int:
        time.sleep(self.plan.get("slow_start_s", 0))
        if "exit_early" in self.plan:
            return int(self.plan["exit_early"])
        if not self.run.lease.acquire():
            return 3
        if not self.plan.get("ignores_term"):
            signal.signal(signal.SIGTERM, self.on_term)
        try:
            told = self.run.events()
            self.seq = told[-1].seq if told else 0
            self.log = Log(self.run.events_file)
            if told and isinstance(told[-1], Finished):
                return 0
            return self.train(Story.of(told))
        finally:
            self.run.lease.release()

    def on_term(self, number: int, frame: object) -> None:
        self.term = True

    def train(self, story: Story) -> int:
        saved = story.saved.step if story.saved else 0
        total = self.plan.get("steps", 40)
        self.say(Preparing(what="Reading the rows"))
        self.say(Started(step=saved, total_steps=total, **AXIS))
        reason = "all epochs done"
        step = saved
        while step < total:
            if self.run.requested("stop") is not None:
                reason = "stopped by you"
                break
            if self.term or self.run.requested("pause") is not None:
                self.save(step)
                self.say(Paused(step=step, by="shutdown" if self.term else "you"))
                return 0
            step += 1
            time.sleep(self.plan.get("step_s", 0.02))
            self.say(Step(step=step, epoch=step / 10, loss=2 / step, learning_rate=1e-4))
            if step % 5 == 0:
                self.save(step)
            if step == self.plan.get("die_at") and story.started is None:  # on the first attempt only
                os.kill(os.getpid(), self.plan.get("by", signal.SIGKILL))
                time.sleep(5)
        self.say(Scoring(step=step, reason=reason, best_step=step))
        with Stage(self.run.model) as stage:
            stage.write("config.json", b"{}")
        write_json(self.run.report, REPORT)
        self.say(
            Finished(step=step, reason=reason, best_step=step, metrics={"accuracy": 0.9, "macro_f1": 0.8}, seconds=1)
        )
        return 0

    def save(self, step: int) -> None:
        with Stage(self.run.checkpoints / f"step-{step}") as stage:
            stage.write("state.json", b"{}")
        self.say(Saved(step=step))


def tell(line: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        os.write(1, f"{line}\n".encode())


def wait() -> int:
    tell("some library says hello")
    tell("ready")
    while line := sys.stdin.readline():
        asked = json.loads(line)
        code = do(asked, RunDir(Path(asked["run"])))
        if code is not None:
            return code
    return 0


def do(asked: dict[str, Any], run: RunDir) -> int | None:
    """The exit code; None after a trial, which is not the last duty."""
    plan = json.loads((run.path / "plan.json").read_bytes()) if (run.path / "plan.json").exists() else {}
    if asked["duty"] == "train":
        time.sleep(plan.get("spare_hears_after_s", 0))
        with run.log.open("a") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        tell("a spare took it")
        return Worker(run.path).work()
    if asked["duty"] == "trial":
        called, _, _ = select.select([0], [], [], plan.get("trial_s", 0))
        if called:
            tell(json.dumps({"measured": False, "error": "Something is more urgent"}))
            return None
        if plan.get("trial_dies"):
            return 1
        if "trial" in plan:
            run.trial.write_text(json.dumps(plan["trial"]))
        tell(json.dumps({"measured": True} if "trial" in plan else {"measured": False, "error": "The rows are odd"}))
        return None
    if asked["duty"] == "inspect":
        return look(run)
    return answer(run, plan)


def look(run: RunDir) -> None:
    """The rows' texts say what happens."""
    said = {
        text for example in from_parquet((run.path / "rows.parquet").read_bytes()) for text in example.inputs.values()
    }
    if "die" in said:
        sys.exit(1)
    for done in (0.2, 0.9):
        tell(json.dumps({"done": done}))
    called, _, _ = select.select([0], [], [], 60 if "hang" in said else 0)
    if called or "odd" in said:
        tell(json.dumps({"inspected": False, "error": "The rows are odd"}))
        return
    if "nothing" not in said:
        write_json(run.path / "inspection.json", INSPECTION)
    tell(json.dumps({"inspected": True}))


def answer(run: RunDir, plan: dict[str, Any]) -> int:
    """Says `long` with more confidence the longer the text; the untuned model is never sure."""
    tell(json.dumps({"ready": True}))
    with (run.path / "pids.txt").open("a") as pids:
        pids.write(f"{os.getpid()}\n")
    for line in sys.stdin:
        asked = json.loads(line)
        asked["texts"] = [text if isinstance(text, str) else text["text"] for text in asked["texts"]]
        if "die" in asked["texts"] and not (run.path / "died").exists():
            (run.path / "died").touch()
            return 1
        if "always die" in asked["texts"]:
            return 1
        if "hang" in asked["texts"]:
            time.sleep(60)
        if "wrong" in asked["texts"]:
            tell(json.dumps({"id": asked["id"], "error": "The text is too odd."}))
            continue
        shares = [min(1.0, len(text) / 100) if asked["model"] == "tuned" else 0.5 for text in asked["texts"]]
        reply = {
            "id": asked["id"],
            "values": ["long" if share >= 0.5 else "short" for share in shares],
            "labels": ["long", "short"],
            "confidence": [[share, 1 - share] for share in shares],
        }
        tell(json.dumps(reply))
    return 0


if __name__ == "__main__":
    sys.exit(wait() if sys.argv[1] == "--wait" else Worker(Path(sys.argv[1])).work())
