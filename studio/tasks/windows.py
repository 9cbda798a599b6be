"""Texts as the tokens of overlapping windows, and which token speaks for which piece of the text."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from studio.tasks.hints import hints
from studio.tasks.task import Feature
from studio.tasks.units import units


class Place(NamedTuple):
    """A unit of a text and the token that speaks for it: its first one, in the window where it has most context."""

    start: int
    end: int
    """In characters, exclusive."""
    window: int
    token: int


def windows(texts: Sequence[str], tokenizer: Any, max_length: int) -> list[list[Feature]]:
    """Each text as features of at most `max_length` tokens; a feature's `places` are (start, end, token), in order."""
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
        _share_out(text, cut, offsets)
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


def _share_out(text: str, cut: Sequence[Feature], offsets: Sequence[Sequence[tuple[int, int]]]) -> None:
    """Give every unit of the text that a token begins to one window: where the nearer end of the window is farthest."""
    ends = dict(units(text))
    best: dict[int, tuple[int, Place]] = {}
    for window, tokens in enumerate(offsets):
        is_first, is_last = window == 0, window == len(offsets) - 1
        for token, (start, end) in enumerate(tokens):
            while start < end and text[start].isspace():
                start += 1  # some tokenizers count the space before a word as part of it
            if start == end or start not in ends:
                continue
            context = min(10**9 if is_first else token, 10**9 if is_last else len(tokens) - 1 - token)
            place = Place(start, _unit_end(ends, start, end), window, token)
            if start not in best or (context > best[start][0] and best[start][1].window != window):
                best[start] = (context, place)
    for feature in cut:
        feature["places"] = []
    for start in sorted(best):
        place = best[start][1]
        cut[place.window]["places"].append((place.start, place.end, place.token))


def _unit_end(ends: dict[int, int], start: int, end: int) -> int:
    """Where the last unit ends that a token reaches into: "Zo" of "Zoë" ends with it, a token may also hold several."""
    behind = ends[start]
    while behind < end:
        behind = ends.get(behind, behind + 1)
    return behind
