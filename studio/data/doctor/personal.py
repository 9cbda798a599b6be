"""What probably tells who somebody is: e-mail addresses, phone numbers, numbers of cards and accounts. Never quoted in full."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

from studio.config import Edit
from studio.data.doctor.finding import Finding, Patient
from studio.data.doctor.scan import MOST_LOOKED_AT, matching, taken
from studio.data.phrases import counted, shortened

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}(?![\w@])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_CARD = re.compile(r"(?<![\d.,-])[2-6](?:[ -]?\d){12,18}(?![\d.,-]?\d)")
_PHONE = re.compile(
    r"(?<![\w.,:/+-])(?:\+[1-9]\d{0,2}|00[1-9]\d{1,2}|\(?0[1-9]\d{0,4}\)?|\(\d{3}\))(?:[ ./()-]{0,2}\d){6,12}(?![\w%€$£]|[.,:]\d|\s[%€$£])"
)
_AMERICAN = re.compile(r"(?<![\w.,:/+-])(?:1[-. ])?\(?[2-9]\d{2}\)?[-. ][2-9]\d{2}[-. ]\d{4}(?![\w-])")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}")
_MANY_DIGITS = r"\d(?:[ ().\/-]{0,2}\d){6}"
_CARD_LENGTHS = (13, 14, 15, 16, 19)
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


def masked(text: str, counts: Counter[str] | None = None, kinds: int = -1) -> str:
    """The text with names of kinds in place of what tells who somebody is; they are counted on the way.

    A bit a pattern in `kinds` says which to look for.
    """
    for place, (_, pattern, is_one, name) in enumerate(_PATTERNS):
        if not kinds >> place & 1:
            continue

        def instead(match: re.Match[str], is_one: Callable[[str], bool] = is_one, name: str = name) -> str:
            if not is_one(match[0]):
                return match[0]
            if counts is not None:
                counts[name] += 1
            return f"[{name}]"

        text = pattern.sub(instead, text)
    return text


def luhn(number: str) -> bool:
    """Whether the last digit checks the others. Source: ISO/IEC 7812-1, annex B (H. P. Luhn, US patent 2,950,048)."""
    digits = [int(digit) for digit in reversed(number)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def iban(number: str) -> bool:
    """Whether its two check digits are right. Source: ISO 13616 with ISO 7064 MOD 97-10: letters as 10 … 35, remainder 1."""
    bare = number.replace(" ", "")
    return 15 <= len(bare) <= 34 and int("".join(str(int(each, 36)) for each in bare[4:] + bare[:4])) % 97 == 1


def _is_card(number: str) -> bool:
    bare = re.sub(r"\D", "", number)
    return len(bare) in _CARD_LENGTHS and len(set(bare)) > 1 and luhn(bare)


def _is_phone(number: str) -> bool:
    digits = sum(each.isdecimal() for each in number)
    least = 8 if digits < len(number) and not number.startswith("00") else 10  # "00123842" may be an order
    return least <= digits <= 15 and not _DATE.fullmatch(number.strip())


_PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool], str], ...] = (
    (r"@[A-Za-z0-9]", _EMAIL, lambda _: True, "e-mail"),
    (r"[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4} ?[A-Z0-9]{4}", _IBAN, iban, "IBAN"),
    (r"[2-6](?:[ -]?[0-9]){12}", _CARD, _is_card, "card"),
    (r"[0+(](?:[ ().\/-]{0,2}[0-9]){6}", _PHONE, _is_phone, "phone"),
    (r"[0-9]{3}\)?[-. ][0-9]{3}[-. ][0-9]{4}", _AMERICAN, _is_phone, "phone"),
)
"""For each kind: a quick search over whole columns, a closer look, a check of what was found, and its name."""


def _search(cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Places of the texts that may hold something, and for each a bit a pattern of `_PATTERNS`."""
    found = np.union1d(matching(cells, _PATTERNS[0][0]), matching(cells, rf"{_MANY_DIGITS}|{_PATTERNS[1][0]}"))
    some = cells.take(pa.array(found))
    kinds = np.zeros(len(found), np.int64)
    for place, (quick, *_) in enumerate(_PATTERNS):
        kinds[matching(some, quick)] |= 1 << place
    return found[kinds > 0], kinds[kinds > 0]


CHECKS = (personal,)
