"""A linear head on the frozen base model: the untuned baseline, and the start of the head that is tuned.

Source: Kumar et al. 2022, "Fine-Tuning can Distort Pretrained Features"; the objective is that of
sklearn.linear_model.LogisticRegression, ½|W|² + C Σ cross-entropy, over text vectors of length 1.
"""

import copy
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from studio import storage
from studio.models.heads import Head, PooledHead, Wearing, head_files, head_from
from studio.rundir import RunDir
from studio.tasks.task import Task
from studio.worker.batches import Numbers
from studio.worker.evaluate import Asked, Breathe, Kit, Scores, check, run_model, score_outputs
from studio.worker.features import PooledRows, TokenRows
from studio.worker.known import Findings
from studio.worker.place import sow

STRENGTHS = (3.0, 30.0, 300.0)
"""C of LogisticRegression: how much the rows count against the wish for small weights. Chosen on the validation rows."""
MOST_ROWS = 20_000
MOST_TOKENS = 1_000_000
"""A larger training part is sampled for the probe: it must take seconds, and more rows hardly move a linear layer."""
_ITERATIONS = 120


@dataclass(frozen=True)
class Probe:
    """The fitted head, and what the validation rows said of it."""

    head: Head
    scores: Scores
    train: PooledRows | None = None
    """The rows it was fitted on, as text vectors; None for a probe that was kept."""
    validation: PooledRows | None = None


def plain_probe(model: Wearing, kit: Kit, validation: Asked, breathe: Breathe, *, seed: int) -> Probe:
    """The start of a head that cannot be fitted beforehand: its first weights, seeded, and what the validation rows say."""
    sow(seed)
    model.head.start()
    scores = check(model, kit, validation, breathe)
    model.head.facts = replace(model.head.facts, thresholds=scores.thresholds)
    return Probe(copy.deepcopy(model.head).cpu().train(False), scores)


def fit_probe(
    model: Wearing,
    kit: Kit,
    train: TokenRows,
    validation: Asked,
    breathe: Breathe,
    *,
    chosen: Numbers,
    found: Findings | None = None,
) -> Probe:
    """Read the `chosen` training rows once with the frozen model and fit the head.

    `found`: what an earlier call for the same rows and model has done of it, also one that was left.
    """
    began = time.monotonic()
    labels = train.labels_of(chosen).cpu()
    part = _Chosen(train, chosen)
    read, checked = (found.train, found.validation) if found is not None else (None, None)
    pooled = run_model(model, part, kit.place, lambda done: breathe(0.8 * done), model.read, read)
    seen = run_model(model, validation.rows, kit.place, lambda done: breathe(0.8 + 0.15 * done), model.read, checked)
    assert isinstance(model.head, PooledHead)  # others are not fitted
    head = type(model.head)(pooled.shape[-1], model.head.facts, label_smoothing=model.head.label_smoothing)
    wearing = Wearing(torch.nn.Identity(), head).train(False)
    decisive = f"{kit.task.name} {kit.task.watch} {model.head.label_smoothing}"
    best = found.heads.get(decisive) if found is not None else None
    if best is None:
        best = _best_head(wearing, head, kit, validation, (pooled, seen, labels), breathe)
        if found is not None:
            found.heads[decisive] = best
    with torch.no_grad():
        head.put(*best)
        scores = score_outputs(wearing, kit, validation, head(seen), began)
    head.facts = replace(head.facts, thresholds=scores.thresholds)
    device = kit.place.device
    return Probe(
        head,
        scores,
        PooledRows.of(pooled.to(device), train.labels_of(chosen)),
        PooledRows.of(seen.to(device), validation.rows.labels_of(np.arange(len(seen)))),
    )


def _best_head(
    wearing: Wearing,
    head: PooledHead,
    kit: Kit,
    validation: Asked,
    vectors: tuple[Tensor, Tensor, Tensor],
    breathe: Breathe,
) -> tuple[Tensor, Tensor]:
    """Weight and bias of the strength that the validation rows like best, as sure of itself as the run's loss wants.

    `vectors`: text vectors of the training and of the validation rows, and the training rows' labels.
    """
    pooled, seen, labels = vectors
    began = time.monotonic()
    best: tuple[tuple[float, float], Tensor, Tensor] | None = None
    weight, bias = torch.zeros_like(head.linear.weight), torch.zeros_like(head.linear.bias)
    given = head.given(pooled)
    for number, strength in enumerate(STRENGTHS):
        breathe(0.95 + 0.05 * number / len(STRENGTHS))  # before, not after: the last fit must not be lost by leaving
        weight, bias = fit_linear(given, labels, weight, bias, strength / head.facts.scale**2, loss=head.fit_loss)
        head.put(weight, bias)
        with torch.no_grad():
            outputs: Tensor = head(seen)
        scores = score_outputs(wearing, kit, validation, outputs, began)
        rank = (worth(kit.task, scores), -scores.loss)
        if best is None or rank > best[0]:
            best = (rank, weight, bias)
    assert best is not None  # there is more than one strength
    _, weight, bias = best
    if not head.softens:
        return weight, bias
    with torch.no_grad():
        head.put(weight, bias)
        softer = temperature(wearing, head(seen), validation)
    return weight * softer, bias * softer


def worth(task: Task, scores: Scores) -> float:
    """The validation value that the task watches, so that more is better."""
    if task.watch == "loss":
        return -scores.loss
    sign = next(1 if metric.best == "max" else -1 for metric in task.metrics if metric.name == task.watch)
    return sign * scores.metrics[task.watch]


def fit_linear(
    pooled: Tensor,
    labels: Tensor,
    weight: Tensor,
    bias: Tensor,
    strength: float,
    iterations: int = _ITERATIONS,
    loss: Callable[[Tensor, Tensor], Tensor] = torch.nn.functional.cross_entropy,
) -> tuple[Tensor, Tensor]:
    """The linear layer that minimizes ½|W|² / strength + Σ loss over all rows, starting from `weight`, `bias`.

    `loss` of outputs and labels is a mean over rows. float32 (labels, width) and (labels,). The features are centered
    inside, which changes how fast the minimum is reached, not where it is: the bias is not penalized.
    """
    middle = pooled.mean(0)
    centered = pooled - middle
    weight = weight.clone().requires_grad_(True)
    bias = (bias + weight.detach() @ middle).requires_grad_(True)
    optimizer = torch.optim.LBFGS(
        [weight, bias], max_iter=iterations, history_size=20, tolerance_grad=1e-6, line_search_fn="strong_wolfe"
    )
    rows = len(pooled)

    def closure() -> Tensor:
        optimizer.zero_grad()
        total = loss(centered @ weight.T + bias, labels) + weight.square().sum() / (2 * strength * rows)
        total.backward()
        return total

    optimizer.step(closure)
    found = weight.detach()
    return found, bias.detach() - found @ middle


def temperature(model: Wearing, outputs: Tensor, validation: Asked) -> float:
    """The factor, 1/32 to 1, that makes logits as sure as the run's loss wants them; no answer changes by it.

    A start that is surer than label smoothing allows is torn down in the first steps, and what it knew with it.
    Source: temperature scaling, Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    labels = validation.rows.labels_of(np.arange(len(outputs))).cpu()
    factors = [float(factor) for factor in np.geomspace(1 / 32, 1, 41)]
    return min(factors, key=lambda factor: float(model.loss(outputs * factor, labels)[0]))


def sample(train: TokenRows, seed: int) -> Numbers:
    """Rows to fit on: all of them, or a seeded choice within the limits that holds every label."""
    rows = len(train.lengths)
    if rows <= MOST_ROWS and int(train.lengths.sum()) <= MOST_TOKENS:
        return np.arange(rows)
    order = np.random.default_rng(seed).permutation(rows)
    first = order[:0]
    if train.layout in ("label", "values"):
        labels = train.labels_of(order).cpu().numpy()
        one = labels if labels.ndim == 1 else np.where(labels > 0, labels.sum(0), np.inf).argmin(1)  # the rarest it has
        _, first = np.unique(one, return_index=True)
    order = np.concatenate([order[first], np.delete(order, first)])
    fits = int(np.searchsorted(np.cumsum(train.lengths[order]), MOST_TOKENS, side="right"))
    return np.sort(order[: max(len(first), min(MOST_ROWS, fits))])


def write_probe(run: RunDir, probe: Probe) -> None:
    """Keep the probe in the run folder."""
    facts = {"loss": probe.scores.loss, "metrics": probe.scores.metrics, "seconds": probe.scores.seconds}
    for name, data in head_files(probe.head, "probe", validation=facts):
        storage.write_file(run.path / name, data)


def read_probe(run: RunDir, label_smoothing: float) -> Probe | None:
    """The probe that an earlier attempt of this run kept; None when there is none."""
    try:
        facts = json.loads((run.path / "probe.json").read_bytes())["validation"]
        scores = Scores(float(facts["loss"]), dict(facts["metrics"]), float(facts["seconds"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    head = head_from(run.path, "probe")
    head.label_smoothing = label_smoothing
    return Probe(head, scores)


@dataclass(frozen=True)
class _Chosen:
    """Some of the rows, as rows."""

    rows: TokenRows
    chosen: Numbers

    @property
    def lengths(self) -> Numbers:
        return self.rows.lengths[self.chosen]

    def batch(self, rows: Numbers) -> dict[str, Tensor]:
        return self.rows.batch(self.chosen[rows])

    def labels_of(self, rows: Numbers) -> Tensor:
        return self.rows.labels_of(self.chosen[rows])

    def units_of(self, rows: Numbers) -> int:
        return self.rows.units_of(self.chosen[rows])
