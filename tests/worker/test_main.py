"""The worker as a process: its arguments, the spare, and SIGTERM."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.events import Finished, Paused, Preparing, Step
from worker.tiny import TINY, make_run

ROOT = Path(__file__).parents[2]


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "studio.worker", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_wrong_arguments_are_told():
    with start() as process:
        assert process.wait(30) == 2
        assert "usage" in process.stderr.read()


def test_the_first_word_is_said_before_torch_is_imported():
    code = (
        "import sys; import studio.worker.duty, studio.worker.__main__; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'sklearn', 'pandas')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.slow
def test_a_spare_waits_trains_and_leaves(tiny_home):
    run = make_run(tiny_home, TINY.with_settings({"epochs": 1}))
    with start("--wait") as process:
        assert process.stdout.readline() == "ready\n"
        process.stdin.write(json.dumps({"duty": "train", "run": str(run.path)}) + "\n")
        process.stdin.close()
        assert process.wait(120) == 0
    assert isinstance(run.events()[-1], Finished)
    assert run.log.exists()


@pytest.mark.slow
def test_a_spare_without_a_duty_leaves_with_its_server():
    with start("--wait") as process:
        assert process.stdout.readline() == "ready\n"
        process.stdin.close()
        assert process.wait(30) == 0


@pytest.mark.slow
def test_sigterm_saves_and_pauses(tiny_home):
    run = make_run(tiny_home, TINY.with_settings({"epochs": 100, "stop_early": "false", "batch_rows": 1}))
    with start(str(run.path)) as process:
        until = time.monotonic() + 120
        while not any(isinstance(event, Step) for event in run.events()):
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    last = run.events()[-1]
    assert isinstance(last, Paused)
    assert last.by == "shutdown"
    assert isinstance(run.events()[0], Preparing)
    assert any(path.name == f"step-{last.step}" for path in run.checkpoints.iterdir())
