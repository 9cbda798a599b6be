"""A JSON file that is one object: the list of rows inside it, or its columns one by one; else what shape it has."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from studio.data.phrases import listed
from studio.errors import StudioError

_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
_FIX = 'Write one object a line, as {"text": "I was charged twice", "label": "billing"}.'


@dataclass(frozen=True)
class Member:
    """A value of the outer object, by its place in the text."""

    name: str
    value: Any
    start: int


@dataclass(frozen=True)
class Inside:
    """Where the rows of the file are."""

    start: int
    """Offset of the array of objects; -1 where the rows are in `rows`."""
    rows: tuple[str, ...] = ()
    """The source of each row, put together from columns."""
    notes: tuple[str, ...] = ()


def look_inside(text: str) -> Inside | None:
    """None for a text that is no single object, or one that may be a row itself.

    Raises: StudioError for an object of another shape.
    """
    try:
        members = list(_members(text))
    except (ValueError, RecursionError):
        return None
    nested = [each for each in members if isinstance(each.value, dict | list)]
    tables = [each for each in nested if isinstance(each.value, list) and _are(dict, each.value)]
    if len(tables) > 1:
        raise _odd(f"It holds {len(tables)} lists of objects: {listed([each.name for each in tables])}")
    if tables and not (len(members) > 1 and _are(list, [each.value for each in members])):
        return _table(tables[0], members)
    if members and len(nested) == len(members):
        return _columns(text, members)
    return None


def _are(kind: type, values: list[Any]) -> bool:
    return bool(values) and all(isinstance(each, kind) for each in values)


def _table(table: Member, members: list[Member]) -> Inside:
    beside = [each.name for each in members if each is not table]
    note = f"The rows were taken from the list “{table.name[:60]}” in the file"
    note += f"; what stands beside it was left out: {listed(beside)}." if beside else "."
    return Inside(table.start, notes=(note,))


def _columns(text: str, members: list[Member]) -> Inside:
    """{"a": {"0": …}} as pandas writes it, or {"a": […]}. Raises: StudioError where they are not equally long."""
    values = [each.value for each in members]
    names = [each.name for each in members]
    shape = f"It is an object of {listed(names)}"
    if len(set(names)) < len(names):
        raise _odd(f"{shape}, with a name twice")
    if _are(list, values):
        keys: list[list[Any]] = [list(range(len(value))) for value in values]
    elif _are(dict, values):
        keys = [list(value) for value in values]
        if all(name.isdecimal() for name in names) or not all(key.isdecimal() for key in keys[0]):
            raise _odd(f"{shape}, each an object of its own")
    else:
        raise _odd(f"{shape}, some lists and some objects")
    if any(each != keys[0] for each in keys) or not keys[0]:
        raise _odd(f"{shape}, columns of different length")
    exact = [each.value for each in _members(text, exact=True)]
    rows = (
        "{" + ", ".join(f"{json.dumps(name)}: {value[key]}" for name, value in zip(names, exact, strict=True)) + "}"
        for key in keys[0]
    )
    return Inside(-1, tuple(rows), ("The file holds columns, which were put together to rows by their order.",))


def _odd(shape: str) -> StudioError:
    return StudioError(f"The JSON file is no list of rows. {shape}", fix=_FIX)


def _members(text: str, *, exact: bool = False) -> Iterator[Member]:
    """Of the object that a text is as a whole. `exact`: the values inside the values as their own source text.

    Raises: ValueError where it is none.
    """
    at = _skip(text, 0)
    if text[at : at + 1] != "{":
        raise ValueError(text[:1])
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise ValueError(name)
        start = _skip(text, at + 1)
        value, at = _DECODER.raw_decode(text, start)
        yield Member(name, _sources(text, start) if exact else value, start)
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "}":
            raise ValueError(name)
    if text[at + 1 :].strip():
        raise ValueError(text[at + 1 : at + 9])


def _sources(text: str, at: int) -> dict[Any, str]:
    """The source of every value of a list or an object that is known to be valid."""
    is_object = text[at] == "{"
    found: dict[Any, str] = {}
    at = _skip(text, at + 1)
    while text[at] not in "]}":
        key: Any = len(found)
        if is_object:
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        end = _DECODER.raw_decode(text, at)[1]
        found[key] = text[at:end]
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
