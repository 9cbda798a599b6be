"""Frozen runs of tasks whose models write, of rows made here."""

import json
from collections.abc import Sequence
from typing import Any

from studio import storage
from studio.config import Model, RunConfig
from studio.data.example import Example, to_parquet
from studio.rundir import Home, RunDir, new_id

ANIMALS = [
    "cat",
    "dog",
    "owl",
    "fox",
    "hen",
    "cow",
    "pig",
    "bee",
    "ant",
    "bat",
    "rat",
    "elk",
    "emu",
    "yak",
    "eel",
    "cod",
    "gnu",
    "ape",
    "ram",
    "jay",
]
FRUITS = [
    "fig",
    "plum",
    "pear",
    "lime",
    "date",
    "kiwi",
    "nut",
    "rice",
    "corn",
    "bean",
    "leek",
    "kale",
    "oat",
    "pea",
    "beet",
    "mint",
    "dill",
    "sage",
    "basil",
    "apple",
]

SETTINGS: dict[str, Any] = {
    "epochs": 40,
    "batch_rows": 10,
    "learning_rate": 3e-3,
    "dropout": 0.0,
    "weight_decay": 0.0,
    "label_smoothing": 0.0,
    "freeze_embeddings": False,
    "max_length": 64,
    "patience": 50,
    "checks_per_epoch": 1,
    "trains": "whole",
    "warm_up": 0.05,
}


def pairs() -> list[tuple[str, str]]:
    """Twenty questions, each with an answer of its own."""
    return [
        (f"What does the {one} eat?", f"The {one} eats {two}, and likes it.")
        for one, two in zip(ANIMALS, FRUITS, strict=True)
    ]


def make_written(home: Home, task: str, model: str, parts: Sequence[Sequence[Example]], /, **settings: Any) -> RunDir:
    """Training, validation and test rows, frozen."""
    config = RunConfig(task=task, model=Model(id=f"folder:{model}"), name="tiny").with_settings(
        {**SETTINGS, **settings}
    )
    run = RunDir(home.runs / new_id())
    names = ("train", "validation", "test")
    with storage.Stage(run.path) as stage:
        stage.write("config.json", config.model_dump_json(indent=1).encode())
        for name, examples in zip(names, parts, strict=True):
            stage.write(f"data/{name}.parquet", to_parquet(list(examples)))
        counts = {name: len(part) for name, part in zip(names, parts, strict=True)}
        stage.write("facts.json", json.dumps({"parts": counts}).encode())
    return run


TEXTS = [" ".join(pair) for pair in pairs()]
TASKS = {
    "gpt2": "instruction-tuning",
    "llama": "chat",
    "t5": "text-to-text",
    "bart": "text-to-text",
    "masked": "language-modeling",
}
"""Tiny model → the task it is tried with."""


def examples(task: str) -> list[Example]:
    """The pairs as examples of a task."""
    found = []
    for row, (asked, said) in enumerate(pairs(), 2):
        inputs = {
            "instruction-tuning": {"instruction": asked, "input": ""},
            "text-to-text": {"source": asked},
            "chat": {"messages": json.dumps([{"role": "user", "content": asked}])},
            "language-modeling": {"text": f"{asked} {said}"},
        }[task]
        found.append(Example(row, inputs, "" if task == "language-modeling" else said))
    return found
