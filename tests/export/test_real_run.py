"""A tiny model trained by the real worker, exported, unpacked, and asked by its own program: the same answers."""

import json
import os
import subprocess
import sys

import pytest
from worker.tiny import make_model, make_run

from studio.config import RunConfig
from studio.evaluation.answers import from_parquet
from studio.evaluation.report import read_report
from studio.export.archive import build_archive
from studio.rundir import Home

from .finished import unpacked

pytestmark = pytest.mark.slow


def test_the_unpacked_program_answers_as_the_worker_did(tmp_path):
    home = Home(tmp_path / "home").prepare()
    make_model(home.models / "offered" / "tiny")
    run = make_run(home)
    quiet = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1"}
    subprocess.run([sys.executable, "-m", "studio.worker", str(run.path)], env=quiet, timeout=170, check=True)

    folder = unpacked(build_archive(run), tmp_path / "out")
    answered = from_parquet(run.answers.read_bytes())
    texts = [example.inputs["text"] for example in answered.examples]
    asked = subprocess.run(
        [sys.executable, "-I", str(folder / "predict.py"), "--json", *texts],
        cwd=tmp_path, env={"HF_HUB_OFFLINE": "1"}, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    said = json.loads(asked.stdout)
    assert [each["answer"] for each in said] == [answer.value for answer in answered.answers]
    for each, answer in zip(said, answered.answers, strict=True):
        assert each["labels"] == pytest.approx(answer.confidence, abs=1e-5)

    report = read_report(run)
    assert [rung.name for rung in report.ladder] == ["most_frequent", "tfidf", "frozen"]
    assert report.comparison.sentence in (folder / "README.md").read_text().replace("\\", "")
    assert str(tmp_path) not in (folder / "README.md").read_text()
    assert RunConfig.parse((folder / "train.json").read_bytes()) == run.config
