import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from studio.config import Schedule
from studio.models.heads import HEADS, HeadFacts, SequenceHead, Wearing
from studio.models.load import load_base
from studio.worker.adapters import merge_adapters
from studio.worker.optimizer import embeddings_of, freeze, make_optimizer, rate_factor, trained
from worker.tiny import TINY

FACTS = HeadFacts("sequence", "mean", True, 16.0, ("a", "b", "c"), 64, "text-classification")


@pytest.fixture
def model(tiny_model) -> Wearing:
    backbone, _ = load_base(tiny_model)
    return Wearing(backbone, SequenceHead(32, FACTS))


def config(**settings):
    return TINY.with_settings(settings)


def test_the_rate_rises_then_falls_and_no_step_is_wasted():
    linear = [rate_factor(step, 10, Schedule(warm_up=0.2)) for step in range(1, 11)]
    assert linear == pytest.approx([0.5, 1, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125])
    constant = [rate_factor(step, 4, Schedule(warm_up=0.5, decay="constant")) for step in range(1, 5)]
    assert constant == [0.5, 1, 1, 1]
    cosine = [rate_factor(step, 5, Schedule(warm_up=0, decay="cosine")) for step in range(1, 6)]
    assert cosine[0] == 1
    assert all(one > other > 0 for one, other in zip(cosine, cosine[1:], strict=False))


def test_the_head_learns_faster_and_lower_layers_slower(model):
    freeze(model, config(layer_decay=0.5, freeze_embeddings="false"))
    optimizer = make_optimizer(model, config(layer_decay=0.5, learning_rate=1e-4, head_factor=10))
    peak = {id(weight): group["peak"] for group in optimizer.param_groups for weight in group["params"]}
    rates = {name: peak[id(weight)] for name, weight in trained(model).items()}
    assert rates["head.linear.weight"] == pytest.approx(1e-3)
    assert rates["backbone.encoder.layer.1.output.dense.weight"] == pytest.approx(1e-4)
    assert rates["backbone.encoder.layer.0.output.dense.weight"] == pytest.approx(5e-5)
    assert rates["backbone.embeddings.word_embeddings.weight"] == pytest.approx(2.5e-5)


def rates_of(model, settings):
    freeze(model, settings)
    optimizer = make_optimizer(model, settings)
    peak = {id(weight): group["peak"] for group in optimizer.param_groups for weight in group["params"]}
    return {name.removeprefix("backbone."): peak[id(weight)] for name, weight in trained(model).items()}


def decoder(kind, **changes):
    sizes = {"num_hidden_layers": 2, "hidden_size": 8, "num_attention_heads": 2, "vocab_size": 30, **changes}
    ids = {"bos_token_id": 0, "eos_token_id": 1}
    with torch.random.fork_rng():
        backbone = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **sizes, **ids))
    return Wearing(backbone, HEADS["causal"](8, FACTS))


def test_what_stands_on_the_top_layer_moves_with_it():
    settings = config(layer_decay=0.5, learning_rate=1e-4, freeze_embeddings="false", trains="whole")
    found = rates_of(decoder("llama", intermediate_size=8, tie_word_embeddings=False), settings)
    assert found["lm_head.weight"] == found["model.norm.weight"] == pytest.approx(1e-4)
    assert found["model.layers.1.mlp.up_proj.weight"] == pytest.approx(1e-4)
    assert found["model.layers.0.mlp.up_proj.weight"] == pytest.approx(5e-5)
    assert found["model.embed_tokens.weight"] == pytest.approx(2.5e-5)


def test_words_that_share_the_embeddings_move_with_these():
    settings = config(layer_decay=0.5, learning_rate=1e-4, freeze_embeddings="false", trains="whole")
    found = rates_of(decoder("gpt2", n_positions=8), settings)
    assert "lm_head.weight" not in found
    assert found["transformer.wte.weight"] == found["transformer.wpe.weight"] == pytest.approx(2.5e-5)
    assert found["transformer.ln_f.weight"] == pytest.approx(1e-4)


def test_adapters_learn_alike_in_every_layer():
    settings = config(layer_decay=0.5, learning_rate=1e-4, trains="lora", lora_rank=2)
    found = rates_of(decoder("llama", intermediate_size=8), settings)
    assert {rate for name, rate in found.items() if "lora_" in name} == {1e-4}


def test_biases_and_normalization_do_not_decay(model):
    freeze(model, config())
    optimizer = make_optimizer(model, config(weight_decay=0.1))
    decay = {id(weight): group["weight_decay"] for group in optimizer.param_groups for weight in group["params"]}
    for name, weight in trained(model).items():
        is_matrix = weight.ndim == 2
        assert decay[id(weight)] == (0.1 if is_matrix else 0.0), name


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"freeze_embeddings": "true"}, {"backbone.encoder", "head"}),
        ({"freeze_embeddings": "false"}, {"backbone.embeddings", "backbone.encoder", "head"}),
        ({"trains": "head"}, {"head"}),
    ],
)
def test_what_is_trained(model, settings, expected):
    freeze(model, config(**settings))
    groups = {".".join(name.split(".")[: 2 if name.startswith("backbone") else 1]) for name in trained(model)}
    assert groups == expected


def test_embeddings_are_found_as_a_module(model):
    assert embeddings_of(model.backbone) is model.backbone.embeddings


def test_adapters_train_little_and_merge_without_a_trace(model):
    torch.manual_seed(0)
    names = set(dict(model.backbone.named_parameters()))
    freeze(model, config(trains="lora", lora_rank=2))
    assert {name.split(".")[-2] for name in trained(model) if "head" not in name} == {"default"}
    with torch.no_grad():
        for name, weight in trained(model).items():
            if "lora_B" in name:
                weight.normal_()
    model.train(False)
    ids = torch.tensor([[2, 9, 11, 3]])
    before = model(input_ids=ids, attention_mask=torch.ones_like(ids))
    merge_adapters(model)
    assert set(dict(model.backbone.named_parameters())) == names
    after = model(input_ids=ids, attention_mask=torch.ones_like(ids))
    torch.testing.assert_close(before, after, atol=1e-5, rtol=1e-5)


def test_layers_are_found_where_the_base_model_has_no_encoder_around_them():
    """ModernBERT names its layers `layers.0…` at the top; no rate may exceed the peak there either."""
    from transformers import ModernBertConfig, ModernBertModel

    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_attention_heads": 2, "num_hidden_layers": 3}
    backbone = ModernBertModel(ModernBertConfig(vocab_size=50, pad_token_id=0, bos_token_id=1, eos_token_id=2, **sizes))
    modern = Wearing(backbone, SequenceHead(32, FACTS))
    wanted = config(layer_decay=0.8, learning_rate=1e-4, head_factor=1, freeze_embeddings="false")
    freeze(modern, wanted)
    peak = {
        id(weight): group["peak"] for group in make_optimizer(modern, wanted).param_groups for weight in group["params"]
    }
    rates = {name: peak[id(weight)] for name, weight in trained(modern).items()}
    assert max(rates.values()) == pytest.approx(1e-4)
    assert rates["backbone.layers.2.attn.Wqkv.weight"] == pytest.approx(1e-4)
    assert rates["backbone.layers.0.attn.Wqkv.weight"] == pytest.approx(1e-4 * 0.8**2)
    assert rates["backbone.embeddings.tok_embeddings.weight"] == pytest.approx(1e-4 * 0.8**3)
