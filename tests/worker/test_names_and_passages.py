"""Both tasks with many outputs a row, from a frozen run to answers, with a model of 20 000 weights."""

import io
import json
import random

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, BertForQuestionAnswering, BertForTokenClassification

from studio.data.example import Example, from_parquet
from studio.evaluation import answers
from studio.evaluation.report import read_report
from studio.events import Checked, Finished, Step
from studio.models.load import load_untuned
from studio.tasks import task_named
from studio.tasks.answers import NO_ANSWER
from studio.tasks.answers import read as answer_of
from studio.tasks.answers import written as answer
from studio.tasks.spans import read, written
from studio.tasks.task import Answer, Setup
from studio.worker import unit_probe
from studio.worker.answer import serve
from studio.worker.batches import plan
from studio.worker.evaluate import Kit
from studio.worker.features import encode
from studio.worker.place import Place
from studio.worker.prepare import base_folder
from worker.tiny import FILLER, TINY, WORDS, make_run

NAMES = {word: kind for kind, words in WORDS.items() for word in words}


def tagged(count, *, seed=0, longest=40):
    """Sentences of known words, each name an entity of its kind; some are longer than one window."""
    draw = random.Random(seed)
    made = []
    for row in range(count):
        words = [draw.choice(FILLER + sorted(NAMES)) for _ in range(draw.randint(4, longest))]
        spans, end = [], 0
        for word in words:
            if word in NAMES:
                spans.append((end, end + len(word), NAMES[word]))
            end += len(word) + 1
        made.append(Example(row + 2, {"text": " ".join(words)}, written(spans)))
    return made


def asked(count, *, seed=0):
    """Contexts with one word of each kind; the question names a kind by another of its words. One in four has none."""
    draw = random.Random(seed)
    made = []
    for row in range(count):
        kinds = draw.sample(sorted(WORDS), 2)
        words = [draw.choice(FILLER) for _ in range(draw.randint(6, 40))]
        for kind in kinds:
            words.insert(draw.randrange(len(words)), draw.choice(WORDS[kind][:3]))
        kind = draw.choice(kinds) if row % 4 else next(each for each in sorted(WORDS) if each not in kinds)
        context = " ".join(words)
        found = next((word for word in words if word in WORDS[kind][:3]), "")
        start = context.split().index(found) if found else -1
        place = len(" ".join(words[:start])) + 1 if start > 0 else start
        question = f"why {draw.choice(WORDS[kind][3:])}"
        made.append(Example(row + 2, {"context": context, "question": question}, answer(found, place)))
    return made


CASES = {"token-classification": tagged, "question-answering": asked}


@pytest.fixture
def new(tiny_home):
    def make(task, *, made=None, **settings):
        config = TINY.model_copy(update={"task": task}).with_settings(
            {"max_length": 32, "label_smoothing": 0.0, **settings}
        )
        return make_run(tiny_home, config, made=made or CASES[task](150, seed=3))

    return make


def of(kind, run):
    return [event for event in run.events() if isinstance(event, kind)]


def ask(run, model, inputs):
    said = io.StringIO()
    assert serve(run.path, io.StringIO(json.dumps({"id": 1, "model": model, "texts": inputs}) + "\n"), said) == 0
    return json.loads(said.getvalue().splitlines()[1])


@pytest.mark.parametrize("name", CASES)
def test_a_whole_run_to_its_report_and_answers(new, work, name):
    run = new(name, epochs=2, batch_rows=16, learning_rate=1e-3)
    assert work(run) == 0
    task = task_named(name)
    assert [type(event) for event in run.events()][-1] is Finished
    report = read_report(run)
    assert report.rows == 30
    assert [metric.name for metric in report.metrics] == [metric.name for metric in task.metrics]
    assert {rung.name for rung in report.ladder} == {*task.baselines, "frozen"}
    assert all(metric.low <= metric.value <= metric.high for metric in report.metrics)
    assert report.per_label
    kept = answers.from_parquet(run.answers.read_bytes())
    test = from_parquet(run.part("test").read_bytes())
    assert [example.row for example in kept.examples] == [example.row for example in test]
    assert task.score(kept.answers, test, kept.labels)["f1"] == pytest.approx(report.metrics[0].value)
    reply = ask(run, "tuned", [example.inputs for example in test])
    assert reply["values"] == [each.value for each in kept.answers]
    told = [
        np.array([each.confidence.get(label, 0.0) for label in kept.labels]) for each in kept.answers if each.confidence
    ]
    ours = [np.array(each) for each in reply["confidence"] if each]
    assert np.abs(np.array(told) - np.array(ours)).max() < 1e-5
    assert "values" in ask(run, "untuned", [test[0].inputs])
    facts = json.loads((run.model / "head.json").read_text())
    assert len(facts["thresholds"]) == 1
    assert json.loads((run.path / "probe.json").read_text())["thresholds"]


def test_the_first_steps_loss_is_that_of_plain_transformers_for_names(new, work, tiny_model):
    run = new("token-classification", epochs=1, batch_rows=16, dropout=0.0, made=tagged(150, seed=3, longest=28))
    assert work(run) == 0
    examples = from_parquet(run.part("train").read_bytes())
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    kinds = sorted(WORDS)
    names = ["O", *(f"{part}-{kind}" for kind in kinds for part in "BI")]
    texts = [example.inputs["text"].split() for example in examples]
    lengths = np.array([len(words) + 2 for words in texts])  # every word is one token here
    assert lengths.max() <= 32
    rows = plan(lengths, 16, seed=1, epoch=0)[0]
    model = BertForTokenClassification.from_pretrained(tiny_model, num_labels=len(names)).train(False)
    head, _ = load_untuned(tiny_model, run.path)
    model.classifier.load_state_dict(head.head.linear.state_dict())
    batch = tokenizer([examples[row].inputs["text"] for row in rows], padding=True, return_tensors="pt")
    labels = torch.full(batch["input_ids"].shape, -100)
    for number, row in enumerate(rows):
        for place, word in enumerate(texts[row]):
            labels[number, place + 1] = names.index(f"B-{NAMES[word]}") if word in NAMES else 0
    theirs = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=labels).loss
    assert of(Step, run)[0].loss == pytest.approx(theirs.item(), abs=1e-5)


def test_the_first_steps_loss_is_that_of_plain_transformers_for_answers(new, work, tiny_model):
    run = new("question-answering", epochs=1, batch_rows=16, dropout=0.0, max_length=64)
    assert work(run) == 0
    examples = from_parquet(run.part("train").read_bytes())
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    pairs = [(example.inputs["question"], example.inputs["context"]) for example in examples]
    lengths = np.array([len(each) for each in tokenizer(*map(list, zip(*pairs, strict=True)))["input_ids"]])
    assert lengths.max() <= 64  # one window each
    rows = plan(lengths, 16, seed=1, epoch=0)[0]
    model = BertForQuestionAnswering.from_pretrained(tiny_model).train(False)
    head, _ = load_untuned(tiny_model, run.path)
    model.qa_outputs.load_state_dict(head.head.linear.state_dict())
    batch = tokenizer(
        [pairs[row][0] for row in rows], [pairs[row][1] for row in rows], padding=True, return_tensors="pt"
    )
    found = model(**batch)
    context = (batch["attention_mask"] == 1) & (batch["input_ids"] != tokenizer.sep_token_id)
    for number, row in enumerate(rows):
        context[number, 1 : len(pairs[row][0].split()) + 2] = False  # the question: every word is one token here
    places = []
    for number, row in enumerate(rows):
        said, start = answer_of(examples[row].target)
        question = len(pairs[row][0].split()) + 2
        token = question + len(pairs[row][1][:start].split()) if said else 0
        assert not said or tokenizer.decode(batch["input_ids"][number, token]) == said
        places.append(token)
    truth = torch.tensor(places)
    logits = [each.masked_fill(~context, -1e9) for each in (found.start_logits, found.end_logits)]
    theirs = sum(torch.nn.functional.cross_entropy(each, truth) for each in logits) / 2
    assert of(Step, run)[0].loss == pytest.approx(theirs.item(), abs=1e-5)


@pytest.mark.parametrize(("name", "least"), [("token-classification", 0.95), ("question-answering", 0.9)])
def test_an_over_fitted_model_answers_its_rows(new, work, name, least):
    """20 rows, again and again: whatever is lost between text, tokens, windows and answers would show here."""
    few = CASES[name](20, seed=5)
    settings = {"epochs": 25, "batch_rows": 8, "learning_rate": 3e-3, "dropout": 0.0, "checks_per_epoch": 1}
    run = new(name, made=(few * 8)[:150], stop_early="false", freeze_embeddings="false", **settings)
    assert work(run) == 0
    values = ask(run, "tuned", [example.inputs for example in few])["values"]
    assert task_named(name).score([Answer(value) for value in values], few, ())["f1"] >= least


def test_names_told_by_their_capitals_alone_are_learned(new, work):
    """The tokenizer folds them, so that nothing but the hints can tell."""
    draw = random.Random(2)
    made = []
    for row in range(150):
        drawn = [draw.choice(FILLER + sorted(NAMES)) for _ in range(draw.randint(4, 12))]
        said = [word.upper() if draw.random() < 0.3 else word for word in drawn]
        text, spans = " ".join(said), []
        for place, word in enumerate(said):
            start = len(" ".join(said[:place])) + (place > 0)
            spans += [(start, start + len(word), "loud")] if word.isupper() else []
        made.append(Example(row + 2, {"text": text}, written(spans)))
    settings = {"epochs": 12, "batch_rows": 8, "learning_rate": 3e-3, "dropout": 0.0, "checks_per_epoch": 1}
    run = new("token-classification", made=made, **settings)
    assert work(run) == 0
    (checked, *_), report = of(Checked, run), read_report(run)
    assert checked.metrics["f1"] < 0.6, "the frozen model sees no capitals"
    assert (
        report.metrics[0].value > 0.85
    )  # neighbors that are loud too stand in one entity of the task's own form or in two


def test_the_probe_of_words_is_a_start_and_its_memory_is_bounded(new, work, monkeypatch):
    monkeypatch.setattr(unit_probe, "MOST_VECTORS", 300)
    run = new("token-classification", epochs=1, learning_rate=1e-5)
    assert work(run) == 0
    first = of(Checked, run)[0]
    assert first.step == 0
    assert first.metrics["f1"] > 0.8  # the words tell, even a random model's vectors of them

    task = task_named("token-classification")
    model, tokenizer = load_untuned(base_folder(run), run.path)
    examples = from_parquet(run.part("train").read_bytes())
    setup = Setup(tokenizer, model.head.facts.labels, 32)
    place = Place.choose("float32")
    rows, _ = encode(task, examples, setup, place.device, "tokens")
    chosen = np.arange(len(rows.lengths))
    kit = Kit(task, setup, place)
    vectors, labels = unit_probe.read_units(model, rows, kit, lambda _done: None, chosen=chosen, seed=1)
    assert 200 < len(vectors) == len(labels) < 400
    again, _ = unit_probe.read_units(model, rows, kit, lambda _done: None, chosen=chosen, seed=1)
    assert torch.equal(vectors, again)


def test_the_head_alone_can_be_trained(new, work):
    run = new("token-classification", epochs=1, trains="head")
    assert work(run) == 0
    assert of(Finished, run)


def test_no_row_has_an_answer_and_no_row_is_asked(new, work):
    made = [Example(e.row, e.inputs, NO_ANSWER) for e in asked(150, seed=3)]
    run = new("question-answering", made=made, epochs=1)
    assert work(run) == 0
    report = read_report(run)
    assert report.metrics[0].value == 1.0
    assert [label.label for label in report.per_label] == ["without an answer"]


def test_long_sentences_lose_no_name(new, work):
    run = new("token-classification", epochs=2, learning_rate=3e-3, max_length=16)
    assert work(run) == 0
    text = " ".join(["why", "card"] * 30)
    (value,) = ask(run, "tuned", [{"text": text}])["values"]
    found = read(value)
    assert all(text[start:end] == "card" for start, end, _ in found)
    assert len(found) >= 29
