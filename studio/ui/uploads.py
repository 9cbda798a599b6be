"""Uploaded tables: kept in the data folder under an id nobody can guess, read and checked once, remembered for a while."""

import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

from studio import storage
from studio.columns import Columns, all_columns, columns_of
from studio.config import Edit
from studio.data.detect import Detection, detect
from studio.data.doctor import diagnose
from studio.data.doctor.finding import Finding
from studio.data.edits import edited
from studio.data.example import Example
from studio.data.phrases import in_quotes, listed
from studio.data.read import Choices, Limits, read_table
from studio.data.refit import still_fitting
from studio.data.set_aside import with_set_aside
from studio.data.table import Problem, Table
from studio.errors import StudioError
from studio.models.data_facts import DataFacts
from studio.models.lengths import data_facts, example_lengths, lengths_of_rows, row_lengths, token_lengths, unread_share
from studio.rundir import Home, new_id
from studio.tasks import task_named
from studio.tasks.rows import examples_of
from studio.tasks.task import Task
from studio.ui.words import size

_ABOUT = "about.json"
_EDITS = "edits.json"
_CHOICES = "choices.json"
_REPORT = "report.txt"


@dataclass(frozen=True)
class Wanted:
    """What a form wants looked at."""

    table: str
    """Id of the upload."""
    task: str
    columns: tuple[tuple[str, str | tuple[str, ...]], ...]
    """Role and column, in the roles' order."""
    tokenizer: Path
    test_table: str = ""
    longest: int = 0
    """Tokens the base model reads; 0 while none is chosen."""
    languages: tuple[str, ...] = ()
    """That it knows; empty for many."""


@dataclass(frozen=True)
class Look:
    """A table seen as examples of a task."""

    examples: Sequence[Example]
    problems: Sequence[Problem]
    findings: Sequence[Finding]
    counts: tuple[tuple[str, int], ...]
    """Labels with their rows, most first."""
    lengths: Sequence[int]
    """Tokens of a sample of the texts."""
    facts: DataFacts
    target_lengths: Sequence[int] = ()
    """Tokens of a sample of the right answers, where they are texts: none for labels."""
    notes: Sequence[str] = ()
    """What was changed while the rows became examples, in sentences."""

    @property
    def can_train(self) -> bool:
        """Nothing was found that makes training impossible."""
        return bool(self.examples) and not any(found.severity == "error" for found in self.findings)


def keep(home: Home, path: Path, name: str, limits: Limits) -> str:
    """Copy an uploaded file into the data folder; the id to find it by. Raises: StudioError when it is too large."""
    if (there := path.stat().st_size) > limits.file_bytes:
        raise StudioError(
            f"The file has {size(there)}; the limit is {size(limits.file_bytes)}",
            where=name,
            fix="Upload fewer rows or columns, or ask the administrator to raise STUDIO_MAX_UPLOAD_MB.",
        )
    table_id = new_id()
    folder = home.tables / table_id
    storage.make_folder(folder)
    storage.copy_file(path, folder / f"table{_suffix(name)}")
    storage.write_json(folder / _ABOUT, {"name": name, "time": time.time()})
    return table_id


def read(home: Home, table_id: str, limits: Limits) -> Table:
    """The uploaded table, with what was changed by hand. Raises: StudioError in words for people, also when it is gone."""
    return _edited(*_file(home.table(table_id)), limits, choices(home, table_id), _changes(home, table_id))


def as_read(home: Home, table_id: str, limits: Limits) -> Table:
    """The uploaded table without what was changed by hand. Raises: StudioError."""
    return _read(*_file(home.table(table_id)), limits, choices(home, table_id))


def _file(folder: Path) -> tuple[Path, str]:
    """The file in the folder of an upload, and what it is called. Raises: StudioError."""
    try:
        name = str(json.loads((folder / _ABOUT).read_bytes())["name"])
        file = next(path for path in folder.iterdir() if path.stem == "table")
        os.utime(folder)  # its time says when it was last read: see `remove_unused`
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise StudioError("The uploaded table is no longer there", fix="Upload the file again.") from error
    return file, name


def detected(home: Home, table_id: str, limits: Limits) -> Detection:
    """What the table looks like, by its columns' names and contents. Raises: StudioError."""
    return _detected(home, table_id, limits, (choices(home, table_id), _changes(home, table_id)))


@lru_cache(maxsize=4)
def _detected(home: Home, table_id: str, limits: Limits, _state: object) -> Detection:
    return detect(read(home, table_id, limits))


def edits(home: Home, table_id: str) -> tuple[Edit, ...]:
    """What was changed by hand, in this order. Raises: StudioError."""
    return _parsed(_changes(home, table_id))


def write_edits(home: Home, table_id: str, changed: Sequence[Edit]) -> None:
    """From now on `read` gives the table with these changes. Raises: StudioError when the disk is full."""
    storage.write_json(home.table(table_id) / _EDITS, [edit.model_dump() for edit in changed])


def choices(home: Home, table_id: str) -> Choices:
    """How people said that the file is to be read. Raises: StudioError when the upload is gone."""
    try:
        return Choices(**json.loads((home.table(table_id) / _CHOICES).read_bytes()))
    except (OSError, ValueError, TypeError):  # none was said, or it is damaged: then it is guessed again
        return Choices()


def keep_report(home: Home, table_id: str, text: str) -> None:
    """Keep the doctor's report beside the table, to be downloaded."""
    if report(home, table_id) != text.encode():
        storage.write_file(home.table(table_id) / _REPORT, text.encode())


def report(home: Home, table_id: str) -> bytes:
    """The report on the table as it was last looked at; nothing before that."""
    file = home.table(table_id) / _REPORT
    return file.read_bytes() if file.is_file() else b""


def kind(home: Home, table_id: str) -> str:
    """Of the file, by its first bytes: `text`, `zip` (a workbook too) or `other`. Raises: StudioError when it is gone."""
    file = next((path for path in home.table(table_id).iterdir() if path.stem == "table"), None)
    start = b""
    if file is not None:
        with file.open("rb") as readable:
            start = readable.read(16)
    if start.startswith(b"PK"):
        return "zip"
    return "other" if not start or start.startswith((b"%PDF", b"PAR1", b"\x1f\x8b", b"\xd0\xcf")) else "text"


def read_again(home: Home, table_id: str, chosen: Choices, limits: Limits) -> None:
    """From now on the file is read so. Changes made to what was read before are kept where they fit."""
    before, folder = choices(home, table_id), home.table(table_id)
    storage.write_json(folder / _CHOICES, asdict(chosen))
    if not (done := edits(home, table_id)):
        return
    file, name = _file(folder)
    try:
        was, now = (_read(file, name, limits, each) for each in (before, chosen))
        fitting = still_fitting(done, was, now)
    except StudioError:  # nothing to compare with: they spoke of other rows, for all that is known
        fitting = ()
    write_edits(home, table_id, fitting)


def _changes(home: Home, table_id: str) -> bytes:
    file = home.table(table_id) / _EDITS
    return file.read_bytes() if file.is_file() else b""


def _parsed(changes: bytes) -> tuple[Edit, ...]:
    try:
        return tuple(Edit.model_validate(each) for each in json.loads(changes or b"[]"))
    except ValueError as error:
        raise StudioError("The changes made to this table cannot be read", fix="Upload the file again.") from error


def look(home: Home, wanted: Wanted, limits: Limits) -> Look:
    """The table as examples of a task, checked and counted. Raises: StudioError."""
    table = read(home, wanted.table, limits)
    missing = [column for column in all_columns(dict(wanted.columns)) if column not in table.columns]
    if missing:
        raise StudioError(
            f"There is no column {in_quotes(missing[0])}",
            where=table.name,
            fix=f"Pick one of: {listed(table.columns, 20)}.",
        )
    return _look(home, wanted, limits, state(home, wanted))


def state(home: Home, wanted: Wanted) -> object:
    """What was said and changed of these tables since they came: what is remembered of them holds while it is the same."""
    ids = [wanted.table, *([wanted.test_table] if wanted.test_table else [])]
    return tuple((choices(home, each), _changes(home, each)) for each in ids)


@lru_cache(maxsize=3)
def _read(file: Path, name: str, limits: Limits, chosen: Choices) -> Table:
    return read_table(file, name, limits=limits, choices=chosen)


@lru_cache(maxsize=3)
def _edited(file: Path, name: str, limits: Limits, chosen: Choices, changes: bytes) -> Table:
    return edited(_read(file, name, limits, chosen), _parsed(changes))


@lru_cache(maxsize=4)
def _look(home: Home, wanted: Wanted, limits: Limits, _state: object) -> Look:
    table, task, roles = read(home, wanted.table, limits), task_named(wanted.task), dict(wanted.columns)
    parsed = examples_of(task, table, roles)
    counts = Counter(label for example in parsed.examples for label in task.labels_in(example))
    texts = [task.text_of(example) for example in parsed.examples]
    lengths = example_lengths(task, parsed.examples, wanted.tokenizer)
    patient = replace(
        task.patient(table, roles, _test(home, wanted, limits)),
        longest=wanted.longest,
        languages=wanted.languages,
        unread=unread_share(texts, wanted.tokenizer)
        if wanted.languages
        else 0.0,  # else the tokenizer may not be the model's
        lengths=lengths_of_rows(table, task, parsed.examples, lengths)
        or row_lengths(table, _texts(task, roles), wanted.tokenizer, wanted.longest),
    )
    return Look(
        parsed.examples,
        parsed.problems,
        with_set_aside(table, diagnose(patient)),
        tuple(counts.most_common()),
        lengths.examples,
        data_facts(parsed.examples, lengths.examples, with_answer=lengths.with_answer, task=task),
        () if counts else _target_lengths(parsed.examples, wanted.tokenizer),
        parsed.notes,
    )


def _target_lengths(examples: Sequence[Example], tokenizer: Path) -> list[int]:
    texts = [example.target for example in examples if example.target]
    return token_lengths(texts, tokenizer) if texts else []


def _texts(task: Task, roles: Columns) -> list[str]:
    return [column for role in task.inputs for column in columns_of(roles.get(role, ()))]


def _test(home: Home, wanted: Wanted, limits: Limits) -> Table | None:
    """The test table, if it has the columns; of one that cannot be used the form says so itself."""
    if not wanted.test_table:
        return None
    try:
        test = read(home, wanted.test_table, limits)
    except StudioError:
        return None
    return test if all(column in test.columns for column in all_columns(dict(wanted.columns))) else None


def _suffix(name: str) -> str:
    """The file's ending, if it is an ordinary one: the reader looks at it, the disk must not."""
    ending = Path(name).suffix.lower()
    return ending if ending[1:].isalnum() and len(ending) <= 9 and ending.isascii() else ""
