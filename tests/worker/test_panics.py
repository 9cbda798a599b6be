"""Tokenizers that give up in their compiled code, as real ones do: told in words, wherever a worker reads texts."""

import json
import shutil
from pathlib import Path

import pytest

from studio.config import Model, RunConfig
from studio.errors import StudioError
from studio.events import Failed
from studio.jobs.inspection import order
from studio.worker import ahead, inspect
from studio.worker.known import Known
from studio.worker.trial import measure
from studio.worker.trouble import panics_told
from worker.test_answer import ask
from worker.tiny import TINY, make_run, rows

AT_ONCE = {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AA=="}}
"""Panics when it is loaded."""
READING = {"pre_tokenizer": {"type": "FixedLength", "length": 0}}
"""Panics at every text."""
AT_SOME = {
    "pre_tokenizer": {
        "type": "Sequence",
        "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": "(a|a)+$|(a+)+b"}, "behavior": "Isolated", "invert": False},
            {"type": "Whitespace"},
        ],
    }
}
"""Panics at a text that takes its pattern too long."""
TOO_LONG = "a" * 28 + "!"


def change(folder: Path, parts) -> None:
    file = folder / "tokenizer.json"
    file.write_text(json.dumps(json.loads(file.read_bytes()) | parts))


@pytest.fixture
def panicking(tiny_home, tiny_model):
    """`panicking(parts)`: an order with a base model whose tokenizer has these parts."""

    def make(parts) -> RunConfig:
        folder = tiny_home.models / "offered" / "strange"
        shutil.copytree(tiny_model, folder)
        change(folder, parts)
        return TINY.model_copy(update={"model": Model(id="folder:strange")})

    return make


def assert_told(said: str) -> None:
    assert "The tokenizer of the base model broke down" in said
    assert "folder:strange" in said
    assert "Choose another base model" in said


@pytest.mark.parametrize("parts", [AT_ONCE, READING])
def test_a_run_fails_in_words_with_the_traceback_in_its_log(tiny_home, panicking, work, capsys, parts):
    run = make_run(tiny_home, panicking(parts))
    assert work(run) == 1
    failed = run.events()[-1]
    assert isinstance(failed, Failed)
    assert_told(f"{failed.what} {failed.where} {failed.fix}")
    assert not failed.can_resume
    log = capsys.readouterr().err
    assert "Traceback" in log
    assert "PanicException" in log


def test_a_trial_says_so_and_the_start_is_refused(tiny_home, panicking, capsys, monkeypatch):
    monkeypatch.setattr("os.setpriority", lambda *_: None)
    run = make_run(tiny_home, panicking(READING))
    reply = measure(run.path, lambda: False)
    assert not reply["measured"]
    assert_told(reply["error"])
    assert "broke down" in json.loads(run.reading.read_bytes())["refusal"]["what"]


def test_a_look_at_labels_and_reading_ahead_go_on_living(tiny_home, panicking, capsys, monkeypatch):
    monkeypatch.setattr("os.setpriority", lambda *_: None)
    config = panicking(READING)
    reply = inspect.inspect(order(tiny_home, config, rows(60)), lambda: False, lambda _: None)
    assert not reply["inspected"]
    assert_told(reply["error"])
    ahead.read(make_run(tiny_home, config).path, Known(), lambda: False)
    assert "Reading ahead ended: The tokenizer of the base model" in capsys.readouterr().err


def test_one_question_that_is_too_much_leaves_the_others_answered(new_run, work, capsys):
    run = new_run(epochs=1)
    assert work(run) == 0
    change(run.model, AT_SOME)
    questions = [
        {"id": n, "model": "tuned", "texts": [text]} for n, text in enumerate(["my card", TOO_LONG, "my card"])
    ]
    _, before, broken, after = ask(run, *questions)
    assert "The tokenizer of the base model broke down" in broken["error"]
    assert "tiny" in broken["error"]
    assert before["confidence"] == after["confidence"]


def test_nothing_else_that_ends_a_process_is_taken_for_it():
    for error in (KeyboardInterrupt(), SystemExit(), StudioError("The label is empty")):
        with pytest.raises(type(error)) as found, panics_told("embedded"):
            raise error
        assert found.value is error
