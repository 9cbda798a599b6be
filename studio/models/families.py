"""Which kinds of model the studio can tune, by the name that their config gives them, and what else a config tells.

A test holds these names against the installed transformers. Nothing of a model that is not named here is loaded.
"""

from dataclasses import dataclass
from typing import Any

from studio.models.presets import Family

_ENCODERS = frozenset({
    "albert", "bert", "camembert", "convbert", "deberta", "deberta-v2", "distilbert", "electra", "ernie", "eurobert",
    "mobilebert", "modernbert", "mpnet", "nomic_bert", "roberta", "roberta-prelayernorm", "roformer", "xlm-roberta",
    "xlm-roberta-xl",
})  # fmt: skip
_DECODERS = frozenset({
    "apertus", "arcee", "bloom", "cohere", "cohere2", "ernie4_5", "exaone4", "falcon", "gemma", "gemma2", "gemma3_text",
    "gpt2", "gpt_neo", "gpt_neox", "granite", "helium", "llama", "ministral", "mistral", "nemotron", "olmo", "olmo2",
    "olmo3", "opt", "phi", "phi3", "qwen2", "qwen3", "smollm3", "stablelm", "starcoder2",
})  # fmt: skip
_ENCODER_DECODERS = frozenset({"bart", "longt5", "m2m_100", "mbart", "mt5", "pegasus", "t5", "umt5"})

_LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers")
_WIDTH = ("hidden_size", "d_model", "n_embd", "dim")
_INNER = ("intermediate_size", "d_ff", "encoder_ffn_dim", "ffn_dim", "n_inner", "hidden_dim")
_CONTEXT = ("max_position_embeddings", "n_positions", "seq_length", "max_sequence_length")
_USUAL_CONTEXT = 512
"""Of models whose config does not say it, such as T5."""
_NO_LIMIT = 1 << 40


@dataclass(frozen=True)
class Shape:
    """What a config tells of a model; 0 for what it leaves open."""

    family: Family
    layers: int
    """Of an encoder-decoder, those of both halves."""
    width: int
    inner: int
    vocabulary: int
    context: int
    tables: int
    fills: bool = False
    """Whether its config says that it guesses hidden words."""


def family_of(config: dict[str, Any]) -> Family | None:
    """The family of a model by its config; None for one that the studio does not know."""
    kind = str(config.get("model_type"))
    if kind in _ENCODER_DECODERS:
        return "encoder-decoder"
    return "decoder" if kind in _DECODERS else "encoder" if kind in _ENCODERS else None


def shape_of(config: dict[str, Any], tokenizer: dict[str, Any] | None = None) -> Shape | None:
    """Facts of a model by its config, and by its tokenizer's, which may read less; None for one of an unknown kind."""
    family = family_of(config)
    if family is None:
        return None
    layers = _number(config, *_LAYERS)
    if family == "encoder-decoder":
        halves = (_number(config, "encoder_layers"), _number(config, "decoder_layers"))
        layers = sum(halves) or layers + (_number(config, "num_decoder_layers") or layers)
    tied = config.get("tie_word_embeddings", True) is not False
    return Shape(
        family,
        layers,
        _number(config, *_WIDTH),
        _number(config, *_INNER),
        _number(config, "vocab_size"),
        min(_number(config, *_CONTEXT) or _USUAL_CONTEXT, _number(tokenizer or {}, "model_max_length") or _NO_LIMIT),
        1 if tied or family == "encoder" else 2,
        family == "encoder" and _fills(config),
    )


def _fills(config: dict[str, Any]) -> bool:
    named = config.get("architectures")
    return isinstance(named, list) and any(str(each).endswith("ForMaskedLM") for each in named)


def _number(config: dict[str, Any], *names: str) -> int:
    """The first of these that is a positive whole number."""
    found = (config.get(name) for name in names)
    return next((value for value in found if type(value) is int and value > 0), 0)
