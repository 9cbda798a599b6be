"""Entities of a text as spans, and the tags in which tables and models write them.

A span is `[start, end, type]`, in characters, the end exclusive; a target is the JSON list of a row's spans, sorted.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from studio.errors import StudioError

Span = tuple[int, int, str]
Style = Literal["before", "after", "none", "bare"]
"""Where a tag says which part of an entity a word is: `B-person`, `person-B`, or nowhere (`person`); or it says nothing else
(`B`), since all entities are of one type."""
ONLY_TYPE = "entity"
"""What that type is called."""

_BEFORE, _AFTER = re.compile(r"([BIESLUM])[-_/](.+)", re.IGNORECASE), re.compile(r"(.+)[-_/]([BIESLUM])", re.IGNORECASE)
_STARTS, _ENDS, _KINDS = (
    ("start", "begin", "from", "start_offset"),
    ("end", "stop", "to", "end_offset"),
    ("label", "type", "tag", "entity", "labels", "class", "entity_group"),
)


def written(spans: Iterable[Span]) -> str:
    """A target, or an answer: `[[0, 5, "person"]]`."""
    return json.dumps(sorted(set(spans)), ensure_ascii=False)


def read(target: str) -> list[Span]:
    """What `written` wrote."""
    return [(start, end, kind) for start, end, kind in json.loads(target)]


def checked(text: str, cell: str, where: str) -> list[Span]:
    """The spans that a cell marks in a text, sorted, without the spaces at their edges. Raises: StudioError."""
    try:
        listed = json.loads(cell)
    except (ValueError, RecursionError):
        listed = None
    found = [_span(item) for item in listed] if isinstance(listed, list) else [None]
    if any(each is None for each in found):
        fix = 'Write a list as [{"start": 0, "end": 5, "label": "person"}].'
        raise StudioError("The entities are no list of start, end and type", where=where, fix=fix)
    spans = sorted({_fitted(text, *each, where) for each in found if each is not None})
    for one, two in zip(spans, spans[1:], strict=False):
        if two[0] < one[1]:
            what = f"Two entities overlap, “{text[one[0] : one[1]][:40]}” and “{text[two[0] : two[1]][:40]}”"
            raise StudioError(what, where=where, fix="Keep the one that matters.")
    return spans


def _span(item: Any) -> tuple[int, int, str, str | None] | None:
    """Start, end, type, and the words that the mark says it is around; None for anything else."""
    words = None
    if isinstance(item, list) and len(item) == 3:
        start, end, kind = item
    elif isinstance(item, dict):
        told = {str(key).casefold(): value for key, value in item.items()}
        start, end, kind = (next((told[key] for key in keys if key in told), None) for keys in (_STARTS, _ENDS, _KINDS))
        kind = kind[0] if isinstance(kind, list) and len(kind) == 1 else kind
        words = told.get("text") if isinstance(told.get("text"), str) else None
    else:
        return None
    is_whole = all(isinstance(each, int) and not isinstance(each, bool) for each in (start, end))
    return (start, end, kind.strip(), words) if is_whole and isinstance(kind, str) and kind.strip() else None


def _fitted(text: str, start: int, end: int, kind: str, words: str | None, where: str) -> Span:
    fix = "Count characters from 0; the end is the first one behind the entity."
    if not 0 <= start < end <= len(text) or not text[start:end].strip():
        raise StudioError(f"The entity from {start} to {end} does not lie in the text", where=where, fix=fix)
    piece = text[start:end]
    if words is not None and words.strip() != piece.strip():
        what = f"The entity from {start} to {end} is “{piece[:40]}” in the text, not “{words[:40]}”"
        raise StudioError(what, where=where, fix=fix)
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip())), kind


def style_of(tags: Iterable[str]) -> Style:
    """How these tags are written; a table has one way."""
    named = {tag for tag in tags if not is_outside(tag)}
    if named <= set("BIESLUM") and ("B" in named or named == {"I"}):
        return "bare"
    for style, pattern in (("before", _BEFORE), ("after", _AFTER)):
        if named and sum(pattern.fullmatch(tag) is not None for tag in named) > len(named) / 2:
            return style  # type: ignore[return-value]
    return "none"


def is_outside(tag: str) -> bool:
    """Whether the word is part of no entity."""
    return tag in ("O", "o", "", "-", "_")


def from_tags(tags: Sequence[str], style: Style) -> list[tuple[int, int, str]]:
    """Entities as the first word, the word behind the last, and the type. Raises: ValueError with a tag that is none.

    Reads BIO, IOB1, BIOES, BILOU and BMES alike: an entity begins where a tag says so, or where none of its type is open.
    So I- behind O begins an entity, as the data doctor would mend it. Source: conlleval of CoNLL-2000.
    """
    entities: list[tuple[int, int, str]] = []
    is_open = False
    for place, tag in enumerate(tags):
        if is_outside(tag):
            is_open = False
            continue
        part, kind = _part_and_type(tag, style)
        if is_open and part in "IELM" and entities[-1][2] == kind:
            entities[-1] = (entities[-1][0], place + 1, kind)
        else:
            entities.append((place, place + 1, kind))
        # S is for single in BIOES, U for unit in BILOU; both end where they begin.
        is_open = part in "BIM"
    return entities


def _part_and_type(tag: str, style: Style) -> tuple[str, str]:
    if style == "none":
        return "I", tag
    if style == "bare":
        if tag not in set("BIESLUM"):
            raise ValueError(tag)
        return tag, ONLY_TYPE
    found = (_BEFORE if style == "before" else _AFTER).fullmatch(tag)
    if found is None:
        raise ValueError(tag)
    part, kind = found.groups() if style == "before" else found.groups()[::-1]
    return part.upper(), kind
