"""Bytes that are UTF-8 in some lines and not in others: whether that is so, and their text with a hole for each bad byte."""

import codecs
import re
from dataclasses import dataclass

from studio.data.reading.guess import Guess, has_ideographs, rank, sample
from studio.errors import StudioError

_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ASCII = bytes(range(128))
_LETTER, _STRAY = -5.5, -9.0
"""Natural logarithms: a letter of UTF-8, whichever; a byte that does not belong there."""
_TWO = -10.0
"""That a file has two encodings, before a letter is seen."""
_MOST = 0.1
"""Of the lines that may be set aside for it; with more, the file is refused."""
_HOLES = [chr(code) for code in range(0xFDD0, 0xFDF0)]
"""Code points that Unicode promises never to give to a letter."""


@dataclass(frozen=True)
class Mixture:
    """The lines of a file that are not plain ASCII."""

    good: list[bytes]
    bad: list[bytes]
    bad_lines: list[int]
    """Their numbers, from 1."""
    lines: int

    @classmethod
    def of(cls, data: bytes) -> "Mixture":
        """Sorted by whether they are UTF-8."""
        good, bad, numbers = [], [], []
        lines = data.split(b"\n")
        for number, line in enumerate(lines, 1):
            if line.isascii():
                continue
            if _is_utf8(line):
                good.append(line)
            else:
                bad.append(line)
                numbers.append(number)
        return cls(good, bad, numbers, max(1, len(lines) - (not lines[-1])))

    def is_likelier_than(self, guess: Guess | None) -> bool:
        """Whether two encodings, or damaged UTF-8, explain the letters better than one old encoding."""
        sequences, strays = _counted(b"\n".join(self.good + self.bad))
        if sequences > strays or guess is None:
            return sequences > 0
        if not self.good or (has_ideographs(guess) and len(self.good) < 0.2 * len(self.good + self.bad)):
            return False
        some_good, some_bad = sample(self.good), sample(self.bad)
        share = (len(self.good) / max(1, some_good.count(b"\n") + 1), len(self.bad) / (some_bad.count(b"\n") + 1))
        one = sum(part * _score(some, guess) for part, some in zip(share, (some_good, some_bad), strict=True))
        likeliest = max((each.score for each in rank(some_bad)[:1]), default=-1e9)
        sequences, strays = _counted(some_bad)
        two = share[0] * _LETTER * _counted(some_good)[0]
        two += share[1] * max(likeliest, _LETTER * sequences + _STRAY * strays) + _TWO
        return two > one

    def check(self) -> None:
        """Raises: StudioError where so many lines are no UTF-8 that the table would be another one without them."""
        if len(self.bad) <= _MOST * self.lines:
            return
        first = ", ".join(f"{number:,}" for number in self.bad_lines[:5])
        more = ", …" if len(self.bad) > 5 else ""
        raise StudioError(
            f"The file is UTF-8 text with damaged characters, or with lines in another encoding: {len(self.bad):,} of "
            f"{self.lines:,} lines are no UTF-8",
            where=f"line{'s' if len(self.bad) > 1 else ''} {first}{more}",
            fix="Correct them, or, if files were pasted together, save each as “CSV UTF-8” before, and upload it again.",
        )


def with_holes(data: bytes) -> tuple[str, str]:
    """The text, with a code point in place of what is no UTF-8; and which one, not in the file otherwise."""
    hole = next(each for each in _HOLES if each.encode() not in data)
    codecs.register_error("studio.hole", lambda error: (hole, error.end))  # type: ignore[attr-defined]
    return data.decode("utf-8", errors="studio.hole"), hole


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _counted(data: bytes) -> tuple[int, int]:
    """Letters of UTF-8, and bytes beyond ASCII that are in none."""
    sequences = _SEQUENCE.findall(data)
    return len(sequences), len(data.translate(None, _ASCII)) - sum(map(len, sequences))


def _score(data: bytes, guess: Guess) -> float:
    return next((each.score for each in rank(data) if each.codec == guess.codec), -1e9)
