"""Characters that nobody sees, and characters that were lost."""

import re
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studio.data.doctor.finding import Finding, Patient, dropping
from studio.data.doctor.mojibake import is_garbled
from studio.data.doctor.rewriting import Mending, damage
from studio.data.doctor.scan import holding_control, matching, places_where, taken
from studio.data.masking import cited, masked
from studio.data.phrases import counted, in_quotes

_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
_HIDDEN_RE2 = r"[\x{80}-\x{9f}\x{ad}\x{200b}-\x{200f}\x{2060}-\x{2064}\x{202a}-\x{202e}\x{feff}]"
_LATIN = "A-Za-z\u00c0-\u024f"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u4e00-\u9fff"
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese mark where a word ends with a space of no width."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]")
_ALWAYS = re.compile(f"[{_CONTROL}\x80-\x9f\u00ad\u2060-\u2064\ufeff]")
_PLAINLY = re.compile(f"[{_CONTROL}\u00ad\u2060-\u2064\ufeff]")
"""The same but for what is part of a garbled character, which `mojibake` repairs."""
_NAMED = re.compile(f"[{_CONTROL}\x80-\x9f\u00ad\u200b-\u200f\u2060-\u2064\u202a-\u202e\ufeff]")
_NO_WIDTH = re.compile(f"(?<![{_UNSPACED}])\u200b(?![{_UNSPACED}])")
_JOINERS = re.compile(f"(?<=[{_LATIN}\\s])[\u200c\u200d]|[\u200c\u200d](?=[{_LATIN}\\s])")
"""Between other letters and in emoji, joiners are part of the spelling: ZWNJ in Persian, ZWJ in Hindi and in 👩‍🚀."""
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e]")
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_SPACES = "\x0b\x0c\x1c\x1d\x1e\x1f\x85"


def hidden(patient: Patient) -> Iterable[Finding]:
    """Control characters, soft hyphens, spaces of no width, marks of the file's beginning inside a text."""
    return damage(patient, (*patient.prose, *([patient.label] if patient.label else [])), _HIDDEN)


def lost(patient: Patient) -> Iterator[Finding]:
    """Places where a character could not be read: U+FFFD, the replacement character."""
    for column in patient.prose:
        places = matching(patient.cells(column), r"\x{fffd}")
        if not len(places):
            continue
        rows = patient.numbers(places.tolist())
        text = masked(taken(patient.cells(column), places[:1])[0])
        around = max(0, text.index("\ufffd") - 20)
        yield Finding(
            "lost-characters", "warning", "Characters that were lost",
            f"{counted(len(rows), 'text')} of column {in_quotes(column)} {'has' if len(rows) == 1 else 'have'} a “\ufffd” where a "
            f"character could not be read, as “{cited(text[around:], 60)}” (row {rows[0]:,}).",
            "They were lost when the file was made, in a wrong encoding: export it again, as UTF-8.",
            rows, patient.share(len(rows)), dropping("lost-characters", f"Remove {counted(len(rows), 'row')} with lost characters", rows),
        )  # fmt: skip


def _search(cells: pa.Array) -> np.ndarray:
    """Only texts beyond ASCII are searched for what ASCII has not."""
    found = np.zeros(len(cells), bool)
    found[holding_control(cells)] = True
    beyond = places_where(pc.invert(pc.string_is_ascii(cells)))
    if len(beyond):
        found[beyond[matching(cells.take(pa.array(beyond)), _HIDDEN_RE2)]] = True
    return np.flatnonzero(found)


def _visible(text: str) -> str:
    """The text without what nobody sees. What a Windows program wrote as one byte becomes what was meant."""
    if not _RIGHT_TO_LEFT.search(text):
        text = _DIRECTION.sub("", text)
    seen = (_PLAINLY if is_garbled(text) else _ALWAYS).sub(_instead, text)
    return _JOINERS.sub("", _NO_WIDTH.sub("", seen))


def _named(text: str) -> str:
    """The text with the code points of what nobody sees, as in “so[U+00AD]ft”."""
    return _NAMED.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


def _instead(match: re.Match[str]) -> str:
    character = match[0]
    return " " if character in _SPACES else _WINDOWS.get(ord(character), "")


_HIDDEN = Mending(
    "hidden-characters", "Invisible characters",
    "control characters, soft hyphens, zero-width spaces or other characters that nobody sees",
    "A word with an invisible character in it is another word to the model.",
    "Remove them", _search, _visible, show=_named,
)  # fmt: skip

CHECKS = (hidden, lost)
