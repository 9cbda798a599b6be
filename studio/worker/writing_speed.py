"""How long a model will write: measured on a few tokens, for a whole run's looks at its texts and its answers at the end."""

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from studio.data.example import Example
from studio.models.heads import Wearing
from studio.models.heads.writing import QUICK_TOKENS, WritingHead
from studio.worker.batches import Numbers, by_length
from studio.worker.evaluate import SAMPLES, Kit, answering, writing_batches
from studio.worker.features import encode

_READ, _WRITTEN = 8, 8
"""Tokens of a trial: what stands before hardly changes the time of a token that is written, and is left out."""
_TIMES = 5
"""So often, and the one in the middle counts: other work on the machine must not decide."""
_SECONDS = 4.0
"""So long the trial of a large model takes, about: it writes for fewer rows then, as many times as slow together."""


@dataclass(frozen=True)
class WritingTime:
    """Seconds: of a look at every check, and of the answers to the test rows by one model, each up to the last token."""

    look: float = 0.0
    answers: float = 0.0


def time_to_write(model: Wearing, kit: Kit, test: list[Example], rate: float) -> WritingTime:
    """`rate`: seconds a token takes that is read; `kit.setup.new_tokens`: the most that are written a row."""
    head = model.head
    if not isinstance(head, WritingHead) or not head.by_token or not test:
        return WritingTime()
    facts, most = head.facts, kit.setup.new_tokens
    head.facts = replace(facts, new_tokens=most)
    rows, _ = encode(kit.task, test, kit.setup, kit.place.device, head.layout, asked=True)
    batches = list(writing_batches(head, rows.lengths, kit.place))
    largest = max(batches, key=len)
    fits = max(1, int(_SECONDS / max(1e-9, rate * (2 * _READ + _WRITTEN) * head.beams)))
    try:
        head.facts = replace(facts, ends=())
        a_token = _token(model, kit, rows, largest[:fits]) * len(largest) / len(largest[:fits])
        head.quick = True
        quick = _token(model, kit, rows, by_length(rows.lengths, 10**9)[0][:SAMPLES])
    finally:
        head.facts, head.quick = facts, False
    read = rate * int(rows.lengths.sum())
    looked = quick * min(most, QUICK_TOKENS) + rate * SAMPLES * float(rows.lengths.mean())
    return WritingTime(looked, (read + a_token * most * len(batches)) if kit.task.target else 0.0)


def _token(model: Wearing, kit: Kit, rows: Any, batch: Numbers) -> float:
    """Seconds until each of these rows has one more token."""
    cut = {name: each[:, :_READ] for name, each in rows.batch(batch).items()}
    lengths, facts = np.minimum(rows.lengths[batch], _READ), model.head.facts
    took: list[float] = []
    with answering(model, kit.place):
        for tokens in (1, *[_WRITTEN] * _TIMES):  # the first call of all is slow
            model.head.facts = replace(facts, new_tokens=tokens)
            began = time.monotonic()
            model.answer(lengths, **cut)
            if kit.place.device.type == "cuda":
                torch.cuda.synchronize()
            took.append(time.monotonic() - began)
            if sum(took[1:]) > _SECONDS / 2:
                break
    model.head.facts = facts
    return float(np.median(took[1:])) / _WRITTEN
