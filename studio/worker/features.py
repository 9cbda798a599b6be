"""Rows as numbers: encoded once, kept as flat arrays on the device, cut and padded into batches by index."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio import storage
from studio.data.example import Example, from_parquet
from studio.errors import StudioError
from studio.models.heads import Layout
from studio.rundir import Part, RunDir
from studio.tasks.task import Feature, Setup, Task
from studio.worker.batches import Numbers

NOTHING = -100
"""A target that is not learned. Source: the index that torch.nn.CrossEntropyLoss ignores."""


class Rows(Protocol):
    """Encoded rows: how long each is, what is to be learned from it, and any of them as a batch."""

    @property
    def lengths(self) -> Numbers:
        """Tokens of each row, special ones included."""

    def batch(self, rows: Numbers) -> dict[str, Tensor]:
        """What the model reads of these rows, on its device."""

    def labels_of(self, rows: Numbers) -> Tensor:
        """Their targets on the device, laid out as the head says (see `models.heads.Layout`)."""

    def units_of(self, rows: Numbers) -> int:
        """How many things are learned from these rows together: rows, or tokens; what a mean loss is a mean over."""


class TrainingRows(Rows, Protocol):
    """Rows that are learned from, epoch after epoch."""

    def in_epoch(self, epoch: int) -> Rows:
        """As that pass over them learns them: the same in every one, or a pure function of seed and epoch."""


@dataclass(frozen=True)
class Ragged:
    """Sequences of whole numbers, each of its own length, one behind the other."""

    values: Tensor
    """int32 (all,), with room for the longest after the last."""
    starts: Tensor
    """int64 (rows,)"""
    sizes: Tensor
    """int64 (rows,): `lengths` on the device."""
    lengths: Numbers
    filler: int
    """Stands behind the end of what is shorter than the longest."""

    @classmethod
    def of(cls, sequences: Sequence[Sequence[int]], filler: int, device: torch.device) -> "Ragged":
        """Copied to the device."""
        lengths = np.array([len(each) for each in sequences], dtype=np.int64)
        values = np.full(int(lengths.sum() + lengths.max(initial=1)), filler, dtype=np.int32)
        starts = np.cumsum(lengths) - lengths
        for start, each in zip(starts.tolist(), sequences, strict=True):
            values[start : start + len(each)] = each
        return cls(
            torch.from_numpy(values).to(device),
            torch.from_numpy(starts).to(device),
            torch.from_numpy(lengths).to(device),
            lengths,
            filler,
        )

    def batch(self, rows: Numbers) -> tuple[Tensor, Tensor]:
        """Values and mask, both int64 (rows, longest), filled up on the right; a row of nothing counts as one filler."""
        longest = max(1, int(self.lengths[rows].max()))
        index = torch.from_numpy(rows).to(self.values.device, non_blocking=True)
        places = torch.arange(longest, device=self.values.device)
        sizes = self.sizes[index].unsqueeze(1)
        found = torch.where(places < sizes, self.values[self.starts[index].unsqueeze(1) + places], self.filler)
        return found.long(), (places < sizes.clamp(min=1)).long()


@dataclass(frozen=True)
class TokenRows:
    """Rows as tokens; a row is a feature of an example."""

    tokens: Ragged
    more: dict[str, Ragged]
    """What else the model reads, by the names of features: `token_type_ids`, a second text as `other_ids`, which tokens may be
    part of an answer, as `answerable` (0 or 1), or what they look like, as `hints`."""
    labels: Tensor | Ragged
    layout: Layout
    lengths: Numbers
    """Tokens of all texts of a row."""
    units: Numbers

    @classmethod
    def of(
        cls,
        features: Sequence[Sequence[Feature]],
        padding: int,
        device: torch.device,
        layout: Layout = "label",
    ) -> "TokenRows":
        """From a task's features, one list an example."""
        flat = [feature for windows in features for feature in windows]
        tokens = Ragged.of([feature["input_ids"] for feature in flat], padding, device)
        names = [name for name in ("token_type_ids", "other_ids", "answerable", "hints") if flat and name in flat[0]]
        more: dict[str, Ragged] = {
            name: Ragged.of([feature[name] for feature in flat], padding if name == "other_ids" else 0, device)
            for name in names
        }
        labels = _labels(flat, layout, device)
        texts = [tokens, *(each for name, each in more.items() if name == "other_ids")]
        units = np.ones(len(flat), dtype=np.int64)
        if isinstance(labels, Ragged):
            texts += [labels] if layout == "text" else []
            units = np.array([_learned(feature) for feature in flat], dtype=np.int64)
        lengths: Numbers = np.array([text.lengths for text in texts]).sum(0)
        return cls(tokens, more, labels, layout, lengths, units)

    def batch(self, rows: Numbers) -> dict[str, Tensor]:
        """`input_ids` int64 and `attention_mask` int64, (rows, longest), padded on the right; and what else there is."""
        ids, mask = self.tokens.batch(rows)
        found = {"input_ids": ids, "attention_mask": mask}
        for name, each in self.more.items():
            found[name], mask = each.batch(rows)
            if name == "other_ids":
                found["other_mask"] = mask
        if self.layout in ("text", "tokens"):
            found["labels"] = self.labels_of(rows)
        return found

    def labels_of(self, rows: Numbers) -> Tensor:
        """Laid out as `layout` says."""
        if isinstance(self.labels, Ragged):
            return self.labels.batch(rows)[0]
        return self.labels[torch.from_numpy(rows).to(self.labels.device, non_blocking=True)]

    def units_of(self, rows: Numbers) -> int:
        """Rows, or tokens that are learned."""
        return int(self.units[rows].sum())

    def in_epoch(self, epoch: int) -> "TokenRows":
        """The same in every one."""
        return self

    def reaching(self, limit: int) -> int:
        """Rows with a text of so many tokens or more."""
        texts = [self.tokens, *(each for name, each in self.more.items() if name == "other_ids")]
        return int(np.any([text.lengths >= limit for text in texts], axis=0).sum())

    @property
    def numbers(self) -> Iterator[NDArray[Any]]:
        """All that it is, as arrays."""
        for each in (self.tokens, *self.more.values(), self.labels):
            if isinstance(each, Ragged):
                yield each.values.cpu().numpy()
                yield each.lengths
            else:
                yield each.cpu().numpy()


def _labels(flat: Sequence[Feature], layout: Layout, device: torch.device) -> Tensor | Ragged:
    if layout in ("tokens", "text"):
        unknown = (lambda feature: [NOTHING] * len(feature["input_ids"])) if layout == "tokens" else lambda _: []
        return Ragged.of([feature.get("labels", unknown(feature)) for feature in flat], NOTHING, device)
    if layout == "values":
        width = max((len(feature["labels"]) for feature in flat if "labels" in feature), default=1)
        values = np.array([feature.get("labels", [np.nan] * width) for feature in flat], np.float32)
        return torch.from_numpy(values.reshape(len(flat), width)).to(device)
    unknown_place: Any = [NOTHING, NOTHING] if layout == "places" else NOTHING
    places = np.array([feature.get("labels", unknown_place) for feature in flat], np.int64)
    return torch.from_numpy(places.reshape(-1, 2) if layout == "places" else places).to(device)


def _learned(feature: Feature) -> int:
    return sum(each != NOTHING for each in feature.get("labels", ()))


@dataclass(frozen=True)
class PooledRows:
    """Rows as vectors of the frozen base model: all that a head alone needs, computed once."""

    pooled: Tensor
    """float32 (rows, …, width)"""
    labels: Tensor
    lengths: Numbers

    @classmethod
    def of(cls, pooled: Tensor, labels: Tensor) -> "PooledRows":
        """Each row counts as one token: a step costs the same whatever the text was."""
        return cls(pooled, labels, np.ones(len(pooled), dtype=np.int64))

    def batch(self, rows: Numbers) -> dict[str, Tensor]:
        """`pooled` float32 (rows, …, width)."""
        return {"pooled": self.pooled[torch.from_numpy(rows).to(self.pooled.device)]}

    def labels_of(self, rows: Numbers) -> Tensor:
        """As they were laid out where they came from."""
        return self.labels[torch.from_numpy(rows).to(self.labels.device)]

    def units_of(self, rows: Numbers) -> int:
        """Rows."""
        return len(rows)

    def in_epoch(self, epoch: int) -> "PooledRows":
        """The same in every one."""
        return self


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
    task: Task,
    examples: Sequence[Example],
    setup: Setup,
    device: torch.device,
    layout: Layout = "label",
    *,
    asked: bool = False,
) -> tuple[TokenRows, list[list[Feature]]]:
    """Examples as rows, and as the task's features, one list an example.

    `asked`: targets are taken off first; they may be labels that the model never saw.
    """
    if asked:
        examples = [replace(example, target=None) for example in examples]
    features = task.encode(examples, setup)
    return TokenRows.of(features, setup.tokenizer.pad_token_id or 0, device, layout), features
