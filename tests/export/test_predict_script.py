import ast
import csv
import importlib.util
import json
import runpy
import shutil
import subprocess
import sys

import pytest

from studio.export.archive import build_archive
from studio.export.script import KINDS, requirements_text
from studio.export.script import program as code_of
from studio.models.heads import HEADS

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
    for text, told in zip(TEXTS, answers, strict=True):
        answer = told["labels"]
        assert (told["answer"], told["confidence"]) == next(iter(answer.items()))
        expected = dict(zip(["account", "billing", "delivery"], _by_hand(folder, text), strict=True))
        assert answer == pytest.approx(expected, abs=1e-5)
        assert list(answer.values()) == sorted(answer.values(), reverse=True)


def test_the_first_token_can_be_the_text(program, folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "first")
    facts = json.loads((other / "head.json").read_text())
    (other / "head.json").write_text(json.dumps({**facts, "pooling": "first", "normalize": False}))
    model = program.Classifier(other)
    tokens = model.tokenizer(TEXTS[0], truncation=True, max_length=12, return_tensors="pt")
    first = model.model(**tokens).last_hidden_state[0, 0].cpu()
    expected = model.head["weight"].cpu() @ (first * 16.0) + model.head["bias"].cpu()
    assert model.outputs([{"text": TEXTS[0]}])[0][0].tolist() == pytest.approx(expected.tolist(), abs=1e-4)


def test_a_file_in_a_file_out_safe_for_spreadsheets(program, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(program, "CHUNK", 2)
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes("\ufeffid;note;text\n1;=1+1;refund\n\n2;“ü”;parcel late\n3;x\n".encode())
    model = program.Classifier(folder)
    assert program.answer_file(model, source, {"text": "text"}, target) == (3, 1)
    rows = list(csv.reader(target.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0] == ["id", "note", "text", "answer", "confidence"]
    assert [row[:3] for row in rows[1:]] == [["1", "'=1+1", "refund"], ["2", "“ü”", "parcel late"], ["3", "x", ""]]
    (said,) = model(["refund"])
    assert rows[1][3:] == [said["answer"], f"{said['confidence']:.4f}"]
    assert rows[3][3:] == ["", ""], "a row without a text gets no answer, as on the page"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("title.csv", b"Tickets of May,\n,\nid;text\n1;refund\n2;parcel late\n"),
        ("tabs.tsv", b"id\t text \n1\trefund\n2\tparcel late\n"),
        ("wide.csv", "id,text\n1,refund\n2,parcel late\n".encode("utf-16")),
        ("list.json", b'[{"id": 1, "text": "refund"}, {"text": "parcel late", "id": 2}]'),
        ("under.json", b'{"version": 1, "rows": [{"id": 1, "text": "refund"}, {"id": 2, "text": "parcel late"}]}'),
        ("lines.jsonl", b'{"id": 1, "text": "refund"}\n\n{"id": 2, "text": "parcel late"}\n'),
        (
            "odd.jsonl",
            '{"id": 1, "text": "refund", "note": "a\u2028b\u0085c"}\r\n{"id": 2, "text": "parcel late"}'.encode(),
        ),
    ],
)
def test_files_as_the_studio_reads_them(program, folder, tmp_path, name, content):
    source, target = tmp_path / name, tmp_path / "out.csv"
    source.write_bytes(content)
    model = program.Classifier(folder)
    assert program.answer_file(model, source, {"text": "text"}, target) == (2, 0)
    with target.open(encoding="utf-8-sig", newline="") as readable:
        rows = list(csv.DictReader(readable))
    assert [(row["id"], row["text"]) for row in rows] == [("1", "refund"), ("2", "parcel late")]
    assert [row["answer"] for row in rows] == [said["answer"] for said in model(["refund", "parcel late"])]


@pytest.mark.parametrize(
    ("content", "column", "header"),
    [
        ("1\trefund\n\n2\tparcel late\n", "Column 2", ["Column 1", "Column 2"]),
        ("id,\n1,refund\n2,parcel late\n", "Column 2", ["id", "Column 2"]),
        ("text,text\n1,refund\n2,parcel late\n", "text (2)", ["text", "text (2)"]),
    ],
)
def test_columns_without_a_name_of_their_own_are_called_as_in_the_studio(
    program, folder, tmp_path, content, column, header
):
    from studio.data.read import read_table

    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(content + "3,x\n".replace(",", "\t" if "\t" in content else ",") * 9)
    assert list(read_table(source).columns) == header
    model = program.Classifier(folder)
    assert program.answer_file(model, source, {"text": column}, target) == (11, 0)
    with target.open(encoding="utf-8-sig", newline="") as readable:
        rows = list(csv.DictReader(readable))
    assert list(rows[0])[:2] == header
    assert [row[column] for row in rows[:2]] == ["refund", "parcel late"]
    assert rows[1]["answer"] == model(["parcel late"])[0]["answer"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("some.xlsx", b"PK\x03\x04\x00\x00", "some.xlsx is no CSV or JSON file. Save the table as 'CSV UTF-8'"),
        ("some.json", b"{broken", "some.json is no JSON that can be read"),
        ("some.jsonl", b'["text"]\n["refund"]\n', "some.jsonl holds no list of objects"),
        ("some.csv", b"", "There is no column 'text' in some.csv. Its columns: ."),
    ],
)
def test_files_that_it_cannot_read_are_told(program, folder, tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SystemExit) as left:
        program.answer_file(program.Classifier(folder), tmp_path / name, {"text": "text"}, tmp_path / "out.csv")
    assert str(left.value).startswith(said)
    assert not (tmp_path / "out.csv").exists()


def test_cells_beyond_the_header_do_not_shift_the_answer(program, folder, tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text,note\nrefund,a,b,=c\nparcel late,d\n")
    model = program.Classifier(folder)
    program.answer_file(model, source, {"text": "text"}, target)
    rows = list(csv.reader(target.read_text(encoding="utf-8-sig").splitlines()))
    (said,) = model(["refund"])
    assert rows[1] == ["refund", "a", said["answer"], f"{said['confidence']:.4f}", "b", "'=c"]
    assert len(rows[2]) == len(rows[0]) == 4


def test_a_wrong_column_is_told_with_the_right_ones(program, folder, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("a,b\n1,2\n")
    with pytest.raises(SystemExit, match=r"no column 'text' in in\.csv\. Its columns: a, b\."):
        program.answer_file(program.Classifier(folder), source, {"text": "text"}, tmp_path / "out.csv")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_it_needs_nothing_of_the_studio_and_reads_like_code(kind, tmp_path):
    text = code_of(kind)
    imported = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.split(".")[0])
    assert imported - set(sys.stdlib_module_names) <= {"torch", "transformers", "safetensors", "numpy"}, (
        "numpy comes with transformers"
    )
    assert {"torch", "transformers"} <= imported
    (tmp_path / "predict.py").write_text(text)
    checked = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9", str(tmp_path / "predict.py")]
    done = subprocess.run(checked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert [line.partition("==")[0] for line in requirements_text().splitlines()] == [
        "torch",
        "transformers",
        "safetensors",
    ]


def test_every_head_has_a_program():
    assert {kind for kind in HEADS if not HEADS[kind].writes} <= KINDS


@pytest.fixture
def worn(folder, tmp_path):
    """The same base model with another head: its folder, and the program of that kind."""

    def wear(kind, rows, inputs=("text",), **facts):
        import torch
        from safetensors.torch import save_file

        place = shutil.copytree(folder, tmp_path / kind)
        torch.manual_seed(4)
        save_file({"weight": torch.randn(rows, 32), "bias": torch.randn(rows)}, place / "head.safetensors")
        known = json.loads((place / "head.json").read_text())
        (place / "head.json").write_text(json.dumps({**known, "kind": kind, **facts}))
        told = [{"name": name, "title": name, "column": "", "optional": name == "text_pair"} for name in inputs]
        (place / "inputs.json").write_text(json.dumps(told))
        (place / "predict.py").write_text(code_of(kind))
        spec = importlib.util.spec_from_file_location(f"exported_{kind.replace('-', '_')}", place / "predict.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return place, module

    return wear


def _outputs(place, texts):
    """What the head of the studio makes of the texts (and second texts)."""
    import torch

    from studio.models.load import load_tuned

    wearing, tokenizer = load_tuned(place)
    found = []
    for text in texts:
        one, two = text if isinstance(text, tuple) else (text, None)
        batch = tokenizer(one, two, truncation=True, max_length=12, return_tensors="pt")
        if two is None:
            batch.pop("token_type_ids", None)
        with torch.no_grad():
            found.append(wearing.train(False)(**batch)[0])
    return torch.stack(found)


def test_several_labels_by_their_thresholds(worn):
    labels, thresholds = ["a", "b", "c"], [0.3, 0.6, 0.9]
    place, program = worn("multi-label", 3, labels=labels, thresholds=thresholds)
    shares = _outputs(place, TEXTS).sigmoid().tolist()
    for said, row in zip(program.Labeler(place)(TEXTS), shares, strict=True):
        assert said["confidence"] == pytest.approx(dict(zip(labels, row, strict=True)), abs=1e-5)
        assert said["answer"] == [
            label for label, share, least in zip(labels, row, thresholds, strict=True) if share >= least
        ]
    assert program.told(["a", "b"]) == '["a", "b"]'


@pytest.mark.parametrize("middle", [10.0, 2_500_000.0])
def test_a_number_in_its_own_unit(worn, middle):
    place, program = worn("number", 1, labels=[], scaling=[middle, 2.5])
    expected = [output * 2.5 + middle for output in _outputs(place, TEXTS)[:, 0].tolist()]
    assert [said["answer"] for said in program.Scorer(place)(TEXTS)] == pytest.approx(expected, rel=0, abs=1e-4)
    (place / "in.csv").write_text("text\nrefund\n")
    program.answer_file(program.Scorer(place), place / "in.csv", {"text": "text"}, place / "out.csv")
    assert (place / "out.csv").read_text(encoding="utf-8-sig").splitlines()[0] == "text,answer", "it is never sure"


def test_two_texts_are_read_as_one(worn, monkeypatch, capsys):
    place, program = worn("sequence", 3, inputs=("text", "text_pair"))
    pairs = [("my invoice", "refund it"), ("parcel late", "where is it")]
    expected = _outputs(place, pairs).softmax(-1).max(-1).values.tolist()
    rows = [{"text": one, "text_pair": two} for one, two in pairs]
    assert [said["confidence"] for said in program.Classifier(place)(rows)] == pytest.approx(expected, abs=1e-5)
    _ask(program, monkeypatch, "--json", "text=my invoice", "text_pair=refund it")
    (said,) = json.loads(capsys.readouterr().out)
    assert said["confidence"] == pytest.approx(expected[0], abs=1e-5)
    with pytest.raises(
        SystemExit, match="These are 3 texts, but the model reads 2 at a time: text=TEXT and text_pair=TEXT"
    ):
        _ask(program, monkeypatch, "one", "two", "three")


def test_formulas_are_neutralized_as_everywhere(program):
    from studio.data.formulas import formula_safe

    for cell in ("=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "\0x", "＝1", "＋1", "－1", "＠x", "a=1", ""):
        assert program.safe(cell) == formula_safe(cell)


@pytest.mark.parametrize(
    ("number", "deviation"), [(1.234567e-05, 1e-5), (1234.5678, 10), (1700000000.25, 3), (-0.5, 1)]
)
def test_a_number_in_a_file_is_the_one_that_the_studio_says(program, number, deviation):
    from studio.data.decimals import rounded

    assert program.told(float(rounded(number, deviation))) == rounded(number, deviation)
    assert program.told(1 / 3, is_share=True) == "0.3333"


def _ask(program, monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["predict.py", *map(str, arguments)])
    runpy.run_path(program.__file__, run_name="__main__")


def test_the_command_line_answers_texts(program, folder, monkeypatch, capsys):
    answers = program.Classifier(folder)(TEXTS)
    _ask(program, monkeypatch, "--json", *TEXTS)
    assert json.loads(capsys.readouterr().out) == [
        {
            "text": text,
            "answer": answer["answer"],
            "confidence": pytest.approx(answer["confidence"], abs=1e-6),
            "labels": pytest.approx(answer["labels"], abs=1e-6),
            **({"note": answer["note"]} if "note" in answer else {}),
        }
        for text, answer in zip(TEXTS, answers, strict=True)
    ]
    assert [place for place, answer in enumerate(answers) if "note" in answer] == [2]  # the long one was cut
    _ask(program, monkeypatch, "refund")
    said = answers[3]
    assert capsys.readouterr().out == f"{said['answer']}\t{100 * said['confidence']:.1f} %\trefund\n"


def test_the_command_line_answers_a_file(program, tmp_path, monkeypatch, capsys):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text\nrefund\nparcel\n")
    _ask(program, monkeypatch, "--file", source, "--column", "text", "--output", target)
    assert capsys.readouterr().out == f"2 rows in {target}\n"
    assert len(target.read_text().splitlines()) == 3
    source.write_text('id,text\n1,refund\n2,""\n3,"  "\n')
    _ask(program, monkeypatch, "--file", source, "--column", "text", "--output", target)
    said = capsys.readouterr()
    assert said.out == f"3 rows in {target}, 2 of them without a text to ask about and so without an answer\n"
    assert "Row 3 of out.csv is the first without an answer." in said.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give either texts or --file"),
        (("refund", " "), "a text is empty"),
        (("--file", "in.csv"), "There is no column 'ticket' in in.csv"),
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
