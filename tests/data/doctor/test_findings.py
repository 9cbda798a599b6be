"""The doctor finds what was planted, mends it, and stays quiet on healthy rows."""

import pytest

from data.real import SHARED_DATA
from studio.data.doctor import diagnose
from studio.data.doctor.finding import Finding
from studio.data.doctor.health import health
from studio.data.read import read_table
from studio.tasks import task_named
from studio.tasks.text_classification import TASK

from .patients import beside, found_in, healthy, mended, patient_of, table_of


def test_healthy_rows_are_left_in_peace():
    patient = patient_of(healthy())
    assert found_in(patient) == {}
    assert health([], 40) == "Nothing in these 40 rows speaks against training on them."


def test_one_label_only():
    finding = found_in(patient_of(healthy(["pos"], 40)))["one-label"]
    assert finding.severity == "error"
    assert "“pos” (column “label”)" in finding.text
    assert health([finding], 40) == "This table cannot be trained on yet: only one label."


def test_too_few_rows():
    assert found_in(patient_of(healthy(each=2)))["too-few-rows"].severity == "error"


def test_labels_with_one_row():
    patient = patient_of(beside([("an odd one of its kind", "rare")]))
    finding = found_in(patient)["rare-labels"]
    assert finding.rows == (42,)
    assert "“rare” has one row only" in finding.text
    assert found_in(mended(patient, finding)) == {}


def test_spellings_of_a_label():
    patient = patient_of(beside([
        ("first of the odd ones", "Good"), ("second odd one", "GOOD"), ("third odd one", "very_bad"),
        ("fourth odd one", "Very Bad"), ("fifth odd one", "very_bad"),
    ]))  # fmt: skip
    finding = found_in(patient)["label-spellings"]
    assert finding.severity == "warning"
    assert finding.rows == (42, 43, 45)
    after = mended(patient, finding)
    assert "label-spellings" not in found_in(after)
    assert set(after.labels) == {"good", "bad", "very_bad"}


def test_repeated_rows_and_contradictions():
    texts = healthy()["text"]
    patient = patient_of(beside([(f"{texts[0].upper()} ", "good"), (f" {texts[1]}", "good")]))
    found = found_in(patient)
    assert found["repeated-rows"].rows == (42,)
    assert found["repeated-rows"].severity == "info"
    assert found["contradictions"].rows == (3, 43)
    assert "“bad” in row 3, “good” in row 43" in found["contradictions"].text
    assert 42 not in mended(patient, found["repeated-rows"]).rows
    assert {3, 43}.isdisjoint(mended(patient, found["contradictions"]).rows)


@pytest.mark.parametrize(("few", "severity"), [(8, "info"), (2, "warning")])
def test_imbalance(few, severity):
    columns = healthy(each=30)
    columns["label"] = ["rare" if place < few else "common" for place in range(60)]
    assert found_in(patient_of(columns))["imbalance"].severity == severity


def test_too_many_labels():
    columns = healthy(each=30)
    columns["label"] = [f"label {row // 2 if row < 10 else row}" for row in range(60)]
    assert "55 different labels" in found_in(patient_of(columns))["many-labels"].text


def test_empty_cells_are_named_and_taken_out():
    patient = patient_of(beside([("", "good"), ("  ", "bad"), ("a text without label", " ")]))
    found = found_in(patient)
    assert found["empty-text"].rows == (42, 43)
    assert found["empty-label"].rows == (44,)
    assert found["empty-text"].share == pytest.approx(2 / 43)
    assert "3 rows" not in found["empty-text"].text
    assert found_in(mended(mended(patient, found["empty-text"]), found["empty-label"])) == {}


@pytest.mark.parametrize(
    ("task", "asked", "answer"),
    [
        ("instruction-tuning", "instruction", "response"),
        ("text-to-text", "source", "target"),
    ],
)
def test_answers_to_be_written_that_are_empty_are_named_and_taken_out(task, asked, answer):
    ordinary, each = healthy(each=30)["text"], {asked: [], answer: []}
    each[asked] = ["" if row == 3 else text for row, text in enumerate(ordinary)]
    each[answer] = ["  " if row in (5, 6) else f"Done with {text}." for row, text in enumerate(ordinary)]
    patient = task_named(task).patient(table_of(each), {role: role for role in each})
    found = found_in(patient)
    assert found["empty-text"].rows == (5,)
    assert found["empty-answer"].rows == (7, 8)
    assert found["empty-answer"].title == "Answers that are empty"
    assert found["empty-answer"].fix.title == "Remove 2 rows without answer"
    left = mended(mended(patient, found["empty-text"]), found["empty-answer"])
    assert not {"empty-text", "empty-answer"} & found_in(left).keys()
    assert len(left.table) == 57


def test_an_instruction_needs_no_input_beside_it():
    texts = healthy(each=30)["text"]
    columns = {
        "instruction": texts,
        "input": ["" if row % 2 else f"order {row}" for row in range(60)],
        "response": [f"Done with {text}." for text in texts],
    }
    patient = task_named("instruction-tuning").patient(table_of(columns), {role: role for role in columns})
    assert len(patient.usable) == 60
    assert "empty-text" not in found_in(patient)


def test_errors_come_first():
    columns = healthy(["pos"], 7)
    columns = {name: [*values, *values] for name, values in columns.items()}
    severities = [finding.severity for finding in diagnose(patient_of(columns))]
    assert severities == sorted(severities, key=("error", "warning", "info").index)
    assert severities[0] == "error"


def test_planted_defects_of_a_real_file():
    """The messy ticket file: 11 rows without label, 3 without text, labels in several spellings, repeated rows."""
    path = SHARED_DATA / "messy" / "derived" / "tickets_label_variants_and_gaps.csv"
    if not path.exists():
        return  # the cases above hold the same defects
    found = found_in(TASK.patient(read_table(path), {"text": "text", "label": "label"}))
    assert (found["empty-label"].count, found["empty-text"].count) == (11, 3)
    assert {"label-spellings", "repeated-rows"} <= found.keys()


def test_titles_within_the_sentence_on_the_whole():
    warnings = [
        Finding("markup", "warning", "HTML in texts", ""),
        Finding("same", "warning", "Same text, different labels", ""),
    ]
    assert health(warnings, 40).endswith("worth a look first: HTML in texts; same text, different labels.")
