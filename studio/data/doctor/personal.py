"""What probably tells who somebody is: e-mail addresses, phone numbers, numbers of cards and accounts. Never quoted in full."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from studio.config import Edit
from studio.data.doctor.finding import Finding, Patient
from studio.data.doctor.scan import MOST_LOOKED_AT, matching, taken
from studio.data.masking import PATTERNS, masked
from studio.data.phrases import counted, shortened

_MANY_DIGITS = r"\d(?:[ ().\/-]{0,2}\d){6}"
_KINDS = {"e-mail": "e-mail address", "IBAN": "account number", "card": "card number", "phone": "phone number"}


def personal(patient: Patient) -> Iterator[Finding]:
    """How many of which kind there are; the fix writes [e-mail], [phone] … in their place."""
    counts: Counter[str] = Counter()
    cells: dict[str, dict[int, str]] = {}
    example, more = "", 0
    for column in patient.prose:
        places, kinds = _search(patient.cells(column))
        more += max(0, len(places) - MOST_LOOKED_AT)
        places = places[:MOST_LOOKED_AT]
        texts = taken(patient.cells(column), places)
        rows = patient.numbers(places.tolist())
        looked = zip(rows, texts, kinds.tolist(), strict=False)
        masks = {row: new for row, text, kind in looked if (new := masked(text, counts, kind)) != text}
        if masks:
            cells[column] = masks
            example = example or _excerpt(next(iter(masks.values())))
    if cells:
        yield _finding(patient, counts, cells, example, more)


def _finding(
    patient: Patient, counts: Counter[str], cells: dict[str, dict[int, str]], example: str, more: int
) -> Finding:
    rows = tuple(sorted({row for changed in cells.values() for row in changed}))
    told = ", ".join(_counted(counts[name], title) for name, title in _KINDS.items() if counts[name])
    text = f"{counted(len(rows), 'row')} probably {'holds' if len(rows) == 1 else 'hold'} {told}, as in “{example}” (masked here)."
    if more:
        text += f" {more:,} more rows with many digits were not looked at yet; they are when these are mended."
    mendable = {column: changed for column, changed in cells.items() if not patient.is_counted_in(column)}
    title = f"Write {', '.join(f'[{name}]' for name in _KINDS if counts[name])} in their place"
    fix = Edit(kind="personal-data", title=title, cells=mendable) if mendable else None
    why = "A model can learn such data by heart and tell it to others; people may not have agreed to that."
    return Finding("personal-data", "warning", "Probable personal data", text, why, rows, patient.share(len(rows)), fix)


def _counted(number: int, what: str) -> str:
    return counted(number, what) if not what.endswith("s") or number == 1 else f"{number:,} {what}es"


def _excerpt(text: str) -> str:
    place = min(text.find(f"[{name}]") % (len(text) + 1) for name in _KINDS)
    start = max(0, place - 25)
    return ("…" if start else "") + shortened(text[start:], 60)


def _search(cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Places of the texts that may hold something, and for each a bit a pattern of `PATTERNS`."""
    found = np.union1d(matching(cells, PATTERNS[0][0]), matching(cells, rf"{_MANY_DIGITS}|{PATTERNS[1][0]}"))
    some = cells.take(pa.array(found))
    kinds = np.zeros(len(found), np.int64)
    for place, (quick, *_) in enumerate(PATTERNS):
        kinds[matching(some, quick)] |= 1 << place
    return found[kinds > 0], kinds[kinds > 0]


CHECKS = (personal,)
