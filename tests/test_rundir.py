"""rundir: ids, paths, requests, the data folder."""

import os
from datetime import date
from pathlib import Path

import pytest

from studio import storage
from studio.config import RunConfig
from studio.errors import StudioError
from studio.events import Preparing, to_line
from studio.rundir import Home, RunDir, new_id


def test_ids_are_random_and_of_one_form() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(found) == 20 and found.isalnum() and found == found.lower() and found.isascii() for found in ids)


def test_home_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "here"))
    assert Home.default().path == tmp_path / "here"
    monkeypatch.delenv("STUDIO_HOME")
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert Home.default().path == Path.home() / ".finetuning-studio"
    monkeypatch.setenv("SPACE_ID", "someone/studio")
    monkeypatch.setattr(os, "access", lambda path, mode: True)
    assert Home.default().path == Path("/data")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert Home.default().path == Path.home() / ".finetuning-studio"


def test_home_makes_its_folders_for_the_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path / "deep" / "home").prepare()
    for folder in (home.path, home.runs, home.tables, home.models):
        assert folder.stat().st_mode & 0o777 == 0o700
    home.prepare()


def test_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StudioError, match="cannot be written") as caught:
        Home(tmp_path / "file" / "home").prepare()
    assert "STUDIO_HOME" in caught.value.fix


HOSTILE = ["", ".", "..", "../../etc", "a" * 19, "a" * 21, "A" * 20, "a" * 19 + "/", "a" * 19 + "\n", "a" * 20 + "\n"]
HOSTILE += ["ä" * 20, "a" * 10 + "\0" + "a" * 9, "%2e" * 6 + "aa", "a" * 5000, "٣" * 20]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_but_an_id_reaches_a_path(home: Home, hostile: str) -> None:
    with pytest.raises(StudioError, match="no such run"):
        home.run(hostile)
    with pytest.raises(StudioError, match="no longer there"):
        home.table(hostile)


def test_the_day_of_a_run_is_frozen_with_its_data(home: Home) -> None:
    run = RunDir(home.runs / new_id())
    storage.make_folder(run.path)
    (run.path / "config.json").write_text("{}")
    os.utime(run.path / "config.json", (86_400 * 365, 86_400 * 365))
    assert run.day == date(1971, 1, 1)
    for damaged in ("{}", "[1]", "{", '{"created": 7}', '{"created": "soon"}'):
        run.facts.write_text(damaged)
        assert run.day == date(1971, 1, 1)
    run.facts.write_text('{"created": "2026-11-23"}')
    assert run.day == date(2026, 11, 23)


def test_runs_and_tables_are_found_by_id(home: Home) -> None:
    run_id, table_id = new_id(), new_id()
    with pytest.raises(StudioError, match="no such run"):
        home.run(run_id)
    (home.runs / run_id).mkdir()
    (home.tables / table_id).mkdir()
    (home.runs / ".stage-x").mkdir()
    assert home.run(run_id).id == run_id
    assert home.table(table_id) == home.tables / table_id
    assert home.run_ids() == [run_id]
    assert Home(home.path / "nowhere").run_ids() == []


def test_config_is_read_once_and_refused_in_words(tmp_path: Path) -> None:
    run = RunDir(tmp_path)
    with pytest.raises(StudioError, match="cannot be read"):
        _ = run.config
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(StudioError, match="JSON"):
        _ = run.config
    (tmp_path / "config.json").write_text(RunConfig(name="One").model_dump_json())
    assert run.config.name == "One"
    assert run.created == (tmp_path / "config.json").stat().st_mtime


def test_requests_are_made_seen_and_answered(tmp_path: Path) -> None:
    run = RunDir(tmp_path)
    for what in ("start", "stop", "pause"):
        assert run.requested(what) is None  # type: ignore[arg-type]
        assert not run.answer_request(what)  # type: ignore[arg-type]
        run.request(what)  # type: ignore[arg-type]
        assert run.requested(what) == (tmp_path / what).stat().st_mtime  # type: ignore[arg-type]
        assert run.answer_request(what)  # type: ignore[arg-type]
        assert run.requested(what) is None  # type: ignore[arg-type]


def test_every_file_lies_in_the_folder(tmp_path: Path) -> None:
    run = RunDir(tmp_path)
    files = [run.facts, run.events_file, run.log, run.checkpoints, run.model, run.report, run.answers, run.trial]
    files += [run.lease.path, *(run.part(part) for part in ("train", "validation", "test"))]
    assert all(file.is_relative_to(tmp_path) for file in files)
    assert len(set(files)) == len(files)


def test_events_are_those_of_whole_lines(tmp_path: Path) -> None:
    run = RunDir(tmp_path)
    assert run.events() == []
    event = Preparing(seq=1, time=2.0, what="x")
    storage.write_file(run.events_file, to_line(event) + b'{"seq": 2, "kind": "prep')
    assert run.events() == [event]
