"""Heads with weights of their own compute in float32 also where the base model computes in bfloat16."""

import types

import pytest
import torch

from studio.models.heads import HEADS, HeadFacts

ROWS, LONGEST, WIDTH = 200, 6, 32


class Vectors(torch.nn.Module):
    """A base model that is nothing but word vectors, much alike, as trained ones are."""

    def __init__(self):
        super().__init__()
        self.words = torch.nn.Embedding(500, WIDTH)
        self.words.weight.data = torch.randn(500, WIDTH) * 0.35 + 1

    def forward(self, input_ids, attention_mask, **_):
        return types.SimpleNamespace(last_hidden_state=self.words(input_ids))


@pytest.mark.parametrize("kind", ["sequence", "multi-label", "number", "similarity", "token", "span"])
def test_outputs_are_those_of_float32(kind):
    torch.manual_seed(7)
    base = Vectors()
    head = HEADS[kind](WIDTH, HeadFacts(kind, "mean", True, 16.0, ("a", "b"), 64, "t")).train(False)
    ids, others = (torch.randint(0, 500, (ROWS, LONGEST)) for _ in "ab")
    ones = torch.ones_like(ids)
    batch = {"input_ids": ids, "attention_mask": ones, "other_ids": others, "other_mask": ones, "answerable": ones}
    with torch.inference_mode():
        full = head(head.read(base, **batch))
        with torch.autocast("cpu", torch.bfloat16):
            half = head(head.read(base, **batch))
    assert half.dtype == torch.float32
    assert torch.equal(full, half)
    assert len(half.flatten().unique()) >= ROWS - 5
