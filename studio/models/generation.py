"""What is kept of a base model's own rules of writing: its tokens, none of its tastes."""

from typing import Any

_TOKENS = (
    "bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id", "forced_bos_token_id",
    "forced_eos_token_id", "bad_words_ids", "suppress_tokens", "begin_suppress_tokens",
)  # fmt: skip
"""What transformers calls the tokens of a model's answers."""


def keep_tokens(backbone: Any) -> None:
    """Keep which tokens begin, end and fill up what the base model writes, and which it must or must never write.

    How it chooses among the others is a matter of taste, made for other answers than those learned here, and would make the
    untuned model answer by other rules than the tuned one. Published settings of that kind may even contradict each other, or
    ask for what needs more than a model.
    """
    own = getattr(backbone, "generation_config", None)
    if own is not None:
        kept = {name: value for name in _TOKENS if _are_tokens(value := getattr(own, name, None))}
        backbone.generation_config = type(own)(**kept)


def _are_tokens(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(map(_are_tokens, value))
    return type(value) is int and value >= 0
