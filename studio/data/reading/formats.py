"""Files that carry their own structure: JSON lines and JSON. Every value becomes text, as it was typed."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from studio.data.masking import cited
from studio.data.phrases import counted, shortened
from studio.data.reading.body import MOST_PROBLEMS, Numbers
from studio.data.reading.limits import check_size
from studio.data.reading.repairs import unique_names
from studio.data.reading.wrapped import look_inside
from studio.data.table import Problem
from studio.errors import StudioError


@dataclass
class Found:
    """Columns read from a file with structure, and the row number of each row."""

    cells: pa.Table
    rows: Sequence[int] | Numbers
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_json_lines(text: str, most_columns: int) -> Found:
    """One object a line; the row number is the line. A line that is no object is left out and listed."""
    lines = io.StringIO(text, newline=None)
    return _objects(((number, line) for number, line in enumerate(lines, 1) if line.strip()), most_columns)


def read_json(text: str, most_columns: int) -> tuple[Found, str]:
    """Whatever JSON it is, and its name: an array of objects, one object a line, or one object with rows inside.

    Raises: StudioError where it is none of them.
    """
    if text.lstrip().startswith("["):
        return read_json_array(text, most_columns), "JSON"
    if (inside := look_inside(text)) is None:
        return read_json_lines(text, most_columns), "JSONL"
    if inside.start >= 0:
        found = read_json_array(text, most_columns, inside.start)
    else:
        found = _objects(iter(enumerate(inside.rows, 1)), most_columns)
    return replace(found, notes=[*inside.notes, *found.notes]), "JSON"


def read_json_array(text: str, most_columns: int, start: int = 0) -> Found:
    """The first array of objects from `start` on; the row number is the line on which an object starts.

    Where several objects share a line, as in minified JSON, all are numbered by their place in the array, from 1.
    Raises: StudioError when the file is no array of objects.
    """
    lines: list[int] = []

    def numbered() -> Iterator[tuple[int, str]]:
        for ordinal, (line, source) in enumerate(_elements(text, start, whole=not start), 1):
            lines.append(line)
            yield ordinal, source

    found = _objects(numbered(), most_columns)
    if len(set(lines)) < len(lines):
        return found
    problems = [replace(problem, row=lines[problem.row - 1]) for problem in found.problems]
    return replace(found, rows=[lines[row - 1] for row in found.rows], problems=problems)


def _elements(text: str, start: int, *, whole: bool) -> Iterator[tuple[int, str]]:
    """The source text of each element of an array, with its line; `whole`: nothing may stand behind it."""
    at = _skip(text, text.index("[", start) + 1)
    line, counted = 1, 0
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    separator = ","
    while text[at : at + 1] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            if separator != ",":
                raise ValueError
            end = decoder.raw_decode(text, at)[1]
        except (ValueError, RecursionError) as error:
            raise StudioError(
                "The file is not valid JSON", where=f"line {line}", fix="Correct it there, or save the table as CSV."
            ) from error
        yield line, text[at:end]
        at = _skip(text, end)
        separator = text[at : at + 1]
        if separator == ",":
            at = _skip(text, at + 1)
    if whole and text[at + 1 :].strip():
        line += text.count("\n", counted, at + 1)
        raise StudioError(
            "There is more behind the end of the JSON array",
            where=f"line {line}: {cited(text[at + 1 : at + 200], 60)}",
            fix="Put all rows into one array, or write one object a line.",
        )


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _objects(sources: Iterator[tuple[int, str]], most_columns: int) -> Found:
    columns: dict[str, list[str]] = {}
    rows: list[int] = []
    problems = []
    for number, source in sources:
        values = _values(source)
        if isinstance(values, str):
            problems.append(Problem(number, "", cited(source), f"{values} The row was left out."))
            continue
        for name, text in values.items():
            column = columns.setdefault(name, [])
            column.extend([""] * (len(rows) - len(column)))  # rows before that lack this key
            column.append(text)
        rows.append(number)
        check_size(0, len(columns), 0, most_columns)
    if not rows:
        raise StudioError(
            "The file holds no rows: JSON with one object a row is expected",
            where=f"row {problems[0].row}: {problems[0].what}" if problems else "",
            fix='Write one object a line, as {"text": "I was charged twice", "label": "billing"}.',
        )
    names, notes = unique_names(list(columns))
    if any(len(column) < len(rows) for column in columns.values()):
        notes.append("Rows that lack a value have an empty cell there.")
    cells = {
        name: pa.array(column + [""] * (len(rows) - len(column)), pa.large_string())
        for name, column in zip(names, columns.values(), strict=True)
    }
    if problems:
        notes.append(f"{counted(len(problems), 'row')} left out for what is told at each.")
    return Found(pa.table(cells), rows, notes, problems[:MOST_PROBLEMS])


def _values(source: str) -> dict[str, str] | str:
    """Key → text of one object, or what is wrong with it."""
    try:
        value = json.loads(
            source, parse_int=_Number, parse_float=_Number, parse_constant=_Number, object_pairs_hook=_unique
        )
    except _KeyTwice as error:
        return f"The name “{shortened(error.args[0], 40)}” stands twice in one object: which value counts is not known."
    except (ValueError, RecursionError):
        return "This is not valid JSON."
    if not isinstance(value, dict):
        return "This is not an object with named values."
    texts = {name: _text(each) for name, each in value.items()}
    try:
        "".join((*texts, *texts.values())).encode()
    except UnicodeEncodeError:
        return "This holds half a character (a lone surrogate)."
    return texts


class _KeyTwice(Exception):  # noqa: N818 - a remark on one row
    """Which name."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises: _KeyTwice, where one of two values would be lost."""
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        raise _KeyTwice(next(name for name in names if names.count(name) > 1))
    return value


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


def _text(value: Any) -> str:
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _compact(value)


def _compact(value: Any) -> str:
    """JSON text of a nested value, its numbers as they were written."""
    if isinstance(value, _Number):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_compact(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_compact, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
