"""What an exported model reads: `inputs.json`, a list of its texts with the column each was trained on."""

import json
from typing import Any

from studio.columns import columns_of
from studio.data.example import Example, from_parquet
from studio.rundir import RunDir
from studio.tasks import task_named


def asked_roles(run: RunDir) -> list[str]:
    """The texts the model was trained to read, in the task's order: what its test rows hold."""
    task = task_named(run.config.task)
    known = {role for row in rows_of_test(run)[:1] for role in row.inputs}
    return [role for role in task.inputs if role in known] or list(task.inputs)


def inputs_json(run: RunDir) -> str:
    """`[{"name", "title", "column", "optional"}]`, in the order in which the model reads them.

    Where the table had a text spread over rows, `parts` of the first one are the columns that it was put together from.
    """
    task, columns = task_named(run.config.task), run.config.columns
    asked = asked_roles(run)
    parts = {
        role: next(iter(columns_of(columns[role])), "")
        for role in task.inputs
        if role in columns and role not in asked and role in task.spread
    }
    told: list[dict[str, Any]] = [
        {
            "name": role,
            "title": task.role_titles.get(role, role),
            "column": next(iter(columns_of(columns.get(role, ()))), ""),
            "optional": role in task.optional,
        }
        for role in asked
    ]
    if parts:
        told[0]["parts"] = parts
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def columns_read(run: RunDir) -> dict[str, str]:
    """Role → the column of a file that is read: of the texts, or of what they were put together from."""
    known: dict[str, str] = {}
    for each in json.loads(inputs_json(run)):
        known |= {each["name"]: each["column"]} if each["column"] else {}
        known |= each.get("parts", {})
    return known


def rows_of_test(run: RunDir) -> list[Example]:
    """As they were frozen; none where they cannot be read."""
    try:
        return from_parquet(run.part("test").read_bytes())
    except (OSError, ValueError):
        return []
