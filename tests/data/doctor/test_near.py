"""Texts that are nearly the same: found, mended by taking the later ones out, not found again."""

from dataclasses import replace

import pytest

from studio.data.alike import loose, normal, signatures
from studio.data.minhash import similar_pairs

from .patients import WORDS, beside, found_in, healthy, mended, patient_of, table_of

LONG = " ".join(WORDS * 4)
OTHER = LONG.replace("nobody", "somebody", 1)


@pytest.mark.parametrize(
    ("kind", "rows", "gone"),
    [
        ("near-repeats", [("Where is my parcel, please?", "bad"), ("where is my parcel please", "bad")], (43,)),
        ("near-repeats", [("Wo ist „mein“ Päckchen", "bad"), ("WO IST MEIN PÄCKCHEN?", "bad")], (43,)),
        ("numbered-repeats", [(f"Your ticket {n} was closed by our friendly staff", "good") for n in (17, 4, 5)], (43, 44)),
        ("similar-texts", [(LONG, "bad"), (OTHER, "bad")], (43,)),
        ("near-contradictions", [("Where is my parcel, please?", "bad"), ("where is my parcel please", "good")], (42, 43)),
        ("similar-contradictions", [(LONG, "bad"), (OTHER, "good")], (42, 43)),
    ],
)  # fmt: skip
def test_found_and_mended(kind, rows, gone):
    patient = patient_of(beside(rows))
    found = found_in(patient)
    assert list(found) == [kind]
    assert found[kind].rows == gone
    assert found_in(mended(patient, found[kind])) == {}


@pytest.mark.parametrize(
    "rows",
    [
        [("OK?", "good"), ("OK!", "bad")],
        [("room 12", "good"), ("room 14", "good")],
        [("It was 👍 all the way", "good"), ("It was 👎 all the way", "bad")],
        [("कमला यहाँ रहती है अभी", "good"), ("कमली यहाँ रहता है अभी", "bad")],
        [("+ + + + + + + + +", "good"), ("- - - - - - - - -", "bad")],
    ],
)
def test_small_differences_that_matter(rows):
    assert not {"near-repeats", "numbered-repeats", "near-contradictions"} & found_in(patient_of(beside(rows))).keys()


def test_exact_contradictions_are_told_once():
    found = found_in(patient_of(beside([("the same text twice", "good"), ("The same  text twice", "bad")])))
    assert list(found) == ["contradictions"]


def test_the_example_is_not_twice_the_same():
    text = "the parcel number 12345 stood at depot 77 since yesterday evening"
    columns = beside([(text, "good"), (text.replace("12345", "999"), "good"), (text.upper() + ".", "good")])
    found = found_in(patient_of(columns))
    assert "parcel number 999" in found["numbered-repeats"].text
    assert "PARCEL" in found["near-repeats"].text
    assert found["near-repeats"].fix.title == "Remove 1 row that says almost the same as another"
    assert "numbered-repeats" not in found_in(patient_of(beside([(text, "good"), (text, "good")])))


def test_the_example_of_a_contradiction_is_not_twice_the_same():
    text = "the parcel stood at the depot since yesterday evening"
    columns = beside([(text, "good"), (text, "bad"), (text + "!!", "good")])
    told = found_in(patient_of(columns))["near-contradictions"].text
    assert f"“{text}” and “{text}!!”: “bad” in row 43, “good” in row 44" in told


def test_rows_that_are_asked_for_in_the_test():
    texts = healthy()["text"]
    test = table_of({"text": [texts[3].upper() + "!", "something else", OTHER], "label": ["bad", "good", "bad"]})
    patient = replace(patient_of(beside([(LONG, "bad")])), test=test)
    found = found_in(patient)
    assert found["test-overlap"].rows == (5,)
    assert found["test-overlap-similar"].rows == (42,)
    after = mended(mended(patient, found["test-overlap"]), found["test-overlap-similar"])
    assert found_in(after) == {}


def test_signatures_agree_with_loose_texts():
    texts = [
        "Naïve — “Café”, 12",
        "naïve café 12",
        "NAÏVE CAFÉ 13",
        "naive cafe 12",
        "Привет, мир",
        "привет мир!",
        "",
        "a\0b",
        "ab",
    ]
    numbers = signatures(table_of({"text": texts}).cells.column("text").combine_chunks())
    for one, first in enumerate(texts):
        for two, second in enumerate(texts):
            if loose(normal(first)) == loose(normal(second)):
                assert numbers[one] == numbers[two], (first, second)
    assert numbers[0] == numbers[2]
    assert len(set(numbers.tolist())) == 5


def test_pairs_of_similar_texts():
    texts = [LONG, "short", OTHER, "", "short", LONG[::-1]]
    assert similar_pairs(texts) == [(0, 2)]
    assert similar_pairs([]) == []
