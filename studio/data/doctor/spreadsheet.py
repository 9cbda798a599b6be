"""What spreadsheet programs do to data: errors and formulas in cells, numbers rewritten, texts and tables cut off.

Source: Microsoft, "Excel specifications and limits": 1,048,576 rows (65,536 in .xls), 32,767 characters a cell, 15 digits a number.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studio.data.doctor.finding import Finding, Patient, dropping
from studio.data.doctor.scan import first_bytes, matching, places_where, sizes, taken
from studio.data.masking import all_cited, cited
from studio.data.phrases import counted, in_quotes, shortened

_FULL = {1_048_575: "1,048,576", 65_535: "65,536"}
_CELL = 32_767
_ERRORS = ("#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "#NULL!", "#SPILL!", "#GETTING_DATA", "########")
_FORMULA = r"^=\s*(?:[A-Z][A-Z0-9.]{1,30}\(|[$]?[A-Z]{1,3}[$]?[0-9]+\s*(?:$|[-+*/&:,)]))"
_SCIENTIFIC = r"^[0-9][.,][0-9]{1,16}[Ee][+][0-9]{1,2}$"
_ZEROS = r"^0[0-9]+$"
_DIGITS = r"^[0-9]+$"
_KEY_NAMES = re.compile(
    r"(?<![a-z])(?:zip|plz|post(?:al)?(?:code)?|code|sku|ean|phone|tel|account|ssn|key|id|nr|number)(?![a-z])",
    re.IGNORECASE,
)
"""Columns of keys, in which zeros at the beginning count. Amounts have different lengths by nature."""


@dataclass(frozen=True)
class _Loss:
    """What is said of a kind of cell."""

    kind: str
    title: str
    what: str
    why: str
    is_dropped: bool = False
    """Whether the rows can be taken out with a click."""


def cut_table(patient: Patient) -> Iterator[Finding]:
    """Exactly as many rows as a sheet can hold."""
    rows = len(patient.table)
    if rows in _FULL:
        text = (
            f"The table has exactly {rows:,} rows below its header, as many as a sheet of {_FULL[rows]} rows can hold."
        )
        why = "Whatever came after them was probably cut off: export the data as CSV from where it comes from."
        yield Finding("cut-table", "warning", "A table that may have been cut off", text, why)


def cut_cells(patient: Patient) -> Iterator[Finding]:
    """Texts of exactly the characters that a cell can hold."""
    for column in patient.prose:
        cells = patient.cells(column)
        long = np.flatnonzero(sizes(cells) >= _CELL)
        if len(long):
            places = long[pc.equal(pc.utf8_length(cells.take(pa.array(long))), _CELL).to_numpy(zero_copy_only=False)]
            yield from _told(patient, column, places, _CUT_CELLS)


def errors(patient: Patient) -> Iterator[Finding]:
    """Cells that hold the error of a formula instead of its value."""
    for column in _columns(patient):
        yield from _told(patient, column, _short(patient.cells(column), 15, _is_error), _SHEET_ERRORS)


def formulas(patient: Patient) -> Iterator[Finding]:
    """Cells that hold a formula instead of its value."""
    for column in _columns(patient):
        cells = patient.cells(column)
        begins = np.flatnonzero(first_bytes(cells) == ord("="))
        places = begins[matching(cells.take(pa.array(begins)), _FORMULA)] if len(begins) else begins
        yield from _told(patient, column, places, _FORMULAS)


def scientific(patient: Patient) -> Iterator[Finding]:
    """Long numbers that were shortened, as 1.23E+15, where keys or numbers of orders stood."""
    for column in _columns(patient):
        places = _short(patient.cells(column), 22, lambda cells: matching(cells, _SCIENTIFIC))
        yield from _told(patient, column, places, _SCIENTIFIC_NUMBERS)


def zeros(patient: Patient) -> Iterator[Finding]:
    """Keys of a fixed length of which some are shorter, and none begins with a zero."""
    for column in filter(_KEY_NAMES.search, patient.table.columns):
        cells = patient.cells(column)
        lengths = sizes(cells)
        usual = int(np.bincount(lengths[lengths <= 20]).argmax()) if (lengths <= 20).all() and len(lengths) else 0
        shorter = np.flatnonzero((lengths < usual) & (lengths >= usual - 3) & (lengths > 0))
        if usual < 5 or not 0 < len(shorter) <= 0.2 * len(cells) or (lengths > usual).any():
            continue
        if len(matching(cells, _DIGITS)) < (lengths > 0).sum() or len(matching(cells, _ZEROS)):
            continue
        if np.all(np.diff(shorter) == 1) and len(shorter) > 1:  # a number that counts the rows grows longer with them
            continue
        rows = patient.numbers(shorter.tolist())
        said = all_cited(taken(cells, shorter[:3]))
        fewer = f"{counted(len(rows), 'row')} fewer, as {said}"
        text = f"Nearly all numbers of column {in_quotes(column)} have {usual} digits, {fewer}, and none begins with 0."
        why = "Spreadsheets drop zeros at the beginning; format the column as text before saving, if the numbers are keys."
        yield Finding("lost-zeros", "info", "Zeros that may be lost", text, why, rows, patient.share(len(rows)))


def _columns(patient: Patient) -> Sequence[str]:
    """Columns with a role; a defect elsewhere does no harm."""
    named = [name for names in patient.roles.values() for name in names]
    columns = dict.fromkeys((*patient.texts, *([patient.label] if patient.label else []), *named))
    return [name for name in columns if name in patient.table.columns]


def _short(cells: pa.Array, most: int, search: Callable[[pa.Array], np.ndarray]) -> np.ndarray:
    """Where the search finds something among the texts of at most so many bytes."""
    places = np.flatnonzero(sizes(cells) <= most)
    return places[search(cells.take(pa.array(places)))] if len(places) else places


def _is_error(cells: pa.Array) -> np.ndarray:
    hashes = np.flatnonzero(first_bytes(cells) == ord("#"))
    named = pc.is_in(pc.utf8_trim_whitespace(cells.take(pa.array(hashes))), pa.array(_ERRORS, pa.large_string()))
    return hashes[places_where(named)]


def _told(patient: Patient, column: str, places: np.ndarray, loss: _Loss) -> Iterator[Finding]:
    if not len(places):
        return
    rows, kind = patient.numbers(places.tolist()), loss.kind
    first = cited(taken(patient.cells(column), places[:1])[0], 60)
    hold = "holds" if len(rows) == 1 else "hold"
    text = f"{counted(len(rows), 'cell')} of column {in_quotes(column)} {hold} {loss.what}, as “{first}” (row {rows[0]:,})."
    title = f"Remove {counted(len(rows), 'row')}: {loss.title[:1].lower()}{loss.title[1:]} (column “{shortened(column, 40)}”)"
    fix = dropping(kind, title, rows) if loss.is_dropped else None
    yield Finding(kind, "warning", loss.title, text, loss.why, rows, patient.share(len(rows)), fix)


_CUT_CELLS = _Loss(
    "cut-cells", "Texts cut off by a spreadsheet", f"exactly {_CELL:,} characters, as many as a cell of a spreadsheet can hold",
    "The rest of the text is missing: export the data as CSV from where it comes from.",
)  # fmt: skip
_SHEET_ERRORS = _Loss(
    "sheet-errors", "Spreadsheet errors in cells", "a spreadsheet's error instead of a value",
    "The value was lost when the sheet was saved; mend it there, or leave these rows out.", is_dropped=True,
)  # fmt: skip
_FORMULAS = _Loss(
    "formulas", "Formulas in cells", "a formula instead of its value",
    "The model would read the formula; save the sheet with values, or leave these rows out.", is_dropped=True,
)  # fmt: skip
_SCIENTIFIC_NUMBERS = _Loss(
    "scientific-numbers", "Long numbers that were shortened", "a number shortened by a spreadsheet",
    "The digits that are not shown are lost; format the column as text before saving, if the numbers matter.",
)  # fmt: skip

CHECKS = (cut_table, cut_cells, errors, formulas, scientific, zeros)
