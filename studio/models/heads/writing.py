"""Heads without weights of their own, for base models that write: their words' shares are the outputs."""

from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from typing_extensions import override

from studio.models.heads.chunks import GUESSES
from studio.models.heads.head import Head, Layout

QUICK_TOKENS = 64
"""Written at most for a look at how the model does."""
LIKELIEST = {
    "do_sample": False,
    "length_penalty": 1.0,
    "repetition_penalty": 1.0,
    "no_repeat_ngram_size": 0,
    "min_length": 0,
    "use_cache": True,
}
"""How texts are written, whatever the base model's own settings are: the likeliest words, none forbidden."""


class WritingHead(Head):
    """Loss over the tokens to be learned; answers written token by token, always the same ones."""

    writes = True
    layout: ClassVar[Layout] = "tokens"
    by_token: ClassVar[bool] = True
    """Whether answers are written one token after the other, not read off where they stand."""

    @override
    def forward(self, seen: Tensor) -> Tensor:
        """As they were read: logits, (rows, tokens, words), or (learned, words) of what is learned alone; or where these would be
        too many, what was computed of them in chunks, (2 × learned,): nats, then whether the token was guessed."""
        return seen

    def due(self, labels: Tensor) -> Tensor:
        """The token that each output should name, (rows, tokens): -100 where nothing is learned."""
        return labels

    @override
    def loss(self, outputs: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """Cross-entropy in nats, summed over learned tokens; label smoothing in training only."""
        tokens = self.due(labels)
        learned = tokens != -100
        if outputs.ndim == 1:
            return outputs[: len(outputs) // 2].sum(), len(outputs) // 2
        chosen = _at(outputs, learned)
        total = nn.functional.cross_entropy(chosen, tokens[learned], reduction="sum", label_smoothing=self.smoothing)
        return total, int(learned.sum())

    @property
    def smoothing(self) -> float:
        """Of labels, now."""
        return self.label_smoothing if self.training else 0.0

    def surprise(self, outputs: Tensor, labels: Tensor) -> np.ndarray:
        """Of each row, (rows, 3) float64: nats, over how many tokens, and how many of them were among five guesses."""
        tokens = self.due(labels)
        learned = tokens != -100
        if outputs.ndim == 1:
            nats, guessed = outputs.double().view(2, -1)
        else:
            chosen, right = _at(outputs, learned), tokens[learned]
            nats = nn.functional.cross_entropy(chosen, right, reduction="none").double()
            guessed = (chosen.topk(min(GUESSES, chosen.shape[-1]), -1).indices == right.unsqueeze(-1)).any(-1).double()
        found = torch.zeros(*tokens.shape, 3, dtype=torch.float64, device=tokens.device)
        found[learned] = torch.stack([nats, torch.ones_like(nats), guessed], -1)
        return np.asarray(found.sum(1).cpu().numpy())

    def write(self, backbone: Any, most: int, **batch: Tensor) -> Tensor:
        """What the base model writes for a batch, (rows, tokens) int64, without sampling."""
        from transformers import GenerationConfig  # noqa: PLC0415 - takes a second, and only runs that write need it

        most = min(most, QUICK_TOKENS) if self.quick else most
        beams = 1 if self.quick else self.beams
        ends = list(self.facts.ends)
        config = GenerationConfig(
            **LIKELIEST,
            max_new_tokens=most,
            num_beams=beams,
            early_stopping=beams > 1,
            eos_token_id=ends or None,
            pad_token_id=_padding(backbone, ends),
            decoder_start_token_id=self.facts.start_token if self.facts.start_token >= 0 else None,
            forced_bos_token_id=self.facts.first_token if self.facts.first_token >= 0 else None,
        )
        given = {name: value for name, value in batch.items() if name in ("input_ids", "attention_mask")}
        written: Tensor = backbone.generate(**given, generation_config=config)
        return written

    def until_end(self, written: Tensor) -> list[np.ndarray]:
        """Each row's tokens before its end."""
        ends = set(self.facts.ends)
        return [
            np.array(row[: next((place for place, token in enumerate(row) if token in ends), len(row))], np.int64)
            for row in written.tolist()
        ]


def guessed(backbone: Any, wanted: Tensor | None, **given: Any) -> Tensor:
    """Logits, (rows, tokens, words); where `wanted`, bool (rows, tokens), is known and the model has its words in one layer
    of its own, (wanted, words): words are many, and those that nobody asks for cost time and memory."""
    layer = None if wanted is None else backbone.get_output_embeddings()
    if wanted is None or layer is None:
        logits: Tensor = backbone(**given).logits
        return logits
    is_chosen = False

    def choose(_layer: nn.Module, seen: tuple[Tensor]) -> Tensor:
        nonlocal is_chosen
        is_chosen = True
        return seen[0][wanted].unsqueeze(0)

    hook = layer.register_forward_pre_hook(choose)
    try:
        logits = backbone(**given).logits
    finally:
        hook.remove()
    return logits[0] if is_chosen else logits


def _at(outputs: Tensor, learned: Tensor) -> Tensor:
    """float32 (learned, words)"""
    return (outputs if outputs.ndim == 2 else outputs[learned]).float()


def _padding(backbone: Any, ends: list[int]) -> int:
    padding = backbone.config.pad_token_id
    return int(padding) if isinstance(padding, int) and padding >= 0 else (ends or [0])[0]
