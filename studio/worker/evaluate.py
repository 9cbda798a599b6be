"""Answering many rows with the model as it is: outputs in batches of like length, in the rows' own order again."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from studio.data.example import Example
from studio.models.heads import Wearing
from studio.tasks.task import Answer, Feature, Setup, Task
from studio.worker.batches import by_length
from studio.worker.features import Rows, encode
from studio.worker.place import Place

Breathe = Callable[[float], None]
"""Called between batches with the share done; it may raise to leave."""


@dataclass(frozen=True)
class Kit:
    """What it takes, besides a model, to turn examples into numbers and outputs into answers."""

    task: Task
    setup: Setup
    place: Place


@dataclass(frozen=True)
class Scores:
    """What one check found. `loss` in nats a row, label smoothing included, as in training, so that the curves compare."""

    loss: float
    metrics: dict[str, float]
    seconds: float


def run_model(
    model: Wearing,
    rows: Rows,
    place: Place,
    breathe: Breathe,
    call: Callable[..., Tensor] | None = None,
    kept: dict[int, Tensor] | None = None,
) -> Tensor:
    """The model's outputs, float32 on the processor, (rows, labels), without dropout or gradients.

    `call` may be the model's `pool`, for text vectors in place of logits. Batches whose outputs are `kept` from an earlier
    call with the same rows are not computed again, and new ones are put there: a call that was left can be gone on with.
    """
    was_training = model.training
    model.train(False)
    result: Tensor | None = None
    done = 0
    try:
        with torch.inference_mode(), place.autocast():
            for number, batch in enumerate(by_length(rows.lengths, place.answering_tokens)):
                outputs = kept.get(number) if kept is not None else None
                is_new = outputs is None
                if outputs is None:
                    outputs = (call or model)(**rows.batch(batch)).float()
                    if kept is not None:
                        kept[number] = outputs
                if result is None:
                    result = torch.empty(len(rows.lengths), outputs.shape[1], device=outputs.device)
                result[torch.from_numpy(batch).to(outputs.device)] = outputs
                done += len(batch)
                if is_new:
                    breathe(done / len(rows.lengths))
    finally:
        model.train(was_training)
    return result.cpu().clone() if result is not None else torch.empty(0, 0)


@dataclass(frozen=True)
class Asked:
    """Examples with their features (one list an example) and the same as rows (one a feature)."""

    examples: Sequence[Example]
    features: Sequence[Sequence[Feature]]
    rows: Rows


def check(model: Wearing, kit: Kit, asked: Asked, breathe: Breathe) -> Scores:
    """Score the validation rows."""
    began = time.monotonic()
    return score_outputs(model, kit, asked, run_model(model, asked.rows, kit.place, breathe), began)


def score_outputs(model: Wearing, kit: Kit, asked: Asked, outputs: Tensor, began: float) -> Scores:
    """Loss and the task's metrics of outputs already there; `began` is on the monotonic clock."""
    labels = asked.rows.labels_of(np.arange(len(outputs))).cpu()
    with torch.no_grad():
        total, count = model.loss(outputs, labels)
    metrics = kit.task.score(decode(kit, asked, outputs), asked.examples, kit.setup.labels)
    return Scores(float(total) / count, metrics, time.monotonic() - began)


def answer(model: Wearing, kit: Kit, examples: Sequence[Example], breathe: Breathe) -> list[Answer]:
    """What the model says of each example, in order; targets are not looked at."""
    if not examples:
        return []
    rows, features = encode(kit.task, examples, kit.setup, kit.place.device, asked=True)
    return decode(kit, Asked(examples, features, rows), run_model(model, rows, kit.place, breathe))


def decode(kit: Kit, asked: Asked, outputs: Tensor) -> list[Answer]:
    """One answer an example, from as many outputs as it has features."""
    arrays, answers, start = outputs.numpy(), [], 0
    for example, features in zip(asked.examples, asked.features, strict=True):
        end = start + len(features)
        answers.append(kit.task.decode(example, list(arrays[start:end]), features, kit.setup))
        start = end
    return answers
