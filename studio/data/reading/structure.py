"""Where the records of delimited UTF-8 text begin, found by numpy step by step. Knows nothing of what is in them.

It finds what Python's `csv` in its strict mode finds (a property test holds both side by side), or says `NotPlain`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

MARK = b"\xef\xbb\xbf"

_STEP = 1 << 18
"""Bytes looked at together: what stays in the processor's cache."""
_WINDOW = 1 << 16
"""Quotation marks proven together."""
_WALK = 64
"""Marks walked one by one behind a broken one, before marks are proven together again."""
_MOST_BROKEN = 20_000
"""More, and a walk through them would take as long as the careful reader."""

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]


class NotPlain(Exception):  # noqa: N818 - no error: the careful reader takes over
    """These bytes are not proven to be read the same way here; says why."""


class TooManyLines(Exception):  # noqa: N818
    """More records than were to be found; how many."""


class TooManyBroken(NotPlain):
    """More broken quotation marks than can be walked."""


@dataclass(frozen=True)
class Structure:
    """Every record of the text, by its place; line numbers count from 1."""

    starts: Offsets
    """Offset of each record, and behind them that of the end."""
    numbers: Offsets
    """Line on which each record starts."""
    blank: Flags
    """Whether a record is a line without anything."""
    broken: Flags
    """Whether a record is one line with broken quotation marks."""
    lines: int
    """Physical lines of the text."""
    first_lines: int
    """Offset behind the first `many` lines asked for."""

    def __len__(self) -> int:
        return len(self.numbers)


def find_structure(text: Bytes, delimiter: int, *, quoted: bool, many: int, most: int) -> Structure:
    """The records of `text` (without a byte order mark). `quoted`: whether quotation marks enclose cells.

    Raises: TooManyLines for more records than `most`.
    NotPlain for zero bytes and for carriage returns without a line feed, which need care.
    """
    kind = np.uint32 if len(text) < 2**32 - 2 else np.int64
    border = np.zeros(256, np.bool_)
    border[[delimiter, 10, 13]] = True
    steps = range(0, max(1, len(text)), _STEP)
    seen = [_look(text, start, border if quoted else None, kind) for start in steps]
    marks, before, after, feeds = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    outside, broken_at = _ends(marks, before, after, feeds, len(text))
    if (count := int(np.count_nonzero(outside))) > most:
        raise TooManyLines(count)
    starts = np.concatenate([[0], feeds[outside].astype(np.int64) + 1, [len(text)]])
    numbers = np.concatenate([[1], np.flatnonzero(outside) + 2])
    if starts[-2] == len(text):  # nothing behind the last line feed
        starts, numbers = starts[:-1], numbers[:-1]
    firsts = text[starts[:-1]]
    broken = np.zeros(len(numbers), np.bool_)
    broken[np.searchsorted(starts, np.array(broken_at, np.int64))] = True
    whole = len(text) == 0 or text[-1] == 10
    return Structure(
        starts,
        numbers,
        (firsts == 10) | (firsts == 13),
        broken,
        len(feeds) + (0 if whole else 1),
        int(feeds[many - 1]) + 1 if len(feeds) >= many else len(text),
    )


def _look(text: Bytes, start: int, border: Flags | None, kind: Any) -> tuple[Offsets, Flags, Flags, Offsets]:
    """Of one step: quotation marks, whether a border is before and behind each, line feeds. Raises: NotPlain."""
    part, behind, last = text[start : start + _STEP], text[start + 1 : start + 1 + _STEP], len(text) - 1
    if not part.all():
        raise NotPlain("zero bytes")
    if ((part[: len(behind)] == 13) & (behind != 10)).any() or (text[-1:] == 13).any():
        raise NotPlain("a carriage return without a line feed")
    feeds = np.flatnonzero(part == 10) + start
    marks = np.flatnonzero(part == 34) + start if border is not None else feeds[:0]
    before = after = np.empty(0, np.bool_)
    if border is not None and len(marks):
        before, after = border[text[marks - 1]], border[text[np.minimum(marks + 1, last)]]
        before[0] |= marks[0] == 0
        after[-1] |= marks[-1] == last
    return marks.astype(kind), before, after, feeds.astype(kind)


def _ends(marks: Offsets, before: Flags, after: Flags, feeds: Offsets, size: int) -> tuple[Flags, list[int]]:
    """Which line feeds end a record; offsets of the records whose quotation marks are broken, each one line long."""
    outside = np.ones(len(feeds), np.bool_)
    broken: list[int] = []
    at, count = 0, len(marks)
    while at < count:  # always at a mark outside any cell
        high = min(at + _WINDOW, count)
        some = marks[at:high].astype(np.int64)
        follows = np.zeros(len(some), np.bool_)  # the next mark stands right behind
        follows[:-1] = some[1:] == some[:-1] + 1
        if high < count:
            follows[-1] = int(marks[high]) == int(some[-1]) + 1
        twin = np.concatenate([[False], follows[:-1]])
        bad = np.empty(len(some), np.bool_)
        bad[0::2] = ~(before[at:high][0::2] | twin[0::2])
        bad[1::2] = ~(after[at:high][1::2] | follows[1::2])
        first = int(np.argmax(bad)) if bad.any() else len(some)
        good = first - first % 2
        while good and follows[good - 1]:  # that pair is not the end of its cell
            good -= 2
        if good:
            low, top = np.searchsorted(feeds, marks[[at, at + good - 1]])
            outside[low:top] = (np.searchsorted(some[:good], feeds[low:top]) & 1) == 0
            at += good
            if first == len(some):
                continue
        if at < count:
            at = _walk(marks, before, after, feeds, outside, broken, at, size)
        if len(broken) > _MOST_BROKEN:
            raise TooManyBroken
    return outside, broken


def _walk(  # noqa: PLR0913 - the columns of one table of marks
    marks: Offsets, before: Flags, after: Flags, feeds: Offsets, outside: Flags, broken: list[int], at: int, size: int
) -> int:
    """Mark by mark, as `csv` does it, for some marks: index of the next mark that stands outside any cell."""
    for _ in range(_WALK):
        if at >= len(marks):
            break
        if not before[at]:  # inside a cell that does not begin with one: a plain character
            at += 1
            continue
        close = at + 1
        while close + 1 < len(marks) and int(marks[close + 1]) == int(marks[close]) + 1:
            close += 2
        feed = int(np.searchsorted(feeds, marks[at]))
        if close < len(marks) and after[close]:
            outside[feed : int(np.searchsorted(feeds, marks[close]))] = False
            at = close + 1
            continue
        first = feed
        while first > 0 and not outside[first - 1]:
            first -= 1
        broken.append(int(feeds[first - 1]) + 1 if first else 0)
        end = int(feeds[first]) if first < len(feeds) else size
        outside[first : feed + 1] = True
        at = int(np.searchsorted(marks, end))
    return at
