"""What says nearly the same stays in one part of a split; where too much does, that is told."""

import random

import pytest

from studio.data.example import Example
from studio.data.split import split
from studio.data.wishes import Wishes
from studio.tasks import task_named

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


def inferences(premises, each, *, topics=()):
    """Rows of two texts, `each` of them with the same first one, as for natural language inference."""
    draw = random.Random(premises)
    words = [f"word{n}" for n in range(900)]
    rows = []
    for _ in range(premises):
        first = " ".join(draw.sample(words, 10))
        for label in ("entailed", "neutral", "denied", "open")[:each]:
            second = draw.choice(topics) if topics else " ".join(draw.sample(words, 5))
            rows.append(Example(len(rows) + 2, {"text": first, "text_pair": second}, label))
    draw.shuffle(rows)
    return rows


def torn(parts):
    """Test rows with a text that training rows have."""
    trained = {text for example in parts.train for text in example.inputs.values()}
    return sum(not trained.isdisjoint(example.inputs.values()) for example in parts.test)


@pytest.mark.parametrize("name", ["text-classification", "text-regression"])
def test_pairs_that_share_a_text_stay_in_one_part(name):
    wanted = Wishes(shared=task_named(name).shared)
    rows = inferences(100, 3)
    assert torn(split(rows, **HOW)) > 20
    turned = [
        Example(row.row, dict(zip(row.inputs, reversed(row.inputs.values()), strict=True)), row.target)
        for row in rows[:20]
    ]
    parts = split([*turned, *rows[20:]], **HOW, wishes=wanted)
    assert min(len(parts.validation), len(parts.test)) >= 27
    assert torn(parts) == 0
    assert parts.notes == ()


def test_a_text_that_many_pairs_have_is_told_and_ties_nothing_together():
    topics = ("the food and the drinks", "the service", "the price")
    wanted = Wishes(shared=("text", "text_pair"))
    parts = split(inferences(150, 2, topics=topics), **HOW, wishes=wanted)
    assert (len(parts.validation), len(parts.test)) == (30, 30)
    firsts = [{example.inputs["text"] for example in part} for part in (parts.train, parts.validation, parts.test)]
    assert not firsts[0] & firsts[1] | firsts[0] & firsts[2] | firsts[1] & firsts[2]
    assert parts.notes == (
        "30 of 30 test rows have a text that training rows have too, so the figures may look better than for texts that are "
        "new.",
    )


def test_pairs_that_all_hang_together_are_split_and_that_is_told():
    rows = [Example(n, {"text": f"picture {n}", "text_pair": f"picture {n + 1}"}, "ab"[n % 2]) for n in range(2, 602)]
    parts = split(rows, **HOW, wishes=Wishes(shared=("text", "text_pair")))
    assert len(parts.test) >= 30
    assert len(parts.validation) >= 30
    assert 0 < torn(parts) < 20
    assert parts.notes[0].startswith(
        f"{torn(parts)} of {len(parts.test)} test rows have a text that training rows have"
    )


def test_a_given_test_stays_and_only_tells_which_texts_are_known():
    rows = inferences(100, 3)
    given = [Example(row.row + 900, {**row.inputs, "text_pair": f"new {row.row}"}, row.target) for row in rows[:40]]
    parts = split(rows, **HOW, test=given, wishes=Wishes(shared=("text", "text_pair")))
    assert parts.test == given
    assert len(parts.train) + len(parts.validation) == len(rows)
    assert parts.notes[-1].startswith(f"{torn(parts)} of 40 test rows have a text that training rows have too")


def test_the_order_of_time_stands_above_texts_in_common():
    """Reviews of one product are early and late: kept together, old ones would test a model that has seen newer ones."""
    products, reviews = ([" ".join(each.inputs["text"].split()[:9]) for each in letters(n, n)] for n in (30, 400))
    rows = [Example(n, {"text": products[n % 30], "text_pair": reviews[n]}, "ab"[n // 30 % 2]) for n in range(2, 400)]
    wishes = Wishes(place={example.row: float(example.row) for example in rows}, shared=("text", "text_pair"))
    parts = split(rows, **HOW, wishes=wishes)
    newest = [max(example.row for example in part) for part in (parts.train, parts.validation)]
    oldest = [min(example.row for example in part) for part in (parts.validation, parts.test)]
    assert newest[0] < oldest[0] <= newest[1] < oldest[1]
    assert parts.notes[0].startswith(
        f"{torn(parts)} of {len(parts.test)} test rows have a text that training rows have too"
    )


def test_rows_of_one_text_are_not_compared_with_themselves():
    rows = letters(60)
    assert split(rows, **HOW, wishes=Wishes(shared=("text", "text_pair"))) == split(rows, **HOW)
