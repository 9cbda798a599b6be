"""Which rows train, which watch, which judge: fixed by a seed before anything is learned."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from studio.data.alike import same_text
from studio.data.check import LEAST_ROWS
from studio.data.companions import companions, in_time
from studio.data.example import Example
from studio.data.phrases import counted, listed, shortened
from studio.data.wishes import Wishes, rows_in
from studio.errors import StudioError

NO_WISHES = Wishes()

MOST_VALIDATION = 2000
"""Validation rows at most. Each check scores all of them, several times an epoch; with 2 000, accuracy is known to
±2.2 points at worst (95 %), and more would cost training time and rows without choosing a better version."""

MOST_HELD_BACK = 0.8
"""Validation and test together may take this share of the rows at most."""


@dataclass(frozen=True)
class Parts:
    """The rows of each part, in the file's order, and what people should know about them."""

    train: list[Example]
    validation: list[Example]
    test: list[Example]
    notes: tuple[str, ...] = ()


LabelsIn = Callable[[Example], Sequence[str]]
"""The labels that an example's target names: `Task.labels_in`."""


def its_target(example: Example) -> tuple[str, ...]:
    """For tasks whose target is a label."""
    return (example.target or "",)


def split(  # noqa: PLR0913 - each is a wish of its own
    examples: Sequence[Example],
    *,
    validation_share: float,
    test_share: float,
    seed: int,
    test: Sequence[Example] | None = None,
    stratify: bool = True,
    labels_in: LabelsIn = its_target,
    wishes: Wishes = NO_WISHES,
) -> Parts:
    """Split by seed, each label in the same proportions (within a row), the same text never in two parts.

    A row with several labels is dealt out by the rarest of them, which a part would miss first.

    A given `test` stays as it is, so that official splits stay comparable; rows whose text is in it leave training and
    validation. `stratify` is off for tasks whose target is no label. `wishes` go before chance; a `test` goes before
    them. Raises: StudioError when it cannot be done.
    """
    notes = list(wishes.notes)
    rows, checked = list(examples), rows_in(examples, wishes.named, "validation")
    if test is None and (named := rows_in(examples, wishes.named, "test")):
        test = named
        rows = [example for example in rows if wishes.named.get(example.row) != "test"]
    if test is not None:
        rows, told = _without(rows, test)
        notes += told
        test_share = 0.0
    if checked:
        checked = [example for example in rows if wishes.named.get(example.row) == "validation"]
        rows, told = _without([each for each in rows if wishes.named.get(each.row) != "validation"], checked)
        notes += told
    kinds = _kinds(rows, labels_in) if stratify else [""] * len(rows)
    _check(rows, (0.0 if checked else validation_share) + test_share, kinds if stratify else None)
    validation_rows = 0 if checked else min(max(1, round(validation_share * len(rows))), MOST_VALIDATION)
    test_rows = 0 if test is not None else max(1, round(test_share * len(rows)))
    if not checked and validation_rows < round(validation_share * len(rows)):
        most = counted(MOST_VALIDATION, "row")
        notes.append(f"Validation is limited to {most}, so that checks stay quick; the rest is trained on.")
    groups = _groups(rows, kinds, wishes.together)
    if wishes.place:
        train, validation, held_back = in_time(rows, groups, wishes.place, validation_rows, test_rows)
    else:
        train, validation, held_back = _deal_all(rows, groups, kinds, validation_rows, test_rows, random.Random(seed))
    validation, tested = checked or validation, held_back if test is None else list(test)
    if not validation or not tested or not train:
        raise StudioError(
            "The rows cannot be split: too few different texts a label",
            fix="Add rows, so that at least one label has three different texts, or choose no column that keeps rows together.",
        )
    if stratify:
        notes += _about_test(train, tested, labels_in)
    return Parts(train, validation, tested, tuple(notes))


def _without(rows: list[Example], test: Sequence[Example]) -> tuple[list[Example], list[str]]:
    """The rows whose text is not in the given test rows: a model must not have seen what it is judged on."""
    if not test:
        raise StudioError("The test file has no usable rows", fix="Choose another test file, or none.")
    asking = next((example for example in test if example.target is None), None)
    if asking is not None:
        raise StudioError("A test row has no answer to compare with", where=f"row {asking.row}", fix="Fill it in.")
    seen = {same_text(example) for example in test}
    kept = [example for example in rows if same_text(example) not in seen]
    gone = len(rows) - len(kept)
    note = f"{counted(gone, 'row')} left out of training because the same text is in the test file."
    return kept, [note] if gone else []


def _kinds(rows: Sequence[Example], labels_in: LabelsIn) -> list[str]:
    """The rarest label of each row; the first in the alphabet of equally rare ones, and empty for a row without."""
    named = [labels_in(example) for example in rows]
    counts = Counter(label for labels in named for label in labels)
    return [min(labels, key=lambda label: (counts[label], label), default="") for labels in named]


def _check(rows: Sequence[Example], held_back: float, kinds: Sequence[str] | None) -> None:
    asking = next((example for example in rows if example.target is None), None)
    if asking is not None:
        raise StudioError(
            "A row has no answer to learn from", where=f"row {asking.row}", fix="Choose the column with the answers."
        )
    if len(rows) < LEAST_ROWS:
        raise StudioError(
            f"There are only {counted(len(rows), 'usable row')}, training needs at least {LEAST_ROWS}", fix="Add rows."
        )
    if kinds is not None and len(set(kinds)) < 2:
        said = f"the label “{shortened(kinds[0], 60)}”" if kinds[0] else "no label"
        raise StudioError(f"Every row has {said}", fix="Add rows with another label.")
    if held_back > MOST_HELD_BACK:
        raise StudioError(
            f"Validation and test would take {held_back:.0%} of the rows",
            where="Validation share, Test share",
            fix=f"Choose shares that leave training at least {1 - MOST_HELD_BACK:.0%}.",
        )


def _groups(rows: Sequence[Example], kinds: Sequence[str], together: Mapping[int, str]) -> dict[str, list[list[int]]]:
    """Label → groups of rows (by index) that stay together. A group with several labels counts to its most frequent."""
    groups: dict[str, list[list[int]]] = defaultdict(list)
    for members in companions(rows, together):
        groups[Counter(kinds[index] for index in members).most_common(1)[0][0]].append(members)
    return groups


def _deal_all(
    rows: Sequence[Example],
    groups: dict[str, list[list[int]]],
    kinds: Sequence[str],
    validation_rows: int,
    test_rows: int,
    chance: random.Random,
) -> tuple[list[Example], list[Example], list[Example]]:
    """Training, validation and test rows, in the file's order."""
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


def _about_test(train: Sequence[Example], test: Sequence[Example], labels_in: LabelsIn) -> list[str]:
    trained = {label for example in train for label in labels_in(example)}
    tested = Counter(label for example in test for label in labels_in(example))
    notes = []
    if missing := sorted(trained - tested.keys()):
        notes.append(f"No test rows for {listed(missing)}: the report cannot say how well they are learned.")
    if unknown := sorted(tested.keys() - trained):
        affected = counted(sum(not trained.issuperset(labels_in(example)) for example in test), "test row")
        notes.append(f"Never trained on, but in the test file: {listed(unknown)}; {affected} cannot be answered right.")
    return notes
