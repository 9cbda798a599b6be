"""Every layout is found in a made table: under names that say it, mostly under names that say nothing, beside other columns."""

import uuid

import pytest

from data.detect.made import cycle, every_layout, renamed, table
from studio.data.detect import Detection, detect

MADE = every_layout()
NOT_BLIND = {"relevance", "two texts, score", "question answering with start", "instructions with input"}
"""Without names these look like something else, or which text comes first or that a column is a title does not show."""
each = pytest.mark.parametrize("name", MADE)


def said(found: Detection) -> tuple[str, str, dict[str, str | tuple[str, ...]]]:
    return found.task, found.layout, found.roles


@each
def test_names_and_contents_together(name: str) -> None:
    seen, task, layout, roles = MADE[name]
    found = detect(seen)
    assert said(found) == (task, layout, roles)
    assert found.confidence >= 0.75
    assert "“" in found.reason
    assert found.reason.endswith(".")
    assert len(found.alternatives) <= 4
    sure = [found.confidence, *(other.confidence for other in found.alternatives)]
    assert sure == sorted(sure, reverse=True)
    assert found.columns | found.ignored.keys() | ({found.split.column} if found.split else set()) == set(seen.columns)


@each
def test_contents_alone(name: str) -> None:
    seen, task, layout, roles = MADE[name]
    blind = {column: f"c{place}" for place, column in enumerate(seen.columns)}
    found = detect(renamed(seen, list(blind.values())))
    expected = {
        role: blind[columns] if isinstance(columns, str) else tuple(blind[column] for column in columns)
        for role, columns in roles.items()
    }
    if name not in NOT_BLIND:
        assert said(found) == (task, layout, expected)
    elif found.task != task:
        assert found.confidence < 0.6


@each
def test_other_columns_do_not_matter(name: str) -> None:
    seen, task, layout, roles = MADE[name]
    count = len(seen)
    beside = table(
        record=[str(number) for number in range(1, count + 1)],
        key=[str(uuid.UUID(int=number * 7919, version=4)) for number in range(count)],
        created=[f"2024-0{1 + number % 9}-1{number % 10} 10:00" for number in range(count)],
        link=[f"https://example.com/{number}" for number in range(count)],
        remarks=["look again" if number % 5 == 0 else "" for number in range(count)],
        version=["v2"] * count,
        nothing=[""] * count,
        subset=cycle(("train", "train", "dev", "test"), count),
    )
    cells = seen.cells
    for column in beside.columns:
        cells = cells.append_column(column, beside.cells.column(column))
    found = detect(type(seen)(cells, seen.rows, seen.reading))
    assert said(found) == (task, layout, roles)
    assert found.split is not None
    assert found.split.column == "subset"
    assert found.split.parts == {"train": "train", "dev": "validation", "test": "test"}
    reasons = found.ignored
    assert reasons["nothing"] == "is empty"
    assert "same value" in reasons["version"]
    assert reasons["record"] == "numbers its rows"
    assert "identifiers" in reasons["key"]
    assert "dates" in reasons["created"]
    assert "addresses" in reasons["link"]
    assert "notes" in reasons["remarks"]
    assert "part" in reasons["subset"]


def test_what_stands_between_labels_is_told() -> None:
    assert detect(MADE["labels in a cell"][0]).separator == ";"
    assert detect(MADE["labels in a list"][0]).separator == "json"
    assert detect(MADE["label"][0]).separator == ""
