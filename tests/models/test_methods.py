"""Which method can be had where: weights of 4 bits need a GPU and a package, and what is missing is said."""

from importlib.util import find_spec

import pytest
import torch

from studio.errors import StudioError
from studio.models import methods
from studio.models.load import four_bits
from studio.models.presets import PRESETS
from studio.models.sizing import Machine, estimate_memory
from studio.models.suggest_writing import trains
from studio.tasks import TASKS, task_named

GPU = Machine(8, 64 * 10**9, 60 * 10**9, "NVIDIA L4", 24 * 10**9)
NO_GPU = Machine(8, 64 * 10**9, 60 * 10**9)


def installed(monkeypatch, *missing):
    monkeypatch.setattr(methods, "find_spec", lambda name: None if name in missing else find_spec("torch"))


@pytest.mark.parametrize(
    ("has_gpu", "missing", "reason"),
    [
        (False, (), "an NVIDIA GPU, and this machine has none"),
        (True, ("bitsandbytes",), "the package bitsandbytes, which is not installed"),
        (True, ("bitsandbytes", "accelerate"), "the package bitsandbytes and accelerate, which is not installed"),
        (True, (), ""),
    ],
)
def test_four_bits_need_a_gpu_and_a_package(monkeypatch, has_gpu, missing, reason):
    installed(monkeypatch, *missing)
    told = methods.reason_against("qlora", has_gpu=has_gpu)
    assert told == (f"weights of 4 bits need {reason}" if reason else "")
    task = task_named("chat")
    if not reason:
        methods.check_method(task, "qlora", has_gpu=has_gpu)
        return
    with pytest.raises(StudioError, match="cannot be used here: weights of 4 bits need") as refused:
        methods.check_method(task, "qlora", has_gpu=has_gpu)
    assert ("pip install 'finetuning-studio[qlora]'" in refused.value.fix) == has_gpu
    assert "method lora" in refused.value.fix
    for other in ("lora", "whole"):
        methods.check_method(task, other, has_gpu=has_gpu)


def test_the_menu_says_why_not(monkeypatch):
    installed(monkeypatch)
    ways = ("whole", "lora", "qlora")
    assert methods.method_choices(GPU, ways) == [(way, way) for way in ways]
    told = dict((value, label) for label, value in methods.method_choices(NO_GPU, ways))
    assert told["lora"] == "lora"
    assert told["qlora"] == ("qlora (not here: weights of 4 bits need an NVIDIA GPU, and this machine has none)")


def test_only_tasks_that_write_have_it():
    for task in TASKS.values():
        assert ("qlora" in task.methods) == task.writes
        assert ("head" in task.methods) != task.writes
        if not task.writes:
            with pytest.raises(StudioError, match="for models that write"):
                methods.check_method(task, "qlora", has_gpu=True)


def test_it_is_suggested_where_adapters_beside_whole_weights_do_not_fit():
    assert trains("lora", 90, free=30, adapters=31)[0] == "qlora"
    assert trains("lora", 90, free=30, adapters=29)[0] == "lora"
    assert trains("lora", 90, free=30, adapters=0)[0] == "lora"  # where it cannot be had
    large = max((preset for preset in PRESETS if preset.family == "decoder"), key=lambda each: each.parameters)
    whole, small = (estimate_memory(large, trains=way, padded_tokens=128, gpu=True) for way in ("lora", "qlora"))
    assert whole - small == pytest.approx(3.45e6 * large.body, rel=0.01)


def test_weights_are_normal_floats_of_four_bits():
    config = four_bits()
    assert config.load_in_4bit
    assert config.bnb_4bit_quant_type == "nf4"
    assert config.bnb_4bit_use_double_quant
    assert config.bnb_4bit_compute_dtype in (torch.bfloat16, torch.float16)
