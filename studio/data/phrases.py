"""Pieces of sentences for people: counts, lists and quotations of what stands in a file."""

from collections.abc import Sequence


def shortened(text: str, most: int = 120) -> str:
    """In one line, of at most `most` characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def counted(number: int, what: str) -> str:
    """As in "1 row", "12 rows", "12,000 rows"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """As in "“spam”, “ham” and 12 more"."""
    shown = ", ".join(f"“{shortened(name, 40)}”" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
