"""The rows below a header: as many cells in each as the header has; what does not fit is mended or set aside, and said."""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from studio.data.masking import cited
from studio.data.phrases import counted
from studio.data.table import Problem

MOST_PROBLEMS = 1000
"""Problems listed one by one; the notes count them all."""
_MOST_CHUNKS = 20_000
"""Each costs some hundred bytes, here and wherever the table goes."""

Numbers = npt.NDArray[np.int64]


@dataclass
class Body:
    """Rows in the order of the file, gathered block by block."""

    header: list[str]
    has_preface: bool = False
    """Something stands above the header: then there may be remarks below the table too."""
    blocks: list[pa.Table] = field(default_factory=list)
    numbers: list[Numbers] = field(default_factory=list)
    set_aside: list[Problem] = field(default_factory=list)
    repaired: list[Problem] = field(default_factory=list)
    doubtful: list[Problem] = field(default_factory=list)
    ragged: int = 0
    remarks: int = 0
    empty: int = 0
    trimmed: int = 0
    padded: int = 0
    repeated: int = 0
    dropped: int = 0
    """Set aside later, for what only the whole file tells."""
    doubted: int = 0
    """Kept, and told that they may be incomplete."""
    odd: "array[int]" = field(default_factory=lambda: array("q"))
    """Numbers of the rows with another number of cells."""
    cut: "array[int]" = field(default_factory=lambda: array("q"))
    """Numbers of the rows whose empty cells beyond the last column were cut off."""
    widths: Counter[int] = field(default_factory=Counter)
    """Cells → how many of those rows have so many."""
    alone: list[tuple[int, str]] = field(default_factory=list)
    """Number and text of those of a single cell; the first thousand."""

    def __post_init__(self) -> None:
        self._named = max((i + 1 for i, name in enumerate(self.header) if name.strip()), default=self.width)
        self._tells = self.width >= 2 and all(name.strip() for name in self.header)
        """Whether a row with the same cells can only be the header once more."""
        self.schema = pa.schema([(str(i), pa.large_string()) for i in range(self.width)])

    @property
    def width(self) -> int:
        """Columns."""
        return len(self.header)

    def add(self, numbers: Sequence[int] | Numbers, records: Sequence[list[str]]) -> None:
        """Records as they stand in the file, one by one."""
        kept: list[list[str]] = []
        places: list[int] = []
        for number, cells in zip(numbers, records, strict=True):
            if (not cells or not cells[0].strip()) and not "".join(cells).strip():
                self.empty += 1
            elif self.has_preface and self.empty and self.width > 2 and not "".join(cells[1:]).strip():
                self.remarks += 1
                self._set_aside(number, cells[0], "A remark below the table; left out.")
            elif (fitted := self._fitted(int(number), cells)) is not None:
                kept.append(fitted)
                places.append(int(number))
        if kept:
            columns = [pa.array(column, pa.large_string()) for column in zip(*kept, strict=True)]
            self.blocks.append(pa.Table.from_arrays(columns, schema=self.schema))
            self.numbers.append(np.array(places, np.int64))

    def add_block(self, numbers: Numbers, block: pa.Table, blank_lines: int) -> bool:
        """Records of the right width; `blank_lines` were between them. False: they have to be added one by one."""
        empty = blank_rows(block)
        if self.has_preface and (self.empty or blank_lines or len(empty)):
            return False  # below a gap, a lone cell is a remark
        again = _rows_like(block, self.header) if self._tells else empty[:0]
        for number in numbers[again].tolist():
            self._repeats(number)
        self.empty += blank_lines + len(empty)
        if len(empty) or len(again):
            stay = np.setdiff1d(np.arange(block.num_rows), np.concatenate([empty, again]))
            block, numbers = block.take(pa.array(stay)), numbers[stay]
        if block.num_rows:
            self.blocks.append(block)
            self.numbers.append(numbers)
        return True

    def _fitted(self, number: int, cells: list[str]) -> list[str] | None:
        count, width = len(cells), self.width
        if count == width:
            if self._tells and _unmarked(cells) == self.header:
                self._repeats(number)
                return None
            return cells
        if count > width and not "".join(cells[width:]).strip():
            self.trimmed += 1
            self.cut.append(number)
            self._repair(number, cells, f"{counted(count - width, 'empty cell')} beyond the last column cut off.")
            return cells[:width]
        if self._named <= count < width:
            self.padded += 1
            self._repair(
                number, cells, f"{counted(count, 'cell')} where {width} are expected; the rest is taken as empty."
            )
            return [*cells, *[""] * (width - count)]
        self.ragged += 1
        self.odd.append(number)
        self.widths[count] += 1
        if count == 1 and len(self.alone) < MOST_PROBLEMS:
            self.alone.append((number, cells[0][:100]))
        hint = "is a text with the separator in it not in quotation marks?" if count > width else "is a cell missing?"
        what = f"{counted(count, 'cell')} where {width} {'is' if width == 1 else 'are'} expected: {hint} The row was left out."
        self._set_aside(number, " ¦ ".join(cells[: width + 20]), what)
        return None

    def leave_out(self, number: int, value: str, what: str) -> None:
        """A row that is told of from outside."""
        self.dropped += 1
        self._set_aside(number, value, what)

    def uncut(self, numbers: Sequence[int], values: Sequence[str], what: str) -> None:
        """Rows whose cells were cut off, and which are told to be left out instead."""
        gone = set(numbers)
        self.repaired = [problem for problem in self.repaired if problem.row not in gone]
        self.trimmed -= len(gone)
        self.ragged += len(gone)
        for number, value in zip(numbers, values, strict=True):
            self._set_aside(number, value, what)

    def _repeats(self, number: int) -> None:
        self.repeated += 1
        self._set_aside(number, " ¦ ".join(self.header[:20]), "The column names once more; left out.")

    def _set_aside(self, number: int, value: str, what: str) -> None:
        if len(self.set_aside) < MOST_PROBLEMS:
            self.set_aside.append(Problem(int(number), "", cited(value[:1000]), what))

    def _repair(self, number: int, cells: list[str], what: str) -> None:
        if len(self.repaired) < MOST_PROBLEMS:
            self.repaired.append(Problem(number, "", cited(" ¦ ".join(cells[:20])[:1000]), what))

    def table(self) -> pa.Table:
        """All rows."""
        if not self.blocks:
            return self.schema.empty_table()
        table = pa.concat_tables(self.blocks)
        return table.combine_chunks() if len(self.blocks) * self.width > _MOST_CHUNKS else table

    def rows(self) -> Numbers:
        """The file's own number of each row."""
        return np.concatenate(self.numbers) if self.numbers else np.empty(0, np.int64)

    def notes(self) -> list[str]:
        """What was done, in sentences."""
        were = "was" if self.repeated == 1 else "were"
        told = (
            (
                self.ragged,
                f"{counted(self.ragged, 'row')} left out for having more or fewer cells than there are columns.",
            ),
            (self.dropped, f"{counted(self.dropped, 'row')} left out for damage that is told at each."),
            (self.doubted, f"{counted(self.doubted, 'row')} may be incomplete, as is told at each."),
            (self.remarks, f"{counted(self.remarks, 'remark')} below the table left out."),
            (
                self.repeated,
                f"The column names stand in {counted(self.repeated, 'further row')}, which {were} left out.",
            ),
            (self.empty, f"{counted(self.empty, 'empty row')} left out."),
            (self.trimmed, f"Empty cells beyond the last column were cut off in {counted(self.trimmed, 'row')}."),
            (self.padded, f"Missing cells at the end of {counted(self.padded, 'row')} were taken as empty."),
        )
        return [what for count, what in told if count]


def _unmarked(cells: list[str]) -> list[str]:
    """Without the byte order mark that stands before the second of two files pasted together."""
    return [cells[0].lstrip("\ufeff"), *cells[1:]] if cells[0][:1] == "\ufeff" else cells


def blank_rows(block: pa.Table) -> npt.NDArray[Any]:
    """Indices of the rows of which every cell is blank. A row that begins with text is looked at no further."""
    rows = np.arange(block.num_rows)
    for column in block.columns:
        if not len(rows):
            break
        cells = column if len(rows) == block.num_rows else column.take(pa.array(rows))
        rows = rows[is_blank(cells)]
    return rows


def is_blank(cells: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Whether there is nothing, or nothing but spaces."""
    if not len(cells):
        return np.empty(0, np.bool_)
    maybe: npt.NDArray[np.bool_] = np.concatenate([_may_be_blank(chunk) for chunk in cells.chunks])
    if maybe.any():
        index = np.flatnonzero(maybe)
        maybe[index] = [not cell.strip() for cell in cells.take(pa.array(index)).to_pylist()]
    return maybe


def _may_be_blank(cells: pa.Array) -> npt.NDArray[np.bool_]:
    """By the first byte: none, or one with which a space may begin, but for the letters of Japanese and Korean."""
    edges, letters = edges_of(cells), _letters_of(cells)
    if not len(letters):
        return edges[1:] == edges[:-1]
    first, second = (letters[np.minimum(edges[:-1] + place, len(letters) - 1)] for place in (0, 1))
    begins = _BEGINS_A_SPACE[first] & ~((first == 0xE3) & (second != 0x80))
    blank: npt.NDArray[np.bool_] = (edges[1:] == edges[:-1]) | begins
    return blank


def edges_of(cells: pa.Array) -> npt.NDArray[np.int64]:
    """Where each text of a `large_string` array begins in its bytes, and behind them where the last one ends."""
    if not len(cells):
        return np.zeros(1, np.int64)
    return np.frombuffer(cells.buffers()[1], np.int64)[cells.offset : cells.offset + len(cells) + 1]


def _letters_of(cells: pa.Array) -> npt.NDArray[np.uint8]:
    text = cells.buffers()[2]
    return np.frombuffer(text, np.uint8) if text is not None and text.size else np.empty(0, np.uint8)


_MARK = 0xEF
_BEGINS_A_SPACE = np.zeros(256, np.bool_)
_BEGINS_A_SPACE[[*range(9, 14), *range(0x1C, 0x21), 0xC2, 0xE1, 0xE2, 0xE3]] = True


def _rows_like(block: pa.Table, names: list[str]) -> npt.NDArray[Any]:
    """Indices of the rows that repeat the header. Only those whose first cell may be its first name are looked at."""
    maybe = [_may_be(chunk, names[0].encode()) for chunk in block.column(0).chunks]
    rows = np.flatnonzero(np.concatenate(maybe)) if maybe else np.arange(0)
    for place, name in enumerate(names):
        if len(rows):
            cells = block.column(place).take(pa.array(rows)).to_pylist()
            same = [(cell if place else _unmarked([cell])[0]) == name for cell in cells]
            rows = rows[np.array(same, np.bool_)]
    return rows


def _may_be(cells: pa.Array, name: bytes) -> npt.NDArray[np.bool_]:
    """Whether length and first byte are those of the name, or there is a byte order mark, of a second file pasted below."""
    edges, letters = edges_of(cells), _letters_of(cells)
    if not len(letters):
        return np.zeros(len(cells), np.bool_)
    first = letters[np.minimum(edges[:-1], len(letters) - 1)]
    may_be: npt.NDArray[np.bool_] = (np.diff(edges) == len(name)) & (first == name[0]) | (first == _MARK)
    return may_be
