import csv
import io
import time
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from finished_run import HOSTILE, FakeAnswering, finished_run, run_without_end

from studio.config import RunConfig
from studio.data.example import Example
from studio.data.read import Limits, read_table
from studio.errors import StudioError
from studio.tasks import task_named
from studio.tasks.task import Answer
from studio.ui import downloads
from studio.ui.predictions import as_csv, new_columns
from studio.ui.questions import SUGGESTIONS, file_roles
from studio.ui.session import Session
from studio.ui.steps import try_it, whole_table


class StandIn:
    def __init__(self, home):
        self.home, self.answering, self.limits = home, FakeAnswering(), Limits()


@pytest.fixture
def studio(home):
    return StandIn(home)


@pytest.fixture
def session(studio, tmp_path):
    return Session(run=finished_run(studio.home, tmp_path).id)


def quiet(*_, **__): ...


def table(folder: Path, text: str) -> str:
    path = folder / "ask.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_without_a_model_a_sentence(studio, tmp_path):
    _, notice, whole, *_ = try_it.show(studio, Session(), "")
    assert "No run is open" in notice
    assert whole.visible is False
    _, notice, *_ = try_it.show(studio, Session(run=run_without_end(studio.home, tmp_path).id), "")
    assert "no tuned model yet" in notice
    assert "data-refresh" in notice


def test_suggestions_are_test_rows_with_different_labels(studio, session):
    shown, notice, whole, box, *_others, ideas, answer, predicted = try_it.show(studio, session, "")
    answers = [answer, predicted]
    assert (box.label, box.visible) == ("Text", True)
    assert (shown, notice, answers) == (session.run, "", ["", ""])
    assert try_it.show(studio, session, shown)[-2] != ""  # the answers of this run stay
    assert whole.visible is True
    assert ideas.count("data-place") == SUGGESTIONS
    picked = [
        try_it.pick(studio, session, gr.EventData(None, {"act": "pick", "place": place}))[0] for place in range(4)
    ]
    assert len(set(picked)) == 4
    with pytest.raises(StudioError):
        try_it.pick(studio, session, gr.EventData(None, {"place": 99}))


def test_both_models_are_asked(studio, session):
    assert "Loading the model" in try_it.wait(studio, session, "my parcel")
    shown = try_it.ask(studio, session, f"my parcel {HOSTILE}")
    assert studio.answering.asked == [("tuned", 1), ("untuned", 1)]
    assert "Tuned model" in shown
    assert "Before tuning" in shown


def test_no_text_is_said_in_its_place(studio, session):
    for said in (try_it.wait(studio, session, "  \n"), try_it.ask(studio, session, "  \n")):
        assert "There is no text to ask about" in said
        assert "fs-error" in said
    assert studio.answering.asked == []


def test_a_problem_of_one_model_leaves_the_other_standing(studio, session):
    class Half(FakeAnswering):
        def ask(self, run, model, texts):
            if model == "untuned":
                raise StudioError("There is no baseline")
            return super().ask(run, model, texts)

    studio.answering = Half()
    shown = try_it.ask(studio, session, "my parcel")
    assert "Tuned model" in shown
    assert "There is no baseline" in shown


def test_what_only_teaches_is_not_asked_for(tmp_path):
    def table(roles):
        file = tmp_path / "some.csv"
        file.write_text("\n".join([",".join(roles.values()), *[f"b{n}" + ",1" * (len(roles) - 1) for n in range(9)]]))
        return read_table(file)

    columns = {"context": "text", "question": "question", "answer_start": "start", "answer": "answer"}
    run = SimpleNamespace(config=RunConfig(task="question-answering", columns=columns))
    assert file_roles(run, table(columns)) == ["context", "question"]
    words = {"text": "word", "sentence": "number", "entities": "tag"}
    run = SimpleNamespace(config=RunConfig(task="token-classification", columns=words))
    assert file_roles(run, table(words)) == ["text", "sentence"]


def test_a_whole_table(studio, session, tmp_path):
    rows = "".join(f"text {number},x\n" for number in range(200))
    path = table(tmp_path, f"ticket,other\n=1+1,a\n,b\n{rows}")
    told, column, *_others, button, _ = whole_table.read_file(studio, session, path)
    assert "202 rows" in told
    assert column.value == "ticket"  # the column it was trained on
    assert button.visible is True
    steps = []
    shown = whole_table.predict(studio, session, path, lambda share, desc: steps.append(share), "ticket")
    assert [number for _, number in studio.answering.asked] == [64, 64, 64, 9]
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
    assert "201 rows answered. 1 row could not be asked" in shown
    run = studio.home.run(session.run)
    (kept,) = (run.path / "predictions").glob("*.csv")
    assert f"predictions-{kept.stem}.csv" in shown
    lines = list(csv.reader(io.StringIO(kept.read_text("utf-8-sig"))))
    assert lines[0] == ["ticket", "other", "answer", "confidence"]
    assert lines[1][0] == "'=1+1"
    assert lines[2] == ["", "b", "", ""]
    assert len(lines) == 203


def test_a_column_that_is_none_and_a_file_that_is_no_table_are_told(studio, session, tmp_path):
    path = table(tmp_path, "a,b\n1,2\n")
    assert "There is no column “nope” for “Text”" in whole_table.predict(studio, session, path, quiet, "nope")
    assert "The column for “Text” is not chosen" in whole_table.predict(studio, session, path, quiet, "")
    assert "There is no file" in whole_table.predict(studio, session, None, quiet, "a")
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"%PDF-1.7 \x00\x01")
    told, column, *_ = whole_table.read_file(studio, session, str(bad))
    assert "fs-error" in told
    assert column.visible is False
    assert whole_table.read_file(studio, session, None)[0] == ""


def test_the_column_is_guessed_by_length_when_its_name_is_unknown(studio, session, tmp_path):
    path = Path(table(tmp_path, "id,words\n1,a long text here\n2,another long one\n"))
    assert whole_table.guess_columns(read_table(path), studio.home.run(session.run)) == {"text": "words"}


def test_predictions_are_swept_after_a_day(studio, session):
    import os

    run = studio.home.run(session.run)
    old = downloads.keep_predictions(run, b"old")
    path = run.path / "predictions" / old.removeprefix("predictions-")
    os.utime(path, (time.time() - 90000,) * 2)
    new = downloads.keep_predictions(run, b"new")
    assert not path.exists()
    assert (run.path / "predictions" / new.removeprefix("predictions-")).read_bytes() == b"new"


def test_new_columns_never_hide_old_ones(tmp_path):
    both = ["answer", "confidence"]
    assert new_columns(["answer", "x"], both) == ["model answer", "model confidence"]
    assert new_columns(["model answer", "confidence"], both) == ["model model answer", "model model confidence"]
    path = Path(table(tmp_path, "answer\n-5\n"))
    text = as_csv(
        task_named("text-classification"), read_table(path), [Example(2, {"text": "-5"})], [Answer("@x", {"@x": 0.5})]
    )
    text = text.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["answer", "model answer", "model confidence"],
        ["'-5", "'@x", "0.5000"],
    ]
