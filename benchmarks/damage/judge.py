"""What became of a damaged file: exact, stated, refused, or something that nobody may accept."""

import re
import time
import traceback
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from damage.kinds import EXACT, NOT_ACCEPTED, REFUSED, SILENT, STATED, TRACEBACK, Case, Kind, Said, Truth
from studio.data.read import read_table
from studio.data.table import Table
from studio.errors import StudioError

NOTHING_LEFT = "stated, but no row is left"
"""Every row was named as one that does not fit: accepted only where the file could be refused as well."""


@dataclass(frozen=True)
class Verdict:
    """The outcome and why."""

    outcome: str
    why: str = ""
    seconds: float = 0.0
    differing: int = 0
    """Rows that are not as in the truth, all of them named or explained."""


def judge(kind: Kind, case: Case, folder: Path) -> Verdict:
    """Read the file as the studio does and compare what came with the truth."""
    path = folder / case.name
    path.write_bytes(case.data)
    began = time.perf_counter()
    try:
        table = read_table(path, case.name)
    except StudioError as error:
        outcome, why = _refusal(error, kind)
        return Verdict(outcome, why, time.perf_counter() - began)
    except Exception as error:  # noqa: BLE001  what is not a StudioError is what this harness looks for
        place = traceback.extract_tb(error.__traceback__)[-1]
        return Verdict(TRACEBACK, f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"[:300])
    finally:
        path.unlink()
    outcome, why, differing = compared(case, table)
    if outcome == NOTHING_LEFT and REFUSED in kind.allowed:
        outcome = STATED
    if outcome not in kind.allowed and outcome != SILENT:
        outcome, why = NOT_ACCEPTED, f"{outcome}: {why}"
    return Verdict(outcome, why, time.perf_counter() - began, differing)


def _refusal(error: StudioError, kind: Kind) -> tuple[str, str]:
    if not error.what or not error.fix:
        return NOT_ACCEPTED, f"refused without what or fix: {error}"
    return (REFUSED if REFUSED in kind.allowed else NOT_ACCEPTED), f"refused: {error}"


def compared(case: Case, table: Table) -> tuple[str, str, int]:
    """Outcome, why, and the number of differing rows; the nearest of the truths counts."""
    found = [_Difference.between(truth, table) for truth in (case.truth, *case.also)]
    if any(each.is_none for each in found):
        return EXACT, "", 0
    notes = [*table.reading.notes, *(problem.what for problem in table.reading.problems if not problem.row)]
    said = [each for each in case.says if any(re.search(each.pattern, note) for note in notes)]
    named = _named(table)
    stated = [each for each in found if each.is_covered(said, named)]
    if stated:
        best = min(stated, key=lambda each: len(each.rows))
        outcome = STATED if len(table) or not case.truth.rows else NOTHING_LEFT
        return outcome, f"{best.told()} | said: {_what_was_said(table)}", len(best.rows)
    return SILENT, f"{found[0].told(said, named)} | said: {_what_was_said(table)}", len(found[0].rows)


def _what_was_said(table: Table) -> str:
    problems = table.reading.problems
    first = f" row {problems[0].row}: {problems[0].what}" if problems else ""
    return f"{list(table.reading.notes)}, {len(problems)} problems{first}"


def _named(table: Table) -> set[int]:
    """Numbers of the rows of which something is said, one by one."""
    reading = table.reading
    groups: tuple[Any, ...] = (
        reading.problems,
        getattr(reading, "repaired", ()),
        getattr(reading, "set_aside", ()),
    )
    return {number for group in groups for each in _each(group) for number in _numbers(each)}


def _each(group: Any) -> Iterable[Any]:
    return group if isinstance(group, Iterable) and not isinstance(group, str) else ()


def _numbers(each: Any) -> Iterable[int]:
    if isinstance(each, int):
        return [each]
    row = getattr(each, "row", None)
    if row is None and isinstance(each, tuple) and each:
        row = each[0]
    return [row] if isinstance(row, int) else [number for number in _each(row) if isinstance(number, int)]


@dataclass(frozen=True)
class _Difference:
    """Where a table is not as it should be."""

    width: bool
    names: bool
    rows: dict[int, str]
    """Row number → `gone`, `extra` or `cells`; -1 where only the numbers are wrong."""
    what: str
    """Said where no single row differs."""
    have: dict[int, list[str]] = field(default_factory=dict)
    want: dict[int, list[str]] = field(default_factory=dict)
    columns: tuple[str, ...] = ()

    @property
    def is_none(self) -> bool:
        return not (self.width or self.names or self.rows)

    @classmethod
    def between(cls, truth: Truth, table: Table) -> "_Difference":
        got = table.head(len(table))
        width = len(truth.columns) != len(table.columns)
        if width:
            return cls(True, True, {}, f"columns {table.columns[:8]} for {truth.columns[:8]}")
        names = any(a is not None and a != b for a, b in zip(truth.columns, table.columns, strict=True))
        numbers = list(table.rows) if truth.numbers is not None else None
        if numbers is None:
            truth, numbers = _by_place(truth, got)
        elif got == truth.rows and numbers != truth.numbers:
            assert truth.numbers is not None
            wrong = next(i for i, pair in enumerate(zip(numbers, truth.numbers, strict=True)) if pair[0] != pair[1])
            return cls(False, names, {-1: "number"}, f"row number {numbers[wrong]} for {truth.numbers[wrong]}")
        assert truth.numbers is not None
        have = dict(zip(numbers, got, strict=True))
        want = dict(zip(truth.numbers, truth.rows, strict=True))
        rows = {n: "gone" for n in want if n not in have} | {n: "extra" for n in have if n not in want}
        rows |= {n: "cells" for n in want if n in have and have[n] != want[n]}
        return cls(False, names, rows, f"names {table.columns[:8]}", have, want, tuple(table.columns))

    def is_covered(self, said: list[Said], named: set[int]) -> bool:
        """Whether all of it was said."""
        if any(each.all for each in said):
            return True
        if self.width or (self.names and not any(each.names for each in said)):
            return False
        return not self._unexplained(said, named)

    def _unexplained(self, said: list[Said], named: set[int]) -> dict[int, str]:
        cells = any(each.cells for each in said)
        explained = named.union(*(each.rows for each in said))
        return {n: how for n, how in self.rows.items() if n not in explained and not (cells and how == "cells")}

    def told(self, said: Sequence[Said] = (), named: Collection[int] = ()) -> str:
        """The first row that differs, of those of which nothing was said where there are some."""
        rows = self._unexplained(list(said), set(named)) or self.rows
        return _first(rows, self.have, self.want, self.columns) or self.what


def _by_place(truth: Truth, got: list[list[str]]) -> tuple[Truth, list[int]]:
    """Numbers by the longest common run of rows, where the file defines none."""
    ours, theirs = [tuple(row) for row in truth.rows], [tuple(row) for row in got]
    numbers = [-1] * len(got)
    for block in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
        for i in range(block.size):
            numbers[block.b + i] = block.a + i + 1
    beyond = len(ours) + 1
    numbers = [n if n > 0 else beyond + i for i, n in enumerate(numbers)]
    return Truth(truth.columns, truth.rows, list(range(1, len(ours) + 1))), numbers


def _first(rows: dict[int, str], have: dict[int, list[str]], want: dict[int, list[str]], columns: Sequence[str]) -> str:
    if not rows or -1 in rows:
        return ""
    n = min(rows)
    if rows[n] == "gone":
        return f"{len(rows)} rows differ, first {n}: gone, was {_short(want[n])}"
    if rows[n] == "extra":
        return f"{len(rows)} rows differ, first {n}: not in the table, {_short(have[n])}"
    at = next(i for i, pair in enumerate(zip(have[n], want[n], strict=True)) if pair[0] != pair[1])
    place = next((i for i, p in enumerate(zip(have[n][at], want[n][at], strict=False)) if p[0] != p[1]), -1)
    begin = max(0, place - 15) if place >= 0 else max(0, min(len(have[n][at]), len(want[n][at])) - 15)
    now, was = (text[begin : begin + 45] for text in (have[n][at], want[n][at]))
    return f"{len(rows)} rows differ, first {n}, column {columns[at]!r}, character {begin}: {now!r} for {was!r}"


def _short(cells: list[str]) -> str:
    return repr([cell if len(cell) <= 30 else cell[:29] + "…" for cell in cells])
