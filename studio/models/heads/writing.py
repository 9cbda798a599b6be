"""Heads without weights of their own, for base models that write: their words' shares are the outputs."""

from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from typing_extensions import override

from studio.models.heads.head import Head, Layout

QUICK_TOKENS = 64
"""Written at most for a look at how the model does."""
_GUESSES = 5


class WritingHead(Head):
    """Loss over the tokens to be learned; answers written token by token, always the same ones."""

    writes = True
    layout: ClassVar[Layout] = "tokens"
    by_token: ClassVar[bool] = True
    """Whether answers are written one token after the other, not read off where they stand."""

    @override
    def forward(self, seen: Tensor) -> Tensor:
        """As they were read: logits, (rows, tokens, words)."""
        return seen

    def wanted(self, outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Logits, and the tokens that they should name, (rows, tokens): -100 where nothing is learned."""
        return outputs, labels

    @override
    def loss(self, outputs: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """Cross-entropy in nats, summed over learned tokens; label smoothing in training only."""
        logits, tokens = self.wanted(outputs, labels)
        learned = tokens != -100
        chosen = logits[learned].float()  # of the others nothing is computed: words are many
        smoothing = self.label_smoothing if self.training else 0.0
        total = nn.functional.cross_entropy(chosen, tokens[learned], reduction="sum", label_smoothing=smoothing)
        return total, int(learned.sum())

    def surprise(self, outputs: Tensor, labels: Tensor) -> np.ndarray:
        """Of each row, (rows, 3) float64: nats, over how many tokens, and how many of them were among five guesses."""
        logits, tokens = self.wanted(outputs, labels)
        learned = tokens != -100
        chosen, right = logits[learned].float(), tokens[learned]
        nats = nn.functional.cross_entropy(chosen, right, reduction="none").double()
        guessed = (chosen.topk(min(_GUESSES, chosen.shape[-1]), -1).indices == right.unsqueeze(-1)).any(-1).double()
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
            max_new_tokens=most,
            do_sample=False,
            num_beams=beams,
            early_stopping=beams > 1,
            length_penalty=1.0,
            repetition_penalty=1.0,
            no_repeat_ngram_size=0,
            min_length=0,
            eos_token_id=ends or None,
            pad_token_id=_padding(backbone, ends),
            use_cache=True,
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


def _padding(backbone: Any, ends: list[int]) -> int:
    padding = backbone.config.pad_token_id
    return int(padding) if isinstance(padding, int) and padding >= 0 else (ends or [0])[0]
