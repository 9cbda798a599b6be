"""A table becomes a run: its rows are checked, split and frozen with the order, in a folder that appears whole or not at all."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from studio import storage
from studio.config import RunConfig
from studio.data.check import Parsed
from studio.data.edits import amount
from studio.data.example import Example, to_parquet
from studio.data.split import Parts
from studio.data.table import Problem, Table
from studio.jobs.deal import deal
from studio.models.methods import check_method
from studio.models.sizing import Machine
from studio.rundir import Home, RunDir, new_id
from studio.tasks import task_named
from studio.tasks.rows import check_columns, examples_of
from studio.tasks.task import Task

MOST_PROBLEMS = 20
"""Left-out rows told one by one; of the rest only the count."""


def create_run(
    home: Home, table: Table, config: RunConfig, test_table: Table | None = None, *, draft: bool = False
) -> RunDir:
    """A new run from checked and split rows, at rest until it is started.

    Rows that cannot be used are left out and told in `facts.json`. A `draft` is not listed, and thrown away after a day
    unless it is started. Raises: StudioError when a column is not in the
    table, too little is left to learn from, or the method cannot be used here.
    """
    task = task_named(config.task)
    check_method(task, config.method.trains, has_gpu=bool(Machine.here().gpu))
    check_columns(task, table, config.columns, task.roles)
    conventions = config.source.conventions or dict(task.conventions(table, config.columns))
    parsed = examples_of(task, table, config.columns, conventions)
    tested = examples_of(task, test_table, config.columns, conventions) if test_table is not None else None
    examples = tested.examples if tested is not None else None
    parts = deal(task, table, parsed.examples, config.split, config.seed, examples)
    frozen = {
        "train": to_parquet(parts.train),
        "validation": to_parquet(parts.validation),
        "test": to_parquet(parts.test),
    }
    source = _source(config, table, test_table).model_copy(update={"conventions": conventions})
    order = config.model_copy(update={"source": source})
    facts = _facts(task, table, parts, parsed, tested, frozen)
    run = RunDir(home.runs / new_id())
    storage.make_folder(home.runs)
    with storage.Stage(run.path) as stage:
        for part, data in frozen.items():
            stage.write(f"data/{part}.parquet", data)
        storage.write_json(stage.path / "facts.json", facts)
        if draft:
            RunDir(stage.path).mark_draft()
        stage.write("config.json", order.model_dump_json(indent=1).encode())
    return run


def _source(config: RunConfig, table: Table, test_table: Table | None) -> Any:
    return config.source.model_copy(
        update={
            "file": config.source.file or table.name[:300],
            "sha256": config.source.sha256 or table.sha256,
            "rows": len(table),
            "edits": table.edits,
            "read_as": config.source.read_as,
            "test_file": config.source.test_file or (test_table.name[:300] if test_table is not None else ""),
        }
    )


def _facts(
    task: Task, table: Table, parts: Parts, parsed: Parsed, tested: Parsed | None, frozen: dict[str, bytes]
) -> dict[str, Any]:
    """What the report and the model card tell of the data."""
    rows: dict[str, Sequence[Example]] = {"train": parts.train, "validation": parts.validation, "test": parts.test}
    labels = {
        part: Counter(label for example in examples for label in task.labels_in(example))
        for part, examples in rows.items()
    }
    every = sum(labels.values(), Counter())
    return {
        "version": 1,
        "created": datetime.now(UTC).date().isoformat(),
        "rows": len(table),
        "parts": {part: len(examples) for part, examples in rows.items()},
        "labels": dict(every.most_common()),
        "labels_by_part": {part: dict(counted.most_common()) for part, counted in labels.items()},
        "left_out": _left_out(parsed.problems),
        "left_out_test": _left_out(tested.problems) if tested is not None else None,
        "reading": table.reading.sentence,
        "notes": [*table.reading.notes, *_changes(table), *parsed.notes, *parts.notes],
        "sha256": {part: hashlib.sha256(data).hexdigest() for part, data in frozen.items()},
    }


def _changes(table: Table) -> list[str]:
    return [f"Changed by hand before training: {edit.title} ({amount(edit)})." for edit in table.edits]


def _left_out(problems: Sequence[Problem]) -> dict[str, Any]:
    first = [
        {"row": problem.row, "column": problem.column, "value": problem.value, "what": problem.what}
        for problem in problems[:MOST_PROBLEMS]
    ]
    return {"count": len(problems), "first": first}
