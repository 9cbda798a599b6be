"""The worker's hold on its run: beaten while it is in a long call, and nothing written once it is lost."""

import time
from dataclasses import asdict, replace

import pytest
import torch

from studio import storage
from studio.events import Saved
from studio.storage import Hold, Holder
from studio.worker import evaluate, finish, prepare, train
from studio.worker.reporter import Reporter

TAKEN = 3


HOLDS = []
"""Those that workers made, the newest last."""
LEFT = {}
"""Run folder → its files, with the times they were written, when the run was lost."""


@pytest.fixture
def quick_beats(monkeypatch):
    def hold(lease):
        HOLDS.append(Hold(lease, every_s=0.01))
        return HOLDS[-1]

    monkeypatch.setattr(storage, "Hold", hold)


def until(is_so):
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, "it never became so"
        time.sleep(0.005)


def test_the_lease_is_beaten_while_the_model_is_loaded(new_run, work, monkeypatch, quick_beats):
    run = new_run(epochs=1)
    original = prepare.load_base

    def slow(*arguments, **named):
        before = run.lease.holder().beat
        until(lambda: run.lease.holder().beat > before)
        return original(*arguments, **named)

    monkeypatch.setattr(prepare, "load_base", slow)
    assert work(run) == 0
    assert run.lease.holder() is None


def test_every_batch_is_progress(new_run):
    run = new_run()
    assert run.lease.acquire()
    with Hold(run.lease) as hold:
        reporter = Reporter(run, hold)
        for act in (reporter.beat, reporter.breathe, reporter.sync, lambda: reporter.prepare("Reading the rows")):
            hold.progress = 0.0
            act()
            assert hold.progress > time.time() - 100
        reporter.close()


def lose(run):
    """Another machine takes the run over, and the worker's next beat tells."""
    with run.lease._alone():
        storage.write_json(run.lease.path, asdict(replace(Holder.me(), host="elsewhere", pid=1)))
    until(lambda: HOLDS[-1].is_lost)
    LEFT.setdefault(run.path, written(run))


def written(run):
    return {path: path.stat().st_mtime_ns for path in run.path.rglob("*") if path.is_file()}


def in_a_step(run, monkeypatch):
    """And the step itself fails, which would be told otherwise."""
    original = train.Training.step

    def step(self):
        original(self)
        if self.state.step == 3:
            lose(run)
            raise torch.OutOfMemoryError

    monkeypatch.setattr(train.Training, "step", step)


def in_a_check(run, monkeypatch):
    original = evaluate.check

    def check(*arguments):
        lose(run)
        return original(*arguments)

    monkeypatch.setattr(train, "check", check)


def before_a_checkpoint(run, monkeypatch):
    original = train.Training.save

    def save(self):
        lose(run)
        original(self)

    monkeypatch.setattr(train.Training, "save", save)


def in_the_probe(run, monkeypatch):
    original = prepare.fit_probe

    def fit_probe(*arguments, **named):
        lose(run)
        return original(*arguments, **named)

    monkeypatch.setattr(prepare, "fit_probe", fit_probe)


def before_the_report(run, monkeypatch):
    original = finish.build_report

    def build_report(**named):
        lose(run)
        return original(**named)

    monkeypatch.setattr(finish, "build_report", build_report)


@pytest.mark.parametrize(
    "place",
    [in_the_probe, in_a_step, in_a_check, before_a_checkpoint, before_the_report],
    ids=lambda place: place.__name__,
)
def test_who_lost_the_run_writes_nothing_more(new_run, work, monkeypatch, quick_beats, place):
    run = new_run(epochs=2)
    place(run, monkeypatch)
    assert work(run) == TAKEN
    assert written(run) == LEFT[run.path]
    assert run.lease.holder().host == "elsewhere"
    if place is before_a_checkpoint:
        assert not any(isinstance(event, Saved) for event in run.events())
