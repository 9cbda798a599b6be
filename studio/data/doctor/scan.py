"""Looking through whole columns at once: what stands where, in Arrow and numpy, so that a million rows take no loop in Python."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

K = TypeVar("K", bound=Hashable)

_BLOCK = 1 << 22
"""Bytes that are looked at in one go, few enough for the processor's cache."""
_USUAL = np.array([9, 10, 13], np.uint8)
MOST_LOOKED_AT = 200_000
"""Rows that a check looks at one by one, at most."""


def places_where(mask: pa.Array | np.ndarray) -> np.ndarray:
    """The places of what is true, in order."""
    return np.flatnonzero(mask if isinstance(mask, np.ndarray) else mask.to_numpy(zero_copy_only=False))


def matching(cells: pa.Array, pattern: str) -> np.ndarray:
    """Places of the texts in which this is found. A pattern that begins with a plain character is much quicker.

    Source: the syntax of RE2, https://github.com/google/re2/wiki/Syntax; its time grows with the text alone.
    """
    return places_where(pc.match_substring_regex(cells, pattern))


def taken(cells: pa.Array, places: Iterable[int] | np.ndarray) -> list[str]:
    """The texts at these places."""
    at = places if isinstance(places, np.ndarray) else np.fromiter(places, np.int64)
    texts: list[str] = cells.take(pa.array(at)).to_pylist()
    return texts


def sizes(cells: pa.Array) -> np.ndarray:
    """Bytes of each text, int64."""
    return np.diff(_offsets(cells))


def first_bytes(cells: pa.Array) -> np.ndarray:
    """The first byte of each text, uint8; 0 where it is empty."""
    offsets = _offsets(cells)
    data = cells.buffers()[2]
    if data is None or data.size == 0:
        return np.zeros(len(cells), np.uint8)
    content = np.frombuffer(data, np.uint8)
    first = content[np.minimum(offsets[:-1], len(content) - 1)]
    return np.where(np.diff(offsets) > 0, first, 0).astype(np.uint8)


def holding_control(cells: pa.Array) -> np.ndarray:
    """Places of the texts with a control character: a byte below 32 but for tab and line breaks, or 127."""
    offsets, data = _offsets(cells), cells.buffers()[2]
    if data is None or offsets[0] == offsets[-1]:
        return np.empty(0, np.int64)
    content = np.frombuffer(data, np.uint8)
    found = []
    for start in range(int(offsets[0]), int(offsets[-1]), _BLOCK):
        block = content[start : min(start + _BLOCK, int(offsets[-1]))]
        small = np.flatnonzero(block < ord(" "))
        found.append(start + small[~np.isin(block[small], _USUAL)])
        found.append(start + np.flatnonzero(block == 127))
    return np.unique(np.searchsorted(offsets, np.concatenate(found), "right") - 1)


def evenly(count: int, most: int) -> np.ndarray:
    """At most so many places out of `count`, spread evenly from the first to the last."""
    return np.arange(count) if count <= most else np.linspace(0, count - 1, most).astype(np.int64)


def shared_by_several(numbers: np.ndarray) -> np.ndarray:
    """Places of the numbers that occur more than once, in order."""
    order = np.argsort(numbers, kind="stable")
    ranked = numbers[order]
    same = ranked[1:] == ranked[:-1]
    return np.sort(order[np.append(same, False) | np.insert(same, 0, False)]) if len(numbers) else order


def grouped(keys: Iterable[K], places: Iterable[int]) -> dict[K, list[int]]:
    """Key → the places that have it, where there are several; in order of the first."""
    groups: dict[K, list[int]] = {}
    for key, place in zip(keys, places, strict=True):
        groups.setdefault(key, []).append(place)
    return {key: group for key, group in groups.items() if len(group) > 1}


def _offsets(cells: pa.Array) -> np.ndarray:
    return np.frombuffer(cells.buffers()[1], np.int64)[cells.offset : cells.offset + len(cells) + 1]
