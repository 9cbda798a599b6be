"""Tables of entities in any layout, arranged alike: one row a sentence, its text and the spans in it.

| layout | columns |
|---|---|
| tagged-sentences | the words of a sentence, and as many tags; parted by spaces, or JSON lists |
| tagged-tokens | a word a row and its tag, and a column that tells sentences apart; else missing lines do |
| text-spans | a text, and a JSON list of the spans in it |
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Literal, get_args

import pyarrow as pa

from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks.spans import Style, from_tags, style_of, written
from studio.tasks.units import joined, units

TaggedLayout = Literal["tagged-sentences", "tagged-tokens", "text-spans"]
JOINED = (
    "Each row holds one word, so the rows between two empty lines were read as one text: "
    "its answer stands in the first of them."
)
ALONE = (
    "Nearly every row holds a single word, and each was read as a text of its own. If they are words of sentences, choose "
    "the column that numbers the sentences, or keep an empty line between sentences in the file."
)
_UNITS_OF_A_WORD, _MOST_WORDS = 2, 100
"""Of the middle word of a table, and of its sentences on average."""
_NEARLY_ALL, _FEW = 0.9, 8
_WHOLE = re.compile(r"\w[。！？]$")
"""The end of a sentence that stands with its last word: tables of words have it in a row of its own."""


def layout_of(table: Table, columns: Mapping[str, str]) -> TaggedLayout:
    """How the table holds its entities. `columns`: text and entities, and sentence where there is one."""
    if columns.get("sentence"):
        return "tagged-tokens"
    cells = [cell for cell in map(str.strip, table.column(columns["entities"])) if cell]
    lists = [_list(cell) for cell in cells if cell.startswith("[")]
    if any(isinstance(item, dict | list) for each in lists if each is not None for item in each):
        return "text-spans"
    if cells and len(lists) == len(cells) and not any(lists):
        return "text-spans"  # nothing but empty lists
    words = all(len(cell.split()) <= 1 for cell in (*cells, *table.column(columns["text"])))
    return "tagged-tokens" if words and not lists and len(table) > 1 else "tagged-sentences"


def style_in(table: Table, columns: Mapping[str, str]) -> Style | None:
    """How the tags of a table are written; None for one with spans in place of tags."""
    layout, cells = layout_of(table, columns), dict.fromkeys(table.column(columns["entities"]))
    if layout == "text-spans":
        return None
    return style_of(tag for cell in cells for tag in ([cell.strip()] if layout == "tagged-tokens" else _words(cell)))


def arranged(table: Table, columns: Mapping[str, str], style: str = "") -> tuple[Table, dict[str, str]]:
    """One row a sentence, with the columns `text` and `entities` (a JSON list of spans), from tags of that style or else
    of the table's own.

    A row whose tags cannot be read keeps them as they are, to be refused by its number. Raises: StudioError where
    nothing tells sentences apart.
    """
    if "entities" not in columns:
        return _texts(table, columns)
    layout = layout_of(table, columns)
    texts, marks = table.column(columns["text"]), table.column(columns["entities"])
    if layout == "text-spans":
        return _table(table, table.rows, texts, [cell if cell.strip() else "[]" for cell in marks])
    if layout == "tagged-sentences":
        words = [_words(cell) for cell in texts]
        tags = [_tags(cell, len(pieces)) for cell, pieces in zip(marks, words, strict=True)]
        words = [_as_many(cell, pieces, len(said)) for cell, pieces, said in zip(texts, words, tags, strict=True)]
        rows: Sequence[int] = table.rows
    else:
        starts = _starts(table, columns)
        ends = [*starts[1:], len(texts)]
        words = [texts[start:end] for start, end in zip(starts, ends, strict=True)]
        tags = [[tag.strip() for tag in marks[start:end]] for start, end in zip(starts, ends, strict=True)]
        rows = [table.rows[start] for start in starts]
    known = next((each for each in get_args(Style) if each == style), None)
    own = known or style_of(tag for said in tags for tag in said)
    lines = [_sentence(*each, own) for each in zip(words, tags, strict=True)]
    return _table(table, rows, [text for text, _ in lines], [spans for _, spans in lines])


def _sentence(words: Sequence[str], tags: Sequence[str], style: Style) -> tuple[str, str]:
    """The text, and its spans; or, where these cannot be had, why not, in words that are no list."""
    text, places = joined(words)
    if len(words) != len(tags):
        return text, f"{len(words)} words but {len(tags)} tags"
    try:
        found = from_tags(tags, style)
    except ValueError as error:
        return text, f"“{str(error)[:40]}” is no tag like the others"
    spans = ((places[first][0], places[behind - 1][1], kind) for first, behind, kind in found)
    return text, written(span for span in spans if span[0] < span[1])


def _texts(table: Table, columns: Mapping[str, str]) -> tuple[Table, dict[str, str]]:
    """Texts to be asked about: a sentence a row, or a word a row."""
    texts = table.column(columns["text"])
    if columns.get("sentence") or is_word_a_row(texts, len(_behind_gaps(table))):
        starts = _starts(table, columns)
        words = [texts[start:end] for start, end in pairwise([*starts, len(texts)])]
        arranged_rows = [table.rows[start] for start in starts]
        return _table(table, arranged_rows, [joined(each)[0] for each in words])
    lists = [_list(cell) if cell.lstrip().startswith("[") else None for cell in texts]
    plain = [
        cell if each is None else joined([str(word) for word in each])[0]
        for cell, each in zip(texts, lists, strict=True)
    ]
    return _table(table, table.rows, plain)


def is_word_a_row(texts: Sequence[str], sentences: int) -> bool:
    """Whether these cells are the words of so many sentences that empty lines part, and not texts of their own.

    In scripts without spaces a whole text looks like a word to whoever counts spaces.
    """
    return sentences >= 2 and len(texts) <= _MOST_WORDS * sentences and _are_words(texts, 1.0)


def read_as(table: Table, columns: Mapping[str, str]) -> str:
    """What people should know of how words below each other, without a column that tells sentences apart, are read."""
    if columns.get("sentence") or columns.get("text") not in table.columns:
        return ""
    texts = table.column(columns["text"])
    starts = _behind_gaps(table)
    return JOINED if is_word_a_row(texts, len(starts)) else ALONE if are_lone_words(texts) else ""


def are_lone_words(texts: Sequence[str]) -> bool:
    """Whether they are rather words of sentences than texts."""
    return len(texts) >= _FEW and _are_words(texts, _NEARLY_ALL)


def _are_words(texts: Sequence[str], share: float) -> bool:
    filled = [text.strip() for text in texts if text.strip()]
    single = [text for text in filled if len(text.split()) == 1]
    if not single or len(single) < share * len(filled) or any(_WHOLE.search(text) for text in single):
        return False
    return sorted(len(units(text)) for text in single)[len(single) // 2] <= _UNITS_OF_A_WORD


def _table(
    table: Table, rows: Sequence[int], texts: Sequence[str], spans: Sequence[str] | None = None
) -> tuple[Table, dict[str, str]]:
    columns = {"text": pa.array(texts, pa.large_string())}
    if spans is not None:
        columns["entities"] = pa.array(spans, pa.large_string())
    kept = rows if isinstance(rows, range) else tuple(rows)
    return replace(table, cells=pa.table(columns), rows=kept), {name: name for name in columns}


def _starts(table: Table, columns: Mapping[str, str]) -> list[int]:
    """The place of every sentence's first word."""
    if len(table) == 0:
        return []
    if columns.get("sentence"):
        return begins(table.column(columns["sentence"]))
    starts = _behind_gaps(table)
    if len(starts) == 1:
        raise StudioError(
            "Nothing says where a sentence ends",
            where=f"the table {table.name}".rstrip(),
            fix="Choose the column that numbers the sentences, or keep an empty line between them in the file.",
        )
    return starts


def begins(ids: Sequence[str]) -> list[int]:
    """The place of every sentence's first word, by the sentences' numbers; an empty one goes on with the one above."""
    known, last = [], ""
    for cell in map(str.strip, ids):
        last = cell or last
        known.append(last)
    return [0, *(place for place, (one, two) in enumerate(pairwise(known), 1) if one != two)]


def _behind_gaps(table: Table) -> list[int]:
    """The first row, and each behind an empty line."""
    return [0, *(place for place, (one, two) in enumerate(pairwise(table.rows), 1) if two - one > 1)]


def _words(cell: str) -> list[str]:
    found = _list(cell) if cell.lstrip().startswith("[") else None
    return cell.split() if found is None else [str(piece) for piece in found]


def _tags(cell: str, words: int) -> list[str]:
    tags = _words(cell)
    return cell.split(" ") if len(tags) != words == len(cell.split(" ")) else [tag.strip() for tag in tags]


def _as_many(cell: str, words: list[str], wanted: int) -> list[str]:
    """Parted at every single space, where that gives as many words as tags: some spaces are words themselves."""
    return cell.split(" ") if len(words) != wanted == len(cell.split(" ")) else words


def _list(cell: str) -> list[Any] | None:
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None
