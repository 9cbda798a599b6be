"""A short measured trial before the start: a few real steps on the run's own rows, and one of the heaviest."""

import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from studio import storage
from studio.config import RunConfig
from studio.data.example import Example
from studio.errors import StudioError
from studio.models.heads import Head, Wearing
from studio.rundir import RunDir
from studio.tasks import task_named
from studio.tasks.read_rows import Reading, Where
from studio.tasks.setup import Setup
from studio.worker import writing
from studio.worker.batches import Numbers, by_length, padded_tokens, plan
from studio.worker.duty import give_way
from studio.worker.evaluate import Kit
from studio.worker.features import TokenRows, encode, read_part
from studio.worker.optimizer import freeze, make_optimizer, set_rate, trained
from studio.worker.place import Place, sow
from studio.worker.prepare import base_folder, head_facts, head_kind, load_to_train, make_head, make_setup
from studio.worker.trouble import panics_told, trouble
from studio.worker.writing_speed import WritingTime, time_to_write

_STEPS, _SECONDS = 4, 12.0
_READING = 1 / 3
"""A token read without gradients costs a third of one that is learned from."""
_SAMPLE = 4000
"""Rows encoded for the trial; token counts are scaled up from them."""


def measure(folder: Path, is_called: Callable[[], bool]) -> dict[str, Any]:
    """Write `trial.json`, and reply `{"measured": true}`, or false with an `error`. The run is not changed otherwise.

    Gives up between two steps when `is_called`: there is something better to do.
    """
    run = RunDir(folder)
    give_way()  # as a run does, whose speed is asked for
    try:
        with panics_told(run.config.model.id):
            measured = _measured(run, is_called)
        storage.write_json(run.trial, measured)
    except StudioError as error:
        return {"measured": False, "error": str(error)}
    except Exception as error:  # noqa: BLE001 - the border: a trial that fails must not take the process with it
        traceback.print_exc()
        return {"measured": False, "error": trouble(error, "the trial").what}
    return {"measured": True}


def _measured(run: RunDir, is_called: Callable[[], bool]) -> dict[str, Any]:
    config, task = run.config, task_named(run.config.task)
    sow(config.seed)
    place = Place.choose(config.compute.precision)
    place.forget_peak()  # of an earlier trial in this process
    began = time.monotonic()
    examples = read_part(run, "train")
    base = base_folder(run)
    kind = head_kind(task, config, base)
    backbone, tokenizer = load_to_train(config, base, kind, place)
    setup, _ = make_setup(task, config, examples, backbone, tokenizer)
    setup = replace(setup, today=run.day)
    model = Wearing(backbone, make_head(backbone, head_facts(task, config, base, setup), config)).to(place.device)
    freeze(model, config)
    seconds_load = time.monotonic() - began
    sample = _sample(examples, config.seed)
    began = time.monotonic()
    rows, setup = _encoded(run, sample, Kit(task, setup, place), kind)
    seconds_encode = time.monotonic() - began
    share = len(examples) / len(sample)
    batches = plan(rows.lengths, config.optimizer.batch_rows, config.seed, 0)
    per_epoch = padded_tokens(batches, rows.lengths) * share
    rate = _rate(model, config, rows, batches, place, is_called)  # seconds a padded token
    memory = _memory(model, rows, place, config.compute.parts)
    writes = WritingTime()
    if kind.writes and not is_called():
        test, _ = writing.tested(task, read_part(run, "test"), config.seed)
        writes = time_to_write(model, Kit(task, setup, place), test, rate * _READING)
    return {
        "seconds_per_row": rate * per_epoch / len(examples),
        "seconds_load": seconds_load,
        "seconds_encode": seconds_encode * share,
        "seconds_look": writes.look,
        "seconds_answers": writes.answers,
        "memory_bytes": memory,
        "expected_memory_bytes": int(memory * 1.1),
    }


def _encoded(run: RunDir, sample: list[Example], kit: Kit, kind: type[Head]) -> tuple[TokenRows, Setup]:
    """The rows as tokens, and the setup with room for what is written.

    What a model that writes reads of them is written down, or why it could not learn from them.
    """
    setup = kit.setup
    try:
        with panics_told(run.config.model.id):
            rows, features = encode(kit.task, sample, kit.setup, kit.place.device, kind.layout)
        if kind.writes:
            setup = writing.with_room(kit.task, kit.setup, features)
            writing.examine(kit.task, setup, features)
    except StudioError as error:
        Reading(refusal=error).write(run.reading)
        raise
    if kind.writes:
        where: Where = "second" if kind.layout == "text" else "hidden" if kind.kind == "masked" else "within"
        Reading.of(kit.task, sample, features, kit.setup, where).write(run.reading)
    return rows, setup


def _sample(examples: list[Example], seed: int) -> list[Example]:
    if len(examples) <= _SAMPLE:
        return examples
    chosen = np.random.default_rng(seed).choice(len(examples), _SAMPLE, replace=False)
    return [examples[index] for index in chosen]


def _rate(
    model: Wearing,
    config: RunConfig,
    rows: TokenRows,
    batches: list[Numbers],
    place: Place,
    is_called: Callable[[], bool],
) -> float:
    """Seconds a padded token that is learned from: the median of a few typical steps after one to warm up."""
    optimizer = make_optimizer(model, config)
    model.train()
    rates: list[float] = []
    began = time.monotonic()
    for batch in [*batches[:1], *batches][: _STEPS + 1]:
        if is_called():
            raise StudioError("The trial was ended for something more urgent")
        start = time.monotonic()
        _step(model, optimizer, rows, np.array_split(batch, min(config.compute.parts, len(batch))), place)
        rates.append((time.monotonic() - start) / (len(batch) * int(rows.lengths[batch].max())))
        if time.monotonic() - began > _SECONDS:
            break
    # A frozen base model is read once, not learned from: what was measured is the reading.
    return float(np.median(rates[1:] or rates)) / (_READING if config.method.trains == "head" else 1.0)


def _memory(model: Wearing, rows: TokenRows, place: Place, parts: int) -> int:
    """Bytes at the peak, the heaviest step included: the longest rows, as many as a step's tokens allow, or a part of them."""
    longest = by_length(rows.lengths, max(1, int(rows.lengths.max()) * 8))[0]
    optimizer = torch.optim.AdamW(list(trained(model).values()), fused=True)
    _step(model, optimizer, rows, np.array_split(longest, min(parts, len(longest)))[:1], place)
    return place.peak_memory()


def _step(
    model: Wearing, optimizer: torch.optim.Optimizer, rows: TokenRows, parts: list[Numbers], place: Place
) -> None:
    for part in parts:
        with place.autocast():
            logits = model(**rows.batch(part))
        loss, count = model.loss(logits, rows.labels_of(part))
        (loss / max(count, 1)).backward()
    if "peak" in optimizer.param_groups[0]:
        set_rate(optimizer, 0.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    if place.device.type == "cuda":
        torch.cuda.synchronize()
