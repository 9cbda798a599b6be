"""Control marks of a tokenizer and of its chat template, as <|im_end|>, where a text only speaks of them: whoever writes a
row must not end a turn, or begin one of somebody else's."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

_JOINER = "\u200d"
"""Has no width and no look. Behind a mark's first letter it makes plain letters of it."""
_THOUGHTS = ("<think>", "</think>")
"""Replies that are learned may begin with thoughts."""
_SHAPE = re.compile(r"<([|｜]).{1,60}\1>", re.DOTALL)
"""Tokens that are marks whatever the tokenizer says of them."""
_WRITTEN = re.compile(
    r"<([|｜]).{1,60}?\1>|<<[^<>\s]{1,60}>>|</?[^<>\s]{1,60}>|\[/?[A-Z_]{2,60}\]|^### ?\w{2,60}:", re.MULTILINE
)
"""What a template may write of itself, read by some tokenizers as a token and by others letter by letter."""
_SAID = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]
_SYSTEM = {"role": "system", "content": "d"}
_known: WeakKeyDictionary[Any, tuple[object, list[str]]] = WeakKeyDictionary()
"""Tokenizer → what it looked like, and its marks then: it takes milliseconds to find them, and they are asked for often."""


def marks_of(tokenizer: Any) -> list[str]:
    """Texts that the tokenizer reads as control marks, or its chat template writes as such, longest first.

    Plain tokens that were added are no marks for that: runs of spaces, HTML and calls of tools are learned as they are.
    """
    look = (len(tokenizer), tuple(tokenizer.all_special_tokens), str(tokenizer.chat_template))
    known = _known.get(tokenizer)
    if known is not None and known[0] == look:
        return known[1]
    told = list(_conversations(tokenizer))
    added = {str(each.content): each.special for each in tokenizer.added_tokens_decoder.values()}
    found = {str(each) for each in tokenizer.all_special_tokens}
    found |= {mark.group() for text in told for mark in _WRITTEN.finditer(text)}
    found |= {
        content
        for content, special in added.items()
        if special or _SHAPE.fullmatch(content) or (_is_odd(content) and any(content in text for text in told))
    }
    marks = sorted((each for each in found - {*_THOUGHTS} if len(each) > 1), key=lambda each: (-len(each), each))
    _known[tokenizer] = look, marks
    return marks


def broken(text: str, marks: list[str]) -> str:
    """The text with a joiner in every mark: it looks the same, and is read letter by letter."""
    return _firsts(tuple(marks)).sub(rf"\g<0>{_JOINER}", text) if marks else text


def named_in(text: str, marks: list[str]) -> str:
    """The longest mark that the text speaks of; empty where it does of none."""
    if not marks or not _firsts(tuple(marks)).search(text):
        return ""
    return next(mark for mark in marks if mark in text)


def mended(text: str, marks: list[str]) -> str:
    """What was broken, as it was."""
    if _JOINER not in text:
        return text
    for mark in marks:
        text = text.replace(f"{mark[0]}{_JOINER}{mark[1:]}", mark)
    return text


@lru_cache(maxsize=8)
def _firsts(marks: tuple[str, ...]) -> re.Pattern[str]:
    """The first letter of a mark. Of a thousand marks few letters are looked at more than once."""
    rest: dict[str, list[str]] = {}
    for mark in marks:
        rest.setdefault(re.escape(mark[0]), []).append(re.escape(mark[1:]))
    return re.compile("|".join(f"{first}(?={'|'.join(ends)})" for first, ends in rest.items()))


def _conversations(tokenizer: Any) -> Iterator[str]:
    """Short ones as the template writes them, with a system message and without; none where there is no template."""
    for said in ([_SYSTEM, *_SAID], _SAID) if tokenizer.chat_template else ():
        try:
            yield str(tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True))
        except Exception:  # noqa: BLE001 - a program of a stranger refuses as it likes; whoever needs it, says so
            continue


def _is_odd(content: str) -> bool:
    return not content.replace(" ", "").isalnum() and not content.isspace()
