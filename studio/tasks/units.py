"""Texts cut into the smallest pieces that a name can begin or end with, and pieces joined to a text again."""

import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Japanese syllables
    "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese characters
)
"""Scripts that put no space between words, so that a name may begin at any character."""
_TIGHT = re.compile(f"[{_UNSPACED}\u3000-\u303f\uff00-\uffef]")
"""These, and the punctuation that goes with them: no space stands beside it."""


def units(text: str) -> list[tuple[int, int]]:
    """Where each begins and ends: a run of letters, or of digits, with their combining marks, a single character in scripts
    without spaces, any other character but a space by itself. "Zoë's 東京 10mg" → Zoë · ' · s · 東 · 京 · 10 · mg."""
    return [found.span() for found in _pattern().finditer(text)]


def often_inside(stretches: Iterable[tuple[str, Iterable[tuple[int, int]]]]) -> bool:
    """Whether stretches of texts begin or end within units, as 서울 in 서울에서: at least three of them, and one of a hundred,
    since fewer are rather slips of whoever marked them."""
    total = inside = 0
    for text, marked in stretches:
        every = units(text)
        starts, ends = {first for first, _ in every}, {behind for _, behind in every}
        for start, end in marked:
            total += 1
            inside += start not in starts or end not in ends
    return inside >= 3 and 100 * inside >= total


def is_mark(letter: str) -> bool:
    """Whether it belongs to the letter before it."""
    return unicodedata.category(letter)[0] == "M" or letter in "\u200c\u200d"


def stretch(text: str, start: int, end: int, inside: bool) -> tuple[int, int]:
    """From one token to another, without spaces at the edges; but for `inside`, with all of the words it begins or ends in."""
    if inside:
        start += len(text[start:end]) - len(text[start:end].lstrip())
        end -= len(text[start:end]) - len(text[start:end].rstrip())
        while end < len(text) and is_mark(text[end]):
            end += 1
        return start, end
    words = [(first, behind) for first, behind in units(text) if first < end and behind > start]
    return (words[0][0], words[-1][1]) if words else (start, end)


@cache
def _pattern() -> re.Pattern[str]:
    marks = f"[{_marks()}\u200c\u200d]*"  # joiners stand inside words and emoji
    return re.compile(f"[{_UNSPACED}]{marks}|(?:\\d{marks})+|(?:[^\\W\\d_{_UNSPACED}]{marks})+|\\S{marks}")


def _marks() -> str:
    """All combining marks, as ranges of a character class."""
    ranges: list[list[int]] = []
    for number in range(0x300, sys.maxunicode + 1):
        if unicodedata.category(chr(number))[0] == "M":
            if ranges and ranges[-1][1] == number - 1:
                ranges[-1][1] = number
            else:
                ranges.append([number, number])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


def joined(words: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """The words as one text, a space between them where their script has one, and where each begins and ends.

    Words without a letter to show lie, with no width, where the text had come to.
    """
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    end, last = 0, ""
    for word in map(str.strip, words):
        if not word:
            places.append((end, end))
            continue
        if last and not (_TIGHT.match(last) or _TIGHT.match(word)):
            parts.append(" ")
            end += 1
        parts.append(word)
        places.append((end, end + len(word)))
        end, last = end + len(word), word[-1]
    return "".join(parts), places
