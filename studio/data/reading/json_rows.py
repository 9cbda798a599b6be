"""JSON whose rows are arrays, as `["text", "label"]` and below it `["hello", "spam"]`, and objects that run over several lines."""

import json
from collections.abc import Iterable, Iterator

from studio.data.masking import cited
from studio.data.phrases import counted
from studio.data.reading.json_values import KeyTwice, text_of, value_of
from studio.data.reading.repairs import Columns, assemble
from studio.data.reading.rows import no_row_left
from studio.data.table import Problem

Source = tuple[int, str]
"""The number of a row, and its JSON."""
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)


def holds_array_lines(text: str) -> bool:
    """Whether the first line is an array of plain values on its own, and another follows."""
    begin = skip(text, 0)
    end = text.find("\n", begin)
    try:
        first = json.loads(text[begin:end]) if end > 0 else None
    except (ValueError, RecursionError):
        return False
    is_row = isinstance(first, list) and not any(isinstance(value, dict) for value in first)
    return is_row and text[(at := skip(text, end)) : at + 1] == "["


def holds_spread_objects(text: str) -> bool:
    """Whether the first object runs over several lines."""
    at = skip(text, 0)
    try:
        return text[at : at + 1] == "{" and "\n" in text[at : _DECODER.raw_decode(text, at)[1]]
    except (ValueError, RecursionError):
        return False


def spread_objects(text: str) -> Iterator[Source]:
    """Objects one after the other, each with the line it starts on. Behind a broken one, reading goes on at the next line that
    begins with a brace."""
    at, line, counted_to = skip(text, 0), 1, 0
    while at < len(text):
        line, counted_to = line + text.count("\n", counted_to, at), at
        try:
            end = _DECODER.raw_decode(text, at)[1]
        except (ValueError, RecursionError):
            after = text.find("\n{", at + 1)
            end = after if after >= 0 else len(text)
        yield line, text[at:end]
        at = skip(text, end)
        if text[at : at + 1] == ",":
            at = skip(text, at + 1)


def read_arrays(sources: Iterable[Source], header_row: int, most_columns: int) -> tuple[Columns, list[Problem]]:
    """The arrays as the records of a table, whose first one may hold the names; what is no array is told. Raises: StudioError."""
    numbers: list[int] = []
    records: list[list[str]] = []
    problems: list[Problem] = []
    for number, source in sources:
        texts = _texts(source)
        if texts is None:
            problems.append(Problem(number, "", cited(source), "This is not a list of values. The row was left out."))
        else:
            numbers.append(number)
            records.append(texts)
    if not records:
        raise no_row_left(problems)
    columns = assemble(numbers, records, header_row, most_columns)
    if not columns.cells.num_rows:
        raise no_row_left([*columns.body.set_aside, *problems])
    if problems:
        columns.notes.append(f"{counted(len(problems), 'row')} left out for what is told at each.")
    return columns, problems


def skip(text: str, at: int) -> int:
    """The place of what is no space, from here on."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _texts(source: str) -> list[str] | None:
    """The values of an array; None where it is none, an object in it has a name twice, or a text half a character."""
    try:
        value = value_of(source)
        texts = list(map(text_of, value)) if isinstance(value, list) else None
        "".join(texts or ()).encode()
    except (KeyTwice, UnicodeEncodeError):
        return None
    return texts
