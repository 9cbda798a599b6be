"""Labels by their names: one that is another one with a typing mistake, and numbers that measure rather than name."""

import re
from collections.abc import Iterator
from itertools import groupby, pairwise

from studio.data.check import MOST_LABELS
from studio.data.doctor.finding import Finding, Patient
from studio.data.doctor.spellings import renaming, told
from studio.data.masking import all_cited
from studio.data.phrases import in_quotes

_MORE_OFTEN = 10
"""So many times as frequent as the mistyped label must the right one be."""
_PLAINLY, _FEW = 5, 2
"""So many times where a letter is doubled or two have changed places, which hardly makes another word, in so few rows."""
_LEAST, _LEAST_PLAINLY = 5, 4
"""Letters of a word in which one of them may be a mistake; with so many more, two."""
_TWICE = 9
_WORDS = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_MOST_GRADES = 11
"""More numbers than a scale from 0 to 10 has are no longer names of grades."""


def mistyped(patient: Patient) -> Iterator[Finding]:
    """Rare labels that are a letter or two away from a much more frequent one."""
    counts = patient.label_counts
    if not 2 <= len(counts) <= MOST_LABELS:
        return
    right: dict[str, list[str]] = {}
    for label, rows in counts.items():
        meant = next((other for other, more in counts.items() if _typo(label, other, rows, more)), "")
        if meant:
            right.setdefault(meant, [meant]).append(label)
    if right:
        groups = list(right.values())
        text = f"These look like typing mistakes, and are learned as labels of their own: {told(groups, counts)}."
        yield renaming(patient, "label-typos", "Labels with typing mistakes", text, groups)


def numbers(patient: Patient) -> Iterator[Finding]:
    """Labels that are many numbers: a measure, or a count of the rows."""
    names = patient.label_names
    if len(names) <= _MOST_GRADES or not all(map(_NUMBER.fullmatch, names)):
        return
    values = [float(name.replace(",", ".")) for name in names]
    counting = all(later - earlier == 1 for earlier, later in pairwise(values))
    what = (
        "They count up from row to row, as the number of a row does"
        if counting
        else "They look like a measure or a key"
    )
    text = (
        f"The labels are {len(names):,} different numbers, as {all_cited(names[:3])} (column {in_quotes(patient.label)}). "
        f"{what}; as labels, each would be learned on its own, as if 4 had nothing to do with 5."
    )
    why = "Choose the column with the labels, or a task that learns numbers."
    yield Finding("number-labels", "warning", "Labels that are numbers", text, why)


def _typo(label: str, other: str, rows: int, more: int) -> bool:
    """Whether a letter or two of a long word differ, and the label has so few rows beside the other that it is a slip.

    Other digits, short words, other first letters (“billing”, “filling”) and negating prefixes are no typing mistakes.
    """
    if more < _PLAINLY * rows:
        return False
    one, two = (_WORDS.findall(name.casefold()) for name in (label, other))
    if len(one) != len(two):
        return False
    different = [(a, b) for a, b in zip(one, two, strict=True) if a != b]
    if len(different) != 1:
        return False
    if rows <= _FEW and _is_plain_slip(*different[0]):
        return True
    return more >= _MORE_OFTEN * rows and _slip(*different[0])


def _is_plain_slip(one: str, two: str) -> bool:
    """Whether a letter was typed twice or once too little, or two neighbors have changed places."""
    if min(len(one), len(two)) < _LEAST_PLAINLY or _digits(one) != _digits(two) or distance(one, two) != 1:
        return False
    return sorted(one) == sorted(two) or _undoubled(one) == _undoubled(two)


def _undoubled(word: str) -> str:
    return "".join(letter for letter, _ in groupby(word))


def _slip(one: str, two: str) -> bool:
    shorter = min(len(one), len(two))
    if shorter < _LEAST or _digits(one) != _digits(two) or one.endswith(two) or two.endswith(one):
        return False
    if one[0] != two[0] and one[:2] != two[1::-1]:
        return False
    return distance(one, two) <= (2 if shorter >= _TWICE else 1)


def _digits(word: str) -> str:
    return "".join(letter for letter in word if letter.isdecimal())


def distance(one: str, two: str, most: int = 2) -> int:
    """Letters to add, drop, replace or swap with their neighbor; `most` + 1 where there are more.

    Source: Damerau (1964), as the optimal string alignment distance.
    """
    if abs(len(one) - len(two)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(two) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for place, other in enumerate(two, 1):
            cost = min(last[place] + 1, line[-1] + 1, last[place - 1] + (letter != other))
            if row > 1 and place > 1 and letter == two[place - 2] and one[row - 2] == other:
                cost = min(cost, before[place - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before, last = last, line
    return min(last[-1], most + 1)


CHECKS = (mistyped, numbers)
