"""Quotations of what stands in a file: short, in one line, and harmless to the sentence around them."""

from data.doctor.patients import found_in, healthy, table_of
from studio.data.doctor.finding import Patient
from studio.data.doctor.report import as_text
from studio.data.phrases import in_quotes, shortened


def test_marks_of_direction_are_left_out():
    assert shortened("a\u202eb\u2066c\u200fd\u061ce") == "abcde"
    assert shortened("\u05e9\u05dc\u05d5\u05dd") == "\u05e9\u05dc\u05d5\u05dd"


def test_long_column_names_are_cut_in_sentences():
    assert in_quotes("text") == "“text”"
    long = "a very long name " * 10
    assert len(in_quotes(long)) == 62
    columns = healthy()
    text = [*columns["text"][:-4], "", "nan", "=SUM(A1:A5)", "1,5E+10"]
    names = {long: text, f"{long}, label": ["good"] * 36 + ["bad"] * 3 + [""]}
    patient = Patient(table_of(names), texts=(long,), label=f"{long}, label")
    found = found_in(patient)
    assert len(found) >= 4
    assert not [each for each in found.values() if long.strip() in each.text]
    assert long.strip() not in as_text(patient.table, list(found.values()))
