"""From the command line's words to a table, a task, and its columns."""

import argparse
from pathlib import Path

from studio.cli.terminal import complain
from studio.data.read import Choices, Limits, read_table
from studio.data.table import Table
from studio.errors import StudioError
from studio.rundir import Home, RunDir
from studio.tasks import TASKS, detect, task_named
from studio.tasks.task import Guess, Task

SURE = 0.9
"""Guessed columns are taken from this confidence on; below, a person decides."""
_LIMITS = Limits(file_bytes=4 << 30, rows=20_000_000)
"""Looser than the page's: whoever types a path owns the machine."""


def read(path: Path, asked: argparse.Namespace) -> Table:
    """The table of that file, read as typed. Raises: StudioError."""
    if not path.is_file():
        raise StudioError("There is no such file", where=str(path), fix="Check the path.")
    choices = Choices(asked.encoding, asked.delimiter, asked.header_row, asked.sheet)
    return read_table(path, path.name, limits=_LIMITS, choices=choices)


def find_run(home: Home, text: str) -> RunDir:
    """The run whose id begins with `text`. Raises: StudioError when there is none, or more than one."""
    found = [run_id for run_id in home.run_ids() if text and run_id.startswith(text)]
    if len(found) > 1:
        raise StudioError(f"{len(found)} runs begin like this", where=f"run {text!r}", fix="Type more of the id.")
    if not found:
        raise StudioError("There is no such run", where=f"run {text[:40]!r}", fix="See `studio runs`.")
    return home.run(found[0])


def named(asked: argparse.Namespace) -> dict[str, str]:
    """Role → column, as typed."""
    typed = {"text": asked.text, "label": asked.label}
    return {role: column for role, column in typed.items() if column} | dict(asked.columns)


def task_and_columns(
    asked: argparse.Namespace, table: Table, wanted: str = "", known: dict[str, str] | None = None
) -> tuple[Task, dict[str, str], Guess | None]:
    """The task, and a column for each of its roles: typed ones first, then known ones, guessed ones where the guess is sure.

    Raises: StudioError with the columns to choose from.
    """
    typed = (known or {}) | named(asked)
    task = task_named(asked.task or wanted) if asked.task or wanted else None
    guess = None
    if task is None:
        detected = detect(table)
        task, guess = detected if detected is not None else (next(iter(TASKS.values())), None)
    elif not _fills(task, typed):
        guess = task.detect(table)
    roles = (*task.inputs, task.target)
    if unknown := sorted(typed.keys() - set(roles)):
        raise StudioError(f"{task.title} has no role '{unknown[0]}'", fix=f"Its roles are: {', '.join(roles)}.")
    for role, column in typed.items():
        if column not in table.columns:
            raise StudioError(
                f"There is no column '{column}' for '{role}'", where=table.name, fix=f"Columns are: {_list(table)}."
            )
    guessed = guess.columns if guess is not None and guess.confidence >= SURE else {}
    columns = {role: guessed[role] for role in roles if role in guessed and guessed[role] not in typed.values()} | typed
    missing = [role for role in roles if role not in columns]
    if missing:
        likely = f" Likely: {_typed(guess.columns)}." if guess is not None else ""
        raise StudioError(
            f"Which column is the {missing[0]}?",
            where=table.name,
            fix=f"Say so with {_option(missing[0])}.{likely} Columns are: {_list(table)}.",
        )
    if guess is not None and set(columns) != set(typed):
        complain(f"{guess.reason} (Otherwise say {_typed(columns)} with other columns.)")
    return task, columns, guess


def columns_of_run(asked: argparse.Namespace, run: RunDir, table: Table, with_target: bool) -> dict[str, str]:
    """The columns of another table for a run: those it was trained on, unless others are typed. Raises: StudioError."""
    task = task_named(run.config.task)
    columns = run.config.columns | named(asked)
    for role in (*task.inputs, *([task.target] if with_target else [])):
        if columns.get(role) not in table.columns:
            raise StudioError(
                f"There is no column '{columns.get(role, '')}' for '{role}'",
                where=table.name,
                fix=f"Say which with {_option(role)}. Columns are: {_list(table)}.",
            )
    return {role: column for role, column in columns.items() if with_target or role != task.target}


def _fills(task: Task, typed: dict[str, str]) -> bool:
    return set(typed) >= {*task.inputs, task.target}


def _option(role: str) -> str:
    return f"--{role} COLUMN" if role in ("text", "label") else f"--column {role}=COLUMN"


def _typed(columns: dict[str, str]) -> str:
    return " ".join(
        f'--{role} "{column}"' if role in ("text", "label") else f'--column "{role}={column}"'
        for role, column in columns.items()
    )


def _list(table: Table, most: int = 30) -> str:
    return ", ".join(column[:60] for column in table.columns[:most])
