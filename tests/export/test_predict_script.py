import ast
import csv
import importlib.util
import json
import sys

import pytest

from studio.assets import ASSETS
from studio.export.archive import build_archive
from studio.export.script import requirements_text

from .finished import unpacked

TEXTS = ["my invoice was charged twice", "parcel late", "please help with the password " * 9, "refund"]


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    return unpacked(build_archive(run), tmp_path_factory.mktemp("unpacked"))


@pytest.fixture(scope="module")
def program(folder):
    spec = importlib.util.spec_from_file_location("exported_predict", folder / "predict.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _by_hand(folder, text):
    """One text, no batch, no padding, every step written out."""
    import torch
    from safetensors.torch import load_file
    from transformers import AutoModel, AutoTokenizer

    tokens = AutoTokenizer.from_pretrained(folder)(text, truncation=True, max_length=12, return_tensors="pt")
    with torch.no_grad():
        vectors = AutoModel.from_pretrained(folder).eval()(**tokens).last_hidden_state[0]
        head = load_file(folder / "head.safetensors")
        pooled = vectors.mean(0)
        logits = head["weight"] @ (pooled / pooled.norm() * 16) + head["bias"]
        return logits.softmax(0).tolist()


def test_it_says_what_the_model_computes(program, folder):
    answers = program.Classifier(folder)(TEXTS)
    for text, answer in zip(TEXTS, answers, strict=True):
        expected = dict(zip(["account", "billing", "delivery"], _by_hand(folder, text), strict=True))
        assert answer == pytest.approx(expected, abs=1e-5)
        assert list(answer.values()) == sorted(answer.values(), reverse=True)


def test_the_first_token_can_be_the_text(program, folder, tmp_path):
    import shutil

    other = shutil.copytree(folder, tmp_path / "first")
    facts = json.loads((other / "head.json").read_text())
    (other / "head.json").write_text(json.dumps({**facts, "pooling": "first", "normalize": False}))
    model = program.Classifier(other)
    tokens = model.tokenizer(TEXTS[0], truncation=True, max_length=12, return_tensors="pt")
    first = model.model(**tokens).last_hidden_state[0, 0].cpu()
    expected = model.head["weight"].cpu() @ (first * 16.0) + model.head["bias"].cpu()
    assert model.logits([TEXTS[0]])[0].tolist() == pytest.approx(expected.tolist(), abs=1e-4)


def test_a_file_in_a_file_out_safe_for_spreadsheets(program, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(program, "CHUNK", 2)
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes("\ufeffid;note;text\n1;=1+1;refund\n\n2;“ü”;parcel late\n3;x\n".encode())
    model = program.Classifier(folder)
    assert program.answer_file(model, source, "text", target) == (3, 1)
    rows = list(csv.reader(target.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0] == ["id", "note", "text", "answer", "confidence"]
    assert [row[:3] for row in rows[1:]] == [["1", "'=1+1", "refund"], ["2", "“ü”", "parcel late"], ["3", "x", ""]]
    label, share = program.best(model(["refund"])[0])
    assert rows[1][3:] == [label, f"{share:.4f}"]
    assert rows[3][3:] == ["", ""], "a row without a text gets no answer, as on the page"


def test_cells_beyond_the_header_do_not_shift_the_answer(program, folder, tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text,note\nrefund,a,b,=c\nparcel late,d\n")
    model = program.Classifier(folder)
    program.answer_file(model, source, "text", target)
    rows = list(csv.reader(target.read_text(encoding="utf-8-sig").splitlines()))
    label, share = program.best(model(["refund"])[0])
    assert rows[1] == ["refund", "a", label, f"{share:.4f}", "b", "'=c"]
    assert len(rows[2]) == len(rows[0]) == 4


def test_a_wrong_column_is_told_with_the_right_ones(program, folder, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("a,b\n1,2\n")
    with pytest.raises(SystemExit, match=r"no column 'text' in in\.csv\. Its columns: a, b\."):
        program.answer_file(program.Classifier(folder), source, "text", tmp_path / "out.csv")


def test_it_needs_nothing_of_the_studio():
    imported = set()
    for node in ast.walk(ast.parse((ASSETS / "predict.py").read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.split(".")[0])
    assert imported - set(sys.stdlib_module_names) == {"torch", "transformers", "safetensors"}
    assert [line.partition("==")[0] for line in requirements_text().splitlines()] == [
        "torch",
        "transformers",
        "safetensors",
    ]


def test_formulas_are_neutralized_as_everywhere(program):
    from studio.data.formulas import formula_safe

    for cell in ("=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "\0x", "＝1", "＋1", "－1", "＠x", "a=1", ""):
        assert program.safe(cell) == formula_safe(cell)


def _ask(program, monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["predict.py", *map(str, arguments)])
    program.main()


def test_the_command_line_answers_texts(program, folder, monkeypatch, capsys):
    answers = program.Classifier(folder)(TEXTS)
    _ask(program, monkeypatch, "--json", *TEXTS)
    assert json.loads(capsys.readouterr().out) == [
        {"text": text, "answer": program.best(answer)[0], "confidence": pytest.approx(answer, abs=1e-6)}
        for text, answer in zip(TEXTS, answers, strict=True)
    ]
    _ask(program, monkeypatch, "refund")
    label, share = program.best(answers[3])
    assert capsys.readouterr().out == f"{label}\t{100 * share:.1f} %\trefund\n"


def test_the_command_line_answers_a_file(program, tmp_path, monkeypatch, capsys):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text\nrefund\nparcel\n")
    _ask(program, monkeypatch, "--file", source, "--column", "text", "--output", target)
    assert capsys.readouterr().out == f"2 rows in {target}\n"
    assert len(target.read_text().splitlines()) == 3
    source.write_text('id,text\n1,refund\n2,""\n3,"  "\n')
    _ask(program, monkeypatch, "--file", source, "--column", "text", "--output", target)
    assert capsys.readouterr().out == f"3 rows in {target}, 2 of them without a text and so without an answer\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give either texts or --file"),
        (("refund", " "), "a text is empty"),
        (("--file", "nowhere.csv"), "--column NAME"),
        (("--file", "nowhere.csv", "--column", "text"), "there is no file nowhere.csv"),
        (("--file", "in.csv", "--column", "text", "--output", "in.csv"), "would overwrite the input"),
        (("--file", "latin.csv", "--column", "text"), "latin.csv is not UTF-8 text"),
    ],
)
def test_the_command_line_says_what_is_wrong(program, tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text("text\nx\n")
    (tmp_path / "latin.csv").write_bytes("text\ncafé\n".encode("latin-1"))
    with pytest.raises(SystemExit) as left:
        _ask(program, monkeypatch, *arguments)
    assert said in capsys.readouterr().err + str(left.value)
