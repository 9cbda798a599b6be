"""When two texts are the same to a reader: without case, spacing and Unicode spelling; and which are worth a comparison."""

import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studio.data.example import Example

_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
_NO_LETTERS = bytes(code for code in range(1, 128) if bytes([code]).lower() not in {bytes([each]) for each in _LETTERS})
_ROUGHLY_LOWER = bytes(
    {0xD1: 0xD0, 0xCF: 0xCE}.get(code, (code | 0x20) & 0xFE if 0x80 <= code < 0xC0 else code)
    for code in bytes(range(256)).lower()
)
"""UTF-8 bytes with both cases of Latin, Cyrillic and Greek letters made equal (and some letters besides: it is a first look only).
In UTF-8, “Ä” is C3 84 and “ä” C3 A4, “Ā” C4 80 and “ā” C4 81, “Р” D0 A0 and “р” D1 80."""
_TYPOGRAPHY = {
    b"\xe2\x80": tuple(mark.encode() for mark in "’‘“”„–—‐‑…"),
    b"\xc2": tuple(mark.encode() for mark in "«»·\u00a0"),
}
"""How punctuation beyond ASCII begins, and all that does."""
_AT_ONCE = 2_000
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
        texts: list[str] = cells.slice(start, _AT_ONCE).to_pylist()
        numbers[start : start + len(texts)] = _hashes(texts)
    return numbers


def _hashes(texts: list[str]) -> list[int]:
    joined = "\0".join(texts)
    if joined.count("\0") != len(texts) - 1:
        texts = [text.replace("\0", "") for text in texts]
        joined = "\0".join(texts)
    if not joined.isascii() and not unicodedata.is_normalized("NFKC", joined):
        joined = "\0".join(_normalized(texts))
    content = joined.encode()
    if len(content) > len(joined):
        for begins, marks in _TYPOGRAPHY.items():
            for mark in marks if begins in content else ():
                content = content.replace(mark, b"")
    return list(map(hash, content.translate(_ROUGHLY_LOWER, _NO_LETTERS).split(b"\0")))


def _normalized(texts: list[str]) -> list[str]:
    """In NFKC, which most texts are in already: asked of many together, then of few, then of each."""
    if unicodedata.is_normalized("NFKC", "".join(texts)):
        return texts
    if len(texts) == 1:
        return [unicodedata.normalize("NFKC", texts[0])]
    few = max(1, len(texts) // 16)
    return [text for start in range(0, len(texts), few) for text in _normalized(texts[start : start + few])]


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
