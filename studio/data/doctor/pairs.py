"""A text and what is to be written for it: the same twice, or of lengths that do not go together."""

from collections.abc import Iterator

import numpy as np
import pyarrow.compute as pc

from studio.data.alike import normal
from studio.data.doctor.finding import Finding, Patient, Severity, blank, dropping
from studio.data.doctor.scan import sizes, taken
from studio.data.masking import cited
from studio.data.phrases import counted

_FAR = 8
"""So many times the usual spread from the middle is a length that does not go with the other."""
_SPACES = 4
"""Bytes by which a copy may be longer."""
_LEAST_ROWS, _LEAST_LETTERS = 50, 80


def copied(patient: Patient) -> Iterator[Finding]:
    """Answers that are their own question."""
    source, target = _columns(patient)
    if not source:
        return
    one, other = (sizes(patient.cells(name)) for name in (source, target))
    places = np.flatnonzero((np.abs(one - other) <= _SPACES) & ~blank(patient.cells(source)))
    texts = taken(patient.cells(source), places)
    both = zip(places.tolist(), texts, taken(patient.cells(target), places), strict=True)
    rows = patient.numbers(place for place, text, answer in both if normal(text) == normal(answer))
    if rows:
        first = patient.column(source)[patient.rows.index(rows[0])]
        where = f"as “{cited(first, 80)}” (row {rows[0]:,})"
        text = f"In {counted(len(rows), 'row')}, what is to be written is the text itself, {where}."
        severity: Severity = "warning" if patient.share(len(rows)) >= 0.01 else "info"
        why = "The model learns to repeat; that is right only where some texts should stay as they are, as in corrections."
        fix = dropping(
            "copied-target",
            f"Remove {counted(len(rows), 'row')} that only {'repeats' if len(rows) == 1 else 'repeat'}",
            rows,
        )
        yield Finding(
            "copied-target", severity, "Answers that repeat the text", text, why, rows, patient.share(len(rows)), fix
        )


def lengths(patient: Patient) -> Iterator[Finding]:
    """Pairs of which one side is many times as long as the other usually is."""
    source, target = _columns(patient)
    if not source:
        return
    letters = [
        pc.utf8_length(patient.cells(name)).to_numpy(zero_copy_only=False).astype(float) for name in (source, target)
    ]
    filled = (letters[0] > 0) & (letters[1] > 0)
    if filled.sum() < _LEAST_ROWS:
        return
    ratio = np.log((letters[1] + 20) / (letters[0] + 20))
    middle = float(np.median(ratio[filled]))
    spread = 1.4826 * float(
        np.median(np.abs(ratio[filled] - middle))
    )  # of a normal distribution: its standard deviation
    far = np.abs(ratio - middle) > max(_FAR * spread, np.log(4))
    places = np.flatnonzero(far & filled & (np.maximum(*letters) >= _LEAST_LETTERS))
    if not 0 < len(places) <= 0.05 * filled.sum():
        return
    rows, first = patient.numbers(places.tolist()), int(places[0])
    text = (
        f"In {counted(len(rows), 'row')}, text and answer are of lengths that hardly go together, as in row {rows[0]:,}: "
        f"{counted(int(letters[0][first]), 'character')} and {counted(int(letters[1][first]), 'character')}; usual is "
        f"1 to {np.exp(middle):.2g}."
    )
    why = "Often, they are no pair: one was cut off, or lines have shifted."
    fix = dropping("odd-lengths", f"Remove {counted(len(rows), 'row')} whose lengths do not go together", rows)
    yield Finding(
        "odd-lengths", "info", "Texts and answers of odd lengths", text, why, rows, patient.share(len(rows)), fix
    )


def _columns(patient: Patient) -> tuple[str, str]:
    source, target = patient.role("source", "instruction"), patient.role("target", "response")
    return (source, target) if source and target and source != target else ("", "")


CHECKS = (copied, lengths)
