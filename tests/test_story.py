"""story: the fold over the events, and the one word for where a run stands."""

from dataclasses import asdict, replace
from typing import Any

import pytest

from studio.events import (
    Checked,
    Event,
    Failed,
    Finished,
    Paused,
    Preparing,
    Saved,
    Scoring,
    Started,
    Step,
    Warned,
)
from studio.rundir import Home, RunDir, new_id
from studio.storage import Holder, write_json
from studio.story import OVER, Story


def started(step: int = 0) -> Started:
    return Started(
        step=step, total_steps=90, steps_per_epoch=30, epochs=3, check_every=10, train_rows=900, validation_rows=100,
        watch="macro_f1", watch_mode="max", patience=4, device="cpu", precision="float32",
    )  # fmt: skip


def step(number: int) -> Step:
    return Step(step=number, epoch=number / 30, loss=1 / number, learning_rate=1e-4)


def checked(number: int, value: float, is_best: bool = False) -> Checked:
    return Checked(
        step=number, epoch=number / 30, loss=0.5, metrics={"macro_f1": value}, is_best=is_best, best_step=number,
        best_value=value, chances_left=4,
    )  # fmt: skip


def tell(*events: Event, times: list[float] | None = None) -> Story:
    moments = times or list(map(float, range(len(events))))
    return Story.of([event.model_copy(update={"seq": n, "time": moments[n - 1]}) for n, event in enumerate(events, 1)])


SCORING = Scoring(step=30, reason="all epochs done", best_step=20)
FINISHED = Finished(step=30, reason="all epochs done", best_step=20, metrics={}, seconds=1)


def test_an_untold_story() -> None:
    story = Story()
    assert (story.step, story.best, story.last, story.seconds, story.resumed) == (0, None, None, 0.0, 0)


def test_everything_is_kept_in_its_place() -> None:
    events: list[Event] = [Preparing(what="x"), started(), step(1), Warned(text="hot"), step(10)]
    events += [checked(10, 0.5, True), Saved(step=10), step(20), checked(20, 0.4), SCORING, FINISHED]
    story = tell(*events)
    assert [each.step for each in story.steps] == [1, 10, 20]
    assert [each.step for each in story.checks] == [10, 20]
    assert story.best is not None
    assert story.best.step == 10
    assert [each.text for each in story.warnings] == ["hot"]
    assert story.saved is not None
    assert story.scoring is not None
    assert story.step == 20
    assert isinstance(story.last, Finished)


def test_the_best_is_the_newest_that_was_best() -> None:
    assert tell(started(), checked(10, 0.5, True), checked(20, 0.6, True), checked(30, 0.1)).best == checked(
        20, 0.6, True
    ).model_copy(update={"seq": 3, "time": 2.0})


def test_after_a_resume_lost_steps_are_dropped() -> None:
    before = (started(), step(10), checked(10, 0.5, True), Saved(step=10), step(20), checked(20, 0.9, True), SCORING)
    story = tell(*before, Failed(what="x"), Preparing(what="x"), started(10))
    assert [each.step for each in story.steps] == [10]
    assert [each.step for each in story.checks] == [10]
    assert story.best is not None
    assert story.best.step == 10
    assert story.scoring is None
    assert (story.step, story.resumed) == (10, 1)


def test_step_of_a_resumed_run_without_a_step_yet() -> None:
    assert tell(started(40)).step == 40


def test_time_at_work_leaves_pauses_out() -> None:
    story = tell(
        Preparing(what="x"), started(), step(1), Paused(step=1), Preparing(what="x"), started(1), step(2), FINISHED,
        times=[100, 110, 115, 120, 5000, 5010, 5020, 5025],
    )  # fmt: skip
    assert story.seconds == 20 + 25


@pytest.mark.parametrize(("by", "gap"), [(Preparing(what="x"), 0), (Failed(what="x"), 900)])
def test_time_after_a_crash_without_a_word_is_not_work(by: Event, gap: int) -> None:
    """The next worker begins with Preparing; the hours in between nobody worked."""
    story = tell(Preparing(what="x"), started(), step(1), by, times=[0, 5, 10, 910])
    assert story.seconds == 10 + gap


def test_a_clock_set_back_makes_no_negative_time() -> None:
    assert tell(Preparing(what="x"), started(), step(1), times=[100, 50, 60]).seconds == 10


ALIVE: list[tuple[list[Any], str]] = [
    ([], "preparing"),
    ([Preparing(what="x")], "preparing"),
    ([Preparing(what="x"), started()], "training"),
    ([started(), step(1), Warned(text="x")], "training"),
    ([started(), step(1), SCORING], "scoring"),
    ([started(), SCORING, FINISHED], "finished"),
    ([started(), Paused(step=1)], "preparing"),
    ([started(), Failed(what="x")], "preparing"),
    ([started(), Failed(what="x"), Preparing(what="x")], "preparing"),
    ([started(), SCORING, Failed(what="x"), Preparing(what="x"), started(1), step(2)], "training"),
]
DEAD: list[tuple[list[Any], str]] = [
    ([], "draft"),
    ([Preparing(what="x")], "interrupted"),
    ([started(), step(1)], "interrupted"),
    ([started(), SCORING], "interrupted"),
    ([started(), SCORING, FINISHED], "finished"),
    ([started(), Paused(step=1)], "paused"),
    ([started(), Paused(step=1, by="shutdown")], "paused"),
    ([started(), Failed(what="x")], "failed"),
]


@pytest.fixture
def run(home: Home) -> RunDir:
    run = RunDir(home.runs / new_id())
    run.path.mkdir()
    return run


@pytest.mark.parametrize(("events", "status"), ALIVE)
def test_status_with_a_live_worker(run: RunDir, events: list[Event], status: str) -> None:
    assert run.lease.acquire()
    assert tell(*events).status(run) == status


@pytest.mark.parametrize(("events", "status"), DEAD)
def test_status_without_a_worker(run: RunDir, events: list[Event], status: str) -> None:
    story = tell(*events)
    assert story.status(run) == status
    if status != "draft":
        assert status in OVER
    run.request("start")
    assert story.status(run) == ("finished" if status == "finished" else "queued")


# Silence


def test_progress_is_a_word_or_what_the_worker_notes(run: RunDir) -> None:
    now = 1_000_000.0
    story = tell(Preparing(what="x"), started(), times=[now - 90, now - 60])
    assert Story().silence(run, now) == 0
    assert story.silence(run, now) == 60
    for noted, silence in ((now - 40, 40), (now - 80, 60), (now + 5, 0)):
        write_json(run.lease.path, asdict(replace(Holder.me(), progress=noted)))
        assert story.silence(run, now) == silence


@pytest.mark.parametrize(
    ("step_s", "saving_s", "longest"),
    [(0.1, 0.1, 120), (5, 1, 120), (30, 1, 600), (200, 1, 4000), (0.1, 100, 500)],
)
def test_silence_is_measured_by_the_usual_step_and_checkpoint(step_s: float, saving_s: float, longest: float) -> None:
    """One long gap between steps, as for a check, is not usual; several steps may share a word."""
    events: list[Event] = [started(), *(step(number) for number in range(2, 42, 2)), Saved(step=40)]
    gaps = [0, *[2 * step_s] * 9, 900, *[2 * step_s] * 10, saving_s]
    story = tell(*events, times=[sum(gaps[: n + 1]) for n in range(len(events))])
    assert story.longest_silence("training") == pytest.approx(longest)
    assert story.longest_silence("preparing") == story.longest_silence("scoring") == 600


def test_before_two_steps_nothing_is_usual() -> None:
    assert tell(started()).longest_silence("training") == tell(started(), step(1)).longest_silence("training") == 600
