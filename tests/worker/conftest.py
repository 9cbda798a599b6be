"""A data folder with a tiny model in it, and a worker in this very process."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.rundir import Home, RunDir
from studio.worker.duty import train_run
from worker.tiny import TINY, make_model, make_run


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def tiny_home(home: Home, tiny_model: Path) -> Home:
    (home.models / "offered").mkdir()
    (home.models / "offered" / "tiny").symlink_to(tiny_model)
    return home


@pytest.fixture
def new_run(tiny_home: Home) -> Callable[..., RunDir]:
    """`new_run(epochs=1)`: a frozen run of the tiny model with these settings."""

    def make(*, sizes: dict[str, int] | None = None, **settings: Any) -> RunDir:
        return make_run(tiny_home, TINY.with_settings(settings), **(sizes or {}))

    return make


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[RunDir], int]]:
    """Do a worker's duty here, at this process's own priority, with quick baselines."""
    from studio.evaluation.baselines import BASELINES

    monkeypatch.setattr("os.setpriority", lambda *_: None)
    monkeypatch.setitem(BASELINES, "tfidf", BASELINES["most_frequent"])
    before = signal.getsignal(signal.SIGTERM)
    yield lambda run: train_run(run.path)
    signal.signal(signal.SIGTERM, before)
