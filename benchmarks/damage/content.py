"""Content: cells that other programs turn into numbers, dates, nothing or formulas. They must come back as they are."""

import random
from functools import partial

from damage.kinds import Case, Kinds, Source
from damage.writing import of_rows

KINDS = Kinds("content")

_CELLS = {
    "missing": ("NA", "N/A", "null", "None", "nan", "NaN", "NULL", "#N/A", "-", "?", r"\N", "<NA>", "nil", ".", "n/a"),
    "truth values": ("true", "TRUE", "False", "yes", "no", "on", "0", "1", "Y", "T"),
    "numbers": ("1e5", "1E-3", "0x1F", "+1", "1.0", "1.", ".5", "-0", "1_000", "1,000", "1.234,56", "12 %", "inf"),
    "leading zeros": ("001", "00", "007", "0123", "000.50", "+0049 30 123"),
    "very long numbers": (
        "0123456789012345678901234567890",
        "1" * 40,
        "3.14159265358979323846264338327950288",
        "1e400",
    ),
    "dates": ("2024-01-02", "01/02/03", "1-2", "12:30", "MARCH1", "2024-01-02T03:04:05Z", "1/2", "Dec-25", "20240102"),
    "formulas": ("=1+1", "=SUM(A1:A9)", '=HYPERLINK("x")', "+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", "'=1"),
    "spaces at the edges": (" a", "a ", "  a  ", "\ta", "a\t", "\u00a0a\u00a0", "\u3000a", "a  b"),
    "emoji": ("😀", "👩‍👩‍👧‍👦", "🇩🇪", "❤️", "👍🏽", "a😀b", "𝒳𝓎", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
    "zero width": ("a\u200bb", "\u200ba", "a\u200d", "\ufeffa", "a\ufeff", "a\u2060b", "soft\u00adhyphen"),
    "right to left": ("\u202eabc\u202c", "\u200fabc", "שלום abc", "مرحبا, عالم", "abc \u2067שלום\u2069"),
    "combining": ("e\u0301", "é", "a\u0308o\u0308", "Z̸̢a̷l̶g̵o", "ﬁ", "Å", "Å", "각", "각"),
    "tabs in cells": ("a\tb", "\t", "a\t\tb", "\t\ta"),
    "quotation marks in cells": ('"', '""', 'say "hi"', '"quoted"', 'a"', '5" nails', "'a'", "“a”", "„a“", '",'),
    "apostrophes at the start": ("'a", "'", "''", "'tis", "'a, b'"),
    "empty cells": ("", "", ""),
    "only spaces": (" ", "   ", "\t ", "\u00a0"),
    "line breaks": ("a\nb", "a\n\nb", "\na", "a\n", "\n", "a\r\nb", "a\rb", "a\n\n\n\nb"),
    "unusual line breaks": ("a\u2028b", "a\u2029b", "a\x85b", "a\x0bb", "a\x0cb", "a\x1cb", "a\x1eb"),
    "control signs": ("a\x01b", "\x07", "a\x1b[0m", "a\x7fb", "\x1a", "a\x08"),
    "delimiters": ("a,b", ",", ",,,", "a;b", ";;", "a|b", "||", "a^b", "a~b", ", b", "a ,"),
    "backslashes": ("C:\\", "\\", "a\\,b", 'a\\"b', "\\n", "\\\\", "a\\", "\\x41", "\\u00e9"),
    "comment signs": ("# a", "#", "#hashtag", "// a", "-- a", "; a", "% a"),
    "markup": ("&amp;", "<b>a</b>", "<a href='x'>", "%20", "{{name}}", "${x}", "<!-- a -->", "&#233;", "<br>"),
    "nested": ('{"a": 1}', "[1, 2]", '["a"]', "{'a': None}", "a=1;b=2", '{"a": "b, c"}'),
    "rare letters": ("\uffff", "\ue000", "\U0010ffff", "\U000e0041", "\u0378"),
    "names of columns": ("text", "label", "category", "id"),
    "addresses": ("https://a.b/c?d=e,f&g=h", "a@b.c", "@name", "sep=;", "file:///c", "C:/a;b"),
    "a very long word": ("a" * 30_000, "a," * 5_000),
}


def _with(source: Source, rng: random.Random, cells: tuple[str, ...]) -> Case:
    """The cells in rows and columns by chance, each at least twice; no row becomes empty, and the first row stays."""
    rows = [list(row) for row in source.rows]
    for cell in cells * 2:
        row = rng.randrange(1, len(rows))
        column = rng.randrange(len(source.columns))
        if all(not other.strip() for i, other in enumerate(rows[row]) if i != column) and not cell.strip():
            continue
        rows[row][column] = cell
    return of_rows(source, rows)


for _name, _cells in _CELLS.items():
    KINDS.add(_name, partial(_with, cells=_cells), careful="Every cell is the text that stands in the file.")


@KINDS()
def all_at_once(source: Source, rng: random.Random) -> Case:
    """Everything above in one file."""
    return _with(source, rng, tuple(cell for cells in _CELLS.values() for cell in cells if len(cell) < 1000))


@KINDS(name="a column of NA")
def a_column_of_na(source: Source, rng: random.Random) -> Case:
    """A column that holds one word is still a column of text."""
    at = (source.text + 1) % len(source.columns)
    return of_rows(source, [[("NA" if i == at else cell) for i, cell in enumerate(row)] for row in source.rows])


@KINDS()
def an_empty_column(source: Source, rng: random.Random) -> Case:
    """A column with a name and nothing below it stays."""
    at = (source.text + 1) % len(source.columns)
    return of_rows(source, [[("" if i == at else cell) for i, cell in enumerate(row)] for row in source.rows])


@KINDS()
def repeated_rows(source: Source, rng: random.Random) -> Case:
    """Doubles are the user's business; the order stays."""
    rows = list(source.rows)
    for index in source.pick(rng, 10):
        rows.insert(rng.randrange(1, len(rows)), source.rows[index])
    return of_rows(source, rows)
