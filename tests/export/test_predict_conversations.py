"""The program of a model that writes replies, with conversations as they come: odd ones, spread ones, thoughts."""

import csv
import importlib.util
import json
from pathlib import Path

import pytest
from worker.tiny_writers import HYBRID, byte_tokenizer, make_decoder

from studio.export.script import program as code_of

TALK = [{"role": "user", "content": "where is my parcel"}]
FACTS = {"kind": "causal", "labels": [], "max_length": 120, "new_tokens": 12, "ends": [3, 1], "task": "chat"}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The program of a random model that was told conversations in one column, and its folder."""
    folder = make_decoder(
        tmp_path_factory.mktemp("chat") / "model",
        byte_tokenizer(["where is my parcel", "fine thanks"], template=HYBRID),
        kind="llama",
    )
    (folder / "head.json").write_text(json.dumps(FACTS))
    inputs = [{"name": "messages", "title": "Messages", "column": "messages", "optional": True}]
    (folder / "inputs.json").write_text(json.dumps(inputs))
    (folder / "predict.py").write_text(code_of("causal"))
    spec = importlib.util.spec_from_file_location("exported_chat", folder / "predict.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def model(program):
    """It answers with what it reads."""

    class Echo(program.Writer):
        def batch(self, rows):
            return [{"answer": self.tokenizer.decode(self.question(row)[0])} for row in rows]

    return Echo(Path(program.__file__).parent)


def answered(program, model, source, target, *columns):
    counts = program.answer_file(model, source, program.columns_of(model, [*columns]), target)
    with target.open(encoding="utf-8-sig", newline="") as readable:
        return counts, list(csv.DictReader(readable))


@pytest.mark.parametrize(
    ("said", "answer"),
    [("<think>\nhmm\n</think>\n\nfine thanks", "fine thanks"), ("fine <think> thanks", "fine <think> thanks")],
)
def test_thoughts_are_no_part_of_an_answer(model, said, answer):
    tokens = model.tokenizer(said)["input_ids"]
    question, _ = model.question({"messages": json.dumps(TALK)})
    assert model.text_of([*tokens, 3, 5], question) == answer


def test_a_conversation_is_text_or_a_list(model):
    assert "where is my parcel" in model([{"messages": TALK}])[0]["answer"]
    assert model([{"messages": TALK}]) == model([json.dumps(TALK)]) == model([TALK[0]["content"]])


def test_odd_conversations_are_left_blank_and_counted(program, model, tmp_path, capsys):
    odd = ["[]", '{"messages": []}', '["hi"]', '[{"role": "assistant", "content": "hi"}]', "", "[" * 100_000]
    source = tmp_path / "in.csv"
    with source.open("w", newline="") as out:
        csv.writer(out).writerows([["messages"], ["hello"], *([cell] for cell in odd), [json.dumps(TALK)]])
    counts, rows = answered(program, model, source, tmp_path / "out.csv")
    assert counts == (8, 6)
    assert [bool(row["answer"]) for row in rows] == [True, *[False] * 6, True]
    assert "Row 3 of out.csv is the first without an answer." in capsys.readouterr().err


def test_another_layout_than_in_training_is_told_by_column(program, model, tmp_path):
    source = tmp_path / "turns.csv"
    turns = [["b", "2", "user", "where is my parcel"], ["a", "1", "user", "hello"], ["b", "1", "bot", "fine"]]
    with source.open("w", newline="") as out:
        csv.writer(out).writerows([["thread", "n", "who", "said"], *turns])
    columns = ("conversation=thread", "turn=n", "role=who", "content=said")
    counts, rows = answered(program, model, source, tmp_path / "out.csv", *columns)
    assert counts == (3, 0)
    whole = [{"role": "assistant", "content": "fine"}, *TALK]
    assert "fine" in rows[0]["answer"]
    assert [row["answer"] for row in rows] == [
        model([{"messages": whole}])[0]["answer"],
        model(["hello"])[0]["answer"],
        "",
    ]
    with pytest.raises(SystemExit) as left:
        program.answer_file(model, source, program.columns_of(model, []), tmp_path / "none.csv")
    assert str(left.value).splitlines() == [
        "There is no column 'messages' in turns.csv. Its columns: thread, n, who, said.",
        "Say which one holds the messages: --column messages=COLUMN",
        "or, where each is spread over several rows: --column conversation=COLUMN --column role=COLUMN --column content=COLUMN",
    ]
    with pytest.raises(SystemExit, match="Nothing says what holds the role"):
        program.answer_file(model, source, program.columns_of(model, ["conversation=thread"]), tmp_path / "none.csv")
