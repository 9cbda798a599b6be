"""Scores that are no numbers, and numbers far from all others."""

import re
from collections.abc import Iterator

import numpy as np

from studio.config import Edit
from studio.data.decimals import plain_numbers
from studio.data.doctor.finding import Finding, Patient, dropping
from studio.data.masking import all_cited, cited
from studio.data.phrases import counted, in_quotes
from studio.figures import number

_NUMBER = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*")
_TAIL = 0.005
"""In this share of the rows at most, at either end, a number is far from the others."""


def no_numbers(patient: Patient) -> Iterator[Finding]:
    """Scores written with a comma or with thousands apart, which are learned as they are meant, and scores that are no numbers."""
    column = patient.role("score")
    if not column or patient.role("label"):
        return
    written = patient.column(column)
    other = {row: cell for row, cell in zip(patient.rows, written, strict=True) if not _NUMBER.fullmatch(cell)}
    plain = dict(zip(patient.rows, plain_numbers(written), strict=True)) if other else {}
    cells = {row: plain[row] for row in other if _NUMBER.fullmatch(plain[row])}
    drop = tuple(row for row in other if row not in cells)
    if not other:
        return
    parts = [f"write {counted(len(cells), 'score')} with a point"] if cells else []
    parts += [f"remove {counted(len(drop), 'row')} without a number"] if drop else []
    title = " and ".join(parts)
    fix = Edit(
        kind="score-number", title=title[:1].upper() + title[1:], drop=drop, cells={column: cells} if cells else {}
    )
    said = all_cited(list(dict.fromkeys(cited(cell, 30) for cell in other.values())), 4)
    text = f"{counted(len(other), 'cell')} of column {in_quotes(column)} {'is' if len(other) == 1 else 'are'} no plain number: {said}."
    if drop:
        text += f" Training leaves out {counted(len(drop), 'row')} without a number, unless corrected."
    why = "Only numbers can be learned as scores."
    yield Finding(
        "score-number", "warning", "Scores that are no numbers", text, why, tuple(other), patient.share(len(other)), fix
    )


def far_off(patient: Patient) -> Iterator[Finding]:
    """Numbers outside the scale that nearly all others keep to."""
    column = patient.role("score")
    if not column or patient.role("label"):
        return
    cells = patient.column(column)
    places = np.array([place for place, cell in enumerate(cells) if _NUMBER.fullmatch(cell)], np.int64)
    if len(places) < 30:
        return
    values = np.array([float(cells[place]) for place in places])
    low, high = _scale(values)
    rows = patient.numbers(places[(values < low) | (values > high)].tolist())
    if not rows or len(rows) > max(3, 2 * _TAIL * len(values)):
        return
    said = all_cited(list(dict.fromkeys(cells[place] for place in places[(values < low) | (values > high)])), 4)
    inside = values[(values >= low) & (values <= high)]
    text = (
        f"{counted(len(rows), 'score')} {'lies' if len(rows) == 1 else 'lie'} far from the others, which go from {number(inside.min())} to "
        f"{number(inside.max())}: {said} (column {in_quotes(column)})."
    )
    why = "A slip of the keyboard or a code for “unknown” pulls the model further than hundreds of right scores."
    fix = dropping("score-range", f"Remove {counted(len(rows), 'row')} with a score far from the others", rows)
    yield Finding(
        "score-range", "warning", "Scores far from the others", text, why, rows, patient.share(len(rows)), fix
    )


def _scale(values: np.ndarray) -> tuple[float, float]:
    """The smallest and largest number that belong. Where both ends of a scale are often used, nothing lies beyond them."""
    few = max(1, round(_TAIL * len(values)))
    ranked = np.sort(values)
    low, high = float(ranked[few]), float(ranked[-few - 1])
    is_scale = min((values == low).sum(), (values == high).sum()) > 2 * few
    beyond = 0.0 if is_scale else 2 * (high - low)
    return low - beyond, high + beyond


CHECKS = (no_numbers, far_off)
