"""Downloads in the background: seen by all, cancelled, failed, and tried again."""

import time
from collections.abc import Callable, Iterator

import pytest
from stand_in_hub import NAME, REVISION, WEIGHTS, StandInHub, standing_in

from studio.models.hub import downloaded, on_its_way, transfer
from studio.models.hub.background import Downloads
from studio.models.presets import Preset
from studio.rundir import Home

PRESET = Preset(NAME, "Encoder", "encoder", 1.0, 512, "English", "mit", revision=REVISION)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInHub]:
    monkeypatch.setattr(transfer, "PAUSE_S", 0.0)
    with standing_in() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server


def until(it_is: Callable[[], object]) -> None:
    for _ in range(3000):
        if it_is():
            return
        time.sleep(0.01)
    raise AssertionError("it never was")


def test_it_works_while_others_look_at_it(hub: StandInHub, home: Home) -> None:
    downloads = Downloads()
    hub.slow_s = 0.01
    assert downloads.of(home, PRESET) is None
    at_work = downloads.start(home, PRESET)
    assert downloads.start(home, PRESET) is at_work  # a second click, or another tab, starts nothing new
    until(lambda: at_work.done > 0)
    assert at_work.total > len(WEIGHTS)
    until(lambda: at_work.is_over)
    assert at_work.error is None
    assert downloads.of(home, PRESET) is at_work
    assert downloaded(home, PRESET) is not None
    assert at_work.seconds_left is None
    assert sum(path.endswith("model.safetensors") for path in hub.asked) == 1


def test_a_failed_one_says_why_and_goes_on_when_started_again(hub: StandInHub, home: Home) -> None:
    downloads = Downloads()
    hub.cuts = {"model.safetensors": 0}
    first = downloads.start(home, PRESET)
    until(lambda: first.is_over)
    assert first.error is not None
    assert "broke off" in first.error.what
    assert on_its_way(home, PRESET) > 0
    hub.cuts = {}
    second = downloads.start(home, PRESET)
    assert second is not first
    until(lambda: second.is_over)
    assert second.error is None
    assert downloaded(home, PRESET) is not None


def test_a_cancelled_one_ends_and_keeps_what_has_come(hub: StandInHub, home: Home) -> None:
    downloads = Downloads()
    hub.slow_s = 0.02
    at_work = downloads.start(home, PRESET)
    until(lambda: at_work.done > 10_000)
    downloads.cancel(home, PRESET)
    assert at_work.is_cancelled
    until(lambda: at_work.is_over)
    assert at_work.error is not None
    assert "cancelled" in at_work.error.what
    assert downloaded(home, PRESET) is None
    assert on_its_way(home, PRESET) > 0


def test_cancelling_what_is_not_at_work_does_nothing(home: Home) -> None:
    Downloads().cancel(home, PRESET)


def test_a_bug_on_the_way_does_not_leave_people_waiting(
    hub: StandInHub, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    seen: list[object] = []
    monkeypatch.setattr("threading.excepthook", lambda told: seen.append(told.exc_value))
    monkeypatch.setattr("studio.models.hub.background.download", broken)
    at_work = Downloads().start(home, PRESET)
    until(lambda: at_work.is_over and seen)
    assert at_work.error is not None
    assert "unexpectedly" in at_work.error.what
    assert str(seen[0]) == "a bug"
