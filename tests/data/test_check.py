"""Rows become examples; those that cannot are problems with their place."""

import pytest

from data.write import read_text
from studio.data.check import parse_rows
from studio.data.example import Example
from studio.errors import StudioError
from studio.tasks.text_classification import TASK

COLUMNS = {"text": "review", "label": "stars"}


def parsed(table, columns=COLUMNS):
    inputs = [role for role in TASK.inputs if role in columns or role in TASK.required]
    return parse_rows(table, columns, inputs, TASK.target, TASK.parse)


def test_rows_become_examples_and_bad_ones_problems(tmp_path):
    table = read_text(tmp_path, "stars,review\n5, fine \n 1 ,bad\n,no label\n3,\n3,  \n")
    result = parsed(table)
    assert result.examples == [Example(2, {"text": " fine "}, "5"), Example(3, {"text": "bad"}, "1")]
    assert [(p.row, p.column, p.what) for p in result.problems] == [
        (4, "stars", "The label is empty"),
        (5, "review", "The text is empty"),
        (6, "review", "The text is empty"),
    ]
    assert result.notes == ("Spaces around the label were removed in 1 row.",)


def test_without_a_target_column_examples_ask(tmp_path):
    result = parsed(read_text(tmp_path, "review\nfine\nbad\n"), {"text": "review"})
    assert [example.target for example in result.examples] == [None, None]
    assert result.notes == ()


@pytest.mark.parametrize("columns", [{}, {"text": "gone"}, {"text": "review", "label": "gone"}])
def test_a_missing_column_is_said_with_the_choices(tmp_path, columns):
    with pytest.raises(StudioError, match="Pick one of: stars, review"):
        parsed(read_text(tmp_path, "stars,review\n5,fine\n"), columns)


@pytest.mark.parametrize(
    ("text", "fix"), [("review\nfine\nbad\n", "a second column"), ("review,x\nfine,1\n", "another")]
)
def test_a_column_cannot_be_its_own_answer(tmp_path, text, fix):
    with pytest.raises(StudioError, match="The text and the label are the same column, “review”") as told:
        parsed(read_text(tmp_path, text), {"text": "review", "label": "review"})
    assert fix in told.value.fix
