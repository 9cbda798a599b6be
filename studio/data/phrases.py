"""Pieces of sentences for people: counts, lists and quotations of what stands in a file."""

from collections.abc import Sequence

_DIRECTION = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def shortened(text: str, most: int = 120) -> str:
    """In one line, of at most `most` characters, and without marks that turn the direction of the sentence around it."""
    text = " ".join(text.translate(_DIRECTION).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def in_quotes(column: str) -> str:
    """A column as a sentence names it, as in “text”."""
    return f"“{shortened(column, 60)}”"


def counted(number: int, what: str) -> str:
    """As in "1 row", "12 rows", "12,000 rows"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """As in "“spam”, “ham” and 12 more"."""
    shown = ", ".join(f"“{shortened(name, 40)}”" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
