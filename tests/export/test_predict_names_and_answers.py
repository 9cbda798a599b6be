"""The programs of heads that say something of every token answer as the studio does, hints and thresholds included."""

import csv
import importlib.util
import json
from dataclasses import replace

import pytest
from worker.tiny import make_model

from studio.data.example import Example
from studio.export.script import program as code_of
from studio.models.heads import HeadFacts, Wearing, head_files, head_named
from studio.models.load import load_base
from studio.tasks import task_named
from studio.tasks.answers import read as answer_of
from studio.tasks.spans import read
from studio.tasks.task import Setup
from studio.worker.evaluate import Kit, answer
from studio.worker.place import Place

TEXTS = ["My INVOICE was charged, Refund it", "parcel Late 12 today", "please Help with the PASSWORD " * 9, "refund"]
CASES = {
    "token-classification": ("token", ("billing", "place"), (0.4,), [{"text": text} for text in TEXTS]),
    "question-answering": (
        "span", ("answer",), (0.3,),
        [{"context": text, "question": "why is my invoice Late?"} for text in TEXTS],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(params=CASES)
def both(request, base, tmp_path):
    """Rows, what the studio answers to them, and what the program in the same folder does, with and without hints."""
    import torch

    kind, labels, thresholds, rows = CASES[request.param]
    task = task_named(request.param)

    def ask(*, hinted, rows=rows, longest=0):
        facts = HeadFacts(
            kind, "mean", True, 16.0, labels, 64 if longest else 32, task.name, thresholds, longest=longest
        )
        facts = replace(facts, hints=task.hints) if hinted else facts
        backbone, tokenizer = load_base(base)
        torch.manual_seed(5)
        head = head_named(kind)(32, facts)
        torch.nn.init.normal_(head.linear.weight)
        if facts.hints:
            torch.nn.init.normal_(head.hints.weight)
        setup = Setup(tokenizer, labels, facts.max_length, longest=longest)
        place = Place.choose("float32")
        examples = [Example(row, inputs) for row, inputs in enumerate(rows, 2)]
        ours = answer(Wearing(backbone, head).train(False), Kit(task, setup, place), examples, lambda _done: None)
        folder = tmp_path / f"{kind}-{hinted}-{longest}"
        backbone.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        for name, data in head_files(head):
            (folder / name).write_bytes(data)
        inputs = [{"name": name, "title": name, "column": "", "optional": False} for name in rows[0]]
        (folder / "inputs.json").write_text(json.dumps(inputs))
        (folder / "predict.py").write_text(code_of(kind))
        spec = importlib.util.spec_from_file_location(f"exported_{kind}", folder / "predict.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        model = (module.Marker if kind == "token" else module.Finder)(folder)
        return [each.value for each in ours], model(rows)

    return ask


def _alike(ours, theirs):
    """The studio's answer in its own form, as the programs say it."""
    if isinstance(theirs["answer"], str):
        text, start = answer_of(ours)
        return (text, start) == (theirs["answer"], theirs["start"])
    return [list(span) for span in read(ours)] == [[e["start"], e["end"], e["type"]] for e in theirs["answer"]]


@pytest.mark.parametrize("hinted", [True, False], ids=["hints", "a model of before"])
def test_a_program_answers_as_the_studio_does(both, hinted):
    ours, theirs = both(hinted=hinted)
    assert len(ours) == len(theirs) == len(TEXTS)
    assert all(_alike(one, other) for one, other in zip(ours, theirs, strict=True))
    assert any(value not in ("[]", "") for value in ours)


@pytest.mark.parametrize("both", ["question-answering"], indirect=True)
def test_a_program_gives_answers_as_long_as_the_studio_does(both):
    words = " ".join(TEXTS * 2).split()
    rows = [{"context": " ".join(words[shift:] + words[:shift]), "question": "why?"} for shift in range(0, 40, 5)]
    ours, theirs = both(hinted=False, rows=rows, longest=60)
    assert all(_alike(one, other) for one, other in zip(ours, theirs, strict=True))
    assert max(len(each["answer"].split()) for each in theirs) > 30


@pytest.mark.parametrize("both", ["token-classification"], indirect=True)
def test_the_hints_decide_something_here(both):
    """So that the test above could fail."""
    assert both(hinted=True)[0] != both(hinted=False)[0]


@pytest.fixture(scope="module")
def marker(tmp_path_factory):
    """The program of names with a model that finds the first three letters, without weights."""
    file = tmp_path_factory.mktemp("marker") / "predict.py"
    file.write_text(code_of("token"))
    spec = importlib.util.spec_from_file_location("exported_marker", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    class First(module.Marker):
        def __init__(self):
            self.inputs = [{"name": "text", "title": "Text", "column": "text", "optional": False}]
            self.names = ["text"]

        def batch(self, rows):
            text = [row["text"] for row in rows]
            return [{"answer": [{"type": "person", "text": each[:3], "start": 0, "end": 3}]} for each in text]

    return module, First()


def _answered(marker, tmp_path, content):
    module, model = marker
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(content, encoding="utf-8")
    module.answer_file(model, source, module.columns_of(model, []), target)
    with target.open(encoding="utf-8-sig", newline="") as readable:
        return [(row["text"], json.loads(row["answer"] or "[]")) for row in csv.DictReader(readable)]


def test_texts_in_a_script_without_spaces_stay_texts(marker, tmp_path, capsys):
    texts = ["李娜住在上海。", "王芳去了腾讯公司。", "我爱广州的早茶。", "刘洋在深圳工作。"]
    found = _answered(marker, tmp_path, "text\n" + "\n".join(texts[:2]) + "\n\n" + "\n".join(texts[2:]))
    assert [answer[0]["text"] for _, answer in found] == [text[:3] for text in texts]
    assert "read as one text" not in capsys.readouterr().err


def test_words_are_put_together_and_that_is_said(marker, tmp_path, capsys):
    found = _answered(marker, tmp_path, "text\nAnna\nslept\n\nBob\nleft\n")
    assert [[each["text"] for each in answer] for _, answer in found] == [["Ann"], [], ["Bob"], []]
    assert "read as one text" in capsys.readouterr().err
    found = _answered(marker, tmp_path, "text\n" + "Anna\nslept\n" * 6)
    assert [len(answer) for _, answer in found] == [1] * 12
    assert "--column sentence=COLUMN" in capsys.readouterr().err


def test_places_count_in_the_text_of_the_file(marker, tmp_path):
    found = _answered(marker, tmp_path, "text\n@ada met Bob\nAnna met Bob\n")
    assert [text[answer[0]["start"] : answer[0]["end"]] for text, answer in found] == ["@ad", "Ann"]
