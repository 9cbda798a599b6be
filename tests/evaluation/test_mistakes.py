import csv
import io

import numpy as np
import pytest

from studio.data.example import Example
from studio.data.formulas import formula_safe, to_csv
from studio.evaluation.mistakes import answers_csv, mistakes_csv, worst_mistakes
from studio.tasks import task_named
from studio.tasks.task import Answer, Metric

LABELS, NAMES = task_named("text-classification"), ("good", "@bad")
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
    assert worst_mistakes(LABELS, NAMES, EXAMPLES, ANSWERS) == [2, 1, 3]
    assert worst_mistakes(LABELS, NAMES, EXAMPLES, ANSWERS, 1) == [2]


class Numbers(type(LABELS)):
    """Answers are numbers; a row's error is what it adds to the sum."""

    has_labels, answers_as = False, "number"
    metrics = (Metric("fit", "Fit", ""), Metric("error", "Error", "", best="min", unit="points"))

    def counts(self, answers, examples, labels):
        pairs = zip(answers, examples, strict=True)
        return np.array([[1.0, abs(float(answer.value) - float(example.target))] for answer, example in pairs])

    def measure(self, sums, labels):
        return {"fit": sums[..., 0] * np.nan, "error": sums[..., 1] / sums[..., 0]}

    def show(self, value):
        return f"{float(value):.1f}" if value else ""


def test_the_furthest_from_the_right_number_comes_first():
    examples = [Example(row, {"text": "x"}, right) for row, right in ((2, "1"), (3, "2.0"), (4, "3"), (5, None))]
    answers = [Answer("1.5"), Answer("2"), Answer("9"), Answer("1")]
    assert worst_mistakes(Numbers(), (), examples, answers) == [2, 0], (
        "2 is 2.0, and a row without a number is no mistake"
    )
    rows = list(csv.reader(io.StringIO(mistakes_csv(Numbers(), (), examples, answers).decode("utf-8-sig"))))
    assert rows[0] == ["row", "text", "right", "right_raw", "answer", "answer_raw"]
    assert rows[1] == ["4", "x", "3.0", "3", "9.0", "9"]


def test_the_csv_of_mistakes_is_safe_in_a_spreadsheet():
    text = mistakes_csv(LABELS, NAMES, EXAMPLES, ANSWERS).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["row", "text", "right", "answer", "confidence"]
    assert rows[1] == ["5", "line\nbreak", "'@bad", "good", "0.9900"]
    assert rows[2] == ["3", '\'=HYPERLINK("http://x")', "good", "'@bad", "0.6000"]


def test_the_csv_of_answers_has_every_row():
    text = answers_csv(LABELS, EXAMPLES, [*ANSWERS[:3], Answer("?")]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows] == ["row", "2", "3", "5", "9"]
    assert rows[4][-1] == ""


def test_confidence_over_several_labels_is_an_object():
    answer = Answer('["good"]', {"good": 0.91234, "@bad": 0.2})
    text = answers_csv(LABELS, EXAMPLES[:1], [answer]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1][-1] == '{"good": 0.9123, "@bad": 0.2}'


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"])
def test_every_start_of_a_formula_is_neutralized(sign):
    assert formula_safe(f"{sign}1") == f"'{sign}1"


@pytest.mark.parametrize("cell", ["", "text", " =1", "a=b", "1-2", "'quoted", "😀"])
def test_other_cells_stay_as_they_are(cell):
    assert formula_safe(cell) == cell


def test_numbers_are_no_formulas():
    assert to_csv(["a"], [[-1.5], ["-1.5"]]).decode("utf-8-sig").splitlines() == ["a", "-1.5", "'-1.5"]
