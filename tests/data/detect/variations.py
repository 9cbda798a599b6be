"""Makes tables that differ from a real one in what must not matter: names, order, columns beside, rows, case."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pyarrow as pa

from data.detect.answers import Right
from data.detect.names import LANGUAGES, renamed
from studio.data.detect import Detection
from studio.data.table import Table

MOST_ROWS = 4000
MEANINGLESS = {
    "tune": ("col_{letter}", "c{number}", "Unnamed: {number}"),
    "hold": ("{letter}", "field{number}", "Column {number}"),
}
EXTRAS = {
    "tune": {"id": "id", "uuid": "uuid", "date": "date", "notes": "notes"}
    | {"constant": "channel", "empty": "Unnamed: 9", "split": "split"},
    "hold": {"id": "record_nr", "uuid": "guid", "date": "created_at", "notes": "internal remarks"}
    | {"constant": "version", "empty": "column9", "split": "subset"},
}
PREFIXED = {"tune": "data_{name}", "hold": "sample.{name}"}
_NOTES = ("checked", "ok", "call back", "see ticket", "asked Maria about this one", "unclear, look again", "done")
_PARTS = {"tune": ("train", "validation", "test"), "hold": ("Training", "dev", "TEST")}


@dataclass(frozen=True)
class Variation:
    """A table and where its columns went: original name → name here; `extras`: kind → name here."""

    kind: str
    table: Table
    names: dict[str, str]
    extras: dict[str, str]


@dataclass(frozen=True)
class _Recipe:
    """What is done to a table, in this order."""

    kind: str
    rows: int = MOST_ROWS
    extras: tuple[str, ...] = ()
    names: str = ""
    """`""` as they are, a language, `upper`, `prefixed` or one of MEANINGLESS."""
    shuffle: bool = False
    upper: bool = False


def variations(table: Table, half: str, seed: int) -> Iterator[Variation]:
    """The table as it is, then its variations, the same for the same seed."""
    chance = random.Random(seed)
    yield Variation("as it is", table, {name: name for name in table.columns}, {})
    for recipe in _recipes(half, chance):
        yield _cook(table, recipe, half, chance)


def _recipes(half: str, chance: random.Random) -> Iterator[_Recipe]:
    extras, meaningless = tuple(EXTRAS[half]), MEANINGLESS[half]
    yield _Recipe("upper case names", names="upper")
    yield _Recipe("upper case cells", upper=True)
    yield _Recipe("upper case cells", upper=True, names=meaningless[0])
    yield _Recipe("prefixed names", names="prefixed")
    for language in LANGUAGES:
        yield _Recipe("other names: " + language, names=language)
    for names in meaningless:
        yield _Recipe("meaningless names", names=names)
        yield _Recipe("meaningless names, shuffled", names=names, shuffle=True)
    yield _Recipe("shuffled", shuffle=True)
    for extra in extras:
        yield _Recipe("with " + extra, extras=(extra,))
        yield _Recipe("meaningless names, with " + extra, extras=(extra,), names=chance.choice(meaningless))
    yield _Recipe("with all extra columns", extras=extras)
    yield _Recipe("meaningless names, all extra columns", extras=extras, names=meaningless[1], shuffle=True)
    for rows in (30, 200):
        yield _Recipe(f"{rows} rows", rows)
        yield _Recipe(f"meaningless names, {rows} rows", rows, names=chance.choice(meaningless), shuffle=True)
        yield _Recipe(f"{rows} rows, all extra columns", rows, extras=extras)
    for _ in range(12):
        yield _Recipe(
            "several at once",
            chance.choice((30, 200, MOST_ROWS)),
            tuple(extra for extra in extras if chance.random() < 0.4),
            chance.choice(("", "upper", "prefixed", *LANGUAGES, *meaningless)),
            chance.random() < 0.5,
            chance.random() < 0.2,
        )


def _cook(table: Table, recipe: _Recipe, half: str, chance: random.Random) -> Variation:
    start = chance.randrange(max(1, len(table) - recipe.rows + 1))
    if {"token", "turn"} & set(table.columns) or len(table) <= recipe.rows:  # order matters: a stretch of rows
        picked = list(range(start, min(len(table), start + recipe.rows)))
    else:
        picked = sorted(chance.sample(range(len(table)), recipe.rows))
    cells = table.cells.take(pa.array(picked))
    columns = {name: cells.column(name).to_pylist() for name in cells.column_names}
    if recipe.upper:
        columns = {name: _upper(values) for name, values in columns.items()}
    extras = {EXTRAS[half][kind]: _extra(kind, len(picked), half, chance) for kind in recipe.extras}
    order = [*columns, *extras]
    if recipe.shuffle:
        chance.shuffle(order)
    elif recipe.extras and chance.random() < 0.5:
        order = [*extras, *columns]
    names = _names(order, recipe.names, half, set(extras))
    made = pa.table({names[name]: pa.array((columns | extras)[name], pa.large_string()) for name in order})
    rows = tuple(table.rows[index] for index in picked)
    return Variation(
        recipe.kind,
        replace(table, cells=made, rows=rows),
        {name: names[name] for name in columns},
        {kind: names[EXTRAS[half][kind]] for kind in recipe.extras},
    )


def _upper(values: list[str]) -> list[str]:
    return values if any(value.startswith(("[", "{")) for value in values[:20]) else [value.upper() for value in values]


def _names(order: list[str], how: str, half: str, extras: set[str]) -> dict[str, str]:
    if "{n" in how or "{l" in how:
        made = [how.format(letter=chr(97 + place), number=place + 1) for place in range(len(order))]
    elif how == "upper":
        made = [name.upper() for name in order]
    elif how == "prefixed":
        made = [PREFIXED[half].format(name=name) for name in order]
    elif how:
        made = [name if name in extras else renamed(name, how, half) for name in order]
    else:
        made = order
    for place, name in enumerate(made):  # as the reader does with names given twice
        if name in made[:place]:
            made[place] = f"{name} ({place + 1})"
    return dict(zip(order, made, strict=True))


def _extra(kind: str, count: int, half: str, chance: random.Random) -> list[str]:
    if kind == "id":
        return [str(number) for number in range(1, count + 1)]
    if kind == "uuid":
        return [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(count)]
    if kind == "date":
        days = (date(2024, 1, 1) + timedelta(days=chance.randrange(700)) for _ in range(count))
        return [f"{day:%Y-%m-%d}" if half == "tune" else f"{day:%d.%m.%Y} 14:0{day.day % 10}" for day in days]
    if kind == "notes":
        return [chance.choice(_NOTES) if chance.random() < 0.3 else "" for _ in range(count)]
    if kind == "constant":
        return ["web" if half == "tune" else "v1.0"] * count
    if kind == "empty":
        return [""] * count
    return chance.choices(_PARTS[half], (8, 1, 1), k=count)


def is_right(found: Detection, variation: Variation, answers: tuple[Right, ...]) -> bool:
    """Whether task and roles are those of one of the right answers."""
    return any(_agrees(found, variation, answer) for answer in answers)


def _agrees(found: Detection, variation: Variation, answer: Right) -> bool:
    if found.task != answer.task:
        return False
    names, told = variation.names, dict(found.roles)
    for role, column in answer.maybe.items():
        if told.pop(role, names[column]) != names[column]:
            return False
    if told.keys() != answer.roles.keys():
        return False
    for role, columns in answer.roles.items():
        if isinstance(columns, str):
            if told[role] != names[columns]:
                return False
            continue
        wanted = {names[column] for column in columns}  # a label that no row has may be missing
        needed = {name for name in wanted if len(set(variation.table.column(name))) > 1}
        if not needed <= set(told[role]) <= wanted:
            return False
    return True


def split_is_right(found: Detection, variation: Variation) -> bool:
    """Whether the split column, or that there is none, was seen."""
    wanted = variation.extras.get("split")
    return (found.split.column if found.split else None) == wanted
