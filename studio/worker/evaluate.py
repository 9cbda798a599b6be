"""Answering many rows with the model as it is: outputs in batches of like length, in the rows' own order again."""

import contextlib
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from studio.data.example import Example
from studio.data.phrases import shortened
from studio.errors import StudioError
from studio.events import Sample
from studio.models.heads import Wearing
from studio.models.heads.writing import WritingHead
from studio.tasks.task import Answer, Feature, Setup, Task
from studio.worker.batches import Numbers, by_length
from studio.worker.features import Rows, encode
from studio.worker.place import Place, is_out_of_memory

_WRITING = 8
"""More tokens in a batch that is written than in one that is read."""
_BYTES_A_WORD = 12
"""Of a token's number for one word of the vocabulary: the logit, a copy of it in float32, and its logarithm."""
SAMPLES = 4
"""Validation rows whose answers are shown at every check."""

Result = TypeVar("Result")
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
    """What one check found. `loss` in nats a row (or token): label smoothing included, as in training, so that the curves
    compare; but not of models that write, whose perplexity comes of it."""

    loss: float
    metrics: dict[str, float]
    seconds: float
    thresholds: tuple[float, ...] = ()
    """Those the metrics were counted with."""
    samples: tuple[Sample, ...] = ()
    """What the model writes for a few of the rows, where it writes."""


@dataclass(frozen=True)
class Said:
    """What a model made of rows: an array for each (see `models.heads.Head.cut`), and the loss where targets were known."""

    arrays: list[np.ndarray]
    loss: float = 0.0


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
    result: Tensor | None = None
    done = 0
    with answering(model, place):
        for number, batch in enumerate(by_length(rows.lengths, place.answering_tokens)):
            outputs = kept.get(number) if kept is not None else None
            is_new = outputs is None
            if outputs is None:
                outputs = (call or model)(**rows.batch(batch)).float()
                if kept is not None:
                    kept[number] = outputs
            if result is None:
                result = torch.empty(len(rows.lengths), *outputs.shape[1:], device=outputs.device)
            result[torch.from_numpy(batch).to(outputs.device)] = outputs
            done += len(batch)
            if is_new:
                breathe(done / len(rows.lengths))
    return result.cpu().clone() if result is not None else torch.empty(0, 0)


@contextlib.contextmanager
def answering(model: Wearing, place: Place) -> Iterator[None]:
    """Without dropout and gradients."""
    was_training = model.training
    model.train(False)
    try:
        with torch.inference_mode(), place.autocast():
            yield
    finally:
        model.train(was_training)


def say(model: Wearing, rows: Rows, place: Place, breathe: Breathe) -> list[np.ndarray]:
    """What the model answers to each row, as arrays."""
    arrays: list[np.ndarray] = [np.empty(0)] * len(rows.lengths)
    head, done = model.head, 0
    batches: Iterable[Numbers] = by_length(rows.lengths, scored_tokens(model, place))
    if isinstance(head, WritingHead) and head.by_token:
        batches = writing_batches(head, rows.lengths, place)

    def asked(batch: Numbers) -> list[np.ndarray]:
        return model.answer(rows.lengths[batch], **rows.batch(batch))

    with answering(model, place):
        for part, answers in fitting(batches, asked):
            for row, array in zip(part.tolist(), answers, strict=True):
                arrays[row] = array
            done += len(part)
            breathe(done / len(arrays))
    return arrays


def writing_batches(head: WritingHead, lengths: Numbers, place: Place) -> Iterable[Numbers]:
    """Rows that are written for together: many at once cost little more than one."""
    return by_length((lengths + head.facts.new_tokens) * head.beams, place.answering_tokens * _WRITING)


def scored_tokens(model: Wearing, place: Place) -> int:
    """Padded tokens of one forward pass: where a model writes, as many as their numbers for all its words leave room for."""
    if not model.head.writes:
        return place.answering_tokens
    backbone: Any = model.backbone
    return max(1, min(place.answering_tokens, place.scoring_bytes // (_BYTES_A_WORD * int(backbone.config.vocab_size))))


def fitting(batches: Iterable[Numbers], work: Callable[[Numbers], Result]) -> Iterator[tuple[Numbers, Result]]:
    """Each batch with what `work` makes of it; in halves where memory runs out. Raises: StudioError when a row is too much."""
    waiting = list(batches)[::-1]
    while waiting:
        batch = waiting.pop()
        try:
            result = work(batch)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        else:
            yield batch, result
            continue
        # Outside the except block, where the failed pass is still held by the traceback.
        if len(batch) == 1:
            fix = "Lower the text length limit, or choose a smaller base model."
            raise StudioError("Memory ran out with a single row", where="answering", fix=fix)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        waiting += np.array_split(batch, 2)[::-1]


def judge(model: Wearing, rows: Rows, place: Place, breathe: Breathe) -> Said:
    """The mean loss over rows whose targets are known, and their outputs where these are small enough to keep."""
    arrays: list[np.ndarray] = [np.empty(0)] * len(rows.lengths)
    total, units, done = 0.0, 0, 0

    def judged(batch: Numbers) -> tuple[float, int, list[np.ndarray]]:
        outputs = model(**rows.batch(batch))
        if not model.head.writes:
            outputs = outputs.float()
        loss, count = model.loss(outputs, rows.labels_of(batch))
        return float(loss), count, [] if model.head.writes else model.head.cut(outputs, rows.lengths[batch])

    with answering(model, place):
        for part, (loss, count, kept) in fitting(by_length(rows.lengths, scored_tokens(model, place)), judged):
            total, units, done = total + loss, units + count, done + len(part)
            for row, array in zip(part.tolist(), kept, strict=bool(kept)):
                arrays[row] = array
            breathe(done / len(arrays))
    return Said(arrays, total / max(units, 1))


@dataclass(frozen=True)
class Asked:
    """Examples with their features (one list an example) and the same as rows (one a feature)."""

    examples: Sequence[Example]
    features: Sequence[Sequence[Feature]]
    rows: Rows


def check(model: Wearing, kit: Kit, asked: Asked, breathe: Breathe) -> Scores:
    """Score the validation rows."""
    began = time.monotonic()
    said = judge(model, asked.rows, kit.place, breathe)
    if model.head.writes:
        metrics, samples = {"perplexity": math.exp(min(said.loss, 700.0))}, look(model, kit, asked.examples, breathe)
        return Scores(said.loss, metrics, time.monotonic() - began, samples=samples)
    return _scored(kit, asked, said, began)


def look(model: Wearing, kit: Kit, examples: Sequence[Example], breathe: Breathe) -> tuple[Sample, ...]:
    """What the model writes for a few of the rows, the same ones every time, quickly."""
    some = list(examples)[:: max(1, len(examples) // SAMPLES)][:SAMPLES]
    chosen = [kit.task.sample(example, kit.setup) for example in some]
    model.head.quick = True
    try:
        answers = answer(model, kit, chosen, breathe)
    finally:
        model.head.quick = False
    return tuple(
        Sample(row=example.row, answer=shortened(said.value, 400))
        for example, said in zip(chosen, answers, strict=True)
    )


def score_outputs(model: Wearing, kit: Kit, asked: Asked, outputs: Tensor, began: float) -> Scores:
    """Loss and the task's metrics of outputs already there, (rows, …); `began` is on the monotonic clock."""
    labels = asked.rows.labels_of(np.arange(len(outputs))).cpu()
    with torch.no_grad():
        total, count = model.loss(outputs, labels)
    return _scored(kit, asked, Said(list(outputs.numpy()), float(total) / count), began)


def _scored(kit: Kit, asked: Asked, said: Said, began: float) -> Scores:
    thresholds: tuple[float, ...] = ()
    if kit.task.has_thresholds:
        thresholds = kit.task.thresholds(said.arrays, asked.examples, asked.features, kit.setup)
    answers = decode(replace(kit, setup=replace(kit.setup, thresholds=thresholds)), asked, said.arrays)
    metrics = kit.task.score(answers, asked.examples, kit.setup.labels)
    return Scores(said.loss, metrics, time.monotonic() - began, thresholds)


def answer(model: Wearing, kit: Kit, examples: Sequence[Example], breathe: Breathe) -> list[Answer]:
    """What the model says of each example, in order; targets are not looked at."""
    if not examples:
        return []
    setup = replace(kit.setup, thresholds=model.head.facts.thresholds)
    rows, features = encode(kit.task, examples, setup, kit.place.device, model.head.layout, asked=True)
    said = say(model, rows, kit.place, breathe)
    return decode(replace(kit, setup=setup), Asked(examples, features, rows), said)


def decode(kit: Kit, asked: Asked, arrays: Sequence[np.ndarray]) -> list[Answer]:
    """One answer an example, from as many arrays as it has features."""
    answers, start = [], 0
    for example, features in zip(asked.examples, asked.features, strict=True):
        end = start + len(features)
        answers.append(kit.task.decode(example, arrays[start:end], features, kit.setup))
        start = end
    return answers
