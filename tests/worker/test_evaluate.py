"""Passes without gradients: as large as memory allows, whatever the vocabulary, and smaller where it runs out."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from studio.errors import StudioError
from studio.models.heads import HEADS, HeadFacts, Wearing
from studio.worker import writing
from studio.worker.evaluate import Kit, judge, say
from studio.worker.features import TokenRows
from studio.worker.place import Place

WORDS, TOKENS, ROWS = 5000, 16, 12
CPU = Place(torch.device("cpu"), "float32")
IDS = np.random.default_rng(0).integers(5, WORDS, (ROWS, TOKENS)).tolist()
FEATURES = [[{"input_ids": ids, "labels": ids}] for ids in IDS]


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    backbone = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=WORDS,
            hidden_size=8,
            intermediate_size=8,
            num_hidden_layers=1,
            num_attention_heads=1,
            num_key_value_heads=1,
            max_position_embeddings=64,
            pad_token_id=0,
        )
    )
    facts = HeadFacts("causal", "mean", True, 16.0, (), 64, "instruction-tuning", new_tokens=3, ends=(1,))
    return Wearing(backbone, HEADS["causal"](8, facts)).train(False)


@pytest.fixture
def rows():
    return TokenRows.of(FEATURES, 0, CPU.device, "tokens")


@pytest.fixture
def seen(model):
    """How many tokens each pass read."""
    counts = []
    hook = model.backbone.register_forward_pre_hook(
        lambda _module, _given, named: counts.append(named["input_ids"].numel()), with_kwargs=True
    )
    yield counts
    hook.remove()


def surprised(model, rows, monkeypatch):
    monkeypatch.setattr(writing, "encode", lambda *_: (rows, FEATURES))
    task = SimpleNamespace()
    kit = Kit(task, SimpleNamespace(), CPU)
    return writing._surprises(model, kit, [None] * ROWS, lambda _: None)


def test_a_pass_of_a_model_that_writes_is_bounded_by_its_vocabulary(model, rows, seen, monkeypatch):
    whole, each = judge(model, rows, CPU, lambda _: None), surprised(model, rows, monkeypatch)
    assert seen == [ROWS * TOKENS, ROWS * TOKENS]
    seen.clear()
    monkeypatch.setattr(Place, "scoring_bytes", 3 * TOKENS * WORDS * 12)
    assert judge(model, rows, CPU, lambda _: None).loss == pytest.approx(whole.loss, rel=1e-6)
    assert surprised(model, rows, monkeypatch) == pytest.approx(each, rel=1e-6)
    assert seen == [3 * TOKENS] * 8


def out_of_memory_above(model, most):
    def refuse(_module, _given, named):
        if len(named["input_ids"]) > most:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    return model.backbone.register_forward_pre_hook(refuse, with_kwargs=True)


def test_where_memory_runs_out_the_rows_are_halved(model, rows, monkeypatch):
    whole, each = judge(model, rows, CPU, lambda _: None), surprised(model, rows, monkeypatch)
    said = say(model, rows, CPU, lambda _: None)
    hook, done = out_of_memory_above(model, 2), []
    try:
        assert judge(model, rows, CPU, done.append).loss == pytest.approx(whole.loss, rel=1e-6)
        assert surprised(model, rows, monkeypatch) == pytest.approx(each, rel=1e-6)
        assert [one.tolist() for one in say(model, rows, CPU, lambda _: None)] == [one.tolist() for one in said]
    finally:
        hook.remove()
    assert done == sorted(done)
    assert done[-1] == 1


def test_a_single_row_that_does_not_fit_is_told(model, rows):
    hook = out_of_memory_above(model, 0)
    try:
        with pytest.raises(StudioError, match="Memory ran out with a single row"):
            judge(model, rows, CPU, lambda _: None)
    finally:
        hook.remove()


def test_other_errors_are_not_taken_for_it(model, rows, monkeypatch):
    monkeypatch.setattr(model.head, "loss", lambda *_: (_ for _ in ()).throw(RuntimeError("shapes differ")))
    with pytest.raises(RuntimeError, match="shapes differ"):
        judge(model, rows, CPU, lambda _: None)
