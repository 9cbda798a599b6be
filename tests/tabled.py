"""A table for each task, as people have them, and a run that the worker trained on it in this process."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from export.trained import CASES, QUICK, WRITES, Case, rows_of

from studio.columns import Columns
from studio.config import Model, RunConfig
from studio.data.example import Example
from studio.data.read import read_table
from studio.jobs.runs import create_run
from studio.rundir import Home, RunDir
from studio.tasks import task_named
from studio.worker.duty import train_run

Cells = list[dict[str, str]]


def whole(example: Example) -> Cells:
    """One row: the texts as they are, and the target."""
    return [{**example.inputs, "target": example.target or ""}]


def listed(example: Example) -> Cells:
    """Labels behind each other."""
    return [{**example.inputs, "target": "; ".join(json.loads(example.target or "[]"))}]


def comma(example: Example) -> Cells:
    """Numbers with a decimal comma."""
    return [{**example.inputs, "target": (example.target or "").replace(".", ",")}]


def word_a_row(example: Example) -> Cells:
    """A word a row with its tag, and the number of the sentence."""
    tags = {start: kind for start, _, kind in json.loads(example.target or "[]")}
    cells, end = [], 0
    for word in example.inputs["text"].split():
        tag = f"B-{tags[end]}" if end in tags else "O"
        cells.append({"sentence": str(example.row), "text": word, "target": tag})
        end += len(word) + 1
    return cells


def pointed(example: Example) -> Cells:
    """An answer and its place, both empty where there is none."""
    answer = json.loads(example.target or "")
    start = str(answer["start"]) if answer["text"] else ""
    question = f"{example.inputs['question']} in {example.row}?"
    return [{**example.inputs, "question": question, "target": answer["text"], "answer_start": start}]


def turn_a_row(example: Example) -> Cells:
    """A turn a row, the reply that is wanted last."""
    turns = [*json.loads(example.inputs["messages"]), {"role": "assistant", "content": example.target}]
    return [{"conversation": f"c{example.row}", "turn": str(number), **turn} for number, turn in enumerate(turns, 1)]


@dataclass(frozen=True)
class Tabled:
    """How the rows of a case lie in a table."""

    case: Case
    columns: Columns
    """Role → the name of its column, in the table's order."""
    cells: Callable[[Example], Cells] = whole

    @property
    def examples(self) -> list[Example]:
        return rows_of(self.case, 48)

    def write(self, file: Path, examples: Sequence[Example], names: dict[str, str] | None = None) -> list[int]:
        """These examples as a CSV file, its columns with other `names` by role; the number of each one's first row."""
        target = task_named(self.case.task).target
        rows, first = [], []
        for example in examples:
            first.append(2 + len(rows))
            cells = [
                {target if role == "target" else role: cell for role, cell in each.items()}
                for each in self.cells(example)
            ]
            rows += [[each[role] for role in self.columns] for each in cells]
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([(names or self.columns).values(), *rows])
        return first


TABLES = {
    "text-classification": Tabled(CASES["label"], {"text": "message", "label": "topic"}),
    "multi-label-classification": Tabled(CASES["several labels"], {"text": "review", "labels": "topics"}, listed),
    "text-regression": Tabled(
        CASES["number of a pair"], {"text": "sentence1", "text_pair": "sentence2", "score": "similarity"}, comma
    ),
    "token-classification": Tabled(
        CASES["names"], {"sentence": "sentence_id", "text": "token", "entities": "tag"}, word_a_row
    ),
    "question-answering": Tabled(
        CASES["passage"],
        {"context": "context", "question": "question", "answer": "answer", "answer_start": "answer_start"},
        pointed,
    ),
    "text-to-text": Tabled(CASES["rewriting"], {"source": "source", "target": "target"}),
    "instruction-tuning": Tabled(
        CASES["reply"], {"instruction": "instruction", "input": "input", "response": "response"}
    ),
    "chat": Tabled(
        CASES["chat"],
        {"conversation": "conversation_id", "turn": "turn", "role": "role", "content": "content"},
        turn_a_row,
    ),
    "language-modeling": Tabled(CASES["writing on"], {"text": "text"}),
}
"""Task → its table."""


def trained(home: Home, tabled: Tabled, file: Path) -> RunDir:
    """A finished run of that file, with the columns that the task itself finds in it."""
    task, table = task_named(tabled.case.task), read_table(file)
    found = task.detect(table)
    assert found is not None
    config = RunConfig(task=task.name, model=Model(id=f"folder:{tabled.case.model}"), columns=found.columns)
    quick = {**QUICK, **(WRITES | {"epochs": 2} if task.writes else {}), "validation_share": 0.2, "test_share": 0.2}
    run = create_run(home, table, config.with_settings(quick))
    assert train_run(run.path) == 0, run.log.read_text() if run.log.exists() else run.events()[-1]
    return run
