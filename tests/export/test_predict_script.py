import ast
import csv
import importlib.util
import json
import subprocess
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
    assert program.answer_file(model, source, "text", target) == 3
    rows = list(csv.reader(target.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0] == ["id", "note", "text", "answer", "confidence"]
    assert [row[:3] for row in rows[1:]] == [["1", "'=1+1", "refund"], ["2", "“ü”", "parcel late"], ["3", "x", ""]]
    label, share = program.best(model(["refund"])[0])
    assert rows[1][3:] == [label, f"{share:.4f}"]


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


@pytest.mark.slow
def test_the_command_line_in_a_process_of_its_own(program, folder, tmp_path):
    def ask(*arguments):
        command = [sys.executable, "-I", str(folder / "predict.py"), *arguments]
        offline = {"HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE"}
        return subprocess.run(
            command, cwd=tmp_path, env=offline, capture_output=True, text=True, timeout=120, check=False
        )

    done = ask("--json", *TEXTS)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        {"text": text, "answer": program.best(answer)[0], "confidence": pytest.approx(answer, abs=1e-6)}
        for text, answer in zip(TEXTS, program.Classifier(folder)(TEXTS), strict=True)
    ]
    refused = ask("--file", "nowhere.csv", "--column", "text")
    assert refused.returncode == 2
    assert "there is no file nowhere.csv" in refused.stderr
