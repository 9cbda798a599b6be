"""What a base model wears to do a task: pooling, a linear layer, and the loss.

A sequence head turns the token vectors of a text into one number (logit) a label:

    pooled = mean of the token vectors, padding left out       (or the first token's vector)
    pooled = pooled / |pooled| × 16                            (Euclidean length; a unit vector, scaled)
    logits = pooled · weightᵀ + bias

In training, dropout falls on the token vectors: behind the mean it would hit what all texts have in common, which a
head fitted by the probe relies on.

Its files are `NAME.safetensors` (`weight` float32 (labels, width), `bias` float32 (labels,)) and `NAME.json`
(`HeadFacts`). `head.*` in a run's `model/` folder is the tuned one; `probe.*` in the run folder the untuned one's.
The 16 is measured: with unit vectors alone a linear layer needs huge weights before its softmax can be sure.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from studio.errors import StudioError

SCALE = 16.0


@dataclass(frozen=True)
class HeadFacts:
    """What `head.json` says. `labels` in the order of the logits; `max_length` in tokens, special ones included."""

    kind: Literal["sequence"]
    pooling: Literal["mean", "first"]
    normalize: bool
    scale: float
    labels: tuple[str, ...]
    max_length: int
    task: str


class SequenceHead(nn.Module):
    """One label for a whole text."""

    def __init__(self, width: int, facts: HeadFacts, *, dropout: float = 0.0, label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.facts, self.label_smoothing = facts, label_smoothing
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(width, len(facts.labels))

    def pool(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Token vectors (batch, tokens, width) and their mask (batch, tokens) → text vectors (batch, width), float32."""
        hidden = self.dropout(hidden.float())
        if self.facts.pooling == "first":
            pooled = hidden[:, 0]
        else:
            shares = mask.unsqueeze(-1).to(hidden.dtype)
            pooled = (hidden * shares).sum(1) / shares.sum(1).clamp(min=1.0)
        if self.facts.normalize:
            pooled = nn.functional.normalize(pooled, dim=-1)
        return pooled * self.facts.scale

    def forward(self, pooled: Tensor) -> Tensor:
        """Text vectors (batch, width) → logits (batch, labels)."""
        logits: Tensor = self.linear(pooled)
        return logits

    def loss(self, logits: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """Cross-entropy in nats, summed over the batch, and the number of rows: exact to add up over batches."""
        total = nn.functional.cross_entropy(
            logits.float(), labels, reduction="sum", label_smoothing=self.label_smoothing
        )
        return total, len(labels)

    def put(self, weight: Tensor, bias: Tensor) -> None:
        """Take over a linear layer's numbers."""
        with torch.no_grad():
            self.linear.weight.copy_(weight)
            self.linear.bias.copy_(bias)


class Wearing(nn.Module):
    """A base model with its head on: what is trained and what answers."""

    def __init__(self, backbone: nn.Module, head: SequenceHead) -> None:
        super().__init__()
        self.backbone, self.head = backbone, head

    def pool(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Tokens (batch, longest) → text vectors (batch, width)."""
        hidden = self.backbone(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return self.head.pool(hidden, attention_mask)

    def forward(
        self, input_ids: Tensor | None = None, attention_mask: Tensor | None = None, pooled: Tensor | None = None
    ) -> Tensor:
        """Logits (batch, labels), from tokens or, where the base model is frozen, from text vectors made before."""
        if pooled is None:
            assert input_ids is not None and attention_mask is not None  # noqa: PT018 - one of the two ways in
            pooled = self.pool(input_ids, attention_mask)
        logits: Tensor = self.head(pooled)
        return logits

    def loss(self, logits: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """The head's: sum and count."""
        return self.head.loss(logits, labels)


def head_files(head: SequenceHead, name: str = "head", **more: Any) -> Iterator[tuple[str, bytes]]:
    """File name → content of a head on disk; the JSON last, so that its presence means both are there."""
    tensors = {"weight": head.linear.weight, "bias": head.linear.bias}
    yield f"{name}.safetensors", save({key: value.detach().cpu().contiguous() for key, value in tensors.items()})
    yield f"{name}.json", json.dumps({**asdict(head.facts), **more}, ensure_ascii=False, indent=1).encode()


def head_from(folder: Path, name: str = "head") -> SequenceHead:
    """The head that `head_files` wrote, ready to answer. Raises: StudioError when it is missing or damaged."""
    try:
        value = json.loads((folder / f"{name}.json").read_bytes())
        facts = HeadFacts(**{key: value[key] for key in HeadFacts.__dataclass_fields__})
        facts = HeadFacts(**{**asdict(facts), "labels": tuple(facts.labels)})
        tensors = load((folder / f"{name}.safetensors").read_bytes())
        head = SequenceHead(tensors["weight"].shape[1], facts)
        head.put(tensors["weight"], tensors["bias"])
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise StudioError(
            "The model's head cannot be read", where=f"{name}.json", fix="The run folder is damaged; train again."
        ) from error
    return head.train(False)
