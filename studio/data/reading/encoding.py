"""Bytes to text: which encoding a file has, by the evidence of all its bytes. Knows nothing of tables."""

import codecs
import re
from collections import Counter
from dataclasses import dataclass

from studio.data.reading.guess import Guess, has_ideographs, rank
from studio.data.reading.mixture import Mixture, with_holes
from studio.errors import StudioError

ENCODINGS = {
    "UTF-8": "utf-8",
    "UTF-16": "utf-16",
    "UTF-32": "utf-32",
    "Windows-1252": "cp1252",
    "Windows-1250": "cp1250",
    "Windows-1251": "cp1251",
    "Windows-1253": "cp1253",
    "Windows-1254": "cp1254",
    "Windows-1255": "cp1255",
    "Windows-1256": "cp1256",
    "Windows-1257": "cp1257",
    "Windows-1258": "cp1258",
    "Latin-1": "latin-1",
    "Latin-2": "iso8859-2",
    "Latin-9": "iso8859-15",
    "Latin-5": "iso8859-9",
    "ISO 8859-5": "iso8859-5",
    "ISO 8859-6": "iso8859-6",
    "ISO 8859-7": "iso8859-7",
    "ISO 8859-13": "iso8859-13",
    "Mac Roman": "mac-roman",
    "Mac Cyrillic": "mac-cyrillic",
    "DOS 850": "cp850",
    "DOS 852": "cp852",
    "DOS 866": "cp866",
    "KOI8-R": "koi8-r",
    "KOI8-U": "koi8-u",
    "Shift-JIS": "cp932",
    "EUC-JP": "euc_jp",
    "GB18030": "gb18030",
    "Big5": "big5",
    "EUC-KR": "cp949",
}
"""Title → codec of every encoding that can be chosen by hand."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_SAVE_AGAIN = "save it as “CSV UTF-8” in your spreadsheet program and upload it again."
_SAVE_AS = f"S{_SAVE_AGAIN[1:]}"
_NO_TEXT = "Upload a CSV, TSV, JSONL, Parquet or Excel file; if it is one, it is damaged: save it again."
_CONTROLS = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]")
_MOST_CONTROLS = 0.02
"""Of the bytes of a text that is no UTF-8, without the commonest of them, which may separate cells."""
_LEAST_LIKELY, _LEAST_LIKELY_IDEOGRAPH = -6.0, -8.0
"""A letter's natural logarithm, on average, in the likeliest encoding: below, they are no letters."""
_LEAST_LETTERS = 0.05
"""Of the bytes of the file: fewer may be any signs."""
_SHIFT, _HEAD = b"\x1b$", 100_000
"""How ISO-2022-JP, all plain ASCII bytes, begins Japanese; and where that is looked for."""
_DOUBT = 4.0
"""Where another encoding is less than e⁴ times less likely, it is named too."""


@dataclass(frozen=True)
class Decoded:
    """A file's text, without a byte order mark, and how it was found."""

    text: str
    encoding: str
    """For people, as in `Windows-1252`."""
    notes: tuple[str, ...] = ()
    hole: str = ""
    """A code point that stands for bytes that are no UTF-8, where there are some in a few lines."""


def decode(data: bytes, choice: str = "", *, mend: bool = False) -> Decoded:
    """The text of a file. `choice` (a title of `ENCODINGS` or a codec's name) overrules the guess. `mend`: a few lines
    of UTF-8 may be damaged, and have holes.

    A byte order mark decides; else valid UTF-8 is UTF-8; what is neither is the encoding in which its letters make
    most sense (`guess`), and said so. Raises: StudioError when the bytes are no text, or damaged text.
    """
    if choice:
        return _as_chosen(data, choice)
    data, is_marked = _unmarked(data)
    for mark, codec, title in _MARKS:
        if data.startswith(mark) and not is_marked:
            return Decoded(_strict(data[len(mark) :], codec, title), title)
    if b"\0" in data:
        return _without_mark(data)
    if _SHIFT in data[:_HEAD] and (text := _shifted(data)) is not None:
        return Decoded(text, "ISO-2022-JP", ("The file is no UTF-8: it switches alphabets as ISO-2022-JP does.",))
    try:
        return Decoded(data.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError as error:
        return _damaged(data, error, mend=mend) if is_marked else _not_utf8(data, error, mend=mend)


def looks_like_utf8(data: bytes | memoryview, choice: str = "") -> bool:
    """Whether `decode` would try UTF-8 first: by what was chosen, or else by the beginning."""
    if choice:
        return choice.strip().casefold() in ("utf-8", "utf_8")
    head = bytes(data[:_HEAD])
    return _SHIFT not in head and not any(head.startswith(mark) for mark, codec, _ in _MARKS if codec != "utf-8")


def _as_chosen(data: bytes, choice: str) -> Decoded:
    wanted = choice.strip().casefold()
    for title, codec in ENCODINGS.items():
        if wanted in (title.casefold(), codec, codec.replace("-", "_")):
            break
    else:
        raise StudioError(f"There is no encoding named {choice[:40]!r}", fix=f"Choose one of: {', '.join(ENCODINGS)}.")
    for mark, marked, name in _MARKS:
        if data.startswith(mark) and name == title:
            return Decoded(_strict(data[len(mark) :], marked, title), title)
    return Decoded(_strict(data, codec, title), title)


def _strict(data: bytes, codec: str, title: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(codec, errors="replace").count("\n") + 1
        raise StudioError(
            f"The file is not whole {title} text", where=f"byte {error.start + 1}, line {line}", fix=_SAVE_AS
        ) from error


def _without_mark(data: bytes) -> Decoded:
    """UTF-16 and UTF-32 without their marks have zeros in the same bytes of Latin text; other files with zeros are no text."""
    head = data[: 4096 * 4]
    zeros = [head[place::4].count(0) / max(1, len(head) // 4) for place in range(4)]
    wide = (("utf-32-le", zeros[2] + zeros[3], zeros[0]), ("utf-32-be", zeros[0] + zeros[1], zeros[3]))
    codec = next((codec for codec, many, few in wide if len(data) % 4 == 0 and many > 1.9 and few < 0.1), "")
    if not codec:
        odd, even = (zeros[1] + zeros[3]) / 2, (zeros[0] + zeros[2]) / 2
        halves = (("utf-16-le", odd, even), ("utf-16-be", even, odd))
        codec = next((codec for codec, many, few in halves if many > 0.4 and few < 0.05), "") or _with_line_ends(data)
    if codec:
        title = codec[:6].upper()
        return Decoded(
            _strict(data, codec, title), title, (f"The file has no byte order mark; its bytes look like {title}.",)
        )
    raise StudioError(
        "The file is not text: it holds zero bytes",
        where=f"byte {data.index(0) + 1}",
        fix="Upload a CSV, TSV, JSONL, Parquet or Excel file.",
    )


def _with_line_ends(data: bytes) -> str:
    """UTF-16 of another alphabet has few zeros: those of its separators and line ends, which only one order has."""
    possible = []
    for codec in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        ends, separators = text.count("\n"), sum(map(text.count, ",;\t"))
        if "\0" not in text and ends and separators >= ends:
            possible.append(codec)
    return possible[0] if len(possible) == 1 else ""


def _shifted(data: bytes) -> str | None:
    try:
        return data.decode("iso2022_jp")
    except UnicodeDecodeError:
        return None


def _not_utf8(data: bytes, error: UnicodeDecodeError, *, mend: bool) -> Decoded:
    _check_controls(data)
    found = rank(data)
    if Mixture.of(data).is_likelier_than(found[0] if found else None):
        return _damaged(data, error, mend=mend)
    if not found:
        raise StudioError("The encoding of the file cannot be recognized", fix=_SAVE_AS)
    best = found[0]
    _check_letters(data, best)
    others = [other.title for other in found[1:] if best.score - other.score < _DOUBT][:3]
    note = f"The file is not UTF-8; its encoding was guessed as {best.title}, by its letters"
    note += f"; it could be {' or '.join(others)} too." if others else "."
    return Decoded(data.decode(best.codec), best.title, (f"{note} If letters look wrong, {_SAVE_AGAIN}",))


def _damaged(data: bytes, error: UnicodeDecodeError, *, mend: bool) -> Decoded:
    """UTF-8 but for some bytes."""
    mixture = Mixture.of(data)
    mixture.check()
    if mend:
        text, hole = with_holes(data)
        return Decoded(text, "UTF-8", hole=hole)
    raise StudioError(
        "The file is UTF-8 text with damaged characters in it",
        where=f"byte {error.start + 1}, line {mixture.bad_lines[0]}",
        fix="Correct that line, or save the file as “CSV UTF-8”, and upload it again.",
    ) from error


def _unmarked(data: bytes) -> tuple[bytes, bool]:
    """Without the byte order marks of UTF-8, which pasting doubles, and whether there was one."""
    count = 0
    while data.startswith(codecs.BOM_UTF8, 3 * count):
        count += 1
    return data[3 * count :], count > 0


def _check_controls(data: bytes) -> None:
    """Raises: StudioError for bytes among which are more control signs than any text has."""
    counts = Counter(_CONTROLS.findall(data))
    many = counts.total() - max(counts.values(), default=0)
    if many > max(1, _MOST_CONTROLS * len(data)):
        raise StudioError(
            f"The file is not text: {counts.total():,} of its {len(data):,} bytes are control signs", fix=_NO_TEXT
        )


def _check_letters(data: bytes, best: Guess) -> None:
    """Raises: StudioError where even the likeliest encoding makes no sense."""
    least = _LEAST_LIKELY_IDEOGRAPH if has_ideographs(best) else _LEAST_LIKELY
    if best.average < least and len(_HIGH.findall(data)) > _LEAST_LETTERS * len(data):
        raise StudioError("The file is not text in any encoding that the studio knows", fix=_NO_TEXT)
