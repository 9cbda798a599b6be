"""CSV that people open in a spreadsheet: no cell of somebody else's may run as a formula there."""

import csv
import io
from collections.abc import Iterable, Sequence

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def formula_safe(cell: str) -> str:
    """The cell, with an apostrophe before it where a spreadsheet would take it for a formula.

    For exports only: training data are never changed. Cut off the first apostrophe to get the cell back.
    Source: OWASP, CSV Injection; full-width signs count because spreadsheets fold them.
    """
    return f"'{cell}" if cell.startswith(_STARTS_FORMULA) else cell


def to_csv(header: Sequence[str], rows: Iterable[Sequence[str | int | float]]) -> bytes:
    """A formula-safe CSV file. UTF-8 with a byte order mark, which Excel needs to see that it is UTF-8; CRLF.

    Numbers are written as they are: a negative number is no formula, a text that looks like one may be.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in (header, *rows):
        writer.writerow([formula_safe(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")
