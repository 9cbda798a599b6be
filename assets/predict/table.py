"""Rows of a file: CSV with any usual separator, or JSON, a list of objects or one object a line."""

import csv
import json
import re
import sys
from collections.abc import Generator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

HEAD = 20  # lines in which the columns' names are looked for: some files have a title above them
JSON = (".json", ".jsonl", ".ndjson")
Row = tuple[bool, list[str]]  # whether an empty line stands before it, and its cells


def opened(source: Path, wanted: set[str]) -> tuple[list[str], Generator[Row]]:
    """The columns' names and the rows. `wanted`: names that tell the line of names from those above it."""
    csv.field_size_limit(2**31 - 1)
    with source.open("rb") as file:
        start = file.read(1024)
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        sys.exit(f"{source.name} is no CSV or JSON file. Save the table as 'CSV UTF-8' and try again.")
    encoding = "utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    if source.suffix.lower() in JSON:
        header, rows = objects(source, source.read_text(encoding=encoding))
        return header, ((False, row) for row in rows)
    with source.open(encoding=encoding, newline="") as lines:
        head = list(islice(lines, HEAD))
    delimiter, above = layout(head, wanted)
    reader = records(source.open(encoding=encoding, newline=""), delimiter)
    if above < 0:
        first = next((row for row in csv.reader(head, delimiter=delimiter) if row), [])
        return named([""] * len(first)), reader
    header = next((row for place, (_, row) in enumerate(reader) if place == above), [])
    return named(header), reader


def layout(head: list[str], wanted: set[str]) -> tuple[str, int]:
    """The separator, and how many rows stand above the columns' names; -1 where columns have numbers in place of names."""
    first = next((line for line in head if line.strip()), "")
    likely = sorted(",;\t|", key=first.count, reverse=True)
    nameless = bool(wanted) and all(re.fullmatch(r"Column \d+", name) for name in wanted)
    for delimiter in likely:
        rows = [row for row in csv.reader(head, delimiter=delimiter) if row]
        for place, row in enumerate(rows[:1] if nameless else rows):
            if wanted and wanted <= set(named(row)):
                return delimiter, place
    return likely[0], -1 if nameless else 0


def records(lines: TextIO, delimiter: str) -> Generator[Row]:
    """The rows of a CSV file, empty lines left out."""
    gap = False
    with lines:
        for row in csv.reader(lines, delimiter=delimiter):
            if row:
                yield gap, row
            gap = not row


def named(header: list[str]) -> list[str]:
    """Names that tell the columns apart, as the studio calls them: ["id", "", "id "] → id, Column 2, id (2)."""
    taken = {name.strip() for name in header}
    names: list[str] = []
    for place, given in enumerate(map(str.strip, header), 1):
        name, number = given or f"Column {place}", 2
        while name in names or (name != given and name in taken):
            name, number = f"{given or f'Column {place}'} ({number})", number + 1
        names.append(name)
    return names


def objects(source: Path, text: str) -> tuple[list[str], list[list[str]]]:
    """Every name that an object has, and the objects as rows; what is no text in them stays JSON."""
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    try:
        if told is None:
            told = [json.loads(line) for line in text.split("\n") if line.strip()]
    except ValueError:
        sys.exit(f"{source.name} is no JSON that can be read: save it as a list of objects, or with one object a line.")
    if isinstance(told, dict):  # rows under a name, or a file of one line
        told = next((each for each in told.values() if is_rows(each)), [told])
    if not is_rows(told):
        sys.exit(f"{source.name} holds no list of objects. Write one object a row, with the columns as its names.")
    header = list(dict.fromkeys(name for each in told for name in each))
    return header, [[cell_of(each.get(name)) for name in header] for each in told]


def is_rows(value: Any) -> bool:
    """Whether it is a list of objects."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def cell_of(value: Any) -> str:
    """A value as the text of a cell."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
