"""What a model that rewrites is told with every text: the same in training, in the report, when asked, and in the program."""

import importlib.util
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
import transformers

from studio.data.example import Example
from studio.evaluation import answers
from studio.evaluation.report import read_report
from studio.events import Failed, Step
from studio.export.archive import build_archive
from studio.models.load import load_tuned
from studio.tasks import task_named
from studio.worker.answer import Answerer, setup_of
from studio.worker.batches import plan
from worker.tiny_translators import CODES, language_tokenizer, make_translator, translations
from worker.tiny_writers import byte_tokenizer, make_encoder_decoder
from worker.written import make_written

every_kind = pytest.mark.parametrize("kind", CODES)
QUICK = {"epochs": 1, "batch_rows": 10, "learning_rate": 1e-3}
TASK = task_named("text-to-text")


@pytest.fixture(scope="session")
def translators(tmp_path_factory):
    folder = tmp_path_factory.mktemp("translators")
    for kind in CODES:
        make_translator(folder / kind, kind)
    texts = [text for row in translations() for text in (row.inputs["source"], row.target)]
    make_encoder_decoder(folder / "t5", byte_tokenizer([*texts, "translate German to English:"], closes=True))
    return folder


@pytest.fixture
def translate(home, translators, monkeypatch):
    monkeypatch.setattr("os.setpriority", lambda *_: None)
    (home.models / "offered").mkdir()
    for model in translators.iterdir():
        (home.models / "offered" / model.name).symlink_to(model)

    def make(kind, *, rows=None, **settings):
        rows = rows or translations()
        return make_written(home, "text-to-text", kind, [rows, rows[:5], rows[:4]], **{**QUICK, **settings})

    return make


def program_of(run, folder):
    import zipfile

    folder /= "unpacked"
    with zipfile.ZipFile(build_archive(run)) as packed:
        packed.extractall(folder)
    (unpacked,) = folder.iterdir()
    spec = importlib.util.spec_from_file_location("exported_rewriter", unpacked / "predict.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Rewriter(unpacked)


def asked(run, which="tuned"):
    return [each.value for each in Answerer(run).ask(which, [row.inputs for row in translations()[:4]])[1]]


@every_kind
def test_languages_follow_from_the_rows_and_stay_with_the_run(translate, work, tmp_path, kind):
    run = translate(kind)
    assert work(run) == 0
    facts = json.loads((run.model / "head.json").read_bytes())
    assert tuple(facts["codes"]) == CODES[kind]
    assert any(f"{CODES[kind][0]} is read, {CODES[kind][1]} is written" in note for note in read_report(run).notes)
    reported = [answer.value for answer in answers.from_parquet(run.answers.read_bytes()).answers]
    assert asked(run) == reported
    assert [
        told["answer"] for told in program_of(run, tmp_path)([row.inputs for row in translations()[:4]])
    ] == reported
    model, tokenizer = load_tuned(run.model)
    setup = setup_of(model.head.facts, tokenizer)
    (feature,) = TASK.encode(translations()[:1], setup)[0]
    code = tokenizer.convert_tokens_to_ids(CODES[kind][0])
    assert feature["input_ids"][-1 if kind == "mbart" else 0] == code
    ids = torch.tensor([feature["input_ids"]])
    written = model.head.write(model.backbone, 8, input_ids=ids, attention_mask=torch.ones_like(ids))[0]
    english, end = tokenizer.convert_tokens_to_ids(CODES[kind][1]), tokenizer.eos_token_id
    assert written[: 1 if kind == "mbart" else 2].tolist() == ([english] if kind == "mbart" else [end, english])


def plain_loss(kind, model, tokenizer, rows):
    """As in the manual; mBART's first form by hand, since its own learns the language behind the end as well."""
    tokenizer.src_lang, tokenizer.tgt_lang = CODES[kind]
    sources, targets = [row.inputs["source"] for row in rows], [row.target for row in rows]
    batch = tokenizer(sources, text_target=targets, padding=True, return_tensors="pt")
    labels = batch["labels"].masked_fill(batch["labels"] == tokenizer.pad_token_id, -100)
    given = {"input_ids": batch["input_ids"], "attention_mask": batch["attention_mask"]}
    if kind != "mbart":
        return model(**given, labels=labels).loss
    english = tokenizer.convert_tokens_to_ids("en_XX")
    labels = labels.masked_fill(labels == english, -100)
    begun = torch.cat([torch.full_like(labels[:, :1], english), labels[:, :-1]], 1).masked_fill(labels == -100, 1)
    logits = model(**given, decoder_input_ids=begun).logits
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())


@every_kind
def test_losses_of_the_first_steps_are_those_of_a_plain_loop(translate, work, translators, kind):
    settings = {"batch_rows": 5, "warm_up": 0.0, "decay": "constant", "max_gradient_norm": 100}
    run = translate(kind, **settings)
    assert work(run) == 0
    rows = translations()
    tokenizer = transformers.AutoTokenizer.from_pretrained(translators / kind)
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(translators / kind).train(False)
    tuned, theirs = load_tuned(run.model)
    features = TASK.encode(rows, setup_of(tuned.head.facts, theirs))
    lengths = np.array([len(each["input_ids"]) + len(each["labels"]) for (each,) in features])
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.0)
    steps = [event for event in run.events() if isinstance(event, Step)]
    for step, batch in zip(steps[:3], plan(lengths, 5, seed=1, epoch=0), strict=False):
        loss = plain_loss(kind, model, tokenizer, [rows[row] for row in batch])
        assert step.loss == pytest.approx(loss.item(), abs=2e-4)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()


def test_languages_that_rows_do_not_show_have_to_be_said(translate, work):
    rows = [Example(row, {"source": f"{row} zzz"}, f"qqq {row}") for row in range(2, 22)]
    run = translate("nllb", rows=rows)
    assert work(run) == 1
    failed = next(event for event in run.events() if isinstance(event, Failed))
    assert "needs to know the source language, and the rows do not show it" in failed.what
    assert "one of: deu_Latn, eng_Latn, fra_Latn" in failed.fix
    said = translate("nllb", rows=rows, source_language="French", target_language="de")
    assert work(said) == 0
    assert json.loads((said.model / "head.json").read_bytes())["codes"] == ["fra_Latn", "deu_Latn"]
    unknown = translate("nllb", rows=rows, source_language="Klingon", target_language="de")
    assert work(unknown) == 1
    failed = next(event for event in unknown.events() if isinstance(event, Failed))
    assert "does not know the source language “Klingon”" in failed.what


@pytest.mark.parametrize(
    ("wished", "prefix"),
    [
        ({}, "translate German to English:"),
        ({"prefix": "in English: "}, "in English:"),
        ({"prefix": "none"}, ""),
        ({"target_language": "ro"}, "translate German to Romanian:"),
    ],
)
def test_t5_reads_every_text_behind_the_words_it_knows(translate, work, tmp_path, wished, prefix):
    run = translate("t5", **wished)
    assert work(run) == 0
    model, tokenizer = load_tuned(run.model)
    facts = model.head.facts
    assert facts.prefix == prefix
    (feature,) = TASK.encode(translations()[:1], setup_of(facts, tokenizer))[0]
    text = translations()[0].inputs["source"]
    assert tokenizer.decode(feature["input_ids"], skip_special_tokens=True) == f"{prefix} {text}".strip()
    assert facts.max_length == run.config.compute.max_length + len(tokenizer.tokenize(prefix))  # on top of the limit
    assert any("behind the words" in note for note in read_report(run).notes) == bool(prefix)
    reported = [answer.value for answer in answers.from_parquet(run.answers.read_bytes()).answers]
    assert asked(run) == reported
    assert [
        told["answer"] for told in program_of(run, tmp_path)([row.inputs for row in translations()[:4]])
    ] == reported


def test_the_untuned_model_is_told_the_same(translate, work):
    run = translate("nllb")
    assert work(run) == 0
    assert tuple(json.loads((run.path / "probe.json").read_bytes())["codes"]) == CODES["nllb"]
    answerer = Answerer(run)
    answerer.ask("untuned", [translations()[0].inputs])
    assert answerer._loaded["untuned"][1].codes == CODES["nllb"]


@every_kind
def test_what_is_cut_keeps_its_marks(kind):
    tokenizer = language_tokenizer(kind)
    setup = replace(_setup(tokenizer), codes=CODES[kind])
    tokenizer.src_lang, tokenizer.tgt_lang = CODES[kind]
    long = Example(2, {"source": "die " * 40}, "the " * 40)
    (feature,) = TASK.encode([long], setup)[0]
    said = tokenizer.convert_ids_to_tokens(feature["input_ids"])
    assert len(said) == len(feature["labels"]) == 16
    assert [said[0], *said[-2:]].count(CODES[kind][0]) == said.count("</s>") == 1
    assert "</s>" not in tokenizer.convert_ids_to_tokens(feature["labels"])


def _setup(tokenizer):
    from studio.tasks.task import Setup

    return Setup(tokenizer, (), 16)
