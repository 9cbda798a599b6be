"""The doctor finds what was planted, and stays quiet on healthy rows."""

import pytest

from data.real import SHARED_DATA
from data.write import read_text
from studio.data.check import findings, parse_rows
from studio.data.example import Example
from studio.data.read import read_table
from studio.errors import StudioError
from studio.tasks.text_classification import TASK

COLUMNS = {"text": "review", "label": "stars"}


def healthy(labels=("good", "bad"), each=20):
    return [
        Example(row, {"text": f"text number {row}"}, labels[row % len(labels)])
        for row in range(2, 2 + each * len(labels))
    ]


def look(examples, **how):
    return {finding.title: finding for finding in findings(examples, TASK.labels(examples), **how)}


def parsed(table, columns=COLUMNS):
    return parse_rows(table, columns, TASK.inputs, TASK.target, TASK.parse)


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


def test_healthy_rows_are_left_in_peace():
    assert look(healthy()) == {}


def test_one_label_only():
    finding = look(healthy(["pos"]), target_column="stars")["Only one label"]
    assert finding.severity == "error"
    assert "“pos” (column 'stars')" in finding.text


def test_too_few_rows():
    assert look(healthy(each=2))["Too few rows"].severity == "error"


def test_labels_with_one_row():
    finding = look([*healthy(), Example(99, {"text": "odd one"}, "rare")])["Labels with one row"]
    assert finding.rows == (99,)
    assert "“rare” has one row only" in finding.text


def test_spellings_of_a_label():
    rows = [
        Example(90, {"text": "a"}, "Good"),
        Example(91, {"text": "b"}, "GOOD"),
        Example(92, {"text": "c"}, "very_bad"),
    ]
    rows += [Example(93, {"text": "d"}, "Very Bad"), Example(94, {"text": "e"}, "very_bad")]
    finding = look([*healthy(), *rows])["Labels spelled in different ways"]
    assert finding.severity == "warning"
    assert finding.rows == (90, 91, 93)


def test_repeated_rows_and_contradictions():
    rows = [Example(90, {"text": "Text  NUMBER 2"}, "good"), Example(91, {"text": "text number 3 "}, "good")]
    found = look([*healthy(), *rows])
    assert found["Repeated rows"].rows == (90,)
    assert found["Repeated rows"].severity == "info"
    assert found["Same text, different labels"].rows == (3, 91)
    assert "“bad” in row 3, “good” in row 91" in found["Same text, different labels"].text


@pytest.mark.parametrize(("few", "severity"), [(8, "info"), (2, "warning")])
def test_imbalance(few, severity):
    rows = [Example(row, {"text": f"t{row}"}, "rare" if row < few else "common") for row in range(60)]
    assert look(rows)["Labels of very different size"].severity == severity


def test_too_many_labels():
    rows = [Example(row, {"text": f"t{row}"}, f"label {row // 2 if row < 10 else row}") for row in range(60)]
    assert "55 different labels" in look(rows)["Very many labels"].text


def test_rows_left_out_are_grouped(tmp_path):
    result = parsed(read_text(tmp_path, "stars,review\n5,fine\n,no label\n,none\n"))
    finding = look(result.examples, problems=result.problems)["The label is empty"]
    assert finding.rows == (3, 4)
    assert "2 rows cannot be used (column 'stars')" in finding.text


def test_errors_come_first():
    severities = [finding.severity for finding in findings([*healthy(["pos"], 7), *healthy(["pos"], 7)], ("pos",))]
    assert severities == sorted(severities, key=("error", "warning", "info").index)
    assert severities[0] == "error"


def test_planted_defects_of_a_real_file():
    """The messy ticket file: 11 rows without label, 3 without text, labels in several spellings, repeated rows."""
    path = SHARED_DATA / "messy" / "derived" / "tickets_label_variants_and_gaps.csv"
    if not path.exists():
        return  # the cases above hold the same defects
    result = parsed(read_table(path), {"text": "text", "label": "label"})
    empty = [problem.what for problem in result.problems]
    assert (empty.count("The label is empty"), empty.count("The text is empty")) == (11, 3)
    found = look(result.examples, problems=result.problems)
    assert {"Labels spelled in different ways", "Repeated rows"} <= found.keys()
