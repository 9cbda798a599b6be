"""What a text asks of a model that writes on, or fills gaps: its first half, or all of it but a word in its middle."""

from studio.tasks.units import units


def first_half(text: str) -> str:
    """The first half of its words; of a single one, all of it."""
    words = _words(text)
    return text[: words[(len(words) - 1) // 2][1]] if words else text


def without_middle(text: str, gap: str) -> str:
    """`gap` in place of the word in its middle."""
    words = _words(text)
    start, end = words[len(words) // 2] if words else (0, len(text))
    return f"{text[:start]}{gap}{text[end:]}"


def _words(text: str) -> list[tuple[int, int]]:
    """Where each begins and ends: a character in scripts without spaces."""
    return [(start, end) for start, end in units(text) if text[start].isalnum()]
