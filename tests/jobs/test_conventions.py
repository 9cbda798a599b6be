"""What a cell means is decided at the training table: test files, evaluation and settings used again go by that."""

import csv
import json
from pathlib import Path

import pytest

from studio.cli import answers as answering
from studio.cli import main
from studio.config import RunConfig
from studio.data.example import from_parquet
from studio.data.read import read_table
from studio.data.table import Table
from studio.errors import StudioError
from studio.jobs.runs import create_run
from studio.rundir import Home
from studio.tasks.task import Answer

LABELS = (
    "multi-label-classification",
    {"text": "text", "labels": "target"},
    ["Food, drink; Service", "Service", "Food, drink", "Room; Service", "Room", "Food, drink; Room"],
    ["Food, drink", "Service", "Room"],
    {"separator": ";"},
    ['["Food, drink"]', '["Service"]', '["Room"]'],
)
NUMBERS = (
    "text-regression",
    {"text": "text", "score": "target"},
    ["1,300", "2,450.5", "900", "12,000"],
    ["1,234", "2,5", "7"],
    {"comma": "thousands"},
    ["1234", "2.5", "7"],
)
TAGS = (
    "token-classification",
    {"text": "text", "entities": "target"},
    ["O person O", "O city O", "O e-mail O", "O person city"],
    ["O e-mail O", "O O O", "e-mail O O"],
    {"style": "none"},
    ['[[5, 10, "e-mail"]]', "[]", '[[0, 4, "e-mail"]]'],
)


def made(folder: Path, name: str, targets: list[str]) -> Table:
    with (folder / name).open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["text", "target"])
        words = ("seven", "eight", "nine!", "three", "forty", "fifty", "sixty")
        writer.writerows(
            [f"word {words[place % 7]} {len(targets)}-{place}", target] for place, target in enumerate(targets)
        )
    return read_table(folder / name, name)


@pytest.mark.parametrize(("task", "columns", "train", "test", "conventions", "right"), [LABELS, NUMBERS, TAGS])
def test_a_test_file_is_read_as_the_training_table_was(
    task: str,
    columns: dict[str, str],
    train: list[str],
    test: list[str],
    conventions: dict[str, str],
    right: list[str],
    home: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = RunConfig(task=task, columns=columns)
    table, given = made(tmp_path, "train.csv", train * 10), made(tmp_path, "test.csv", test)
    run = create_run(home, table, config, given)
    assert [example.target for example in from_parquet(run.part("test").read_bytes())] == right
    assert run.config.source.conventions == conventions

    again = create_run(home, table, run.config, given)  # as with --config
    assert again.config.source.conventions == conventions
    frozen = [each.part("test").read_bytes() for each in (run, again)]
    assert frozen[0] == frozen[1]

    seen: list[str | None] = []

    def remembered(_run: object, _model: str, examples: list, **_: object) -> list[Answer]:
        seen.extend(example.target for example in examples)
        return [Answer(example.target) for example in examples]

    monkeypatch.setenv("STUDIO_HOME", str(home.path))
    monkeypatch.setattr(answering, "_ask", remembered)
    assert main(["evaluate", run.id, str(tmp_path / "test.csv"), "--json"]) == 0
    assert seen == right


def test_the_order_says_it_where_it_is_said(home: Home, tmp_path: Path) -> None:
    """A table of ambiguous numbers alone would be read otherwise; the settings of the run decide."""
    table = made(tmp_path, "train.csv", ["1,300", "2,450", "3,125", "4,999"] * 10)
    config = RunConfig(task="text-regression", columns=NUMBERS[1])
    told = config.model_copy(update={"source": config.source.model_copy(update={"conventions": NUMBERS[4]})})
    for order, least in ((config, 1.3), (told, 1300.0)):
        run = create_run(home, table, order)
        rows = [row for part in ("train", "test") for row in from_parquet(run.part(part).read_bytes())]
        assert min(float(row.target or 0) for row in rows) == least


@pytest.mark.parametrize(("task", "columns"), [LABELS[:2], NUMBERS[:2], TAGS[:2]])
def test_a_column_that_is_not_there_is_told(task: str, columns: dict[str, str], home: Home, tmp_path: Path) -> None:
    wrong = {role: "other" if column == "target" else column for role, column in columns.items()}
    with pytest.raises(StudioError, match="no column"):
        create_run(home, made(tmp_path, "train.csv", ["a"] * 9), RunConfig(task=task, columns=wrong))


def test_what_a_table_says_by_itself_needs_no_convention(home: Home, tmp_path: Path) -> None:
    lists = [json.dumps([label]) for label in ("a, b", "c", "d; e")]
    plain = made(tmp_path, "train.csv", LABELS[2] * 10)
    run = create_run(home, plain, RunConfig(task=LABELS[0], columns=LABELS[1]), made(tmp_path, "test.csv", lists))
    assert [example.target for example in from_parquet(run.part("test").read_bytes())] == lists
