"""Base models and tuned models from folders on disk into memory: safetensors only, float32, no code from the folder."""

import json
import re
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import nn
from transformers import AutoConfig, AutoTokenizer, BitsAndBytesConfig
from transformers.utils import logging as transformers_logging

from studio.errors import StudioError
from studio.models.generation import keep_tokens
from studio.models.heads import Wearing, facts_from, head_from, head_named
from studio.models.hub import refuse_code, refuse_strange_weights

transformers_logging.disable_progress_bar()  # the worker's log is for people who look for a cause

_DROPOUTS = (
    ("hidden_dropout_prob", "attention_probs_dropout_prob")  # BERT, RoBERTa, ELECTRA, DeBERTa, MPNet
    + ("dropout", "attention_dropout")  # DistilBERT
    + ("embedding_dropout", "mlp_dropout")  # ModernBERT
    + ("dropout_rate",)  # T5
    + ("resid_pdrop", "embd_pdrop", "attn_pdrop")  # GPT-2
)
"""What model families call their dropout."""
_POSITIONS_FROM_PADDING = frozenset({"roberta", "xlm-roberta", "camembert", "mpnet", "data2vec-text", "xlm-roberta-xl"})
"""Families whose first position number is the padding's plus one, so that two of the positions hold no token."""
_IN_LAYER = re.compile(r"\.\d+\.")


def load_base(
    folder: Path,
    *,
    dropout: float | None = None,
    auto_class: str = "AutoModel",
    four_bits_on: torch.device | None = None,
) -> tuple[Any, Any]:
    """The base model (float32, on the processor, not training) and its fast tokenizer.

    `auto_class` is the class of transformers that knows which parts are wanted (see `models.heads.Head.auto_class`).
    `dropout` overrides the model's own everywhere, attention included; None leaves it. `four_bits_on` puts it there, its
    linear layers in 4 bits. Of its rules of writing only tokens are kept. Raises: StudioError.
    """
    try:
        refuse_code(json.loads((folder / "config.json").read_bytes()))
        refuse_strange_weights(folder)
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        for name in _DROPOUTS:
            if dropout is not None and isinstance(getattr(config, name, None), int | float):
                setattr(config, name, dropout)
        tokenizer = _tokenizer(folder)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a missing pooler is told about at length; it is not used
            # float32 is said: a checkpoint in bfloat16 would load as such and swallow small updates.
            backbone, found = getattr(transformers, auto_class).from_pretrained(
                folder,
                config=config,
                dtype=torch.float32,
                use_safetensors=True,
                local_files_only=True,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # refused below, in words
                **({"quantization_config": four_bits(), "device_map": {"": four_bits_on}} if four_bits_on else {}),
            )
    except (OSError, ValueError, KeyError, ImportError, RecursionError) as error:
        raise StudioError(
            f"The base model cannot be loaded: {str(error).splitlines()[0][:200]}",
            where=folder.name,
            fix="Choose another base model, or download this one again.",
        ) from error
    if not tokenizer.is_fast:
        raise StudioError("The base model has no fast tokenizer", where=folder.name, fix="Choose another base model.")
    _refuse_missing(folder, auto_class, [*found["missing_keys"], *(name for name, *_ in found["mismatched_keys"])])
    keep_tokens(backbone)
    if four_bits_on is None:
        _own_memory(backbone)
    return backbone.train(False), tokenizer


def _tokenizer(folder: Path) -> Any:
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, use_fast=True)
    except Exception as error:  # of any kind: its files are read without a look at what they hold
        raise StudioError(
            f"The base model's tokenizer cannot be loaded: {(str(error).splitlines() or [type(error).__name__])[0][:200]}",
            where=f"{folder.name}: tokenizer.json, tokenizer_config.json or the chat template in it",
            fix="Choose another base model, or download this one again.",
        ) from error


def four_bits() -> Any:
    """Normal floats of 4 bits, their scales in 8, products in half precision. Source: QLoRA, Dettmers et al. 2023.

    Needs the package bitsandbytes.
    """
    native = not torch.cuda.is_available() or torch.cuda.get_device_capability()[0] >= 8
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16 if native else torch.float16,
    )


def _refuse_missing(folder: Path, auto_class: str, names: Iterable[str]) -> None:
    """Weights that the files do not hold would be random numbers; only a pooler's are never used."""
    missing = sorted(name for name in names if "pooler" not in name.split("."))
    if not missing:
        return
    what = f"{len(missing):,} of the base model's weights are missing from its files, or of another size there"
    if auto_class.endswith("LM") and not any(_IN_LAYER.search(name) for name in missing):
        what = "The base model cannot write: it comes without the weights that turn vectors into words"
    raise StudioError(what, where=f"{folder.name}, {missing[0]}", fix="Choose another base model.")


def longest_input(backbone: Any, tokenizer: Any) -> int:
    """Tokens the model can read at most, special ones included."""
    config = backbone.config
    positions = int(getattr(config, "max_position_embeddings", 0) or 10**9)
    if config.model_type in _POSITIONS_FROM_PADDING:
        positions -= int(config.pad_token_id or 0) + 1
    return min(positions, int(min(tokenizer.model_max_length, 10**9)))


def load_tuned(folder: Path) -> tuple[Wearing, Any]:
    """What a run left in `model/`, ready to answer, and its tokenizer. Raises: StudioError."""
    return _load(folder, folder, "head")


def load_untuned(folder: Path, run_folder: Path) -> tuple[Wearing, Any]:
    """The untuned baseline: the base model of `folder` with the probe of the run on. Raises: StudioError."""
    return _load(folder, run_folder, "probe")


def _load(folder: Path, head_folder: Path, name: str) -> tuple[Wearing, Any]:
    auto_class = head_named(facts_from(head_folder, name).kind).auto_class
    backbone, tokenizer = load_base(folder, auto_class=auto_class)
    return Wearing(backbone, head_from(head_folder, name)).train(False), tokenizer


def _own_memory(model: nn.Module) -> None:
    """Copy the weights out of the mapped file: aligned alike in every process, so that sums come out alike to the bit."""
    for tensor in (*model.parameters(), *model.buffers()):
        tensor.data = tensor.data.clone()
