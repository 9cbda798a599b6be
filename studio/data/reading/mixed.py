"""Files pasted together whose cells are separated by different signs: refused, since some rows fit either way by chance."""

from collections.abc import Callable

from studio.data.reading.body import Body
from studio.data.reading.dialect import DELIMITERS, Dialect, read_records, split_lines
from studio.data.table import Problem
from studio.errors import StudioError

LINES, CHARACTERS = 300, 100_000
"""Looked at from a row on that does not fit."""
_STARTS = 20
"""Rows that do not fit from which another separator is tried."""
_LEAST = 5


def check_mixed(body: Body, broken: list[Problem], dialect: Dialect, text_from: Callable[[int], str]) -> None:
    """`text_from` gives the text from a line on: `LINES` lines of at most `CHARACTERS`.

    Raises: StudioError where, from some row on, another separator fits nearly all rows and this one does not.
    """
    if not dialect.delimiter or body.width < 2:
        return
    odd = sorted([*body.odd[:_STARTS], *(problem.row for problem in broken[:_STARTS])])[:_STARTS]
    for number in odd:
        text = text_from(number)
        own = _share(text, dialect.delimiter, body.width)
        for other in DELIMITERS:
            if other != dialect.delimiter and other in text and _share(text, other, body.width) > max(0.8, own):
                raise StudioError(
                    f"The cells are separated by {DELIMITERS.get(dialect.delimiter, dialect.delimiter)} at first and by "
                    f"{DELIMITERS[other]} further below",
                    where=f"from line {number:,} on",
                    fix="It may be two files pasted together: save both as “CSV UTF-8” before, or upload one of them.",
                )


def _share(text: str, delimiter: str, width: int) -> float:
    """Of the records, those with so many cells; 0 for too few of them."""
    records = read_records(split_lines(text)[:LINES], Dialect(delimiter), whole=False)
    widths = [len(record or ()) for _, record in records if record != []]
    return sum(each == width for each in widths) / len(widths) if len(widths) >= _LEAST else 0.0
