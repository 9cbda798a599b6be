"""A finished run with a real, tiny, random model: every file a worker leaves, without the training."""

import json
from pathlib import Path

from worker.tiny import make_model, rows

from studio import storage
from studio.config import Model, RunConfig, Source
from studio.data.example import Example, to_parquet
from studio.evaluation import answers as answers_file
from studio.evaluation.report import build_report
from studio.events import Checked, Finished, Preparing, Saved, Scoring, Started, Step, to_line
from studio.rundir import Home, RunDir, new_id
from studio.tasks import task_named
from studio.tasks.task import Answer

TASK = task_named("text-classification")
HOSTILE = '<img src=x onerror=alert(1)> | `x` [a](javascript:b) "q" \u202e\n---\n# no: &amp; *b*'


def make_finished_run(home: Home, *, name: str = "Tickets – first try", labels: dict[str, str] | None = None) -> RunDir:
    """`labels` gives the tiny labels other names."""
    run = RunDir(home.runs / new_id())
    renamed = labels or {}
    made = [Example(e.row, e.inputs, renamed.get(str(e.target), e.target)) for e in rows(160, seed=3)]
    train, validation, test = made[:96], made[96:120], made[120:]
    known = TASK.labels(train)
    config = RunConfig(
        name=name,
        columns={"text": "ticket", "label": "topic"},
        source=Source(file="tickets.csv", sha256="ab" * 32, rows=162),
        model=Model(id="embedded"),
        seed=5,
    )
    facts = {
        "rows": 162,
        "parts": {"train": len(train), "validation": len(validation), "test": len(test)},
        "labels_by_part": {"train": {label: sum(e.target == label for e in train) for label in known}},
        "left_out": {"count": 2, "first": [{"row": 7, "column": "topic", "value": "SECRET CELL", "what": "empty"}]},
        "left_out_test": None,
        "notes": ["Two <b>headers</b> were given names."],
    }
    with storage.Stage(run.path) as stage:
        stage.write("config.json", config.model_dump_json().encode())
        stage.write("facts.json", json.dumps(facts).encode())
        for part, examples in (("train", train), ("validation", validation), ("test", test)):
            stage.write(f"data/{part}.parquet", to_parquet(examples))
    answers = [
        Answer(str(e.target), {label: 0.8 if label == e.target else 0.2 / (len(known) - 1) for label in known})
        for e in test
    ]
    storage.write_file(run.answers, answers_file.to_parquet(test, answers, known))
    report = build_report(TASK, known, train, test, answers, None, 5, 61.0, ["3 training texts were cut."])
    storage.write_json(run.report, report.model_dump(mode="json"))
    _write_model(run, known)
    _write_events(run, len(train))
    return run


def _write_model(run: RunDir, labels: tuple[str, ...]) -> None:
    import torch
    from safetensors.torch import save

    backbone = make_model(run.path.parent / f"{run.id}-base")
    torch.manual_seed(2)
    head = {"weight": torch.randn(len(labels), 32), "bias": torch.randn(len(labels))}
    facts = {
        "kind": "sequence", "pooling": "mean", "normalize": True, "scale": 16.0, "labels": labels, "max_length": 12,
        "task": "text-classification",
    }  # fmt: skip
    with storage.Stage(run.model) as stage:
        for path in backbone.iterdir():
            stage.write(path.name, path.read_bytes())
        stage.write("head.safetensors", save(head))
        stage.write("head.json", json.dumps(facts).encode())


def _write_events(run: RunDir, train_rows: int) -> None:
    said = [
        Preparing(what="Reading the rows"),
        Started(total_steps=9, steps_per_epoch=3, epochs=3, check_every=3, train_rows=train_rows, validation_rows=24,
                watch="macro_f1", watch_mode="max", patience=4, device="cpu", precision="float32"),
        Step(step=3, epoch=1, loss=1.0, learning_rate=1e-4),
        Checked(step=3, epoch=1, loss=0.9, metrics={"macro_f1": 0.8}, is_best=True, best_step=3, best_value=0.8, chances_left=4),
        Saved(step=3),
        Scoring(step=9, reason="all epochs done", best_step=3),
        Finished(step=9, reason="all epochs done", best_step=3, metrics={"accuracy": 1.0}, seconds=61),
    ]  # fmt: skip
    lines = [to_line(event.model_copy(update={"seq": seq, "time": 10.0 * seq})) for seq, event in enumerate(said, 1)]
    storage.write_file(run.events_file, b"".join(lines))


def unpacked(package: Path, folder: Path) -> Path:
    """The one folder in the zip."""
    import zipfile

    with zipfile.ZipFile(package) as opened:
        assert opened.testzip() is None
        opened.extractall(folder)
    (only,) = folder.iterdir()
    return only
