"""Several labels, numbers, and two texts, from a frozen run to report and answers, with the tiny model.

Rows: every text names some of three topics; their labels, how many there are, or whether two texts share one.
"""

import json
import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModel, AutoTokenizer

from studio import storage
from studio.data.example import Example, to_parquet
from studio.errors import StudioError
from studio.evaluation import answers
from studio.evaluation.report import read_report
from studio.events import Checked, Started, Step
from studio.models.heads import HeadFacts, facts_from, head_named
from studio.rundir import RunDir, new_id
from studio.tasks import task_named
from studio.tasks.task import Setup
from studio.worker import evaluate
from studio.worker.answer import Answerer
from studio.worker.batches import plan
from studio.worker.features import TokenRows
from worker.tiny import FILLER, TINY, WORDS

TOPICS = sorted(WORDS)


def text_of(draw, topics):
    words = [draw.choice(FILLER) for _ in range(draw.randint(2, 12))]
    words += [word for topic in topics for word in draw.choices(WORDS[topic], k=3)]
    draw.shuffle(words)
    return " ".join(words)


def several_labels(draw):
    topics = [topic for topic in TOPICS if draw.random() < 0.4]
    return {"text": text_of(draw, topics)}, json.dumps(topics)


def one_text(draw):
    topics = draw.sample(TOPICS, draw.randrange(4))
    return {"text": text_of(draw, topics)}, f"{1000 + 10 * len(topics)}"


def two_texts(draw):
    one, other = draw.choice(TOPICS), draw.choice(TOPICS)
    return {"text": text_of(draw, [one]), "text_pair": text_of(draw, [other])}, "1" if one == other else "0.2"


def pair_label(draw):
    inputs, score = two_texts(draw)
    return inputs, "same" if score == "1" else "other"


KINDS = {
    "several labels": ("multi-label-classification", several_labels),
    "one text": ("text-regression", one_text),
    "two texts": ("text-regression", two_texts),
    "pairs with labels": ("text-classification", pair_label),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def run_of(tiny_home, monkeypatch):
    """`run_of("one text", epochs=1)`: a frozen run of rows of that kind, with quick baselines."""
    from studio.evaluation.baselines import BASELINES

    for name, quick in (("tfidf_labels", "most_frequent"), ("tfidf_number", "mean")):
        monkeypatch.setitem(BASELINES, name, replace(BASELINES[quick], name=name))

    def make(kind, sizes=(96, 30, 30), **settings):
        name, draw_row = KINDS[kind]
        draw = random.Random(5)
        rows = [Example(row, *draw_row(draw)) for row in range(2, 2 + sum(sizes))]
        task = task_named(name)
        roles = [*rows[0].inputs, task.target]
        config = TINY.model_copy(update={"task": name, "columns": {role: role for role in roles}})
        run = RunDir(tiny_home.runs / new_id())
        with storage.Stage(run.path) as stage:
            stage.write("config.json", config.with_settings(settings).model_dump_json().encode())
            start = 0
            for part, size in zip(("train", "validation", "test"), sizes, strict=True):
                stage.write(f"data/{part}.parquet", to_parquet(rows[start : start + size]))
                start += size
            stage.write("facts.json", b"{}")
        return run

    return make


@every_kind
def test_from_frozen_rows_to_report_and_answers(run_of, work, kind):
    run = run_of(kind, epochs=4, learning_rate=3e-3, head_factor=1.0, patience=50)
    assert work(run) == 0
    task, report = task_named(run.config.task), read_report(run)
    assert report is not None
    assert [metric.name for metric in report.metrics] == [metric.name for metric in task.metrics]
    assert [rung.name for rung in report.ladder] == [*task.baselines, "frozen"]
    assert report.ladder[-1].title == task.untuned_for(run.config.columns)
    assert all(metric.low <= metric.value <= metric.high for metric in report.metrics)
    assert report.comparison is not None
    assert report.comparison.metric == task.metrics[0].name
    kept = answers.from_parquet(run.answers.read_bytes())
    values = task.score(kept.answers, kept.examples, kept.labels)
    assert {metric.name: metric.value for metric in report.metrics} == pytest.approx(values)
    checks = [event for event in run.events() if isinstance(event, Checked)]
    assert checks[0].metrics.keys() == values.keys()
    again = Answerer(run)
    labels, said = again.ask("tuned", [example.inputs for example in kept.examples])
    assert labels == kept.labels
    if kind == "one text" or kind == "two texts":
        ours, theirs = ([float(answer.value) for answer in each] for each in (said, kept.answers))
        assert ours == pytest.approx(theirs, rel=1e-4)
    else:
        assert [answer.value for answer in said] == [answer.value for answer in kept.answers]
    assert len(again.ask("untuned", [kept.examples[0].inputs])[1]) == 1


def test_tuning_learns_what_the_words_tell(run_of, work):
    run = run_of("several labels", epochs=8, learning_rate=3e-3, head_factor=1.0, patience=50, label_smoothing=0.0)
    assert work(run) == 0
    report = read_report(run)
    assert report.metrics[0].value > 0.9
    assert [each.label for each in report.per_label] == TOPICS


def test_thresholds_are_those_of_the_validation_rows_and_never_see_the_test(run_of, work, monkeypatch):
    run = run_of("several labels", epochs=1)
    seen = []
    task = task_named("multi-label-classification")
    original = type(task).thresholds

    def listen(self, outputs, examples, features, setup):
        seen.append([example.row for example in examples])
        return original(self, outputs, examples, features, setup)

    monkeypatch.setattr(type(task), "thresholds", listen)
    assert work(run) == 0
    assert all(rows == list(range(98, 128)) for rows in seen)  # the validation rows, and nothing else
    kept = facts_from(run.model).thresholds
    assert len(kept) == len(TOPICS)
    assert all(0 < each < 1 for each in kept)
    for answer in answers.from_parquet(run.answers.read_bytes()).answers:
        said = [label for label, at in zip(TOPICS, kept, strict=True) if answer.confidence[label] >= at]
        assert json.loads(answer.value) == said


@every_kind
def test_a_step_is_what_plain_torch_computes(run_of, work, tiny_model, kind):
    """Losses of the first steps against a loop written out here, on the same batches, from the same probe."""
    settings = {"epochs": 1, "dropout": 0.0, "weight_decay": 0.0, "head_factor": 1.0, "label_smoothing": 0.0}
    run = run_of(kind, warm_up=0.0, decay="constant", freeze_embeddings=False, batch_rows=16, **settings)
    assert work(run) == 0
    ours = [event.loss for event in run.events() if isinstance(event, Step)][:3]

    model, tokenizer = AutoModel.from_pretrained(tiny_model), AutoTokenizer.from_pretrained(tiny_model)
    rows = storage_rows(run)
    batches = plan(np.array([len(tokens(tokenizer, kind, row)) for row in rows]), 16, run.config.seed, 0)
    probe = load_file(run.path / "probe.safetensors")
    weight, bias = (torch.nn.Parameter(probe[name].clone()) for name in ("weight", "bias"))
    trained = [each for name, each in model.named_parameters() if not name.startswith("pooler.")] + [weight, bias]
    optimizer = torch.optim.AdamW(trained, lr=run.config.optimizer.learning_rate, weight_decay=0.0)
    scores = torch.tensor([float(row.target) if kind in ("one text", "two texts") else 0.0 for row in rows])
    model.train(False)  # no dropout, as in the run
    for batch, loss_said in zip(batches, ours, strict=False):
        some = [rows[place] for place in batch]
        if kind == "two texts":
            one, other = (embed(model, tokenizer, [row.inputs[role] for row in some]) for role in ("text", "text_pair"))
            given = (one * other).sum(1, keepdim=True)
        else:
            pairs = [row.inputs["text_pair"] for row in some] if kind == "pairs with labels" else None
            given = 16 * embed(model, tokenizer, [row.inputs["text"] for row in some], pairs)
        outputs = given @ weight.T + bias
        if kind == "several labels":
            right = torch.tensor([[float(topic in json.loads(row.target)) for topic in TOPICS] for row in some])
            loss = torch.nn.BCEWithLogitsLoss()(outputs, right)
        elif kind == "pairs with labels":
            right = torch.tensor([["other", "same"].index(row.target) for row in some])
            loss = torch.nn.CrossEntropyLoss()(outputs, right)
        else:
            right = (scores[batch] - scores.mean()) / scores.std(correction=0)
            loss = torch.nn.MSELoss()(outputs[:, 0], right) / 2
        assert loss.item() == pytest.approx(loss_said, abs=1e-5)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, run.config.optimizer.max_gradient_norm)
        optimizer.step()


def storage_rows(run):
    from studio.worker.features import read_part

    return read_part(run, "train")


def tokens(tokenizer, kind, row):
    """All that is read of a row: two texts as one piece, or each for itself."""
    texts = list(row.inputs.values())
    if kind == "two texts":
        return [*tokenizer(texts[0])["input_ids"], *tokenizer(texts[1])["input_ids"]]
    return tokenizer(*texts)["input_ids"]


def embed(model, tokenizer, texts, pairs=None):
    batch = tokenizer(texts, pairs, padding=True, return_tensors="pt")
    if pairs is None:
        batch.pop("token_type_ids", None)
    hidden, mask = model(**batch).last_hidden_state, batch["attention_mask"].unsqueeze(-1).float()
    return torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)


def test_the_untuned_similarity_is_the_cosine_on_a_line(run_of, work, tiny_model):
    run = run_of("two texts", epochs=1, learning_rate=1e-6)
    assert work(run) == 0
    kept = answers.from_parquet(run.answers.read_bytes()).examples
    model, tokenizer = AutoModel.from_pretrained(tiny_model).eval(), AutoTokenizer.from_pretrained(tiny_model)
    with torch.no_grad():
        one, other = (embed(model, tokenizer, [row.inputs[role] for row in kept]) for role in ("text", "text_pair"))
    cosines = (one * other).sum(1).double().numpy()
    _, said = Answerer(run).ask("untuned", [row.inputs for row in kept])
    values = np.array([float(answer.value) for answer in said])
    assert abs(np.corrcoef(cosines, values)[0, 1]) == pytest.approx(1, abs=1e-5)
    (started,) = [event for event in run.events() if isinstance(event, Started)][:1]
    assert started.total_steps > 0


def test_a_missing_second_text_is_asked_for(run_of, work):
    run = run_of("two texts", epochs=1)
    assert work(run) == 0
    with pytest.raises(StudioError, match="no second text"):
        Answerer(run).ask("tuned", [{"text": "the parcel is late"}])


@every_kind
@torch.no_grad()
def test_odd_and_very_long_texts_line_up(tiny_model, kind):
    """Whatever stands in the texts: one row a text, within the limit, answers in the rows' own order."""
    name, draw_row = KINDS[kind]
    task, tokenizer = task_named(name), AutoTokenizer.from_pretrained(tiny_model)
    odd = [
        "\u202e\u0627\u0644\u0639",
        "a\u0301" * 30,
        "👩‍👩‍👧‍👦 parcel",
        "invoice " * 500,
        "\x00\ufeff.",
        "漢字" * 400,
        "🏳️‍🌈",
        "x",
    ]
    draw = random.Random(1)
    rows = []
    for row, text in enumerate(odd):
        inputs, target = draw_row(draw)
        rows.append(Example(row, dict.fromkeys(inputs, text), target))
    setup = Setup(tokenizer, task.labels(rows), 16, scaling=task.scaling(rows))
    features = task.encode(rows, setup)
    assert [len(windows) for windows in features] == [1] * len(rows)
    assert all(len(value) <= 16 for (each,) in features for name, value in each.items() if name.endswith("_ids"))
    head = head_named(task.head_for(rows[0].inputs, "encoder"))
    encoded = TokenRows.of(features, 0, torch.device("cpu"), head.layout)
    assert encoded.reaching(16) == sum(
        any(len(value) >= 16 for name, value in each.items() if name in ("input_ids", "other_ids"))
        for (each,) in features
    )
    facts = HeadFacts(head.kind, "mean", True, 16.0, setup.labels, 16, name)
    model = evaluate.Wearing(AutoModel.from_pretrained(tiny_model).eval(), head(32, facts))
    together = model.answer(encoded.lengths, **encoded.batch(np.arange(len(rows))))
    alone = [model.answer(encoded.lengths[[row]], **encoded.batch(np.array([row])))[0] for row in range(len(rows))]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
