"""What people want of the split: parts that a column names, rows that stay together, the latest rows for the test."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from studio.data.example import Example
from studio.data.phrases import counted, in_quotes, listed, shortened
from studio.data.table import Table
from studio.errors import StudioError

PARTS: Mapping[str, str] = {
    **dict.fromkeys(("train", "training", "trn", "trainset", "trainingset", "learn", "fit"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev", "development", "eval", "evaluation", "tune"), "validation"),
    **dict.fromkeys(("test", "testing", "tst", "testset", "holdout", "heldout"), "test"),
}
"""What stands in a column that names the parts, without case, spaces and signs → the part."""
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_DATES = (
    "%d.%m.%Y",
    "%d.%m.%y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%d %b %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
)
Read = Callable[[str], float | None]
"""A cell → its place in time; None for one that is written otherwise."""
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p")


@dataclass(frozen=True)
class Wishes:
    """All by the file's own row number; empty for a split by chance alone."""

    named: Mapping[int, str] = field(default_factory=dict)
    """Row → `train`, `validation` or `test`; rows that are not here may go anywhere."""
    together: Mapping[int, str] = field(default_factory=dict)
    """Row → what it shares with others (a customer, a document): rows with the same stay in one part."""
    place: Mapping[int, float] = field(default_factory=dict)
    """Row → when it was: training gets the earliest rows, the test the latest."""
    notes: tuple[str, ...] = ()
    group: str = ""
    """The column that `together` comes from."""
    shared: tuple[str, ...] = ()
    """Input roles in which rows with the same text stay in one part, where few enough have it (see `data.companions`)."""


def wishes(table: Table, *, part: str = "", group: str = "", time: str = "") -> Wishes:
    """From the columns (names, or nothing) that say so. Raises: StudioError for one that is not there or says nothing."""
    for column, what in ((part, "the parts"), (group, "what belongs together"), (time, "the order in time")):
        if column and column not in table.columns:
            raise StudioError(
                f"There is no column {in_quotes(column)} with {what}",
                fix=f"Pick one of: {', '.join(shortened(name, 40) for name in table.columns[:20])}.",
            )
    named, notes = _named(table, part) if part else ({}, [])
    together = {
        row: value.strip() for row, value in zip(table.rows, table.column(group), strict=True) if value.strip()
    } if group else {}  # fmt: skip
    place, unread = _places(table, time) if time else ({}, [])
    return Wishes(named, together, place, (*notes, *unread), group)


def part_of(value: str) -> str:
    """The part that a cell names, or nothing."""
    return PARTS.get("".join(letter for letter in value.casefold() if letter.isalnum()), "")


def _named(table: Table, column: str) -> tuple[dict[int, str], list[str]]:
    values = table.column(column)
    parts = {value: part_of(value) for value in set(values)}
    if not {"train", "test", "validation"} & set(parts.values()):
        raise StudioError(
            f"The column {in_quotes(column)} cannot decide the split: no row of it says train, validation or test",
            fix="Choose a column that does, or none.",
        )
    unknown = sorted(value for value, part in parts.items() if not part)
    rows = sum(not parts[value] for value in values)
    notes = (
        [f"{counted(rows, 'row')} with {listed(unknown, 3)} in {in_quotes(column)} were dealt out by chance."]
        if rows
        else []
    )
    return {row: parts[value] for row, value in zip(table.rows, values, strict=True) if parts[value]}, notes


def _places(table: Table, column: str) -> tuple[dict[int, float], list[str]]:
    values = [value.strip() for value in table.column(column)]
    sample = values[:: max(1, len(values) // 500)]
    way = next((way for way in _ways() if _most([way(value) for value in sample], sample)), None)
    read = [way(value) for value in values] if way is not None else None
    if read is None:
        raise StudioError(
            f"The column {in_quotes(column)} cannot decide the split: it holds no dates or numbers that could be put in order",
            fix="Choose a column with dates, written as 2026-11-23, or none.",
        )
    places = {row: place for row, place in zip(table.rows, read, strict=True) if place is not None}
    lost = len(values) - len(places)
    return places, [f"{counted(lost, 'row')} without a date in {in_quotes(column)} went into training."] if lost else []


def _most(found: Sequence[float | None], values: Sequence[str]) -> bool:
    filled = sum(map(bool, values))
    return filled > 0 and sum(place is not None for place in found) >= 0.95 * filled


def _ways() -> Iterator[Read]:
    """Readers of a cell, the strictest first; a column is read in one way throughout, since 3/4 may be March or April."""

    def number(value: str) -> float | None:
        return float(value.replace(",", ".")) if _NUMBER.fullmatch(value) else None

    def iso(value: str) -> float | None:
        try:
            return datetime.fromisoformat(value).replace(tzinfo=None).timestamp()
        except (ValueError, OverflowError, OSError):
            return None

    yield number
    yield iso
    for day in _DATES:
        for clock in _TIMES:
            yield _strptime(day + clock)


def _strptime(form: str) -> Read:
    def read(value: str) -> float | None:
        try:
            return datetime.strptime(value, form).timestamp()
        except (ValueError, OverflowError, OSError):
            return None

    return read


def rows_in(examples: Sequence[Example], named: Mapping[int, str], part: str) -> list[Example]:
    """Those that are named for a part."""
    return [example for example in examples if named.get(example.row) == part]
