"""events: every kind survives the file, and one bad line never hides the rest."""

import json
import random
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from studio.events import Event, Failed, Preparing, Step, from_line, parse_events, to_line

KINDS: tuple[type[BaseModel], ...] = get_args(Event)
VALUES: dict[str, Any] = {
    "what": "Reading “rows” \u2028 <b>", "text": "line one\nline two\r", "step": 3, "total_steps": 9, "steps_per_epoch": 3,
    "epochs": 3, "check_every": 1, "train_rows": 8, "validation_rows": 2, "watch": "macro_f1", "watch_mode": "max",
    "patience": 4, "device": "cpu", "precision": "float32", "epoch": 0.5, "loss": 0.1 + 0.2, "learning_rate": 1e-4,
    "metrics": {"accuracy": 2 / 3}, "is_best": True, "best_step": 3, "best_value": 0.5, "chances_left": 2,
    "reason": "stopped early", "seconds": 1.5,
}  # fmt: skip


def sample(kind: type[BaseModel]) -> Any:
    needed = {name: VALUES[name] for name, field in kind.model_fields.items() if field.is_required()}
    return kind(**needed, seq=7, time=1.5)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_round_trip(kind: type[BaseModel]) -> None:
    event = sample(kind)
    line = to_line(event)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert len(line.splitlines()) == 1
    assert from_line(line) == event
    assert json.loads(line)["kind"] == kind.model_fields["kind"].default


def test_kinds_are_told_apart() -> None:
    assert len({kind.model_fields["kind"].default for kind in KINDS}) == len(KINDS)


def test_fields_of_a_newer_writer_are_ignored() -> None:
    event = from_line(b'{"seq": 1, "time": 2, "kind": "preparing", "what": "x", "mood": "new"}')
    assert event == Preparing(seq=1, time=2, what="x")


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"[]", b"null", b"7", b"\xff\xfe", b'{"kind": "future"}', b'{"kind": "step"}', b'{"kind": ["step"]}']
    + [b'{"kind": "preparing", "what": 3}', b"\0\0\0\0", b"[" * 50_000],
)
def test_bad_lines_are_nothing(line: bytes) -> None:
    assert from_line(line) is None


def test_a_line_being_written_waits() -> None:
    whole = to_line(Preparing(seq=1, what="x"))
    half = to_line(Failed(seq=2, what="y"))
    for cut in range(len(half)):
        assert parse_events(whole + half[:cut]) == ([Preparing(seq=1, what="x")], len(whole))
    assert parse_events(whole + half)[1] == len(whole) + len(half)
    assert parse_events(b"") == ([], 0)


def test_following_a_growing_file_gives_each_event_once() -> None:
    told = [Step(seq=n, step=n, epoch=n / 3, loss=1 / (n + 1), learning_rate=1e-4) for n in range(200)]
    data = b"".join(map(to_line, told))
    dice, seen, at, size = random.Random(1), [], 0, 0
    while at < len(data):
        size = min(len(data), max(size, at) + dice.randrange(1, 400))
        events, used = parse_events(data[at:size])
        seen += events
        at += used
    assert seen == told


def test_what_json_cannot_hold_is_left_out_not_passed_on() -> None:
    """A loss of NaN becomes null, which is no number: the reader drops the line and shows the rest."""
    line = to_line(Step(step=1, epoch=1, loss=float("nan"), learning_rate=1))
    assert b"NaN" not in line
    assert from_line(line) is None
