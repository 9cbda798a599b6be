"""A head that points: one linear layer on every token's vector says how likely the answer starts or ends there."""

from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from typing_extensions import override

from studio.models.heads.head import Head, HeadFacts, Layout, in_full, vectors_of

NOWHERE = -1e9
"""The logit of a token that cannot be part of an answer: of the question, of padding, a special one but the first."""
_EVERY = 4
"""One in so many tokens at which no answer starts or ends is fitted on: that changes the bias, which decides nothing."""


class SpanHead(Head):
    """Start and end logits of the tokens of the context, and of the first token, which stands for "no answer here"."""

    kind = "span"
    layout: ClassVar[Layout] = "places"
    fits_units = True

    def __init__(self, width: int, facts: HeadFacts, *, dropout: float = 0.0, label_smoothing: float = 0.0) -> None:
        super().__init__(width, facts, dropout=dropout, label_smoothing=label_smoothing)
        self.linear = nn.Linear(width, 2)

    @override
    def read(self, backbone: nn.Module, **batch: Tensor) -> Tensor:
        """Token vectors (rows, longest, width + 1); the last number says whether an answer may start or end there."""
        vectors = vectors_of(backbone, **batch).float()
        return torch.cat([vectors, batch["answerable"].unsqueeze(-1).to(vectors.dtype)], -1)

    @override
    def forward(self, seen: Tensor) -> Tensor:
        """Logits (rows, longest, 2). Source: transformers' AutoModelForQuestionAnswering, which does not mask."""
        with in_full(seen):
            outputs: Tensor = self.linear(self.dropout(seen[..., :-1].float()))
        return outputs.masked_fill(seen[..., -1:] == 0, NOWHERE)

    @override
    def loss(self, outputs: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """The mean of both cross-entropies over the tokens of a row, in nats. No smoothing: nearly all tokens are wrong."""
        outputs = outputs.float()
        start = nn.functional.cross_entropy(outputs[..., 0], labels[:, 0], reduction="sum")
        end = nn.functional.cross_entropy(outputs[..., 1], labels[:, 1], reduction="sum")
        return (start + end) / 2, int((labels[:, 0] != -100).sum())

    @override
    def cut(self, outputs: Tensor, lengths: "np.ndarray[Any, np.dtype[np.int64]]") -> list[np.ndarray]:
        arrays = outputs.float().cpu().numpy()
        return [array[:length] for array, length in zip(arrays, lengths.tolist(), strict=True)]

    @override
    def units(self, seen: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors, and whether the answer starts and whether it ends there, float32 (units, 2)."""
        places = torch.arange(seen.shape[1], device=seen.device)
        targets = (labels.unsqueeze(1) == places.view(1, -1, 1)).float()
        chosen = (seen[..., -1] != 0) & ((targets.sum(-1) > 0) | (places % _EVERY == 0)) & (labels[:, :1] != -100)
        return seen[..., :-1][chosen], targets[chosen]

    @override
    def fit_loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return nn.functional.binary_cross_entropy_with_logits(outputs, labels, reduction="sum") / max(1, len(labels))

    @override
    def put(self, weight: Tensor, bias: Tensor) -> None:
        with torch.no_grad():
            self.linear.weight.copy_(weight)
            self.linear.bias.copy_(bias)
