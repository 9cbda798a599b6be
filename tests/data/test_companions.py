"""What says nearly the same stays in one part of a split; where too much does, that is told."""

import random

import pytest

from studio.data.example import Example
from studio.data.split import split
from studio.data.wishes import Wishes

HOW = {"validation_share": 0.1, "test_share": 0.1, "seed": 1}


def letters(count, start=2):
    draw = random.Random(start)
    words = [f"word{n}" for n in range(900)]
    return [Example(start + n, {"text": " ".join(draw.sample(words, 60))}, "ab"[n % 2]) for n in range(count)]


def test_nearly_the_same_text_is_in_one_part_only():
    rows = []
    for n in range(60):
        text = f"the parcel with number {n} came late to house {n * 7}, and nobody answered my letters about it"
        rows += [
            Example(2 * n, {"text": text}, "ab"[n % 2]),
            Example(2 * n + 1, {"text": f"{text.upper()} !!"}, "ab"[n % 2]),
        ]
    for seed in range(3):
        parts = split(rows, **{**HOW, "seed": seed})
        for part in (parts.train, parts.validation, parts.test):
            assert all(example.row ^ 1 in {each.row for each in part} for example in part)


def test_long_texts_that_share_most_words_stay_together():
    draw = random.Random(3)
    words = [f"word{n}" for n in range(900)]
    rows = []
    for n in range(40):
        text = draw.sample(words, 60)
        other = [*text[:58], "something", "else"]
        rows += [
            Example(2 * n, {"text": " ".join(text)}, "ab"[n % 2]),
            Example(2 * n + 1, {"text": " ".join(other)}, "ab"[n % 2]),
        ]
    parts = split(rows, **HOW)
    for part in (parts.train, parts.validation, parts.test):
        assert all(example.row ^ 1 in {each.row for each in part} for example in part)


def test_letters_written_after_one_pattern_can_be_split_all_the_same():
    pattern = (
        "dear customer, we thank you for your order and are glad to tell you that it will leave our house soon " * 3
    )
    rows = [Example(n, {"text": f"{pattern} number {n}"}, "ab"[n % 2]) for n in range(200)]
    parts = split(rows, **HOW)
    assert (len(parts.validation), len(parts.test)) == (20, 20)
    assert any("200 rows say nearly the same as rows of another part" in note for note in parts.notes)


@pytest.mark.parametrize("seed", range(5))
def test_twenty_copies_in_a_table_of_others_are_in_one_part(seed):
    rows = letters(400)
    text = letters(1, start=7000)[0].inputs["text"]
    copies = [Example(5000 + n, {"text": f"{text} {n}"}, "ab"[n % 2]) for n in range(20)]
    parts = split([*rows, *copies], **{**HOW, "seed": seed})
    homes = {name for name in ("train", "validation", "test") for each in getattr(parts, name) if each.row >= 5000}
    assert len(homes) == 1
    assert not parts.notes
    assert min(len(parts.validation), len(parts.test)) >= 30


@pytest.mark.parametrize("time", [False, True])
def test_three_templates_are_torn_and_that_is_told(time):
    texts = [each.inputs["text"] for each in letters(3)]
    rows = [Example(2 + n, {"text": f"{texts[n % 3]} number {n}"}, "ab"[n % 2]) for n in range(300)]
    wishes = Wishes(place={each.row: float(each.row) for each in rows}) if time else Wishes()
    parts = split(rows, validation_share=0.15, test_share=0.15, seed=1, wishes=wishes)
    assert 22 <= len(parts.validation) <= 90
    assert 22 <= len(parts.test) <= 90
    assert parts.notes == (
        "300 rows say nearly the same as rows of another part: too many are alike to keep them all in one, so the "
        "figures may look too good.",
    )


def test_a_template_of_some_rows_stays_whole():
    text = letters(1, start=7000)[0].inputs["text"]
    rows = [*letters(150), *[Example(5000 + n, {"text": f"{text} {n}"}, "ab"[n % 2]) for n in range(120)]]
    parts = split(rows, **HOW)
    assert sum(each.row >= 5000 for each in parts.train) == 120
    assert (len(parts.validation), len(parts.test), parts.notes) == (27, 27, ())
