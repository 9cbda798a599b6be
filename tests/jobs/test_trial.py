"""The measured trial: its result, its failure, its end."""

import time
from collections.abc import Callable, Iterator

import pytest

from studio.errors import StudioError
from studio.jobs.spare import Spares
from studio.jobs.trial import measure
from studio.rundir import RunDir

from .conftest import FakeLauncher

MakeRun = Callable[..., RunDir]
FOUND = {
    "seconds_per_1000_tokens": 0.9,
    "memory_bytes": 9e8,
    "seconds_load": 0.3,
    "tokens_per_epoch": 16000,
    "expected_seconds": [40, 60],
    "expected_memory_bytes": 1_200_000_000,
}


@pytest.fixture
def spares(launcher: FakeLauncher) -> Iterator[Spares]:
    spares = Spares(enabled=False, launcher=launcher)
    yield spares
    spares.close()


def test_measured(spares: Spares, make_run: MakeRun) -> None:
    trial = measure(make_run(trial=FOUND), spares)
    assert trial.expected_seconds == (40.0, 60.0)
    assert trial.tokens_per_epoch == 16000


@pytest.mark.parametrize("damage", [{}, [], {"expected_seconds": 3}, FOUND | {"memory_bytes": "much"}])
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
