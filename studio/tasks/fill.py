"""Gaps in a text: read in windows around them, and filled where they stand."""

import re
from collections.abc import Mapping
from typing import Any

from studio.tasks.marks import broken, marks_of, mended

_GAP = r"_{3,}|\[MASK\]|<mask>"
Gap = tuple[int, int, int]
"""Which token of its window it is; its first character in the text that is read, and the one behind its last."""


def with_masks(text: str, tokenizer: Any) -> str:
    """The text as it is read, each gap behind a mask; other control marks that somebody wrote stay plain letters."""
    marks, mask = marks_of(tokenizer), str(tokenizer.mask_token)
    return mask.join(broken(part, marks) for part in re.split(f"{_GAP}|{re.escape(mask)}", text))


def around_gaps(text: str, tokenizer: Any, limit: int) -> list[tuple[list[int], list[Gap]]]:
    """Windows of at most `limit` tokens, each with the gaps that stand nearest to its middle; only those that have one, or the
    first where there is no gap at all. `text` has masks."""
    found = tokenizer(
        text,
        truncation=True,
        max_length=limit,
        stride=max(0, limit // 2 - 2),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    best: dict[tuple[int, int], tuple[int, int, int]] = {}
    for window, ids in enumerate(found["input_ids"]):
        for place, token in enumerate(ids):
            if token == tokenizer.mask_token_id:
                start, end = found["offset_mapping"][window][place]
                seen = (min(place, len(ids) - 1 - place), window, place)
                best[start, end] = max(best.get((start, end), (-1, 0, 0)), seen)
    gaps: dict[int, list[Gap]] = {}
    for (start, end), (_, window, place) in sorted(best.items()):
        gaps.setdefault(window, []).append((place, start, end))
    return [(list(found["input_ids"][window]), gaps.get(window, [])) for window in sorted(gaps) or [0]]


def filled(text: str, words: Mapping[tuple[int, int], str], tokenizer: Any) -> str:
    """The text with masks once more, now with a word for each gap, by its first character and the one behind its last."""
    parts, at = [], 0
    for (start, end), word in sorted(words.items()):
        gap = text[start:end]  # some tokenizers count the space before a mask in
        parts += [text[at:start], gap[: len(gap) - len(gap.lstrip())], word, gap[len(gap.rstrip()) :]]
        at = end
    return mended("".join([*parts, text[at:]]), marks_of(tokenizer)).strip()


def word_of(token: int, tokenizer: Any) -> str:
    """A token as it stands behind another: without the sign of those that go on with a word."""
    alone = tokenizer.decode([token], skip_special_tokens=True)
    return str(tokenizer.decode([token, token], skip_special_tokens=True)[len(alone) :].strip())
