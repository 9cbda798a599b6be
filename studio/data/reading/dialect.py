"""Text to records: what separates the cells, what quotation marks mean, and the cells of every line."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from studio.data.reading.headers import lacks_a_name, locate_header
from studio.data.reading.unsplit import check_unsplit
from studio.errors import StudioError

_RARE = {
    "\x01": "the control sign U+0001", "\x1f": "the control sign U+001F", "^": "carets", "~": "tildes", "，": "full-width commas",
}  # fmt: skip
DELIMITERS = {"\t": "tabs", "|": "vertical bars", ";": "semicolons", ",": "commas", **_RARE}
"""Delimiter → its name for people; of the usual ones the least likely to stand in a text by chance first."""

SAMPLE_CHARACTERS = 200_000
"""Of the text by which the delimiter is chosen; every line is checked against it later."""
SAMPLE_LINES = 50_000
"""By which it is decided what quotation marks mean, where some are broken."""
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_LARGEST_CELL = 2**31 - 1
_BROKEN = ["broken"]


@dataclass(frozen=True)
class Dialect:
    """How the lines of a file are cut into cells. An empty delimiter means one column."""

    delimiter: str
    quoted: bool = True
    """Whether quotation marks enclose cells; if not, they are plain characters."""
    notes: tuple[str, ...] = ()
    is_spaced: bool = False
    """Whether spaces behind the delimiter are none of the cell's."""


def split_lines(text: str) -> list[str]:
    """Physical lines with their ends: LF, CRLF or CR, in any mixture."""
    return list(io.StringIO(text, newline=""))


def sample_of(text: str) -> tuple[list[str], bool]:
    """The first lines of a text, and whether they are all."""
    lines = split_lines(text[:SAMPLE_CHARACTERS])
    if len(text) <= SAMPLE_CHARACTERS:
        return lines, True
    return lines[:-1] or lines, False  # the last one is cut off


def find_dialect(
    sample: Sequence[str], choice: str = "", *, whole: bool = True, prefer: str = ""
) -> tuple[Dialect, int]:
    """The dialect that cuts the most records into as many cells as the header has, and the lines to skip.

    `sample` are the first lines, `whole` says whether they are all. What quotation marks mean is for
    `with_quoting` to say. `choice` overrules the delimiter (Excel's `sep=;` line does so too); `prefer` breaks a tie.
    Raises: StudioError for a delimiter that is not a single character.
    """
    told = _SEPARATOR_LINE.fullmatch(sample[0]) if sample else None
    skip = 1 if told else 0
    sample = sample[skip:]
    choice = choice or (told[1] if told else "")
    if len(choice) > 1 or choice in ('"', "\r", "\n"):
        raise StudioError(
            f"{choice[:20]!r} cannot separate cells", fix="Choose one of: comma, semicolon, tab, vertical bar."
        )
    if choice:
        return Dialect(choice), skip
    text = "".join(sample)
    found = [_Fit.of(sample, delimiter, whole) for delimiter in DELIMITERS if delimiter in text]
    fits = sorted(
        (fit for fit in found if fit.is_possible),
        key=lambda fit: (
            -fit.share,
            fit.above,
            fit.delimiter != prefer,
        ),  # a stable sort: then in the order of DELIMITERS
    )
    if not fits:
        check_unsplit(sample, _cells_by)
        return _one_column(found), skip
    best = fits[0]
    rivals = [DELIMITERS[fit.delimiter] for fit in fits[1:] if fit.share >= best.share]
    dialect = Dialect(best.delimiter, is_spaced=best.is_spaced)
    if best.is_spaced:
        dialect = replace(dialect, notes=("The spaces behind the separators are no part of the cells.",))
    if rivals:
        other = next(fit.delimiter for fit in fits[1:] if fit.share >= best.share)
        note = (
            f"The cells could be separated by {DELIMITERS[best.delimiter]} or by {' or '.join(rivals)}; "
            f"{DELIMITERS[best.delimiter]} were taken. If the columns look wrong, add the line “sep={other}” "
            "above the column names and upload it again."
        )
        dialect = replace(dialect, notes=(*dialect.notes, note))
    return dialect, skip


def read_records(
    lines: Sequence[str], dialect: Dialect, skip: int = 0, *, whole: bool = True
) -> Iterator[tuple[int, list[str] | None]]:
    """Line number (from 1) and cells of each record; None for a broken one, after which reading goes on with the next line.

    If the lines are not the `whole` file, a cell that runs over their end is no broken one: reading ends there.
    """
    csv.field_size_limit(_LARGEST_CELL)  # the default refuses cells over 131 072 characters
    delimiter = dialect.delimiter or _unused(lines)
    start = skip
    while start < len(lines):
        reader = csv.reader(
            map(lines.__getitem__, range(start, len(lines))),
            delimiter=delimiter,
            quoting=csv.QUOTE_MINIMAL if dialect.quoted else csv.QUOTE_NONE,
            strict=True,
            skipinitialspace=dialect.is_spaced,
        )
        begin = start
        try:
            for record in reader:
                yield begin + 1, record
                begin = start + reader.line_num
            return
        except csv.Error:
            if not whole and start + reader.line_num >= len(lines):
                return
            yield begin + 1, None
            start = begin + 1


def _cells_by(lines: Sequence[str], separator: str) -> list[int]:
    """How many cells each record has where several signs together separate them."""
    sign = _unused(lines)
    records = read_records([line.replace(separator, sign) for line in lines], Dialect(sign))
    return [len(record or ()) for _, record in records if record != []]


def _unused(lines: Iterable[str]) -> str:
    """A character that no line holds, to read a single column with."""
    used = set("".join(lines))
    return next(
        letter for letter in map(chr, (*range(1, 9), *range(14, 32), *range(0xE000, 0xF900))) if letter not in used
    )


@dataclass(frozen=True)
class _Fit:
    """How well a delimiter explains the lines."""

    delimiter: str
    width: int
    """Cells of the header."""
    share: float
    """Of the records from the header on, those with as many cells as the header."""
    others_width: int
    """The most common number of cells below the header."""
    others_share: float
    header: tuple[str, ...]
    above: int = 0
    """Records above the header, which it leaves unexplained."""
    is_spaced: bool = False

    @classmethod
    def of(cls, lines: Sequence[str], delimiter: str, whole: bool, *, is_spaced: bool = False) -> "_Fit":
        found = read_records(lines, Dialect(delimiter, is_spaced=is_spaced), whole=whole)
        records = [_BROKEN if record is None else record for _, record in found]
        at = locate_header(records)
        header = tuple(records[at]) if records else ()
        if len(header) > 1 and not is_spaced and all(name[:1] == " " for name in header[1:]):
            return cls.of(lines, delimiter, whole, is_spaced=True)
        width = len(header) + lacks_a_name(header, records[at + 1 :])
        widths = Counter(len(record) if record is not _BROKEN else 0 for record in records[at + 1 :] if any(record))
        above = sum(any(record) for record in records[:at])
        total = widths.total()
        others_width, others = widths.most_common(1)[0] if widths else (0, 0)
        share = (widths[width] + 1) / (total + above + 1)
        return cls(delimiter, width, share, others_width, others / max(1, total), header, above, is_spaced)

    @property
    def is_possible(self) -> bool:
        if self.delimiter in _RARE:
            return self.width >= 2 and self.share > 0.9
        return self.width >= 2 and (self.share > 0.5 or self._header_is_names)

    @property
    def _header_is_names(self) -> bool:
        """A list of names, and not a sentence that happens to hold commas."""
        return all(name == name.strip() and 0 < len(name) <= 40 for name in self.header)


def _one_column(found: Sequence[_Fit]) -> Dialect:
    dialect = Dialect("")
    for fit in found:
        if fit.width == 1 and fit.others_width >= 2 and fit.others_share > 0.9:
            note = (
                f"The first line names one column, but the rows look like {fit.others_width} cells separated by "
                f"{DELIMITERS[fit.delimiter]}. They were read as one column; if that is wrong, name every column."
            )
            return replace(dialect, notes=(*dialect.notes, note))
    return dialect


def with_quoting(dialect: Dialect, lines: Sequence[str], *, whole: bool = True) -> Dialect:
    """Quotation marks are plain characters where enclosing breaks records and cutting at every delimiter fits all.

    `lines` are the first `SAMPLE_LINES`, without Excel's separator line.
    """
    if not any(record is None for _, record in read_records(lines, dialect, whole=whole)):
        return dialect
    plain = replace(dialect, quoted=False)
    records = [record or [] for _, record in read_records(lines, plain)]
    if len({len(record) for record in records if any(record)}) != 1:
        return dialect
    marked = [cell for record in records for cell in record if cell.startswith('"')]
    enclosed = sum(len(cell) >= 2 and cell.endswith('"') for cell in marked)
    if enclosed > len(marked) - enclosed:
        return dialect
    said = "Quotation marks are plain characters in this file; they stay in the texts."
    return replace(plain, notes=(*plain.notes, said))
