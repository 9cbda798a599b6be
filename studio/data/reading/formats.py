"""Files that carry their own structure: JSON lines and JSON. Every value becomes text, as it was typed."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from studio.data.masking import cited
from studio.data.phrases import counted, shortened
from studio.data.reading.body import MOST_PROBLEMS, Numbers
from studio.data.reading.json_rows import holds_array_lines, holds_spread_objects, read_arrays, skip, spread_objects
from studio.data.reading.json_values import KeyTwice, text_of, value_of
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
    repaired: list[Problem] = field(default_factory=list)


def read_json(text: str, most_columns: int, header_row: int = 0) -> tuple[Found, str]:
    """Whatever JSON it is, and its name: an array of objects, objects one after the other, one object with rows inside, or arrays
    instead of objects.

    Raises: StudioError where it is none of them.
    """
    if text.lstrip().startswith("["):
        if holds_array_lines(text):
            return _of_arrays(_lines(text), header_row, most_columns), "JSONL"
        return read_json_array(text, most_columns, header_row=header_row), "JSON"
    if (inside := look_inside(text)) is None:
        if holds_spread_objects(text):
            return _objects(spread_objects(text), most_columns), "JSON"
        return _objects(_lines(text), most_columns), "JSONL"
    if inside.start >= 0:
        found = read_json_array(text, most_columns, inside.start)
    else:
        found = _objects(iter(enumerate(inside.rows, 1)), most_columns)
    return replace(found, notes=[*inside.notes, *found.notes]), "JSON"


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """One value a line; the row number is the line."""
    lines = io.StringIO(text, newline=None)
    return ((number, line) for number, line in enumerate(lines, 1) if line.strip())


def _of_arrays(sources: Iterator[tuple[int, str]], header_row: int, most_columns: int) -> Found:
    columns, problems = read_arrays(sources, header_row, most_columns)
    aside = sorted([*problems, *columns.body.set_aside], key=lambda problem: problem.row)
    return Found(columns.cells, columns.rows, columns.notes, aside[:MOST_PROBLEMS], columns.body.repaired)


def read_json_array(text: str, most_columns: int, start: int = 0, header_row: int = 0) -> Found:
    """The first array of objects, or of arrays, from `start` on; the row number is the line on which a row starts.

    Where several objects share a line, as in minified JSON, all are numbered by their place in the array, from 1.
    Raises: StudioError when the file is no array of objects.
    """
    lines: list[int] = []

    def numbered() -> Iterator[tuple[int, str]]:
        for ordinal, (line, source) in enumerate(_elements(text, start, whole=not start), 1):
            lines.append(line)
            yield ordinal, source

    at = skip(text, text.index("[", start) + 1)
    is_nested = text[at : at + 1] == "["
    found = _of_arrays(numbered(), header_row, most_columns) if is_nested else _objects(numbered(), most_columns)
    if len(set(lines)) < len(lines):
        return found
    problems, repaired = (
        [replace(problem, row=lines[problem.row - 1]) for problem in told] for told in (found.problems, found.repaired)
    )
    rows = [lines[row - 1] for row in np.asarray(found.rows).tolist()]
    return replace(found, rows=rows, problems=problems, repaired=repaired)


def _elements(text: str, start: int, *, whole: bool) -> Iterator[tuple[int, str]]:
    """The source text of each element of an array, with its line; `whole`: nothing may stand behind it."""
    at = skip(text, text.index("[", start) + 1)
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
        at = skip(text, end)
        separator = text[at : at + 1]
        if separator == ",":
            at = skip(text, at + 1)
    if whole and text[at + 1 :].strip():
        line += text.count("\n", counted, at + 1)
        raise StudioError(
            "There is more behind the end of the JSON array",
            where=f"line {line}: {cited(text[at + 1 : at + 200], 60)}",
            fix="Put all rows into one array, or write one object a line.",
        )


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
    if not rows or not columns:
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
        value = value_of(source)
    except KeyTwice as error:
        return f"The name “{shortened(error.args[0], 40)}” stands twice in one object: which value counts is not known."
    if value is None:
        return "This is not valid JSON."
    if not isinstance(value, dict):
        return "This is not an object with named values."
    texts = {name: text_of(each) for name, each in value.items()}
    try:
        "".join((*texts, *texts.values())).encode()
    except UnicodeEncodeError:
        return "This holds half a character (a lone surrogate)."
    return texts
