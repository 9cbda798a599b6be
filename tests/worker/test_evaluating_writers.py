"""Rows with known answers asked of a finished run that writes: the figures are those of its own report."""

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from studio.cli import main
from studio.evaluation import answers
from studio.evaluation.report import read_report
from studio.evaluation.scoring import score_answers
from studio.jobs import answering
from studio.tasks import task_named
from studio.worker.answer import serve
from worker.written import TASKS, examples

SETTINGS = {"epochs": 2, "batch_rows": 10, "learning_rate": 1e-3}


class InThisProcess:
    """Answers as the process does that holds a model, in the same lines of JSON."""

    def __init__(self, _spares):
        self.asked = []

    def ask(self, run, model, texts, targets=None):
        question = {"id": 1, "model": model, "texts": texts, **({"targets": targets} if targets is not None else {})}
        self.asked.append(question)
        said = io.StringIO()
        serve(run.path, io.StringIO(json.dumps(question) + "\n"), said)
        return answering._answers(json.loads(said.getvalue().splitlines()[-1]), len(texts))

    def close(self):
        pass


@pytest.mark.parametrize("kind", TASKS)
def test_rows_of_the_report_are_scored_as_in_the_report(start, work, kind):
    run = start(kind, **SETTINGS)
    assert work(run) == 0
    task, rows = task_named(TASKS[kind]), examples(TASKS[kind])
    found = InThisProcess(None).ask(run, "tuned", [row.inputs for row in rows], [row.target for row in rows])
    theirs = {metric.name: metric for metric in read_report(run).metrics}
    ours = {metric.name: metric for metric in score_answers(task, (), rows, found, run.config.seed)}
    assert list(ours) == list(theirs) == [metric.name for metric in task.metrics]
    assert {"loss", "perplexity"} <= ours.keys()
    for name, metric in ours.items():
        assert (metric.value, metric.low, metric.high) == pytest.approx(
            (theirs[name].value, theirs[name].low, theirs[name].high), rel=1e-5
        )
    kept = answers.from_parquet(run.answers.read_bytes()).answers
    assert [each.losses[0] for each in kept] == pytest.approx([each.losses[0] for each in found], rel=1e-5)
    assert [(*each.losses[1:], each.guessed) for each in kept] == [(*each.losses[1:], each.guessed) for each in found]


def test_without_known_answers_nothing_is_said_of_losses(start, work):
    run = start("gpt2", **SETTINGS)
    assert work(run) == 0
    rows = examples("instruction-tuning")
    found = InThisProcess(None).ask(run, "tuned", [row.inputs for row in rows])
    assert {each.losses for each in found} == {(0.0, 0)}
    names = [each.name for each in score_answers(task_named("instruction-tuning"), (), rows, found, 1)]
    assert names == ["chrf", "rouge_l", "length"]


def test_evaluate_tells_the_loss(start, work, home, tmp_path: Path, monkeypatch, capsys):
    run = start("t5", **SETTINGS)
    assert work(run) == 0
    with (tmp_path / "more.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [("source", "target"), *((row.inputs["source"], row.target) for row in examples("text-to-text"))]
        )
    monkeypatch.setattr("studio.cli.answers.Answering", InThisProcess)
    columns = ["--column", "source=source", "--column", "target=target"]
    monkeypatch.setattr(sys, "argv", ["studio"])
    assert main(["--home", str(home.path), "evaluate", run.id, str(tmp_path / "more.csv"), *columns, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["metrics"]
    for metric in read_report(run).metrics:
        assert told[metric.name]["value"] == pytest.approx(metric.value, rel=1e-5)
    assert told["loss"]["value"] > 0
