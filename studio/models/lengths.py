"""How long texts are in tokens, counted with the tokenizer alone: no torch, no transformers."""

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from studio.data.example import Example
from studio.data.table import Table
from studio.errors import StudioError
from studio.models.counting import letters_unknown
from studio.models.data_facts import DataFacts
from studio.models.embedded import embedded_folder
from studio.models.found import facts_of
from studio.models.hub import downloaded
from studio.models.plain_tokenizer import PlainTokenizer
from studio.models.rendering import rendered
from studio.rundir import Home
from studio.tasks.recipe import Recipe
from studio.tasks.task import Task
from studio.tasks.templates import Message, has_thoughts, template_of

MOST_COUNTED = 3000
"""Texts that are really counted; of larger tables an even sample, and the longest texts."""
_READ_FOR_UNKNOWN = 300
_MOST_CHARACTERS = 40_000
_END, _ROOM = 3, 1.2
"""Tokens behind a reply that are learned with it; and how much longer than most an answer may be (`worker.writing.with_room`)."""
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
    return PlainTokenizer(tokenizer).lengths([texts[place][:_MOST_CHARACTERS] for place in _counted(texts)])


@dataclass(frozen=True)
class Lengths:
    """Tokens of a sample of a table's examples, everything included that the model reads or learns of one at once."""

    examples: list[int]
    with_answer: int = 0
    """The longest of them asked, with as much room for an answer as is kept then; 0 where that is not told apart."""


def example_lengths(task: Task, examples: Sequence[Example], tokenizer: Path) -> Lengths:
    """As training reads them whole: signs of the chat template, both texts of a pair and special tokens included.

    Of more than `MOST_COUNTED` examples a sample with the longest ones.
    """
    words = PlainTokenizer(tokenizer)
    some = [examples[place] for place in _counted([task.text_of(example) for example in examples])]
    if some and task.conversation(some[0]) and (told := _conversations(task, some, words)) is not None:
        return told
    texts = [[_beginning(text) for text in task.texts_read(example)] for example in some]
    found = iter(words.lengths([text for each in texts for text in each]))
    return Lengths([max(next(found) for _ in each) for each in texts])


def _conversations(task: Task, examples: Sequence[Example], words: PlainTokenizer) -> Lengths | None:
    """None where the chat template refuses them: training says why."""
    told, owners = [], []
    for place, example in enumerate(examples):
        messages = task.conversation(example)
        earlier = [
            messages[: reply + 1]
            for reply, each in enumerate(messages[:-1])
            if each["role"] == "assistant" and has_thoughts(each["content"])
        ]  # templates leave thoughts out of earlier turns, so that they are learned from parts
        told += [messages, *earlier]
        owners += [place] * (1 + len(earlier))
    thinks = any(has_thoughts(example.target or "") for example in examples)
    written = rendered(template_of(words, thinks=thinks), told, words.special_tokens)
    if written is None:
        return None
    found = [0] * len(examples)
    read = words.lengths([each.beginning for each in written], special=False)
    for place, length, each in zip(owners, read, written, strict=True):
        found[place] = max(found[place], -(-length * each.letters // max(1, len(each.beginning))))
    replies = words.lengths([example.target or "" for example in examples], special=False)
    before = words.lengths([_longest_reply(task.conversation(example)[:-1]) for example in examples], special=False)
    new = int(float(np.percentile(np.maximum(replies, before), 99) + _END) * _ROOM) + 8
    asked = [length - reply for length, reply in zip(found, replies, strict=True)]
    return Lengths(found, max(min(each + new, 2 * each) for each in asked))


def _longest_reply(messages: Sequence[Message]) -> str:
    return max((each["content"] for each in messages if each["role"] == "assistant"), key=len, default="")


def _beginning(text: str | tuple[str, str]) -> str | tuple[str, str]:
    if isinstance(text, str):
        return text[:_MOST_CHARACTERS]
    return text[0][:_MOST_CHARACTERS], text[1][:_MOST_CHARACTERS]


def _counted(texts: Sequence[str]) -> Sequence[int]:
    """Which texts are really counted."""
    if len(texts) <= MOST_COUNTED:
        return range(len(texts))
    longest = sorted(range(len(texts)), key=lambda index: -len(texts[index]))[:20]
    return sorted({*range(0, len(texts), -(-len(texts) // MOST_COUNTED)), *longest})


def unread_share(texts: Sequence[str], tokenizer: Path) -> float:
    """Share of the characters that stand in unknown tokens, which are all the same to the model; over an even sample."""
    few = [text[:_MOST_CHARACTERS] for text in texts[:: -(-len(texts) // _READ_FOR_UNKNOWN) or 1]]
    told = letters_unknown(tokenizer, few)
    return sum(unknown for _, unknown in told) / max(1, sum(read for read, _ in told))


def lengths_of_rows(table: Table, task: Task, examples: Sequence[Example], lengths: Lengths) -> tuple[int, ...]:
    """The same `lengths` by the table's rows, 0 where no example begins. Nothing where only a sample of plain texts was
    counted; of conversations that were not, the share of their characters is taken."""
    if not examples or (len(examples) > MOST_COUNTED and not task.conversation(examples[0])):
        return ()
    texts = [task.text_of(example) for example in examples]
    places = np.array(_counted(texts), np.int64)
    characters = np.array([len(text) for text in texts], np.int64)
    tokens = (characters * (sum(lengths.examples) / max(1, characters[places].sum()))).astype(np.int64)
    tokens = np.minimum(tokens, max(lengths.examples))  # the longest texts are among those counted
    tokens[places] = lengths.examples
    found = np.zeros(len(table), np.int64)
    found[np.searchsorted(np.asarray(table.rows), [example.row for example in examples])] = tokens
    return tuple(found.tolist())


def row_lengths(table: Table, columns: Sequence[str], tokenizer: Path, longest: int) -> tuple[int, ...]:
    """About how many tokens each row's texts have together. Those of rows that may be longer than `longest` are counted.

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
    exact = np.array(PlainTokenizer(tokenizer).lengths(texts), np.int64)
    if 0 < len(few) < len(long):
        tokens[long] = (characters[long] * (exact.sum() / max(1, characters[few].sum()))).astype(np.int64)
    tokens[few] = exact
    return tuple(tokens.tolist())


def data_facts(
    examples: Sequence[Example],
    lengths: Sequence[int],
    *,
    with_answer: int = 0,
    has_test_file: bool = False,
    task: Task | None = None,
) -> DataFacts:
    """What the suggestions are made from. `lengths` and `with_answer` as in `Lengths`."""
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
        with_answer=with_answer,
        has_test_file=has_test_file,
        recipe=task.recipe if task is not None else Recipe(),
        example_is=task.example_is if task is not None else Task.example_is,
        writes=task is not None and task.writes,
        reads_windows=task is not None and task.reads_windows,
        drops_oldest=task is not None and task.drops_oldest,
        methods=task.methods if task is not None else Task.methods,
    )
