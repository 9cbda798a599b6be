"""Every kind of head, trained by the worker, exported, unpacked, and asked by its own program: the worker's answers.

And by the code of its card, word for word.
"""

import csv
import json
import re
import runpy
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from studio.evaluation.baselines import BASELINES
from studio.export.using import UNKNOWN_BASE
from studio.models.heads import HEADS
from studio.rundir import Home, RunDir
from studio.tasks.unread import not_read
from studio.worker.answer import Answerer

from .trained import CASES, make_models, program_of, rows_of, trained

every_case = pytest.mark.parametrize("name", CASES)
ODD = (
    "Ünïcödé – “quotes”, e\u0301, ﬁne, 🙂 👩\u200d👩\u200d👧",
    "日本語のテキスト と English と العربية",
    "\u200b",
    "\u202ereversed\u202c and a \x00 zero, a \ufeff mark, a \ud7ff letter",
    "  spaces  at\tboth\nends\r\n ",
    "</s> [SEP] <pad> <|im_end|> [CLS]",
    "-",
    "refund " * 400,
    "supercalifragilistic" * 60,
    "one ___ two " * 40,
)
"""Texts nobody trained on: other scripts, invisible letters, special tokens spelled out, far too long ones, and gaps."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("home")).prepare()
    make_models(home.models / "offered")
    before = signal.getsignal(signal.SIGTERM)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.setpriority", lambda *_: None)
        patch.setattr("studio.worker.place.threads", lambda: 1)
        for name, quick in (("tfidf", "most_frequent"), ("tfidf_labels", "most_frequent"), ("tfidf_number", "mean")):
            patch.setitem(BASELINES, name, BASELINES[quick])
        yield home
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="module")
def run_of(home: Home) -> Callable[[str], RunDir]:
    """A trained run of each case, made when it is first asked for."""
    made: dict[str, RunDir] = {}

    def run(name: str) -> RunDir:
        if name not in made:
            made[name] = trained(home, CASES[name])
        return made[name]

    return run


def asked_of(case: Any) -> list[dict[str, str]]:
    """Test rows, and odd texts in every place where the model reads one."""
    rows = [example.inputs for example in rows_of(case)[-12:]]
    for text in ODD:
        for role in rows[0]:
            rows.append({**rows[0], role: text})
    return rows


def kind_in(module: ModuleType) -> Any:
    """The program's kind of model."""
    kinds = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, module.Model)]
    (kind,) = (each for each in kinds if not each.__subclasses__())
    return kind


def same(said: dict[str, Any], value: str, confidence: dict[str, float], head: str) -> None:
    """Whether the program says what the worker says, each in its own form."""
    answer = said["answer"]
    if head == "sequence":
        assert answer == value
        assert said["labels"] == pytest.approx(confidence, abs=1e-5)
        assert said["confidence"] == pytest.approx(confidence[value], abs=1e-5)
    elif head == "multi-label":
        assert answer == json.loads(value)
        assert said["confidence"] == pytest.approx(confidence, abs=1e-5)
    elif head in ("number", "similarity"):
        assert answer == pytest.approx(float(value), rel=1e-5, abs=1e-4)
    elif head == "token":
        assert [[each["start"], each["end"], each["type"]] for each in answer] == json.loads(value)
    elif head == "span":
        assert {"text": answer, "start": said["start"]} == json.loads(value)
        assert said["confidence"] == pytest.approx(confidence["answer"], abs=1e-5)
    else:
        assert answer == value


@pytest.mark.slow
@every_case
def test_the_unpacked_program_answers_as_the_worker_does(
    run_of: Callable[[str], RunDir], name: str, tmp_path: Path
) -> None:
    case = CASES[name]
    run = run_of(name)
    folder, module = program_of(run, tmp_path)
    facts = json.loads((folder / "head.json").read_text())
    assert facts["kind"] == case.head
    rows = asked_of(case)
    _, answers = Answerer(run).ask("tuned", rows)
    kind = kind_in(module)
    said = kind(folder)(rows)
    assert any(answer.is_cut for answer in answers) == (case.head not in ("token", "span", "masked"))  # read in windows
    for row, told, answer in zip(rows, said, answers, strict=True):
        assert told.get("note", "") == not_read(answer.lost, answer.is_cut)
        try:
            same(told, answer.value, answer.confidence, case.head)
        except AssertionError as error:
            raise AssertionError(f"{row}: {error}") from error
    assert len({answer.value for answer in answers}) > 1, "a comparison that tells something"
    assert [each["answer"] for each in kind(folder)(rows[-1:])] == [said[-1]["answer"]], "alone as among others"


def code_of(folder: Path, language: str) -> list[str]:
    """The card's blocks of code."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", (folder / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    return [code for named, code in found if named == language]


def done(code: str) -> dict[str, Any]:
    """The names after a block of Python."""
    names: dict[str, Any] = {}
    exec(code, names)
    return names


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CASES if not name.endswith(("decoder", "adapters", "bart"))])
def test_the_code_of_the_card_runs_and_says_the_same(
    run_of: Callable[[str], RunDir],
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, module = program_of(run_of(name), tmp_path)
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "predict", raising=False)
    facts = json.loads((folder / "head.json").read_text())
    (folder / "head.json").write_text(json.dumps(facts | {"max_length": 128}))  # room for the card's own question
    rows = rows_of(CASES[name])[-5:]
    with (folder / "input.csv").open("w", newline="") as file:
        csv.writer(file).writerows([[f"the {role}" for role in rows[0].inputs], *(row.inputs.values() for row in rows)])
    (typed,) = (block for block in code_of(folder, "") if "predict.py" in block)
    for line in typed.splitlines():
        monkeypatch.setattr(sys, "argv", shlex.split(line)[1:])
        runpy.run_path(str(folder / "predict.py"), run_name="__main__")
    with (folder / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        answered = list(csv.DictReader(file))
    assert [*answered[0]][len(rows[0].inputs) :] == [*kind_in(module).cells]
    own, *plain = code_of(folder, "python")
    model, asked = done(own)["model"], own.splitlines()[-1]
    said = [each["answer"] for each in model([row.inputs for row in rows])]
    assert [row["answer"] for row in answered] == [module.safe(module.told(each)) for each in said]
    (answer,) = eval(asked.partition("#")[0], {"model": model})
    told = re.findall(r'"(\w+)":', re.sub(r"(?<=: )[\[{].*[\]}](?=\})", "", asked.partition("#")[2]))
    assert [*answer][: len(told)] == told
    capsys.readouterr()
    for block in plain:
        if "peft" not in block:
            done(block)
            assert capsys.readouterr().out.strip() == answer["answer"]
    assert bool(plain) == (CASES[name].head in ("causal", "encoder-decoder", "masked"))


def outputs_with_adapters(base: Path, folder: Path, case: Any, patch: pytest.MonkeyPatch) -> Any:
    """The base model with the adapters on, as the card says, and the merged one."""
    import transformers

    merged = getattr(transformers, HEADS[case.head].auto_class).from_pretrained(folder, use_safetensors=True).eval()
    patch.chdir(folder)
    (code,) = (block for block in code_of(folder, "python") if "peft" in block)
    return done(code.replace(UNKNOWN_BASE, str(base)))["model"].eval(), merged


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning")  # peft asks transformers for things by their old names
@pytest.mark.parametrize("name", ["label", "reply by adapters", "rewriting", "filling gaps"])
def test_adapters_and_the_merged_model_say_the_same(
    home: Home, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    monkeypatch.setattr("studio.worker.probe.STRENGTHS", (1e-6,))  # a start that a few steps beat
    run = trained(home, case, trains="lora", learning_rate=1e-2, epochs=4, watch="loss", lora_rank=16)
    assert run.events()[-1].best_step > 0
    folder, module = program_of(run, tmp_path)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    assert {"adapter/adapter_model.safetensors", "adapter/adapter_config.json", "model.safetensors"} <= files
    assert not {each for each in files if each.endswith((".bin", ".pt", ".pkl"))}
    told = (folder / "adapter" / "adapter_config.json").read_text()
    assert str(home.path) not in told
    assert json.loads(told)["base_model_name_or_path"] is None, "a folder of the administrator's has no name on the Hub"
    base = home.models / "offered" / case.model
    worn, merged = outputs_with_adapters(base, folder, case, monkeypatch)
    torch.manual_seed(3)
    ids = torch.randint(5, 30, (4, 12))
    given: dict[str, Any] = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if case.head == "encoder-decoder":
        given["decoder_input_ids"] = ids
    with torch.no_grad():
        ours, theirs, before = (
            model(**given)[0] for model in (merged, worn, type(merged).from_pretrained(base).eval())
        )
    torch.testing.assert_close(ours, theirs, atol=2e-5, rtol=1e-4)
    assert (ours - before).abs().max() > 1e-3, "the adapters do something"


def test_every_head_is_compared() -> None:
    assert {case.head for case in CASES.values()} == set(HEADS)
