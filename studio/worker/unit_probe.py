"""The probe of a head with many vectors a row: a linear layer fitted on a sample of the frozen base model's token vectors."""

import copy
import time
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from studio.models.heads import Wearing
from studio.worker.batches import Numbers, by_length
from studio.worker.evaluate import Asked, Breathe, Kit, Scores, answering, check
from studio.worker.features import TokenRows
from studio.worker.probe import Probe, fit_linear, worth

STRENGTHS = (3.0, 30.0)
"""As those of `worker.probe`, for vectors of length 1 on average. Chosen on the validation rows."""
MOST_VECTORS = 40_000
"""Of a larger training part a sample is kept: 60 MB with vectors of 384 numbers."""
_ITERATIONS = 60


def fit_unit_probe(
    model: Wearing, kit: Kit, train: TokenRows, validation: Asked, breathe: Breathe, *, chosen: Numbers, seed: int
) -> Probe:
    """Read the `chosen` training rows once with the frozen model, fit, and keep what the validation rows like best."""
    began = time.monotonic()
    vectors, labels = read_units(model, train, kit, lambda done: breathe(0.5 * done), chosen=chosen, seed=seed)
    head = model.head
    outputs = next(weight.shape[0] for name, weight in head.named_parameters() if name.endswith("bias"))
    weight, bias = torch.zeros(outputs, vectors.shape[1]), torch.zeros(outputs)
    size = float(vectors.square().sum(1).mean()) if len(vectors) else 1.0
    best: tuple[tuple[float, float], Scores, Tensor, Tensor] | None = None
    for number, strength in enumerate(STRENGTHS):
        done = 0.5 + 0.5 * number / len(STRENGTHS)
        breathe(done)
        if len(vectors):
            weight, bias = fit_linear(vectors, labels, weight, bias, strength / size, _ITERATIONS, head.fit_loss)
        head.put(weight, bias)
        scores = check(model, kit, validation, lambda share, done=done: breathe(done + share / 2 / len(STRENGTHS)))  # type: ignore[misc]
        rank = (worth(kit.task, scores), -scores.loss)
        if best is None or rank > best[0]:
            best = (rank, scores, weight, bias)
    assert best is not None  # there is more than one strength
    _, scores, weight, bias = best
    head.put(weight, bias)
    head.facts = replace(head.facts, thresholds=scores.thresholds)
    return Probe(copy.deepcopy(head).cpu().train(False), replace(scores, seconds=time.monotonic() - began))


def read_units(
    model: Wearing, train: TokenRows, kit: Kit, breathe: Breathe, *, chosen: Numbers, seed: int
) -> tuple[Tensor, Tensor]:
    """Vectors (units, width), float32, and labels (units,) of the frozen model, on the processor; a seeded sample of many."""
    learned = int(train.units[chosen].sum())
    share = min(1.0, MOST_VECTORS / max(1, learned))
    random = np.random.default_rng(seed)
    vectors: list[Tensor] = []
    labels: list[Tensor] = []
    done = 0
    with answering(model, kit.place):
        for batch in by_length(train.lengths[chosen], kit.place.answering_tokens):
            rows = chosen[batch]
            some, said = model.head.units(model.read(**train.batch(rows)), train.labels_of(rows))
            if share < 1:
                kept = torch.from_numpy(np.flatnonzero(random.random(len(said)) < share)).to(said.device)
                some, said = some[kept], said[kept]
            vectors.append(some.float().cpu().clone())
            labels.append(said.cpu().clone())
            done += len(rows)
            breathe(done / len(chosen))
    return torch.cat(vectors).clone(), torch.cat(labels).clone()
