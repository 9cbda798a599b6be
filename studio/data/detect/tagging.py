"""Readings as token classification: tagged sentences, one tagged token a row, or texts with marked stretches."""

import re
from collections import Counter
from collections.abc import Iterator

from studio.data.detect.detection import Detection, Roles
from studio.data.detect.profile import Column
from studio.data.detect.view import View, quoted, view_of
from studio.data.table import Table
from studio.figures import quantity

TASK = "token-classification"
_BIO = re.compile(r"O|[BIESLUM]|[BIESLUM][-_/].+|[-_/.\w]+[-_/][BIESLU]")
_STARTS, _ENDS, _KINDS = (
    ("start", "begin", "from", "start_offset"),
    ("end", "stop", "to", "end_offset"),
    ("label", "type", "tag", "entity"),
)
_MOST_TAGS = 100
_NEARLY_ALL, _SOME = 0.9, 0.5
"""Rows with as many words as tags that make these go together; fewer do where the tags look like nothing else."""


def read(view: View) -> Iterator[Detection]:
    """Every layout for which the contents fit."""
    yield from _sentences(view)
    yield from _tokens(view)
    yield from _spans(view)


def _sentences(view: View) -> Iterator[Detection]:
    """A column of tags, and a column with as many words in every row."""
    for tags in view.usable:
        tagged = [_pieces(tags, place) for place in range(len(tags.cells))]
        kinds = Counter(tag for row in tagged for tag in row)
        if not 1 <= len(kinds) <= _MOST_TAGS or sum(map(len, tagged)) < 2 * max(1, len(tags.values)):
            continue
        is_bio = is_tagging(kinds)
        if not is_bio and (tags.said("tags") < 0.6 or kinds.total() < 3 * len(kinds)):
            continue
        for tokens in view.usable:
            fitting = 0.0 if tokens is tags else _fitting(tokens, tagged)
            if fitting < (_SOME if is_bio else _NEARLY_ALL):
                continue
            fit = (0.97 if "O" in kinds and len(kinds) > 1 else 0.8) if is_bio else 0.75
            fit = min(fit, 0.85) if fitting < _NEARLY_ALL else fit
            where = "in every row" if fitting > 0.99 else f"in {quantity(fitting)} of the tagged rows"
            reason = (
                f"{quoted(tokens)} and {quoted(tags)} hold as many pieces {where}, and {quoted(tags)} only "
                f"{len(kinds)} different ones: {_find(kinds)}"
            )
            yield Detection(TASK, "tagged-sentences", {"tokens": tokens.name, "tags": tags.name}, fit, reason)


def _fitting(tokens: Column, tagged: list[list[str]]) -> float:
    """Share of the tagged rows with as many words as tags."""
    rows = [(len(_pieces(tokens, place)), len(tags)) for place, tags in enumerate(tagged) if tags]
    return sum(one == two for one, two in rows) / max(1, len(rows))


def _pieces(column: Column, place: int) -> list[str]:
    """The words of a cell: a JSON list, or what spaces part."""
    if not column.json:
        return column.cells[place].split()
    value = column.json[place]
    return [str(piece) for piece in value] if isinstance(value, list) else []


def is_tagging(kinds: Counter[str]) -> bool:
    """Whether these are tags of names in a text: O, and B- and I- with a kind, or the like."""
    fitting = sum(count for kind, count in kinds.items() if _BIO.fullmatch(kind.upper()))
    return "O" in {kind.upper() for kind in kinds} and fitting >= 0.98 * kinds.total()


def _find(kinds: Counter[str]) -> str:
    """What is learned, as in: find words of the types “person” and “place”."""
    names = sorted({re.sub(r"^[BIESLUM][-_/]", "", kind) for kind in kinds} - {"O", "o"})
    if not names:
        return "find the tagged words."
    return f"find words of the {'type' if len(names) == 1 else 'types'} {_listed(names)}."


def _listed(names: list[str]) -> str:
    told = [f"“{name[:30]}”" for name in names[:3]] + (["others"] if len(names) > 3 else [])
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


def _tokens(view: View) -> Iterator[Detection]:
    """A column of single tags beside a column of single words, in runs that are sentences."""
    for tags in view.columns:
        kinds = Counter(tags.values)
        if (
            not kinds
            or len(kinds) > _MOST_TAGS
            or tags.filled_share < 0.5
            or not all(len(k.split()) == 1 for k in kinds)
        ):
            continue
        is_bio = is_tagging(kinds)
        if not is_bio and (tags.said("tags") < 0.8 or len(kinds) < 3):
            continue
        words = [column for column in view.usable if column is not tags and _is_words(column)]
        if not words:
            continue
        token = max(words, key=lambda column: (column.said("tokens"), column.distinct))
        if not is_bio and token.said("tokens") < 0.6:
            continue
        sentence = run_column(view, {tags.name, token.name}, ("sentence",))
        roles: Roles = {"token": token.name, "tag": tags.name}
        how = f", where {quoted(sentence)} says which sentence a word is of" if sentence else ""
        if sentence is not None:
            roles = {"sentence": sentence.name, **roles}
        elif _has_gaps(view):
            how = ", where an empty line ends a sentence"
        fit = 0.8 if not is_bio else 0.97 if len(kinds) > 1 else 0.75
        fit -= 0.0 if how else 0.25
        reason = f"{quoted(token)} holds one word a row and {quoted(tags)} its tag{how}: {_find(kinds)}"
        yield Detection(TASK, "tagged-tokens", roles, fit, reason)


def words_of(table: Table) -> Roles | None:
    """Of words below each other, tagged or not: `token`, and `sentence`, the column that tells the sentences apart."""
    view = view_of(table)
    tagged = next((found.roles for found in _tokens(view) if "sentence" in found.roles), None)
    if tagged is not None:
        return {role: tagged[role] for role in ("token", "sentence")}
    likely = [column for column in view.columns if column in view.usable or column.said("tokens") >= 0.8]
    for token in sorted(filter(_is_words, likely), key=lambda column: -column.said("tokens")):
        sentence = run_column(view, {token.name}, ("sentence",))
        if sentence is not None and max(token.said("tokens"), sentence.said("sentence")) >= 0.8:
            return {"token": token.name, "sentence": sentence.name}
    return None


def _is_words(column: Column) -> bool:
    spaced = column.share(lambda value: " " in value)
    return spaced < 0.05 and column.numbers < 0.5 and column.distinct > 5


def _has_gaps(view: View) -> bool:
    """Whether lines are missing between rows, several times: sentences of a file with empty lines between them."""
    steps = [two - one for one, two in zip(view.row_numbers, view.row_numbers[1:], strict=False)]
    return sum(step > 1 for step in steps) >= 2


def run_column(view: View, taken: set[str], meanings: tuple[str, ...]) -> Column | None:
    """The column whose equal values stand together, each run for a group of rows; None without one."""
    best, most = None, 0.0
    for column in view.columns:
        is_split = view.split is not None and column.name == view.split.column
        if column.name in taken or is_split or not all(column.run[:1]):
            continue
        runs = _runs(column)
        if (
            len(runs) < (1 if column.said(*meanings) >= 0.8 else 2)
            or len(set(runs)) < len(runs)
            or len(column.run) < 1.5 * len(runs)
        ):
            continue
        score = column.said(*meanings) + 0.5 * column.said("id") + min(len(runs), 20) / 10
        if score > most:
            best, most = column, score
    return best


def _runs(column: Column) -> list[str]:
    """The value of each run; an empty cell goes on with the value above, as in files made for reading."""
    runs: list[str] = []
    for value in column.run:
        if value and (not runs or runs[-1] != value):
            runs.append(value)
    return runs


def _spans(view: View) -> Iterator[Detection]:
    """A column of JSON lists of stretches, and the text that they lie in."""
    for spans in view.usable:
        rows = [(place, value) for place, value in enumerate(spans.json) if isinstance(value, list) and value]
        ends = {place: [_end(item) for item in value] for place, value in rows}
        if not ends or any(end is None for row in ends.values() for end in row):
            continue
        texts = [text for text in view.texts if text is not spans and _lies_in(ends, text)]
        if texts:
            text = texts[0]
            reason = (
                f"{quoted(spans)} marks stretches of {quoted(text)} by start and end, with a label for each: "
                f"find such stretches in a text."
            )
            yield Detection(TASK, "text-spans", {"text": text.name, "spans": spans.name}, 0.96, reason)


def _lies_in(ends: dict[int, list[int | None]], text: Column) -> bool:
    return all(end is not None and end <= len(text.cells[place]) + 1 for place, row in ends.items() for end in row)


def _end(item: object) -> int | None:
    """Where a stretch ends, as `{"start": 0, "end": 4, "label": "place"}` or `[0, 4, "place"]`; None for anything else."""
    if isinstance(item, list) and len(item) == 3 and isinstance(item[2], str):
        start, end = item[:2]
    elif isinstance(item, dict):
        told = {str(key).casefold(): value for key, value in item.items()}
        start = next((told[key] for key in _STARTS if key in told), None)
        end = next((told[key] for key in _ENDS if key in told), None)
        if not any(key in told for key in (*_KINDS, "labels", "class", "entity_group")):
            return None
    else:
        return None
    return end if isinstance(start, int) and isinstance(end, int) and 0 <= start <= end else None
