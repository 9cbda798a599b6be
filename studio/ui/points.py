"""The points of a training curve as viewers need them: smoothed once, thinned for a first look, then only what is new."""

import math
from bisect import bisect_right
from dataclasses import dataclass, field

from studio.figures import short

Numbers = list[int] | list[float]

MOST_POINTS = 2000
"""Points of the faint line that a viewer gets when it opens a run, however long it is."""


@dataclass
class Points:
    """Training loss by step. `order` is the number of the event a point came from, growing, for cursors."""

    step: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    smooth: list[float] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    span: float = 20.0
    """Steps over which the smoothed line remembers (the time constant of its exponential average)."""
    _weight: float = 0.0
    _mean: float = 0.0

    def add(self, step: int, loss: float, order: int) -> None:
        """The next point. A loss that is not finite has no place on a chart and is left out."""
        if not math.isfinite(loss):
            return
        passed = max(1, step - self.step[-1]) if self.step else 1
        keep = math.exp(-passed / self.span)
        # Divided by the weight so far, so that the line starts at the first points instead of at zero.
        self._mean = keep * self._mean + (1 - keep) * loss
        self._weight = keep * self._weight + (1 - keep)
        self.step.append(step)
        self.loss.append(loss)
        self.smooth.append(self._mean / self._weight)
        self.order.append(order)

    def forget_after(self, step: int) -> None:
        """Drop what a resume lost: all points past `step`; the smoothed line goes on from there."""
        keep = bisect_right(self.step, step)
        for values in (self.step, self.loss, self.smooth, self.order):
            del values[keep:]
        self._mean, self._weight = (self.smooth[-1], 1.0) if keep else (0.0, 0.0)

    def since(self, order: int) -> list[Numbers]:
        """`[steps, losses, smoothed]` of the points after event `order`."""
        first = bisect_right(self.order, order)
        return [self.step[first:], _short(self.loss[first:]), _short(self.smooth[first:])]

    def count_since(self, order: int) -> int:
        """How many points `since` would give."""
        return len(self.order) - bisect_right(self.order, order)

    def thinned(self, most: int = MOST_POINTS) -> tuple[list[Numbers], list[Numbers]]:
        """`[steps, losses]` and `[steps, smoothed]`, at most `most` and `most / 2` points, first and last among them.

        Of each slice of the steps the lowest and the highest loss stay, so that no spike is lost.
        """
        count = len(self.step)
        if count <= most // 2:
            return [self.step[:], _short(self.loss)], [self.step[:], _short(self.smooth)]
        slices = most // 2 - 1
        edges = [1 + index * (count - 2) // slices for index in range(slices + 1)]
        raw, fine = [0], [0]
        for start, end in zip(edges, edges[1:], strict=False):
            if start < end:
                inside = range(start, end)
                lowest, highest = min(inside, key=self.loss.__getitem__), max(inside, key=self.loss.__getitem__)
                raw.extend(sorted({lowest, highest}))
                fine.append(end - 1)
        raw.append(count - 1)
        fine.append(count - 1)
        return (
            [[self.step[index] for index in raw], _short([self.loss[index] for index in raw])],
            [[self.step[index] for index in fine], _short([self.smooth[index] for index in fine])],
        )


def _short(values: list[float]) -> list[float]:
    return [short(value) for value in values]
