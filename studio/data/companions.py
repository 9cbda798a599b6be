"""Rows that must not be torn apart by a split: those with the same or nearly the same text, and those that people want together."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence

from studio.data.alike import loose, same_text
from studio.data.chains import Chains
from studio.data.example import Example
from studio.data.minhash import similar_pairs

_LEAST_LETTERS = 8
"""Shorter texts differ by their punctuation, as “OK?” and “OK!” do."""
_FAMILY, _SMALL_FAMILY = 0.05, 10
"""Rows that share a text are linked up to this share of all rows, or so many. A text that more rows have names a kind, as the
side of a product that reviews are about, and no part could do without."""
_LONG, _MOST_LETTERS = 200, 8_000_000
"""Letters from which on a text may be nearly another, and letters of such texts that are compared, about a second's work."""


class Companions:
    """What links rows (by index): the same text, the same value of `together` (row number → value), nearly the same text, and
    a text in common in one of the roles `shared`.

    Texts are nearly the same that differ in punctuation, and long ones that share four fifths.
    """

    def __init__(self, rows: Sequence[Example], together: Mapping[int, str], shared: Sequence[str] = ()) -> None:
        self._rows, self._together = rows, together
        self._near = list(_nearly(rows))
        self._family = max(_SMALL_FAMILY, int(_FAMILY * len(rows)))
        self._sharing = list(_sharing(rows, shared, self._family))

    def groups(self, most: int) -> list[list[int]]:
        """Groups in the order of their first row; each row is in exactly one.

        Nearness makes no group of more than `most` rows, so that letters written after one pattern can be split all the same;
        texts in common make none of more than a twentieth of all rows.
        """
        chains = Chains(len(self._rows))
        leaders: dict[Hashable, int] = {}
        for index, example in enumerate(self._rows):
            for key in _keys(example, self._together):
                chains.join(index, leaders.setdefault(key, index))
        for one, other in self._near:
            chains.join(one, other, most)
        for one, other in self._sharing:
            chains.join(one, other, min(most, self._family))
        return chains.groups()

    @property
    def are_near(self) -> bool:
        """Whether nearness or a text in common links any rows."""
        return bool(self._near or self._sharing)

    def torn(self, part_of: Mapping[int, str]) -> int:
        """Rows that say nearly the same as rows of another part (row number → part)."""
        chains = Chains(len(self._rows))
        for one, other in self._near:
            chains.join(one, other)
        parts = ([part_of[self._rows[index].row] for index in members] for members in chains.groups())
        return sum(len(each) for each in parts if len(set(each)) > 1)


def beside(rows: Sequence[Example], held: Sequence[Example]) -> tuple[set[int], set[int]]:
    """Rows (by index) that say the same as one of these others to a reader, and those that say nearly the same."""
    both = [*held, *rows]  # the others first, since each text is compared with the first of those like it
    exact = set(map(same_text, held))
    same = {index for index, example in enumerate(rows) if same_text(example) in exact}
    near = {other - len(held) for one, other in _nearly(both) if one < len(held) <= other}
    return same, near - same


def with_texts_of(rows: Sequence[Example], others: Sequence[Example], shared: Sequence[str]) -> int:
    """How many rows have a text, in one of the roles `shared`, that one of the others has too."""
    known = {text for example in others for text in _shared_texts(example, shared)}
    return sum(not known.isdisjoint(_shared_texts(example, shared)) for example in rows)


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


def _sharing(rows: Sequence[Example], shared: Sequence[str], most: int) -> Iterable[tuple[int, int]]:
    """Pairs of rows with a text in common that at most so many rows have."""
    holders: dict[str, list[int]] = defaultdict(list)
    for index, example in enumerate(rows):
        for text in _shared_texts(example, shared):
            holders[text].append(index)
    for first, *others in holders.values():
        if len(others) < most:
            yield from ((first, other) for other in others)


def _shared_texts(example: Example, shared: Sequence[str]) -> list[str]:
    """Its texts in these roles, as they are compared, each once; none where it has but one, which `same_text` compares."""
    if sum(role in shared for role in example.inputs) < 2:
        return []
    texts = zip(example.inputs, same_text(example), strict=True)
    return list(dict.fromkeys(text for role, text in texts if role in shared))


def _keys(example: Example, together: Mapping[int, str]) -> Iterable[Hashable]:
    yield same_text(example)
    if example.row in together:
        yield "together", together[example.row]
