"""Delimited UTF-8 text to rows, fast: records found by `structure`, cut by Arrow slice by slice, damaged ones one by one."""

import codecs
import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from studio.data.reading.body import Body, Numbers
from studio.data.reading.dialect import (
    SAMPLE_CHARACTERS,
    SAMPLE_LINES,
    Dialect,
    find_dialect,
    sample_of,
    split_lines,
    with_quoting,
)
from studio.data.reading.limits import Choices, Limits, check_size
from studio.data.reading.mixed import CHARACTERS, LINES, check_mixed
from studio.data.reading.repairs import Columns, body_of, find_heading, finish, take_head
from studio.data.reading.rows import MOST_BROKEN, Rows, broken_row, note_swallowed, too_many_broken
from studio.data.reading.structure import (
    MARK,
    Bytes,
    NotPlain,
    Structure,
    TooManyBroken,
    TooManyLines,
    find_structure,
)
from studio.data.table import Problem
from studio.errors import StudioError

_THREADS = 2
_SLICE = 1 << 20
_MOST_RESERVED = 256 * _SLICE
"""Bytes: for every column, Arrow reserves as many as the slice has."""
_WIDE = 50
"""With more columns, what Arrow reserved beyond need is given back slice by slice."""
_GIANT = 4 * _SLICE
"""A record of more bytes is looked at before it is cut."""
_MOST_ODD = 100
"""Records of another width in one slice; with more of them, one after the other is as fast."""
_BLANK_LINES = 5
"""Lines for each row that may be; more are refused."""


def read_quickly(text: Bytes, choices: Choices, limits: Limits, prefer: str) -> Rows:
    """The rows of `text`, UTF-8 without a byte order mark; the same that `careful.read_carefully` finds.

    Raises: NotPlain where that is not proven. StudioError.
    """
    sample, whole = sample_of(_beginning(text[: 4 * SAMPLE_CHARACTERS + 4]))
    dialect, skip = find_dialect(sample, choices.delimiter, whole=whole, prefer=prefer)
    if dialect.is_spaced:
        raise NotPlain("spaces behind the separators")
    if skip:
        text = text[len(_decoded(text[: len(sample[0].encode())]).encode()) :]
    delimiter = _one_byte(text, dialect.delimiter)
    most = _BLANK_LINES * limits.rows + 1000
    try:
        structure = _quoted(text, delimiter, most)
    except TooManyLines as found:
        raise StudioError(
            f"The file has {found.args[0]:,} lines, the limit is {limits.rows:,} rows",
            fix="Upload fewer rows, and remove empty lines.",
        ) from found
    if structure is None or structure.broken.any():
        plain = find_structure(text, delimiter, quoted=False, many=SAMPLE_LINES - skip, most=len(text))
        lines = split_lines(_decoded(text[: plain.first_lines]))
        dialect = with_quoting(dialect, lines, whole=plain.first_lines == len(text))
        structure = structure if dialect.quoted else plain
    if structure is None:
        raise NotPlain("too many broken quotation marks")
    if np.count_nonzero(structure.broken) > MOST_BROKEN:
        raise too_many_broken(int(structure.numbers[np.argmax(structure.broken)]) + skip)
    return _Quick(text, structure, dialect, delimiter, skip, limits).read(choices.header_row)


def _quoted(text: Bytes, delimiter: int, most: int) -> Structure | None:
    """The records where quotation marks enclose cells; None where that breaks more of them than can be walked."""
    try:
        return find_structure(text, delimiter, quoted=True, many=1, most=most)
    except TooManyBroken:
        return None


def _one_byte(text: Bytes, delimiter: str) -> int:
    """The delimiter's byte; for one column, a byte that is nowhere."""
    if delimiter:
        if not delimiter.isascii():
            raise NotPlain("a delimiter of several bytes")
        return ord(delimiter)
    counts = np.zeros(256, np.int64)
    for start in range(0, len(text), _SLICE):
        counts += np.bincount(text[start : start + _SLICE], minlength=256)
    return next((byte for byte in (*range(1, 9), *range(14, 32)) if not counts[byte]), 0) or _none()


def _none() -> int:
    raise NotPlain("no byte is free")


def _beginning(part: Bytes) -> str:
    """The text of bytes that may end within a letter."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(part.tobytes())
    except UnicodeDecodeError as error:
        raise NotPlain("not UTF-8") from error


def _decoded(part: Bytes) -> str:
    try:
        return part.tobytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotPlain("not UTF-8") from error


@dataclass(frozen=True)
class _Cut:
    """Some records as columns, and the places (from 0, blank lines not counted) of those with another number of cells."""

    block: pa.Table
    left_out: list[int]


def _packed(block: pa.Table) -> pa.Table:
    """The same in one piece of memory, and no more of it than it needs."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, block.schema) as writer:
        writer.write_table(block)
    return pa.ipc.open_stream(sink.getvalue()).read_all()


@dataclass
class _Quick:
    """One text, and where its records are."""

    text: Bytes
    structure: Structure
    dialect: Dialect
    delimiter: int
    skip: int
    """Lines above the text."""
    limits: Limits

    def read(self, header_row: int) -> Rows:
        found = self.structure
        first = int(np.argmin(found.blank)) if len(found) and not found.blank.all() else len(found)
        head = take_head(self._records(first), header_row)
        heading = find_heading(head, header_row)
        check_size(0, len(heading.names), 0, self.limits.columns)
        body = body_of(heading)
        begin = first
        if heading.row:
            begin = int(np.searchsorted(found.numbers, max(heading.row, heading.second) - self.skip)) + 1
        self._fill(body, begin)
        problems = [self._problem(index) for index in np.flatnonzero(found.broken).tolist()]
        check_mixed(body, problems, self.dialect, self._text_from)
        columns = finish(heading, body, has_more=bool(problems))
        return Rows(columns, self.dialect, problems, self._swallowed(columns, body))

    def _records(self, first: int) -> Iterator[tuple[int, list[str] | None]]:
        for index in range(first, len(self.structure)):
            number = int(self.structure.numbers[index]) + self.skip
            if self.structure.broken[index]:
                yield number, None
            else:
                yield number, self._one_by_one(index, index + 1)[0]

    def _fill(self, body: Body, begin: int) -> None:
        """Slices side by side, then together in their order."""
        found = self.structure
        if begin >= len(found):
            return
        step = max(1, min(_SLICE, _MOST_RESERVED // body.width))
        edges = np.searchsorted(found.starts, np.arange(int(found.starts[begin]), len(self.text), step))
        bad = np.flatnonzero(found.broken)
        edges = np.unique(np.concatenate([edges, bad, bad + 1, [begin, len(found)]]))
        edges = edges[(edges >= begin) & (edges <= len(found))].tolist()
        slices = [(low, high) for low, high in zip(edges, edges[1:], strict=False) if not found.broken[low]]
        with ThreadPoolExecutor(_THREADS) as pool:
            for (low, high), cut in zip(
                slices, pool.map(lambda each: self._cut(each[0], each[1], body), slices), strict=True
            ):
                if cut is None:
                    body.add(self._numbers(low, high).tolist(), self._one_by_one(low, high))
                else:
                    self._add(body, low, high, cut)

    def _add(self, body: Body, low: int, high: int, cut: "_Cut") -> None:
        """What Arrow cut, and between that, one by one, what it left out for its number of cells."""
        solid = np.flatnonzero(~self.structure.blank[low:high]) + low
        taken = 0
        for odd in [*(int(solid[place]) for place in cut.left_out), high]:
            records = solid[(solid >= low) & (solid < odd)]
            block, blank_lines = cut.block.slice(taken, len(records)), odd - low - len(records)
            if not body.add_block(self.structure.numbers[records] + self.skip, block, blank_lines):
                body.add(self._numbers(low, odd).tolist(), self._one_by_one(low, odd))
            if odd < high:
                body.add(self._numbers(odd, odd + 1).tolist(), self._one_by_one(odd, odd + 1))
            taken, low = taken + len(records), odd + 1

    def _numbers(self, low: int, high: int) -> Numbers:
        return self.structure.numbers[low:high] + self.skip

    def _cut(self, low: int, high: int, body: Body) -> "_Cut | None":
        """By Arrow; None where it would cut differently from `csv`, or cannot."""
        found = self.structure
        part = self._part(low, high)
        if part[:3].tobytes() == MARK:  # Arrow would take it away
            return None
        breaks = high < len(found) and int(found.numbers[high] - found.numbers[low]) != high - low
        left_out: list[int] = []

        def odd(row: pacsv.InvalidRow) -> str:
            left_out.append(row.number - 1)
            return "skip" if len(left_out) <= _MOST_ODD else "error"

        try:
            block = pacsv.read_csv(
                pa.BufferReader(pa.py_buffer(part)),
                read_options=pacsv.ReadOptions(
                    column_names=body.schema.names, block_size=len(part) + 1, use_threads=False
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=chr(self.delimiter),
                    quote_char='"' if self.dialect.quoted else False,
                    newlines_in_values=breaks or high == len(found),
                    invalid_row_handler=odd,
                ),
                convert_options=pacsv.ConvertOptions(column_types=body.schema, null_values=[]),
            )
        except pa.ArrowInvalid:
            return None
        rows = high - low - int(np.count_nonzero(found.blank[low:high]))
        fits = block.num_rows + len(left_out) == rows and block.schema.equals(body.schema)
        return _Cut(_packed(block) if body.width > _WIDE else block, left_out) if fits else None

    def _one_by_one(self, low: int, high: int) -> list[list[str]]:
        text = _decoded(self._part(low, high))
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=chr(self.delimiter),
            quoting=csv.QUOTE_MINIMAL if self.dialect.quoted else csv.QUOTE_NONE,
            strict=True,
        )
        try:
            records = list(reader)
        except csv.Error as error:
            raise NotPlain(str(error)) from error
        if len(records) != high - low:
            raise NotPlain("other records than expected")
        return records

    def _part(self, low: int, high: int) -> Bytes:
        """The bytes of some records. Raises: StudioError where one has cells without end."""
        part = self.text[int(self.structure.starts[low]) : int(self.structure.starts[high])]
        if len(part) > _GIANT:
            cells = int(np.count_nonzero(part == self.delimiter)) // (high - low)
            if cells > 10 * self.limits.columns:
                raise StudioError(
                    f"A row has about {cells:,} cells, the limit is {self.limits.columns:,} columns",
                    where=f"line {int(self.structure.numbers[low]) + self.skip}",
                    fix="Check what separates the cells there, or keep the columns with the text and the label.",
                )
        return part

    def _text_from(self, number: int) -> str:
        begin = int(self.structure.starts[np.searchsorted(self.structure.numbers, number - self.skip)])
        text = _beginning(self.text[begin : begin + 4 * CHARACTERS + 4])
        return "".join(split_lines(text)[:LINES])[:CHARACTERS]

    def _problem(self, index: int) -> Problem:
        line = _decoded(
            self.text[int(self.structure.starts[index]) :][: int(np.diff(self.structure.starts[index : index + 2])[0])]
        )
        return broken_row(int(self.structure.numbers[index]) + self.skip, line)

    def _swallowed(self, columns: Columns, body: Body) -> tuple[str, ...]:
        found = self.structure
        good = np.flatnonzero(~found.broken)
        spans = np.diff(np.append(found.numbers[good], found.lines + 1))
        return note_swallowed(self._long(good[spans >= 4].tolist()), self.dialect.delimiter, body)

    def _long(self, indices: list[int]) -> Iterator[tuple[int, list[str]]]:
        """Records over several lines, with enough separators for three rows."""
        for index in indices:
            part = self._part(index, index + 1)
            if part.tobytes().count(self.delimiter) >= 3:
                yield int(self.structure.numbers[index]) + self.skip, self._one_by_one(index, index + 1)[0]
