"""What given test and validation rows keep out of training: the same text, nearly the same, and what belongs together with them."""

import pytest

from data.test_companions import HOW, letters
from studio.data.example import Example
from studio.data.split import split
from studio.data.wishes import Wishes
from studio.errors import StudioError


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


@pytest.mark.parametrize("part", ["test", "validation"])
def test_customers_of_named_rows_are_not_trained_on(part):
    rows = letters(300)
    together = {each.row: f"customer {n // 3}" for n, each in enumerate(rows)}
    wishes = Wishes(named={each.row: part for each in rows[:31:3]}, together=together, group="who")
    parts = split(rows, **HOW, wishes=wishes)
    theirs = {together[each.row] for each in getattr(parts, part)}
    assert not theirs & {together[each.row] for each in parts.train}
    assert f"22 rows left out of training because {part} rows have the same “who”." in parts.notes


def test_customers_of_most_rows_stay_and_that_is_told():
    rows = letters(60)
    wishes = Wishes(
        named={each.row: "test" for each in rows[::10]}, together={each.row: "x" for each in rows[:40]}, group="who"
    )
    parts = split(rows, **HOW, wishes=wishes)
    assert len(parts.train) + len(parts.validation) == 54
    assert "36 rows of training share their “who” with test rows: too many to leave out." in parts.notes


def test_a_separate_test_file_has_row_numbers_of_its_own():
    rows, test = letters(60), letters(10, start=900)
    test = [Example(2 + n, each.inputs, each.target) for n, each in enumerate(test)]
    parts = split(rows, **HOW, test=test, wishes=Wishes(together={each.row: "x" for each in rows[:20]}, group="who"))
    assert len(parts.train) + len(parts.validation) == 60
