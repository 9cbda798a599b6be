"""How long texts are in tokens, counted with the tokenizer alone: no torch, no transformers."""

import contextlib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from studio.data.example import Example
from studio.data.table import Table
from studio.errors import StudioError
from studio.models.data_facts import DataFacts
from studio.models.embedded import embedded_folder
from studio.models.found import facts_of
from studio.models.hub import downloaded
from studio.rundir import Home
from studio.tasks.recipe import Recipe
from studio.tasks.task import Task

MOST_COUNTED = 3000
"""Texts that are really counted; of larger tables an even sample, and the longest texts."""
_READ_FOR_UNKNOWN = 300
_MOST_CHARACTERS = 40_000
_CHARACTERS_A_TOKEN = 4
"""Of English prose and today's tokenizers; for rows that are short whatever they hold."""


def tokenizer_file(home: Home, model_id: str) -> Path:
    """The tokenizer of that base model if it is on this machine, else the built-in one's, which counts much alike."""
    folder: Path | None = None
    if model_id.startswith("folder:"):
        folder = home.models / "offered" / Path(model_id.removeprefix("folder:")).name
    elif model_id != "embedded":
        with contextlib.suppress(StudioError):  # a stranger's word
            folder = downloaded(home, facts_of(home, model_id))
    file = (folder or embedded_folder()) / "tokenizer.json"
    return file if file.is_file() else embedded_folder() / "tokenizer.json"


def token_lengths(texts: Sequence[str], tokenizer: Path) -> list[int]:
    """Tokens of each text, special ones included; of more than `MOST_COUNTED` texts a sample with the longest ones."""
    if len(texts) > MOST_COUNTED:
        longest = sorted(range(len(texts)), key=lambda index: -len(texts[index]))[:20]
        spread = range(0, len(texts), -(-len(texts) // MOST_COUNTED))
        texts = [texts[index] for index in sorted({*spread, *longest})]
    cut = [text[:_MOST_CHARACTERS] for text in texts]
    return [len(encoding.ids) for encoding in _tokenizer(tokenizer).encode_batch(cut)]


def unread_share(texts: Sequence[str], tokenizer: Path) -> float:
    """Share of the characters that stand in unknown tokens, which are all the same to the model; over an even sample."""
    reader = _tokenizer(tokenizer)
    unknown = getattr(reader.model, "unk_token", None)
    if not unknown or not texts:
        return 0.0
    few = [text[:_MOST_CHARACTERS] for text in texts[:: -(-len(texts) // _READ_FOR_UNKNOWN)]]
    read = unread = 0
    for encoding in reader.encode_batch(few, add_special_tokens=False):
        for token, (start, end) in zip(encoding.tokens, encoding.offsets, strict=True):
            read += end - start
            unread += end - start if token == unknown else 0
    return unread / max(1, read)


def row_lengths(table: Table, columns: Sequence[str], tokenizer: Path, longest: int) -> tuple[int, ...]:
    """About how many tokens each row's texts have together. Rows that may be longer than `longest` are counted exactly.

    A token has a character or more, so the others need no count; of very many long rows the share of characters is taken.
    """
    cells = [table.cells.column(name) for name in columns]
    characters = np.zeros(len(table), np.int64)
    for column in cells:
        characters += pc.utf8_length(column).to_numpy()
    long = np.flatnonzero(characters > longest) if longest else np.empty(0, np.int64)
    tokens = characters // _CHARACTERS_A_TOKEN
    few = long[:: -(-len(long) // MOST_COUNTED)] if len(long) else long
    texts = [" ".join(column[int(place)].as_py() for column in cells)[:_MOST_CHARACTERS] for place in few]
    exact = np.array([len(encoding.ids) for encoding in _tokenizer(tokenizer).encode_batch(texts)], np.int64)
    if 0 < len(few) < len(long):
        tokens[long] = (characters[long] * (exact.sum() / max(1, characters[few].sum()))).astype(np.int64)
    tokens[few] = exact
    return tuple(tokens.tolist())


def data_facts(
    examples: Sequence[Example], lengths: Sequence[int], *, has_test_file: bool = False, task: Task | None = None
) -> DataFacts:
    """What the suggestions are made from. `lengths` are those of what is read (see `Task.text_of` and `token_lengths`)."""
    labels = Counter(
        label
        for example in examples
        if example.target is not None
        for label in (("",) if task and task.writes else task.labels_in(example) if task else (example.target,))
    )
    counted = np.array(lengths or [0])
    return DataFacts(
        rows=len(examples),
        labels=len(labels),
        mean_tokens=float(counted.mean()),
        p95_tokens=int(np.percentile(counted, 95)),
        p99_tokens=int(np.percentile(counted, 99)),
        max_tokens=int(counted.max()),
        has_test_file=has_test_file,
        recipe=task.recipe if task is not None else Recipe(),
        writes=task is not None and task.writes,
        reads_windows=task is not None and task.reads_windows,
        methods=task.methods if task is not None else Task.methods,
    )


@cache
def _tokenizer(file: Path) -> Any:
    from tokenizers import Tokenizer  # noqa: PLC0415 - 0.2 s that the opening of the page need not wait for

    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception:  # noqa: BLE001 - what tokenizers raises for a file it cannot read has no type of its own
        tokenizer = Tokenizer.from_file(str(embedded_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
