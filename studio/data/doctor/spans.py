"""Marked pieces of a text, given by their first and last character: outside the text, or around other words than they say."""

import json
from collections.abc import Iterator
from typing import Any

from studio.config import Edit
from studio.data.doctor.finding import Finding, Patient
from studio.data.masking import cited
from studio.data.phrases import counted, in_quotes


def spans(patient: Patient) -> Iterator[Finding]:
    """Lists that cannot be read, and spans that are not where they should be."""
    text_column, column = patient.role("text"), patient.role("spans")
    if not text_column or not column:
        return
    cells: dict[int, str] = {}
    drop: dict[int, str] = {}
    for row, text, cell in zip(patient.rows, patient.column(text_column), patient.column(column), strict=True):
        found = _read(cell)
        if found is not None and all(_fits(text, span) for span in found):
            continue
        moved = [_moved(text, span) for span in found or ()]
        if found is None or None in moved:
            drop[row] = cell
        else:
            cells[row] = json.dumps(moved, ensure_ascii=False)
    if cells or drop:
        yield _finding(patient, column, cells, drop)


def _read(cell: str) -> list[dict[str, Any]] | None:
    """The spans of a row; None where it is no list of them."""
    if not cell.strip():
        return []
    try:
        found = json.loads(cell)
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, list) and all(isinstance(each, dict) for each in found) else None


def _fits(text: str, span: dict[str, Any]) -> bool:
    start, end = span.get("start"), span.get("end")
    if type(start) is not int or type(end) is not int:
        start, end = _number(start), _number(end)
    return 0 <= start < end <= len(text) and ("text" not in span or text[start:end] == span["text"])


def _moved(text: str, span: dict[str, Any]) -> dict[str, Any] | None:
    """The span where its own words stand, the nearest place of several; None where they do not, or it names none."""
    if _fits(text, span):
        return span
    said, told = span.get("text"), max(0, _number(span.get("start")))
    if not isinstance(said, str) or not said or said not in text:
        return None
    places = [place for place in (text.rfind(said, 0, told + len(said)), text.find(said, told)) if place >= 0]
    start = min(places, key=lambda place: abs(place - told))
    return {**span, "start": start, "end": start + len(said)}


def _number(value: object) -> int:
    try:
        return int(value)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        return -1


def _finding(patient: Patient, column: str, cells: dict[int, str], drop: dict[int, str]) -> Finding:
    rows = tuple(sorted({*cells, *drop}))
    text = f"In {counted(len(rows), 'row')}, column {in_quotes(column)} marks pieces that lie outside the text or hold other words "
    text += "than they say"
    text += f", or it cannot be read, as “{cited(next(iter(drop.values())), 60)}”." if drop else "."
    parts = [f"move the marks of {counted(len(cells), 'row')}"] if cells else []
    parts += [f"remove {counted(len(drop), 'row')}"] if drop else []
    title = " and ".join(parts)
    edit = Edit(
        kind="spans", title=title[:1].upper() + title[1:], drop=tuple(drop), cells={column: cells} if cells else {}
    )
    why = "The model would learn to mark the wrong words."
    return Finding("spans", "warning", "Marks beside the text", text, why, rows, patient.share(len(rows)), edit)


CHECKS = (spans,)
