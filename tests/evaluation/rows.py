"""Rows for tests: real ones where they lie beside the checkout, else small ones made here."""

import csv
import random
from pathlib import Path

from studio.data.example import Example
from studio.tasks.task import Answer

SHARED = Path(__file__).parents[3] / "shared" / "data"

_WORDS = {
    "billing": "charged twice invoice refund money card payment bill fee statement",
    "delivery": "parcel late courier address shipping tracking lost package door driver",
    "account": "password login email locked profile username reset verify sign code",
}


def real_rows(name: str, text: str, label: str, most: int | None = None) -> list[Example]:
    """Rows of a shared file; made-up ones that are as easy to tell apart where the file is not there."""
    path = SHARED / name
    if not path.is_file():
        return made_rows(most or 600, seed=len(name))
    with path.open(encoding="utf-8", newline="") as lines:
        found = [
            Example(row, {"text": cells[text]}, cells[label]) for row, cells in enumerate(csv.DictReader(lines), 2)
        ]
    return found if most is None else random.Random(1).sample(found, min(most, len(found)))


def made_rows(count: int, seed: int = 1) -> list[Example]:
    chance = random.Random(seed)
    labels = sorted(_WORDS)
    return [
        Example(row, {"text": " ".join(chance.choices(_WORDS[label].split(), k=4))}, label)
        for row, label in enumerate((chance.choice(labels) for _ in range(count)), 2)
    ]


def said(*values: str, confidence: float = 0.9) -> list[Answer]:
    """Answers with the same confidence, the rest of it on one other label."""
    return [Answer(value, {value: confidence, "(other)": 1 - confidence}) for value in values]


def asked(*targets: str) -> list[Example]:
    return [Example(row, {"text": f"text {row}"}, target) for row, target in enumerate(targets, 2)]
