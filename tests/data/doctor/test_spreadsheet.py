"""What spreadsheets leave behind."""

from dataclasses import replace

import pytest

from studio.data.doctor.spreadsheet import cut_table

from .patients import beside, found_in, healthy, mended, patient_of, table_of


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("sheet-errors", "#REF!"), ("sheet-errors", "#NAME?"), ("formulas", "=SUM(A1:A9)"), ("formulas", "=B2&C2"),
        ("formulas", '=IF(A1>3,"x","y")'),
    ],
)  # fmt: skip
def test_found_and_taken_out(kind, cell):
    patient = patient_of(beside([(cell, "good")]))
    finding = found_in(patient)[kind]
    assert finding.rows == (42,)
    assert f"“{cell}” (row 42)" in finding.text
    assert kind not in found_in(mended(patient, finding))


@pytest.mark.parametrize(
    "text", ["=) thank you", "= is a sign", "#refund please", "1.5E3 of them", "e=mc²", "=== a line"]
)
def test_ordinary_texts(text):
    assert found_in(patient_of(beside([(text, "good")]))) == {}


def test_a_text_that_was_cut_off():
    long = "".join(chr(97 + place * 7 % 26) + " " * (place % 5 == 0) for place in range(40_000))
    patient = patient_of(beside([(long[:32_767], "good"), (long[-32_766:], "bad")]))
    assert found_in(patient)["cut-cells"].rows == (42,)


def test_a_full_sheet():
    patient = patient_of({"text": ["a text"] * 65_535, "label": ["good"] * 65_535})
    assert [finding.kind for finding in cut_table(patient)] == ["cut-table"]
    assert not list(cut_table(patient_of(healthy())))


def test_numbers_that_were_shortened():
    columns = {**healthy(), "order": ["1.23E+15", *(str(place) for place in range(39))]}
    patient = replace(patient_of(columns), roles={"text": ("text",), "label": ("label",), "id": ("order",)})
    assert found_in(patient)["scientific-numbers"].rows == (2,)


def test_zeros_that_were_lost():
    numbers = [f"{place * 7919 % 100_000:05d}" for place in range(1, 201)]
    columns = healthy(each=100)
    table = table_of({**columns, "zip": [number.lstrip("0") for number in numbers]})
    found = found_in(replace(patient_of(columns), table=table))
    assert found["lost-zeros"].severity == "info"
    assert set(found["lost-zeros"].rows) == {row for row, number in enumerate(numbers, 2) if number[0] == "0"}
    assert "lost-zeros" not in found_in(replace(patient_of(columns), table=table_of({**columns, "zip": numbers})))
