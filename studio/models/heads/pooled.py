"""Heads for a whole text: its token vectors become one vector, and one linear layer makes numbers of that.

    pooled = mean of the token vectors, padding left out       (or the first token's vector, or the last one's)
    pooled = pooled / |pooled| × 16                            (Euclidean length; a unit vector, scaled)
    outputs = pooled · weightᵀ + bias

In training, dropout falls on the token vectors: behind the mean it would hit what all texts have in common, which a
head fitted by the probe relies on. The 16 is measured: with unit vectors alone a linear layer needs huge weights before
its softmax can be sure.
"""

from typing import ClassVar

import torch
from torch import Tensor, nn
from typing_extensions import override

from studio.models.heads.head import Head, HeadFacts, Layout, in_full, vectors_of

SCALE = 16.0


class PooledHead(Head):
    """One vector a text, one linear layer. Its children say what the outputs mean."""

    fits = True
    softens: ClassVar[bool] = True
    """Whether outputs are logits, which may be scaled without another answer."""

    def __init__(self, width: int, facts: HeadFacts, *, dropout: float = 0.0, label_smoothing: float = 0.0) -> None:
        super().__init__(width, facts, dropout=dropout, label_smoothing=label_smoothing)
        self.linear = nn.Linear(self.given_width(width), self.outputs(facts))

    @staticmethod
    def outputs(facts: HeadFacts) -> int:
        """How many numbers a text gets."""
        return len(facts.labels)

    @staticmethod
    def given_width(width: int) -> int:
        """How many numbers of a row the linear layer is given, for a base model of that width."""
        return width

    def given(self, seen: Tensor) -> Tensor:
        """What the linear layer is given of what was read, (rows, numbers)."""
        return seen

    def pool(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Token vectors (batch, tokens, width) and their mask (batch, tokens) → text vectors (batch, width), float32."""
        hidden = self.dropout(hidden.float())
        if self.facts.pooling == "first":
            pooled = hidden[:, 0]
        elif self.facts.pooling == "last":
            places = torch.arange(mask.shape[1], device=mask.device)
            last = (mask.long() * places).amax(1)  # the padding may be on either side
            pooled = hidden[torch.arange(len(hidden), device=hidden.device), last]
        else:
            shares = mask.unsqueeze(-1).to(hidden.dtype)
            pooled = (hidden * shares).sum(1) / shares.sum(1).clamp(min=1.0)
        if self.facts.normalize:
            pooled = nn.functional.normalize(pooled, dim=-1)
        return pooled * self.facts.scale

    @override
    def read(self, backbone: nn.Module, **batch: Tensor) -> Tensor:
        return self.pool(vectors_of(backbone, **batch), batch["attention_mask"])

    @override
    def forward(self, seen: Tensor) -> Tensor:
        """What was read, as text vectors (batch, width) → outputs (batch, numbers)."""
        with in_full(seen):
            outputs: Tensor = self.linear(self.given(seen.float()))
        return outputs

    @override
    def put(self, weight: Tensor, bias: Tensor) -> None:
        with torch.no_grad():
            self.linear.weight.copy_(weight)
            self.linear.bias.copy_(bias)


class SequenceHead(PooledHead):
    """One label for a whole text: logits, turned into shares by softmax."""

    kind = "sequence"

    @override
    def loss(self, outputs: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """Cross-entropy over the labels, in nats."""
        total = nn.functional.cross_entropy(
            outputs.float(), labels, reduction="sum", label_smoothing=self.label_smoothing
        )
        return total, len(labels)

    @override
    def fit_loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return nn.functional.cross_entropy(outputs, labels)


class MultiLabelHead(PooledHead):
    """Any of the labels, each for itself: logits, turned into shares by the logistic function."""

    kind = "multi-label"
    layout: ClassVar[Layout] = "values"

    @override
    def loss(self, outputs: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """Binary cross-entropy, in nats, the mean over the labels; labels may be soft, as with smoothing."""
        outputs = outputs.float()
        if self.label_smoothing:
            labels = labels * (1 - self.label_smoothing) + self.label_smoothing / 2
        total = nn.functional.binary_cross_entropy_with_logits(outputs, labels, reduction="sum")
        return total / outputs.shape[1], len(labels)

    @override
    def fit_loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """The sum over labels: a logistic regression for each."""
        return nn.functional.binary_cross_entropy_with_logits(outputs, labels, reduction="sum") / len(labels)


class NumberHead(PooledHead):
    """A number for a text, in units in which the training rows' numbers have a mean of 0 and a deviation of 1."""

    kind = "number"
    layout: ClassVar[Layout] = "values"
    softens = False

    @staticmethod
    @override
    def outputs(facts: HeadFacts) -> int:
        return 1

    @override
    def loss(self, outputs: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """Half of the squared error, summed."""
        return nn.functional.mse_loss(outputs.float(), labels, reduction="sum") / 2, len(labels)

    @override
    def fit_loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return nn.functional.mse_loss(outputs, labels) / 2
