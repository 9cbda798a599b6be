"""Rows as numbers: encoded once, kept as flat arrays on the device, cut and padded into batches by index."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio import storage
from studio.data.example import Example, from_parquet
from studio.errors import StudioError
from studio.rundir import Part, RunDir
from studio.tasks.task import Feature, Setup, Task
from studio.worker.batches import Numbers


class Rows(Protocol):
    """Encoded rows: how long each is, its label's number, and any of them as a batch."""

    @property
    def lengths(self) -> Numbers:
        """Tokens of each row, special ones included."""

    def batch(self, rows: Numbers) -> dict[str, Tensor]:
        """What the model reads of these rows, on its device."""

    def labels_of(self, rows: Numbers) -> Tensor:
        """int64 (rows,) on the device."""


@dataclass(frozen=True)
class TokenRows:
    """Rows as tokens; a row is a feature of an example."""

    tokens: Tensor
    """int32 (all tokens,), one row after the other, with room for the longest after the last."""
    starts: Tensor
    """int64 (rows,)"""
    sizes: Tensor
    """int64 (rows,): `lengths` on the device."""
    labels: Tensor
    """int64 (rows,), -100 where not known."""
    lengths: Numbers
    padding: int

    @classmethod
    def of(cls, features: Sequence[Sequence[Feature]], padding: int, device: torch.device) -> "TokenRows":
        """From a task's features, one list an example."""
        flat = [feature for windows in features for feature in windows]
        lengths = np.array([len(feature["input_ids"]) for feature in flat], dtype=np.int64)
        tokens = np.full(int(lengths.sum() + lengths.max(initial=0)), padding, dtype=np.int32)
        starts = np.cumsum(lengths) - lengths
        for start, feature in zip(starts.tolist(), flat, strict=True):
            ids = feature["input_ids"]
            tokens[start : start + len(ids)] = ids
        labels = np.array([feature.get("labels", -100) for feature in flat], dtype=np.int64)
        return cls(
            tokens=torch.from_numpy(tokens).to(device),
            starts=torch.from_numpy(starts).to(device),
            sizes=torch.from_numpy(lengths).to(device),
            labels=torch.from_numpy(labels).to(device),
            lengths=lengths,
            padding=padding,
        )

    def batch(self, rows: Numbers) -> dict[str, Tensor]:
        """`input_ids` int64 and `attention_mask` int64, (rows, longest), padded on the right."""
        longest = int(self.lengths[rows].max())
        index = torch.from_numpy(rows).to(self.tokens.device, non_blocking=True)
        places = torch.arange(longest, device=self.tokens.device)
        mask = places < self.sizes[index].unsqueeze(1)
        ids = torch.where(mask, self.tokens[self.starts[index].unsqueeze(1) + places], self.padding)
        return {"input_ids": ids.long(), "attention_mask": mask.long()}

    def labels_of(self, rows: Numbers) -> Tensor:
        """int64 (rows,)."""
        return self.labels[torch.from_numpy(rows).to(self.labels.device, non_blocking=True)]

    @property
    def numbers(self) -> tuple[NDArray[np.int32], Numbers, Numbers]:
        """All that it is: tokens, lengths, labels."""
        return self.tokens.cpu().numpy(), self.lengths, self.labels.cpu().numpy()


@dataclass(frozen=True)
class PooledRows:
    """Rows as text vectors of the frozen base model: all that a head alone needs, computed once."""

    pooled: Tensor
    """float32 (rows, width)"""
    labels: Tensor
    lengths: Numbers

    @classmethod
    def of(cls, pooled: Tensor, labels: Tensor) -> "PooledRows":
        """Each row counts as one token: a step costs the same whatever the text was."""
        return cls(pooled, labels, np.ones(len(pooled), dtype=np.int64))

    def batch(self, rows: Numbers) -> dict[str, Tensor]:
        """`pooled` float32 (rows, width)."""
        return {"pooled": self.pooled[torch.from_numpy(rows).to(self.pooled.device)]}

    def labels_of(self, rows: Numbers) -> Tensor:
        """int64 (rows,)."""
        return self.labels[torch.from_numpy(rows).to(self.labels.device)]


def read_part(run: RunDir, part: Part) -> list[Example]:
    """The frozen examples of one part. Raises: StudioError when the file is gone, damaged or changed since the start."""
    file = run.part(part)
    try:
        data = file.read_bytes()
        name = file.relative_to(run.path).as_posix()
        if damage := [problem for problem in storage.problems_of(run.path) if problem.startswith(name)]:
            raise ValueError(damage[0])
        return from_parquet(data)
    except (OSError, ValueError) as error:
        raise StudioError(
            f"The {part} rows of this run cannot be read",
            where=file.name,
            fix="Start a new run from the original file.",
        ) from error


def encode(
    task: Task, examples: Sequence[Example], setup: Setup, device: torch.device, *, asked: bool = False
) -> tuple[TokenRows, list[list[Feature]]]:
    """Examples as rows, and as the task's features, one list an example.

    `asked`: targets are taken off first; they may be labels that the model never saw.
    """
    if asked:
        examples = [replace(example, target=None) for example in examples]
    features = task.encode(examples, setup)
    return TokenRows.of(features, setup.tokenizer.pad_token_id or 0, device), features
