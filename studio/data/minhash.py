"""Which long texts share most of their words: MinHash and bands find the pairs, the texts themselves decide.

Source: Broder, "On the resemblance and containment of documents" (1997): the share of equal minima estimates the Jaccard
similarity |A ∩ B| / |A ∪ B| of two sets of shingles, and keeping the shingles whose hash is 0 modulo m ("mod m sketch")
keeps that similarity in expectation. Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4: with b bands of r
minima each, a pair of similarity s shares a band with probability 1 - (1 - s^r)^b; here, 0.9 → 99.98 %, 0.8 → 98.5 %, 0.4 → 19 %.
"""

from collections.abc import Sequence

import numpy as np

_SHINGLE = 8
"""Bytes a shingle: about a word and a half."""
_KEPT = 4
"""One shingle in so many is looked at."""
_BANDS, _ROWS = 8, 4
_SEED = 20
_ALIKE = 0.8
"""Shared shingles of all shingles of two texts that say the same."""


def similar_pairs(texts: Sequence[str], alike: float = _ALIKE) -> list[tuple[int, int]]:
    """Pairs (first < second) of texts that share at least this much; each text is paired with the earliest of its bucket."""
    hashes, starts = _shingles([text.encode() for text in texts])
    minima = _minima(hashes, starts)
    pairs = {pair for band in range(_BANDS) for pair in _together(minima[band * _ROWS : (band + 1) * _ROWS])}

    def shingles_of(place: int) -> set[int]:
        return set(hashes[starts[place] : starts[place + 1]].tolist())

    alikes, place, shingles = [], -1, set[int]()
    for first, other in sorted(pairs):
        if first != place:
            place, shingles = first, shingles_of(first)
        if _jaccard(shingles, shingles_of(other)) >= alike:
            alikes.append((first, other))
    return alikes


def _shingles(texts: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """The kept hashes of all texts in a row, uint64, and where each text's begin, int64 (texts + 1).

    A text too short for a shingle has none.
    """
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    ends = np.cumsum(sizes)
    content = np.frombuffer(b"".join(texts) + bytes(_SHINGLE), np.uint8)
    count = len(content) - _SHINGLE
    words = np.zeros(count, np.uint64)
    for place in range(_SHINGLE):
        words |= content[place : place + count].astype(np.uint64) << np.uint64(8 * place)
    hashes = _mixed(words)
    crossing = np.zeros(count + 1, bool)  # the last shingles of a text would run into the next one
    for back in range(1, _SHINGLE):
        crossing[np.maximum(ends - back, ends - sizes)[sizes > 0]] = True
    kept = np.flatnonzero(((hashes & np.uint64(_KEPT - 1)) == 0) & ~crossing[:count])
    return hashes[kept] >> np.uint64(2), np.searchsorted(kept, np.insert(ends, 0, 0))


def _minima(hashes: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The smallest of every permutation for each text, uint64 (bands · rows, texts); texts without shingles are all different."""
    chance = np.random.default_rng(_SEED)
    empty = starts[1:] == starts[:-1]
    padded = np.append(hashes, np.uint64(0))
    minima = np.empty((_BANDS * _ROWS, len(starts) - 1), np.uint64)
    for place in range(len(minima)):
        factor, offset = (np.uint64(number) for number in chance.integers(1, 2**62, 2))
        permuted = padded * (factor * np.uint64(2) + np.uint64(1)) + offset
        permuted ^= permuted >> np.uint64(32)
        minima[place] = np.minimum.reduceat(permuted, starts[:-1])
        minima[place, empty] = np.flatnonzero(empty).astype(np.uint64)
    return minima


def _together(band: np.ndarray) -> list[tuple[int, int]]:
    """Texts with the same minima in a band, each with the first of them."""
    key = np.zeros(band.shape[1], np.uint64)
    for row in band:
        key = _mixed(key ^ row)
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    starts = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1])) if len(ranked) else np.empty(0, np.int64)
    pairs = []
    for start, size in zip(starts.tolist(), np.diff(np.append(starts, len(ranked))).tolist(), strict=True):
        members = order[start : start + size].tolist()
        pairs += [(members[0], other) for other in members[1:]]
    return pairs


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """Source: the finalizer of splitmix64, Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _jaccard(one: set[int], other: set[int]) -> float:
    return len(one & other) / max(1, len(one | other))
