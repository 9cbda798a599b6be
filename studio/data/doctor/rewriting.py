"""One way to find and mend what stands inside texts: a quick search through whole columns, then a closer look at the hits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os.path import commonprefix

import numpy as np
import pyarrow as pa

from studio.config import Edit
from studio.data.doctor.finding import Finding, Patient, Severity
from studio.data.doctor.scan import MOST_LOOKED_AT, taken
from studio.data.masking import cited, masked
from studio.data.phrases import counted, shortened


@dataclass(frozen=True)
class Mending:
    """A kind of damage: how it is found, and how a text is mended."""

    kind: str
    title: str
    says: str
    """What it is, after "12 texts hold"."""
    why: str
    button: str
    """What the fix does, before "in 12 texts"."""
    search: Callable[[pa.Array], np.ndarray]
    """Places of the texts that may hold it."""
    mend: Callable[[str], str]
    """The text without it; a text that comes back unchanged holds none."""
    severity: Severity | None = None
    """None: a warning from one text in a hundred on."""
    show: Callable[[str], str] = str
    """The damaged text as it is shown, where the damage cannot be seen."""


def damage(patient: Patient, columns: Iterable[str], what: Mending) -> Iterable[Finding]:
    """The finding on all these columns together; nothing where nothing is to be mended."""
    cells: dict[str, dict[int, str]] = {}
    example, more = ("", ""), 0
    for column in dict.fromkeys(columns):
        places = what.search(patient.cells(column))
        more += max(0, len(places) - MOST_LOOKED_AT)
        before = taken(patient.cells(column), places[:MOST_LOOKED_AT])
        rows = patient.numbers(places[:MOST_LOOKED_AT].tolist())
        after = {row: (old, new) for row, old in zip(rows, before, strict=True) if (new := what.mend(old)) != old}
        if after:
            cells[column] = {row: new for row, (_, new) in after.items()}
            example = example if any(example) else next(iter(after.values()))
    if cells:
        yield _finding(patient, what, cells, example, more)


def excerpts(before: str, after: str, show: Callable[[str], str] = str, most: int = 60) -> tuple[str, str]:
    """Both texts from shortly before the first place where they differ."""
    before, after = masked(before), masked(after)
    same = len(commonprefix((before, after)))
    start = max(0, same - most // 3)
    dots = "…" if start else ""
    return dots + cited(show(before[start : start + most]), most), dots + cited(after[start:], most)


def _finding(
    patient: Patient, what: Mending, cells: dict[str, dict[int, str]], example: tuple[str, str], more: int
) -> Finding:
    count = sum(map(len, cells.values()))
    rows = tuple(sorted({row for changed in cells.values() for row in changed}))
    share = patient.share(len(rows))
    severity = what.severity or ("warning" if share >= 0.01 else "info")
    old, new = excerpts(*example, what.show)
    where = ", ".join(f"“{shortened(column, 40)}”" for column in cells)
    holds = "holds" if count == 1 else "hold"
    text = f"{counted(count, 'text')} {holds} {what.says}, as “{old}”, which should be “{new}” (column {where})."
    if more:
        text += f" {more:,} more may hold some too; they are looked at when these are mended."
    mendable = {column: changed for column, changed in cells.items() if not patient.is_counted_in(column)}
    many = sum(map(len, mendable.values()))
    fix = Edit(kind=what.kind, title=f"{what.button} in {counted(many, 'text')}", cells=mendable) if mendable else None
    return Finding(what.kind, severity, what.title, text, what.why, rows, share, fix)
