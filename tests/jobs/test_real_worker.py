"""The supervisor, the spare, the trial and the answers with the real worker: the seams between the rooms."""

import os
import signal
from pathlib import Path

import pytest

from studio.config import RunConfig
from studio.data.read import read_table
from studio.events import Failed, Started, Step
from studio.jobs import actions
from studio.jobs.answering import Answering
from studio.jobs.runs import create_run, list_runs
from studio.jobs.spare import Spares
from studio.jobs.supervisor import Supervisor
from studio.jobs.trial import measure
from studio.rundir import Home, RunDir

from .conftest import status, until

pytestmark = pytest.mark.slow


@pytest.fixture
def run(home: Home, tmp_path: Path) -> RunDir:
    texts = ("the cat {} sleeps on the warm sofa", "the dog {} barks at the postman", "the cow {} eats grass all day")
    rows = [f"{texts[n % 3].format(n)},{('cat', 'dog', 'cow')[n % 3]}" for n in range(300)]
    (tmp_path / "animals.csv").write_text("\n".join(["text,label", *rows]))
    settings = {"epochs": 3, "batch_rows": 8, "max_length": 32, "stop_early": False, "checks_per_epoch": 4}
    config = RunConfig(columns={"text": "text", "label": "label"}).with_settings(settings)
    return create_run(home, read_table(tmp_path / "animals.csv", "animals.csv"), config)


def test_spare_trial_kill_resume_answers(home: Home, run: RunDir) -> None:
    spares = Spares(rest_s=1e9)
    supervisor = Supervisor(home, spares=spares)
    supervisor.start()
    answering = Answering(spares)
    try:
        until(lambda: spares._warm is not None and spares._warm.is_ready, 90)
        actions.start(run)
        told = until(lambda: bool(run.events()), 10)
        first_step = told + until(lambda: any(isinstance(event, Step) for event in run.events()), 60)
        assert told < 2, "something true is on the screen within 2 s of the click"
        assert first_step < 20  # 3 s on an idle machine (benchmarks); tests share theirs
        until(lambda: any(event.kind == "saved" and event.step > 0 for event in run.events()), 60)
        holder = run.lease.holder()
        assert holder is not None
        os.kill(holder.pid, signal.SIGKILL)
        assert until(lambda: status(run) == "failed") < 5
        failed = run.events()[-1]
        assert isinstance(failed, Failed)
        assert failed.can_resume

        trial = measure(run, spares)
        assert 0 < trial.seconds_per_row < 10
        assert trial.expected_memory_bytes > 50e6

        actions.resume(run)
        until(lambda: status(run) == "finished", 150)
        begun = [event.step for event in run.events() if isinstance(event, Started)]
        assert begun[0] == 0
        assert begun[1] > 0
        assert [event.seq for event in run.events()] == list(range(1, len(run.events()) + 1))
        assert list_runs(home)[0].part == "test"

        tuned = answering.ask(run, "tuned", ["my cat sleeps", "a dog that barks"])
        assert [answer.value for answer in tuned] == ["cat", "dog"]
        assert sum(tuned[0].confidence.values()) == pytest.approx(1, abs=1e-4)
        assert answering.ask(run, "untuned", ["my cat sleeps"])[0].value == "cat"
    finally:
        answering.close()
        supervisor.close()
        spares.close()
