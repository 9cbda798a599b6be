import json
import random

import pytest

from studio.errors import StudioError
from studio.tasks.spans import checked, from_tags, read, style_of, written

GOOD = [
    ("before", "O B-per I-per O B-loc B-loc", [(1, 3, "per"), (4, 5, "loc"), (5, 6, "loc")]),
    ("before", "I-per I-per I-loc O I-per", [(0, 2, "per"), (2, 3, "loc"), (4, 5, "per")]),  # IOB1
    ("before", "I-per I-per B-per", [(0, 2, "per"), (2, 3, "per")]),  # IOB1: B where two touch
    ("before", "S-per B-loc I-loc E-loc S-per O", [(0, 1, "per"), (1, 4, "loc"), (4, 5, "per")]),
    ("before", "U-per B-loc L-loc U-loc", [(0, 1, "per"), (1, 3, "loc"), (3, 4, "loc")]),
    ("before", "B-loc M-loc E-loc I-loc", [(0, 3, "loc"), (3, 4, "loc")]),
    ("before", "b-per i-per o", [(0, 2, "per")]),
    ("before", "B_per I_per B-creative-work", [(0, 2, "per"), (2, 3, "creative-work")]),
    ("after", "per-B per-I O loc-B", [(0, 2, "per"), (3, 4, "loc")]),
    ("bare", "O B I I B O I", [(1, 4, "entity"), (4, 5, "entity"), (6, 7, "entity")]),
    ("bare", "S B E O U B M L", [(0, 1, "entity"), (1, 3, "entity"), (4, 5, "entity"), (5, 8, "entity")]),
    ("bare", "O I I O", [(1, 3, "entity")]),
    ("none", "O S M L", [(1, 2, "S"), (2, 3, "M"), (3, 4, "L")]),
    ("none", "O per per loc O", [(1, 3, "per"), (3, 4, "loc")]),
]


@pytest.mark.parametrize(("style", "tags", "expected"), GOOD)
def test_every_scheme_of_tags_is_read(style, tags, expected):
    assert style_of(tags.split()) == style
    assert from_tags(tags.split(), style) == expected


def test_a_tag_like_no_other_is_refused():
    assert style_of(["B-per", "I-per", "B-loc", "loc"]) == "before"
    with pytest.raises(ValueError, match="loc"):
        from_tags(["B-per", "loc"], "before")


def random_tags(chance, length, scheme):
    tags = []
    while len(tags) < length:
        kind = chance.choice(["per", "loc", "creative-work"])
        size = chance.randint(1, 4)
        if chance.random() < 0.5:
            tags.append("O")
        elif scheme == "IOB2":
            tags += [f"B-{kind}", *[f"I-{kind}"] * (size - 1)]
        else:
            tags += [f"S-{kind}"] if size == 1 else [f"B-{kind}", *[f"I-{kind}"] * (size - 2), f"E-{kind}"]
    return tags


@pytest.mark.parametrize("scheme", ["IOB2", "IOBES"])
def test_good_tags_are_read_as_seqeval_reads_them(scheme):
    seqeval = pytest.importorskip("seqeval.scheme")
    chance = random.Random(3)
    for _ in range(200):
        tags = random_tags(chance, chance.randint(0, 25), scheme)
        theirs = seqeval.Entities([tags], getattr(seqeval, scheme)).entities[0]
        assert from_tags(tags, "before") == [(each.start, each.end, each.tag) for each in theirs]


TEXT = "Zoë Müller lives in  Köln ."


@pytest.mark.parametrize(
    "cell",
    [
        '[{"start": 0, "end": 10, "label": "person"}, {"start": 21, "end": 25, "label": "place", "text": "Köln"}]',
        '[[21, 25, "place"], [0, 10, "person"], [0, 10, "person"]]',
        '[{"begin": 0, "stop": 11, "entity": "person"}, {"from": 20, "to": 26, "type": "place"}]',
        '[{"start": 0, "end": 10, "labels": ["person"]}, {"start": 21, "end": 25, "labels": ["place"]}]',
    ],
)
def test_every_way_to_write_spans_is_read(cell):
    spans = checked(TEXT, cell, "row 2")
    assert spans == [(0, 10, "person"), (21, 25, "place")]
    assert read(written(spans)) == spans
    assert json.loads(written(spans)) == [[0, 10, "person"], [21, 25, "place"]]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("nothing", "no list"),
        ('{"start": 0}', "no list"),
        ("[1, 2]", "no list"),
        ('[{"start": 0, "end": 4}]', "no list"),
        ('[{"start": true, "end": 4, "label": "x"}]', "no list"),
        ('[[0, 4, " "]]', "no list"),
        ('[[0, 99, "x"]]', "does not lie"),
        ('[[4, 4, "x"]]', "does not lie"),
        ('[[-3, 4, "x"]]', "does not lie"),
        ('[[19, 21, "x"]]', "does not lie"),
        ('[[0, 10, "x"], [4, 10, "y"]]', "overlap"),
        ('[[0, 10, "x"], [0, 10, "y"]]', "overlap"),
        ('[{"start": 0, "end": 3, "label": "x", "text": "Müller"}]', "not “Müller”"),
    ],
)
def test_spans_that_cannot_be_are_refused_with_their_row(cell, said):
    with pytest.raises(StudioError, match=r"row 7") as refusal:
        checked(TEXT, cell, "row 7")
    assert said in str(refusal.value)
