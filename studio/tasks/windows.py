"""Texts as the tokens of overlapping windows, and which token speaks for which piece of the text."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from studio.tasks.hints import hints
from studio.tasks.task import Feature
from studio.tasks.units import is_mark, units


class Place(NamedTuple):
    """A unit of a text, or a part of one, and the token that speaks for it: its first one, where it has most context."""

    start: int
    end: int
    """In characters, exclusive."""
    window: int
    token: int


def windows(texts: Sequence[str], tokenizer: Any, max_length: int, *, inside: bool = False) -> list[list[Feature]]:
    """Each text as features of at most `max_length` tokens; a feature's `places` are (start, end, token), in order.

    With `inside` every token stands for itself, also within a word.
    """
    if not texts:
        return []
    room = max_length - tokenizer.num_special_tokens_to_add(False)
    encoded = tokenizer(
        list(texts),
        truncation=True,
        max_length=max_length,
        stride=max(0, min(64, room // 3)),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
        padding=False,
    )
    features: list[list[Feature]] = [[] for _ in texts]
    starts: list[list[list[tuple[int, int]]]] = [[] for _ in texts]
    for number, row in enumerate(encoded["overflow_to_sample_mapping"]):
        features[row].append(
            {"input_ids": encoded["input_ids"][number], "attention_mask": encoded["attention_mask"][number]}
        )
        special = encoded["special_tokens_mask"][number]
        starts[row].append(
            [
                (0, 0) if is_special else offset
                for offset, is_special in zip(encoded["offset_mapping"][number], special, strict=True)
            ]
        )
    for text, cut, offsets in zip(texts, features, starts, strict=True):
        _share_out(text, cut, offsets, inside)
        for feature, places in zip(cut, offsets, strict=True):
            feature["hints"] = hints(text, places)
    return features


def places_of(features: Sequence[Feature]) -> list[Place]:
    """All places of a text, in its order."""
    return sorted(
        Place(start, end, window, token)
        for window, feature in enumerate(features)
        for start, end, token in feature["places"]
    )


def _share_out(text: str, cut: Sequence[Feature], offsets: Sequence[Sequence[tuple[int, int]]], inside: bool) -> None:
    """Give every unit of the text that a token begins to one window: where the nearer end of the window is farthest."""
    ends = dict(units(text))
    reached: dict[int, int] = {}
    best: dict[int, tuple[int, int, int]] = {}
    for window, tokens in enumerate(offsets):
        is_first, is_last = window == 0, window == len(offsets) - 1
        for start, (token, end) in _beginning(text, tokens).items():
            reached[start] = max(end, reached.get(start, 0))
            if start not in ends and (not inside or is_mark(text[start])):
                continue
            context = min(10**9 if is_first else token, 10**9 if is_last else len(tokens) - 1 - token)
            if start not in best or context > best[start][0]:
                best[start] = (context, window, token)
    for feature in cut:
        feature["places"] = []
    order, tokens_in_order = sorted(best), iter([*sorted(reached), len(text)])
    token_start = next(tokens_in_order)
    for start, behind in zip(order, [*order[1:], len(text)], strict=False):
        end = reached[start] if inside else ends[start]
        while token_start < behind:
            if start <= token_start <= end - (token_start != start):
                end = _unit_end(ends, end, reached[token_start]) if not inside else max(end, reached[token_start])
            token_start = next(tokens_in_order)
        while inside and end < behind and is_mark(text[end]):
            end += 1
        _, window, token = best[start]
        cut[window]["places"].append((start, min(end, behind), token))


def _beginning(text: str, tokens: Sequence[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """Where a token of a window begins → the token, and where it ends. Of those that begin alike the longest: the sign for
    a space that some tokenizers put before a text takes the place of the text's first letter, and ends behind it."""
    found: dict[int, tuple[int, int]] = {}
    for token, (start, end) in enumerate(tokens):
        while start < end and text[start].isspace():
            start += 1  # some tokenizers count the space before a word as part of it
        if start < end and (start not in found or end > found[start][1]):
            found[start] = (token, end)
    return found


def _unit_end(ends: dict[int, int], behind: int, end: int) -> int:
    """Where the last unit ends that a token reaches into: "Zo" of "Zoë" ends with it, a token may also hold several."""
    while behind < end:
        behind = ends.get(behind, behind + 1)
    return behind
