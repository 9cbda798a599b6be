"""Runs of every kind of head, trained by the worker in this process with tiny models, and their packages unpacked."""

import importlib.util
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from worker.tiny import FILLER, WORDS, make_model, make_run
from worker.tiny_writers import CHAT, byte_tokenizer, make_decoder, make_encoder_decoder, make_masked

from studio.config import Model, RunConfig
from studio.data.example import Example
from studio.export.archive import build_archive
from studio.rundir import Home, RunDir
from studio.tasks import task_named
from studio.worker.duty import train_run

from .finished import unpacked

QUICK: dict[str, Any] = {
    "epochs": 1,
    "batch_rows": 16,
    "learning_rate": 3e-3,
    "max_length": 32,
    "label_smoothing": 0.0,
    "checks_per_epoch": 1,
    "patience": 9,
}


WRITES: dict[str, Any] = {
    "epochs": 8,
    "batch_rows": 8,
    "learning_rate": 5e-3,
    "max_length": 64,
    "dropout": 0.0,
    "freeze_embeddings": False,
    "trains": "whole",
}


@dataclass(frozen=True)
class Case:
    """A task with a base model, and how its rows are made: inputs and target."""

    task: str
    model: str
    row: Callable[[random.Random], tuple[dict[str, str], str]]
    head: str
    settings: dict[str, Any] = field(default_factory=dict)


def sentence(draw: random.Random, *topics: str) -> str:
    words = [draw.choice(FILLER) for _ in range(draw.randint(2, 14))]
    words += [word for topic in topics for word in draw.choices(WORDS[topic], k=3)]
    draw.shuffle(words)
    return " ".join(words)


def label(draw: random.Random) -> tuple[dict[str, str], str]:
    topic = draw.choice(sorted(WORDS))
    return {"text": sentence(draw, topic)}, topic


def labels(draw: random.Random) -> tuple[dict[str, str], str]:
    topics = [topic for topic in sorted(WORDS) if draw.random() < 0.5]
    return {"text": sentence(draw, *topics)}, json.dumps(topics)


def number(draw: random.Random) -> tuple[dict[str, str], str]:
    topics = draw.sample(sorted(WORDS), draw.randrange(4))
    return {"text": sentence(draw, *topics)}, str(1000 + 10 * len(topics))


def two(draw: random.Random) -> dict[str, str]:
    return {"text": sentence(draw, draw.choice(sorted(WORDS))), "text_pair": sentence(draw, draw.choice(sorted(WORDS)))}


def pair_label(draw: random.Random) -> tuple[dict[str, str], str]:
    return two(draw), draw.choice(["same", "other"])


def pair_number(draw: random.Random) -> tuple[dict[str, str], str]:
    return two(draw), str(draw.choice([0, 0.5, 1]))


def names(draw: random.Random) -> tuple[dict[str, str], str]:
    known = {word: kind for kind, words in WORDS.items() for word in words}
    spans, end, words = [], 0, sentence(draw, *WORDS).split()
    for word in words:
        spans += [[end, end + len(word), known[word]]] if word in known else []
        end += len(word) + 1
    return {"text": " ".join(words)}, json.dumps(spans)


def passage(draw: random.Random) -> tuple[dict[str, str], str]:
    words = sentence(draw, *WORDS).split()
    topic = draw.choice(sorted(WORDS))
    place = next(place for place, word in enumerate(words) if word in WORDS[topic])
    answer = {"text": words[place], "start": len(" ".join([*words[:place], ""]))}
    if draw.random() < 0.3:
        answer = {"text": "", "start": -1}
    return {"context": " ".join(words), "question": f"why {topic}"}, json.dumps(answer)


def request(draw: random.Random) -> tuple[dict[str, str], str]:
    topic = draw.choice(sorted(WORDS))
    asked = {"instruction": sentence(draw, topic), "input": draw.choice(["", sentence(draw)])}
    return asked, f"it is about {topic}, I say no"


def talk(draw: random.Random) -> tuple[dict[str, str], str]:
    topic = draw.choice(sorted(WORDS))
    turns = [{"role": "user", "content": sentence(draw, topic)}]
    if draw.random() < 0.5:
        turns = [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "yes"}, *turns]
    return {"messages": json.dumps(turns)}, f"it is about {topic}, I say no"


def rewrite(draw: random.Random) -> tuple[dict[str, str], str]:
    text = sentence(draw)
    return {"source": text}, " ".join(text.split()[:3])


def plain(draw: random.Random) -> tuple[dict[str, str], str]:
    return {"text": sentence(draw, *WORDS)}, ""


CASES = {
    "label": Case("text-classification", "bert", label, "sequence"),
    "label of a pair": Case("text-classification", "bert", pair_label, "sequence"),
    "label by a decoder": Case("text-classification", "gpt2-bare", label, "sequence"),
    "label of a pair by a decoder": Case("text-classification", "qwen3", pair_label, "sequence"),
    "several labels": Case("multi-label-classification", "bert", labels, "multi-label"),
    "number": Case("text-regression", "bert", number, "number"),
    "several labels by a decoder": Case("multi-label-classification", "qwen3", labels, "multi-label"),
    "number by a decoder": Case("text-regression", "qwen3", number, "number"),
    "number of a pair by a decoder": Case("text-regression", "gpt2-bare", pair_number, "similarity"),
    "number of a pair": Case("text-regression", "bert", pair_number, "similarity"),
    "names": Case("token-classification", "bert", names, "token"),
    "passage": Case("question-answering", "bert", passage, "span"),
    "reply": Case("instruction-tuning", "gpt2", request, "causal", WRITES),
    "reply by adapters": Case(
        "instruction-tuning", "llama", request, "causal", WRITES | {"trains": "lora", "learning_rate": 1e-2}
    ),
    "chat": Case("chat", "llama", talk, "causal", WRITES),
    "rewriting": Case("text-to-text", "t5", rewrite, "encoder-decoder", WRITES),
    "rewriting with bart": Case("text-to-text", "bart", rewrite, "encoder-decoder", WRITES),
    "writing on": Case("language-modeling", "gpt2", plain, "causal", WRITES),
    "filling gaps": Case("language-modeling", "masked", plain, "masked", WRITES),
}


def make_models(folder: Path) -> Path:
    """One of each architecture, under the names that `CASES` use."""
    draw = random.Random(1)
    texts = [sentence(draw, *WORDS) for _ in range(60)]
    make_model(folder / "bert")
    make_decoder(folder / "gpt2", byte_tokenizer(texts))
    bare = byte_tokenizer(texts)  # as many decoders have it
    bare.pad_token = None
    make_decoder(folder / "gpt2-bare", bare)
    leftward = byte_tokenizer(texts)
    leftward.padding_side = "left"
    make_decoder(folder / "qwen3", leftward, kind="qwen3")
    make_decoder(folder / "llama", byte_tokenizer(texts, template=CHAT), kind="llama")
    for kind in ("t5", "bart"):
        make_encoder_decoder(folder / kind, byte_tokenizer(texts, closes=True), kind=kind)
    make_masked(folder / "masked", texts)
    return folder


def rows_of(case: Case, count: int = 64) -> list[Example]:
    draw = random.Random(5)
    return [Example(row, *case.row(draw)) for row in range(2, 2 + count)]


def trained(home: Home, case: Case, **settings: Any) -> RunDir:
    """A finished run. What the operating system is told (priority, signals) is the caller's to stop."""
    made = rows_of(case)
    task = task_named(case.task)
    columns = {role: f"the {role}" for role in (*made[0].inputs, task.target) if role}
    config = RunConfig(task=case.task, model=Model(id=f"folder:{case.model}"), columns=columns)
    config = config.with_settings({**QUICK, **case.settings, **settings})
    run = make_run(home, config, train=40, validation=12, made=made)
    assert train_run(run.path) == 0, run.log.read_text() if run.log.exists() else run.events()[-1]
    return run


def program_of(run: RunDir, place: Path) -> tuple[Path, ModuleType]:
    """The unpacked package, and its program as a module."""
    folder = unpacked(build_archive(run), place)
    spec = importlib.util.spec_from_file_location(f"predict_{run.id}", folder / "predict.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return folder, module
