"""Parts that a column names, rows that stay together, and an order in time."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.doctor.patients import table_of
from studio.data.example import Example
from studio.data.split import split
from studio.data.wishes import PARTS, Wishes, part_of, wishes
from studio.errors import StudioError

HOW = {"validation_share": 0.15, "test_share": 0.2, "seed": 3}


def rows_of(count, labels="ab"):
    return [Example(row, {"text": f"text number {row}"}, labels[row % len(labels)]) for row in range(2, 2 + count)]


def rows_in(examples):
    return {example.row for example in examples}


@pytest.mark.parametrize("value", ["TRAIN", " Train ", "train-set", "Validation", "dev", "VALID", "Test", "hold-out"])
def test_parts_are_known_in_any_spelling(value):
    assert part_of(value) in set(PARTS.values())


def test_a_column_names_the_parts():
    rows = rows_of(60)
    names = ["Test" if n % 5 == 0 else "dev" if n % 5 == 1 else "train" for n in range(60)]
    made = wishes(table_of({"set": names}), part="set")
    parts = split(rows, **HOW, wishes=made)
    for examples, name in ((parts.train, "train"), (parts.validation, "dev"), (parts.test, "Test")):
        assert rows_in(examples) == {row.row for row, said in zip(rows, names, strict=True) if said == name}
    assert parts.notes == ()


def test_what_is_not_named_is_dealt_out_and_said():
    rows = rows_of(60)
    names = ["test" if n < 10 else "train" if n < 40 else "?" for n in range(60)]
    parts = split(rows, **HOW, wishes=wishes(table_of({"set": names}), part="set"))
    assert rows_in(parts.test) == set(range(2, 12))
    assert len(parts.validation) == round(0.15 * 50)
    assert any("20 rows with “?”" in note for note in parts.notes)


def test_a_text_in_two_named_parts_leaves_training():
    rows = [*rows_of(60), Example(99, {"text": "TEXT number 2"}, "a")]
    made = Wishes(named={row.row: "test" if row.row < 12 else "train" for row in rows})
    parts = split(rows, **HOW, wishes=made)
    assert 99 not in rows_in([*parts.train, *parts.validation])
    assert any("1 row left out" in note for note in parts.notes)


def test_a_test_file_goes_before_named_parts():
    rows = rows_of(60)
    made = Wishes(named={row.row: "test" if row.row < 12 else "train" for row in rows})
    test = [Example(5, {"text": "another text"}, "a"), Example(6, {"text": "one more"}, "b")]
    assert split(rows, **HOW, test=test, wishes=made).test == test


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 15), min_size=20, max_size=80), st.integers(0, 9))
def test_rows_of_one_customer_stay_together(customers, seed):
    rows = rows_of(len(customers))
    together = {row.row: str(customer) for row, customer in zip(rows, customers, strict=True)}
    try:
        parts = split(rows, **{**HOW, "seed": seed}, wishes=Wishes(together=together))
    except StudioError:
        return
    seen = [{together[example.row] for example in part} for part in (parts.train, parts.validation, parts.test)]
    assert not seen[0] & seen[1] | seen[0] & seen[2] | seen[1] & seen[2]
    assert sum(map(len, (parts.train, parts.validation, parts.test))) == len(rows)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%dT%H:%M:%S", "%B %d, %Y"])
def test_the_latest_rows_are_the_test(form):
    from datetime import datetime, timedelta

    rows = rows_of(60)
    days = [datetime(2025, 1, 1) + timedelta(days=7 * n) for n in range(60)]
    order = list(range(60))
    random.Random(1).shuffle(order)
    made = wishes(table_of({"day": [days[place].strftime(form) for place in order]}), time="day")
    parts = split(rows, **HOW, wishes=made)
    when = dict(zip((row.row for row in rows), order, strict=True))
    latest = [sorted(when[example.row] for example in part) for part in (parts.train, parts.validation, parts.test)]
    assert [len(each) for each in latest] == [39, 9, 12]
    assert latest[0][-1] < latest[1][0]
    assert latest[1][-1] < latest[2][0]


@pytest.mark.parametrize(
    ("columns", "how", "said"),
    [
        ({"set": ["a", "b"]}, {"part": "set"}, "cannot decide the split"),
        ({"day": ["soon", "later"]}, {"time": "day"}, "holds no dates"),
        ({"x": ["a"]}, {"group": "customer"}, "no column “customer”"),
    ],
)
def test_columns_that_say_nothing_are_refused(columns, how, said):
    with pytest.raises(StudioError, match=said):
        wishes(table_of(columns), **how)


def test_the_order_of_columns_changes_nothing():
    table = table_of({"set": ["train"] * 9, "x": list("abcdefghi")})
    other = table_of({"x": list("abcdefghi"), "set": ["train"] * 9})
    assert wishes(table, part="set", group="x") == wishes(other, part="set", group="x")
