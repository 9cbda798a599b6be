import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.tasks.units import joined, often_inside, units

ODD = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("aB9 _-'\n\t\u00a0\u0301\u0e32\u0e33\u200d\ufe0f\u200bञिद東京ーمُ🇩🇪👩👩🏽"),
    ),
    max_size=40,
)


def pieces(text):
    return [text[start:end] for start, end in units(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoë's 3rd_try", ["Zoë", "'", "s", "3", "rd", "_", "try"]),
        ("Zoe\u0308 said", ["Zoe\u0308", "said"]),
        ("東京に 行く", ["東", "京", "に", "行", "く"]),
        ("กำแพง", ["ก\u0e33"[0], "\u0e33", "แ", "พ", "ง"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("مُحَمَّد here", ["مُحَمَّد", "here"]),
        ("👩🏽‍🚀!", ["👩", "🏽\u200d", "🚀", "!"]),
        ("한국어 text", ["한국어", "text"]),
        ("10mg x2 H₂O", ["10", "mg", "x", "2", "H₂O"]),
        ("", []),
        (" \u00a0\n", []),
    ],
)
def test_texts_are_cut_where_names_can_begin(text, expected):
    assert pieces(text) == expected


@settings(max_examples=300)
@given(ODD)
def test_every_letter_is_in_one_unit_and_no_space_is(text):
    covered = [place for start, end in units(text) for place in range(start, end)]
    assert covered == sorted(set(covered))
    left = [text[place] for place in range(len(text)) if place not in set(covered)]
    assert all(letter.isspace() for letter in left)
    assert not any(text[start].isspace() for start, _ in units(text))
    for start, _ in units(text):  # a mark stands with what it marks
        if start and unicodedata.category(text[start])[0] == "M" and start - 1 in covered:
            assert "\u0e00" <= text[start] <= "\u109f" or text[start] >= "\u1780"


@settings(max_examples=200)
@given(st.lists(ODD, max_size=8))
def test_joined_words_stand_where_it_is_said(words):
    text, places = joined(words)
    assert len(places) == len(words)
    assert [text[start:end] for start, end in places] == [word.strip() for word in words]
    assert [start for start, _ in places] == sorted(start for start, _ in places)


def test_words_are_joined_as_their_script_does():
    assert joined(["I", "like", "東", "京", "。", "Yes"])[0] == "I like東京。Yes"
    assert joined(["มัน", "ดี", "มาก"])[0] == "มันดีมาก"
    assert joined(["한국", "사람"])[0] == "한국 사람"


@pytest.mark.parametrize(
    ("inside", "whole", "expected"), [(0, 5, False), (2, 0, False), (3, 0, True), (3, 297, True), (3, 298, False)]
)
def test_a_few_stretches_within_words_are_slips(inside, whole, expected):
    rows = [("서울에서", [(0, 2)])] * inside + [("서울에서 Seoul", [(0, 4), (5, 10)])] * (whole // 2)
    assert often_inside([*rows, ("Seoul", [(0, 5)] * (whole % 2))]) == expected
