"""Rows below a table that add it up: found at the end only, and only where nothing else can be meant."""

import pytest

from .patients import found_in, healthy, mended, patient_of


def with_last(**cells):
    columns = healthy() | {"amount": [str(place % 7) for place in range(40)]}
    return {name: [*values, cells.get(name, "")] for name, values in columns.items()}


@pytest.mark.parametrize("word", ["Total", "Sum", "Summe", "Gesamt:", "GRAND TOTAL", "Итого", "合计"])
@pytest.mark.parametrize("column", ["text", "label"])
def test_a_total_at_the_end(word, column):
    patient = patient_of(with_last(**{column: word}, amount="1,234.50"))
    finding = found_in(patient)["totals"]
    assert finding.rows == (42,)
    assert finding.fix.title == "Remove 1 row that adds up others"
    assert found_in(mended(patient, finding)) == {}


def test_two_of_them():
    columns = with_last(text="Total", amount="117")
    columns = {name: [*values, cell] for (name, values), cell in zip(columns.items(), ["Mean", "", "2.9"], strict=True)}
    assert found_in(patient_of(columns))["totals"].rows == (42, 43)


def test_without_an_empty_cell_the_number_has_to_be_the_sum():
    columns = healthy() | {"label": [str(1 + place % 5) for place in range(40)]}
    for said, is_total in (("120", True), ("3", True), ("40", True), ("5", False), ("x", False)):
        rows = {"text": [*columns["text"], "Total"], "label": [*columns["label"], said]}
        assert ("totals" in found_in(patient_of(rows))) == is_total, said


@pytest.mark.parametrize(
    "cells",
    [
        {"text": "Total loss of time", "amount": "5"},
        {"text": "Total", "label": "good", "amount": "5"},
        {"text": "Total", "amount": "much"},
        {"text": "Total"},
        {"label": "good", "amount": "5"},
    ],
)
def test_other_rows_at_the_end(cells):
    assert "totals" not in found_in(patient_of(with_last(**cells)))


def test_a_total_further_above_is_a_row():
    columns = {name: values[::-1] for name, values in with_last(text="Total", amount="117").items()}
    assert "totals" not in found_in(patient_of(columns))
