"""When two texts are the same to a reader: without case, spacing and Unicode spelling; and which are worth a comparison."""

import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studio.data.example import Example

_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
_LOWER = bytes.maketrans(_LETTERS.upper(), _LETTERS)
_NO_LETTERS = bytes(code for code in range(1, 128) if bytes([code]).lower() not in (bytes([each]) for each in _LETTERS))
_TYPOGRAPHY = tuple(mark.encode() for mark in "’‘“”„«»–—‐‑…·\u00a0")
_AT_ONCE = 20_000
_MANY = 300_000


def normal(text: str) -> str:
    """The text as it is compared with others."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def same_text(example: Example) -> tuple[str, ...]:
    """Two examples with the same value are one and the same to a reader, whatever their answers."""
    return tuple(map(normal, example.inputs.values()))


def normals(cells: pa.Array) -> list[str]:
    """The normal texts of many; each different one is looked at once. Of very many, spaces inside stay as they are."""
    if len(cells) > _MANY:
        bulk: list[str] = pc.utf8_trim_whitespace(pc.utf8_lower(cells)).to_pylist()
        return bulk
    texts: list[str] = cells.to_pylist()
    known = {text: normal(text) for text in dict.fromkeys(texts)}
    return [known[text] for text in texts]


def loose(text: str) -> str:
    """A normal text without spaces and punctuation; symbols and accents stay, since they carry meaning."""
    return text.translate(_WITHOUT_PUNCTUATION)


def without_digits(text: str) -> str:
    """A loose text without its digits."""
    return text.translate(_WITHOUT_DIGITS)


def without_hidden(text: str) -> str:
    """The text without characters that nobody sees."""
    return text.translate(_WITHOUT_HIDDEN)


def signatures(cells: pa.Array) -> np.ndarray:
    """A number a text, int64: equal where the letters are, whatever stands between them. Two normal texts that are `loose`ly the same
    have the same number but for rare Unicode spellings, so only rows that share one need a closer look.

    It is made of whole blocks of bytes, which is what keeps a million rows to a second; the numbers differ from process to process.
    """
    numbers = np.empty(len(cells), np.int64)
    for start in range(0, len(cells), _AT_ONCE):
        block = cells.slice(start, _AT_ONCE)
        plain = pc.string_is_ascii(block)
        is_plain = plain.to_numpy(zero_copy_only=False)
        part = numbers[start : start + len(block)]
        part[is_plain] = _hashes(block.filter(plain))
        if not is_plain.all():
            part[~is_plain] = _hashes(_folded(block.filter(pc.invert(plain))), _TYPOGRAPHY)
    return numbers


def _folded(cells: pa.Array) -> pa.Array:
    cells = pc.utf8_lower(cells)
    if not all(unicodedata.is_normalized("NFKC", text) for text in cells.to_pylist()):
        cells = pc.utf8_normalize(cells, "NFKC")
    return cells


def _hashes(cells: pa.Array, without: tuple[bytes, ...] = ()) -> np.ndarray:
    texts: list[str] = cells.to_pylist()
    joined = "\0".join(texts).encode()
    if texts and joined.count(b"\0") != len(texts) - 1:
        joined = "\0".join(text.replace("\0", "") for text in texts).encode()
    for mark in without:
        joined = joined.replace(mark, b"")
    parts = joined.translate(_LOWER, _NO_LETTERS).split(b"\0") if texts else []
    return np.fromiter(map(hash, parts), np.int64, len(parts))


class _Without(dict[int, int | None]):
    """For `str.translate`: drops the characters of some Unicode categories; each is looked up once."""

    def __init__(self, *categories: str) -> None:
        super().__init__()
        self._categories = categories

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.category(chr(code)).startswith(self._categories) else code
        return self[code]


_WITHOUT_PUNCTUATION = _Without("P", "Z", "Cc", "Cf")
_WITHOUT_DIGITS = _Without("Nd")
_WITHOUT_HIDDEN = _Without("Cf")
