"""A run killed with SIGKILL anywhere and resumed ends as the one that was left alone: same weights to the bit, same curve."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from worker.tiny import TINY, make_model, make_run

from studio import storage
from studio.config import RunConfig
from studio.events import Finished, Warned
from studio.rundir import Home, RunDir
from studio.story import Story

ROOT = Path(__file__).parents[2]
CONFIG: RunConfig = TINY.with_settings(
    {
        "epochs": 2,
        "batch_rows": 8,
        "checks_per_epoch": 3,
        "patience": 3,
        "dropout": 0.1,
        "watch": "loss",
        "freeze_embeddings": False,
        "layer_decay": 0.9,
        "learning_rate": 3e-4,
        "head_factor": 10,
    }
)
KILLED = -signal.SIGKILL

POINTS: list[tuple[str, int]] = [
    ("in the probe", 1),
    ("writing the probe", 2),
    ("before a step", 1),
    ("after a step", 2),
    ("before a step", 7),
    ("between gradient and step", 11),
    ("after a step", 17),
    ("after a word", 8),
    ("after a word", 13),
    ("in a check", 2),
    ("in a check", 5),
    ("in a checkpoint", 2),
    ("in a checkpoint", 5),
    ("in a checkpoint", 9),
    ("in a checkpoint", 16),
    ("in a checkpoint, torn", 4),
    ("after a checkpoint", 2),
    ("writing the model", 1),
    ("before the report", 1),
    ("after the report", 1),
]


@dataclass
class Workers:
    """The process that forks workers."""

    process: subprocess.Popen[str]

    def work(self, run: RunDir, kill: tuple[str, int] | None = None, *, save_always: bool = False) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"run": str(run.path), "kill": kill, "save_always": save_always}) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "OMP_WAIT_POLICY": "PASSIVE",
        "TOKENIZERS_PARALLELISM": "false",
    }
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("killing.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Workers(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home")).prepare()
    make_model(home.models / "offered" / "tiny")
    return home


@pytest.fixture(scope="module")
def alone(workers: Workers, shared_home: Home) -> dict[str, Any]:
    run = make_run(shared_home, CONFIG)
    assert workers.work(run) == 0
    return outcome(run)


def outcome(run: RunDir) -> dict[str, Any]:
    """All that must not depend on kills: the weights, the curve, the report."""
    events = run.events()
    assert isinstance(events[-1], Finished)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    story = Story.of(events)
    return {
        "weights": {name: storage.sha256(run.model / name) for name in ("model.safetensors", "head.safetensors")},
        "probe": storage.sha256(run.path / "probe.safetensors"),
        "steps": [(step.step, step.epoch, step.loss, step.learning_rate, step.gradient_norm) for step in story.steps],
        "checks": [check.model_dump(exclude={"seq", "time", "seconds"}) for check in story.checks],
        "answers": storage.sha256(run.answers),
        "metrics": events[-1].metrics,
    }


def test_the_reference_run_is_worth_comparing_with(alone: dict[str, Any]) -> None:
    assert [step[0] for step in alone["steps"]][-1] == 24
    assert len(alone["steps"]) < 24
    assert [check["step"] for check in alone["checks"]] == [0, 4, 8, 12, 16, 20, 24]
    assert any(check["is_best"] for check in alone["checks"][1:])


@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"{point[0]} {point[1]}")
def test_killed_once(point: tuple[str, int], workers: Workers, shared_home: Home, alone: dict[str, Any]) -> None:
    run = make_run(shared_home, CONFIG)
    assert workers.work(run, point) == KILLED
    assert workers.work(run) == 0
    assert outcome(run) == alone


def test_killed_again_and_again(workers: Workers, shared_home: Home, alone: dict[str, Any]) -> None:
    run = make_run(shared_home, CONFIG)
    for number, place in enumerate(("after a step", "in a check", "in a checkpoint", "after a word") * 2):
        workers.work(run, (place, 3 + number))
    workers.work(run)
    assert outcome(run) == alone


def test_checkpoints_at_every_step_change_nothing(workers: Workers, shared_home: Home, alone: dict[str, Any]) -> None:
    run = make_run(shared_home, CONFIG)
    assert workers.work(run, ("after a step", 14), save_always=True) == KILLED
    assert workers.work(run, ("after a step", 3), save_always=True) == KILLED
    assert Story.of(run.events()).step >= 15
    assert workers.work(run, save_always=True) == 0
    assert outcome(run) == alone


def test_a_damaged_checkpoint_is_put_aside(workers: Workers, shared_home: Home, alone: dict[str, Any]) -> None:
    run = make_run(shared_home, CONFIG)
    assert workers.work(run, ("after a step", 10), save_always=True) == KILLED
    newest = max(run.checkpoints.glob("step-*"), key=lambda path: int(path.name.partition("-")[2]))
    weights = newest / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(data)
    assert workers.work(run) == 0
    assert outcome(run) == alone
    warnings = [event.text for event in run.events() if isinstance(event, Warned)]
    assert any("damaged" in text and "differs" in text for text in warnings)
