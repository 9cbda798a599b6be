"""Texts longer than a model reads at once, as tokens: in windows to learn from, and by their end to be written on."""

from collections.abc import Sequence
from typing import Any


def begin_mark(ids: Sequence[int], tokenizer: Any) -> list[int]:
    """What the tokenizer puts in front of every text, where it does: models that know it are far off without."""
    return list(ids[:1]) if ids and ids[0] == tokenizer.bos_token_id and len(ids) > 1 else []


def windows_of(ids: Sequence[int], limit: int, tokenizer: Any) -> list[tuple[list[int], list[bool]]]:
    """One behind the other, each token with whether it is learned: every one but the first of all, and once.

    Each window begins with the last token of the one before, from which its first is guessed, behind the mark of beginnings.
    """
    mark = begin_mark(ids, tokenizer)
    body = ids[len(mark) :]
    room = max(2, limit - len(mark))
    starts = range(0, max(1, len(body) - 1), room - 1)
    windows = [([*mark, *body[start : start + room]], bool(start)) for start in starts]
    known = [len(mark) + 1 if goes_on else max(1, len(mark)) for _, goes_on in windows]
    return [
        ([*window], [place >= first for place in range(len(window))])
        for (window, _), first in zip(windows, known, strict=True)
    ]


def end_of(ids: Sequence[int], limit: int, tokenizer: Any) -> list[int]:
    """The last of a text that is to be written on, without the tokenizer's end, behind its mark of beginnings."""
    text = ids[:-1] if ids[-1:] == [tokenizer.eos_token_id] else ids
    mark = begin_mark(text, tokenizer)
    return list(text) if len(text) <= limit else [*mark, *text[len(text) - (limit - len(mark)) :]]
