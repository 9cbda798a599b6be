"""Gaps drawn anew for every epoch, so that a text seen ten times asks ten questions.

Source: dynamic masking, Liu et al. 2019, "RoBERTa", section 4.1. Only training rows change: validation rows keep their gaps,
or early stopping would chase the luck of the draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from studio.tasks.gaps import chosen_groups
from studio.tasks.task import Feature
from studio.worker.batches import Numbers
from studio.worker.features import NOTHING, Ragged, TokenRows


@dataclass(frozen=True)
class HiddenAnew:
    """Rows whose gaps are a pure function of seed, epoch and row: nothing of them has to be saved."""

    rows: TokenRows
    """With the gaps that they were encoded with."""
    groups: Numbers
    """Of every token of all rows, its number among all groups; -1 is never hidden."""
    counts: Numbers
    """Groups of each row."""
    mask: int
    """The token that stands in a gap."""
    seed: int

    @classmethod
    def of(cls, rows: TokenRows, features: Sequence[Sequence[Feature]], mask: int, seed: int) -> "HiddenAnew":
        """From the features that `rows` were made of."""
        each = [np.array(feature["groups"], np.int64) for windows in features for feature in windows]
        counts = np.array([int(groups.max(initial=-1)) + 1 for groups in each], np.int64)
        first = np.cumsum(counts) - counts
        groups = np.concatenate([np.where(one < 0, -1, one + start) for one, start in zip(each, first, strict=True)])
        return cls(rows, groups, counts, mask, seed)

    @property
    def lengths(self) -> Numbers:
        """Tokens of each row: the same in every epoch."""
        return self.rows.lengths

    def batch(self, rows: Numbers) -> dict[str, Tensor]:
        """As they were encoded."""
        return self.rows.batch(rows)

    def labels_of(self, rows: Numbers) -> Tensor:
        """As they were encoded."""
        return self.rows.labels_of(rows)

    def units_of(self, rows: Numbers) -> int:
        """As they were encoded."""
        return self.rows.units_of(rows)

    def in_epoch(self, epoch: int) -> TokenRows:
        """With the gaps of that epoch."""
        assert isinstance(self.rows.labels, Ragged)  # a token for every token
        count = len(self.groups)
        chosen = chosen_groups(self.counts, np.random.default_rng((self.seed, epoch)))
        hidden = torch.from_numpy(np.append(chosen, False)[self.groups]).to(self.rows.labels.values.device)
        ids, labels = self.rows.tokens.values.clone(), self.rows.labels.values.clone()
        whole = torch.where(labels[:count] == NOTHING, ids[:count], labels[:count])
        ids[:count] = torch.where(hidden, self.mask, whole)
        labels[:count] = torch.where(hidden, whole, NOTHING)
        sums = np.concatenate([[0], np.cumsum(hidden.cpu().numpy())])
        ends = np.cumsum(self.rows.lengths)
        return replace(
            self.rows,
            tokens=replace(self.rows.tokens, values=ids),
            labels=replace(self.rows.labels, values=labels),
            units=sums[ends] - sums[ends - self.rows.lengths],
        )
