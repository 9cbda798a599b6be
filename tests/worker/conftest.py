"""A data folder with tiny models in it, and a worker in this very process."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.data.example import Example
from studio.rundir import Home, RunDir
from studio.worker.duty import train_run
from worker.tiny import TINY, make_model, make_run
from worker.tiny_writers import CHAT, byte_tokenizer, make_decoder, make_encoder_decoder, make_masked
from worker.written import TASKS, TEXTS, examples, make_written


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


@pytest.fixture(scope="session")
def writers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("writers")
    make_decoder(folder / "gpt2", byte_tokenizer(TEXTS))
    make_decoder(folder / "llama", byte_tokenizer(TEXTS, template=CHAT), kind="llama")
    make_decoder(folder / "wide", byte_tokenizer(TEXTS, template=CHAT), kind="llama", width=128)
    for kind in ("t5", "bart"):
        make_encoder_decoder(folder / kind, byte_tokenizer(TEXTS, closes=True), kind=kind)
    make_masked(folder / "masked", TEXTS)
    return folder


@pytest.fixture
def start(home: Home, writers: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., RunDir]:
    """`start(kind, **settings)`: a frozen run of that model; `rows` in place of its own."""
    monkeypatch.setattr("os.setpriority", lambda *_: None)
    (home.models / "offered").mkdir()
    for model in writers.iterdir():
        (home.models / "offered" / model.name).symlink_to(model)

    def make(kind: str, *, task: str = "", rows: list[Example] | None = None, **settings: Any) -> RunDir:
        name = task or TASKS[kind]
        rows = rows or examples(name)
        return make_written(home, name, kind, [rows, rows[:8], rows], **settings)

    return make
