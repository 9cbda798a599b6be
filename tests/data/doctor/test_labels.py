"""Labels with typing mistakes, numbers as labels, and texts that give their label away."""

import pytest

from studio.data.doctor.label_names import distance

from .patients import beside, found_in, healthy, mended, patient_of


@pytest.mark.parametrize(
    ("labels", "typo", "right"),
    [
        (("complaint", "praise"), "complant", "complaint"),
        (("complaint", "praise"), "compliant", "complaint"),
        (("card_arrival", "card_linking"), "card_arival", "card_arrival"),
        (("Beschwerde", "Lob"), "Bescwherde", "Beschwerde"),
        (("not spam", "spam"), "not spamm", "not spam"),
        (("not spam", "spam"), "not psam", "not spam"),
    ],
)
def test_typing_mistakes(labels, typo, right):
    patient = patient_of(beside([("an odd one", typo), ("another odd one", typo)], healthy(labels)))
    finding = found_in(patient)["label-typos"]
    assert finding.rows == (42, 43)
    assert finding.fix.cells == {"label": {42: right, 43: right}}
    assert f"“{right}” (20), “{typo}” (2)" in finding.text
    assert "label-typos" not in found_in(mended(patient, finding))


@pytest.mark.parametrize(
    ("labels", "other"),
    [
        (("class1", "class3"), "class2"),
        (("legal", "neither"), "illegal"),
        (("satisfied", "neither"), "unsatisfied"),
        (("male", "other"), "female"),
        (("topic a", "topic b"), "topic c"),
        (("stage ii", "stage i"), "stage iii"),
        (("positive", "neutral"), "negative"),
        (("joy", "sad"), "job"),
        (("support 24h", "sales"), "support 48h"),
        (("billing", "returns"), "filling"),
        (("pos 1", "neg 1"), "pos 2"),
        (("lamp", "cable"), "lamb"),
    ],
)
def test_other_labels_are_no_typing_mistakes(labels, other):
    patient = patient_of(beside([("an odd one", other), ("another odd one", other)], healthy(labels)))
    assert "label-typos" not in found_in(patient)


def test_a_slip_needs_a_label_that_is_far_more_frequent():
    for each, is_slip in ((4, False), (5, True)):
        patient = patient_of(beside([("an odd one", "not spamm")], healthy(("not spam", "spam"), each)))
        assert ("label-typos" in found_in(patient)) == is_slip


def test_marks_at_the_end_of_a_label():
    rows = [("an odd one", "good;"), ("another odd one", '"good"'), ("a third odd one", "bad,")]
    finding = found_in(patient := patient_of(beside(rows)))["label-spellings"]
    assert finding.fix.cells == {"label": {42: "good", 43: "good", 44: "bad"}}
    assert "label-spellings" not in found_in(mended(patient, finding))
    everywhere = patient_of(healthy(("good;", "bad;")))
    finding = found_in(everywhere)["label-marks-at-end"]
    assert mended(everywhere, finding).label_names == ["good", "bad"]
    assert not {"label-spellings", "label-marks-at-end"} & set(found_in(patient_of(healthy(("C++", ":)", "C", "?")))))


def test_as_frequent_labels_are_no_typing_mistakes():
    assert found_in(patient_of(healthy(("affect", "effect"), 30))) == {}


def test_invisible_characters_in_a_label():
    patient = patient_of(beside([("an odd one", "go\u200bod"), ("another odd one", "go\u200bod")]))
    finding = found_in(patient)["label-spellings"]
    assert finding.fix.cells == {"label": {42: "good", 43: "good"}}


@pytest.mark.parametrize(("one", "other", "far"), [("abc", "abc", 0), ("abcd", "abdc", 1), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "b", 1)])  # fmt: skip
def test_distance(one, other, far):
    assert distance(one, other) == distance(other, one) == far


def test_numbers_that_measure():
    columns = healthy(each=30)
    columns["label"] = [f"{place % 15},5" for place in range(60)]
    assert "15 different numbers" in found_in(patient_of(columns))["number-labels"].text
    columns["label"] = [str(place) for place in range(60)]
    assert "count up from row to row" in found_in(patient_of(columns))["number-labels"].text


def test_stars_are_labels():
    assert found_in(patient_of(healthy(("1", "2", "3", "4", "5"), 10))) == {}


@pytest.mark.parametrize("mark", ["[{}] {}", "{}: {}", "({}) {}", "{} - {}", "[{}]: {}"])
def test_marks_are_cut_off(mark):
    columns = healthy(("spam", "no_spam"))
    plain = columns["text"]
    columns["text"] = [mark.format(label.upper(), text) for text, label in zip(plain, columns["label"], strict=True)]
    patient = patient_of(columns)
    finding = found_in(patient)["label-marks"]
    assert finding.severity == "warning"
    after = mended(patient, finding)
    assert after.column("text") == plain
    assert found_in(after) == {}


def test_a_mark_of_one_label_at_the_end():
    columns = healthy(("spam", "ham"))
    columns["text"] = [f"{text} [spam]" if p % 2 == 0 else text for p, text in enumerate(columns["text"])]
    patient = patient_of(columns)
    assert found_in(mended(patient, found_in(patient)["label-marks"])) == {}


def test_words_that_give_a_label_away():
    columns = healthy(("refund", "delivery"))
    columns["text"] = [f"{text} a refund please" if p % 2 == 0 else text for p, text in enumerate(columns["text"])]
    finding = found_in(patient_of(columns))["label-words"]
    assert finding.severity == "info"
    assert finding.fix is None


@pytest.mark.parametrize(
    ("odd", "right"),
    [
        ("p\u043es", "pos"),
        ("x\u043e\u0440\u043e\u0448\u043e", "\u0445\u043e\u0440\u043e\u0448\u043e"),
        ("N\u039f", "no"),
    ],
)
def test_a_letter_of_another_alphabet_that_looks_the_same(odd, right):
    rows = [("an odd one of its kind", odd), ("another odd one, again", odd)]
    patient = patient_of(beside(rows, healthy((right, "bad"))))
    found = found_in(patient)["label-spellings"]
    assert found.rows == (42, 43)
    assert "letters of another alphabet that look the same" in found.text
    assert "label-spellings" not in found_in(mended(patient, found))


def test_words_of_one_alphabet_are_not_folded():
    """Cyrillic “сор” (rubbish) and Latin “cop” look the same and are two words."""
    columns = healthy(("\u0441\u043e\u0440", "cop", "Wi-Fi \u0441\u0435\u0442\u044c"))
    assert "label-spellings" not in found_in(patient_of(columns))
