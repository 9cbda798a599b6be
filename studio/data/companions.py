"""Rows that must not be torn apart by a split: those with the same or nearly the same text, and those that people want together."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence

from studio.data.alike import loose, same_text
from studio.data.example import Example
from studio.data.minhash import similar_pairs

_LEAST_LETTERS = 8
"""Shorter texts differ by their punctuation, as “OK?” and “OK!” do."""
_LONG, _MOST_LETTERS = 200, 8_000_000
"""Letters from which on a text may be nearly another, and letters of such texts that are compared, about a second's work."""
_MOST_ALIKE, _FEW = 0.02, 10
"""Rows that nearness alone may link: so much of the table, or so few."""


def companions(rows: Sequence[Example], together: Mapping[int, str]) -> list[list[int]]:
    """Groups of rows (by index) in the order of their first row; each row is in exactly one.

    Rows are linked by the same text or the same value of `together` (row number → value), and by what links those. Texts
    that are nearly the same (other punctuation; long ones that share four fifths) are linked too, but not so many that a
    table of letters written after one pattern could not be split any more.
    """
    first = list(range(len(rows)))
    leaders: dict[Hashable, int] = {}
    for index, example in enumerate(rows):
        for key in _keys(example, together):
            _join(first, index, leaders.setdefault(key, index))
    sizes = Counter(_find(first, index) for index in range(len(rows)))
    most = max(_FEW, int(_MOST_ALIKE * len(rows)))
    for one, other in _nearly(rows):
        leader, follower = sorted((_find(first, one), _find(first, other)))
        if leader != follower and sizes[leader] + sizes[follower] <= most:
            first[follower] = leader
            sizes[leader] += sizes.pop(follower)
    groups: dict[int, list[int]] = defaultdict(list)
    for index in range(len(rows)):
        groups[_find(first, index)].append(index)
    return list(groups.values())


def beside(rows: Sequence[Example], held: Sequence[Example]) -> tuple[set[int], set[int]]:
    """Rows (by index) that say the same as one of these others to a reader, and those that say nearly the same."""
    both = [*held, *rows]  # the others first, since each text is compared with the first of those like it
    exact = set(map(same_text, held))
    same = {index for index, example in enumerate(rows) if same_text(example) in exact}
    near = {other - len(held) for one, other in _nearly(both) if one < len(held) <= other}
    return same, near - same


def in_time(
    rows: Sequence[Example],
    groups: Mapping[str, Sequence[Sequence[int]]],
    place: Mapping[int, float],
    validation_rows: int,
    test_rows: int,
) -> tuple[list[Example], list[Example], list[Example]]:
    """Training, validation and test rows by time: the latest rows test, those before them validate.

    A group goes where its latest row belongs; rows without a time train.
    """
    whole = [members for each in groups.values() for members in each]
    dated = [members for members in whole if any(rows[index].row in place for index in members)]
    dated.sort(key=lambda members: (max(place.get(rows[index].row, float("-inf")) for index in members), members[0]))
    part_of: dict[int, str] = {}
    room = {"test": test_rows, "validation": validation_rows}
    for part in ("test", "validation"):
        while dated and room[part] > 0 and len(dated) > 1:
            members = dated.pop()
            room[part] -= len(members)
            part_of.update(dict.fromkeys(members, part))
    parts: dict[str, list[Example]] = {"train": [], "validation": [], "test": []}
    for index, example in enumerate(rows):
        parts[part_of.get(index, "train")].append(example)
    return parts["train"], parts["validation"], parts["test"]


def _nearly(rows: Sequence[Example]) -> Iterable[tuple[int, int]]:
    """Pairs of rows that say nearly the same."""
    seen: dict[tuple[str, ...], int] = {}
    long, letters = [], 0
    for index, example in enumerate(rows):
        texts = same_text(example)
        key = tuple(map(loose, texts))
        if sum(map(len, key)) >= _LEAST_LETTERS and (before := seen.setdefault(key, index)) != index:
            yield before, index
        elif sum(map(len, texts)) >= _LONG and (letters := letters + sum(map(len, texts))) <= _MOST_LETTERS:
            long.append((index, " ".join(texts)))
    for one, other in similar_pairs([text for _, text in long]):
        yield long[one][0], long[other][0]


def _keys(example: Example, together: Mapping[int, str]) -> Iterable[Hashable]:
    yield same_text(example)
    if example.row in together:
        yield "together", together[example.row]


def _find(first: list[int], index: int) -> int:
    while first[index] != index:
        first[index] = first[first[index]]
        index = first[index]
    return index


def _join(first: list[int], one: int, other: int) -> None:
    """The smaller index leads, so that groups keep the order of the rows."""
    one, other = _find(first, one), _find(first, other)
    first[max(one, other)] = min(one, other)
