"""Which rows train, which watch, which judge: fixed by a seed before anything is learned."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.data.check import LEAST_ROWS
from studio.data.companions import Companions, in_time
from studio.data.example import Example
from studio.data.held import without
from studio.data.phrases import counted, in_quotes, listed, shortened
from studio.data.wishes import Wishes, rows_in
from studio.errors import StudioError

NO_WISHES = Wishes()

MOST_VALIDATION = 2000
"""Validation rows at most. Each check scores all of them, several times an epoch; with 2 000, accuracy is known to
±2.2 points at worst (95 %), and more would cost training time and rows without choosing a better version."""

MOST_HELD_BACK = 0.8
"""Validation and test together may take this share of the rows at most."""

FAIR, FEW = 0.5, 10
"""Validation and test should get this share of the rows they are meant to have, and at most twice as many. Where near-copies
that stay together leave them less, fewer are kept together, down to groups of this many rows."""

Dealt = tuple[list[Example], list[Example], list[Example]]
"""Training, validation and test rows, in the file's order."""


@dataclass(frozen=True)
class Parts:
    """The rows of each part, in the file's order, and what people should know about them."""

    train: list[Example]
    validation: list[Example]
    test: list[Example]
    notes: tuple[str, ...] = ()


def split(
    examples: Sequence[Example],
    *,
    validation_share: float,
    test_share: float,
    seed: int,
    test: Sequence[Example] | None = None,
    stratify: bool = True,
    wishes: Wishes = NO_WISHES,
) -> Parts:
    """Split by seed, each label in the same proportions (within a row), the same text never in two parts.

    A given `test` stays as it is, so that official splits stay comparable; rows whose text is (nearly) in it leave training
    and validation. `stratify` is off for tasks whose target is no label. `wishes` go before chance; a `test` goes before
    them. Raises: StudioError when it cannot be done.
    """
    notes = list(wishes.notes)
    rows, checked = list(examples), rows_in(examples, wishes.named, "validation")
    shared: Mapping[int, str] = {}
    if test is None and (named := rows_in(examples, wishes.named, "test")):
        test, shared = named, wishes.together
        rows = [example for example in rows if wishes.named.get(example.row) != "test"]
    if test is not None:
        rows, told = without(rows, test, "test", shared, wishes.group)
        notes += told
        test_share = 0.0
    if checked:
        checked = [example for example in rows if wishes.named.get(example.row) == "validation"]
        rows = [each for each in rows if wishes.named.get(each.row) != "validation"]
        rows, told = without(rows, checked, "validation", wishes.together, wishes.group)
        notes += told
    _check(rows, (0.0 if checked else validation_share) + test_share, stratify)
    validation_rows = 0 if checked else min(max(1, round(validation_share * len(rows))), MOST_VALIDATION)
    test_rows = 0 if test is not None else max(1, round(test_share * len(rows)))
    if not checked and validation_rows < round(validation_share * len(rows)):
        most = counted(MOST_VALIDATION, "row")
        notes.append(f"Validation is limited to {most}, so that checks stay quick; the rest is trained on.")
    (train, validation, held_back), told = _dealt(rows, validation_rows, test_rows, stratify, wishes, seed)
    notes += told
    validation, tested = checked or validation, held_back if test is None else list(test)
    if not validation or not tested or not train:
        raise _too_few(wishes)
    if stratify:
        notes += _about_test(train, tested)
    return Parts(train, validation, tested, tuple(notes))


def _check(rows: Sequence[Example], held_back: float, stratify: bool) -> None:
    asking = next((example for example in rows if example.target is None), None)
    if asking is not None:
        raise StudioError(
            "A row has no answer to learn from", where=f"row {asking.row}", fix="Choose the column with the answers."
        )
    if len(rows) < LEAST_ROWS:
        raise StudioError(
            f"There are only {counted(len(rows), 'usable row')}, training needs at least {LEAST_ROWS}", fix="Add rows."
        )
    labels = {example.target for example in rows}
    if stratify and len(labels) < 2:
        raise StudioError(
            f"Every row has the label “{shortened(rows[0].target or '', 60)}”", fix="Add rows with another label."
        )
    if held_back > MOST_HELD_BACK:
        raise StudioError(
            f"Validation and test would take {held_back:.0%} of the rows",
            where="Validation share, Test share",
            fix=f"Choose shares that leave training at least {1 - MOST_HELD_BACK:.0%}.",
        )


def _too_few(wishes: Wishes) -> StudioError:
    if not wishes.together:
        return StudioError(
            "The rows cannot be split: too few different texts a label",
            fix="Add rows, so that at least one label has three different texts.",
        )
    groups = len(set(wishes.together.values()))
    return StudioError(
        f"The rows cannot be split: the column {in_quotes(wishes.group)} keeps them together in {counted(groups, 'group')}, "
        "too few for three parts",
        where="Split",
        fix="Choose a column with more different values, or none; add rows, or let larger shares validate and test.",
    )


def _dealt(
    rows: Sequence[Example], validation_rows: int, test_rows: int, stratify: bool, wishes: Wishes, seed: int
) -> tuple[Dealt, list[str]]:
    """The three parts, and how many near-copies had to be torn apart: as few as leaves validation and test enough rows."""
    kin = Companions(rows, wishes.together)
    most = len(rows) - validation_rows - test_rows
    ways: list[Dealt] = []
    while not ways or (kin.are_near and most >= FEW and not _is_fair(ways[-1], validation_rows, test_rows)):
        whole = kin.groups(most)
        groups = _groups(rows, whole, stratify)
        if wishes.place:
            ways.append(in_time(rows, groups, wishes.place, validation_rows, test_rows))
        else:
            ways.append(_deal_all(rows, groups, validation_rows, test_rows, random.Random(seed)))
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


def _groups(rows: Sequence[Example], whole: Sequence[list[int]], stratify: bool) -> dict[str, list[list[int]]]:
    """Label → groups of rows (by index) that stay together. A group with several labels counts to its most frequent."""
    groups: dict[str, list[list[int]]] = defaultdict(list)
    for members in whole:
        said = Counter(rows[index].target or "" for index in members)
        groups[said.most_common(1)[0][0] if stratify else ""].append(members)
    return groups


def _deal_all(
    rows: Sequence[Example],
    groups: dict[str, list[list[int]]],
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
    if "" not in groups:  # the one group of tasks without labels
        _train_every_label(rows, groups, part_of)
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


def _train_every_label(rows: Sequence[Example], groups: dict[str, list[list[int]]], part_of: dict[int, str]) -> None:
    """A label that only occurs beside a more frequent one on the same text must not be missing from training."""
    trained = {rows[index].target for index, part in part_of.items() if part == "train"}
    for group in (group for members in groups.values() for group in members):
        if any(rows[index].target not in trained for index in group):
            part_of.update(dict.fromkeys(group, "train"))
            trained.update(rows[index].target for index in group)


def _about_test(train: Sequence[Example], test: Sequence[Example]) -> list[str]:
    trained = {example.target or "" for example in train}
    tested = Counter(example.target or "" for example in test)
    notes = []
    if missing := sorted(trained - tested.keys()):
        notes.append(f"No test rows for {listed(missing)}: the report cannot say how well they are learned.")
    if unknown := sorted(tested.keys() - trained):
        affected = counted(sum(tested[label] for label in unknown), "test row")
        notes.append(f"Never trained on, but in the test file: {listed(unknown)}; {affected} cannot be answered right.")
    return notes
