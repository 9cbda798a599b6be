"""Steps in parts, and activations computed twice: the same losses, gradients and weights."""

import pytest
import torch
from safetensors.torch import load_file

from studio.config import RunConfig
from studio.evaluation.report import read_report
from studio.events import Failed, Step
from studio.models.heads import HeadFacts, Wearing, head_named
from studio.models.load import load_base
from studio.tasks import task_named
from studio.worker.answer import setup_of
from studio.worker.features import encode
from studio.worker.optimizer import freeze, trained
from worker.written import TASKS, examples

KINDS = {"gpt2": "causal", "llama": "causal", "t5": "encoder-decoder", "bart": "encoder-decoder", "masked": "masked"}
every_kind = pytest.mark.parametrize("kind", KINDS)


def losses(run):
    return [event.loss for event in run.events() if isinstance(event, Step)]


def weights(run):
    return load_file(run.model / "model.safetensors")


@pytest.mark.parametrize("kind", ["gpt2", "t5"])
@pytest.mark.parametrize("saving", [{"parts": 4}, {"recompute": True}, {"parts": 3, "recompute": True}])
def test_a_run_that_saves_memory_learns_the_same(start, work, kind, saving):
    quick = {"epochs": 2, "batch_rows": 10, "learning_rate": 1e-3}
    plain, saved = start(kind, **quick), start(kind, **quick, **saving)
    assert work(plain) == work(saved) == 0
    assert losses(saved) == pytest.approx(losses(plain), rel=1e-5)
    assert len(losses(saved)) == 4
    mine = weights(saved)
    for name, weight in weights(plain).items():
        if not name.endswith("c_attn.bias"):  # a key's has no gradient but rounding, which AdamW makes as large as any
            assert torch.allclose(weight, mine[name], atol=2e-5), name


def test_labels_too_and_more_parts_than_rows(new_run, work):
    quick = {"epochs": 1, "batch_rows": 8, "dropout": 0.0}
    plain, parts, twice = new_run(**quick), new_run(**quick, parts=64), new_run(**quick, recompute=True)
    assert work(plain) == work(parts) == work(twice) == 0
    assert losses(parts) == pytest.approx(losses(plain), rel=1e-4)
    assert losses(twice) == pytest.approx(losses(plain), rel=1e-4)


def wearing(folder, kind, config):
    head = KINDS[kind]
    facts = HeadFacts(head, "mean", True, 1.0, (), 64, TASKS[kind])
    backbone, tokenizer = load_base(folder / kind, dropout=0.3, auto_class=head_named(head).auto_class)
    model = Wearing(backbone, head_named(head)(48, facts))
    torch.manual_seed(3)
    freeze(model, config)
    return model.train(), tokenizer


def gradients(folder, kind, **settings):
    config = RunConfig().with_settings({"freeze_embeddings": False, **settings})
    model, tokenizer = wearing(folder, kind, config)
    setup = setup_of(model.head.facts, tokenizer)
    task = task_named(TASKS[kind])
    rows, _ = encode(task, examples(task.name), setup, torch.device("cpu"), model.head.layout)
    passes = []
    layers = [
        module
        for module in model.modules()
        if type(module).__name__.endswith(("Block", "Layer")) and hasattr(module, "gradient_checkpointing")
    ]
    for layer in layers:  # of each a part inside, since the layer itself is what is computed again
        inside = next(module for module in layer.modules() if not list(module.children()))
        inside.register_forward_pre_hook(lambda *_: passes.append(1))
    batch = torch.arange(8).numpy()
    torch.manual_seed(5)
    loss, units = model.loss(model(**rows.batch(batch)), rows.labels_of(batch))
    once = len(passes)
    (loss / units).backward()
    found = {name: weight.grad.clone() for name, weight in trained(model).items()}
    return float(loss.detach()), found, (once, len(passes), len(layers))


@every_kind
@pytest.mark.parametrize("trains", ["whole", "lora"])
def test_computed_twice_gradients_are_the_same_with_dropout_too(writers, kind, trains):
    loss, plain, (_, passes, layers) = gradients(writers, kind, trains=trains)
    again, twice, (once, passes_twice, _) = gradients(writers, kind, trains=trains, recompute=True)
    assert passes == layers > 0
    assert (once, passes_twice) == (layers, 2 * layers)  # really forgotten and computed again
    assert again == loss
    assert twice.keys() == plain.keys()
    assert any(bool(each.abs().sum() > 0) for each in plain.values())
    for name, each in plain.items():
        assert torch.allclose(each, twice[name], rtol=1e-5, atol=1e-7), name


def test_a_run_in_four_bits_is_refused_where_it_cannot_be(start, work):
    run = start("gpt2", trains="qlora")
    assert work(run) == 1
    failed = next(event for event in run.events() if isinstance(event, Failed))
    assert "need an NVIDIA GPU, and this machine has none" in failed.what
    assert failed.fix == "Choose the method lora."


def test_adapters_trained_beside_four_bits_are_folded_into_whole_weights(start, work, monkeypatch):
    """With whole weights in the place of the quantized ones, everything but the quantizing is tried."""
    from studio.worker import prepare

    asked = []
    real = prepare.load_base

    def plain(folder, *, four_bits_on, **more):
        asked.append(four_bits_on)
        return real(folder, **more)

    monkeypatch.setattr(prepare, "check_method", lambda *_, **__: None)
    monkeypatch.setattr(prepare, "load_base", plain)
    quick = {"epochs": 2, "learning_rate": 1e-3}
    four, usual = start("gpt2", trains="qlora", **quick), start("gpt2", trains="lora", **quick)
    assert work(four) == work(usual) == 0
    assert asked == [torch.device("cpu"), None]
    mine = weights(four)
    for name, weight in weights(usual).items():
        assert torch.equal(weight, mine[name]), name


@pytest.mark.filterwarnings("ignore")  # what bitsandbytes has to say about processors
def test_weights_really_quantized(start, work, monkeypatch):
    """On a processor, which bitsandbytes can too, slowly; on a GPU this was never run."""
    pytest.importorskip("bitsandbytes", reason="weights of 4 bits need bitsandbytes, which pip installs with .[test]")
    from studio.worker import prepare

    monkeypatch.setattr(prepare, "check_method", lambda *_, **__: None)
    seen = []
    real = prepare.freeze
    monkeypatch.setattr(prepare, "freeze", lambda model, config: (seen.append(kinds_of(model)), real(model, config)))
    run = start("wide", task="chat", trains="qlora", epochs=6, learning_rate=1e-2, lora_rank=16)
    assert work(run) == 0
    assert seen[0] == {torch.uint8}
    told = losses(run)
    assert told[-1] < 0.8 * told[0]
    report = {metric.name: metric.value for metric in read_report(run).metrics}
    assert report["loss"] < told[0]  # of the whole weights with the adapters folded in
    assert {weight.dtype for weight in weights(run).values()} == {torch.float32}


def kinds_of(model):
    """How the linear layers inside keep their weights."""
    return {
        module.weight.dtype
        for name, module in model.backbone.named_modules()
        if isinstance(module, torch.nn.Linear) and name != "lm_head"
    }
