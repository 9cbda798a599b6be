"""A launcher of fake workers, and runs for them."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.config import RunConfig
from studio.jobs.launch import worker_environment
from studio.rundir import Home, RunDir, new_id
from studio.storage import Stage
from studio.story import Story

FAKE = str(Path(__file__).with_name("fake_worker.py"))


class FakeLauncher:
    """Starts `fake_worker.py` in place of the worker."""

    def command(self, run: Path) -> list[str]:
        return [sys.executable, FAKE, str(run)]

    def spare_command(self) -> list[str]:
        return [sys.executable, FAKE, "--wait"]

    def environment(self) -> dict[str, str]:
        return worker_environment()


@pytest.fixture
def launcher() -> FakeLauncher:
    return FakeLauncher()


@pytest.fixture
def make_run(home: Home) -> Callable[..., RunDir]:
    """`make_run(**plan)`: a run whose fake worker follows that plan."""

    def make(**plan: Any) -> RunDir:
        run = RunDir(home.runs / new_id())
        with Stage(run.path) as stage:
            stage.write("config.json", RunConfig(name="A run").model_dump_json().encode())
            stage.write("plan.json", json.dumps(plan).encode())
            for part in ("train", "validation", "test"):
                stage.write(f"data/{part}.parquet", b"")
        return run

    return make


def status(run: RunDir) -> str:
    return Story.of(run.events()).status(run)


def until(is_so: Callable[[], bool], timeout_s: float = 30.0) -> float:
    """Wait until something is so; the seconds it took."""
    start = time.monotonic()
    while not is_so():
        assert time.monotonic() - start < timeout_s, "it never became so"
        time.sleep(0.01)
    return time.monotonic() - start
