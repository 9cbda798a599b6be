"""The split: seeded, in proportion, the same text never in two parts, rare labels trained on, tests left alone."""

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.real import SHARED_DATA
from studio.data.alike import same_text
from studio.data.example import Example
from studio.data.read import read_table
from studio.data.split import LEAST_ROWS, MOST_VALIDATION, split
from studio.data.wishes import Wishes
from studio.errors import StudioError
from studio.tasks.rows import examples_of
from studio.tasks.text_classification import TASK

HOW = {"validation_share": 0.1, "test_share": 0.1, "seed": 1}


def rows_of(counts, start=2):
    labels = [label for label, count in counts.items() for _ in range(count)]
    return [Example(row, {"text": f"text {row}"}, label) for row, label in enumerate(labels, start)]


def by_label(examples):
    return Counter(example.target for example in examples)


def test_proportions_hold_for_each_label():
    counts = {"a": 200, "b": 37, "c": 4, "d": 15}
    parts = split(rows_of(counts), **HOW)
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (204, 26, 26)
    for label, count in counts.items():
        for part in (parts.validation, parts.test):
            assert abs(by_label(part)[label] - 0.1 * count) <= 1
    assert [example.row for example in parts.train] == sorted(example.row for example in parts.train)


def test_the_seed_decides():
    rows = rows_of({"a": 50, "b": 50})
    assert split(rows, **HOW) == split(rows, **HOW)
    assert split(rows, **HOW) != split(rows, **{**HOW, "seed": 2})


def test_a_rare_label_stays_in_training_and_is_told():
    parts = split([*rows_of({"a": 40, "b": 40}), Example(900, {"text": "odd"}, "rare")], **HOW)
    assert by_label(parts.train)["rare"] == 1
    assert parts.notes == ("No test rows for “rare”: the report cannot say how well they are learned.",)


def test_the_same_text_is_in_one_part_only():
    rows = [
        Example(row, {"text": f"Text  {row // 5}" if row % 2 else f"TEXT {row // 5}"}, "ab"[row // 5 % 2])
        for row in range(200)
    ]
    parts = split(rows, **HOW)
    places = defaultdict(set)
    for name in ("train", "validation", "test"):
        for example in getattr(parts, name):
            places[same_text(example)].add(name)
    assert all(len(names) == 1 for names in places.values())
    assert len(parts.validation) == len(parts.test) == 20


def test_a_label_that_only_contradicts_is_trained_on():
    rows = rows_of({"a": 30, "b": 30})
    odd = Example(900, {"text": "text 5"}, "odd")
    for seed in range(20):
        parts = split([*rows, odd], **{**HOW, "seed": seed})
        assert by_label(parts.train)["odd"] == 1


def test_validation_is_limited():
    parts = split(rows_of({"a": 15_000, "b": 15_000}), **HOW)
    assert len(parts.validation) == MOST_VALIDATION
    assert len(parts.test) == 3000
    assert "limited to 2,000 rows" in parts.notes[0]


def test_a_separate_test_set_is_left_alone():
    rows, test = rows_of({"a": 40, "b": 40}), rows_of({"a": 5, "b": 5}, start=500)
    test += [Example(600, {"text": "TEXT 2 "}, "a"), Example(601, {"text": "new"}, "unknown")]
    parts = split(rows, **HOW, test=test)
    assert parts.test == test
    assert len(parts.train) + len(parts.validation) == 79
    assert 2 not in {example.row for example in (*parts.train, *parts.validation)}
    assert parts.notes == (
        "1 row left out of training because the same text is in the test rows.",
        "Never trained on, but in the test file: “unknown”; 1 test row cannot be answered right.",
    )


@pytest.mark.parametrize(
    ("rows", "how", "said"),
    [
        (rows_of({"a": 4, "b": 3}), {}, "only 7 usable rows"),
        (rows_of({"a": 40}), {}, "Every row has the label “a”"),
        (rows_of({str(i): 1 for i in range(20)}), {}, "too few different texts"),
        ([Example(i, {"text": "same"}, "ab"[i % 2]) for i in range(20)], {}, "too few different texts"),
        (rows_of({"a": 40, "b": 40}), {"validation_share": 0.5, "test_share": 0.5}, "100.0 % of the rows"),
        ([*rows_of({"a": 40, "b": 40}), Example(99, {"text": "x"})], {}, "no answer to learn from (row 99)"),
        (rows_of({"a": 40, "b": 40}), {"test": []}, "no usable rows"),
        (rows_of({"a": 40, "b": 40}), {"test": [Example(7, {"text": "x"})]}, "row 7"),
        (rows_of({"a": 40, "b": 40}), {"test": rows_of({"a": 40, "b": 40})}, "only 0 usable rows"),
    ],
)
def test_what_cannot_be_split_is_said(rows, how, said):
    with pytest.raises(StudioError) as refusal:
        split(rows, **{**HOW, **how})
    assert said in str(refusal.value)
    assert refusal.value.fix


def test_a_column_that_leaves_too_few_groups_is_named():
    rows = rows_of({"a": 40, "b": 40})
    wishes = Wishes(together={each.row: "xy"[each.row % 2] for each in rows}, group="customer")
    with pytest.raises(StudioError, match="the column “customer” keeps them together in 2 groups"):
        split(rows, **HOW, wishes=wishes)


def test_targets_that_are_no_labels():
    rows = [Example(row, {"text": f"text {row}"}, f"Satz {row}") for row in range(100)]
    parts = split(rows, **HOW, stratify=False)
    assert (len(parts.train), len(parts.validation), len(parts.test), parts.notes) == (80, 10, 10, ())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abcdefgh")), min_size=1, max_size=120),
    st.floats(0.01, 0.5),
    st.floats(0.01, 0.5),
    st.integers(0, 99),
)
def test_any_rows(texts, validation_share, test_share, seed):
    """Every row in exactly one part, no text in two, every label trained on; or a sentence why not."""
    rows = [Example(row, {"text": f"text {text}"}, label) for row, (text, label) in enumerate(texts, 2)]
    try:
        parts = split(rows, validation_share=validation_share, test_share=test_share, seed=seed)
    except StudioError:
        return  # what is refused, and how, is tested above
    everywhere = [*parts.train, *parts.validation, *parts.test]
    assert sorted(example.row for example in everywhere) == [example.row for example in rows]
    texts_of = [{same_text(example) for example in part} for part in (parts.train, parts.validation, parts.test)]
    assert len(set.union(*texts_of)) == sum(map(len, texts_of))
    assert by_label(parts.train).keys() == by_label(rows).keys()
    assert parts.validation
    assert parts.test
    assert len(rows) >= LEAST_ROWS


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=2, max_size=12), st.integers(0, 99))
def test_any_label_counts(counts, seed):
    """Without repeated texts, every label is within a row of its share, even one with a single row."""
    rows = rows_of({f"label {i}": count for i, count in enumerate(counts)})
    try:
        parts = split(rows, **{**HOW, "seed": seed})
    except StudioError:
        assert len(rows) < LEAST_ROWS or max(counts) < 3
        return
    for part, total in (
        (parts.validation, max(1, round(0.1 * len(rows)))),
        (parts.test, max(1, round(0.1 * len(rows)))),
    ):
        assert len(part) <= total
        for label, count in by_label(rows).items():
            assert abs(by_label(part)[label] - total * count / len(rows)) <= 1


def test_the_official_split_of_a_real_set():
    """banking77 shares a few texts between its files; those leave training, and the test file stays whole."""
    files = [SHARED_DATA / f"intent_banking77_{part}.csv" for part in ("train", "test")]
    if not files[0].exists():
        return  # the separate test set above is the same case
    columns = {"text": "text", "label": "category"}
    train, test = (examples_of(TASK, read_table(file), columns).examples for file in files)
    parts = split(train, **HOW, test=test)
    assert parts.test == test
    assert "left out of training because the same text is in the test rows" in parts.notes[0]
    assert len(by_label(parts.train)) == 77
