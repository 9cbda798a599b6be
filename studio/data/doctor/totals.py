"""A row below the others that adds them up, as spreadsheets have it: a word like “Total”, a number, and nothing to read."""

import re
from collections.abc import Iterator, Sequence

from studio.data.doctor.finding import Finding, Patient, dropping
from studio.data.masking import all_cited
from studio.data.phrases import counted

_WORDS = """
    total totals subtotal grand_total overall_total sum sums overall average mean count summe gesamt gesamtsumme insgesamt
    zwischensumme total_general total_général somme suma totale somma soma totaal som celkem razem suma_końcowa итого всего сумма
    toplam genel_toplam 合计 总计 总和 小计 合計 総計 總計 小計 합계 총계 المجموع مجموع סך_הכל"""
_TOTALS = frozenset(word.replace("_", " ") for word in _WORDS.split())
_NUMBER = re.compile(r"[-+(]?[$€£¥]?\s?\d+(?:[.,’' \u00a0]\d+)*\s?(?:%|[$€£¥])?\)?")
_LAST = 3
"""Rows at the end that are looked at."""


def totals(patient: Patient) -> Iterator[Finding]:
    """The last rows, if they are such."""
    columns, count = patient.table.columns, len(patient.table)
    if not patient.plain_rows or len(columns) < 2 or count <= _LAST:
        return
    last = patient.table.cells.slice(count - _LAST).to_pylist()
    places = [place for place, row in enumerate(last, count - _LAST) if _adds_up(patient, place, list(row.values()))]
    if not places or places[-1] != count - 1:
        return
    rows = patient.numbers(places)
    said = all_cited(
        [next(cell.strip() for cell in last[place - count].values() if _is_total(cell)) for place in places]
    )
    text = f"{counted(len(rows), 'row')} at the end {'is' if len(rows) == 1 else 'are'} no example, but {said} of the rows above."
    title = f"Remove {counted(len(rows), 'row')} that {'adds' if len(rows) == 1 else 'add'} up others"
    why = "A total taken for an example teaches something wrong, and its label or number is that of no other row."
    fix = dropping("totals", title, rows)
    yield Finding("totals", "warning", "Totals below the table", text, why, rows, patient.share(len(rows)), fix)


def _adds_up(patient: Patient, place: int, cells: Sequence[str]) -> bool:
    """One word for a total, numbers, and otherwise nothing; where nothing is empty, a number must be what they add up to."""
    rest = [cell for cell in map(str.strip, cells) if cell and not _is_total(cell)]
    words = sum(map(_is_total, cells))
    if words != 1 or not rest or not all(map(_NUMBER.fullmatch, rest)):
        return False
    read = [name for name in (*patient.texts, patient.label) if name in patient.table.columns]
    if any(not patient.table.cells.column(name)[place].as_py().strip() for name in read):
        return True
    return any(_is_sum(patient, name, place, cell) for name, cell in zip(patient.table.columns, cells, strict=True))


def _is_sum(patient: Patient, name: str, place: int, cell: str) -> bool:
    """Whether the cell says the sum or the mean of those above it, or how many they are."""
    try:
        said, above = float(cell), [float(each) for each in patient.column(name)[:place] if each.strip()]
    except ValueError:
        return False
    total, many = sum(above), len(above)
    return many > 1 and any(abs(said - true) <= 0.005 * abs(true) for true in (total, total / many, place) if true)


def _is_total(cell: str) -> bool:
    return " ".join(cell.casefold().split()).rstrip(" :.=") in _TOTALS


CHECKS = (totals,)
