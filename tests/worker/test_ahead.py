"""Reading ahead: what is known before the start changes when the first step comes, and nothing else."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.events import Finished
from studio.rundir import RunDir
from studio.worker import ahead, probe, trial
from studio.worker.known import Known, digest
from studio.worker.prepare import prepare
from worker.tiny import TINY, make_run


def weights(run: RunDir) -> str:
    return hashlib.sha256((run.model / "model.safetensors").read_bytes()).hexdigest()


@pytest.fixture
def batches_read(monkeypatch):
    """How many batches the frozen model has read so far, in calls to say so."""
    from studio.models.heads import Wearing

    batches, read = [], Wearing.read
    monkeypatch.setattr(Wearing, "read", lambda *args, **named: (batches.append(1), read(*args, **named))[1])
    return batches


def silent(_what, _done):
    return None


def test_what_was_read_ahead_is_not_read_again(new_run, batches_read):
    known = Known()
    ahead.read(new_run().path, known, lambda: False)
    before = len(batches_read)
    assert before > 0
    plain, quick = prepare(new_run(), silent), None
    once = len(batches_read) - before
    assert once == before
    quick = prepare(new_run(learning_rate=5e-5, epochs=7), silent, known)  # settings that change nothing of it
    assert len(batches_read) == 2 * once
    assert (plain.probe.head.linear.weight == quick.probe.head.linear.weight).all()
    assert (plain.probe.head.linear.bias == quick.probe.head.linear.bias).all()
    assert plain.probe.scores.metrics == quick.probe.scores.metrics
    assert plain.probe.scores.loss == quick.probe.scores.loss


def test_reading_that_was_ended_is_gone_on_with(new_run, batches_read, monkeypatch):
    monkeypatch.setattr("studio.worker.place.Place.answering_tokens", property(lambda _: 64))
    run, known, called = new_run(), Known(), iter([False] * 6 + [True])
    ahead.read(run.path, known, lambda: next(called))
    started = len(batches_read)
    assert started > 0
    assert not (run.path / "probe.json").exists()
    plain = prepare(new_run(), silent)
    whole = len(batches_read) - started
    rest = prepare(new_run(), silent, known)
    assert len(batches_read) - started - whole == whole - started
    assert (plain.probe.head.linear.weight == rest.probe.head.linear.weight).all()


@pytest.mark.parametrize("change", [{"max_length": 8}, {"sizes": {"train": 95}}, {"sizes": {"validation": 23}}])
def test_other_numbers_for_the_rows_are_read_anew(new_run, batches_read, change):
    known = Known()
    ahead.read(new_run().path, known, lambda: False)
    before = len(batches_read)
    prepare(new_run(**change), silent, known)
    assert len(batches_read) > before


def test_another_label_smoothing_fits_another_head_on_the_same_vectors(new_run, batches_read, monkeypatch):
    fitted = []
    fit = probe.fit_linear
    monkeypatch.setattr(probe, "fit_linear", lambda *args, **named: (fitted.append(1), fit(*args, **named))[1])
    known = Known()
    first = prepare(new_run(label_smoothing=0.0), silent, known)
    before, fits = len(batches_read), len(fitted)
    second = prepare(new_run(label_smoothing=0.3), silent, known)
    assert len(batches_read) == before
    assert len(fitted) == 2 * fits
    assert not (first.probe.head.linear.weight == second.probe.head.linear.weight).all()


def test_a_changed_model_is_noticed(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"one")
    before = digest(tmp_path, {"a": 1})
    assert before == digest(tmp_path, {"a": 1})
    assert before != digest(tmp_path, {"a": 2})
    (tmp_path / "model.safetensors").write_bytes(b"other")
    assert before != digest(tmp_path, {"a": 1})


def test_what_goes_wrong_is_left_to_the_start(new_run, capsys):
    run = new_run()
    run.part("train").write_bytes(b"damaged")
    ahead.read(run.path, Known(), lambda: False)
    assert "cannot be read" in capsys.readouterr().err
    assert run.events() == []


def test_a_trial_that_is_called_away_leaves_nothing(new_run):
    run = new_run()
    reply = trial.measure(run.path, lambda: True)
    assert reply["measured"] is False
    assert not run.trial.exists()


@pytest.mark.slow
def test_a_spare_that_measured_and_read_ahead_trains_to_the_same_weights(tiny_home):
    """Through the pipes of the real process: trial, reading ahead, train; beside a run that was left alone."""
    config = TINY.with_settings({"epochs": 2, "dropout": 0.3})
    alone, ahead_of = make_run(tiny_home, config), make_run(tiny_home, config)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-P", "-m", "studio.worker"]
    subprocess.run([*command, str(alone.path)], env=environment, check=True, timeout=240, stderr=subprocess.DEVNULL)
    with subprocess.Popen(
        [*command, "--wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
        text=True,
    ) as spare:  # fmt: skip
        assert spare.stdout.readline() == "ready\n"
        for duty in ("trial", "trial", "train"):
            spare.stdin.write(json.dumps({"duty": duty, "run": str(ahead_of.path)}) + "\n")
            spare.stdin.flush()
            if duty == "trial":
                assert json.loads(spare.stdout.readline()) == {"measured": True}
        spare.stdin.close()
        assert spare.wait(240) == 0
    assert isinstance(ahead_of.events()[-1], Finished)
    assert weights(ahead_of) == weights(alone)
