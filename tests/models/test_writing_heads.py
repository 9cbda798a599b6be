"""Heads of models that write: what is not learned is not computed, and nothing else changes."""

import warnings

import numpy as np
import pytest
import torch
import transformers

from studio.models.heads import HeadFacts, Wearing, head_named

WORDS = 50
ENDS = {"vocab_size": WORDS, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 1}
SIZE = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 64,
    "initializer_range": 0.2,
}
MODELS = {
    "gpt2": ("causal", lambda: transformers.GPT2Config(n_embd=32, n_layer=2, n_head=4, n_positions=64, **ENDS)),
    "llama": ("causal", lambda: transformers.LlamaConfig(num_key_value_heads=2, **SIZE, **ENDS)),
    "logits bent at the end": (
        "causal",
        lambda: transformers.Gemma2Config(
            num_key_value_heads=2, head_dim=8, final_logit_softcapping=3.0, **SIZE, **ENDS
        ),
    ),
    "bert": ("masked", lambda: transformers.BertConfig(**SIZE, **ENDS)),
    "roberta": ("masked", lambda: transformers.RobertaConfig(**{**SIZE, "max_position_embeddings": 66}, **ENDS)),
    "distilbert": (
        "masked",
        lambda: transformers.DistilBertConfig(
            dim=32, hidden_dim=64, n_layers=2, n_heads=4, max_position_embeddings=64, **ENDS
        ),
    ),
}
every_model = pytest.mark.parametrize("name", MODELS)


def wearing(name) -> Wearing:
    kind, config = MODELS[name]
    torch.manual_seed(3)
    head = head_named(kind)(32, HeadFacts(kind, "mean", True, 1.0, (), 64, "language-modeling"))
    backbone = getattr(transformers, head.auto_class).from_config(config())
    return Wearing(backbone, head).train(False)


def batch_and_labels():
    torch.manual_seed(4)
    ids = torch.randint(2, WORDS, (3, 12))
    mask = torch.tensor([[1] * 12, [1] * 9 + [0] * 3, [1] * 5 + [0] * 7])
    labels = torch.where((torch.rand(3, 12) < 0.4) & (mask == 1), ids, -100)
    labels[:, 0] = -100
    return {"input_ids": ids * mask, "attention_mask": mask}, labels


def learned(model, batch, labels):
    model.zero_grad()
    outputs = model(**batch)
    loss, units = model.loss(outputs, labels)
    loss.backward()
    gradient = torch.cat([each.grad.flatten() for each in model.parameters() if each.grad is not None])
    return outputs, loss.detach(), units, gradient


@every_model
def test_words_are_guessed_only_where_they_are_learned_with_the_same_loss_and_gradient(name):
    model, (batch, labels) = wearing(name), batch_and_labels()
    everywhere, loss, units, gradient = learned(model, batch, labels)
    there, same, count, also = learned(model, {**batch, "labels": labels}, labels)
    assert everywhere.shape == (3, 12, WORDS)
    assert there.shape == (units, WORDS)
    assert count == units
    assert float(same) == pytest.approx(float(loss), rel=1e-5)
    assert torch.allclose(gradient, also, atol=1e-5 * float(gradient.abs().max()))
    assert np.allclose(model.head.surprise(everywhere.detach(), labels), model.head.surprise(there.detach(), labels))
    assert not model.backbone.get_output_embeddings()._forward_pre_hooks


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize(("name", "is_bent"), [("gpt2", False), ("llama", False), ("logits bent at the end", True)])
def test_what_is_too_much_at_once_is_computed_in_chunks_with_the_same_loss_and_gradient(
    name, is_bent, smoothing, monkeypatch
):
    model, (batch, labels) = wearing(name).train(), batch_and_labels()
    model.head.label_smoothing = smoothing
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    batch = {**batch, "labels": labels}
    _, loss, units, gradient = learned(model, batch, labels)
    with torch.no_grad():
        surprise = model.train(False).head.surprise(model(**batch), labels)
    model.train()
    monkeypatch.setattr("studio.models.heads.chunks.CHUNK_BYTES", 3 * 12 * WORDS)
    sizes = []
    layer = model.backbone.get_output_embeddings()
    hook = layer.register_forward_hook(lambda _layer, _given, out: sizes.append(out.numel() // WORDS))
    outputs, same, count, also = learned(model, batch, labels)
    hook.remove()
    assert units == count == 7
    if not is_bent:
        assert outputs.shape == (2 * units,)
        assert max(sizes) == 3
        assert sizes[:5] == [1, 1, 3, 3, 1]
    else:
        assert sizes == [1, 1, 7]
        assert model.head.bends
    assert float(same) == pytest.approx(float(loss), abs=1e-5)
    assert torch.allclose(gradient, also, atol=1e-5 * float(gradient.abs().max()))
    with torch.no_grad():
        assert np.allclose(model.train(False).head.surprise(model(**batch), labels), surprise, atol=1e-5)
    assert not layer._forward_pre_hooks


@every_model
def test_a_batch_from_which_nothing_is_learned_has_no_loss_and_no_gradient(name):
    model, (batch, labels) = wearing(name), batch_and_labels()
    nothing = torch.full_like(labels, -100)
    outputs, loss, units, gradient = learned(model, {**batch, "labels": nothing}, nothing)
    assert outputs.shape == (0, WORDS)
    assert (float(loss), units, float(gradient.abs().sum())) == (0, 0, 0)


def test_gaps_are_answered_at_every_place_whatever_would_be_learned():
    model, (batch, labels) = wearing("bert"), batch_and_labels()
    with torch.no_grad():
        without = model.answer([12, 9, 5], **batch)
        known = model.answer([12, 9, 5], **batch, labels=labels)
    assert [len(row) for row in known] == [12, 9, 5]
    assert all(np.array_equal(one, other) for one, other in zip(without, known, strict=True))


def test_a_tuned_adapter_guesses_the_same():
    from peft import LoraConfig, get_peft_model

    model, (batch, labels) = wearing("llama"), batch_and_labels()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers for things by their old names
        model.backbone = get_peft_model(model.backbone, LoraConfig(target_modules=["q_proj", "up_proj"]))
    _, loss, _, gradient = learned(model, batch, labels)
    there, same, units, also = learned(model, {**batch, "labels": labels}, labels)
    assert there.shape == (units, WORDS)
    assert float(same) == pytest.approx(float(loss), rel=1e-5)
    assert torch.allclose(gradient, also, atol=1e-5 * float(gradient.abs().max()))
