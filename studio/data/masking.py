"""What probably tells who somebody is, written as [e-mail], [phone], [card] or [IBAN] wherever a piece of a table is quoted."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from studio.data.phrases import listed, shortened

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}(?![\w@])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_CARD = re.compile(r"(?<![\d.,-])[2-6](?:[ -]?\d){12,18}(?![\d.,-]?\d)")
_PHONE = re.compile(
    r"(?<![\w.,:/+-])(?:\+[1-9]\d{0,2}|00[1-9]\d{1,2}|\(?0[1-9]\d{0,4}\)?|\(\d{3}\))(?:[ ./()-]{0,2}\d){6,12}(?![\w%€$£]|[.,:]\d|\s[%€$£])"
)
_AMERICAN = re.compile(r"(?<![\w.,:/+-])(?:1[-. ])?\(?[2-9]\d{2}\)?[-. ][2-9]\d{2}[-. ]\d{4}(?![\w-])")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}")
_CARD_LENGTHS = (13, 14, 15, 16, 19)
_LONGEST = 5_000
"""Characters of a cell that are looked at to quote some of them."""


def masked(text: str, counts: Counter[str] | None = None, kinds: int = -1) -> str:
    """The text with names of kinds in place of what tells who somebody is; they are counted on the way.

    A bit a pattern in `kinds` says which to look for.
    """
    for place, (_, pattern, is_one, name) in enumerate(PATTERNS):
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


def cited(text: str, most: int = 120) -> str:
    """A piece of a cell for a sentence: masked, in one line, of at most `most` characters."""
    return shortened(masked(text[:_LONGEST]), most)


def all_cited(cells: Sequence[str], most: int = 5) -> str:
    """As in "“spam”, “ham” and 12 more", masked."""
    return listed([masked(cell[:_LONGEST]) for cell in cells], most)


PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool], str], ...] = (
    (r"@[A-Za-z0-9]", _EMAIL, lambda _: True, "e-mail"),
    (r"[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4} ?[A-Z0-9]{4}", _IBAN, iban, "IBAN"),
    (r"[2-6](?:[ -]?[0-9]){12}", _CARD, _is_card, "card"),
    (r"[0+(](?:[ ().\/-]{0,2}[0-9]){6}", _PHONE, _is_phone, "phone"),
    (r"[0-9]{3}\)?[-. ][0-9]{3}[-. ][0-9]{4}", _AMERICAN, _is_phone, "phone"),
)
"""For each kind: a quick search over whole columns, a closer look, a check of what was found, and its name."""
