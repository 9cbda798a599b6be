"""Bytes to text: which encoding a file has, by the evidence of all its bytes. Knows nothing of tables."""

import codecs
import re
from dataclasses import dataclass

import charset_normalizer

from studio.errors import StudioError

ENCODINGS = {
    "UTF-8": "utf-8",
    "UTF-16": "utf-16",
    "Windows-1252": "cp1252",
    "Windows-1250": "cp1250",
    "Windows-1251": "cp1251",
    "Windows-1253": "cp1253",
    "Windows-1254": "cp1254",
    "Latin-9": "iso8859-15",
    "Mac Roman": "mac-roman",
    "KOI8-R": "koi8-r",
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
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_LONG_RUN = re.compile(rb"[\xc0-\xff]{3,}|[\x80-\xff]{4,}")
_ASCII = bytes(range(128))
_ODD_IN_WORD = re.compile("[¹³¿±£¥¦¯¼½¾¡¢¤¬¶†‡‰¸¨ŠŽŸŒ](?=[a-zà-ÿ])(?:(?<=[a-z].)|(?<=[A-Zà-ÿ][^ŠŽŸŒ]))")
_GUESSING_SAMPLE = 20_000
"""Bytes shown to the guesser: enough to know an alphabet, and a fraction of a second."""


@dataclass(frozen=True)
class Decoded:
    """A file's text, without a byte order mark, and how it was found."""

    text: str
    encoding: str
    """For people, as in `Windows-1252`."""
    notes: tuple[str, ...] = ()


def decode(data: bytes, choice: str = "") -> Decoded:
    """The text of a file. `choice` (a title of `ENCODINGS` or a codec's name) overrules the guess.

    A byte order mark decides; else valid UTF-8 is UTF-8; else Western text is Windows-1252; what is neither is
    guessed and said so. Raises: StudioError when the bytes are no text, or damaged text.
    """
    if choice:
        return _as_chosen(data, choice)
    for mark, codec, title in _MARKS:
        if data.startswith(mark):
            return Decoded(_strict(data[len(mark) :], codec, title), title)
    if b"\0" in data:
        return _without_mark(data)
    try:
        return Decoded(data.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError as error:
        return _not_utf8(data, error)


def looks_like_utf8(head: bytes | memoryview, choice: str = "") -> bool:
    """Whether `decode` would try UTF-8 first: by what was chosen, or else by the mark at the beginning."""
    if choice:
        return choice.strip().casefold() in ("utf-8", "utf_8")
    return not any(bytes(head).startswith(mark) for mark, codec, _ in _MARKS if codec != "utf-8")


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
    """UTF-16 without its mark has a zero in every second byte of Latin text; other files with zeros are no text."""
    head = data[:4096]
    zeros = (head[0::2].count(0), head[1::2].count(0))
    half = len(head) // 2
    for codec, many, few in (("utf-16-le", zeros[1], zeros[0]), ("utf-16-be", zeros[0], zeros[1])):
        if many > 0.4 * half and few < 0.05 * half:
            note = "The file has no byte order mark; its bytes look like UTF-16."
            return Decoded(_strict(data, codec, "UTF-16"), "UTF-16", (note,))
    raise StudioError(
        "The file is not text: it holds zero bytes",
        where=f"byte {data.index(0) + 1}",
        fix="Upload a CSV, TSV, JSONL, Parquet or Excel file.",
    )


def _not_utf8(data: bytes, error: UnicodeDecodeError) -> Decoded:
    high = len(data.translate(None, _ASCII))
    sequences = _UTF8_SEQUENCE.findall(data)
    line = data.count(b"\n", 0, error.start) + 1
    if len(sequences) > high - sum(map(len, sequences)):
        raise StudioError(
            "The file is UTF-8 text with damaged characters in it",
            where=f"byte {error.start + 1}, line {line}",
            fix="Correct that line, or save the file as “CSV UTF-8”, and upload it again.",
        ) from error
    if (text := _western(data, high)) is not None:
        note = (
            f"The file is not UTF-8; it was read as Windows-1252 (Western Excel). If letters look wrong, {_SAVE_AGAIN}"
        )
        return Decoded(text, "Windows-1252", (note,))
    return _guess(data)


def _western(data: bytes, high: int) -> str | None:
    """The text as Windows-1252, or None where the evidence speaks against it.

    In Western text accented letters stand alone among plain ones; runs of them are another alphabet, and signs
    such as ³ or £ inside words are letters of another code page.
    """
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    in_runs = sum(map(len, _LONG_RUN.findall(data)))
    odd = sum(1 for _ in _ODD_IN_WORD.finditer(text))
    if in_runs > 0.3 * high or (odd >= 2 and odd > 0.02 * high):
        return None
    return text


def _guess(data: bytes) -> Decoded:
    sample = b"\n".join(line for line in data.splitlines() if not line.isascii())[:_GUESSING_SAMPLE]
    known = [codec.replace("-", "_") for codec in ENCODINGS.values() if not codec.startswith("utf")]
    best = charset_normalizer.from_bytes(sample, cp_isolation=known).best()
    if best is not None:
        try:
            text = data.decode(best.encoding)
        except (UnicodeDecodeError, LookupError):
            best = None
    if best is None:
        raise StudioError("The encoding of the file cannot be recognized", fix=_SAVE_AS)
    title = next(title for title, codec in ENCODINGS.items() if _same_codec(codec, best.encoding))
    note = f"The file is not UTF-8; its encoding was guessed as {title}. If letters look wrong, {_SAVE_AGAIN}"
    return Decoded(text, title, (note,))


def _same_codec(one: str, other: str) -> bool:
    return codecs.lookup(one).name == codecs.lookup(other).name
