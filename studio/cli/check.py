"""`studio check`: how a table is read, what its columns are taken for, and what is in it."""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from studio.cli.columns import Chosen, choose, options, read, typed_as
from studio.cli.terminal import plain, say
from studio.config import RunConfig
from studio.data.check import parse_rows
from studio.data.doctor import diagnose
from studio.data.doctor.finding import Finding
from studio.data.doctor.health import health
from studio.data.example import Example
from studio.data.phrases import counted
from studio.data.split import split
from studio.data.table import Problem, Table
from studio.errors import StudioError
from studio.models.suggest import suggested_shares

_MOST = 20


def check(asked: argparse.Namespace) -> int:
    """0 when the table can be trained on as it is, 1 when something has to be said or mended first.

    How the file was read is told before anything is asked of its columns. Raises: StudioError when it cannot be read.
    """
    table = read(asked.file, asked)
    told = _reading(table)
    if not asked.json:
        _say_lines(_reading_in_words(told))
    chosen = choose(asked, table)
    told |= _content(table, chosen)
    if asked.json:
        say(json.dumps(told, ensure_ascii=False))
    else:
        _say_lines([*_choice_in_words(chosen), *_content_in_words(told, table)])
    return 0 if told["can_train"] else 1


def _reading(table: Table) -> dict[str, Any]:
    return {
        "file": table.name,
        "sha256": table.sha256,
        "reading": table.reading.sentence,
        "notes": list(table.reading.notes),
        "rows": len(table),
        "columns": table.columns,
    }


def _content(table: Table, chosen: Chosen) -> dict[str, Any]:
    """What the rows are with these columns; little, if a column is missing."""
    told: dict[str, Any] = {
        "task": chosen.task.name,
        "roles": chosen.columns,
        "confidence": chosen.guess.confidence if chosen.guess is not None else None,
        "reason": chosen.reason,
        "undecided": list(chosen.open),
    }
    roles = (*chosen.task.inputs, chosen.task.target)
    if any(role not in chosen.columns for role in roles):
        empty = {"usable": 0, "labels": {}, "findings": [], "can_train": False}
        return told | empty | _problems(table.reading.problems)
    parsed = parse_rows(table, chosen.columns, chosen.task.inputs, chosen.task.target, chosen.task.parse)
    found = diagnose(chosen.task.patient(table, chosen.columns))
    if not any(each.severity == "error" for each in found):
        found = [*_cannot_be_split(parsed.examples), *found]
    told |= {
        "notes": [*table.reading.notes, *parsed.notes],
        "usable": len(parsed.examples),
        "labels": dict(Counter(example.target for example in parsed.examples).most_common()),
        "findings": [
            {
                "kind": each.kind,
                "severity": each.severity,
                "title": each.title,
                "text": each.text,
                "why": each.why,
                "count": each.count,
                "share": round(each.share, 6),
                "lines": list(each.rows[:_MOST]),
                "fix": each.fix.title if each.fix is not None else None,
            }
            for each in found
        ],
        "health": health(found, len(table)),
        "can_train": not chosen.open and all(each.severity != "error" for each in found),
    }
    return told | _problems([*table.reading.problems, *parsed.problems])


def _cannot_be_split(examples: Sequence[Example]) -> list[Finding]:
    """What training would say before it starts."""
    validation, test = suggested_shares(len(examples))
    try:
        split(examples, validation_share=validation, test_share=test, seed=RunConfig().seed)
    except StudioError as error:
        return [Finding("cannot-be-split", "error", error.what, error.fix)]
    return []


def _problems(problems: Sequence[Problem]) -> dict[str, Any]:
    first = [
        {"row": each.row, "column": each.column, "value": each.value, "what": each.what} for each in problems[:_MOST]
    ]
    return {"problems": first, "problem_count": len(problems)}


def _reading_in_words(told: dict[str, Any]) -> list[str]:
    names = told["columns"]
    return [told["reading"], *told["notes"], f"{counted(told['rows'], 'row')}; columns: {', '.join(names)}."]


def _choice_in_words(chosen: Chosen) -> list[str]:
    if any(role not in chosen.columns for role in chosen.open):
        return [f"{chosen.question}: nothing could be guessed. Say so with {options(chosen.open)}."]
    task = f"{chosen.task.name} ({chosen.in_words})"
    if chosen.guess is None:
        return [f"Task: {task}."]
    guess = f"{task}, {100 * chosen.guess.confidence:.0f} % sure. {chosen.reason}".strip()
    if not chosen.open:
        return [f"Task: {guess}", chosen.otherwise]
    decide = typed_as({role: chosen.columns[role] for role in chosen.open})
    return [f"A guess: {guess}", f"To train, say so with {decide}, or name other columns."]


def _content_in_words(told: dict[str, Any], table: Table) -> Iterable[str]:
    yield from told["notes"][len(table.reading.notes) :]
    if told["usable"]:
        yield f"{counted(told['usable'], 'row')} can be used, with {counted(len(told['labels']), 'label')}:"
    for label, count in list(told["labels"].items())[:_MOST]:
        yield f"  {count:>8,}  {label}"
    if len(told["labels"]) > _MOST:
        yield f"  … and {len(told['labels']) - _MOST} more"
    for each in told["findings"]:
        yield f"{each['severity'].capitalize()}: {each['title']}. {each['text']}"
    for each in told["problems"]:
        value = f" ({each['value']!r})" if each["value"] else ""
        yield f"Row {each['row']}, {each['column']}: {each['what']}{value}"
    if (more := told["problem_count"] - len(told["problems"])) > 0:
        yield f"… and {counted(more, 'more row')} like these"


def _say_lines(lines: Iterable[str]) -> None:
    say("\n".join(map(plain, lines)))
