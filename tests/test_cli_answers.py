"""Many rows asked from the command line: in portions that end in time, and what was answered is kept."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from worker.written import make_written

from studio.cli import answers
from studio.cli.columns import columns_of_run
from studio.config import RunConfig
from studio.data.read import read_table
from studio.errors import StudioError
from studio.jobs.runs import create_run
from studio.rundir import Home
from studio.tasks.task import Answer


class Asked:
    """Answers so many requests, then none in time."""

    patience = 100
    unread: dict[str, Any] = {}
    sizes: list[int]

    def __init__(self, _spares: Any) -> None:
        Asked.sizes = []

    def ask(self, _run: Any, _model: str, texts: list[Any], _targets: Any = None) -> list[Answer]:
        if len(self.sizes) == self.patience:
            raise StudioError("The model did not answer in time", fix="Ask with fewer or shorter texts.")
        self.sizes.append(len(texts))
        return [Answer("yes", **self.unread)] * len(texts)

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def asked(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(answers, "Answering", Asked)
    monkeypatch.setattr(answers, "columns_of_run", lambda *_, **__: {"instruction": "ask"})
    file = tmp_path / "ask.csv"
    file.write_text("ask\n" + "".join(f"What is {number}?\n" for number in range(20)))

    def make(task: str) -> Namespace:
        run = make_written(home, task, "none", [[], [], []])
        monkeypatch.setattr(answers, "find_run", lambda *_: run)
        monkeypatch.setattr(answers, "read", lambda path, _: read_table(path))
        return Namespace(home=home, run=run.id, output=tmp_path / "said.csv", file=file, untuned=False)

    return make


def test_a_model_that_writes_is_asked_in_small_portions(asked: Any) -> None:
    order = asked("instruction-tuning")
    assert answers.predict(order) == 0
    assert Asked.sizes == [8, 8, 4]
    assert order.output.read_text().count("yes") == 20


def test_what_was_not_read_is_said(asked: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    order = asked("instruction-tuning")
    monkeypatch.setattr(Asked, "unread", {"is_cut": True})
    assert answers.predict(order) == 0
    assert "Of 20 rows a part of the text did not fit and was not read." in capsys.readouterr().err


def test_what_was_answered_in_time_is_kept(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    order = asked("instruction-tuning")
    monkeypatch.setattr(Asked, "patience", 1)
    with pytest.raises(StudioError, match="did not answer in time"):
        answers.predict(order)
    assert order.output.read_text().count("yes") == 8
    monkeypatch.setattr(Asked, "patience", 0)
    order.output.unlink()
    with pytest.raises(StudioError, match="did not answer in time"):
        answers.predict(order)
    assert not order.output.exists()


@pytest.mark.parametrize("typed", [(), (("text", "token"),)])
def test_columns_of_another_layout_are_found_and_said(home: Home, tmp_path: Path, capsys: Any, typed: Any) -> None:
    learned, words = tmp_path / "learned.csv", tmp_path / "words.csv"
    learned.write_text("tokens,tags\n" + "".join(f"Anna{number} slept,B-person O\n" for number in range(20)))
    words.write_text("sentence_id,token\n" + "".join(f"{number // 3},word{number}\n" for number in range(30)))
    columns = {"text": "tokens", "entities": "tags"}
    run = create_run(home, read_table(learned), RunConfig(task="token-classification", columns=columns))
    asked = Namespace(text=None, label=None, columns=typed)
    found = columns_of_run(asked, run, read_table(words), with_target=False)
    said = capsys.readouterr().err
    assert found == ({"text": "token"} if typed else {"text": "token", "sentence": "sentence_id"})
    assert ("--text token --column sentence=sentence_id" in said) == (not typed)
