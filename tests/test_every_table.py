"""The table of every task, told from the command line and by the exported program: learned from, answered, evaluated."""

import csv
import io
import json
import os
import runpy
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from export.finished import unpacked
from export.trained import make_models
from tabled import TABLES, trained

from studio.cli import answers as asking
from studio.cli import main
from studio.data.example import Example, from_parquet
from studio.evaluation.answers import from_parquet as answers_in
from studio.evaluation.baselines import BASELINES
from studio.evaluation.report import read_report
from studio.export.archive import build_archive
from studio.jobs import answering
from studio.rundir import Home, RunDir
from studio.tasks import TASKS, task_named
from studio.tasks.task import Answer
from studio.worker.answer import serve

pytestmark = pytest.mark.slow
every_task = pytest.mark.parametrize("name", TABLES)
Rows = list[dict[str, str]]


class Here:
    """The worker's answers, line by line as from its process, in this one."""

    def __init__(self, _spares: Any) -> None:
        pass

    def ask(self, run: RunDir, model: str, texts: list[Any], targets: list[str] | None = None) -> list[Answer]:
        asked = {"id": 1, "model": model, "texts": texts} | ({} if targets is None else {"targets": targets})
        out = io.StringIO()
        assert serve(run.path, io.StringIO(json.dumps(asked) + "\n"), out) == 0
        return answering._answers(json.loads(out.getvalue().splitlines()[-1]), len(texts))

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("home")).prepare()
    make_models(home.models / "offered")
    before = signal.getsignal(signal.SIGTERM)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDIO_HOME", str(home.path))
        patch.setattr("os.setpriority", lambda *_: None)
        patch.setattr("studio.worker.place.threads", lambda: 1)
        patch.setattr(asking, "Answering", Here)
        for each, quick in (("tfidf", "most_frequent"), ("tfidf_labels", "most_frequent"), ("tfidf_number", "mean")):
            patch.setitem(BASELINES, each, BASELINES[quick])
        yield home
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="module")
def run_of(home: Home) -> Callable[[str], tuple[RunDir, Path]]:
    """The run of a task's table, and the table; trained when it is first asked for."""
    made: dict[str, tuple[RunDir, Path]] = {}

    def run(name: str) -> tuple[RunDir, Path]:
        if name not in made:
            file = home.path / f"{name}.csv"
            TABLES[name].write(file, TABLES[name].examples)
            made[name] = trained(home, TABLES[name], file), file
        return made[name]

    return run


@pytest.fixture(scope="module")
def answered(run_of: Any) -> Callable[[str], Path]:
    """What `studio predict` writes of a task's table."""
    made: dict[str, Path] = {}

    def answered(name: str) -> Path:
        if name not in made:
            run, file = run_of(name)
            made[name] = file.with_name(f"{name} answered.csv")
            assert main(["predict", run.id, str(file), "-o", str(made[name])]) == 0
        return made[name]

    return answered


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """`told(*arguments)`: exit code, stdout, stderr."""

    def told(*arguments: Any) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return told


def rows_in(file: Path) -> Rows:
    with file.open(encoding="utf-8-sig", newline="") as readable:
        return list(csv.DictReader(readable))


def first_rows(name: str, file: Path, examples: list[Example]) -> dict[int, Example]:
    """Row → the example that begins there."""
    return dict(zip(TABLES[name].write(file, examples), examples, strict=True))


def test_every_task_has_a_table() -> None:
    assert TABLES.keys() == TASKS.keys()


@every_task
def test_the_columns_are_found(run_of: Any, name: str) -> None:
    assert run_of(name)[0].config.columns == TABLES[name].columns


@every_task
def test_predict_answers_the_table_that_was_learned_from(run_of: Any, answered: Any, name: str, tmp_path: Path) -> None:
    (run, file), task = run_of(name), task_named(name)
    rows, columns = rows_in(answered(name)), list(TABLES[name].columns.values())
    new = [*rows[0]][len(columns) :]
    assert [*rows[0]][: len(columns)] == columns
    assert new == [each.replace("model ", "") if "answer" not in columns else each for each in new]
    assert [{each: row[each] for each in columns} for row in rows] == rows_in(file)
    begins = first_rows(name, tmp_path / "again.csv", TABLES[name].examples)
    asked = {row for row, cells in enumerate(rows, 2) if any(cells[each] for each in new)}
    assert asked <= begins.keys(), "an answer stands where its example begins"
    tested = answers_in(run.answers.read_bytes())
    for example, answer in zip(tested.examples, tested.answers, strict=True):
        assert rows[example.row - 2][new[0]].removeprefix("'") == task.quote(answer.value, example.inputs), (
            "as in the report"
        )


@every_task
def test_other_names_are_told_by_column(run_of: Any, answered: Any, told: Any, name: str, tmp_path: Path) -> None:
    (run, _), tabled = run_of(name), TABLES[name]
    other, out = tmp_path / "other.csv", tmp_path / "out.csv"
    names = {role: f"my {role}" for role in tabled.columns}
    tabled.write(other, tabled.examples[:6], names)
    code, _, err = told("predict", run.id, other, "-o", out)
    needed = next(role for role in names if role != "sentence")
    if task_named(name).spread:  # a layout that shows itself, whatever its columns are called
        assert code == 0
        assert f"'{needed}=my {needed}'" in err or f"--{needed} 'my {needed}'" in err, "what it was taken for"
        out.unlink()
    else:
        assert code == 1
        assert f"{needed}=COLUMN" in err or f"--{needed} COLUMN" in err
        assert f"my {needed}" in err, "the columns there are"
    assert not out.exists()
    inputs = [role for role in names if role in task_named(name).inputs]
    options = [word for role in inputs for word in ("--column", f"{role}={names[role]}")]
    code, said, err = told("predict", run.id, other, "-o", out, *options)
    assert (code, said) == (0, "")
    assert f"6 {task_named(name).example_is}s answered: {out}" in err
    before = len(tabled.columns)
    for row, known in zip(rows_in(out), rows_in(answered(name)), strict=False):
        assert list(row.values())[: before + 1] == list(known.values())[: before + 1]


@every_task
def test_evaluate_says_of_the_test_rows_what_the_report_says(run_of: Any, told: Any, name: str, tmp_path: Path) -> None:
    (run, _), test = run_of(name), tmp_path / "test.csv"
    starts = first_rows(name, tmp_path / "again.csv", TABLES[name].examples)
    TABLES[name].write(test, [starts[example.row] for example in from_parquet(run.part("test").read_bytes())])
    code, out, err = told("evaluate", run.id, test, "--json")
    assert code == 0, err
    said, report = json.loads(out), read_report(run)
    assert report is not None
    assert (said["rows"], said["left_out"], said["seen_in_training"]) == (report.rows, 0, 0)
    assert said["metrics"].keys() == {metric.name for metric in report.metrics}
    for metric in report.metrics:
        ours = said["metrics"][metric.name]
        wanted = (metric.value, metric.low, metric.high)
        assert (ours["value"], ours["low"], ours["high"]) == pytest.approx(wanted, rel=1e-4, abs=1e-4), metric.name


@every_task
def test_evaluate_without_the_answers(run_of: Any, told: Any, name: str, tmp_path: Path) -> None:
    run, bare = run_of(name)[0], tmp_path / "bare.csv"
    roles = task_named(name)
    lost = roles.target if roles.target in TABLES[name].columns else [*TABLES[name].columns][-1]
    TABLES[name].write(bare, TABLES[name].examples[:6], TABLES[name].columns | {lost: "something else"})
    code, out, err = told("evaluate", run.id, bare)
    assert (code, out) == (1, "")
    assert f"{lost}=COLUMN" in err or f"--{lost} COLUMN" in err
    assert "something else" in err


def test_a_run_that_is_not_there(told: Any, home: Home, tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text("text\nhello\n")
    for command in (("predict", "nosuchrun", tmp_path / "some.csv", "-o", tmp_path / "out.csv"),
                    ("evaluate", "nosuchrun", tmp_path / "some.csv")):  # fmt: skip
        code, out, err = told(*command)
        assert (code, out) == (1, "")
        assert "There is no such run (run 'nosuchrun'). See `studio runs`." in err


@pytest.fixture
def program(run_of: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """`program(name, *arguments)`: what the exported program of that task's model prints, or refuses with."""

    def program(name: str, *arguments: Any) -> str:
        place = tmp_path / f"package-{name}"
        folder = next(place.iterdir()) if place.exists() else unpacked(build_archive(run_of(name)[0]), place)
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["predict.py", *map(str, arguments)])
        try:
            runpy.run_path(os.fspath(folder / "predict.py"), run_name="__main__")
        except SystemExit as left:
            return str(left.code) if left.code not in (0, 2) else "".join(capsys.readouterr())
        return capsys.readouterr().out

    return program


def same(name: str, cell: str, row: dict[str, str]) -> bool:
    """Whether the program's cell says what the studio's row says, each in its own form."""
    model = "model " if "model answer" in row else ""
    shown, raw = row[f"{model}answer"].removeprefix("'"), row.get(f"{model}answer_raw", "")
    if name == "token-classification" and cell:
        return [[each["start"], each["end"], each["type"]] for each in json.loads(cell)] == json.loads(raw or shown)
    if name == "multi-label-classification" and cell:
        return bool(json.loads(cell) == json.loads(raw or shown))
    if name == "text-regression":
        return float(cell) == pytest.approx(float(shown), rel=1e-4)
    if name == "question-answering":
        return cell == (json.loads(raw)["text"] if raw else shown)
    return cell == shown


@every_task
def test_the_program_answers_the_table_as_the_studio_does(
    run_of: Any, answered: Any, program: Any, name: str, tmp_path: Path
) -> None:
    (_, file), out = run_of(name), tmp_path / "out.csv"
    said = program(name, "--file", file, "--output", out)
    assert "rows in" in said, said
    column = "model answer" if "answer" in TABLES[name].columns else "answer"
    theirs, known = rows_in(out), rows_in(answered(name))
    assert len(theirs) == len(known)
    for place, (row, other) in enumerate(zip(theirs, known, strict=True)):
        assert same(name, row[column].removeprefix("'"), other), (place, row, other)
    spread = {"chat": "conversation", "token-classification": "sentence"}.get(name)
    assert (f"the first row of its {spread}" in said) == (spread is not None)


@every_task
def test_the_program_says_what_it_reads(program: Any, name: str, tmp_path: Path) -> None:
    usage = " ".join(program(name, "--help").split())
    task, columns = task_named(name), TABLES[name].columns
    read = {role: column for role, column in columns.items() if role in task.inputs and role != "answer_start"}
    for role, column in read.items():
        assert f"{role}={column}" in usage.split("as in training")[1]
    (tmp_path / "other.csv").write_text("this,that\n1,2\n")
    refused = program(name, "--file", tmp_path / "other.csv", "--output", tmp_path / "out.csv")
    needed = next(role for role in read if role != "sentence")
    assert f"There is no column '{columns[needed]}' in other.csv. Its columns: this, that.\n" in refused
    assert f"--column {needed}=COLUMN" in refused
    assert not (tmp_path / "out.csv").exists()
    assert "There is no column 'nowhere' in other.csv" in program(
        name, "--file", tmp_path / "other.csv", "--column", f"{needed}=nowhere"
    )
