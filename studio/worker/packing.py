"""Several short rows behind each other in one row of a batch, none of which sees another: less padding is computed.

The positions of every row begin at 0 again; from that transformers knows where one ends and makes a mask without attention
across them (`transformers.masking_utils.find_packed_sequence_indices`), where a model reads its positions and its attention
from there. Whether this one does is not looked up but tried: see `reads_apart`.
"""

import inspect
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from studio.models.heads import Wearing
from studio.worker.batches import Numbers
from studio.worker.features import Ragged, TokenRows

_MASK_COSTS = 1.15
"""A step is packed where that saves more than this: attention with a mask of its own costs more than plain causal attention.
Measured on a processor, see `benchmarks/README.md`; rows of like length meet already, so that few steps gain by it."""
_TRIED = 4
_LEAST = 8
"""Rows that the trial of a model reads, and the tokens each has at least."""
_SAME = 1e-3
"""Outputs differ by less of their deviation in float32; where a row sees another, by 0.1 and more."""


def pack(lengths: Numbers, room: int) -> list[Numbers]:
    """Rows that share a row of `room` tokens, as places in `lengths`; one that is longer stands alone.

    Source: first fit, longest first (Johnson 1973): at most 11/9 of the rows that the best packing needs, and 2/3 more.
    """
    shared: list[list[int]] = []
    left: list[int] = []
    for place in np.argsort(-lengths, kind="stable").tolist():
        length = int(lengths[place])
        row = next((number for number, free in enumerate(left) if free >= length), len(left))
        if row == len(left):
            shared.append([])
            left.append(room)
        shared[row].append(place)
        left[row] -= length
    return [np.array(each, dtype=np.int64) for each in shared]


def laid(lengths: Numbers) -> list[Numbers]:
    """How a step's rows lie in a batch, as places in `lengths`: packed into rows as long as the longest of them where that
    is worth its mask, else each in a row of its own, in their order."""
    longest = int(lengths.max())
    shared = pack(lengths, longest)
    if len(shared) * _MASK_COSTS < len(lengths):
        return shared
    return [np.array([place], dtype=np.int64) for place in range(len(lengths))]


@dataclass(frozen=True)
class PackedRows:
    """Training rows of a decoder that reads them apart."""

    rows: TokenRows
    starts: Numbers
    """Of each row among all tokens."""

    @classmethod
    def of(cls, rows: TokenRows) -> "PackedRows":
        """The same rows."""
        return cls(rows, np.cumsum(rows.lengths) - rows.lengths)

    @property
    def lengths(self) -> Numbers:
        """Tokens of each row, special ones included."""
        return self.rows.lengths

    def units_of(self, rows: Numbers) -> int:
        """Tokens that are learned."""
        return self.rows.units_of(rows)

    def in_epoch(self, epoch: int) -> "PackedRows":
        """The same in every one."""
        return self

    def batch(self, rows: Numbers) -> dict[str, Tensor]:
        """`input_ids`, `labels` and `position_ids`, int64 (shared rows, longest), filled up on the right, where causal attention
        never looks back from; positions only where rows are shared."""
        places, positions = self._places(rows)
        found = {"input_ids": _taken(self.rows.tokens, places), "labels": self.labels_of(rows)}
        if positions is not None:
            found["position_ids"] = torch.from_numpy(positions).to(self.rows.tokens.values.device, non_blocking=True)
        return found

    def labels_of(self, rows: Numbers) -> Tensor:
        """int64, as the tokens lie. The first of a row is never learned, so none is guessed from the row before it."""
        assert isinstance(self.rows.labels, Ragged)  # a token for every token
        return _taken(self.rows.labels, self._places(rows)[0])

    def _places(self, rows: Numbers) -> tuple[Numbers, Numbers | None]:
        """Where each token stands among all tokens, -1 for a filler, and in its own row."""
        lengths = self.rows.lengths[rows]
        shared = laid(lengths)
        places = np.full((len(shared), max(int(lengths[some].sum()) for some in shared)), -1, dtype=np.int64)
        positions = np.zeros_like(places)  # a filler begins a row of its own
        for number, some in enumerate(shared):
            along = np.concatenate([np.arange(lengths[one]) for one in some])
            positions[number, : len(along)] = along
            places[number, : len(along)] = along + np.repeat(self.starts[rows[some]], lengths[some])
        return places, positions if len(shared) < len(rows) else None


def _taken(values: Ragged, places: Numbers) -> Tensor:
    index = torch.from_numpy(places).to(values.values.device, non_blocking=True)
    return torch.where(index < 0, values.filler, values.values[index.clamp_min(0)]).long()


def reads_apart(model: Wearing, rows: TokenRows) -> bool:
    """Whether the model gives a few of the rows the same outputs behind each other, and side by side without a mask, as alone.

    Not so with positions counted from the mask (OPT), by distance without a mask (ALiBi), with a state that is carried on
    (Mamba), or with convolutions.
    """
    if not model.head.packs or rows.more or "position_ids" not in inspect.signature(model.backbone.forward).parameters:
        return False
    order = np.argsort(rows.lengths, kind="stable")
    some = order[rows.lengths[order] >= _LEAST][:_TRIED]
    if len(some) < _TRIED:
        return False
    lengths, was_training = rows.lengths[some], model.training
    ids = rows.batch(some)["input_ids"]
    read = torch.cat([ids[number, :length] for number, length in enumerate(lengths)]).unsqueeze(0)
    along = torch.cat([torch.arange(length, device=ids.device) for length in lengths]).unsqueeze(0)
    model.train(False)
    with torch.inference_mode():
        alone = torch.cat(
            [model(input_ids=ids[number : number + 1, :length])[0] for number, length in enumerate(lengths)]
        )
        behind = model(input_ids=read, position_ids=along)[0]
        padded = model(input_ids=ids)
        beside = torch.cat([padded[number, :length] for number, length in enumerate(lengths)])
    model.train(was_training)
    most = _SAME * float(alone.std())
    return all(float((other - alone).abs().max()) <= most for other in (behind, beside))
