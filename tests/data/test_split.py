"""The split: seeded, in proportion, the same text never in two parts, rare labels trained on, tests left alone."""

import random
from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.real import SHARED_DATA
from studio.data.alike import same_text
from studio.data.check import parse_rows
from studio.data.example import Example
from studio.data.read import read_table
from studio.data.split import LEAST_ROWS, MOST_VALIDATION, split
from studio.data.wishes import Wishes
from studio.errors import StudioError
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
        (rows_of({"a": 40, "b": 40}), {"validation_share": 0.5, "test_share": 0.5}, "100% of the rows"),
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


def letters(count, start=2):
    draw = random.Random(start)
    words = [f"word{n}" for n in range(900)]
    return [Example(start + n, {"text": " ".join(draw.sample(words, 60))}, "ab"[n % 2]) for n in range(count)]


@pytest.mark.parametrize("change", ["{} word9", "{}!", "Re: {}"])
@pytest.mark.parametrize("part", ["a file", "test", "validation"])
def test_what_given_rows_nearly_say_is_not_trained_on(change, part):
    rows = letters(60)
    held = [Example(500 + n, {"text": change.format(rows[n].inputs["text"])}, rows[n].target) for n in range(10)]
    if part == "a file":
        parts = split(rows, **HOW, test=held)
    else:
        parts = split([*rows, *held], **HOW, wishes=Wishes(named={each.row: part for each in held}))
    seen = parts.train if part == "validation" else [*parts.train, *parts.validation]
    assert not {each.row for each in seen} & {each.row for each in rows[:10]}
    assert "10 rows left out of training because" in parts.notes[0]


def test_rows_after_one_pattern_stay_beside_a_test_file_and_that_is_told():
    text = letters(1)[0].inputs["text"]
    rows = [Example(2 + n, {"text": f"{text} {n}"}, "ab"[n % 2]) for n in range(40)]
    parts = split(rows, **HOW, test=[Example(500 + n, {"text": f"{text} x{n}"}, "ab"[n % 2]) for n in range(4)])
    assert len(parts.train) + len(parts.validation) == 40
    assert "40 rows of training say nearly the same as test rows: too many to leave out." in parts.notes


def test_validation_rows_that_are_all_in_the_test_are_told_as_such():
    rows = letters(60)
    named = {row.row: "test" for row in rows[:5]} | {900 + n: "validation" for n in range(5)}
    again = [Example(900 + n, rows[n].inputs, rows[n].target) for n in range(5)]
    with pytest.raises(StudioError, match="Every validation row has the same text as a test row"):
        split([*rows, *again], **HOW, wishes=Wishes(named=named))


def test_nearly_the_same_text_is_in_one_part_only():
    rows = []
    for n in range(60):
        text = f"the parcel with number {n} came late to house {n * 7}, and nobody answered my letters about it"
        rows += [
            Example(2 * n, {"text": text}, "ab"[n % 2]),
            Example(2 * n + 1, {"text": f"{text.upper()} !!"}, "ab"[n % 2]),
        ]
    for seed in range(3):
        parts = split(rows, **{**HOW, "seed": seed})
        for part in (parts.train, parts.validation, parts.test):
            assert all(example.row ^ 1 in {each.row for each in part} for example in part)


def test_long_texts_that_share_most_words_stay_together():
    draw = random.Random(3)
    words = [f"word{n}" for n in range(900)]
    rows = []
    for n in range(40):
        text = draw.sample(words, 60)
        other = [*text[:58], "something", "else"]
        rows += [
            Example(2 * n, {"text": " ".join(text)}, "ab"[n % 2]),
            Example(2 * n + 1, {"text": " ".join(other)}, "ab"[n % 2]),
        ]
    parts = split(rows, **HOW)
    for part in (parts.train, parts.validation, parts.test):
        assert all(example.row ^ 1 in {each.row for each in part} for example in part)


def test_letters_written_after_one_pattern_can_be_split_all_the_same():
    pattern = (
        "dear customer, we thank you for your order and are glad to tell you that it will leave our house soon " * 3
    )
    rows = [Example(n, {"text": f"{pattern} number {n}"}, "ab"[n % 2]) for n in range(200)]
    parts = split(rows, **HOW)
    assert (len(parts.validation), len(parts.test)) == (20, 20)


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
    train, test = (
        parse_rows(read_table(file), columns, TASK.inputs, TASK.target, TASK.parse).examples for file in files
    )
    parts = split(train, **HOW, test=test)
    assert parts.test == test
    assert "left out of training because the same text is in the test rows" in parts.notes[0]
    assert len(by_label(parts.train)) == 77
