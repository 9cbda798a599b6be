"""`studio check` agrees with itself: what it says, its code, and what training would do."""

import json
from pathlib import Path

import pytest

from studio.cli import check as checking
from studio.cli import main
from studio.cli.arguments import parse
from studio.cli.checked import Checked
from studio.cli.columns import choose
from studio.data.detect import Detection
from studio.data.read import read_table
from studio.data.set_aside import with_set_aside

COLUMNS = ("--text", "text", "--label", "label")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "notes.csv"
    words = ["red", "green", "blue", "brown", "black", "white", "gray"]
    rows = (
        f"note {n} about {words[n % 7]} paint,{'good' if n % 2 else 'bad'},u{n % 25 if n > 39 else 0},2026-01-{n % 28 + 1:02}"
        for n in range(90)
    )
    path.write_text("text,label,user,day\n" + "\n".join(rows) + "\n")
    return path


def told(capsys, *arguments: object) -> tuple[int, str]:
    code = main([str(each) for each in arguments])
    return code, capsys.readouterr().out


def test_the_split_is_said_as_training_makes_it(capsys, file):
    code, out = told(capsys, "check", file, *COLUMNS, "--group-column", "user")
    assert code == 0
    _, said = told(capsys, "check", file, *COLUMNS, "--group-column", "user", "--json")
    parts = json.loads(said)["parts"]
    assert f"{parts['train']} rows to learn from, {parts['validation']} to watch, {parts['test']} to judge." in out
    assert parts["train"] + parts["validation"] + parts["test"] == 90
    assert parts["warnings"]
    assert all(warning in out for warning in parts["warnings"])


@pytest.mark.parametrize("wish", ["--part-column", "--time-column"])
def test_a_column_that_cannot_decide_the_split_is_refused(capsys, file, wish):
    assert main(["check", str(file), *COLUMNS, wish, "text"]) == 2
    assert "cannot decide the split" in capsys.readouterr().err


def test_overruled_columns_are_neither_ignored_nor_alternatives(capsys, file):
    _, said = told(capsys, "check", file, "--text", "text", "--label", "user", "--json")
    seen = json.loads(said)["detection"]
    assert not {"text", "user"} & set(seen["ignored"])
    assert {"label", "day"} <= set(seen["ignored"])
    assert {"text": "text", "label": "user"} not in [each["roles"] for each in seen["alternatives"]]


def test_a_cut_list_of_lines_says_so(capsys, tmp_path):
    rows = [f"the very same note,{'good' if n % 2 else 'bad'}" for n in range(60)]
    rows += [f"another note {n} of this kind,{'good' if n % 2 else 'bad'}" for n in range(60)]
    (tmp_path / "same.csv").write_text("text,label\n" + "\n".join(rows) + "\n")
    _, said = told(capsys, "check", tmp_path / "same.csv", *COLUMNS, "--json")
    found = json.loads(said)["findings"]
    assert all(each["lines_cut"] == (each["count"] > 20) for each in found)
    assert any(each["lines_cut"] for each in found)


def test_nothing_is_clicked_at_a_terminal(capsys, tmp_path):
    rows = [f"the very same note,{'good' if n % 2 else 'bad'}" for n in range(60)]
    rows += [f"another note {n} of this kind,{'good' if n % 2 else 'bad'}" for n in range(60)]
    (tmp_path / "same.csv").write_text("text,label\n" + "\n".join(rows) + "\n")
    _, out = told(capsys, "check", tmp_path / "same.csv", *COLUMNS)
    assert "click" not in out
    assert "can be mended on the page" in out
    main(["check", str(tmp_path / "nothing.pdf")])
    (tmp_path / "nothing.pdf").write_bytes(b"%PDF-1.7 x")
    main(["check", str(tmp_path / "nothing.pdf")])
    assert "pload" not in capsys.readouterr().err


def test_a_task_that_is_not_trained_is_not_said_to_be_trainable(file):
    checked = Checked(read_table(file, file.name), Detection("ranking", "", {}, 0.9, ""), None, None, [])
    assert not checked.can_train
    assert checking._health(checked).startswith("These rows cannot be trained on with this version")


def test_rows_that_were_set_aside_are_part_of_the_health(capsys, file):
    with file.open("a") as more:
        more.write("a note,good,u1,2026-01-01,one,too,many\n" * 3)
    table = read_table(file, file.name)
    assert len(table) == 90
    assert with_set_aside(table, [])[0].title == "3 rows of 93 could not be read and were set aside"
    _, out = told(capsys, "check", file, *COLUMNS)
    assert "worth a look first: 3 rows of 93 could not be read and were set aside" in out
    assert "speaks against" not in out


_TURNS = ("conversation,who,words", [f"c{n},{who},{said} {n}" for n in range(40) for who, said in (("user", "Are you open on day"), ("assistant", "We are open on day"))])  # fmt: skip


@pytest.mark.parametrize("typed", [(), ("--column", "content=words"), ("--column", "conversation=conversation")])
def test_a_named_task_without_required_roles_finds_its_columns(capsys, tmp_path, typed):
    header, rows = _TURNS
    path = tmp_path / "turns.csv"
    path.write_text("\n".join([header, *rows]))
    code, out = told(capsys, "check", path, "--task", "chat", *typed)
    assert code == 0
    assert "conversation = conversation, role = who, content = words" in out


def test_a_typed_layout_is_not_mixed_with_a_guessed_one(tmp_path):
    path = tmp_path / "both.csv"
    header, rows = _TURNS
    path.write_text("\n".join([f"{header},chat", *(f"{row},[]" for row in rows)]))
    asked = parse(["check", str(path), "--task", "chat", "--column", "messages=chat"])
    assert choose(asked, read_table(path, path.name)).columns == {"messages": "chat"}
