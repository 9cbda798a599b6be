"""What a run is called after what its model does."""

import json

import pytest

from studio.config import Model, RunConfig
from studio.jobs.runs import list_runs
from studio.models.purpose import fills_gaps, task_title
from studio.rundir import Home, RunDir, new_id
from studio.storage import Stage
from studio.ui.card import header
from studio.ui.views.runs import runs_view


def made(home: Home, model: str, head: str = "", task: str = "language-modeling") -> RunDir:
    run = RunDir(home.runs / new_id())
    config = RunConfig(name="Mine", task=task, model=Model(id=model), columns={"text": "note"})
    with Stage(run.path) as stage:
        stage.write("config.json", config.model_dump_json().encode())
        for part in ("train", "validation", "test"):
            stage.write(f"data/{part}.parquet", b"")
        if head:
            stage.write("model/head.json", json.dumps({"kind": head}).encode())
    return run


@pytest.mark.parametrize(
    ("model", "head", "title"),
    [
        ("distilbert/distilbert-base-uncased", "", "Fill gaps in texts"),
        ("HuggingFaceTB/SmolLM2-135M", "", "Continue texts"),
        ("folder:gone", "masked", "Fill gaps in texts"),
        ("folder:gone", "causal", "Continue texts"),
        ("folder:gone", "", "Continue texts"),
    ],
)
def test_a_run_is_called_after_what_its_model_does(home: Home, model: str, head: str, title: str) -> None:
    run = made(home, model, head)
    assert task_title(run) == title
    assert fills_gaps(run) == (title == "Fill gaps in texts")
    assert f" · {title.lower()}" in header(run)["subtitle"]
    (summary,) = list_runs(home)
    assert summary.task == title
    assert f"<small>{title}</small>" in runs_view([summary], open_run="", asked="", refresh_s=0)


def test_other_tasks_and_unknown_ones_keep_their_names(home: Home) -> None:
    assert task_title(made(home, "embedded", "sequence", "text-classification")) == "Text classification"
    assert task_title(made(home, "embedded", task="of-tomorrow")) == "of-tomorrow"


def test_a_damaged_head_is_as_good_as_none(home: Home) -> None:
    run = made(home, "distilbert/distilbert-base-uncased", "masked")
    (run.model / "head.json").write_bytes(b"[]")
    assert fills_gaps(run)
