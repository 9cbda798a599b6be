"""`studio check`: read a table and tell what is in it."""

import argparse
import json
from collections import Counter
from typing import Any

from studio.cli.columns import read, task_and_columns
from studio.cli.terminal import plain, say
from studio.data.check import Parsed, findings, parse_rows
from studio.data.phrases import counted
from studio.data.table import Table
from studio.tasks.task import Task

_MOST = 20


def check(asked: argparse.Namespace) -> int:
    """0 when the table can be trained on, else 1."""
    table = read(asked.file, asked)
    task, columns, guess = task_and_columns(asked, table)
    parsed = parse_rows(table, columns, task.inputs, task.target, task.parse)
    found = findings(
        parsed.examples, task.labels(parsed.examples), target_column=columns[task.target], problems=parsed.problems
    )
    told = _told(table, task, columns, parsed)
    told["reason"] = guess.reason if guess is not None else ""
    told["findings"] = [
        {"severity": each.severity, "title": each.title, "text": each.text, "rows": list(each.rows[:_MOST])}
        for each in found
    ]
    told["can_train"] = all(each.severity != "error" for each in found)
    say(json.dumps(told, ensure_ascii=False) if asked.json else _in_words(told))
    return 0 if told["can_train"] else 1


def _told(table: Table, task: Task, columns: dict[str, str], parsed: Parsed) -> dict[str, Any]:
    problems = [*table.reading.problems, *parsed.problems]
    labels = Counter(example.target for example in parsed.examples)
    return {
        "file": table.name,
        "sha256": table.sha256,
        "reading": table.reading.sentence,
        "notes": [*table.reading.notes, *parsed.notes],
        "rows": len(table),
        "columns": table.columns,
        "task": task.name,
        "roles": columns,
        "usable": len(parsed.examples),
        "labels": dict(labels.most_common()),
        "problems": [
            {"row": each.row, "column": each.column, "value": each.value, "what": each.what}
            for each in problems[:_MOST]
        ],
        "problem_count": len(problems),
    }


def _in_words(told: dict[str, Any]) -> str:
    lines = [told["reading"], *told["notes"]]
    lines.append(
        f"{counted(told['rows'], 'row')}, {counted(told['usable'], 'row')} can be used; columns: {', '.join(told['columns'])}."
    )
    roles = ", ".join(f"{role} = {column}" for role, column in told["roles"].items())
    lines.append(f"Task: {told['task']} ({roles}).")
    lines.append(f"{counted(len(told['labels']), 'label')}:")
    lines += [f"  {count:>8,}  {label}" for label, count in list(told["labels"].items())[:_MOST]]
    lines += [f"  … and {len(told['labels']) - _MOST} more"] if len(told["labels"]) > _MOST else []
    lines += [f"{each['severity'].capitalize()}: {each['title']}. {each['text']}" for each in told["findings"]]
    lines += [f"Row {each['row']}, {each['column']}: {each['what']} ({each['value']!r})" for each in told["problems"]]
    more = told["problem_count"] - len(told["problems"])
    lines += [f"… and {counted(more, 'more row')} like these"] if more > 0 else []
    return "\n".join(map(plain, lines))
