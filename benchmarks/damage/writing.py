"""Tables to the text of files, with the line each row begins on."""

import csv
import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from damage.kinds import Case, Said, Source, Truth

_END = re.compile("\r\n|\r|\n")
FILES = (
    "support_replies_train",
    "qa_squad_train",
    "translation_en_de_train",
    "multilabel_emotions_train",
    "ner_wnut17_spans_validation",
    "qa_covid_test",
)
"""Real tables: line breaks in cells; accents and quotations; umlauts; bars in cells; JSON in cells; spaces at the edges."""


def sources(folder: Path, most: int = 150, characters: int = 60_000, files: Sequence[str] = FILES) -> list[Source]:
    """The first rows of each file, as long as they are not too long together."""
    found = []
    for name in files:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            columns, *rows = csv.reader(file, strict=True)
        kept: list[list[str]] = []
        for row in rows[:most]:
            characters_left = characters - sum(len(cell) for each in kept for cell in each)
            if characters_left > 0:
                kept.append(row)
        found.append(Source(name, columns, kept))
    return found


def long(source: Source, words: int = 6) -> Callable[[list[str]], bool]:
    """Whether the text of a row has so many words."""
    return lambda row: len(row[source.text].split()) >= words


def quoted(cell: str, delimiter: str = ",", *, always: bool = False) -> str:
    """A cell as RFC 4180 has it."""
    if always or any(sign in cell for sign in (delimiter, '"', "\r", "\n")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def line(cells: Sequence[str], delimiter: str = ",", *, always: bool = False) -> str:
    """One record. An only cell that is empty is quoted, or the line would be blank."""
    return delimiter.join(quoted(cell, delimiter, always=always) for cell in cells) or '""'


@dataclass(frozen=True)
class Paper:
    """The text of a file and the line on which each row begins."""

    text: str
    numbers: list[int]

    def case(self, source: Source, codec: str = "utf-8", **how: Any) -> Case:
        """The case whose truth is the source as it is."""
        columns: list[str | None] = [*source.columns]
        return Case(self.text.encode(codec), Truth(columns, source.rows, self.numbers), **how)


def written(
    source: Source,
    row: Callable[[int, list[str]], str] | None = None,
    *,
    delimiter: str = ",",
    end: str | Callable[[int], str] = "\n",
    header: str | None = None,
    above: str = "",
    below: str = "",
) -> Paper:
    """The source as delimited text. `row` writes a row (its place and cells), `header` replaces the first line."""
    first = line(source.columns, delimiter) if header is None else header
    ended = end if callable(end) else (lambda _: end)
    parts = [above + first + ended(-1)] if first or above else []
    numbers = []
    at = 1 + sum(len(_END.findall(part)) for part in parts)
    for index, cells in enumerate(source.rows):
        numbers.append(at)
        parts.append((line(cells, delimiter) if row is None else row(index, cells)) + ended(index))
        at += len(_END.findall(parts[-1]))
    return Paper("".join(parts) + below, numbers)


def of_rows(source: Source, rows: list[list[str]], **how: Any) -> Case:
    """The source with other rows, written well."""
    other = Source(source.name, source.columns, rows)
    return written(other).case(other, **how)


def unquoted(source: Source, rng: random.Random, count: int, sign: str) -> Case:
    """Without any quoting, some texts with `sign` for their first space; no other cell holds a comma."""
    other = source.simple(lambda cell: cell.replace(",", ""))
    for row in other.pick(rng, count, long(other)):
        other.rows[row][other.text] = other.rows[row][other.text].replace(" ", sign, 1)
    return written(other, lambda _, cells: ",".join(cells)).case(other)


_WHOLE = re.compile(r'"((?:[^"]|"")*)"')


def unquoted_tabs(source: Source) -> Case:
    """Joined by tabs without any quoting; where marks enclose a whole cell, they may have been meant so."""
    case = written(source, lambda _, cells: "\t".join(cells), delimiter="\t").case(source)
    meant = source.mapped(lambda cell: whole[1].replace('""', '"') if (whole := _WHOLE.fullmatch(cell)) else cell)
    return replace(case, also=(Truth(case.truth.columns, meant.rows, case.truth.numbers),))


def numbered(source: Source, first: int | None = None, columns: list[str | None] | None = None) -> Truth:
    """Rows numbered from `first` on, one by one."""
    numbers = None if first is None else list(range(first, first + len(source.rows)))
    return Truth(columns or [*source.columns], source.rows, numbers)


def jsonl(source: Source) -> str:
    """One object a line."""
    return "".join(
        json.dumps(dict(zip(source.columns, row, strict=True)), ensure_ascii=False) + "\n" for row in source.rows
    )


ABOUT_ENCODING = Said(r"(?i)not UTF-8|encoding|byte order mark|letters look wrong", cells=True, names=True)
ABOUT_DELIMITER = Said(r"(?i)separat|delimiter|one column", all=True)
ABOUT_NAMES = Said(r"(?i)column names?|columns with|columns? without|name", names=True)
ABOUT_HEADER = r"(?i)looks like data|no column names|without column names|header"
