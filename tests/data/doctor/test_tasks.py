"""Defects of single tasks: found, mended, not found again."""

import json

import pytest

from studio.data.doctor import diagnose
from studio.data.doctor.finding import Patient

from .patients import WORDS, found_in, mended, table_of

CONTEXT = "The bridge was built in 1894 by Ada Stone, and rebuilt in 1894 feet of steel."


def patient_for(task, columns, texts):
    roles = {name: (name,) for name in columns}
    return Patient(table_of(columns), task, texts, roles.get("label", ("",))[0], roles)


def questions(answer, start):
    good = [
        (f"{CONTEXT} Part {word}.", f"Who built the {word} of it?", "Ada Stone", str(CONTEXT.index("Ada")))
        for word in WORDS[:12]
    ]
    rows = [*good, (CONTEXT, "What is asked last?", answer, start)]
    names = ("context", "question", "answer", "answer_start")
    return patient_for(
        "question-answering", {name: [row[at] for row in rows] for at, name in enumerate(names)}, names[:2]
    )


@pytest.mark.parametrize(("answer", "start"), [("1894", "24"), ("1894", "58"), ("", "-1"), ("", "")])
def test_good_answers(answer, start):
    assert found_in(questions(answer, start)) == {}


@pytest.mark.parametrize(
    ("kind", "answer", "start", "column", "right"),
    [
        ("answer-start", "1894", "20", "answer_start", "24"),
        ("answer-start", "1894", "60", "answer_start", "58"),
        ("answer-start", "Ada Stone", "", "answer_start", "32"),
        ("answer-start", "Ada Stone", "x", "answer_start", "32"),
        ("answer-spelling", "ada  stone.", "32", "answer", "Ada Stone"),
        ("answer-missing", "Bob Wood", "32", None, None),
    ],
)
def test_bad_answers(kind, answer, start, column, right):
    patient = questions(answer, start)
    finding = found_in(patient)[kind]
    assert finding.rows == (14,)
    after = mended(patient, finding)
    assert found_in(after) == {}
    if column:
        assert after.column(column)[-1] == right


def tagged(*rows):
    good = [(f"Ada Stone lives in York since {n}", "B-PER I-PER O O B-LOC O O") for n in range(12)]
    columns = {"tokens": [row[0] for row in [*good, *rows]], "tags": [row[1] for row in [*good, *rows]]}
    return patient_for("token-classification", columns, ("tokens",))


@pytest.mark.parametrize(
    ("kind", "row", "right"),
    [
        ("tag-count", ("Bob went home", "B-PER O"), None),
        ("tag-order", ("Bob saw Ada Stone", "I-PER O B-LOC I-PER"), "B-PER O B-LOC B-PER"),
        ("tag-order", ('["Bob", "left"]', '["I-PER", "O"]'), '["B-PER", "O"]'),
    ],
)
def test_tags_of_sentences(kind, row, right):
    patient = tagged(row)
    finding = found_in(patient)[kind]
    assert finding.rows == (14,)
    after = mended(patient, finding)
    assert found_in(after) == {}
    assert right is None or after.column("tags")[-1] == right


def test_the_other_scheme_is_left_alone():
    rows = [(f"Bob met Ada number {n}", "I-PER O I-PER O O") for n in range(30)]
    assert found_in(tagged(*rows)) == {}


@pytest.mark.parametrize("with_ids", [True, False])
def test_tags_of_words(with_ids):
    words = [
        (str(n), word, tag) for n in range(20) for word, tag in (("Ada", "B-PER"), ("Stone", "I-PER"), ("left", "O"))
    ]
    words += [("20", "in", "O"), ("20", "York", "I-LOC"), ("20", "City", "I-LOC")]
    columns = {"sentence": [w[0] for w in words], "token": [w[1] for w in words], "tag": [w[2] for w in words]}
    if not with_ids:
        del columns["sentence"]
    patient = patient_for("token-classification", columns, ("token",))
    finding = found_in(patient)["tag-order"]
    assert finding.fix.cells == {"tag": {63: "B-LOC"}}
    assert found_in(mended(patient, finding)) == {}


def marked(cell):
    text = "Ada Stone lives in York"
    good = [{"start": 0, "end": 9, "label": "PER", "text": "Ada Stone"}]
    columns = {"text": [f"{text} {n}" for n in range(12)] + [text], "spans": [json.dumps(good)] * 11 + ["[]", cell]}
    return patient_for("token-classification", columns, ("text",))


@pytest.mark.parametrize(
    ("cell", "right"),
    [
        ('[{"start": 18, "end": 22, "label": "LOC", "text": "York"}]', [{"start": 19, "end": 23, "label": "LOC", "text": "York"}]),
        ('[{"start": 19, "end": 99, "label": "LOC"}]', None),
        ('[{"start": 9, "end": 9, "label": "LOC"}]', None),
        ("[{start: 9", None),
    ],
)  # fmt: skip
def test_spans(cell, right):
    patient = marked(cell)
    finding = found_in(patient)["spans"]
    assert finding.rows == (14,)
    after = mended(patient, finding)
    assert found_in(after) == {}
    assert len(after.table) == (13 if right else 12)
    assert not right or json.loads(after.column("spans")[-1]) == right


def scored(*cells):
    count = 60 - len(cells)
    columns = {
        "text": [f"{chr(97 + n % 26)}{chr(97 + n // 26)} is the text" for n in range(60)],
        "score": [*(str(n % 6) for n in range(count)), *cells],
    }
    return patient_for("text-regression", columns, ("text",))


@pytest.mark.parametrize(
    ("kind", "cells", "rows"),
    [("score-number", ("3,5", "many", ""), (59, 60, 61)), ("score-range", ("99",), (61,)), ("score-range", ("-1", "6"), (60, 61))],
)  # fmt: skip
def test_scores(kind, cells, rows):
    patient = scored(*cells)
    finding = found_in(patient)[kind]
    assert finding.rows == rows
    after = mended(patient, finding)
    assert kind not in found_in(after)
    assert kind != "score-number" or after.column("score")[-1] == "3.5"


def test_scores_that_are_left_out_are_counted_and_written_ones_are_kept():
    patient = scored("1,234.5", "−3", "many", "")
    finding = found_in(patient)["score-number"]
    assert "Training leaves out 2 rows without a number" in finding.text
    assert mended(patient, finding).column("score")[-2:] == ["1234.5", "-3"]
    assert "leaves out" not in found_in(scored("3,5"))["score-number"].text


def test_ordinary_scores():
    assert found_in(scored("4.5", "1e-3", ".5")) == {}


def chat(*turns):
    return json.dumps([{"role": role, "content": content} for role, content in turns])


GOOD = [chat(("system", "Be kind."), ("user", f"Question {n}?"), ("assistant", f"Answer {n}.")) for n in range(12)]


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("chat-unreadable", "no list"),
        ("chat-unreadable", '["a", "b"]'),
        ("empty-turns", chat(("user", "Hello?"), ("assistant", " "))),
        ("chat-order", chat(("user", "Hello?"), ("user", "Hello?"), ("assistant", "Yes."))),
        ("chat-order", chat(("user", "Hello?"), ("assistant", "Yes."), ("system", "Be kind."))),
        ("no-answer", chat(("system", "Be kind."), ("user", "Hello?"))),
        ("chat-roles", chat(("user", "Hello?"), ("martian", "Yes."))),
    ],
)
def test_conversations(kind, cell):
    patient = patient_for("chat", {"messages": [*GOOD, cell]}, ("messages",))
    found = found_in(patient)
    assert list(found) == [kind]
    assert found[kind].rows == (14,)
    assert found_in(mended(patient, found[kind])) == {}


@pytest.mark.parametrize(
    "cell",
    [
        '[{"from": "human", "value": "Hello?"}, {"from": "gpt", "value": "Yes."}]',
        chat(("user", "a"), ("assistant", "b"), ("tool", "c"), ("assistant", "d")),
        '[{"role": "user", "content": "a"}, {"role": "assistant", "content": null, "tool_calls": [{}]}]',
    ],
)
def test_good_conversations(cell):
    assert diagnose(patient_for("chat", {"messages": [*GOOD, cell]}, ("messages",))) == []


def test_turns_in_rows():
    turns = [
        (str(n), str(at), role, f"{role} says {n}") for n in range(6) for at, role in enumerate(("user", "assistant"))
    ]
    turns += [
        ("9", "2", "assistant", "late"),
        ("9", "1", "user", "early"),
        ("10", "1", "user", "a"),
        ("10", "2", "user", "b"),
        ("10", "3", "assistant", "c"),
    ]
    columns = {
        name: [turn[at] for turn in turns] for at, name in enumerate(("conversation_id", "turn", "role", "content"))
    }
    patient = patient_for("chat", columns, ("content",))
    found = found_in(patient)
    assert list(found) == ["chat-order"]
    assert found["chat-order"].rows == (16, 17, 18)
    assert found_in(mended(patient, found["chat-order"])) == {}


def pairs(*rows):
    good = [
        (
            f"Please say {chr(97 + n % 26)}{chr(97 + n // 26)} in another way",
            f"Say {chr(97 + n % 26)}{chr(97 + n // 26)} otherwise, please",
        )
        for n in range(60)
    ]
    columns = {"source": [row[0] for row in [*good, *rows]], "target": [row[1] for row in [*good, *rows]]}
    return patient_for("text-to-text", columns, ("source",))


@pytest.mark.parametrize(
    ("kind", "row"),
    [("copied-target", ("Nothing was changed in this", "nothing was changed  in this")), ("odd-lengths", ("Please say it in a few words", "words of all kinds " * 40))],
)  # fmt: skip
def test_pairs(kind, row):
    patient = pairs(row)
    found = found_in(patient)
    assert kind in found
    assert found[kind].rows == (62,)
    assert found_in(mended(patient, found[kind])) == {}


def test_good_pairs():
    assert found_in(pairs()) == {}
