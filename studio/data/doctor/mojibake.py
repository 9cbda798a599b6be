"""Texts that were read in a wrong encoding once, as “zurÃ¼ck” and “donâ€™t”.

Source: UTF-8 bytes read as Windows-1252. A run of such characters is put back into bytes and read as UTF-8; it is taken
only if that works without a remainder, as the library ftfy does it (https://ftfy.readthedocs.io, "sloppy-windows-1252").
"""

import re
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studio.data.doctor.finding import Finding, Patient
from studio.data.doctor.rewriting import Mending, damage
from studio.data.doctor.scan import matching, places_where

_BYTES = {bytes([code]).decode("cp1252", "ignore") or chr(code): code for code in range(0x80, 0x100)}
_BYTES |= {chr(code): code for code in range(0x80, 0xA0)}
_FOLLOWS = "".join(character for character, code in _BYTES.items() if code < 0xC0)
_SIGNS = f"[ÂÃ][{_FOLLOWS}]|[âï][{_FOLLOWS}]{{2}}|ð[{_FOLLOWS}]{{3}}|(?:[ÐÑØÙÎÏ][{_FOLLOWS}]){{3}}|[ÄÅ][{_FOLLOWS}][a-zà-ÿ]|â€"
"""How the usual letters begin when they are read wrongly; the last needs a small letter after it, since “Ä” may end a quotation."""
_CUT_QUOTE = re.compile(r"â€(?:\ufffd|(?![^\W_]))")
"""The closing quotation mark, of whose three bytes the last stands for nothing in Windows-1252, and is lost or U+FFFD."""
_RUN = re.compile(f"[{''.join(map(re.escape, _BYTES))}]{{2,}}")
_SIGN = re.compile(_SIGNS)


def mojibake(patient: Patient) -> Iterable[Finding]:
    """Texts and labels with such runs."""
    return damage(patient, (*patient.prose, *([patient.label] if patient.label else [])), _MOJIBAKE)


def repaired(text: str) -> str:
    """The text as it was before it was read wrongly, as often as that happened."""
    for _ in range(3):
        better = _CUT_QUOTE.sub("”", _RUN.sub(_as_utf8, text)) if _SIGN.search(text) else text
        if better == text:
            break
        text = better
    return text


def is_garbled(text: str) -> bool:
    """Whether it can be repaired."""
    return repaired(text) != text


def _as_utf8(match: re.Match[str]) -> str:
    try:
        return bytes(_BYTES[character] for character in match[0]).decode()
    except UnicodeDecodeError:
        return match[0]


def _search(cells: pa.Array) -> np.ndarray:
    beyond = places_where(pc.invert(pc.string_is_ascii(cells)))
    return beyond[matching(cells.take(pa.array(beyond)), _SIGNS)] if len(beyond) else beyond


_MOJIBAKE = Mending(
    "mojibake", "Garbled characters", "characters that were read in a wrong encoding",
    "The model knows words as people write them; garbled ones are noise to it.",
    "Write them as they were meant", _search, repaired,
)  # fmt: skip

CHECKS = (mojibake,)
