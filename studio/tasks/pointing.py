"""Stretches of a context that a model points at by their first and last token."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from studio.tasks.task import Feature

_USUAL = 30
"""Tokens that an answer may always have. Source: the examples of transformers for SQuAD."""
_BEST = 20
"""Starts and ends looked at in each window, and stretches that confidence is shared among."""


class Candidate(NamedTuple):
    """A stretch of the context, in characters, and how likely it answers."""

    score: float
    start: int
    end: int


def tokens_of(answer: str, start: int, places: Sequence[tuple[int, int] | None]) -> list[int]:
    """First and last token of the answer; twice 0, the first token, where this window does not hold all of it."""
    end = start + len(answer)
    inside = [token for token, place in enumerate(places) if place is not None and place[0] < end and place[1] > start]
    context = [place for place in places if place is not None]
    if not answer or not inside or context[0][0] > start or context[-1][1] < end:
        return [0, 0]
    return [inside[0], inside[-1]]


def within_reach(places: Sequence[tuple[int, int] | None], labels: Sequence[int], longest: int) -> tuple[int, int]:
    """Where the stretch from one token to another begins and ends; of one that `candidates` never has, its first tokens."""
    first, last = labels
    shown = [place for place in places[first : last + 1] if place is not None and place[0] < place[1]]
    shown = shown[: max(longest, _USUAL)]
    return (shown[0][0], shown[-1][1]) if shown else (0, 0)


def candidates(
    outputs: Sequence[np.ndarray], features: Sequence[Feature], longest: int
) -> tuple[list[Candidate], float]:
    """The best stretches over all windows, best first, and the score of "no answer": its smallest over the windows.

    `longest`: what `QuestionAnswering.longest` found in the training rows.
    """
    most = max(longest, _USUAL)
    best: dict[tuple[int, int], float] = {}
    nothing = float("inf")
    for output, feature in zip(outputs, features, strict=True):
        nothing = min(nothing, float(output[0].sum()))
        tokens = [token for token, place in enumerate(feature["places"]) if place is not None and place[0] < place[1]]
        starts, ends = output[tokens, 0].astype(float), output[tokens, 1].astype(float)
        for first in np.argsort(-starts, kind="stable")[:_BEST]:
            for last in np.argsort(-ends, kind="stable")[:_BEST]:
                if first <= last < first + most:
                    span = feature["places"][tokens[first]][0], feature["places"][tokens[last]][1]
                    best[span] = max(best.get(span, -np.inf), float(starts[first] + ends[last]))
    ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))[:_BEST]
    return [Candidate(score, *span) for span, score in ranked], nothing
