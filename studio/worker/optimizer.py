"""Which weights are trained and how fast: freezing, groups of AdamW, and the schedule."""

import math
import re
from typing import Any

import torch
from torch import nn

from studio.config import RunConfig, Schedule
from studio.models.heads import Wearing
from studio.worker.adapters import put_adapters

_LAYER = re.compile(r"\.(?:layers?|h|blocks?)\.(\d+)\.")
_NO_DECAY = re.compile(r"(?:bias|norm\w*\.weight)$", re.IGNORECASE)
"""Biases and normalization weights are not pulled towards zero (as BERT was trained, Devlin et al. 2018)."""


def freeze(model: Wearing, config: RunConfig) -> None:
    """Mark what is not trained, and put LoRA adapters in where they are asked for. Call once, before the optimizer."""
    backbone: Any = model.backbone
    if config.compute.recompute and config.method.trains != "head" and backbone.supports_gradient_checkpointing:
        # not reentrant: the embeddings may be frozen, and random numbers are drawn again as they were
        backbone.activation_checkpointing_enable(activation_checkpointing_kwargs={"use_reentrant": False})
    if config.method.trains == "head":
        backbone.requires_grad_(False)
        for name, weight in model.head.named_parameters():
            if name.startswith("hints."):  # they are read by the base model
                weight.requires_grad_(False)
    elif config.method.trains in ("lora", "qlora"):
        put_adapters(model, config)
    else:
        for name, weight in backbone.named_parameters():
            if name.startswith("pooler."):  # of the pretraining task; the head pools by itself
                weight.requires_grad_(False)
        if config.regularization.freeze_embeddings:
            embeddings_of(backbone).requires_grad_(False)


def embeddings_of(backbone: Any) -> nn.Module:
    """The module that turns token numbers into the first layer's input: the word table and what stands beside it."""
    table = backbone.get_input_embeddings()
    name = next(name for name, module in backbone.named_modules() if module is table)
    holder, _, _ = name.rpartition(".")
    module: nn.Module = backbone.get_submodule(holder) if holder else table
    return module if not any(_LAYER.search(f".{name}.") for name, _ in module.named_modules()) else table


def trained(model: nn.Module) -> dict[str, nn.Parameter]:
    """Name → weight, of all that is trained."""
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def make_optimizer(model: Wearing, config: RunConfig) -> torch.optim.AdamW:
    """AdamW with one group for each peak rate and decay. A group's `peak` is its learning rate after the warm-up."""
    depths = _depths(model)
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, weight in trained(model).items():
        decay = 0.0 if _NO_DECAY.search(name) or weight.ndim < 2 else config.optimizer.weight_decay
        groups.setdefault((_peak(name, depths[name], config), decay), []).append(weight)
    return torch.optim.AdamW(
        [
            {"params": weights, "lr": peak, "peak": peak, "weight_decay": decay}
            for (peak, decay), weights in groups.items()
        ],
        fused=True,  # on a processor too: a fifth faster than one weight after the other
    )


def set_rate(optimizer: torch.optim.Optimizer, factor: float) -> None:
    """Set every group's learning rate to its peak times `factor`."""
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * factor


def rate_factor(step: int, total: int, schedule: Schedule) -> float:
    """Share of the peak learning rate at `step` of 1 … `total`: up over the warm-up, then down as the schedule says.

    10 steps, warm-up 0.2, linear: 0.5 1.0 1.0 0.875 0.75 … 0.125.
    """
    warm = round(schedule.warm_up * total)
    if step <= warm:
        return step / warm
    done = (step - warm - 1) / max(1, total - warm)
    if schedule.decay == "constant":
        return 1.0
    return 1 - done if schedule.decay == "linear" else (1 + math.cos(math.pi * done)) / 2


def _peak(name: str, depth: int, config: RunConfig) -> float:
    rate = config.optimizer.learning_rate
    if name.startswith("head."):
        return rate * config.optimizer.head_factor
    if config.method.trains in ("lora", "qlora"):  # adapters are new in every layer: there is nothing to protect
        return rate
    return float(rate * config.regularization.layer_decay**depth)


def _depths(model: nn.Module) -> dict[str, int]:
    """Weight → layers above it. What stands on the top layer moves with it; embeddings count as a layer below the lowest,
    also where they turn vectors into words again."""
    tables = {f"{name}.weight" for name, module in model.named_modules() if isinstance(module, nn.Embedding)}
    places = {name: _LAYER.search(f".{name}") for name, _ in model.named_parameters()}
    top = max((int(found.group(1)) for found in places.values() if found), default=-1)

    def layer(name: str) -> int:
        if found := places[name]:
            return int(found.group(1))
        return -1 if name in tables or "embed" in name.lower() else top

    return {name: top - layer(name) for name in places}
