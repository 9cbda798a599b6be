"""Real tokens a second in training: ours beside what other trainers do with the same rows, model and rows a batch.

    python benchmarks/training_speed.py [--rounds 5] [--rows 320]

- `every row to 128`: each row tokenized when it is read and padded to 128 tokens (the best-known no-code trainer, and the
  library's own example script), 32 and 8 rows a batch;
- `batch to its longest`: tokenized once, random batches padded to their longest row (transformers.Trainer with
  DataCollatorWithPadding);
- ours: the studio's own encoding, batches, optimizer and model, as in a run with default settings; and the same with
  word embeddings trained too, as the others do.

The variants take turns inside one process, so that whatever else the machine does falls on all alike; the ratio is the
median of the rounds' own ratios. Padding does not count as work. Data: banking77, from `../shared/data` or `--data`. Models that write have `writing_speed.py`.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read by torch when it is loaded

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging as transformers_logging

from studio.config import RunConfig
from studio.data.example import Example
from studio.data.read import read_table
from studio.models.embedded import embedded_folder
from studio.models.heads import Wearing
from studio.models.load import load_base
from studio.tasks import task_named
from studio.worker.batches import plan
from studio.worker.features import encode
from studio.worker.optimizer import freeze, make_optimizer, set_rate, trained
from studio.worker.place import Place, sow
from studio.worker.prepare import head_facts, make_head, make_setup

transformers_logging.set_verbosity_error()

ROOT = Path(__file__).resolve().parents[1]
Variant = Iterator[tuple[int, int]]
"""Takes one step each time it is asked, and says how many rows and real tokens it read."""

TARGETS = {"every row to 128, 32 rows": 6.0, "every row to 128, 8 rows": 6.0, "batch to its longest, 32 rows": 2.0}


def ours(examples: list[Example], *, freeze_embeddings: bool) -> Variant:
    """What worker.train does in a step, with the studio's own parts."""
    config = RunConfig().with_settings({"freeze_embeddings": freeze_embeddings, "max_length": 128})
    task, place = task_named(config.task), Place.choose("auto")
    backbone, tokenizer = load_base(embedded_folder(), dropout=config.regularization.dropout)
    setup = make_setup(task, config, examples, backbone, tokenizer)
    facts = head_facts(task, config, embedded_folder(), setup)
    model = Wearing(backbone, make_head(backbone, facts, config)).train()
    freeze(model, config)
    rows, _ = encode(task, examples, setup, place.device)
    optimizer, weights = make_optimizer(model, config), list(trained(model).values())
    set_rate(optimizer, 0.1)
    for epoch in range(10**6):
        for batch in plan(rows.lengths, config.optimizer.batch_rows, 1, epoch):
            loss, count = model.loss(model(**rows.batch(batch)), rows.labels_of(batch))
            (loss / count).backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            yield len(batch), int(rows.lengths[batch].sum())


def theirs(examples: list[Example], batch_rows: int, *, to_128: bool) -> Variant:
    """The usual loop: random batches, the library's own classification model, AdamW over all weights."""
    labels = sorted({example.target for example in examples})
    tokenizer = AutoTokenizer.from_pretrained(embedded_folder())
    model: Any = AutoModelForSequenceClassification.from_pretrained(embedded_folder(), num_labels=len(labels)).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, fused=True)
    texts = [example.inputs["text"] for example in examples]
    targets = torch.tensor([labels.index(example.target) for example in examples])
    encoded = tokenizer(texts, truncation=True, max_length=128)["input_ids"]
    random = np.random.default_rng(1)
    while True:
        order = random.permutation(len(examples))
        for start in range(0, len(order) - batch_rows + 1, batch_rows):
            batch = order[start : start + batch_rows]
            if to_128:
                read = [tokenizer(texts[row], truncation=True, max_length=128, padding="max_length") for row in batch]
                inputs = {name: torch.tensor([row[name] for row in read]) for name in read[0]}
            else:
                inputs = dict(tokenizer.pad({"input_ids": [encoded[row] for row in batch]}, return_tensors="pt"))
            model(**inputs, labels=targets[torch.from_numpy(batch)]).loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            yield len(batch), sum(len(encoded[row]) for row in batch)


def measure(variant: Variant, rows: int) -> float:
    """Real tokens a second over at least `rows` rows."""
    began, seen, tokens = time.monotonic(), 0, 0
    while seen < rows:
        more_rows, more_tokens = next(variant)
        seen, tokens = seen + more_rows, tokens + more_tokens
    return tokens / (time.monotonic() - began)


def main() -> int:
    """0 when the studio is as many times faster as promised."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=320, help="rows a round; the padded ones take a quarter of them")
    parser.add_argument("--data", default=str(ROOT.parent / "shared" / "data"))
    options = parser.parse_args()
    table = read_table(Path(options.data) / "intent_banking77_train.csv")
    text, label = table.columns[:2]
    pairs = zip(table.column(text), table.column(label), strict=True)
    examples = [Example(row, {"text": said}, target) for row, (said, target) in enumerate(pairs)]
    sow(1)
    variants: dict[str, tuple[Variant, int]] = {
        "ours": (ours(examples, freeze_embeddings=True), options.rows),
        "ours, embeddings trained": (ours(examples, freeze_embeddings=False), options.rows),
        "every row to 128, 32 rows": (theirs(examples, 32, to_128=True), options.rows // 4),
        "every row to 128, 8 rows": (theirs(examples, 8, to_128=True), options.rows // 4),
        "batch to its longest, 32 rows": (theirs(examples, 32, to_128=False), options.rows),
    }
    for variant, _ in variants.values():
        next(variant)  # allocates, and is not typical
    rates: dict[str, list[float]] = {name: [] for name in variants}
    for number in range(options.rounds):
        for name, (variant, rows) in variants.items():
            rates[name].append(measure(variant, rows))
        print(f"round {number + 1}: " + "  ".join(f"{rate[-1]:.0f}" for rate in rates.values()), file=sys.stderr)
    return report(rates)


def report(rates: dict[str, list[float]]) -> int:
    """Print the table; 1 when a target is missed."""
    print(f"{'':<32} {'real tokens/s':>14} {'ours is faster':>15} {'target':>7}")
    missed = 0
    for name, each in rates.items():
        ratio = statistics.median(mine / other for mine, other in zip(rates["ours"], each, strict=True))
        target = TARGETS.get(name)
        missed += target is not None and ratio < target
        print(f"{name:<32} {statistics.median(each):14.0f} {ratio:14.2f}x {f'{target:.0f}x' if target else '':>7}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
