"""From the command line's words to a table, a task, and its columns."""

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from studio.cli.terminal import complain, plain, showable
from studio.data.detect import detect as detected_in
from studio.data.detect.detection import SURE
from studio.data.read import Choices, Limits, read_table
from studio.data.table import Table
from studio.errors import StudioError
from studio.rundir import Home, RunDir
from studio.tasks import TASKS, detect, task_named
from studio.tasks.task import Guess, Task

_LIMITS = Limits(file_bytes=4 << 30, rows=20_000_000, seconds=3600, memory_bytes=64 << 30)
"""Looser than the page's: whoever types a path owns the machine."""


def choices_of(asked: argparse.Namespace) -> Choices:
    """What was typed of how tables are to be read."""
    return Choices(asked.encoding, asked.delimiter, asked.header_row, asked.sheet, asked.member)


def read(path: Path, asked: argparse.Namespace) -> Table:
    """The table of that file, read as typed. Raises: StudioError."""
    if path.is_dir():
        raise StudioError("This is a folder", where=str(path), fix="Name a file in it.")
    if not path.is_file():
        raise StudioError("There is no such file", where=str(path), fix="Check the path.")
    try:
        table = read_table(path, showable(path.name), limits=_LIMITS, choices=choices_of(asked))
    except StudioError as error:
        raise StudioError(error.what, where=error.where, fix=_typed(error.fix)) from error
    notes = tuple(map(_typed, table.reading.notes))
    return replace(table, reading=replace(table.reading, notes=notes))


def _typed(text: str) -> str:
    """What the reader says to people at the page, for those at a terminal: they upload nothing."""
    return text.replace("upload it again", "run this again")


def find_run(home: Home, text: str) -> RunDir:
    """The run whose id begins with `text`. Raises: StudioError when there is none, or more than one."""
    found = [run_id for run_id in home.run_ids() if text and run_id.startswith(text) and not home.run(run_id).is_draft]
    if len(found) > 1:
        raise StudioError(f"{len(found)} runs begin like this", where=f"run {text!r}", fix="Type more of the id.")
    if not found:
        raise StudioError("There is no such run", where=f"run {text[:40]!r}", fix="See `studio runs`.")
    return home.run(found[0])


def named(asked: argparse.Namespace) -> dict[str, str]:
    """Role → column, as typed."""
    typed = {"text": asked.text, "label": asked.label}
    return {role: column for role, column in typed.items() if column} | dict(asked.columns)


@dataclass(frozen=True)
class Chosen:
    """A task and the columns of its roles, and how far they can be relied on."""

    task: Task
    columns: dict[str, str]
    """Typed ones first, then known ones, then guessed ones. A role that nobody could guess is missing."""
    guess: Guess | None = None
    """What the guessed ones were taken from; None when nothing was guessed."""
    open: tuple[str, ...] = ()
    """The roles that a person has to decide."""

    @property
    def in_words(self) -> str:
        """As in `text = review, label = stars`."""
        return ", ".join(f"{role} = {column}" for role, column in self.columns.items())

    @property
    def reason(self) -> str:
        """Why these columns, if all of them were guessed."""
        return self.guess.reason if self.guess is not None and self.guess.columns == self.columns else ""

    @property
    def question(self) -> str:
        """What a person has to say."""
        return f"It is not clear which column is {' and which is '.join(f'the {role}' for role in self.open)}"

    @property
    def otherwise(self) -> str:
        """How to say that they are others."""
        return f"If that is wrong, say so with {options((*self.task.inputs, self.task.target))}."


def choose(asked: argparse.Namespace, table: Table, wanted: str = "", known: dict[str, str] | None = None) -> Chosen:
    """The task and its columns, as far as they can be told. Raises: StudioError for a role or column that is not there."""
    typed = (known or {}) | named(asked)
    task = task_named(asked.task or wanted) if asked.task or wanted else None
    guess = None
    if task is None:
        task, guess = _guessed(table)
    elif not _fills(task, typed):
        guess = task.detect(table)
    roles = (*task.inputs, task.target)
    _check_roles(task, typed)
    for role, column in typed.items():
        if column not in table.columns:
            raise StudioError(
                f"There is no column “{column}” for “{role}”", where=table.name, fix=f"Columns are: {_list(table)}."
            )
    guessed = {
        role: column
        for role, column in (guess.columns if guess is not None else {}).items()
        if role in roles and role not in typed and column not in typed.values()
    }
    is_sure = guess is not None and guess.confidence >= SURE
    decided = typed.keys() | (guessed.keys() if is_sure else set())
    columns = {role: (typed | guessed)[role] for role in roles if role in typed | guessed}
    return Chosen(task, columns, guess if guessed else None, tuple(role for role in roles if role not in decided))


def _guessed(table: Table) -> tuple[Task, Guess | None]:
    """The likeliest task and its columns. How sure that is, task and columns together, `data.detect` says: one figure everywhere."""
    found = detect(table)
    if found is None:
        return next(iter(TASKS.values())), None
    task, guess = found
    reading = detected_in(table).reading(task.name, guess.columns)
    return task, replace(guess, confidence=reading.confidence) if reading is not None else guess


def task_and_columns(
    asked: argparse.Namespace, table: Table, wanted: str = "", known: dict[str, str] | None = None
) -> tuple[Task, dict[str, str]]:
    """The task, and a column for each of its roles. Raises: StudioError with the columns to choose from."""
    chosen = choose(asked, table, wanted, known)
    if chosen.open:
        likely = f" Likely: {typed_as(chosen.columns)}." if chosen.guess is not None else ""
        raise StudioError(
            chosen.question,
            where=table.name,
            fix=f"Say so with {options(chosen.open)}.{likely} Columns are: {_list(table)}.",
        )
    if chosen.guess is not None:
        complain(plain(" ".join(filter(None, (f"Columns: {chosen.in_words}.", chosen.reason, chosen.otherwise)))))
    return chosen.task, chosen.columns


def columns_of_run(asked: argparse.Namespace, run: RunDir, table: Table, with_target: bool) -> dict[str, str]:
    """The columns of another table for a run: those it was trained on, unless others are typed. Raises: StudioError."""
    task = task_named(run.config.task)
    columns = run.config.columns | named(asked)
    _check_roles(task, columns)
    for role in (*task.inputs, *([task.target] if with_target else [])):
        if columns.get(role) not in table.columns:
            raise StudioError(
                f"There is no column “{columns.get(role, '')}” for “{role}”",
                where=table.name,
                fix=f"Say which with {options((role,))}. Columns are: {_list(table)}.",
            )
    return {role: column for role, column in columns.items() if with_target or role != task.target}


def _check_roles(task: Task, columns: dict[str, str]) -> None:
    roles = (*task.inputs, task.target)
    if unknown := sorted(columns.keys() - set(roles)):
        raise StudioError(f"{task.title} has no role '{unknown[0]}'", fix=f"Its roles are: {', '.join(roles)}.")


def _fills(task: Task, typed: dict[str, str]) -> bool:
    return set(typed) >= {*task.inputs, task.target}


def options(roles: Sequence[str]) -> str:
    """How these roles are typed, as in `--text COLUMN --label COLUMN`."""
    return " ".join(f"--{role} COLUMN" if role in ("text", "label") else f"--column {role}=COLUMN" for role in roles)


def typed_as(columns: dict[str, str]) -> str:
    """How these columns are typed, ready for a shell."""
    return " ".join(
        f"--{role} {shlex.quote(column)}"
        if role in ("text", "label")
        else f"--column {shlex.quote(f'{role}={column}')}"
        for role, column in columns.items()
    )


def _list(table: Table, most: int = 30) -> str:
    return ", ".join(column[:60] for column in table.columns[:most])
