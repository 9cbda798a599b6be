"""A worker that hangs: what can be asked of it, how it ends, and that its end is told. SIGSTOP makes it hang."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace

import pytest

from studio import storage
from studio import story as story_module
from studio.errors import StudioError
from studio.events import Failed, Finished, Preparing, Scoring, Started, to_line
from studio.jobs import actions
from studio.jobs.launch import worker_environment
from studio.jobs.supervisor import Supervisor
from studio.rundir import Home, RunDir, new_id
from studio.storage import Holder

from .conftest import FAKE, FakeLauncher, status, until
from .fake_worker import AXIS

MakeRun = Callable[..., RunDir]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story_module, "ANSWER_S", 0.3)


@pytest.fixture
def supervisor(home: Home, launcher: FakeLauncher) -> Iterator[Supervisor]:
    supervisor = Supervisor(home, launcher=launcher)
    supervisor.start()
    yield supervisor
    supervisor.close()


def hang(run: RunDir) -> int:
    """The worker's process number, which stands still after a few steps and a checkpoint."""
    until(lambda: len(run.events()) > 10)
    holder = run.lease.holder()
    assert holder is not None
    os.kill(holder.pid, signal.SIGSTOP)
    return holder.pid


def insist(run: RunDir) -> None:
    """Click on Stop until the request to end is there."""

    def click() -> bool:
        actions.stop(run)
        return run.requested("end") is not None or status(run) == "failed"

    until(click)


def assert_ended_in_words(run: RunDir) -> None:
    until(lambda: status(run) == "failed")
    failed = run.events()[-1]
    assert isinstance(failed, Failed)
    assert "did not answer and was ended, as you asked" in failed.what
    assert "Resume it: it goes on from the last checkpoint." in failed.fix
    assert [event.seq for event in run.events()] == list(range(1, len(run.events()) + 1))
    until(lambda: not any(run.requested(what) for what in ("start", "stop", "pause", "end")))


@pytest.mark.parametrize("first", [actions.stop, actions.pause])
def test_a_second_click_ends_it_in_words(
    supervisor: Supervisor, make_run: MakeRun, first: Callable[[RunDir], None]
) -> None:
    run = make_run(steps=300)
    actions.start(run)
    hang(run)
    first(run)
    first(run)  # a double click is no second one
    assert run.requested("end") is None
    insist(run)
    assert_ended_in_words(run)
    actions.resume(run)
    until(lambda: status(run) == "finished", 20)
    assert any(isinstance(event, Started) and event.step for event in run.events())


def test_one_that_was_found_at_work_is_ended_too(home: Home, launcher: FakeLauncher, make_run: MakeRun) -> None:
    run = make_run(steps=100_000)
    with subprocess.Popen([sys.executable, FAKE, str(run.path)], env=worker_environment()) as orphan:
        hang(run)
        supervisor = Supervisor(home, launcher=launcher)
        supervisor.start()
        until(lambda: run.id in supervisor._jobs)
        insist(run)
        assert orphan.wait(20) == -signal.SIGKILL
    assert_ended_in_words(run)
    supervisor.close()


def test_one_that_goes_on_is_asked_and_not_ended(supervisor: Supervisor, make_run: MakeRun) -> None:
    """Stopped for a moment, and heard again: the old request is obeyed."""
    run = make_run(steps=100_000)
    actions.start(run)
    pid = hang(run)
    actions.stop(run)
    os.kill(pid, signal.SIGCONT)
    until(lambda: status(run) == "finished")
    assert run.events()[-1].reason == "stopped by you"  # type: ignore[union-attr]


@pytest.fixture
def make(make_run: MakeRun) -> Callable[..., RunDir]:
    """A run at work: this very process holds the lease."""

    def make(*more: object) -> RunDir:
        run = make_run()
        told = [Preparing(what="x"), Started(total_steps=9, **AXIS), *more]
        lines = (to_line(event.model_copy(update={"seq": n, "time": n})) for n, event in enumerate(told, 1))  # type: ignore[attr-defined]
        storage.write_file(run.events_file, b"".join(lines))
        assert run.lease.acquire()
        return run

    return make


def progress(run: RunDir, when: float) -> None:
    storage.write_json(run.lease.path, asdict(replace(Holder.me(), progress=when)))


def test_who_works_on_after_the_request_is_not_ended(make: Callable[..., RunDir]) -> None:
    """As in a long check: it hears between steps, and every batch is progress."""
    run = make()
    actions.stop(run)
    os.utime(run.path / "stop", (time.time() - 60,) * 2)
    progress(run, time.time() - 30)
    actions.stop(run)
    assert run.requested("end") is None
    progress(run, time.time() - 61)
    actions.stop(run)
    assert run.requested("end") is not None


def test_scoring_is_ended_only_when_it_is_stuck(make: Callable[..., RunDir]) -> None:
    run = make(Scoring(step=9, reason="all epochs done", best_step=5))
    run.request("stop")  # came too late, and nobody hears it
    os.utime(run.path / "stop", (time.time() - 3000,) * 2)
    progress(run, time.time() - 300)
    with pytest.raises(StudioError, match="Training is over"):
        actions.stop(run)
    progress(run, time.time() - 700)
    actions.stop(run)
    assert run.requested("end") is not None


def test_one_on_another_machine_is_named(make: Callable[..., RunDir]) -> None:
    run = make()
    run.request("stop")
    os.utime(run.path / "stop", (time.time() - 60,) * 2)
    there = replace(Holder.me(), host="elsewhere", pid=77, progress=time.time() - 90)
    storage.write_json(run.lease.path, asdict(there))
    with pytest.raises(StudioError, match=r"another machine \(elsewhere\).*End process 77 there"):
        actions.stop(run)
    assert run.requested("end") is None


# What a worker that was killed at the very end leaves


def finished(run: RunDir) -> None:
    """All said, nothing tidied."""
    done = Finished(seq=1, time=1, step=9, reason="all epochs done", best_step=5, metrics={}, seconds=1)
    storage.write_file(run.events_file, to_line(done))
    (run.checkpoints / "step-9").mkdir(parents=True)
    (run.checkpoints / "step-9" / "weights").write_bytes(b"x")
    (run.path / ".trash-checkpoints-5" / "step-4").mkdir(parents=True)


@pytest.mark.parametrize("leaves_its_lease", [True, False])
def test_checkpoints_of_a_finished_run_are_removed_by_the_next_supervisor(
    home: Home, launcher: FakeLauncher, make_run: MakeRun, leaves_its_lease: bool
) -> None:
    run, paused = make_run(), make_run()
    finished(run)
    (paused.checkpoints / "step-9").mkdir(parents=True)
    if leaves_its_lease:
        storage.write_json(run.lease.path, asdict(replace(Holder.me(), boot="old boot")))
    supervisor = Supervisor(home, launcher=launcher)
    supervisor.start()
    until(lambda: not run.checkpoints.exists() and not (run.path / ".trash-checkpoints-5").exists())
    until(lambda: not run.lease.path.exists())
    supervisor.close()
    assert (paused.checkpoints / "step-9").is_dir()
    assert status(run) == "finished"


def test_checkpoints_are_removed_when_the_worker_goes_without(supervisor: Supervisor, make_run: MakeRun) -> None:
    """The stand-in never removes its own."""
    run = make_run(steps=12)
    actions.start(run)
    until(lambda: status(run) == "finished")
    until(lambda: not supervisor._jobs)
    assert not run.checkpoints.exists()
    assert not run.lease.path.exists()


def test_a_worker_that_is_still_tidying_is_left_alone(home: Home, launcher: FakeLauncher, make_run: MakeRun) -> None:
    run = make_run()
    finished(run)
    with subprocess.Popen(["sleep", "60"]) as worker:
        me = Holder.me()
        started = storage.lease._process_start(worker.pid)
        storage.write_json(run.lease.path, asdict(replace(me, pid=worker.pid, started=started)))
        supervisor = Supervisor(home, launcher=launcher)
        supervisor.start()
        until(lambda: run.id in supervisor._jobs)
        assert run.checkpoints.exists()
        worker.kill()
        until(lambda: not run.checkpoints.exists())
    supervisor.close()


def test_one_that_cannot_be_tidied_holds_up_no_other(
    home: Home, launcher: FakeLauncher, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, good = make_run(), make_run(steps=3)
    finished(broken)
    storage.write_json(broken.lease.path, asdict(replace(Holder.me(), boot="old boot")))

    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(storage, "remove_folder", refuse)
    supervisor = Supervisor(home, launcher=launcher)
    supervisor.start()
    actions.start(good)
    until(lambda: status(good) == "finished")
    supervisor.close()


# Two machines, and two threads


def test_a_supervisor_that_lost_its_lease_steps_back(home: Home, launcher: FakeLauncher) -> None:
    supervisor = Supervisor(home, launcher=launcher)
    supervisor.start()
    until(lambda: supervisor._is_in_charge)
    with home.supervisor._alone():
        storage.write_json(home.supervisor.path, asdict(replace(Holder.me(), host="elsewhere")))
    assert supervisor._hold is not None
    supervisor._hold._beaten -= 3600  # as after a long sleep of the machine
    until(lambda: not supervisor._is_in_charge)
    assert home.supervisor.is_held
    storage.remove_file(home.supervisor.path)
    until(lambda: supervisor._is_in_charge)
    supervisor.close()


def test_a_run_that_is_just_being_made_survives_the_first_look(home: Home, launcher: FakeLauncher) -> None:
    left = home.runs / ".stage-abc-99999999-1"
    left.mkdir()
    supervisor = Supervisor(home, launcher=launcher)
    supervisor.start()
    assert not left.exists()
    with storage.Stage(home.runs / new_id()) as stage:
        until(lambda: supervisor._is_in_charge)
        until(lambda: supervisor._due["survey"] > 0)
        stage.write("config.json", b"{}")
    supervisor.close()
    assert stage.target.is_dir()
