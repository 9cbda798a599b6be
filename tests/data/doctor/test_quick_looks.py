"""What is looked through a million rows at once finds the same as a closer look, however a cell is written."""

import json
import random

import numpy as np
import pyarrow as pa
import pytest

from studio.data.doctor import chats, tagging
from studio.data.doctor.finding import Patient
from studio.data.doctor.tag_runs import spaced, word_counts

from .patients import table_of

TAGS = ["O", "O", "O", "B-PER", "B-LOC", "B-PER", "I-PER", "I-LOC"]
WORDS = ["parcel", "]", ",", '","', '"', "\\", "日本", "can't"]


def large(*cells):
    return pa.array(cells, pa.large_string())


@pytest.mark.parametrize("cell", ["a b", '["a", "b"]', '["a","b"]', '[",", "x y"]'])
def test_two_words(cell):
    assert word_counts(large(cell)).tolist() == [2]


@pytest.mark.parametrize("cell", ["", " a", "a  b", "a\u3000b", "a\tb", "['a']", '["a", 1]', '["\\"a"]', "[] a"])
def test_what_needs_a_closer_look(cell):
    assert word_counts(large(cell)).tolist() == [-1]
    assert spaced(large(cell)).to_pylist() == [""]


def test_tags_with_a_space_between():
    cells = large("O B-PER", '["O", "B-PER"]', '["O","B-PER"]', '["O", "B PER"]')
    assert spaced(cells).to_pylist() == ["O B-PER"] * 3 + [""]


def rows_found(patient, check):
    return {found.kind: (found.rows, found.fix) for found in check(patient)}


WRITTEN = {
    "plain": " ".join,
    "close": "\t".join,
    "JSON": json.dumps,
    "dense JSON": lambda each: json.dumps(each, separators=(",", ":")),
}


@pytest.mark.parametrize("seed", range(20))
def test_sentences_are_judged_alike_however_they_are_written(seed):
    chance = random.Random(seed)
    lengths = [chance.randint(1, 7) for _ in range(30)]
    words = [chance.choices(WORDS, k=length) for length in lengths]
    tags = [chance.choices(TAGS if row % 5 == 0 else TAGS[:-2], k=length) for row, length in enumerate(lengths)]
    for row in chance.sample(range(30), 3):
        tags[row].append("O")
    told = {}
    for name, write in WRITTEN.items():
        columns = {"tokens": list(map(write, words)), "tags": list(map(write, tags))}
        roles = {role: (role,) for role in columns}
        found = rows_found(
            Patient(table_of(columns), "token-classification", ("tokens",), "", roles), tagging.sentences
        )
        told[name] = {kind: rows for kind, (rows, _) in found.items()}
    assert told["plain"]["tag-count"]
    assert [name for name, each in told.items() if each != told["plain"]] == []


def conversation(chance, length):
    sides = ["user", "assistant"] * length
    said = [{"role": side, "content": "words"} for side in sides[: length + 1]]
    if chance.random() < 0.3:
        chance.choice(said)["role"] = chance.choice(["assistant", "system", "tool", "nobody"])
    if chance.random() < 0.2:
        chance.choice(said)["content"] = chance.choice(["", "\u3000", "\n"])
    return said


@pytest.mark.parametrize("seed", range(20))
def test_conversations_are_judged_alike_however_they_are_written(seed):
    chance = random.Random(seed)
    told = [conversation(chance, chance.randint(1, 4)) for _ in range(40)]
    quick = [json.dumps(each) for each in told]
    close = [json.dumps({"messages": each}) for each in told]

    def judged(cells):
        patient = Patient(table_of({"messages": cells}), "chat", ("messages",), "", {"messages": ("messages",)})
        return rows_found(patient, chats.messages)

    def turn_by_turn():
        rows = [(str(chat), each["role"], each["content"]) for chat, turns in enumerate(told) for each in turns]
        names = ("conversation", "role", "content")
        columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
        patient = Patient(table_of(columns), "chat", ("content",), "", {name: (name,) for name in names})
        starts = np.cumsum([0, *map(len, told)])
        found = rows_found(patient, chats.turns)
        return {
            kind: {int(np.searchsorted(starts, row - 2, "right")) + 1 for row in rows}
            for kind, (rows, _) in found.items()
        }

    assert judged(quick) == judged(close)
    assert {kind: set(rows) for kind, (rows, _) in judged(quick).items()} == turn_by_turn()


@pytest.mark.parametrize(
    "cell",
    [
        '[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"},]',
        '[{"role": "user", "content": "a"}, {"role": "assistant", "content": "\x01"}]',
        '[{"role": "user", "content": "a"}\f, {"role": "assistant", "content": "b"}]',
    ],
)
def test_nearly_json_is_no_conversation(cell):
    patient = Patient(table_of({"messages": [cell]}), "chat", ("messages",), "", {"messages": ("messages",)})
    assert [found.kind for found in chats.messages(patient)] == ["chat-unreadable"]
