"""What can be asked of a run in each status. (How a worker obeys is in test_supervisor.)"""

import time
from collections.abc import Callable

import pytest

from studio import storage
from studio.errors import StudioError
from studio.events import Event, Failed, Finished, Paused, Preparing, Scoring, Started, to_line
from studio.jobs import actions
from studio.jobs.last_word import Death, failed, say
from studio.rundir import RunDir
from studio.story import Story

from .conftest import status
from .fake_worker import AXIS

MakeRun = Callable[..., RunDir]

BEGUN: list[Event] = [Preparing(what="x"), Started(total_steps=9, **AXIS)]
SCORING = [*BEGUN, Scoring(step=9, reason="all epochs done", best_step=5)]
FINISHED = [*SCORING, Finished(step=9, reason="all epochs done", best_step=5, metrics={}, seconds=1)]
STORIES: dict[str, tuple[list[Event], bool]] = {
    "draft": ([], False),
    "preparing": (BEGUN[:1], True),
    "training": (BEGUN, True),
    "scoring": (SCORING, True),
    "paused": ([*BEGUN, Paused(step=3)], False),
    "failed": ([*BEGUN, Failed(what="x")], False),
    "interrupted": (BEGUN, False),
    "finished": (FINISHED, False),
}


@pytest.fixture
def make(make_run: MakeRun) -> Callable[[str], RunDir]:
    def make(wanted: str) -> RunDir:
        run = make_run()
        told, is_alive = STORIES[wanted]
        lines = (to_line(event.model_copy(update={"seq": n, "time": n})) for n, event in enumerate(told, 1))
        storage.write_file(run.events_file, b"".join(lines))
        if is_alive:
            assert run.lease.acquire()
        assert status(run) == wanted
        return run

    return make


def asked(run: RunDir) -> set[str]:
    return {what for what in ("start", "stop", "pause") if run.requested(what) is not None}  # type: ignore[arg-type]


@pytest.mark.parametrize("was", ["draft", "paused", "failed", "interrupted"])
def test_start_takes_away_old_requests(make: Callable[[str], RunDir], was: str) -> None:
    run = make(was)
    run.request("stop")
    run.request("pause")
    actions.start(run)
    assert asked(run) == {"start"}
    first = run.requested("start")
    time.sleep(0.02)
    run.request("pause")
    actions.start(run)
    assert run.requested("start") == first  # it keeps its place
    assert asked(run) == {"start"}


@pytest.mark.parametrize("was", ["preparing", "training", "scoring"])
def test_start_of_one_at_work_does_nothing(make: Callable[[str], RunDir], was: str) -> None:
    run = make(was)
    actions.start(run)
    assert asked(run) == set()


@pytest.mark.parametrize("was", ["paused", "failed", "interrupted"])
def test_resume(make: Callable[[str], RunDir], was: str) -> None:
    run = make(was)
    actions.resume(run)
    assert asked(run) == {"start"}


def test_resume_takes_back_a_pause(make: Callable[[str], RunDir]) -> None:
    run = make("training")
    actions.pause(run)
    assert asked(run) == {"pause"}
    actions.resume(run)
    assert asked(run) == set()


@pytest.mark.parametrize("was", ["preparing", "training"])
def test_pause_and_stop(make: Callable[[str], RunDir], was: str) -> None:
    run = make(was)
    actions.pause(run)
    actions.stop(run)
    assert asked(run) == {"pause", "stop"}


@pytest.mark.parametrize("was", ["paused", "interrupted"])
def test_a_run_that_rests_gets_a_worker_that_stops_at_once(make: Callable[[str], RunDir], was: str) -> None:
    run = make(was)
    run.request("pause")
    actions.stop(run)
    assert asked(run) == {"start", "stop"}


def test_a_run_that_rests_before_its_training_has_nothing_to_keep(make_run: MakeRun) -> None:
    run = make_run()
    told = [Preparing(what="x"), Paused(step=0)]
    lines = (to_line(event.model_copy(update={"seq": n, "time": n})) for n, event in enumerate(told, 1))
    storage.write_file(run.events_file, b"".join(lines))
    with pytest.raises(StudioError, match="nothing to stop"):
        actions.stop(run)


@pytest.mark.parametrize(
    ("action", "was", "says"),
    [
        (actions.start, "finished", "finished"),
        (actions.resume, "finished", "finished"),
        (actions.resume, "draft", "not been started"),
        *((actions.pause, was, "nothing to") for was in ("draft", "paused", "failed", "finished", "interrupted")),
        *((actions.stop, was, "nothing to") for was in ("draft", "failed", "finished")),
        *((action, "scoring", "Training is over") for action in (actions.stop, actions.pause)),
    ],
)
def test_impossible(make: Callable[[str], RunDir], action: Callable[[RunDir], None], was: str, says: str) -> None:
    run = make(was)
    with pytest.raises(StudioError, match=says):
        action(run)
    assert asked(run) == set()


def test_last_word_only_without_a_live_worker(make: Callable[[str], RunDir], monkeypatch: pytest.MonkeyPatch) -> None:
    run = make("interrupted")
    assert say(run, failed(run, Death(-9), 3))
    told = run.events()[-1]
    assert isinstance(told, Failed)
    assert (told.seq, told.can_resume) == (3, False)
    assert told.time > time.time() - 5
    assert not run.lease.path.exists()
    monkeypatch.setattr(storage.Lease, "acquire", lambda self: False)
    assert not say(run, failed(run, Death(-9), 3))
    assert len(run.events()) == 3


@pytest.mark.parametrize("code", [None, *range(-64, 4), 137])
def test_every_death_has_words(code: int | None) -> None:
    what, _fix = Death(code).words()
    assert what
    assert what[0].isupper()
    assert not what.endswith(".")


def test_the_last_word_comes_after_a_torn_line(make: Callable[[str], RunDir]) -> None:
    run = make("interrupted")
    with run.events_file.open("ab") as file:
        file.write(b'{"seq": 3, "kind": "st')
    assert say(run, failed(run, Death(1), 0))
    assert Story.of(run.events()).last == run.events()[-1]
    assert len(run.events()) == 3
