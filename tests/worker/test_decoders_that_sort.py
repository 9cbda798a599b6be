"""Decoders with a head on the last token: what they read, what they learn, and that they go on to the bit."""

import random

import pytest
import torch
import transformers

from studio import storage
from studio.data.example import Example
from studio.evaluation.report import read_report
from studio.events import Checked, Finished
from studio.models.load import load_tuned
from studio.tasks import task_named
from studio.worker import train
from studio.worker.answer import Answerer
from worker.tiny import FILLER, TINY, WORDS, make_run
from worker.tiny_writers import byte_tokenizer, make_decoder


@pytest.fixture(scope="module")
def decoders(tmp_path_factory):
    folder, draw = tmp_path_factory.mktemp("decoders"), random.Random(2)
    texts = [" ".join(draw.choices([*FILLER, *sum(WORDS.values(), [])], k=12)) for _ in range(50)]
    for kind in ("gpt2", "qwen3"):
        tokenizer = byte_tokenizer(texts)
        tokenizer.padding_side = "left" if kind == "qwen3" else "right"
        make_decoder(folder / kind, tokenizer, kind=kind)
    return folder


@pytest.fixture
def new(home, decoders, monkeypatch):
    monkeypatch.setattr("studio.worker.place.threads", lambda: 1)
    (home.models / "offered").mkdir()
    for model in decoders.iterdir():
        (home.models / "offered" / model.name).symlink_to(model)

    def make(kind, **settings):
        config = TINY.model_copy(update={"model": TINY.model.model_copy(update={"id": f"folder:{kind}"})})
        return make_run(home, config.with_settings({"learning_rate": 2e-3, "epochs": 3, "dropout": 0.0, **settings}))

    return make


@pytest.mark.parametrize("kind", ["gpt2", "qwen3"])
def test_the_label_comes_from_the_last_token_of_each_text(new, work, kind):
    run = new(kind)
    assert work(run) == 0
    model, tokenizer = load_tuned(run.model)
    assert model.head.facts.pooling == "last"
    backbone = transformers.AutoModel.from_pretrained(run.model)
    texts = ["my parcel", "why was my card charged twice again, please help with the refund", "x"]
    _, answers = Answerer(run).ask("tuned", texts)  # together, so that the short ones are padded
    for text, answer in zip(texts, answers, strict=True):
        with torch.no_grad():
            last = backbone(**tokenizer(text, return_tensors="pt")).last_hidden_state[0, -1]
            logits = model.head.linear(last / last.norm() * 16)
        expected = dict(zip(model.head.facts.labels, logits.softmax(0).tolist(), strict=True))
        assert answer.confidence == pytest.approx(expected, abs=1e-5)


def test_it_learns_and_goes_on_to_the_bit(new, work, monkeypatch):
    monkeypatch.setattr("studio.worker.probe.STRENGTHS", (1e-6,))  # a start that knows nothing
    whole, run = (new("qwen3", learning_rate=5e-4) for _ in range(2))
    assert work(whole) == 0
    original = train.Training.step

    def stepping(self):
        original(self)
        if self.state.step == 4:
            run.request("pause")

    with monkeypatch.context() as patch:
        patch.setattr(train.Training, "step", stepping)
        assert work(run) == 0
    assert not [event for event in run.events() if isinstance(event, Finished)]
    assert work(run) == 0
    for name in ("model.safetensors", "head.safetensors"):
        assert storage.sha256(run.model / name) == storage.sha256(whole.model / name)
    losses = [event.loss for event in whole.events() if isinstance(event, Checked)]
    assert min(losses[1:]) < losses[0]
    report = read_report(whole)
    often = next(rung for rung in report.ladder if rung.name == "most_frequent").metrics[0].value
    assert report.metrics[0].value > often


def test_two_texts_without_a_sign_between_them_get_an_empty_line(decoders):
    tokenizer = transformers.AutoTokenizer.from_pretrained(decoders / "gpt2")
    setup = type("Setup", (), {"tokenizer": tokenizer, "labels": ("a",), "max_length": 60})
    pair = Example(2, {"text": "one text", "text_pair": "other"}, "a")
    feature = task_named("text-classification").encode([pair], setup)[0][0]
    assert tokenizer.decode(feature["input_ids"]) == "one text\n\nother"
