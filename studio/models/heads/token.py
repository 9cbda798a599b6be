"""A head for every token: one linear layer on its vector says what the token is part of."""

from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from typing_extensions import override

from studio.models.heads.head import Head, HeadFacts, Layout, cross_entropy, in_full
from studio.models.heads.hints import Hints, hinted_vectors_of


class TokenHead(Head):
    """No entity, then begin and go on of every label: logits of a token, turned into shares by softmax."""

    kind = "token"
    layout: ClassVar[Layout] = "tokens"
    fits_units = True

    def __init__(self, width: int, facts: HeadFacts, *, dropout: float = 0.0, label_smoothing: float = 0.0) -> None:
        super().__init__(width, facts, dropout=dropout, label_smoothing=label_smoothing)
        self.hints = Hints(width, facts.hints) if facts.hints else None
        self.linear = nn.Linear(width, 1 + 2 * len(facts.labels))

    @override
    def read(self, backbone: nn.Module, **batch: Tensor) -> Tensor:
        """Token vectors (rows, longest, width)."""
        return hinted_vectors_of(backbone, self.hints, **batch).float()

    @override
    def forward(self, seen: Tensor) -> Tensor:
        """Logits (rows, longest, outputs). Source: transformers' AutoModelForTokenClassification."""
        with in_full(seen):
            outputs: Tensor = self.linear(self.dropout(seen.float()))
        return outputs

    @override
    def loss(self, outputs: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """Cross-entropy over the tokens that are learned, in nats."""
        return cross_entropy(outputs, labels, self.label_smoothing)

    @override
    def cut(self, outputs: Tensor, lengths: "np.ndarray[Any, np.dtype[np.int64]]") -> list[np.ndarray]:
        arrays = outputs.float().cpu().numpy()
        return [array[:length] for array, length in zip(arrays, lengths.tolist(), strict=True)]

    @override
    def units(self, seen: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        learned = labels != -100
        return seen[learned], labels[learned]

    @override
    def fit_loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return nn.functional.cross_entropy(outputs, labels)

    @override
    def put(self, weight: Tensor, bias: Tensor) -> None:
        with torch.no_grad():
            self.linear.weight.copy_(weight)
            self.linear.bias.copy_(bias)
