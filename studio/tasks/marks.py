"""Control marks of a tokenizer, as <|im_end|>, where a text only speaks of them: whoever writes a row must not end a turn,
or begin one of somebody else's."""

import re
from typing import Any

_JOINER = "\u200d"
"""Has no width and no look. Behind a mark's first letter it makes plain letters of it."""
_THOUGHTS = ("<think>", "</think>")
"""Replies that are learned may begin with thoughts."""


def marks_of(tokenizer: Any) -> list[str]:
    """Texts that the tokenizer reads as control marks, longest first."""
    added = (each.content for each in tokenizer.added_tokens_decoder.values() if each.special)
    marks = {str(each) for each in (*tokenizer.all_special_tokens, *added)} - {*_THOUGHTS}
    return sorted((each for each in marks if len(each) > 1), key=lambda each: (-len(each), each))


def broken(text: str, marks: list[str]) -> str:
    """The text with a joiner in every mark: it looks the same, and is read letter by letter."""
    if not any(mark in text for mark in marks):
        return text
    return re.sub(f"(?s)(?={'|'.join(map(re.escape, marks))})(.)", rf"\1{_JOINER}", text)


def mended(text: str, marks: list[str]) -> str:
    """What was broken, as it was."""
    for mark in marks:
        text = text.replace(f"{mark[0]}{_JOINER}{mark[1:]}", mark)
    return text
