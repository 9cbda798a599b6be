"""What the words of a text look like, as a small number a token: capitals, digits, signs.

Many tokenizers fold capitals, which tell names from other words (see `models.heads.hints`).
Source: Collobert et al. 2011, "Natural Language Processing (Almost) from Scratch".
"""

from bisect import bisect_right
from collections.abc import Sequence
from enum import IntEnum

from studio.tasks.units import units


class Shape(IntEnum):
    """What a unit of a text looks like."""

    NOTHING = 0
    """For what stands for no text."""
    SMALL = 1
    CAPITAL = 2
    CAPITAL_FIRST = 3
    """With a capital where one is usual, at the start of a sentence."""
    LOUD = 4
    """All capitals."""
    LETTER = 5
    """A capital alone."""
    MIXED = 6
    DIGITS = 7
    CODE = 8
    """Letters and digits."""
    UNCASED = 9
    """Of a script without capitals."""
    SIGN = 10


SHAPES = len(Shape)
_ENDS = ".!?:…。！？"
"""What a new sentence may follow."""


def shape(word: str, *, is_first: bool) -> Shape:
    """What a unit looks like. `is_first`: at the start of a sentence."""
    letters = [character for character in word if character.isalpha()]
    if not letters:
        return Shape.DIGITS if any(character.isdigit() for character in word) else Shape.SIGN
    if any(character.isdigit() for character in word):
        return Shape.CODE
    upper = [character != character.lower() for character in letters]
    if not any(upper):
        return Shape.SMALL if any(character != character.upper() for character in letters) else Shape.UNCASED
    if len(letters) == 1:
        return Shape.LETTER
    if all(upper):
        return Shape.LOUD
    return (Shape.CAPITAL_FIRST if is_first else Shape.CAPITAL) if upper[0] and not any(upper[1:]) else Shape.MIXED


def shapes(text: str) -> list[tuple[int, int, int]]:
    """Every unit of the text: where it begins, where it ends, its shape."""
    found: list[tuple[int, int, int]] = []
    is_first = True
    for start, end in units(text):
        word = text[start:end]
        number = shape(word, is_first=is_first)
        found.append((start, end, number))
        if number != Shape.SIGN:
            is_first = False
        elif word in _ENDS:
            is_first = True
    return found


def hints(text: str, offsets: Sequence[tuple[int, int]]) -> list[int]:
    """The shape of the unit that each token belongs to, by its place in the text; 0 for an empty place."""
    found = shapes(text)
    starts = [start for start, _, _ in found]
    numbers: list[int] = []
    for start, end in offsets:
        while start < end - 1 and text[start].isspace():
            start += 1
        unit = bisect_right(starts, start) - 1
        numbers.append(found[unit][2] if start < end and unit >= 0 else Shape.NOTHING)
    return numbers
