"""Answers that are written as JSON, taken apart with care: what does not read as it should counts as nothing."""

import json
from typing import Any, NamedTuple


class Span(NamedTuple):
    """A stretch of a text: first character, the one behind the last, what it is."""

    start: int
    end: int
    kind: str


def strings(value: str) -> list[str]:
    """A JSON list of texts."""
    read = _read(value)
    return [each for each in read if isinstance(each, str)] if isinstance(read, list) else []


def spans(value: str, length: int) -> list[Span]:
    """A JSON list of `[start, end, type]` in a text of that many characters, sorted; what overlaps an earlier one is left out."""
    read = _read(value)
    found = []
    for each in read if isinstance(read, list) else []:
        if isinstance(each, list) and len(each) == 3 and all(type(place) is int for place in each[:2]):
            start, end = each[:2]
            if 0 <= start < end <= length:
                found.append(Span(start, end, str(each[2])))
    apart: list[Span] = []
    for span in sorted(found):
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
    return apart


def passage(value: str) -> tuple[str, int]:
    """A JSON object with `text` and `start`; ("", -1) for no answer."""
    read = _read(value)
    if not isinstance(read, dict) or not isinstance(read.get("text"), str):
        return "", -1
    start = read.get("start")
    return read["text"], start if type(start) is int else -1


def turns(value: str) -> list[tuple[str, str]]:
    """A JSON list of `{"role", "content"}`: who speaks, and what."""
    read = _read(value)
    found = [each for each in read if isinstance(each, dict)] if isinstance(read, list) else []
    return [(str(each.get("role", "")), str(each.get("content", ""))) for each in found]


def _read(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None
