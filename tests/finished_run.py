"""A finished run without any training: real rows, a real report and real events; only the answers are made up."""

import csv
import io
import json
import random
from collections.abc import Sequence
from pathlib import Path

from studio import storage
from studio.config import RunConfig
from studio.data.example import Example, from_parquet
from studio.data.read import read_table
from studio.evaluation import answers as answers_file
from studio.evaluation.report import build_report
from studio.evaluation.values import Report
from studio.events import Checked, Event, Finished, Preparing, Saved, Scoring, Started, Step, to_line
from studio.jobs.runs import create_run
from studio.rundir import Home, RunDir
from studio.tasks import task_named
from studio.tasks.task import Answer

HOSTILE = '<img src=x onerror="window.hacked=1">'
HOSTILE_TEMPLATE = "{{value}} ${window.hacked=1}"
WORDS = {
    "billing": ["invoice", "charged twice", "refund", "card", "price", "payment failed"],
    "delivery": ["parcel", "late", "courier", "tracking", "address", "not arrived"],
    "account": ["password", "login", "email change", "locked out", "two-factor code", "profile"],
}
OPENINGS = (
    "Hello, my question is about",
    "Please help with",
    "I am quite upset about",
    "Once more:",
    "Could you explain",
)
_REPORTS: dict[object, Report] = {}
"""Reports are deterministic, and their baselines take seconds."""


def table_file(folder: Path, labels: Sequence[str], rows: int = 240, name: str = "tickets.csv") -> Path:
    """A table with invented tickets, some of them hostile."""
    dice = random.Random(3)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["ticket", "topic"])
    vocabulary = list(WORDS.values())
    for row in range(rows):
        place = row % len(labels)
        words = dice.sample(vocabulary[place % len(vocabulary)], 2)
        tail = f" {HOSTILE}" if row % 9 == 0 else ""
        writer.writerow([f"{dice.choice(OPENINGS)} {words[0]} and {words[1]} (case {row}){tail}", labels[place]])
    path = folder / name
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def made_up_answers(rows: Sequence[Example], labels: Sequence[str], share_right: float, seed: int) -> list[Answer]:
    dice = random.Random(seed)
    answers = []
    for row in rows:
        said = row.target if dice.random() < share_right else dice.choice(labels)
        sure = dice.uniform(0.55, 0.99)
        rest = (1 - sure) / max(1, len(labels) - 1)
        answers.append(Answer(str(said), {label: sure if label == said else rest for label in labels}))
    return answers


def run_without_end(
    home: Home, folder: Path, *, labels: Sequence[str] = tuple(WORDS), rows: int = 240, **config: object
) -> RunDir:
    """A run that was made and has said nothing yet."""
    table = read_table(table_file(folder, labels, rows))
    order = RunConfig(columns={"text": "ticket", "label": "topic"}, **config)  # type: ignore[arg-type]
    return create_run(home, table, order)


def finished_run(
    home: Home,
    folder: Path,
    *,
    labels: Sequence[str] = tuple(WORDS),
    rows: int = 240,
    share_right: float = 0.9,
    name: str = "Support tickets",
    settings: dict[str, object] | None = None,
) -> RunDir:
    order = RunConfig(name=name).with_settings(settings or {})
    run = run_without_end(
        home,
        folder,
        labels=labels,
        rows=rows,
        **{key: getattr(order, key) for key in type(order).model_fields if key != "columns"},
    )
    parts = {part: from_parquet(run.part(part).read_bytes()) for part in ("train", "test")}
    task = task_named("text-classification")
    known = task.labels(parts["train"])
    answers = made_up_answers(parts["test"], known, share_right, 5)
    untuned = made_up_answers(parts["test"], known, share_right - 0.15, 6)
    key = (known, rows, share_right)
    if key not in _REPORTS:
        _REPORTS[key] = build_report(task, known, parts["train"], parts["test"], answers, untuned, 1, 83.4, [])
    report = _REPORTS[key]
    storage.write_file(run.answers, answers_file.to_parquet(parts["test"], answers, known))
    tell(run, story(report.metrics[1].value, {metric.name: metric.value for metric in report.metrics}))
    model_files(run, known)
    storage.write_file(run.report, report.model_dump_json().encode())
    return run


def model_files(run: RunDir, labels: Sequence[str], kind: str = "sequence", **facts: object) -> None:
    """The layout of a model folder, committed; the weights are no weights."""
    head = {
        "kind": kind,
        "pooling": "mean",
        "normalize": True,
        "scale": 16.0,
        "labels": list(labels),
        "max_length": 256,
        **facts,
    }
    with storage.Stage(run.model) as stage:
        stage.write("config.json", b'{"model_type": "bert", "_name_or_path": "/somewhere"}')
        stage.write("model.safetensors", bytes(300_000))
        stage.write("head.safetensors", bytes(4_000))
        stage.write("head.json", json.dumps(head).encode())
        stage.write("tokenizer.json", b"{}")
        stage.write("tokenizer_config.json", b"{}")


def story(best: float, metrics: dict[str, float]) -> list[Event]:
    """What a short training says."""
    said: list[Event] = [Preparing(what="Reading the frozen rows")]
    said.append(
        Started(total_steps=60, steps_per_epoch=20, epochs=3, check_every=10, train_rows=190, validation_rows=24,
                watch="macro_f1", watch_mode="max", patience=4, device="cpu", precision="float32")
    )  # fmt: skip
    for step in range(1, 61):
        said.append(Step(step=step, epoch=step / 20, loss=1.1 * 0.97**step + 0.2, learning_rate=1e-4))
        if step % 10 == 0:
            value = best - 0.2 * 0.6 ** (step / 10)
            said.append(
                Checked(step=step, epoch=step / 20, loss=0.9 * 0.96**step + 0.3, metrics={"macro_f1": value}, is_best=True,
                        best_step=step, best_value=value, chances_left=4)
            )  # fmt: skip
    said += [Saved(step=60), Scoring(step=60, reason="all epochs done", best_step=60)]
    return [*said, Finished(step=60, reason="all epochs done", best_step=60, metrics=metrics, seconds=83.4)]


def tell(run: RunDir, events: Sequence[Event]) -> None:
    log = storage.Log(run.events_file)
    for number, event in enumerate(events, 1):
        log.append(to_line(event.model_copy(update={"seq": number, "time": run.created + number})), durable=False)
    log.close()


class FakeAnswering:
    """Answers at once, by the length of a text."""

    def __init__(self, labels: Sequence[str] = tuple(WORDS)) -> None:
        self.labels, self.asked = list(labels), []

    def ask(self, run: RunDir, model: str, texts: Sequence[str]) -> list[Answer]:
        self.asked.append((model, len(texts)))
        answers = []
        for text in texts:
            shares = {label: 1.0 for label in self.labels}
            text = text if isinstance(text, str) else " ".join(text.values())
            shares[self.labels[len(text) % len(self.labels)]] = 20.0 if model == "tuned" else 3.0
            total = sum(shares.values())
            shares = {label: share / total for label, share in shares.items()}
            answers.append(Answer(max(shares, key=shares.__getitem__), shares))
        return answers

    def warm(self, run: RunDir) -> None: ...

    def forget(self, run: RunDir) -> None: ...

    def close(self) -> None: ...
