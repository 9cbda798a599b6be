"""Trainers that take turns on the same rows and model: the studio's own steps, and what others do (see `writing_speed.py`).

Each is asked for some steps at a time and tells what they took. All tune every weight in float32 with fused AdamW, a constant
rate, gradients clipped at 1, no dropout; all have the same tokens and labels, made by the studio.
"""

import copy
import importlib.util
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from studio.config import RunConfig
from studio.models.heads import Wearing
from studio.worker.batches import Numbers, plan
from studio.worker.features import TrainingRows
from studio.worker.optimizer import make_optimizer, set_rate, trained

RATE = 1e-3


@dataclass(frozen=True)
class Case:
    """A family's rows and model."""

    config: RunConfig
    model: Wearing
    """At its start; copied before it is trained."""
    tokenizer: Any
    rows: TrainingRows
    """As a run learns from them."""
    features: list[dict[str, Any]]
    """The same, as lists of numbers."""
    real: Numbers
    """Tokens of each row, all texts together, without padding."""


@dataclass
class Took:
    """Real tokens, and the seconds they took: by the clock, and of the processor."""

    tokens: int = 0
    wall: float = 0.0
    processor: float = 0.0


@dataclass(frozen=True)
class Learned:
    """One step: real tokens read, loss summed over learned tokens, and how many those were."""

    tokens: int
    loss: float
    units: int


Steps = Iterator[Learned]
Turn = Callable[[int], Took]
"""Takes so many steps and tells what they took."""


def ours(case: Case, model: Wearing, seed: int = 1) -> Steps:
    """What worker.train does in a step, with the studio's own parts."""
    model.train()
    optimizer, weights = make_optimizer(model, case.config), list(trained(model).values())
    set_rate(optimizer, 1.0)
    for epoch in range(10**6):
        rows = case.rows.in_epoch(epoch)
        for step in plan(case.rows.lengths, case.config.optimizer.batch_rows, seed, epoch):
            units = max(1, rows.units_of(step))
            loss, _ = model.loss(model(**rows.batch(step)), rows.labels_of(step))
            (loss / units).backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            yield Learned(int(case.real[step].sum()), float(loss.detach()), units)


def plain(case: Case, model: Any, seed: int = 1) -> Steps:
    """The usual loop: random batches padded to their longest row, the library's own loss."""
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.0, fused=True)
    random, size = np.random.default_rng(seed), case.config.optimizer.batch_rows
    collate = padder(case, model)
    while True:
        order = random.permutation(len(case.features))
        for start in range(0, len(order) - size + 1, size):
            batch = order[start : start + size]
            inputs = collate([case.features[row] for row in batch])
            units = int((inputs["labels"] != -100).sum())
            loss = model(**inputs).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            yield Learned(int(case.real[batch].sum()), float(loss.detach()) * units, units)


def padder(case: Case, model: Any) -> Any:
    """Features into a batch, padded to its longest, as the library does it."""
    from transformers import DataCollatorForSeq2Seq

    return DataCollatorForSeq2Seq(case.tokenizer, model=model if model.config.is_encoder_decoder else None)


def by_steps(steps: Steps) -> Turn:
    """A loop of our own, asked for some steps at a time; its first, which allocates, is taken at once."""
    next(steps)

    def take(count: int) -> Took:
        took, wall, processor = Took(), time.monotonic(), time.process_time()
        took.tokens = sum(next(steps).tokens for _ in range(count))
        took.wall, took.processor = time.monotonic() - wall, time.process_time() - processor
        return took

    return take


def by_trainer(case: Case, folder: Path, *, sft: bool = False, packing: bool = False) -> Turn:
    """transformers.Trainer, or TRL's SFTTrainer: `train()` anew for each turn, timed from its second step on."""
    from datasets import Dataset
    from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

    kind, arguments = Trainer, TrainingArguments
    if sft:
        from trl import SFTConfig, SFTTrainer

        kind, arguments = SFTTrainer, SFTConfig
    names = ("input_ids", "labels") if sft else ("input_ids", "attention_mask", "labels")
    data = Dataset.from_list([{name: feature[name] for name in names} for feature in case.features])
    longest = int(case.real.max())
    size = case.config.optimizer.batch_rows
    if packing:  # as many tokens a step as the others
        size = max(1, round(size * float(case.real.mean()) / longest))
    own: dict[str, Any] = {"max_length": longest, "packing": packing} if sft else {}
    turns = 0

    def take(count: int) -> Took:
        nonlocal turns
        turns += 1
        took, model = Took(), copy.deepcopy(case.model.backbone)
        real: list[int] = []

        class Counted(kind):  # type: ignore[misc, valid-type]
            def training_step(self, model: Any, inputs: Any, *more: Any) -> Any:
                mask = inputs.get("attention_mask")
                tokens = int(mask.sum()) if mask is not None else inputs["input_ids"].numel()
                if model.config.is_encoder_decoder:
                    tokens += int((inputs["labels"] != -100).sum())
                real.append(tokens)
                return super().training_step(model, inputs, *more)

        class Clock(TrainerCallback):
            def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
                if state.global_step == 1:
                    took.wall, took.processor = time.monotonic(), time.process_time()
                elif state.global_step == count + 1:
                    took.wall = time.monotonic() - took.wall
                    took.processor = time.process_time() - took.processor

        settings = arguments(
            output_dir=str(folder / "trainer"),
            per_device_train_batch_size=size,
            max_steps=count + 1,
            learning_rate=RATE,
            lr_scheduler_type="constant",
            weight_decay=0.0,
            max_grad_norm=1.0,
            seed=turns,
            use_cpu=not torch.cuda.is_available(),
            bf16=False,
            report_to="none",
            save_strategy="no",
            logging_strategy="no",
            disable_tqdm=True,
            **({"gradient_checkpointing": False} if sft else {}),
            **own,
        )
        given = {} if sft else {"data_collator": padder(case, model)}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what they would have people know is not the matter here
            trainer = Counted(model=model, args=settings, train_dataset=data, processing_class=case.tokenizer, **given)
            trainer.add_callback(Clock())
            trainer.remove_callback(PrinterCallback)
            trainer.train()
        took.tokens = sum(real[1 : count + 1])
        return took

    return take


def has_trl() -> bool:
    """Whether TRL is there; the studio does not need it."""
    return importlib.util.find_spec("trl") is not None
