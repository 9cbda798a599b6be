"""Garbled, invisible and lost characters, and HTML: found, mended, not found again; real spellings are left alone."""

import pytest

from studio.data.doctor.characters import _visible
from studio.data.doctor.markup import plain
from studio.data.doctor.mojibake import repaired

from .patients import beside, found_in, mended, patient_of


@pytest.mark.parametrize(
    ("kind", "broken", "right"),
    [
        ("mojibake", "Ich hÃ¤tte gern mein Geld zurÃ¼ck", "Ich hätte gern mein Geld zurück"),
        ("mojibake", "It doesnâ€™t work â€“ at all", "It doesn’t work – at all"),
        ("mojibake", "wait â€¦ he said â€œhelloâ€\x9d", "wait … he said “hello”"),
        ("mojibake", "he said â€œhelloâ€ and â€˜noâ€™â€”twice", "he said “hello” and ‘no’—twice"),
        ("mojibake", "good ðŸ‘\u008d work", "good 👍 work"),
        ("hidden-characters", "so\u00adft hyphens in\u200bside", "soft hyphens inside"),
        ("hidden-characters", "\ufeffbegins with a mark\x00", "begins with a mark"),
        ("hidden-characters", "it\x92s from Windows\x0btwo lines", "it’s from Windows two lines"),
        ("html", "<p>It is <b class='x'>late</b> &amp; lost.<br/>Why?</p>", "It is late & lost. Why?"),
        ("html", "late <input type=text disabled> lost <OPTION SELECTED>", "late lost"),
        ("html", "<style>p {}</style>Fish &lt;b&gt;chips&lt;/b&gt;&#39;s", "Fish chips's"),
    ],
)
def test_found_and_mended(kind, broken, right):
    patient = patient_of(beside([(broken, "good")]))
    found = found_in(patient)
    assert list(found) == [kind]
    assert found[kind].rows == (42,)
    after = mended(patient, found[kind])
    assert after.column("text")[-1] == right
    assert found_in(after) == {}


def test_labels_are_mended_too():
    patient = patient_of(beside([("an odd one", "gut fÃ¼r alle"), ("another odd one", "gut fÃ¼r alle")]))
    assert mended(patient, found_in(patient)["mojibake"]).label_names[-1] == "gut für alle"


def test_lost_characters():
    patient = patient_of(beside([("I want my m\ufffdney back", "bad")]))
    finding = found_in(patient)["lost-characters"]
    assert "“I want my m\ufffdney back” (row 42)" in finding.text
    assert found_in(mended(patient, finding)) == {}


@pytest.mark.parametrize(
    "text",
    ["NÃO É", "Ãngela", "â lá", "„Das große Ä“", "18 °C, ±2 £", "naïve façade", "ÅÄÖ", "Tiếng Việt", "Привет", "È vero", "«Â»", "ŽÅ“"],
)  # fmt: skip
def test_real_letters_are_not_garbled(text):
    assert repaired(text) == text


def test_a_closing_quotation_mark_that_lost_its_last_byte():
    assert repaired("he saidâ€\ufffd and leftâ€") == "he said” and left”"
    assert repaired("10â€5") == "10â€5"


def test_what_was_garbled_twice():
    assert repaired("für".encode().decode("cp1252").encode().decode("cp1252")) == "für"


@pytest.mark.parametrize(
    "text", ["👩‍🚀 and 👨‍👩‍👧", "می‌خواهم", "क्‍ष", "ภาษา\u200bไทย", "שלום\u200f!", "line\nbreak\tand tab", "❤️"]
)
def test_invisible_characters_with_a_meaning_stay(text):
    assert _visible(text) == text


def test_joiners_between_latin_letters_go():
    assert _visible("zero\u200dwidth \u200cjoiners \u200eleft") == "zerowidth joiners left"


@pytest.mark.parametrize(
    "text",
    [
        "I <3 you",
        "a < b and b > c",
        "<NAME> called",
        "AT&T; R&D",
        "x <- y",
        "if (a<b && c>d);",
        "<DECIMAL> min",
        "a<b and c>d",
    ],
)
def test_what_is_no_markup_stays(text):
    assert plain(text) == text
    assert "html" not in found_in(patient_of(beside([(text, "good")])))
