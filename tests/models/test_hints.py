"""Hints are added to word vectors, and at the start add nothing."""

import pytest
import torch
from transformers import AlbertConfig, AlbertModel, BertConfig, BertModel

from studio.config import RunConfig
from studio.models.heads import HeadFacts, Wearing, head_files, head_from, head_named
from studio.models.heads.hints import Hints
from studio.worker.optimizer import freeze, trained
from studio.worker.prepare import make_head

SIZES = (3, 2)
SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64, "vocab_size": 50}


def facts():
    return HeadFacts("token", "mean", True, 16.0, ("a",), 64, "some-task", hints=SIZES)


def batch():
    return {
        "input_ids": torch.tensor([[2, 7, 9, 3], [2, 8, 3, 0]]),
        "attention_mask": torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]]),
        "hints": torch.tensor([[0, 1, 5, 0], [0, 4, 0, 0]]),
    }


@pytest.fixture
def backbone():
    torch.manual_seed(1)
    return BertModel(BertConfig(**SMALL)).train(False)


def test_a_number_is_read_digit_by_digit():
    table = Hints(2, SIZES)
    table.weight.data = torch.tensor([[1.0, 0], [2, 0], [3, 0], [0, 10], [0, 20]])
    assert table(torch.tensor([[0, 1, 2, 3, 5]])).tolist() == [[[1, 10], [2, 10], [3, 10], [1, 20], [3, 20]]]


def test_they_add_nothing_at_the_start_and_something_later(backbone):
    head = make_head(backbone, facts(), RunConfig()).train(False)
    model = Wearing(backbone, head)
    with torch.no_grad():
        plain = model(**{name: each for name, each in batch().items() if name != "hints"})
        assert torch.allclose(model(**batch()), plain, atol=1e-6)
        head.hints.weight.normal_(std=0.5)
        assert not torch.allclose(model(**batch()), plain, atol=1e-3)


def test_they_are_learned_with_the_base_model_and_kept(backbone, tmp_path):
    head = make_head(backbone, facts(), RunConfig())
    model = Wearing(backbone, head)
    freeze(model, RunConfig())
    assert "head.hints.weight" in trained(model)
    model(**batch()).sum().backward()
    assert head.hints.weight.grad[1].abs().sum() > 0
    head.hints.weight.data.normal_()
    for name, data in head_files(head):
        (tmp_path / name).write_bytes(data)
    again = head_from(tmp_path)
    assert again.facts == head.facts
    assert torch.equal(again.hints.weight, head.hints.weight)


def test_a_head_alone_is_trained_without(backbone):
    model = Wearing(backbone, make_head(backbone, facts(), RunConfig()))
    freeze(model, RunConfig().with_settings({"trains": "head"}))
    assert set(trained(model)) == {"head.linear.weight", "head.linear.bias"}


def test_a_head_of_before_has_none(tmp_path):
    old = HeadFacts("token", "mean", True, 16.0, ("a",), 64, "some-task")
    for name, data in head_files(head_named("token")(32, old)):
        (tmp_path / name).write_bytes(data)
    assert head_from(tmp_path).hints is None


def test_word_vectors_narrower_than_the_layers_go_without():
    backbone = AlbertModel(AlbertConfig(**SMALL, embedding_size=16)).train(False)
    head = make_head(backbone, facts(), RunConfig()).train(False)
    assert (head.hints, head.facts.hints) == (None, ())
    with torch.no_grad():
        assert Wearing(backbone, head)(**batch()).shape == (2, 4, 3)
