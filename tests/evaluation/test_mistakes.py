import csv
import io

import pytest

from studio.data.example import Example
from studio.data.formulas import formula_safe, to_csv
from studio.evaluation.mistakes import answers_csv, mistakes_csv, worst_mistakes
from studio.tasks.task import Answer

EXAMPLES = [
    Example(2, {"text": "fine"}, "good"),
    Example(3, {"text": '=HYPERLINK("http://x")'}, "good"),
    Example(5, {"text": "line\nbreak"}, "@bad"),
    Example(9, {"text": "meh"}, "good"),
]
ANSWERS = [
    Answer("good", {"good": 0.9, "@bad": 0.1}),
    Answer("@bad", {"good": 0.4, "@bad": 0.6}),
    Answer("good", {"good": 0.99, "@bad": 0.01}),
    Answer("@bad", {"good": 0.4, "@bad": 0.6}),
]


def test_the_surest_mistakes_come_first():
    assert [mistake.row for mistake in worst_mistakes(EXAMPLES, ANSWERS)] == [5, 3, 9]
    first = worst_mistakes(EXAMPLES, ANSWERS, 1)
    assert [(m.truth, m.answer, m.confidence, m.inputs) for m in first] == [
        ("@bad", "good", 0.99, {"text": "line\nbreak"})
    ]


def test_the_csv_of_mistakes_is_safe_in_a_spreadsheet():
    rows = list(csv.reader(io.StringIO(mistakes_csv(EXAMPLES, ANSWERS).decode("utf-8-sig"), newline="")))
    assert rows[0] == ["row", "text", "right", "answer", "confidence"]
    assert rows[1] == ["5", "line\nbreak", "'@bad", "good", "0.9900"]
    assert rows[2] == ["3", '\'=HYPERLINK("http://x")', "good", "'@bad", "0.6000"]


def test_the_csv_of_answers_has_every_row():
    rows = list(csv.reader(io.StringIO(answers_csv(EXAMPLES, [*ANSWERS[:3], Answer("?")]).decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["row", "2", "3", "5", "9"]
    assert rows[4][-1] == ""


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"])
def test_every_start_of_a_formula_is_neutralized(sign):
    assert formula_safe(f"{sign}1") == f"'{sign}1"


@pytest.mark.parametrize("cell", ["", "text", " =1", "a=b", "1-2", "'quoted", "😀"])
def test_other_cells_stay_as_they_are(cell):
    assert formula_safe(cell) == cell


def test_numbers_are_no_formulas():
    assert to_csv(["a"], [[-1.5], ["-1.5"]]).decode("utf-8-sig").splitlines() == ["a", "-1.5", "'-1.5"]
