"""Which old encoding a text that is no Unicode has, by how likely its letters are in each."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from studio.data.reading import alphabets, ideographs
from studio.data.reading.alphabets import BALTIC, CENTRAL, CYRILLIC, WEST

CODECS = (  # title, codec, languages; of two that give the same text, the first is named
    ("Windows-1252", "cp1252", WEST),
    ("Windows-1251", "cp1251", CYRILLIC),
    ("Windows-1250", "cp1250", CENTRAL),
    ("Windows-1254", "cp1254", ("Turkish",)),
    ("Windows-1253", "cp1253", ("Greek",)),
    ("Windows-1257", "cp1257", BALTIC),
    ("Windows-1255", "cp1255", ("Hebrew",)),
    ("Windows-1256", "cp1256", ("Arabic",)),
    ("Windows-1258", "cp1258", ("Vietnamese",)),
    ("Latin-9", "iso8859-15", WEST),
    ("Latin-2", "iso8859-2", CENTRAL),
    ("Latin-5", "iso8859-9", ("Turkish",)),
    ("ISO 8859-5", "iso8859-5", CYRILLIC),
    ("ISO 8859-6", "iso8859-6", ("Arabic",)),
    ("ISO 8859-7", "iso8859-7", ("Greek",)),
    ("ISO 8859-13", "iso8859-13", BALTIC),
    ("KOI8-R", "koi8-r", ("Russian", "Bulgarian")),
    ("KOI8-U", "koi8-u", ("Ukrainian",)),
    ("Mac Roman", "mac-roman", WEST),
    ("Mac Cyrillic", "mac-cyrillic", CYRILLIC),
    ("DOS 850", "cp850", WEST),
    ("DOS 852", "cp852", CENTRAL),
    ("DOS 866", "cp866", CYRILLIC),
    ("Shift-JIS", "cp932", ("Japanese",)),
    ("GB18030", "gb18030", ("Chinese", "Traditional Chinese")),
    ("Big5", "big5", ("Traditional Chinese",)),
    ("EUC-KR", "cp949", ("Korean",)),
    ("EUC-JP", "euc_jp", ("Japanese",)),
)
_WESTERN, _RARER = 2.0, 1.0
"""How much likelier Windows-1252 is before a letter is seen, and how much less likely what is not of Windows."""
_WINDOWS = 9
"""Places in the list that are encodings of Windows."""
_SAMPLE = 20_000
"""Bytes of lines from the whole file: enough to know an alphabet, and a fraction of a second."""
_CONTROL = re.compile("[\x80-\x9f]")


@dataclass(frozen=True)
class Guess:
    """One encoding, and how likely its text is, as a natural logarithm."""

    title: str
    codec: str
    score: float
    letters: int
    """Beyond ASCII, that were looked at."""

    @property
    def average(self) -> float:
        """The score of one letter."""
        return self.score / max(1, self.letters)


def rank(data: bytes) -> list[Guess]:
    """The encodings that fit every byte of the file, the likeliest first; one for each different text."""
    some = sample(line for line in data.split(b"\n") if not line.isascii())
    found: dict[str, Guess] = {}
    for place, (title, codec, languages) in enumerate(CODECS):
        try:
            text = some.decode(codec)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):  # no table holds them
            continue
        judge = ideographs if languages[0] in ideographs.LANGUAGES else alphabets
        score = judge.likelihood(text, languages) + (0 if place else _WESTERN) - (_RARER if place >= _WINDOWS else 0)
        if text not in found or found[text].score < score - _WESTERN:
            found[text] = Guess(title, codec, score, sum(letter > "\x7f" for letter in text))
    return [guess for guess in sorted(found.values(), key=lambda guess: -guess.score) if _fits(data, guess.codec)]


def _fits(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def has_ideographs(guess: Guess) -> bool:
    """Whether the encoding writes letters in two bytes of any kind, so that some of them look like UTF-8 by chance."""
    return next(names[0] for _, codec, names in CODECS if codec == guess.codec) in ideographs.LANGUAGES


def sample(lines: Iterable[bytes]) -> bytes:
    """Lines from everywhere in the file, enough to know an alphabet."""
    lines = list(lines)
    total = sum(map(len, lines))
    if total > _SAMPLE:
        lines = lines[:: total // _SAMPLE + 1] or lines[:1]
    return b"\n".join(lines)[: 10 * _SAMPLE]
