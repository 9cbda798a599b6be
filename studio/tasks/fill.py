"""Gaps in a text: read in windows around them, and filled where they stand."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from studio.tasks.marks import broken, marks_of, mended
from studio.tasks.units import stretch

GUESSES = 20
"""Tokens that are looked at for a gap, likeliest first: some of them are no words there."""
_AROUND = 100
"""Characters on each side of a gap in which the word is looked for that it stands in."""
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


def filled(text: str, words: Mapping[tuple[int, int], str], tokenizer: Any) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text with masks once more, now with a word for each gap, by its first character and the one behind its last.

    And where these words begin and end in what comes out.
    """
    marks, told, places, at = marks_of(tokenizer), "", [], 0
    for (start, end), word in sorted(words.items()):
        gap = text[start:end]  # some tokenizers count the space before a mask in
        told += mended(text[at:start], marks) + gap[: len(gap) - len(gap.lstrip())]
        places.append((len(told), len(told) + len(word)))
        told += word + gap[len(gap.rstrip()) :]
        at = end
    told += mended(text[at:], marks)
    before = len(told) - len(told.lstrip())
    whole = told.strip()
    return whole, tuple((start - before, end - before) for start, end in places if start < end)


def readable(tokens: Sequence[int], text: str, gap: tuple[int, int], tokenizer: Any) -> list[tuple[int, str]]:
    """The guesses for a gap that are words there: the place of each among `tokens`, and its letters.

    A token that only goes on with a word, as ##ing, is none where no word ends before the gap. Where nothing else was
    guessed, these are all there is.
    """
    before = _before(text, gap, tokenizer)[-1:]
    said = [(place, *_written(token, tokenizer)) for place, token in enumerate(tokens)]
    said = [each for each in said if each[1] and "\ufffd" not in each[1]]
    whole = [
        (place, word)
        for place, word, goes_on, is_marked in said
        if before.isalnum() or not (is_marked if before in ("", "\n") or not before.isspace() else goes_on)
    ]
    return whole or [(place, word) for place, word, *_ in said]


def word_with(text: str, gap: tuple[int, int], letters: str, tokenizer: Any) -> str:
    """The word that stands in the text with these letters in the gap: "walking" for "ing" in "walk___"."""
    before = _before(text, gap, tokenizer)[-_AROUND:]
    around = f"{before}{letters}{text[gap[1] :][:_AROUND]}"
    start, end = stretch(around, len(before), len(before) + len(letters), inside=False)
    return around[start:end]


def _before(text: str, gap: tuple[int, int], tokenizer: Any) -> str:
    """What stands before the mask: some tokenizers count the space there as part of it."""
    return text[: gap[0]] + text[slice(*gap)].partition(str(tokenizer.mask_token))[0]


def _written(token: int, tokenizer: Any) -> tuple[str, bool, bool]:
    """A token's letters as they stand behind another; whether it goes on with a word, and whether a sign of it says so."""
    alone = tokenizer.decode([token], skip_special_tokens=True)
    second = tokenizer.decode([token, token], skip_special_tokens=True)[len(alone) :]
    word = str(second.strip())
    goes_on = word[:1].isalnum() and not second[:1].isspace()
    return word, goes_on, goes_on and alone.strip() != word
