from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st

from studio.models.heads import HeadFacts, Wearing, head_named
from studio.tasks.writing import token_feature
from studio.worker.batches import plan
from studio.worker.features import TokenRows
from studio.worker.packing import PackedRows, laid, pack, reads_apart

CPU = torch.device("cpu")
WORDS = 60
SIZE = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "initializer_range": 0.2,
}
ENDS = {"vocab_size": WORDS, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 1}
OLD = {"n_embd": 32, "n_layer": 2, "n_head": 4, "initializer_range": 0.2}
APART = {
    "gpt2": lambda: transformers.GPT2Config(n_positions=128, **OLD, **ENDS),
    "llama": lambda: transformers.LlamaConfig(**SIZE, **ENDS),
    "qwen3": lambda: transformers.Qwen3Config(head_dim=8, **SIZE, **ENDS),
    "a window of attention": lambda: transformers.MistralConfig(sliding_window=5, **SIZE, **ENDS),
}
TOGETHER = {
    "a mask counts places": lambda: transformers.OPTConfig(
        hidden_size=32,
        ffn_dim=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        word_embed_proj_dim=32,
        init_std=0.2,
        **ENDS,
    ),
    "places by distance": lambda: transformers.BloomConfig(
        hidden_size=32, n_layer=2, n_head=4, initializer_range=0.2, **ENDS
    ),
    "a state": lambda: transformers.MambaConfig(hidden_size=32, num_hidden_layers=2, **ENDS),
    "convolutions": lambda: transformers.Lfm2Config(layer_types=["conv", "full_attention"], **SIZE, **ENDS),
}
lengths_of_a_step = st.lists(st.integers(1, 60), min_size=1, max_size=40).map(lambda each: np.array(each, np.int64))


def decoder(config) -> Wearing:
    torch.manual_seed(3)
    backbone = transformers.AutoModelForCausalLM.from_config(config)
    facts = HeadFacts("causal", "mean", True, 1.0, (), 128, "chat")
    return Wearing(backbone, head_named("causal")(32, facts)).train(False)


def rows_of(lengths, seed=0) -> TokenRows:
    random = np.random.default_rng(seed)
    features = []
    for length in lengths:
        ids = random.integers(2, WORDS, length).tolist()
        features.append([token_feature(ids, (random.random(length) < 0.7).tolist())])
    return TokenRows.of(features, 0, CPU, "tokens")


SKEWED = np.array([60, 9, 8, 11, 14, 10, 8, 22, 1, 2, 9, 30], np.int64)
"""What lies in four rows of 60 when it is packed."""


# Rows that share


@given(lengths_of_a_step, st.integers(1, 80))
def test_every_row_is_packed_once_and_none_shares_more_than_the_room(lengths, room):
    shared = pack(lengths, room)
    assert sorted(np.concatenate(shared).tolist()) == list(range(len(lengths)))
    assert all(len(some) == 1 or lengths[some].sum() <= room for some in shared)


@given(lengths_of_a_step)
def test_a_batch_is_never_larger_than_padded_and_holds_every_token_once(lengths):
    rows = PackedRows.of(rows_of(lengths))
    chosen = np.random.default_rng(1).permutation(len(lengths))
    ids, labels = rows.batch(chosen)["input_ids"], rows.labels_of(chosen)
    assert ids.numel() <= len(lengths) * lengths.max()
    assert ids.shape == labels.shape
    assert (
        ids[ids != 0].sort().values.tolist()
        == rows.rows.batch(chosen)["input_ids"].flatten().sort().values[-int(lengths.sum()) :].tolist()
    )
    assert int((labels != -100).sum()) == rows.units_of(chosen)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=300), st.integers(1, 40), st.integers(0, 3))
def test_an_epoch_of_packed_steps_has_every_token_once_and_comes_again_the_same(lengths, batch_rows, epoch):
    lengths = np.array(lengths, np.int64)
    rows = PackedRows.of(rows_of(lengths))
    first, again = ([rows.batch(step) for step in plan(lengths, batch_rows, 5, epoch)] for _ in range(2))
    read = torch.cat([batch["input_ids"].flatten() for batch in first])
    assert read[read != 0].sort().values.tolist() == rows.rows.tokens.values[: lengths.sum()].sort().values.tolist()
    for one, other in zip(first, again, strict=True):
        assert one.keys() == other.keys()
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_rows_of_like_length_are_left_as_they_are():
    rows = PackedRows.of(rows_of([20, 21, 22, 20]))
    chosen = np.array([2, 0, 1])
    batch, padded = rows.batch(chosen), rows.rows.batch(chosen)
    assert batch.keys() == {"input_ids", "labels"}
    assert torch.equal(batch["input_ids"], padded["input_ids"])
    assert torch.equal(rows.labels_of(chosen), rows.rows.labels_of(chosen))


# The same numbers


def packed_and_alone(config):
    """Loss and gradient of a step packed, and summed over its rows one by one."""
    model, rows = decoder(config), rows_of(SKEWED)
    packed, every = PackedRows.of(rows), np.arange(len(SKEWED))
    assert "position_ids" in packed.batch(every)

    def learned(chosen, where):
        loss, units = model.loss(model(**where.batch(chosen)), where.labels_of(chosen))
        loss.backward()
        return float(loss.detach()), units

    found = []
    for where, steps in ((packed, [every]), (rows, [every[place : place + 1] for place in every])):
        model.zero_grad()
        sums = [learned(chosen, where) for chosen in steps]
        gradient = torch.cat([each.grad.flatten() for each in model.parameters() if each.grad is not None])
        found.append((sum(loss for loss, _ in sums), sum(units for _, units in sums), gradient))
    return found


@pytest.mark.parametrize("kind", APART)
def test_a_packed_step_has_the_loss_and_gradient_of_its_rows_alone(kind):
    (loss, units, gradient), (alone, count, summed) = packed_and_alone(APART[kind]())
    assert units == count > 50
    assert loss / units == pytest.approx(alone / count, abs=1e-5)
    assert float((gradient - summed).abs().max()) < 1e-4 * float(summed.abs().max())


@pytest.mark.parametrize("kind", [kind for kind in TOGETHER if kind != "a state"])  # which reads no positions at all
def test_models_that_would_mix_rows_would_have_another_loss(kind):
    (loss, units, _), (alone, _, _) = packed_and_alone(TOGETHER[kind]())
    assert abs(loss - alone) / units > 1e-3


@pytest.mark.parametrize("kind", [*APART, *TOGETHER])
def test_whether_a_model_reads_rows_apart_is_found_by_trying(kind):
    model = decoder({**APART, **TOGETHER}[kind]()).train()
    assert reads_apart(model, rows_of(SKEWED)) == (kind in APART)
    assert model.training


def apart(packed):
    """A batch of all rows, from which every place's words are guessed."""
    return {name: each for name, each in packed.batch(np.arange(len(SKEWED))).items() if name != "labels"}


def test_no_row_sees_another():
    """A token changed in one row changes no output of any other."""
    model, rows = decoder(APART["qwen3"]()), rows_of(SKEWED)
    packed = PackedRows.of(rows)
    batch = apart(packed)
    with torch.no_grad():
        before = model(**batch)
        for changed in (0, 3, 7):
            start = int(packed.starts[changed])
            values = rows.tokens.values.clone()
            values[start] = 2 + (values[start] - 1) % (WORDS - 2)
            other = apart(PackedRows.of(replace(rows, tokens=replace(rows.tokens, values=values))))
            row, place = (other["input_ids"] != batch["input_ids"]).nonzero()[0].tolist()
            moved = (model(**other) - before).abs().amax(-1) > 1e-6
            assert moved[row, place]
            assert int(moved.sum()) <= SKEWED[changed]
            assert moved[row, place : place + int(SKEWED[changed])].sum() == moved.sum()


def test_a_step_in_parts_for_want_of_memory_has_the_same_sum():
    model, rows = decoder(APART["llama"]()), PackedRows.of(rows_of(SKEWED))
    every = np.arange(len(SKEWED))
    with torch.no_grad():
        sums = [
            sum(
                float(model.loss(model(**rows.batch(part)), rows.labels_of(part))[0])
                for part in np.array_split(every, parts)
            )
            for parts in (1, 3, 12)
        ]
    assert sums == pytest.approx([sums[0]] * 3, rel=1e-5)


def test_too_few_rows_to_try_and_other_heads_are_not_packed():
    assert not reads_apart(decoder(APART["llama"]()), rows_of([30, 30]))
    other = SimpleNamespace(head=head_named("masked")(32, HeadFacts("masked", "mean", True, 1.0, (), 128, "x")))
    assert not reads_apart(other, rows_of(SKEWED))


def test_short_rows_share_only_where_it_saves_more_than_the_mask_costs():
    assert len(laid(np.array([60, 30, 30], np.int64))) == 2
    assert len(laid(np.array([60] * 9 + [30, 30], np.int64))) == 11
