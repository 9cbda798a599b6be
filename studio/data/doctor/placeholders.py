"""Words that programs write where a value is missing, taken for texts and labels: NaN, N/A, NULL."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studio.data.doctor.finding import Finding, Patient, dropping
from studio.data.doctor.scan import sizes, taken
from studio.data.masking import all_cited
from studio.data.phrases import counted, in_quotes

_WORDS = (
    "NaN", "nan", "NAN", "N/A", "n/a", "#NA", "NULL", "Null", "null", "(null)", "<NA>", "<null>", "undefined", "NaT",
)  # fmt: skip
"""Not “none”, “NA” or “-”, which people write and mean, and not “#N/A”, which is an error of `spreadsheet`."""
_LONGEST = 20
"""Bytes, with spaces around it."""


def placeholders(patient: Patient) -> Iterator[Finding]:
    """Cells that are exactly such a word."""
    if not patient.plain_rows:
        return
    for column in (*patient.texts, *([patient.label] if patient.label else [])):
        places = _places(patient, column)
        if not len(places) or len(places) == len(patient.usable_places):
            continue
        is_label = column == patient.label
        kind, what = ("placeholder-label", "label") if is_label else ("placeholder-text", "text")
        words = all_cited(sorted({word.strip() for word in taken(patient.cells(column), places)}), 4)
        rows = patient.numbers(places.tolist())
        has = "has" if len(rows) == 1 else "have"
        text = f"{counted(len(rows), 'row')} {has} {words} for a {what} (column {in_quotes(column)})."
        why = "Programs write that where a value is missing. Unless you mean it, the row teaches nothing."
        title = f"Remove {counted(len(rows), 'row')} whose {what} is {words}"[:300]
        yield Finding(
            kind, "warning", f"{what.capitalize()}s that stand for a missing one", text, why,
            rows, patient.share(len(rows)), dropping(kind, title, rows),
        )  # fmt: skip


def _places(patient: Patient, column: str) -> np.ndarray:
    cells = patient.cells(column)
    short = patient.usable_places[sizes(cells)[patient.usable_places] <= _LONGEST]
    words = pc.utf8_trim_whitespace(cells.take(pa.array(short)))
    found = pc.is_in(words, value_set=pa.array(_WORDS, words.type))
    return short[found.to_numpy(zero_copy_only=False)] if len(short) else short


CHECKS = (placeholders,)
