"""Encodings: what the bytes of a file mean, told by a mark, told by nothing, or told wrongly."""

import random
from functools import partial

from damage.kinds import EXACT, REFUSED, STATED, Case, Kinds, Said, Source, Truth
from damage.sentences import SENTENCES
from damage.writing import ABOUT_ENCODING, written

KINDS = Kinds("encodings")

_MARK = "\ufeff"
_WITH_MARK = {"UTF-8 with mark": "utf-8", "UTF-16 LE": "utf-16-le", "UTF-16 BE": "utf-16-be"} | {
    "UTF-32 LE": "utf-32-le",
    "UTF-32 BE": "utf-32-be",
}
_WESTERN = {"Windows-1252": "cp1252", "Latin-1": "latin-1"}
_OTHER = (  # name, codec, language of the text put in
    ("Latin-9", "iso8859-15", "french"),
    ("Mac Roman", "mac-roman", "french"),
    ("DOS 850", "cp850", "german"),
    ("Windows-1250", "cp1250", "polish"),
    ("Latin-2", "iso8859-2", "polish"),
    ("Windows-1251", "cp1251", "russian"),
    ("KOI8-R", "koi8-r", "russian"),
    ("ISO 8859-5", "iso8859-5", "russian"),
    ("DOS 866", "cp866", "russian"),
    ("Windows-1253", "cp1253", "greek"),
    ("Windows-1254", "cp1254", "turkish"),
    ("Windows-1255", "cp1255", "hebrew"),
    ("Windows-1256", "cp1256", "arabic"),
    ("Windows-1257", "cp1257", "lithuanian"),
    ("Shift-JIS", "cp932", "japanese"),
    ("EUC-JP", "euc_jp", "japanese"),
    ("ISO-2022-JP", "iso2022_jp", "japanese"),
    ("EUC-KR", "cp949", "korean"),
    ("GB18030", "gb18030", "chinese_s"),
    ("Big5", "big5", "chinese_t"),
)


def _plain(source: Source, _: random.Random) -> Case:
    return written(source).case(source)


def _marked(source: Source, _: random.Random, codec: str) -> Case:
    case = written(source).case(source)
    return Case((_MARK + case.data.decode()).encode(codec), case.truth)


def _unmarked(source: Source, _: random.Random, codec: str) -> Case:
    return written(source).case(source, codec)


def _holding(source: Source, codec: str) -> Source:
    """The source with those letters only that the codec has."""
    return source.mapped(lambda cell: cell.encode(codec, "ignore").decode(codec))


def _western(source: Source, rng: random.Random, codec: str) -> Case | None:
    kept = _holding(source, codec)
    if all(cell.isascii() for row in kept.rows for cell in row):
        kept = _spoken(kept, rng, codec, "german")
    return written(kept).case(kept, codec, says=(ABOUT_ENCODING,))


def _spoken(source: Source, rng: random.Random, codec: str, language: str) -> Source:
    """The source with texts of another language in its text column; its other columns stay."""
    pool = SENTENCES[language]
    rows = []
    for row in source.rows:
        text = " ".join(rng.sample(pool, rng.randint(1, 3)))
        rows.append([text if i == source.text else cell for i, cell in enumerate(row)])
    return _holding(Source(source.name, source.columns, rows), codec)


def _foreign(source: Source, rng: random.Random, codec: str, language: str) -> Case:
    other = _spoken(source, rng, codec, language)
    return written(other).case(other, codec, says=(ABOUT_ENCODING,))


KINDS.add("UTF-8", _plain, careful="Undamaged: as it is.")
for _name, _codec in _WITH_MARK.items():
    KINDS.add(_name, partial(_marked, codec=_codec), careful="A byte order mark leaves no doubt.")
for _name, _codec in list(_WITH_MARK.items())[1:]:
    _may = (EXACT, REFUSED)
    KINDS.add(f"{_name}, no mark", partial(_unmarked, codec=_codec), _may, "Found by its zeros, or refused.")
for _name, _codec in _WESTERN.items():
    KINDS.add(_name, partial(_western, codec=_codec), careful="What Excel writes in the West must be read.")
for _name, _codec, _language in _OTHER:
    KINDS.add(
        _name,
        partial(_foreign, codec=_codec, language=_language),
        (EXACT, STATED, REFUSED),
        "A guess that is said, or a refusal. Wrong letters without a word are not accepted.",
    )


def _if_ascii(source: Source) -> tuple[Said, ...]:
    return (ABOUT_ENCODING,) if all(cell.isascii() for row in source.rows for cell in row) else ()


def _bytes_in(source: Source, rng: random.Random, count: int, what: bytes, *, also: str | None = None) -> Case:
    """`what` after the third letter of the text of some rows; the truth of those rows is not defined.

    Where the rest of the file is ASCII, it may as well be another encoding, if that is said.
    """
    rows = set(source.pick(rng, count, lambda row: len(row[source.text]) > 6 and row[source.text][:4].isalnum()))
    hole = "\ue123"
    holed = [
        [cell[:3] + hole + cell[3:] if index in rows and i == source.text else cell for i, cell in enumerate(row)]
        for index, row in enumerate(source.rows)
    ]
    other = Source(source.name, source.columns, holed)
    case = written(other).case(other)
    truths = tuple(other.mapped(lambda cell: cell.replace(hole, also)).rows for _ in range(also is not None))
    return Case(
        case.data.replace(hole.encode(), what),
        case.truth,
        also=tuple(Truth(case.truth.columns, rows, case.truth.numbers) for rows in truths),
        says=_if_ascii(source),
    )


@KINDS(EXACT, STATED)
def mark_twice(source: Source, rng: random.Random) -> Case:
    """The second mark is no part of the first column's name."""
    case = written(source).case(source)
    return Case(2 * _MARK.encode() + case.data, case.truth)


@KINDS(STATED, REFUSED)
def stray_invalid_byte(source: Source, rng: random.Random) -> Case:
    """One 0xFF in UTF-8: refused with its place, or that row alone changed and named. Never a file of Ã¼."""
    return _bytes_in(source, rng, 1, b"\xff")


@KINDS(STATED, REFUSED)
def invalid_bytes_in_some_rows(source: Source, rng: random.Random) -> Case:
    """As above, five rows."""
    return _bytes_in(source, rng, 5, b"\xff\xfe")


@KINDS(EXACT, STATED, REFUSED, name="Windows quotes in UTF 8")
def windows_quotes_in_utf_8(source: Source, rng: random.Random) -> Case:
    """Three rows pasted from a Windows program: those three may be read as Windows-1252, left out, or all refused."""
    return _bytes_in(source, rng, 3, b"\x92", also="’")


@KINDS(STATED, REFUSED)
def half_a_surrogate(source: Source, rng: random.Random) -> Case:
    """ED A0 80 is no UTF-8: refused, or the row named."""
    return _bytes_in(source, rng, 1, b"\xed\xa0\x80")


@KINDS(EXACT, STATED, REFUSED)
def a_zero_byte_in_a_cell(source: Source, rng: random.Random) -> Case:
    """Kept, left out and said, or refused. Never a table cut off there."""
    return _bytes_in(source, rng, 1, b"\0", also="\0")


@KINDS(EXACT, STATED, REFUSED)
def zero_bytes_at_the_end(source: Source, rng: random.Random) -> Case:
    """A file system's padding is no row."""
    case = written(source).case(source)
    return Case(case.data + bytes(512), case.truth)


@KINDS(STATED, REFUSED)
def mixed_encodings(source: Source, rng: random.Random) -> Case:
    """The first half Windows-1252, the second UTF-8, as after pasting two files: refused, or every row of one half named."""
    spoken = _spoken(source, rng, "cp1252", "german")
    case = written(spoken).case(spoken)
    assert case.truth.numbers is not None
    lines = case.data.split(b"\n")
    cut = case.truth.numbers[len(spoken.rows) // 2] - 1
    head = b"\n".join(lines[:cut]).decode().encode("cp1252")
    return Case(head + b"\n" + b"\n".join(lines[cut:]), case.truth)


@KINDS()
def one_high_byte(source: Source, rng: random.Random) -> Case:
    """A single Windows-1252 letter in an ASCII file."""
    plain = source.mapped(lambda cell: cell.encode("ascii", "ignore").decode())
    row = source.pick(rng, 1)[0]
    plain.rows[row][source.text] += " café"
    return written(plain).case(plain, "cp1252")


@KINDS(EXACT, STATED, REFUSED)
def cut_inside_a_letter(source: Source, rng: random.Random) -> Case:
    """A download that broke off in the middle of the last letter: the last row named, or refused."""
    last = [cell + "é" if i == len(source.columns) - 1 else cell for i, cell in enumerate(source.rows[-1])]
    other = Source(source.name, source.columns, [*source.rows[:-1], last])
    case = written(other).case(other)
    return Case(case.data.rstrip(b"\n")[:-1], case.truth, says=_if_ascii(source))


@KINDS(STATED, REFUSED, name="UTF 16 cut inside a letter")
def utf_16_cut_inside_a_letter(source: Source, rng: random.Random) -> Case:
    """An odd number of bytes: the last row named, or refused."""
    case = _marked(source, rng, "utf-16-le")
    last = len(source.rows[-1][-1])
    return Case(case.data[: -2 - max(1, min(last, 3)) * 2 + 1], case.truth)


def _texts(source: Source, rng: random.Random, change: str) -> Case | None:
    if change == "mojibake":
        spoken = _spoken(source, rng, "cp1252", "german")
        other = spoken.mapped(lambda cell: cell.encode().decode("cp1252", "ignore"))
    else:
        other = source.mapped(lambda cell: cell)
        for row in source.pick(rng, 5):
            other.rows[row][source.text] += change
    return written(other).case(other)


KINDS.add("mojibake kept", partial(_texts, change="mojibake"), careful="FÃ¼r in UTF-8 is the file's own text.")
KINDS.add("replacement sign kept", partial(_texts, change=" caf\ufffd"), careful="It is in the file.")
KINDS.add("C1 signs kept", partial(_texts, change=" \x80\x9f"), careful="Control signs are in the file.")
