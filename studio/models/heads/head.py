"""What a base model wears to do a task: how its vectors become outputs, and what training makes small.

A head is one file in this folder; `studio.models.heads.HEADS` finds it. What the worker knows of a model is `Wearing`:
batches in, outputs and their loss out. Which base model is loaded, how targets are laid out and whether answers are
computed or written is said by the head's facts below, so that the loop that trains is the same for every task.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor, nn

Layout = Literal["label", "values", "places", "tokens", "text"]
"""How the targets of rows lie in memory:

| layout | a feature's `labels` | a batch of them |
|---|---|---|
| label | the number of one label | int64 (rows,), -100 where not known |
| values | as many numbers as there are outputs | float32 (rows, outputs), nan where not known |
| places | tokens by their number, as a start and an end | int64 (rows, 2), -100 where not known |
| tokens | a number a token of the input | int64 (rows, longest), -100 where nothing is learned; also part of the batch |
| text | the tokens of a text of its own | int64 (rows, longest text), -100 behind its end; also part of the batch |
"""


@dataclass(frozen=True)
class HeadFacts:
    """What `head.json` says. `labels` in the order of the outputs; `max_length` in tokens, special ones included."""

    kind: str
    pooling: Literal["mean", "first", "last"]
    normalize: bool
    scale: float
    labels: tuple[str, ...]
    max_length: int
    task: str
    thresholds: tuple[float, ...] = ()
    """Chosen on the validation rows, for tasks that have them (see `Task.thresholds`)."""
    scaling: tuple[float, float] = (0.0, 1.0)
    """Mean and deviation of the training rows' numbers, for tasks that learn numbers."""
    new_tokens: int = 0
    """Tokens an answer may have, for heads that write."""
    ends: tuple[int, ...] = ()
    """Tokens that end an answer, for heads that write."""
    prefix: str = ""
    """Words in front of every text that is read."""
    codes: tuple[str, ...] = ()
    """The source's and the target's language, for models that have a token for each."""
    start_token: int = -1
    """Stands in the place of the model's usual start of an answer; -1 where that is as it was."""
    first_token: int = -1
    """What every answer begins with; -1 where it is free."""
    hints: tuple[int, ...] = ()
    """How many values each hint of a token has (see `models.heads.hints`); empty where tokens have none."""
    inside: bool = False
    """Whether answers may begin and end within words, for tasks that point into texts."""
    longest: int = 0
    """Tokens that such an answer may have, for tasks whose answer is one stretch; 0 in older files."""


class Head(nn.Module):
    """What stands on a base model. A head without weights of its own still says how the base model is read and judged."""

    kind: ClassVar[str]
    """As in `head.json`, and as a task names it."""
    auto_class: ClassVar[str] = "AutoModel"
    """The class of transformers that loads the base model."""
    layout: ClassVar[Layout] = "label"
    fits: ClassVar[bool] = False
    """Whether a linear layer can be fitted on what `read` gives before anything is tuned (see `worker.probe`)."""
    fits_units: ClassVar[bool] = False
    """The same for a head with many vectors a row, of which `units` says those that are learned from."""
    writes: ClassVar[bool] = False
    """Whether answers are texts that the model writes token by token; its outputs are only good for the loss then."""

    packs: ClassVar[bool] = False
    """Whether several rows may lie behind each other in one, where the base model reads them apart (see `worker.packing`)."""

    quick: bool = False
    """Whether written answers are only looked at: they may be shorter then, and less thought about."""
    beams: ClassVar[int] = 1
    """How many beginnings of a written answer are followed at once before the likeliest whole one is taken."""

    def __init__(self, width: int, facts: HeadFacts, *, dropout: float = 0.0, label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.facts, self.width, self.label_smoothing = facts, width, label_smoothing
        self.dropout = nn.Dropout(dropout)

    def read(self, backbone: nn.Module, **batch: Tensor) -> Tensor:
        """What the base model makes of a batch, (rows, …) float32: all that needs the base model."""
        raise NotImplementedError

    def forward(self, seen: Tensor) -> Tensor:
        """Outputs, (rows, …) float32, of what was read."""
        raise NotImplementedError

    def loss(self, outputs: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """In nats, summed over the batch, and over how many units (rows or tokens): exact to add up over batches."""
        raise NotImplementedError

    def cut(self, outputs: Tensor, lengths: "np.ndarray[Any, np.dtype[np.int64]]") -> list[np.ndarray]:
        """The outputs of each row, float32, without what belongs to padding. `lengths` are the rows' tokens."""
        return list(outputs.float().cpu().numpy())

    def answer(self, backbone: nn.Module, lengths: Any, **batch: Tensor) -> list[np.ndarray]:
        """One array a row, from which the task makes an answer."""
        return self.cut(self(self.read(backbone, **batch)), lengths)

    def units(self, seen: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """For heads that fit units: of what was read, the vectors that are learned from, (units, width), and their labels."""
        raise NotImplementedError

    def fit_loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """What a fit on the frozen base model makes small: the mean over units, without smoothing."""
        raise NotImplementedError

    def put(self, weight: Tensor, bias: Tensor) -> None:
        """Take over the numbers of a linear layer that was fitted."""
        raise NotImplementedError

    def start(self) -> None:
        """Put weights that were not fitted at seeded random numbers."""
        for module in self.children():
            if isinstance(module, nn.Linear):
                module.reset_parameters()


class Wearing(nn.Module):
    """A base model with its head on: what is trained and what answers."""

    def __init__(self, backbone: nn.Module, head: Head) -> None:
        super().__init__()
        self.backbone, self.head = backbone, head

    def read(self, **batch: Tensor) -> Tensor:
        """The head's, of this base model."""
        return self.head.read(self.backbone, **batch)

    def forward(self, pooled: Tensor | None = None, **batch: Tensor) -> Tensor:
        """Outputs, from tokens or, where the base model is frozen, from what was read of it before."""
        outputs: Tensor = self.head(self.read(**batch) if pooled is None else pooled)
        return outputs

    def loss(self, outputs: Tensor, labels: Tensor) -> tuple[Tensor, int]:
        """The head's: sum and units."""
        return self.head.loss(outputs, labels)

    def answer(self, lengths: Any, pooled: Tensor | None = None, **batch: Tensor) -> list[np.ndarray]:
        """The head's: one array a row."""
        if pooled is not None:
            return self.head.cut(self.head(pooled), lengths)
        return self.head.answer(self.backbone, lengths, **batch)


def vectors_of(backbone: nn.Module, **batch: Tensor) -> Tensor:
    """The last layer's vector of every token, (rows, longest, width), of a base model loaded by AutoModel."""
    given = {name: value for name, value in batch.items() if name in ("input_ids", "attention_mask", "token_type_ids")}
    vectors: Tensor = backbone(**given).last_hidden_state
    return vectors


def in_full(seen: Tensor) -> AbstractContextManager[object]:
    """What a layer on top computes, it computes in float32, whatever the base model below does: with 8 bits of precision the
    cosines of a thousand pairs are six different numbers, and a model taken away, in float32, would answer otherwise."""
    return torch.autocast(seen.device.type, enabled=False)


def cross_entropy(logits: Tensor, labels: Tensor, smoothing: float = 0.0) -> tuple[Tensor, int]:
    """Of labels that are not -100, in nats, summed; and how many they are."""
    total = nn.functional.cross_entropy(
        logits.float().flatten(0, -2), labels.flatten(), reduction="sum", label_smoothing=smoothing
    )
    return total, int((labels != -100).sum()) if labels.ndim > 1 else len(labels)
