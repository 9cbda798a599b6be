"""From the command line's words to a table, a task, and its columns."""

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from studio.cli.terminal import complain, plain, showable
from studio.columns import Columns, all_columns, columns_of
from studio.config import Split
from studio.data.detect import detect as detected_in
from studio.data.detect.detection import SURE
from studio.data.phrases import in_quotes
from studio.data.read import Choices, Limits, read_table
from studio.data.table import Table
from studio.errors import StudioError
from studio.rundir import Home, RunDir
from studio.tasks import TASKS, detect, task_named
from studio.tasks.rows import columns_asked
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
    text = text.replace("upload it again", "run this again")
    return text.replace("Upload ", "Give ").replace("upload ", "give ")


def split_of(asked: argparse.Namespace, known: Split | None = None) -> Split:
    """The columns that were typed to decide the split, over what is known of it."""
    typed = {f"{wish}_column": getattr(asked, f"{wish}_column") for wish in ("part", "group", "time")}
    return (known or Split()).model_copy(update={name: column for name, column in typed.items() if column})


def find_run(home: Home, text: str) -> RunDir:
    """The run whose id begins with `text`. Raises: StudioError when there is none, or more than one."""
    found = [run_id for run_id in home.run_ids() if text and run_id.startswith(text) and not home.run(run_id).is_draft]
    if len(found) > 1:
        raise StudioError(f"{len(found)} runs begin like this", where=f"run {text!r}", fix="Type more of the id.")
    if not found:
        raise StudioError("There is no such run", where=f"run {text[:40]!r}", fix="See `studio runs`.")
    return home.run(found[0])


def named(asked: argparse.Namespace) -> Columns:
    """Role → column, or columns where a role was typed several times."""
    typed: dict[str, list[str]] = {}
    for role, column in (("text", asked.text), ("label", asked.label), *asked.columns):
        if column:
            typed.setdefault(role, []).append(column)
    return {role: columns[0] if len(columns) == 1 else tuple(columns) for role, columns in typed.items()}


@dataclass(frozen=True)
class Chosen:
    """A task and the columns of its roles, and how far they can be relied on."""

    task: Task
    columns: Columns
    """Typed ones first, then known ones, then guessed ones. A role that nobody could guess is missing."""
    guess: Guess | None = None
    """What the guessed ones were taken from; None when nothing was guessed."""
    open: tuple[str, ...] = ()
    """The roles that a person has to decide."""

    @property
    def in_words(self) -> str:
        """As in `text = review, label = stars`."""
        return ", ".join(f"{role} = {' + '.join(columns_of(column))}" for role, column in self.columns.items())

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
        return f"If that is wrong, say so with --task TASK and {options(self.task.required or tuple(self.columns))}."


def choose(asked: argparse.Namespace, table: Table, wanted: str = "", known: Columns | None = None) -> Chosen:
    """The task and its columns, as far as they can be told. Raises: StudioError for a role or column that is not there."""
    typed = (known or {}) | named(asked)
    task = task_named(asked.task or wanted) if asked.task or wanted else None
    guess = None
    if task is None:
        task, guess = _guessed(table)
        if not typed.keys() <= set(task.roles) and (fitting := _with_roles(table, typed)) is not None:
            task, guess = fitting, _completing(fitting, typed, table)
    elif task.required or not known:
        guess = _completing(task, typed, table)
    roles = task.roles
    _check_roles(task, typed)
    taken = all_columns(typed)
    for role, columns in typed.items():
        if missing := [column for column in columns_of(columns) if column not in table.columns]:
            raise StudioError(
                f"There is no column {in_quotes(missing[0])} for “{role}”",
                where=table.name,
                fix=f"Columns are: {listing(table)}.",
            )
    guessed = {
        role: columns
        for role, columns in (guess.columns if guess is not None else {}).items()
        if role in roles and role not in typed and not set(columns_of(columns)) & set(taken)
    }
    is_sure = guess is not None and guess.confidence >= SURE
    decided = typed.keys() | (guessed.keys() if is_sure else set())
    found = {role: (typed | guessed)[role] for role in roles if role in typed | guessed}
    return Chosen(task, found, guess if guessed else None, tuple(role for role in task.required if role not in decided))


def _guessed(table: Table) -> tuple[Task, Guess | None]:
    """The likeliest task and its columns. How sure that is, task and columns together, `data.detect` says: one figure everywhere."""
    found = detect(table)
    if found is None:
        return next(iter(TASKS.values())), None
    task, guess = found
    reading = detected_in(table).reading(task.name, guess.columns)
    return task, replace(guess, confidence=reading.confidence) if reading is not None else guess


def _with_roles(table: Table, typed: Columns) -> Task | None:
    """The likeliest task that has all of the roles that people named: who types `--label` wants no texts continued."""
    likely = [reading.task for reading in detected_in(table).readings]
    fitting = [task for task in TASKS.values() if typed.keys() <= set(task.roles)]
    return min(fitting, key=lambda task: [*likely, task.name].index(task.name), default=None)


def task_and_columns(
    asked: argparse.Namespace, table: Table, wanted: str = "", known: Columns | None = None
) -> tuple[Task, Columns]:
    """The task, and a column for each of its roles. Raises: StudioError with the columns to choose from."""
    chosen = choose(asked, table, wanted, known)
    if chosen.open:
        likely = f" Likely: {typed_as(chosen.columns)}." if chosen.guess is not None else ""
        raise StudioError(
            chosen.question,
            where=table.name,
            fix=f"Say so with {options(chosen.open)}.{likely} Columns are: {listing(table)}.",
        )
    if chosen.guess is not None:
        complain(plain(" ".join(filter(None, (f"Columns: {chosen.in_words}.", chosen.reason, chosen.otherwise)))))
    return chosen.task, chosen.columns


def columns_of_run(asked: argparse.Namespace, run: RunDir, table: Table, with_target: bool) -> Columns:
    """The columns of another table for a run: those it was trained on, unless others are typed. Raises: StudioError."""
    task = task_named(run.config.task)
    typed = named(asked)
    trained = {
        role: column
        for role, column in run.config.columns.items()
        if role not in task.optional or set(columns_of(column)) <= set(table.columns)  # another table may go without
    }
    columns = trained | typed
    if not with_target and not typed and (own := columns_asked(task, run.config.columns, table)):
        changed = {role: column for role, column in own.items() if columns.get(role) != column}
        columns = {role: column for role, column in columns.items() if role not in task.inputs} | own
        if changed:
            complain(f"Columns: {plain(typed_as(own))}, as this table has them.")
    _check_roles(task, columns)
    wanted = {role: columns[role] for role in task.roles if role in columns and (with_target or role != task.target)}
    missing = [role for role in task.required if role not in columns and (with_target or role != task.target)]
    for role in (*wanted, *missing):
        for column in columns_of(columns.get(role, "")):
            if column not in table.columns:
                raise StudioError(
                    f"There is no column {in_quotes(column)} for “{role}”",
                    where=table.name,
                    fix=f"Say which with {options((role,))}. Columns are: {listing(table)}.",
                )
    return wanted


def _check_roles(task: Task, columns: Columns) -> None:
    if unknown := sorted(columns.keys() - set(task.roles)):
        raise StudioError(f"{task.title} has no role “{unknown[0]}”", fix=f"Its roles are: {', '.join(task.roles)}.")


def _completing(task: Task, typed: Columns, table: Table) -> Guess | None:
    """What the roles that nobody typed are taken for; None where nothing is missing, or the typed ones say another layout.

    A task without required roles, such as chat, takes one of several layouts, so that only the table can tell what is missing.
    """
    if task.required:
        return None if set(typed) >= set(task.required) else task.detect(table)
    guess = task.detect(table)
    return guess if guess is not None and typed.keys() <= guess.columns.keys() else None


def roles_of_tasks() -> str:
    """Every task and its roles, those that a table need not have in brackets, for the end of a command's help."""
    told = {task.name: _roles_in_words(task) for task in TASKS.values()}
    width = max(map(len, told))
    lines = [f"  {name:<{width}}  {roles}" for name, roles in told.items()]
    head = "tasks, and the roles of their columns (in [brackets]: not needed; with …: may be several columns):"
    return "\n".join([head, *lines])


def _roles_in_words(task: Task) -> str:
    roles = {role: f"{role}…" if role in task.several else role for role in task.roles}
    if not task.required:
        return f"any of {', '.join(roles.values())}"
    return ", ".join(name if role in task.required else f"[{name}]" for role, name in roles.items())


def options(roles: Sequence[str]) -> str:
    """How these roles are typed, as in `--text COLUMN --label COLUMN`."""
    return " ".join(f"--{role} COLUMN" if role in ("text", "label") else f"--column {role}=COLUMN" for role in roles)


def typed_as(columns: Columns) -> str:
    """How these columns are typed, ready for a shell."""
    return " ".join(
        f"--{role} {shlex.quote(column)}"
        if role in ("text", "label")
        else f"--column {shlex.quote(f'{role}={column}')}"
        for role, together in columns.items()
        for column in columns_of(together)
    )


def listing(table: Table, most: int = 30) -> str:
    """The table's columns, for a sentence."""
    return ", ".join(column[:60] for column in table.columns[:most])
