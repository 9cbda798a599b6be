"""The data doctor: rows into examples, and what a person should know about them before training."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from studio.data.example import Example
from studio.data.phrases import counted, listed, shortened
from studio.data.table import Problem, Table
from studio.errors import StudioError

Parse = Callable[[dict[str, str], str | None, int], Example]
"""A task's `parse`: inputs by role, target, row number → example."""

LEAST_ROWS = 8
"""Fewer cannot be split into training, validation and test rows."""

MOST_LABELS = 500
"""More different values than this are rather texts or numbers than labels."""


@dataclass(frozen=True)
class Parsed:
    """The good rows as examples, the bad ones as problems, and what was changed in sentences."""

    examples: list[Example]
    problems: list[Problem]
    notes: tuple[str, ...] = ()
    places: tuple[int, ...] = ()
    """The index in the table of each example's row."""


@dataclass(frozen=True)
class Finding:
    """Something about the data as a whole. An `error` makes training impossible, a `warning` makes it worse."""

    severity: Literal["info", "warning", "error"]
    title: str
    text: str
    """What it is, with examples, and what to do."""
    rows: tuple[int, ...] = ()
    """The file's own numbers of the rows it is about."""


def parse_rows(table: Table, columns: Mapping[str, str], inputs: Sequence[str], target: str, parse: Parse) -> Parsed:
    """Every row as an example of a task. `columns` maps role → column; without the target's role, examples ask.

    Only spaces around labels are taken away. Raises: StudioError when an input role has no column, or two share one.
    """
    roles = (*inputs, *([target] if target in columns else []))
    for role in roles:
        if columns.get(role) not in table.columns:
            raise StudioError(
                f"The column for '{role}' is not chosen"
                if role not in columns
                else f"There is no column '{columns[role]}'",
                where="Columns",
                fix=f"Pick one of: {', '.join(shortened(name, 40) for name in table.columns[:20])}.",
            )
    _tell_apart(table, columns, roles)
    texts = [table.column(columns[role]) for role in inputs]
    targets = table.column(columns[target]) if target in columns else None
    examples: list[Example] = []
    problems: list[Problem] = []
    places: list[int] = []
    stripped = 0
    for index, row in enumerate(table.rows):
        values = {role: column[index] for role, column in zip(inputs, texts, strict=True)}
        said = targets[index] if targets is not None else None
        try:
            example = parse(values, said, row)
        except StudioError as error:
            blank = next(
                (role for role in inputs if not values[role].strip()), target if said is not None else inputs[0]
            )
            value = said if blank == target and said is not None else values.get(blank, "")
            problems.append(Problem(row, columns[blank], shortened(value), error.what))
            continue
        stripped += example.target is not None and example.target != said
        examples.append(example)
        places.append(index)
    note = f"Spaces around the {target} were removed in {counted(stripped, 'row')}."
    return Parsed(examples, problems, (note,) if stripped else (), tuple(places))


def _tell_apart(table: Table, columns: Mapping[str, str], roles: Sequence[str]) -> None:
    """Raises: StudioError when two roles read the same column, from which nothing could be learned."""
    first: dict[str, str] = {}
    for role in roles:
        column = columns[role]
        if column in first:
            raise StudioError(
                f"The {first[column]} and the {role} are the same column, “{shortened(column, 60)}”",
                where="Columns",
                fix="The table needs a second column with the right answer for each row."
                if len(table.columns) == 1
                else f"Choose another column for the {first[column]} or the {role}: the right answer must stand in its own.",
            )
        first[column] = role


def findings(
    examples: Sequence[Example], labels: Sequence[str], *, target_column: str = "", problems: Sequence[Problem] = ()
) -> list[Finding]:
    """What is remarkable about the rows, worst first. `labels` is empty for tasks without; then only texts are looked at.

    `target_column` names the column in sentences; `problems` are those of `parse_rows`.
    """
    column = f" (column '{target_column}')" if target_column else ""
    found = [*_amount(examples), *_left_out(problems)]
    if labels:
        counts = Counter(example.target for example in examples if example.target is not None)
        found += [*_one_label(counts, column), *_too_many(counts, column)]
        found += [*_rare(examples, counts), *_variants(examples, counts), *_imbalance(counts)]
    found += _repeated(examples)
    return sorted(found, key=lambda finding: ("error", "warning", "info").index(finding.severity))


def same_text(example: Example) -> tuple[str, ...]:
    """What makes two examples the same to a reader: their inputs without case, spacing and Unicode spelling."""
    return tuple(" ".join(unicodedata.normalize("NFKC", text).casefold().split()) for text in example.inputs.values())


def _amount(examples: Sequence[Example]) -> list[Finding]:
    if len(examples) >= LEAST_ROWS:
        return []
    text = (
        f"{counted(len(examples), 'usable row')}, where training needs at least {LEAST_ROWS} and is worth it from about "
        "50. Add rows."
    )
    return [Finding("error", "Too few rows", text)]


def _left_out(problems: Sequence[Problem]) -> list[Finding]:
    kinds: dict[tuple[str, str], list[Problem]] = defaultdict(list)
    for problem in problems:
        kinds[problem.what, problem.column].append(problem)
    return [
        Finding(
            "warning",
            what,
            f"{counted(len(rows), 'row')} cannot be used (column '{column}') and will be left out. Fill in or delete them.",
            tuple(problem.row for problem in rows),
        )
        for (what, column), rows in kinds.items()
    ]


def _one_label(counts: Mapping[str, int], column: str) -> list[Finding]:
    if len(counts) != 1:
        return []
    text = f"Every row has the label “{shortened(next(iter(counts)), 60)}”{column}. Add rows with another label."
    return [Finding("error", "Only one label", text)]


def _too_many(counts: Counter[str], column: str) -> list[Finding]:
    rows = counts.total()
    if len(counts) <= MOST_LABELS and len(counts) * 2 <= max(rows, 2 * LEAST_ROWS):
        return []
    text = (
        f"There are {len(counts):,} different labels{column} for {rows:,} rows. A model needs several rows of each; "
        "check whether this is the label column."
    )
    return [Finding("warning", "Very many labels", text)]


def _rare(examples: Sequence[Example], counts: Mapping[str, int]) -> list[Finding]:
    rare = [label for label, rows in counts.items() if rows == 1]
    if not rare or len(rare) == len(counts):
        return []
    rows = tuple(example.row for example in examples if example.target is not None and counts[example.target] == 1)
    text = (
        f"{listed(rare)} {'has' if len(rare) == 1 else 'have'} one row only: it is trained on, but cannot be tested. "
        "Add rows, or merge it with another label."
    )
    return [Finding("warning", "Labels with one row", text, rows)]


def _variants(examples: Sequence[Example], counts: Mapping[str, int]) -> list[Finding]:
    alike: dict[str, list[str]] = defaultdict(list)
    for label in counts:
        alike[" ".join(label.casefold().replace("_", " ").replace("-", " ").split())].append(label)
    groups = [sorted(group, key=lambda label: -counts[label]) for group in alike.values() if len(group) > 1]
    if not groups:
        return []
    lesser = {label for group in groups for label in group[1:]}
    told = "; ".join(", ".join(f"“{label}” ({counts[label]})" for label in group[:5]) for group in groups[:5])
    text = f"These differ only in case, spaces or underscores, and are learned as different labels: {told}. Spell them alike."
    return [
        Finding(
            "warning",
            "Labels spelled in different ways",
            text,
            tuple(example.row for example in examples if example.target in lesser),
        )
    ]


def _imbalance(counts: Counter[str]) -> list[Finding]:
    if len(counts) < 2:
        return []
    (most, many), (least, few) = counts.most_common(1)[0], counts.most_common()[-1]
    share = many / counts.total()
    if many < 5 * few:
        return []
    text = (
        f"“{shortened(most, 60)}” has {many:,} rows ({share:.0%}), “{shortened(least, 60)}” has {few:,}. "
        "Rare labels are learned less well; look at macro-F1, which counts every label the same."
    )
    return [Finding("warning" if many >= 20 * few or share >= 0.9 else "info", "Labels of very different size", text)]


def _repeated(examples: Sequence[Example]) -> list[Finding]:
    """Same text again: with the same target a duplicate, with another a contradiction."""
    groups: dict[tuple[str, ...], list[Example]] = defaultdict(list)
    for example in examples:
        groups[same_text(example)].append(example)
    again = [group for group in groups.values() if len(group) > 1]
    conflicts = [group for group in again if len({example.target for example in group}) > 1]
    repeats = [example.row for group in again if group not in conflicts for example in group[1:]]
    found = []
    if conflicts:
        group = conflicts[0]
        said = ", ".join(f"“{shortened(e.target or '', 40)}” in row {e.row}" for e in group[:4])
        text = (
            f"{counted(len(conflicts), 'text')} {'has' if len(conflicts) == 1 else 'have'} different labels in "
            f"different rows, as “{shortened(next(iter(group[0].inputs.values())), 80)}”: {said}. "
            "A model cannot get both right: decide which one is."
        )
        rows = tuple(sorted(example.row for group in conflicts for example in group))
        found.append(Finding("warning", "Same text, different labels", text, rows))
    if repeats:
        text = (
            f"{counted(len(repeats), 'row')} repeat{'s' if len(repeats) == 1 else ''} the text and label of an "
            "earlier row. The same text is never both trained on and tested, so the figures stay honest."
        )
        found.append(Finding("info", "Repeated rows", text, tuple(sorted(repeats))))
    return found
