"""Which rows train, which watch, which judge: fixed by a seed before anything is learned."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from studio.data.check import LEAST_ROWS
from studio.data.companions import with_texts_of
from studio.data.dealing import deal
from studio.data.example import Example
from studio.data.held import without
from studio.data.phrases import counted, in_quotes, listed, shortened
from studio.data.wishes import Wishes, rows_in
from studio.errors import StudioError
from studio.figures import quantity

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
    kinds = _kinds(rows, labels_in) if stratify else [""] * len(rows)
    _check(rows, (0.0 if checked else validation_share) + test_share, kinds if stratify else None)
    validation_rows = 0 if checked else min(max(1, round(validation_share * len(rows))), MOST_VALIDATION)
    test_rows = 0 if test is not None else max(1, round(test_share * len(rows)))
    if not checked and validation_rows < round(validation_share * len(rows)):
        most = counted(MOST_VALIDATION, "row")
        notes.append(f"Validation is limited to {most}, so that checks stay quick; the rest is trained on.")
    (train, validation, held_back), told = deal(rows, kinds, validation_rows, test_rows, wishes, seed)
    notes += told
    validation, tested = checked or validation, held_back if test is None else list(test)
    if not validation or not tested or not train:
        raise _too_few(wishes, stratify)
    if known := with_texts_of(tested, train, wishes.shared):
        notes.append(
            f"{known:,} of {counted(len(tested), 'test row')} {'has' if known == 1 else 'have'} a text that training rows have "
            "too, so the figures may look better than for texts that are new."
        )
    if stratify:
        notes += _about_test(train, tested, labels_in)
    return Parts(train, validation, tested, tuple(notes))


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
            f"Validation and test would take {quantity(held_back)} of the rows",
            where="Validation share, Test share",
            fix=f"Choose shares that leave training at least {quantity(1 - MOST_HELD_BACK)}.",
        )


def _too_few(wishes: Wishes, stratify: bool) -> StudioError:
    if not wishes.together and not stratify:
        return StudioError(
            "The rows cannot be split: too few of them differ",
            fix="Add rows, so that at least three have different texts.",
        )
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
