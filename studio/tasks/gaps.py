"""Which tokens of a text are hidden, for models that learn to fill gaps."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

HIDDEN = 0.15
"""Share of the words that are hidden. Source: Devlin et al. 2018; always behind the mask, as Wettig et al. 2022 found enough."""
_LONGEST_WORD = 6
"""Tokens of a word that are hidden together; in scripts without spaces a whole sentence counts as one word."""

Numbers = NDArray[np.int64]


def word_groups(words: Sequence[int | None]) -> list[int]:
    """Tokens that are hidden together, by number: [None, 0, 0, 1, None] → [-1, 0, 0, 1, -1]; -1 is never hidden.

    `words`: each token's word; None of special ones.
    """
    groups: list[int] = []
    last, size, number = None, 0, -1
    for word in words:
        if word is not None:
            together = word == last and size < _LONGEST_WORD
            size, number = (size + 1, number) if together else (1, number + 1)
        groups.append(-1 if word is None else number)
        last = word
    return groups


def chosen_groups(counts: Numbers, random: np.random.Generator) -> NDArray[np.bool_]:
    """Which groups of several rows are hidden: 15 % of each row's, one at least. `counts`: groups of each row."""
    owner = np.repeat(np.arange(len(counts)), counts)
    order = np.lexsort((random.random(len(owner)), owner))  # each row's groups in an order of chance
    first = np.cumsum(counts) - counts
    place = np.arange(len(owner)) - np.repeat(first, counts)
    wanted = np.maximum(1, np.round(HIDDEN * counts)).astype(np.int64)
    hidden = np.zeros(len(owner), dtype=np.bool_)
    hidden[order[place < np.repeat(wanted, counts)]] = True
    return hidden


def hidden_tokens(groups: Sequence[int], seed: int) -> list[bool]:
    """Which tokens of one row are hidden, by seed."""
    known = np.array(groups, dtype=np.int64)
    count = int(known.max(initial=-1)) + 1
    chosen = chosen_groups(np.array([count]), np.random.default_rng(seed))
    return list(np.append(chosen, False)[known].tolist())
