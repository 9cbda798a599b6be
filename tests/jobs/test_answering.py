"""Answers from a process that holds the model: asked, changed, lost, hung, let go."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from studio.errors import StudioError
from studio.jobs.answering import MOST_TEXTS, Answering
from studio.jobs.spare import Spares
from studio.rundir import RunDir
from studio.storage import Stage

from .conftest import FakeLauncher, until

MakeRun = Callable[..., RunDir]


@pytest.fixture
def answering(launcher: FakeLauncher) -> Iterator[Answering]:
    answering = Answering(Spares(enabled=False, launcher=launcher))
    yield answering
    answering.close()


@pytest.fixture
def run(make_run: MakeRun) -> RunDir:
    return finished(make_run())


def finished(run: RunDir) -> RunDir:
    with Stage(run.model) as stage:
        stage.write("config.json", b"{}")
    return run


def held(answering: Answering, run: RunDir) -> "subprocess.Popen[bytes]":
    return answering._held[str(run.path)].spare.process


def processes(run: RunDir) -> int:
    return len((run.path / "pids.txt").read_text().split())


def test_tuned_and_untuned(answering: Answering, run: RunDir) -> None:
    tuned = answering.ask(run, "tuned", ["x" * 90, "x" * 10])
    assert [answer.value for answer in tuned] == ["long", "short"]
    assert tuned[0].confidence == pytest.approx({"long": 0.9, "short": 0.1})
    untuned = answering.ask(run, "untuned", ["x" * 90])
    assert untuned[0].confidence == {"long": 0.5, "short": 0.5}
    assert processes(run) == 1
    assert answering.ask(run, "tuned", []) == []


def test_two_runs_are_held_and_a_third_takes_the_place_of_the_one_unused_for_longest(
    answering: Answering, make_run: MakeRun
) -> None:
    first, second, third = (finished(make_run()) for _ in range(3))
    for run in (first, second, first, second, first):
        answering.ask(run, "tuned", ["a"])
    assert (processes(first), processes(second)) == (1, 1)
    process = held(answering, second)
    answering.ask(third, "tuned", ["a"])
    assert process.poll() is not None
    answering.ask(first, "tuned", ["a"])
    assert (processes(first), processes(second), processes(third)) == (1, 1, 1)
    answering.ask(second, "tuned", ["a"])
    assert processes(second) == 2


def test_warming_takes_no_model_that_is_in_use(
    answering: Answering, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (finished(make_run()) for _ in range(3))
    answering.ask(first, "tuned", ["a"])
    answering.warm(second)
    answering.warm(third)
    assert list(answering._held) == [str(first.path), str(second.path)]
    monkeypatch.setattr("studio.jobs.answering.IN_USE_S", 0.0)
    answering.warm(third)
    assert list(answering._held) == [str(second.path), str(third.path)]


def test_one_that_is_not_asked_is_let_go_while_another_is(launcher: FakeLauncher, make_run: MakeRun) -> None:
    first, second = finished(make_run()), finished(make_run())
    answering = Answering(Spares(enabled=False, launcher=launcher), idle_s=1.0)
    answering.ask(first, "tuned", ["a"])
    process = held(answering, first)

    def gone() -> bool:
        answering.ask(second, "tuned", ["a"])
        return process.poll() is not None

    until(gone, 10)
    answering.close()


def test_started_again_when_it_died(answering: Answering, run: RunDir) -> None:
    answering.ask(run, "tuned", ["a"])
    assert [answer.value for answer in answering.ask(run, "tuned", ["die", "x" * 99])] == ["short", "long"]
    assert processes(run) == 2
    held(answering, run).kill()
    held(answering, run).wait()
    assert answering.ask(run, "tuned", ["a"])[0].value == "short"


def test_dies_twice(answering: Answering, run: RunDir) -> None:
    with pytest.raises(StudioError, match="twice"):
        answering.ask(run, "tuned", ["always die"])
    assert answering.ask(run, "tuned", ["a"])  # and the next question is answered


def test_hangs(launcher: FakeLauncher, run: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.jobs.answering.READY_S", 1.0)
    answering = Answering(Spares(enabled=False, launcher=launcher), answer_s=0.5)
    start = time.monotonic()
    with pytest.raises(StudioError, match="in time"):
        answering.ask(run, "tuned", ["hang"])
    assert time.monotonic() - start < 40
    answering.close()


def test_its_error_is_passed_on(answering: Answering, run: RunDir) -> None:
    with pytest.raises(StudioError, match="too odd"):
        answering.ask(run, "tuned", ["wrong"])
    assert answering.ask(run, "tuned", ["a"])
    assert processes(run) == 1


def test_large_texts_pass_the_pipes(answering: Answering, run: RunDir) -> None:
    assert len(answering.ask(run, "tuned", ["ä" * 20_000] * MOST_TEXTS)) == MOST_TEXTS
    with pytest.raises(StudioError, match="At most 256"):
        answering.ask(run, "tuned", ["a"] * (MOST_TEXTS + 1))


def test_no_model_yet(answering: Answering, make_run: MakeRun) -> None:
    with pytest.raises(StudioError, match="no model yet"):
        answering.ask(make_run(), "tuned", ["a"])


def test_let_go_when_idle(launcher: FakeLauncher, run: RunDir) -> None:
    answering = Answering(Spares(enabled=False, launcher=launcher), idle_s=0.3)
    answering.ask(run, "tuned", ["a"])
    process = held(answering, run)
    until(lambda: process.poll() is not None, 5)
    assert not answering._held
    assert answering.ask(run, "tuned", ["a"])
    answering.close()


def test_questions_from_many_threads_wait_for_each_other(answering: Answering, run: RunDir) -> None:
    lengths = range(1, 101, 7)
    found: dict[int, float] = {}

    def ask(length: int) -> None:
        found[length] = answering.ask(run, "tuned", ["x" * length])[0].confidence["long"]

    threads = [threading.Thread(target=ask, args=(length,)) for length in lengths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == pytest.approx({length: length / 100 for length in lengths})
    assert processes(run) == 1


def test_forget(answering: Answering, run: RunDir) -> None:
    answering.warm(run)
    assert answering._held
    answering.forget(run)
    assert not answering._held


def test_where_words_were_filled_in_comes_with_the_answer(
    answering: Answering, run: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = {"values": ["a fine day"], "labels": [], "confidence": [{"fine": 0.4}], "added": [[[2, 6]]]}
    monkeypatch.setattr(answering, "_exchange", lambda run, asked: reply)
    assert answering.ask(run, "tuned", ["a ___ day"])[0].added == ((2, 6),)
