"""What a model that writes needs beside the loop: what is learned of its rows, and answers with their losses at the end."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studio.data.example import Example
from studio.data.phrases import counted
from studio.errors import StudioError
from studio.models.heads import Wearing
from studio.models.heads.writing import WritingHead
from studio.tasks.marks import marks_of, named_in
from studio.tasks.task import Answer, Feature, Setup, Task
from studio.worker import evaluate
from studio.worker.batches import Numbers, by_length
from studio.worker.evaluate import Breathe, Kit
from studio.worker.features import encode

MOST_TESTED = 200
"""Test rows that are written for at most: writing takes a pass through the model for every token."""
_CONTINUED = 64
"""Tokens that are written on where a task has no answers whose length could be learned."""


def with_room(task: Task, setup: Setup, features: Sequence[Sequence[Feature]]) -> Setup:
    """Room for answers a fifth longer than 99 of 100 training rows have; of a conversation one reply is the answer."""
    learned = [_answer_tokens(feature) for windows in features for feature in windows]
    if not task.target or not learned:
        return replace(setup, new_tokens=_CONTINUED)
    common = float(np.percentile(learned, 99))
    return replace(setup, new_tokens=min(setup.max_length, int(common * 1.2) + 8))


def examine(task: Task, setup: Setup, features: Sequence[Sequence[Feature]]) -> tuple[str, ...]:
    """What people should know of what is learned. Raises: StudioError when it is nothing, or never includes an end."""
    every = [feature for windows in features for feature in windows]
    if not any(map(_learned, every)):
        raise StudioError(
            "No token of any row would be learned",
            where=f"text length limit of {setup.max_length} tokens",
            fix="Raise the text length limit, or choose another base model: its chat template leaves no room for replies.",
        )
    ends = set(task.ends(setup))
    if task.target and not any(ends.intersection(feature.get("labels", ())) for feature in every):
        if any(feature.get("cut") for feature in every) and ends:
            fix = "Raise the text length limit: every row is cut off before its end."
        else:
            fix = "Choose another base model: this one's tokenizer or chat template puts no end behind an answer."
        raise StudioError("The model would never learn where an answer ends, and never stop writing", fix=fix)
    told = []
    if cut := sum(any(feature.get("cut") for feature in windows) for windows in features):
        told.append(
            f"{counted(cut, f'training {task.example_is}')} of {len(features):,} did not fit into {setup.max_length} tokens "
            f"and {'was' if cut == 1 else 'were'} shortened.{_oldest(features)}"
        )
    if empty := sum(not any(map(_learned, windows)) for windows in features):
        told.append(
            f"Nothing is learned from {counted(empty, f'training {task.example_is}')}: no token of the answer was left."
        )
    return tuple(told)


def marked(task: Task, setup: Setup, examples: Sequence[Example]) -> tuple[str, ...]:
    """A sentence on training rows that speak of the tokenizer's control marks, where there are any."""
    marks = marks_of(setup.tokenizer)
    found = [mark for example in examples if (mark := named_in(task.text_of(example), marks))]
    if not found:
        return ()
    rows = counted(len(found), f"training {task.example_is}")
    return (
        f"{rows} of {len(examples):,} {'has' if len(found) == 1 else 'have'} control marks of the base model in their texts, as "
        f"{found[0]}. They are read as plain letters, and neither end nor begin anything.",
    )


def shortened(task: Task, setup: Setup, features: Sequence[Sequence[Feature]]) -> tuple[str, ...]:
    """A sentence on validation rows that did not fit, where there are any: the loss is that of what was left."""
    cut = sum(any(feature.get("cut") for feature in windows) for windows in features)
    if not cut:
        return ()
    return (
        f"{counted(cut, f'validation {task.example_is}')} of {len(features):,} did not fit into {setup.max_length} tokens; "
        f"the loss is that of what was read.{_oldest(features)}",
    )


def _oldest(features: Sequence[Sequence[Feature]]) -> str:
    """The end of a sentence on conversations: how much was left out at their beginnings."""
    lost = [each for windows in features if (each := max((feature.get("lost", 0) for feature in windows), default=0))]
    if not lost:
        return ""
    some = "One" if len(lost) == 1 else f"{len(lost):,}"
    return f" {some} of them lost the oldest messages, {counted(sum(lost), 'message')} in all."


def tested(task: Task, test: list[Example], seed: int) -> tuple[list[Example], list[str]]:
    """The test rows that are written for, and a note where these are not all."""
    if not task.target or len(test) <= MOST_TESTED:
        return test, []
    chosen = np.sort(np.random.default_rng(seed).permutation(len(test))[:MOST_TESTED])
    note = f"The report is on {MOST_TESTED} of {len(test):,} test {task.example_is}s, drawn by chance: writing answers takes long."
    return [test[place] for place in chosen], [note]


def answer(model: Wearing, kit: Kit, examples: Sequence[Example], breathe: Breathe) -> list[Answer]:
    """What the model writes for each example, and how surprised it is by the right answer."""
    surprised = _surprises(model, kit, examples, lambda done: breathe(done / 4))
    written = [Answer("") for _ in examples]
    if kit.task.target:
        written = evaluate.answer(model, kit, examples, lambda done: breathe(1 / 4 + 3 / 4 * done))
    return [
        replace(said, losses=(float(nats), int(tokens)), guessed=int(guessed))
        for said, (nats, tokens, guessed) in zip(written, surprised, strict=True)
    ]


def _surprises(model: Wearing, kit: Kit, examples: Sequence[Example], breathe: Breathe) -> np.ndarray:
    """(examples, 3) float64: nats, tokens, tokens guessed."""
    head = model.head
    assert isinstance(head, WritingHead)  # others are not asked
    rows, features = encode(kit.task, examples, kit.setup, kit.place.device, head.layout)
    found, done = np.zeros((len(rows.lengths), 3)), 0

    def surprised(batch: Numbers) -> np.ndarray:
        return head.surprise(model(**rows.batch(batch)), rows.labels_of(batch))

    with evaluate.answering(model, kit.place):
        batches = by_length(rows.lengths, evaluate.scored_tokens(model, kit.place))
        for part, sums in evaluate.fitting(batches, surprised):
            found[part] = sums
            done += len(part)
            breathe(done / len(found))
    owner = np.repeat(np.arange(len(examples)), [len(windows) for windows in features])
    sums = np.zeros((len(examples), 3))
    np.add.at(sums, owner, found)
    return sums


def _learned(feature: Feature) -> int:
    return sum(label != -100 for label in feature.get("labels", ()))


def _answer_tokens(feature: Feature) -> int:
    """The longest stretch of tokens that are learned: one reply."""
    learned = np.array([False, *(label != -100 for label in feature.get("labels", ())), False])
    turns = np.flatnonzero(learned[1:] != learned[:-1])
    return int((turns[1::2] - turns[::2]).max(initial=0))
