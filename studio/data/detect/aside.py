"""Columns that are no input of any task: empty, constant, numbering, identifiers, dates, addresses, notes."""

import re

from studio.data.detect.profile import Column
from studio.figures import quantity

_UUID = re.compile(r"\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?", re.IGNORECASE)
_URL = re.compile(r"(https?://|www\.|s3://|file:|/)\S+", re.IGNORECASE)
_CLOCK = r"([ T,]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]m)?(Z| ?[+-]\d{2}:?\d{2})?)?"
_DAY = (
    rf"(\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.](\d{{4}}|\d{{2}})|\d{{4}}年\d+月\d+日){_CLOCK}"
)
_MONTH = rf"(\w{{3,9}},? )?(\d{{1,2}}\.? [^\W\d]{{3,9}}\.?,? \d{{4}}|[^\W\d]{{3,9}}\.? \d{{1,2}},? \d{{4}}){_CLOCK}"
_DATE = re.compile(rf"{_DAY}|{_MONTH}|\d{{1,2}}:\d{{2}}(:\d{{2}})?", re.IGNORECASE)
_CODE = re.compile(r"(?=\S*\d)[\w.:#/-]{2,40}", re.ASCII)
_SPARSE = 0.5
"""A column with fewer filled cells than this share is notes rather than data."""


def why_aside(column: Column) -> str | None:
    """Why a column cannot be an input or an answer, as in "numbers its rows"; None when it could be one."""
    if not column.filled:
        return "is empty"
    if column.distinct == 1 and column.filled == column.rows > 1:
        return f"holds the same value in every row: “{column.values[0][:40]}”" if column.values else "never changes"
    shapes = ((_UUID, "holds identifiers"), (_URL, "holds addresses of files or web pages"), (_DATE, "holds dates"))
    for pattern, why in shapes:
        if column.share(pattern.fullmatch) >= 0.9:
            return why
    return _why_numbering(column) or _why_notes(column)


def _why_numbering(column: Column) -> str | None:
    if column.filled_share < 0.9 or column.filled < 3:
        return None
    is_unique = column.distinct == column.filled
    if column.integers == 1 and is_unique and _rises([int(value) for value in column.values]):
        return "numbers its rows"
    if is_unique and column.share(_CODE.fullmatch) >= 0.98 and column.numbers < 1:
        return "holds identifiers, each of them different"
    if column.said("id") >= 0.8 and not column.is_long_text and column.distinct_share > 0.5:
        return "holds identifiers"
    if column.said("date") >= 0.8 and column.numbers > 0.9:
        return "holds times"
    return None


def _rises(numbers: list[int]) -> bool:
    return all(one < two for one, two in zip(numbers, numbers[1:], strict=False))


def _why_notes(column: Column) -> str | None:
    if column.filled_share >= _SPARSE or column.said("answer", "label", "labels", "tags", "response"):
        return None
    return f"is filled in {quantity(column.filled_share)} of the rows only, as notes are"
