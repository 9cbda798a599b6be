"""The tags of a million sentences at once: as many as words, and each entity begun before it goes on.

Quick for what most tables hold, words with a space between or JSON lists of plain strings; the rest is left to a closer look.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_SPACES = r"\t\n\x0b\f\r\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
_IRREGULAR = rf"^[ \[]|  | $|^$|[{_SPACES}]"
_LIST_OF_TEXTS = r'^\["[^"\\]*"(?:, ?"[^"\\]*")*\]$'
_LIST_OF_WORDS = rf'^\["[^"\\ {_SPACES}]+"(?:, ?"[^"\\ {_SPACES}]+")*\]$'
_BETWEEN = r'", ?"'


@dataclass(frozen=True)
class Tagged:
    """Tags in a row, as one long line."""

    wrong: np.ndarray
    """Of each tag whether it goes on (I-) with an entity that has not begun, bool."""
    begins: int
    """Tags that begin an entity (B-)."""


def looked_through(tags: pa.Array, starts: np.ndarray) -> Tagged:
    """`starts` says of each tag whether a sentence begins with it, bool."""
    coded = pc.dictionary_encode(tags)
    names: list[str] = coded.dictionary.to_pylist()
    number: dict[str, int] = {}
    kinds = [number.setdefault(name[2:], len(number)) if name[:2] in ("B-", "I-") else -1 for name in names]
    codes = coded.indices.to_numpy()
    kind = np.array(kinds, np.int64)[codes]
    before = np.append(-1, kind[:-1])[: len(kind)]
    before[starts] = -1
    goes_on, begins = (np.array([name.startswith(mark) for name in names], bool)[codes] for mark in ("I-", "B-"))
    return Tagged(goes_on & (before != kind), int(begins.sum()))


def word_counts(cells: pa.Array) -> np.ndarray:
    """Words of each cell, int64; -1 where a closer look is needed."""
    return np.where(_matches(cells, _LIST_OF_TEXTS), _between(cells, _BETWEEN), _spaced_counts(cells))


def spaced(cells: pa.Array) -> pa.Array:
    """The tags of each cell with a space between; empty where a closer look is needed."""
    listed = _matches(cells, _LIST_OF_WORDS)
    if listed.any():
        bare = pc.utf8_slice_codeunits(pc.replace_substring_regex(cells, _BETWEEN, " "), 2, -2)
        cells = pc.if_else(pa.array(listed), bare, cells)
    return pc.if_else(pa.array(_matches(cells, _IRREGULAR)), "", cells)


def split_up(cells: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """All tags of `spaced` cells in a line, and how many each cell has, int64."""
    parts = pc.split_pattern(cells, " ")
    return parts.flatten(), pc.list_value_length(parts).to_numpy(zero_copy_only=False)


def _matches(cells: pa.Array, pattern: str) -> np.ndarray:
    found: np.ndarray = pc.match_substring_regex(cells, pattern).to_numpy(zero_copy_only=False)
    return found


def _between(cells: pa.Array, pattern: str) -> np.ndarray:
    """One more than what stands between the words; a word may itself look like it at the beginning, so that is cut off."""
    inner = pc.utf8_slice_codeunits(cells, 2)
    return pc.count_substring_regex(inner, pattern).to_numpy(zero_copy_only=False).astype(np.int64) + 1


def _spaced_counts(cells: pa.Array) -> np.ndarray:
    counts = pc.count_substring(cells, " ").to_numpy(zero_copy_only=False).astype(np.int64) + 1
    return np.where(_matches(cells, _IRREGULAR), -1, counts)
