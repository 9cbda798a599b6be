"""Rows dealt out to training, validation and test: by chance with a seed or in the order of time, what belongs together in one part."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from studio.data.companions import Companions, in_time
from studio.data.example import Example
from studio.data.wishes import Wishes

FAIR, FEW = 0.5, 10
"""Validation and test should get this share of the rows they are meant to have, and at most twice as many. Where near-copies
that stay together leave them less, fewer are kept together, down to groups of this many rows."""

Dealt = tuple[list[Example], list[Example], list[Example]]
"""Training, validation and test rows, in the file's order."""


def deal(
    rows: Sequence[Example], kinds: Sequence[str], validation_rows: int, test_rows: int, wishes: Wishes, seed: int
) -> tuple[Dealt, list[str]]:
    """The three parts, and how many near-copies had to be torn apart: as few as leaves validation and test enough rows.

    `kinds` names for each row what is dealt out in the same proportions; the same for all where there is nothing to name.
    """
    # the order of time would be lost: rows about one thing are early and late
    kin = Companions(rows, wishes.together, () if wishes.place else wishes.shared)
    most = len(rows) - validation_rows - test_rows
    ways: list[Dealt] = []
    while not ways or (kin.are_near and most >= FEW and not _is_fair(ways[-1], validation_rows, test_rows)):
        whole = kin.groups(most)
        groups = _groups(kinds, whole)
        if wishes.place:
            ways.append(in_time(rows, groups, wishes.place, validation_rows, test_rows))
        else:
            ways.append(_deal_all(rows, groups, kinds, validation_rows, test_rows, random.Random(seed)))
        most = max(FEW, min(most, max(map(len, whole))) // 2) if most > FEW else 0
    wanted = (1, validation_rows, test_rows)
    filled = (way for way in ways if all(part or not rows for part, rows in zip(way, wanted, strict=True)))
    found = ways[-1] if _is_fair(ways[-1], validation_rows, test_rows) else next(filled, ways[-1])
    torn = kin.torn({example.row: str(place) for place, part in enumerate(found) for example in part})
    if not torn:
        return found, []
    say = "row says nearly the same as a row" if torn == 1 else "rows say nearly the same as rows"
    return found, [
        f"{torn:,} {say} of another part: too many are alike to keep them all in one, so the figures may look too good."
    ]


def _is_fair(dealt: Dealt, validation_rows: int, test_rows: int) -> bool:
    wanted = ((dealt[1], validation_rows), (dealt[2], test_rows))
    return bool(dealt[0]) and all(FAIR * rows <= len(part) <= max(FEW, rows / FAIR) for part, rows in wanted)


def _groups(kinds: Sequence[str], whole: Sequence[list[int]]) -> dict[str, list[list[int]]]:
    """Label → groups of rows (by index) that stay together. A group with several labels counts to its most frequent."""
    groups: dict[str, list[list[int]]] = defaultdict(list)
    for members in whole:
        groups[Counter(kinds[index] for index in members).most_common(1)[0][0]].append(members)
    return groups


def _deal_all(
    rows: Sequence[Example],
    groups: dict[str, list[list[int]]],
    kinds: Sequence[str],
    validation_rows: int,
    test_rows: int,
    chance: random.Random,
) -> Dealt:
    """Each label's groups by its quota."""
    wanted_test = _quotas(groups, test_rows, {}, chance)
    wanted_validation = _quotas(groups, validation_rows, wanted_test, chance)
    part_of: dict[int, str] = {}
    for label in sorted(groups):
        _deal(groups[label], {"test": wanted_test[label], "validation": wanted_validation[label]}, chance, part_of)
    _train_every_label(kinds, groups, part_of)
    train, validation, test = (
        [example for index, example in enumerate(rows) if part_of[index] == part]
        for part in ("train", "validation", "test")
    )
    return train, validation, test


def _quotas(
    groups: dict[str, list[list[int]]], total: int, taken: dict[str, int], chance: random.Random
) -> dict[str, int]:
    """How many rows of each label go into a part of `total` rows: the exact share rounded down or up (largest remainder).

    At least one text of each label stays for training. Equal remainders are settled by chance.
    """
    sizes = {label: sum(map(len, groups[label])) for label in sorted(groups)}
    rows = sum(sizes.values())
    exact = {label: total * size / rows for label, size in sizes.items()}
    room = {label: sizes[label] - max(map(len, groups[label])) - taken.get(label, 0) for label in sizes}
    quotas = {label: min(int(exact[label]), room[label]) for label in sizes}
    missing = total - sum(quotas.values())
    for label in sorted(sizes, key=lambda label: (quotas[label] - exact[label], chance.random())):
        if missing > 0 and quotas[label] < exact[label] and quotas[label] < room[label]:
            quotas[label] += 1
            missing -= 1
    return quotas


def _deal(groups: list[list[int]], room: dict[str, int], chance: random.Random, part_of: dict[int, str]) -> None:
    """Deal one label's groups of rows: into the parts with room while they fit, the rest into training.

    The largest group goes into training first, so that every label is trained on.
    """
    shuffled = list(groups)
    chance.shuffle(shuffled)
    reserved = max(shuffled, key=len)
    for group in shuffled:
        fitting = (part for part, left in room.items() if len(group) <= left)
        part = "train" if group is reserved else next(fitting, "train")
        if part != "train":
            room[part] -= len(group)
        part_of.update(dict.fromkeys(group, part))


def _train_every_label(kinds: Sequence[str], groups: dict[str, list[list[int]]], part_of: dict[int, str]) -> None:
    """A label that only occurs beside a more frequent one on the same text must not be missing from training."""
    trained = {kinds[index] for index, part in part_of.items() if part == "train"}
    for group in (group for members in groups.values() for group in members):
        if any(kinds[index] not in trained for index in group):
            part_of.update(dict.fromkeys(group, "train"))
            trained.update(kinds[index] for index in group)
