"""A look at the labels by a worker: what it found, its failure, its end."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from studio.config import RunConfig
from studio.data.example import Example
from studio.errors import StudioError
from studio.jobs.inspection import SuspectRow, found_in, inspect, inspect_alone, order
from studio.jobs.spare import Spares
from studio.rundir import Home, RunDir

from .conftest import FakeLauncher, until


@pytest.fixture
def spares(launcher: FakeLauncher) -> Iterator[Spares]:
    spares = Spares(enabled=False, launcher=launcher)
    yield spares
    spares.close()


def asked(home: Home, *texts: str) -> Path:
    rows = [Example(number + 2, {"text": text}, "long") for number, text in enumerate(texts)]
    return order(home, RunConfig(name="Mine", columns={"text": "text"}), rows)


def test_looked_at(home: Home, spares: Spares) -> None:
    done: list[float] = []
    found = inspect(asked(home, "a", "b"), spares, done.append)
    assert done == [0.2, 0.9]
    assert found.suspects[0] == SuspectRow(7, "long", "short", 0.9)
    assert (found.rows, found.looked_at, found.doubted, found.believed) == (30, 20, 3, "both")
    assert found.ladder[0].metrics[0].value == 0.5
    assert found.growth.points[0].accuracy == 0.9
    assert found.growth.sentence.startswith("Twice the rows")


def test_what_was_looked_at_once_is_known(home: Home, spares: Spares) -> None:
    folder = asked(home, "a")
    found = inspect(folder, spares, lambda _: None)
    assert asked(home, "a") == folder != asked(home, "b")
    assert found_in(folder) == found == inspect(folder, spares, lambda _: pytest.fail("it was looked at again"))


@pytest.mark.parametrize(
    ("text", "said"), [("odd", "The rows are odd"), ("die", "could not"), ("nothing", "could not")]
)
def test_failures_are_told(home: Home, spares: Spares, text: str, said: str) -> None:
    folder = asked(home, text)
    with pytest.raises(StudioError, match=said):
        inspect(folder, spares, lambda _: None)
    assert found_in(folder) is None


def test_takes_too_long(home: Home, spares: Spares) -> None:
    with pytest.raises(StudioError, match="too long"):
        inspect(asked(home, "hang"), spares, lambda _: None, timeout_s=2)


def test_alone_it_leaves_nothing_behind(home: Home, launcher: FakeLauncher) -> None:
    found = inspect_alone(home, RunConfig(), [Example(2, {"text": "a"}, "long")], lambda _: None, launcher)
    assert found.doubted == 3
    assert list((home.path / "inspections").iterdir()) == []


def test_a_run_that_starts_takes_the_worker(
    home: Home, launcher: FakeLauncher, make_run: Callable[..., RunDir]
) -> None:
    spares = Spares(launcher=launcher)
    spares.keep()
    until(lambda: spares._warm is not None and spares._warm.is_ready)
    with ThreadPoolExecutor() as threads:
        look = threads.submit(inspect, asked(home, "hang"), spares, lambda _: None)
        until(lambda: spares._warm is None and bool(spares._lent))
        taken = spares.take_ready()
        assert taken is not None
        taken.order("train", make_run().path)
        process = taken.let_go()
        with pytest.raises(StudioError, match="a run needs the worker|odd"):
            look.result(10)
    assert process.wait(20) == 0
    spares.close()


def test_few_folders_are_kept(home: Home) -> None:
    for number in range(25):
        newest = asked(home, f"text {number}")
    folders = list((home.path / "inspections").iterdir())
    assert len(folders) == 20
    assert newest in folders
