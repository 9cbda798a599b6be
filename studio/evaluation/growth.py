"""What more rows of the same kind would bring: accuracy with a quarter, a half and all of them, and a step beyond.

Errors fall by a power of the rows over wide ranges (Hestness et al. 2017, "Deep Learning Scaling is Predictable,
Empirically"), so the next doubling would divide them by what the last one did; somewhat less, as curves flatten. On halves
of banking77, movie reviews, SMS spam and support intents (200 to 3,000 rows, 90 cases) the gain of doubling was 0.8 of that
on average. On other draws of those files (`benchmarks/label_errors.py`) the band held the truth in 44 of 47 cases; the three
misses were too low, two of them with 5 to 10 rows a label, where curves still steepen.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.evaluation.intervals import wilson

SHARES = (1.0, 0.5, 0.25)
_LESS, _SPREAD = 0.8, 0.5
"""Of the power law's gain: what is expected, and how far the truth lay off."""
_CHANCE = 2.0
"""Standard errors of the last doubling's gain."""
_LEAST_ROWS = 100
_HARDLY, _WIDE = 0.01, 0.12


@dataclass(frozen=True)
class CurvePoint:
    """How well a simple model does that has learned from so many rows; shares from 0 to 1."""

    rows: int
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True)
class Growth:
    """What twice the rows would add to the accuracy, as shares; a band that holds the truth about 9 times in 10."""

    points: tuple[CurvePoint, ...]
    """Fewest rows first."""
    gain: float
    low: float
    high: float
    sentence: str


def growth(hits: Mapping[float, NDArray[np.float64]], rows: int) -> Growth:
    """`hits`: share of the rows learned from (those of `SHARES`) → for each row, how often it was answered right, 0 to 1.

    `rows`: learned from where the share is 1.
    """
    points = []
    for share in sorted(hits):
        right = hits[share]
        low, high = wilson(round(float(right.sum())), len(right))
        points.append(CurvePoint(round(share * rows), float(right.mean()), low, high))
    gain, low, high = doubling(hits[1.0], hits[0.5])
    return Growth(tuple(points), gain, low, high, in_words(gain, low, high, len(hits[1.0])))


def doubling(whole: NDArray[np.float64], half: NDArray[np.float64]) -> tuple[float, float, float]:
    """The gain expected of twice the rows, its least and its most, from what was right with all rows and with half of them."""
    wrong, before = 1 - float(whole.mean()), 1 - float(half.mean())
    law = max(0.0, wrong * (1 - wrong / before)) if before > 0 else 0.0
    chance = float((whole - half).std()) / max(1, len(whole)) ** 0.5
    # When no answer changed that is luck too: less than the chance of one row nothing can be known.
    spread = float(np.hypot(_SPREAD * law, _CHANCE * max(chance, 1 / max(1, len(whole)))))
    gain = _LESS * law
    return gain, max(0.0, gain - spread), min(wrong, gain + spread)


def in_words(gain: float, low: float, high: float, rows: int) -> str:
    """One honest sentence."""
    if rows < _LEAST_ROWS or high - low > _WIDE:
        return "What more rows would bring cannot be told: there are too few to measure it."
    if high < _HARDLY:
        return "More rows of the same kind will hardly help: twice as many would add less than 1 point."
    least, most = round(100 * low), round(100 * high)
    if round(100 * gain) < 1:
        return f"Twice the rows would add little, at most {most} point{'s' if most > 1 else ''}."
    points = f"about {100 * gain:.0f} point{'s' if round(100 * gain) > 1 else ''}"
    return f"Twice the rows would add {points} (between {least} and {most})."
