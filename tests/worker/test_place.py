"""Where a worker computes."""

import os

import pytest

from studio.worker.place import threads


@pytest.fixture
def cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(6)), raising=False)
    monkeypatch.setattr("pathlib.Path.read_text", lambda *_: "400000 100000")


@pytest.mark.parametrize(("asked", "used"), [(None, 4), ("2", 2), ("99", 4), ("0", 1), ("many", 4)])
def test_the_cores_that_are_ours_and_no_more_than_asked(cores, monkeypatch, asked, used):
    monkeypatch.delenv("OMP_NUM_THREADS")
    if asked:
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert threads() == used
