"""The supervisor with real processes: the queue, death in every way, adoption, shutdown, two servers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio import storage
from studio.errors import StudioError
from studio.events import Failed, Finished, Paused, Started, Step, to_line
from studio.jobs import actions, job
from studio.jobs.launch import worker_environment
from studio.jobs.spare import Spares
from studio.jobs.supervisor import Supervisor
from studio.rundir import Home, RunDir

from .conftest import FAKE, FakeLauncher, status, until

MakeRun = Callable[..., RunDir]
TOO_LONG = 100_000
"""Steps of a run that no test waits for."""


@pytest.fixture
def supervisor(home: Home, launcher: FakeLauncher) -> Iterator[Supervisor]:
    supervisor = Supervisor(home, launcher=launcher)
    supervisor.start()
    yield supervisor
    supervisor.close()


def last(run: RunDir) -> object:
    told = run.events()
    return told[-1] if told else None


def pid_of(run: RunDir) -> int:
    holder = run.lease.holder()
    assert holder is not None
    return holder.pid


def assert_one_story(run: RunDir) -> None:
    """Numbers without gap or doubling, and nothing left that asks for anything."""
    assert [event.seq for event in run.events()] == list(range(1, len(run.events()) + 1))
    assert [run.requested(what) for what in ("start", "stop", "pause")] == [None] * 3


def test_trains_a_run_to_its_end(supervisor: Supervisor, make_run: MakeRun) -> None:
    run = make_run(steps=20)
    assert status(run) == "draft"
    actions.start(run)
    actions.start(run)  # a double click
    assert status(run) in ("queued", "preparing")
    until(lambda: status(run) == "training")
    until(lambda: run.requested("start") is None, 1)
    until(lambda: status(run) == "finished")
    until(lambda: run.lease.holder() is None and not supervisor._jobs)
    assert len([event for event in run.events() if isinstance(event, Step)]) == 20
    assert_one_story(run)


def test_start_is_quick(supervisor: Supervisor, make_run: MakeRun) -> None:
    run = make_run(steps=3)
    actions.start(run)
    assert until(lambda: status(run) != "queued") < 2


def test_one_at_a_time_in_the_order_of_the_requests(supervisor: Supervisor, make_run: MakeRun) -> None:
    runs = [make_run(steps=10) for _ in range(4)]
    order = [runs[2], runs[0], runs[3], runs[1]]
    for run in order:
        actions.start(run)
        time.sleep(0.02)
    until(lambda: status(order[0]) == "training")
    assert supervisor.queue() == [run.id for run in order[1:]]
    until(lambda: status(order[-1]) == "finished", 20)
    spans = [(run.events()[0].time, run.events()[-1].time) for run in order]
    assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:], strict=False))
    assert supervisor.queue() == []


def test_stop_keeps_the_best_and_finishes(supervisor: Supervisor, make_run: MakeRun) -> None:
    run = make_run(steps=TOO_LONG)
    actions.start(run)
    until(lambda: status(run) == "training")
    actions.stop(run)
    until(lambda: status(run) == "finished")
    finished = last(run)
    assert isinstance(finished, Finished)
    assert finished.reason == "stopped by you"
    until(lambda: not supervisor._jobs)
    assert_one_story(run)


def test_pause_and_resume(supervisor: Supervisor, make_run: MakeRun) -> None:
    run = make_run(steps=60)
    actions.start(run)
    until(lambda: any(isinstance(event, Step) and event.step > 7 for event in run.events()))
    actions.pause(run)
    until(lambda: status(run) == "paused")
    until(lambda: not supervisor._jobs)
    paused = last(run)
    assert isinstance(paused, Paused)
    assert paused.by == "you"
    actions.resume(run)
    until(lambda: status(run) == "finished")
    until(lambda: not supervisor._jobs)
    begun = [event.step for event in run.events() if isinstance(event, Started)]
    assert begun == [0, paused.step]
    assert_one_story(run)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGXCPU])
def test_killed_worker_is_told_within_seconds(supervisor: Supervisor, make_run: MakeRun, number: int) -> None:
    run = make_run(steps=TOO_LONG, ignores_term=True)
    actions.start(run)
    until(lambda: any(isinstance(event, Step) and event.step > 6 for event in run.events()))
    os.kill(pid_of(run), number)
    assert until(lambda: status(run) == "failed") < 5
    failed = last(run)
    assert isinstance(failed, Failed)
    assert failed.can_resume
    assert failed.step >= 7
    assert "esume it" in failed.fix
    words = {signal.SIGKILL: "ran out of memory", signal.SIGSEGV: "crashed", signal.SIGTERM: "asked to end"}
    assert words.get(signal.Signals(number), f"signal {number}") in failed.what
    assert_one_story(run)
    assert not run.lease.path.exists()


def test_killed_worker_goes_on_from_its_checkpoint(supervisor: Supervisor, make_run: MakeRun) -> None:
    run = make_run(steps=30, die_at=13)
    actions.start(run)
    until(lambda: status(run) == "failed")
    actions.resume(run)
    until(lambda: status(run) == "finished")
    until(lambda: not supervisor._jobs)
    assert [event.step for event in run.events() if isinstance(event, Started)] == [0, 10]
    assert_one_story(run)


def test_worker_that_cannot_even_begin(supervisor: Supervisor, make_run: MakeRun) -> None:
    run = make_run(exit_early=7)
    actions.start(run)
    until(lambda: status(run) == "failed")
    failed = last(run)
    assert isinstance(failed, Failed)
    assert "exit code 7" in failed.what
    assert not failed.can_resume
    time.sleep(0.6)
    assert len(run.events()) == 1  # told once, and not tried again by itself
    assert_one_story(run)


def test_a_failed_resume_is_told_too(supervisor: Supervisor, make_run: MakeRun) -> None:
    """The last event before was a Paused; the new worker dies without a word."""
    run = make_run(exit_early=1)
    storage.write_file(run.events_file, to_line(Paused(seq=1, time=1, step=5)))
    actions.resume(run)
    until(lambda: status(run) == "failed")
    assert len(run.events()) == 2


def test_one_broken_run_does_not_hold_up_the_next(supervisor: Supervisor, make_run: MakeRun) -> None:
    broken, good = make_run(), make_run(steps=3)
    (broken.path / "config.json").write_text("{")
    actions.start(broken)
    time.sleep(0.02)
    actions.start(good)
    until(lambda: status(good) == "finished")
    failed = last(broken)
    assert isinstance(failed, Failed)
    assert "JSON" in failed.what


def test_a_waiting_run_can_be_taken_back(supervisor: Supervisor, make_run: MakeRun) -> None:
    first, second = make_run(steps=TOO_LONG), make_run(steps=3)
    actions.start(first)
    until(lambda: status(first) == "training")
    actions.start(second)
    assert status(second) == "queued"
    actions.pause(second)
    assert status(second) == "draft"
    actions.stop(first)
    until(lambda: status(first) == "finished")
    time.sleep(0.6)
    assert status(second) == "draft"
    assert second.events() == []


def test_a_worker_on_its_way_can_be_taken_back(supervisor: Supervisor, make_run: MakeRun) -> None:
    run = make_run(slow_start_s=30)
    actions.start(run)
    until(lambda: run.id in supervisor._jobs)
    actions.stop(run)
    until(lambda: not supervisor._jobs)
    assert status(run) == "draft"
    assert run.events() == []


def test_shutdown_pauses_and_the_next_start_continues(home: Home, launcher: FakeLauncher, make_run: MakeRun) -> None:
    first, waiting = make_run(steps=80), make_run(steps=3)
    supervisor = Supervisor(home, launcher=launcher)
    supervisor.start()
    actions.start(first)
    until(lambda: status(first) == "training")
    actions.start(waiting)
    supervisor.close()
    paused = last(first)
    assert isinstance(paused, Paused)
    assert paused.by == "shutdown"
    assert status(waiting) == "queued"
    assert not home.supervisor.is_held
    following = Supervisor(home, launcher=launcher)
    following.start()
    until(lambda: status(first) == "training")  # before the one that waits
    assert status(waiting) == "queued"
    until(lambda: status(waiting) == "finished", 20)
    following.close()
    assert status(first) == "finished"
    assert_one_story(first)


def test_a_run_paused_by_a_person_stays_paused(home: Home, launcher: FakeLauncher, make_run: MakeRun) -> None:
    run = make_run()
    storage.write_file(run.events_file, to_line(Paused(seq=1, time=1, step=5, by="you")))
    supervisor = Supervisor(home, launcher=launcher)
    supervisor.start()
    until(lambda: supervisor._is_in_charge)
    time.sleep(0.6)
    supervisor.close()
    assert status(run) == "paused"


def test_shutdown_leaves_a_worker_on_its_way_in_the_queue(
    home: Home, launcher: FakeLauncher, make_run: MakeRun
) -> None:
    run = make_run(slow_start_s=30)
    supervisor = Supervisor(home, launcher=launcher)
    supervisor.start()
    actions.start(run)
    until(lambda: run.id in supervisor._jobs)
    supervisor.close()
    assert status(run) == "queued"
    assert run.events() == []


def test_adopts_a_live_worker_and_tells_its_death(home: Home, launcher: FakeLauncher, make_run: MakeRun) -> None:
    run, waiting = make_run(steps=TOO_LONG), make_run(steps=3)
    with subprocess.Popen([sys.executable, FAKE, str(run.path)], env=worker_environment()) as orphan:
        until(lambda: status(run) == "training")
        supervisor = Supervisor(home, launcher=launcher)
        supervisor.start()
        actions.start(waiting)
        time.sleep(0.8)
        assert status(run) == "training"
        assert status(waiting) == "queued"  # one at a time, whoever started it
        orphan.kill()
        assert until(lambda: status(run) == "failed") < 5
    until(lambda: status(waiting) == "finished")
    supervisor.close()
    assert_one_story(run)


def test_tells_the_end_of_a_run_that_died_unwatched(home: Home, launcher: FakeLauncher, make_run: MakeRun) -> None:
    killed, restarted = make_run(steps=TOO_LONG), make_run()
    orphan = subprocess.Popen([sys.executable, FAKE, str(killed.path)], env=worker_environment())
    until(lambda: status(killed) == "training")
    orphan.kill()
    orphan.wait()
    storage.write_file(restarted.events_file, killed.events_file.read_bytes())
    storage.write_file(
        restarted.lease.path, killed.lease.path.read_bytes().replace(storage.Holder.me().boot.encode(), b"old boot")
    )
    assert status(killed) == status(restarted) == "interrupted"
    supervisor = Supervisor(home, launcher=launcher)
    supervisor.start()
    until(lambda: status(killed) == status(restarted) == "failed")
    supervisor.close()
    told = last(restarted)
    assert isinstance(told, Failed)
    assert "machine was restarted" in told.what
    assert_one_story(killed)


def test_resume_of_a_run_that_died_unwatched_is_obeyed(home: Home, launcher: FakeLauncher, make_run: MakeRun) -> None:
    """The request came before any supervisor saw the death, as `studio resume` does."""
    run = make_run(steps=20, die_at=7)
    orphan = subprocess.Popen([sys.executable, FAKE, str(run.path)], env=worker_environment())
    orphan.wait()
    actions.resume(run)
    supervisor = Supervisor(home, launcher=launcher, only=run.id)
    supervisor.start()
    until(lambda: status(run) == "finished")
    supervisor.close()
    assert_one_story(run)


def test_only_starts_the_one(home: Home, launcher: FakeLauncher, make_run: MakeRun) -> None:
    other, mine, paused = make_run(steps=3), make_run(steps=3), make_run(steps=3)
    storage.write_file(paused.events_file, to_line(Paused(seq=1, time=1, step=0, by="shutdown")))
    actions.start(other)
    actions.start(mine)
    supervisor = Supervisor(home, launcher=launcher, only=mine.id)
    supervisor.start()
    until(lambda: status(mine) == "finished")
    time.sleep(0.6)
    supervisor.close()
    assert (status(other), status(paused)) == ("queued", "paused")


SERVER = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from jobs.conftest import FakeLauncher
from studio.jobs.supervisor import Supervisor
from studio.jobs.spare import Spares
from studio.rundir import Home
launcher = FakeLauncher()
supervisor = Supervisor(Home(Path(sys.argv[1])), launcher=launcher, spares=Spares(launcher=launcher, rest_s=0))
supervisor.start()
while True:
    time.sleep(0.05)
    sys.stdout.write(f"{supervisor._is_in_charge}\\n")
    sys.stdout.flush()
"""


def server(home: Home) -> "subprocess.Popen[bytes]":
    tests = str(Path(__file__).parents[1])
    return subprocess.Popen([sys.executable, "-c", SERVER, str(home.path), tests], stdout=subprocess.PIPE)


def test_the_second_server_takes_over_when_the_first_is_killed(home: Home, make_run: MakeRun) -> None:
    run, waiting = make_run(steps=150), make_run(steps=3)
    first = server(home)
    until(lambda: home.supervisor.is_held)
    second = server(home)
    actions.start(run)
    until(lambda: status(run) == "training")
    worker = pid_of(run)
    actions.start(waiting)
    first.kill()
    first.communicate()
    until(lambda: home.supervisor.is_held)
    holder = home.supervisor.holder()
    assert holder is not None
    assert holder.pid == second.pid
    assert pid_of(run) == worker  # it trains on, undisturbed
    until(lambda: status(waiting) == "finished", 20)
    assert status(run) == "finished"
    assert [event.step for event in run.events() if isinstance(event, Step)] == list(range(1, 151))
    second.kill()
    second.communicate()
    assert_one_story(run)


def test_two_supervisors_in_one_process(home: Home, launcher: FakeLauncher, make_run: MakeRun) -> None:
    both = [Supervisor(home, launcher=launcher) for _ in range(2)]
    for supervisor in both:
        supervisor.start()
    until(lambda: any(supervisor._is_in_charge for supervisor in both))
    run = make_run(steps=20)
    actions.start(run)
    until(lambda: status(run) == "finished")
    assert [supervisor._is_in_charge for supervisor in both].count(True) == 1
    for supervisor in both:
        supervisor.close()
    assert len([event for event in run.events() if isinstance(event, Started)]) == 1


def test_a_ready_spare_takes_the_run(home: Home, launcher: FakeLauncher, make_run: MakeRun) -> None:
    spares = Spares(launcher=launcher, rest_s=60)
    supervisor = Supervisor(home, launcher=launcher, spares=spares)
    supervisor.start()
    until(lambda: spares._warm is not None and spares._warm.is_ready)
    run = make_run(steps=5)
    actions.start(run)
    until(lambda: status(run) == "finished")
    assert "a spare took it" in run.log.read_text()
    supervisor.close()
    spares.close()


def test_a_spare_that_does_not_begin_is_replaced(
    home: Home, launcher: FakeLauncher, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "PATIENCE_S", 0.3)
    spares = Spares(launcher=launcher, rest_s=60)
    supervisor = Supervisor(home, launcher=launcher, spares=spares)
    supervisor.start()
    until(lambda: spares._warm is not None and spares._warm.is_ready)
    spare = spares._warm
    run = make_run(steps=5, spare_hears_after_s=60)
    actions.start(run)
    until(lambda: status(run) == "finished" and supervisor.is_idle)
    assert spare is not None
    assert not spare.is_alive
    assert "a spare took it" not in run.log.read_text()
    assert_one_story(run)
    supervisor.close()
    spares.close()


def test_a_launcher_that_fails_is_told(home: Home, make_run: MakeRun) -> None:
    class Nowhere(FakeLauncher):
        def command(self, run: Path) -> list[str]:
            return ["/nowhere/python", str(run)]

    supervisor = Supervisor(home, launcher=Nowhere())
    supervisor.start()
    run = make_run()
    actions.start(run)
    until(lambda: status(run) == "failed")
    supervisor.close()
    assert "could not be started" in str(last(run))
    with pytest.raises(StudioError, match="nothing to stop"):
        actions.stop(run)
