"""LoRA adapters: small weights put beside the frozen ones of a base model, kept as files of their own, or folded in."""

import json
import warnings
from typing import Any

from safetensors.torch import save
from torch import nn
from transformers.pytorch_utils import Conv1D

from studio.config import Method, RunConfig
from studio.models.heads import Wearing

_TASK_TYPES = {"AutoModelForCausalLM": "CAUSAL_LM", "AutoModelForSeq2SeqLM": "SEQ_2_SEQ_LM"}
"""What peft calls kinds of models that write; all others give vectors."""


def put_adapters(model: Wearing, config: RunConfig) -> None:
    """Beside every linear layer but the one that says words."""
    from peft import LoraConfig, get_peft_model  # noqa: PLC0415 - takes seconds to import, and few runs need it

    method: Method = config.method
    backbone: Any = model.backbone
    words = backbone.get_output_embeddings() if hasattr(backbone, "get_output_embeddings") else None
    linear = [
        name
        for name, module in backbone.named_modules()
        if isinstance(module, nn.Linear | Conv1D) and module is not words and not name.startswith("pooler.")
    ]
    adapters = LoraConfig(
        r=method.lora_rank,
        lora_alpha=method.lora_alpha,
        lora_dropout=config.regularization.dropout,
        target_modules=linear,
        bias="none",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers for things by their old names
        warnings.filterwarnings("ignore", message="fan_in_fan_out")  # it sees by itself which way the weights lie
        model.backbone = get_peft_model(backbone, adapters)


def adapter_files(model: Wearing) -> dict[str, bytes]:
    """Name → content of the adapters as `peft.PeftModel.from_pretrained` reads them; nothing where there are none.

    They do not say where the base model lies, which is a place on this machine: an export names it.
    """
    backbone: Any = model.backbone
    if not hasattr(backbone, "merge_and_unload"):
        return {}
    from peft import get_peft_model_state_dict  # noqa: PLC0415 - takes seconds to import, and few runs need it

    weights = {name: weight.detach().cpu().contiguous() for name, weight in get_peft_model_state_dict(backbone).items()}
    facts = backbone.peft_config["default"].to_dict()
    facts |= {
        "base_model_name_or_path": None,
        "task_type": _TASK_TYPES.get(model.head.auto_class, "FEATURE_EXTRACTION"),
        "target_modules": sorted(facts["target_modules"]),
        "inference_mode": True,
    }
    told = json.dumps(facts, default=str, indent=1, sort_keys=True).encode()
    return {"adapter/adapter_model.safetensors": save(weights), "adapter/adapter_config.json": told}


def merge_adapters(model: Wearing) -> None:
    """Fold LoRA adapters into the weights they stand beside; nothing to do where there are none."""
    backbone: Any = model.backbone
    if hasattr(backbone, "merge_and_unload"):
        model.backbone = backbone.merge_and_unload()
