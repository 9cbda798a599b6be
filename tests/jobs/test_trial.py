"""The measured trial: its result, its failure, its end."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from studio.errors import StudioError
from studio.jobs.spare import Spares
from studio.jobs.trial import measure, measure_in_passing
from studio.rundir import RunDir

from .conftest import FakeLauncher, status, until

MakeRun = Callable[..., RunDir]
FOUND = {
    "seconds_per_row": 0.02,
    "memory_bytes": 9e8,
    "seconds_load": 0.3,
    "expected_memory_bytes": 1_200_000_000,
}


@pytest.fixture
def spares(launcher: FakeLauncher) -> Iterator[Spares]:
    spares = Spares(enabled=False, launcher=launcher)
    yield spares
    spares.close()


def test_measured(spares: Spares, make_run: MakeRun) -> None:
    trial = measure(make_run(trial=FOUND), spares)
    assert (trial.seconds_per_row, trial.seconds_load) == (0.02, 0.3)
    assert trial.expected_memory_bytes == 1_200_000_000


def test_what_the_worker_says_of_its_failure_is_told(spares: Spares, make_run: MakeRun) -> None:
    with pytest.raises(StudioError, match="trial failed.*: The rows are odd"):
        measure(make_run(), spares)


def test_a_worker_that_dies(spares: Spares, make_run: MakeRun) -> None:
    with pytest.raises(StudioError, match="trial failed"):
        measure(make_run(trial_dies=True), spares)


def test_the_worker_that_measured_is_the_next_to_train(launcher: FakeLauncher, make_run: MakeRun) -> None:
    spares = Spares(launcher=launcher)
    run = make_run(trial=FOUND)
    assert measure_in_passing(run, spares) is None  # none stands ready, and none is started for it
    spares.keep()
    until(lambda: spares._warm is not None and spares._warm.is_ready)
    warm = spares._warm
    assert measure_in_passing(run, spares) == measure(run, spares)
    assert spares._warm is warm
    assert spares.take_ready() is warm
    warm.end()
    spares.close()


def test_a_run_that_starts_takes_the_worker_out_of_its_trial(launcher: FakeLauncher, make_run: MakeRun) -> None:
    spares = Spares(launcher=launcher)
    spares.keep()
    until(lambda: spares._warm is not None and spares._warm.is_ready)
    measured, started = make_run(trial=FOUND, trial_s=60), make_run()
    with ThreadPoolExecutor() as threads:
        trial = threads.submit(measure, measured, spares)
        until(lambda: spares._warm is None and bool(spares._lent))
        spares.keep()
        assert spares._warm is None  # no second one is warmed beside a trial
        taken = spares.take_ready()
        assert taken is not None
        taken.order("train", started.path)
        process = taken.let_go()
        with pytest.raises(StudioError, match="a run needs its worker|more urgent"):
            trial.result(10)
    assert process.wait(20) == 0
    assert status(started) == "finished"
    spares.close()


@pytest.mark.parametrize("damage", [{}, [], {"seconds_per_row": []}, FOUND | {"memory_bytes": "much"}])
def test_no_result(spares: Spares, make_run: MakeRun, damage: object) -> None:
    with pytest.raises(StudioError, match="trial failed"):
        measure(make_run(trial=damage), spares)


def test_an_old_result_is_not_taken_for_the_new_one(spares: Spares, make_run: MakeRun) -> None:
    run = make_run()
    run.trial.write_text("{}")
    with pytest.raises(StudioError, match="trial failed"):
        measure(run, spares)
    assert not run.trial.exists()


def test_takes_too_long(spares: Spares, make_run: MakeRun) -> None:
    start = time.monotonic()
    with pytest.raises(StudioError, match="longer than"):
        measure(make_run(trial_s=60), spares, timeout_s=1)
    assert time.monotonic() - start < 40
