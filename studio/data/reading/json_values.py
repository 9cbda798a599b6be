"""Values of JSON as text: each as it was typed, nested ones as JSON again."""

import json
from typing import Any


class KeyTwice(Exception):  # noqa: N818 - a remark on one row
    """Which name."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises: KeyTwice, where one of two values would be lost."""
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        raise KeyTwice(next(name for name in names if names.count(name) > 1))
    return value


class Number(str):
    """A number as it was written."""

    __slots__ = ()


def value_of(source: str) -> Any:
    """The value of a JSON text, its numbers as they were written; None for none. Raises: KeyTwice."""
    try:
        return json.loads(
            source, parse_int=Number, parse_float=Number, parse_constant=Number, object_pairs_hook=_unique
        )
    except (ValueError, RecursionError):
        return None


def text_of(value: Any) -> str:
    """As it was typed; nothing for null."""
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _compact(value)


def _compact(value: Any) -> str:
    """JSON text of a nested value, its numbers as they were written."""
    if isinstance(value, Number):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_compact(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_compact, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
