"""Words that stand for a missing value are told, and the rows taken out; words that people mean are not."""

import pytest

from data.doctor.patients import beside, found_in, mended, patient_of


@pytest.mark.parametrize("word", ["NaN", "N/A", "NULL", "null", " nan ", "undefined"])
def test_placeholders_are_found_in_texts_and_labels(word):
    patient = patient_of(beside([(word, "good"), ("an odd one of its kind", word), ("another odd one, again", word)]))
    found = found_in(patient)
    assert found["placeholder-text"].rows == (42,)
    assert found["placeholder-label"].rows == (43, 44)
    assert f"have “{word.strip()}” for a label (column “label”)" in found["placeholder-label"].text
    assert 42 not in mended(patient, found["placeholder-text"]).rows
    assert not {43, 44} & set(mended(patient, found["placeholder-label"]).rows)


@pytest.mark.parametrize("word", ["none", "NA", "nan bread", "null hypothesis"])
def test_words_that_people_mean_are_left(word):
    patient = patient_of(beside([("an odd one of its kind", word), ("another odd one, again", word)]))
    assert "placeholder-label" not in found_in(patient)
