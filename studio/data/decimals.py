"""Numbers as people write them, with a decimal point: which comma means what is told by the whole training column; and
numbers as models answer them."""

import math
import re
from collections.abc import Sequence

_DIGITS, _MOST_DIGITS = 6, 15
"""Digits that a number is told with, at least, and at most: a float64 has no more."""
_SPACES = re.compile(r"(?<=\d)[\s'’](?=\d{3}(?!\d))")
"""What groups thousands besides commas and points."""
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_GROUPED_BY_POINTS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?")


def comma_of(cells: Sequence[str]) -> str:
    """`thousands` where every comma of a column groups them and some cell has a decimal point or two commas, `decimal`
    where not, and nothing for a column without commas."""
    trimmed = [_trimmed(cell) for cell in cells]
    with_comma = [cell for cell in trimmed if "," in cell]
    has_point = any("." in cell or cell.count(",") > 1 for cell in trimmed)
    groups = has_point and all(_GROUPED.fullmatch(cell) for cell in with_comma)
    return ("thousands" if groups else "decimal") if with_comma else ""


def plain_numbers(cells: Sequence[str], comma: str = "") -> list[str]:
    """Each cell with a decimal point and nothing between thousands; what is no number stays as it is.

    `3,5` → `3.5`; `1.234,5` → `1234.5`; `1,234.5` → `1234.5`; `1,234` → `1234` where `comma`, or else the column itself
    (see `comma_of`), says that commas group thousands, else `1.234`.
    """
    groups = (comma or comma_of(cells)) == "thousands"
    return [_plain(_trimmed(cell), commas_group=groups) for cell in cells]


def rounded(number: float, deviation: float) -> str:
    """With six digits, or as many more as it takes to tell numbers apart that deviate so little from each other:
    1234.5678 with a deviation of 10 is `1234.57`, 1700000000.25 with one of 3 is `1700000000.25`."""
    digits = _DIGITS
    if number and deviation > 0 and math.isfinite(number):
        digits += math.floor(math.log10(abs(number))) - math.floor(math.log10(deviation))
    return f"{number:.{min(max(digits, _DIGITS), _MOST_DIGITS)}g}"


def _trimmed(cell: str) -> str:
    return _SPACES.sub("", cell.strip().replace("−", "-"))


def _plain(cell: str, *, commas_group: bool) -> str:
    if "," not in cell:
        return cell
    is_clear = cell.rfind(".") > cell.rfind(",") or cell.count(",") > 1
    if (commas_group or is_clear) and _GROUPED.fullmatch(cell):
        return cell.replace(",", "")
    if "." in cell:
        return cell.replace(".", "").replace(",", ".") if _GROUPED_BY_POINTS.fullmatch(cell) else cell
    return cell.replace(",", ".") if cell.count(",") == 1 else cell
