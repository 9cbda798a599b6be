"""Runs made from tables, listed, deleted."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from studio import storage
from studio.config import RunConfig
from studio.data.example import from_parquet
from studio.data.read import read_table
from studio.data.table import Table
from studio.errors import StudioError
from studio.events import Checked, Event, Failed, Finished, Paused, Preparing, Saved, Started, Step, to_line
from studio.jobs import actions
from studio.jobs.briefs import brief
from studio.jobs.launch import worker_environment
from studio.jobs.queue import waiting
from studio.jobs.runs import create_run, delete_run, list_runs
from studio.rundir import Home, Part, RunDir
from studio.storage import problems_of
from studio.story import Story

from .conftest import FAKE, status, until
from .fake_worker import AXIS

SHARED_DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
MakeRun = Callable[..., RunDir]
PARTS: tuple[Part, ...] = ("train", "validation", "test")
CONFIG = RunConfig(name="Cats", columns={"text": "message", "label": "animal"})


def made_table(tmp_path: Path, rows: int = 60, name: str = "animals.csv", start: int = 0) -> Table:
    lines = [
        f'"{("meow", "woof", "moo")[n % 3]} said number {n}, twice",{("cat", "dog", "cow")[n % 3]}'
        for n in range(start, rows)
    ]
    (tmp_path / name).write_text("\n".join(["message,animal", *lines]) + "\n")
    return read_table(tmp_path / name, name)


def real_table(tmp_path: Path) -> tuple[Table, RunConfig]:
    """A real one where the data lies beside the checkout, else one of our own."""
    file = SHARED_DATA / "demo" / "bank_support_questions.csv"
    if not file.exists():
        return made_table(tmp_path, 400), CONFIG
    return read_table(file, file.name), RunConfig(columns={"text": "question", "label": "topic"})


def test_create_freezes_every_row_once(home: Home, tmp_path: Path) -> None:
    table, config = real_table(tmp_path)
    run = create_run(home, table, config)
    rows = {part: from_parquet(run.part(part).read_bytes()) for part in PARTS}
    numbers = [example.row for examples in rows.values() for example in examples]
    assert sorted(numbers) == list(table.rows)
    texts = dict(zip(table.rows, table.column(config.columns["text"]), strict=True))
    assert all(example.inputs == {"text": texts[example.row]} for examples in rows.values() for example in examples)
    facts = json.loads(run.facts.read_bytes())
    assert facts["rows"] == len(table)
    assert abs((datetime.now(UTC).date() - run.day).days) <= 1
    assert facts["created"] == run.day.isoformat()
    assert facts["parts"] == {part: len(examples) for part, examples in rows.items()}
    assert sum(facts["labels"].values()) == len(table)
    assert facts["sha256"] == {part: sha256(run.part(part).read_bytes()).hexdigest() for part in PARTS}
    assert facts["left_out"] == {"count": 0, "first": []}
    assert run.config.source.model_dump() == {
        "file": table.name,
        "sha256": table.sha256,
        "rows": len(table),
        "test_file": "",
        "edits": (),
        "conventions": {},
        "read_as": {},
    }
    assert problems_of(run.path) == []
    assert status(run) == "draft"
    assert home.run(run.id) == run


def test_create_is_the_same_for_the_same_seed(home: Home, tmp_path: Path) -> None:
    table = made_table(tmp_path)
    first, again = (create_run(home, table, CONFIG) for _ in range(2))
    other = create_run(home, table, CONFIG.with_settings({"seed": 2}))
    data = [[run.part(part).read_bytes() for part in PARTS] for run in (first, again, other)]
    assert data[0] == data[1] != data[2]
    assert len({first.id, again.id, other.id}) == 3


def test_create_tells_what_was_left_out(home: Home, tmp_path: Path) -> None:
    good = "".join(f"a good text {n},{'ab'[n % 2]}\n" for n in range(40))
    (tmp_path / "t.csv").write_text("message,animal\n" + good + ",a\n" * 25 + "no label,\n")
    run = create_run(home, read_table(tmp_path / "t.csv", "t.csv"), CONFIG)
    left_out = json.loads(run.facts.read_bytes())["left_out"]
    assert left_out["count"] == 26
    assert len(left_out["first"]) == 20
    assert left_out["first"][0] == {"row": 42, "column": "message", "value": "", "what": "The text is empty"}


def test_create_with_a_test_file(home: Home, tmp_path: Path) -> None:
    table, test = made_table(tmp_path, 60), made_table(tmp_path, 90, "test.csv", start=70)
    run = create_run(home, table, CONFIG, test)
    assert len(from_parquet(run.part("test").read_bytes())) == 20
    assert run.config.source.test_file == "test.csv"


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"text": "message"}, "“Label” is not chosen"),
        ({"text": "message", "label": "nowhere"}, "no column “nowhere”"),
    ],
)
def test_create_refuses_in_words_and_leaves_nothing(
    home: Home, tmp_path: Path, columns: dict[str, str], says: str
) -> None:
    with pytest.raises(StudioError, match=says) as caught:
        create_run(home, made_table(tmp_path), CONFIG.model_copy(update={"columns": columns}))
    assert "message, animal" in caught.value.fix
    assert list(home.runs.iterdir()) == []


def test_create_on_a_full_disk_leaves_nothing(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    table = made_table(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(storage.disk, "write_new", full)
        with pytest.raises(StudioError, match="disk is full"):
            create_run(home, table, CONFIG)
    assert list(home.runs.iterdir()) == []


# Listing


def tell(run: RunDir, *events: Event) -> RunDir:
    lines = (to_line(event.model_copy(update={"seq": n, "time": 100.0 + n})) for n, event in enumerate(events, 1))
    storage.write_file(run.events_file, b"".join(lines))
    return run


STARTED = Started(total_steps=9, **AXIS)


def checked(step: int, value: float, is_best: bool) -> Checked:
    return Checked(
        step=step, epoch=1, loss=0.5, metrics={"accuracy": value}, is_best=is_best, best_step=step, best_value=value,
        chances_left=3,
    )  # fmt: skip


def step(number: int) -> Step:
    return Step(step=number, epoch=1, loss=1, learning_rate=1)


def test_list_newest_first_with_results(home: Home, make_run: MakeRun) -> None:
    finished = tell(
        make_run(),
        STARTED,
        Finished(step=9, reason="all epochs done", best_step=5, metrics={"macro_f1": 0.7, "accuracy": 0.8}, seconds=7),
    )
    time.sleep(0.02)
    failed = tell(make_run(), STARTED, step(1), checked(1, 0.6, True), checked(2, 0.5, False), Failed(what="x"))
    time.sleep(0.02)
    queued = make_run()
    actions.start(queued)
    listed = list_runs(home)
    assert [summary.id for summary in listed] == [queued.id, failed.id, finished.id]
    assert [summary.status for summary in listed] == ["queued", "failed", "finished"]
    assert [(summary.metric, summary.value, summary.part) for summary in listed] == [
        ("", None, ""),
        ("accuracy", 0.6, "validation"),
        ("accuracy", 0.8, "test"),
    ]
    assert [summary.place for summary in listed] == [1, 0, 0]
    assert listed[1].seconds == 4.0
    assert {summary.damaged for summary in listed} == {""}


def damage_config(run: RunDir) -> None:
    (run.path / "config.json").write_bytes(b"\0" * 10)


def remove_config(run: RunDir) -> None:
    (run.path / "config.json").unlink()


def newer_config(run: RunDir) -> None:
    (run.path / "config.json").write_text('{"version": 99}')


def remove_part(run: RunDir) -> None:
    run.part("validation").unlink()


def events_is_a_folder(run: RunDir) -> None:
    run.events_file.mkdir()


def empty(run: RunDir) -> None:
    shutil.rmtree(run.path)
    run.path.mkdir()


@pytest.mark.parametrize("damage", [damage_config, remove_config, newer_config, remove_part, events_is_a_folder, empty])
def test_a_damaged_run_is_listed_and_hides_no_other(
    home: Home, make_run: MakeRun, damage: Callable[[RunDir], None]
) -> None:
    good, bad = make_run(), make_run()
    damage(bad)
    listed = {summary.id: summary for summary in list_runs(home)}
    assert listed[good.id].damaged == ""
    assert listed[bad.id].damaged.endswith(".")
    delete_run(home, bad.id)
    assert [summary.id for summary in list_runs(home)] == [good.id]


def test_garbage_in_the_events_is_skipped(home: Home, make_run: MakeRun) -> None:
    run = tell(make_run(), STARTED, checked(1, 0.6, True), Failed(what="x"))
    whole = run.events_file.read_bytes()
    lines = whole.splitlines(keepends=True)
    run.events_file.write_bytes(
        lines[0] + b"\xff\xfe{{\n" + b'{"kind": "of the future"}\n' + b"".join(lines[1:]) + b'{"to'
    )
    (summary,) = list_runs(home)
    assert (summary.status, summary.value) == ("failed", 0.6)


def test_what_is_no_run_is_not_listed(home: Home, make_run: MakeRun) -> None:
    run = make_run()
    (home.runs / ".stage-x-1-2").mkdir()
    (home.runs / "UPPER").mkdir()
    (home.runs / "notes.txt").touch()
    assert [summary.id for summary in list_runs(home)] == [run.id]
    assert list_runs(Home(home.path / "nowhere")) == []


def test_five_hundred_runs_are_listed_fast(home: Home, make_run: MakeRun) -> None:
    model = tell(
        make_run(),
        STARTED,
        *(step(number) for number in range(1, 1500)),
        checked(1500, 0.9, True),
        Failed(what="x"),
    )
    for number in range(499):
        shutil.copytree(model.path, home.runs / f"{number:020d}")
    start = time.monotonic()
    assert len(list_runs(home)) == 500
    cold = time.monotonic() - start
    start = time.monotonic()
    assert len(list_runs(home)) == 500
    warm = time.monotonic() - start
    assert cold < 8  # measured 1.1 s (375 000 events), limits for a busy machine
    assert warm < 1.5  # measured 0.1 s


def test_queue_order(home: Home, make_run: MakeRun) -> None:
    runs = [make_run() for _ in range(3)]
    for moment, run in enumerate((runs[1], runs[2], runs[0])):
        run.request("start")
        os.utime(run.path / "start", (1000 + moment, 1000 + moment))
    assert waiting(home) == [runs[1].id, runs[2].id, runs[0].id]
    assert runs[1].lease.acquire()
    assert waiting(home) == [runs[2].id, runs[0].id]


# Briefs


@pytest.mark.parametrize("resumes", [False, True])
def test_a_brief_tells_what_the_whole_story_tells(make_run: MakeRun, resumes: bool) -> None:
    told: list[Event] = [Preparing(what="x"), STARTED, step(1), step(2), Saved(step=2), checked(2, 0.5, True), step(3)]
    if resumes:
        told += [Paused(step=3), Preparing(what="x"), STARTED.model_copy(update={"step": 2}), step(3), step(4)]
    run = tell(make_run(), *told)
    short, whole = brief(run), Story.of(run.events())
    assert short.steps == whole.steps[-1:]
    for field in ("checks", "saved", "last", "seconds", "resumed", "step", "best", "started"):
        assert getattr(short, field) == getattr(whole, field), field
    assert short.status(run) == whole.status(run)
    assert brief(run) is short  # kept
    with run.events_file.open("ab") as file:
        file.write(to_line(Paused(seq=99, time=999, step=4)))
    assert isinstance(brief(run).last, Paused)


# Deleting


def test_delete_removes_all_of_it_and_nothing_else(home: Home, make_run: MakeRun) -> None:
    run, other = make_run(), make_run()
    before = sorted(path.name for path in other.path.rglob("*"))
    delete_run(home, run.id)
    assert [path.name for path in home.runs.iterdir()] == [other.id]
    assert sorted(path.name for path in other.path.rglob("*")) == before
    with pytest.raises(StudioError, match="no such run"):
        delete_run(home, run.id)


def test_delete_is_refused_while_a_worker_lives(home: Home, make_run: MakeRun) -> None:
    run = make_run(steps=10_000)
    with subprocess.Popen([sys.executable, FAKE, str(run.path)], env=worker_environment()) as worker:
        until(lambda: status(run) == "training")
        with pytest.raises(StudioError, match="at work"):
            delete_run(home, run.id)
        worker.kill()
        worker.wait()
    delete_run(home, run.id)
    assert list_runs(home) == []


@pytest.mark.parametrize(
    "hostile", ["", ".", "..", "../runs", "/etc", "a" * 19, "A" * 20, "a" * 19 + "/", "a" * 20 + "\0"]
)
def test_delete_takes_nothing_but_ids(home: Home, make_run: MakeRun, hostile: str) -> None:
    make_run()
    with pytest.raises(StudioError, match="no such run"):
        delete_run(home, hostile)
    assert len(list_runs(home)) == 1
