"""The data folder and the run folder: the names of the files in them and what each holds. Knows no task and no screen."""

import json
import os
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from studio import storage
from studio.config import RunConfig
from studio.errors import StudioError
from studio.events import Event, parse_events

_ID = re.compile(r"[a-z0-9]{20}")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"

Part = Literal["train", "validation", "test"]
Request = Literal["start", "stop", "pause", "end"]


def new_id() -> str:
    """A random name nobody can guess: 20 of 36 letters, about 103 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(20))


@dataclass(frozen=True)
class Home:
    """The studio's data folder: `runs/`, `tables/` (uploads), `models/` (downloads and offered folders)."""

    path: Path

    @classmethod
    def default(cls) -> "Home":
        """`STUDIO_HOME`, else `/data` on a Space with a disk, else `~/.finetuning-studio`."""
        named = os.environ.get("STUDIO_HOME")
        on_space = os.environ.get("SPACE_ID") and os.access("/data", os.W_OK)
        return cls(
            Path(named).expanduser().resolve()
            if named
            else Path("/data")
            if on_space
            else Path.home() / ".finetuning-studio"
        )

    @property
    def runs(self) -> Path:
        """One folder a run."""
        return self.path / "runs"

    @property
    def tables(self) -> Path:
        """One folder an upload."""
        return self.path / "tables"

    @property
    def models(self) -> Path:
        """Base models: `hub/` for downloads, `offered/NAME` for folders the administrator put there."""
        return self.path / "models"

    @property
    def supervisor(self) -> storage.Lease:
        """Held by the one process that starts workers for this data folder."""
        return storage.Lease(self.path / "supervisor.json")

    def prepare(self) -> "Home":
        """Make the folders. Raises: StudioError when the place cannot be written."""
        try:
            for folder in (self.runs, self.tables, self.models):
                storage.make_folder(folder)
        except OSError as error:
            raise StudioError(
                f"The data folder cannot be written: {error.strerror}",
                where=str(self.path),
                fix="Set STUDIO_HOME to a folder you may write.",
            ) from error
        return self

    def run(self, run_id: str) -> "RunDir":
        """The run of that id. Raises: StudioError for anything that is not the id of a run here."""
        if not _ID.fullmatch(run_id) or not (self.runs / run_id).is_dir():
            raise StudioError(
                "There is no such run", where=f"run {run_id[:40]!r}", fix="Choose one in the list of runs."
            )
        return RunDir(self.runs / run_id)

    def run_ids(self) -> list[str]:
        """All run folders, in no order."""
        return [path.name for path in self.runs.iterdir() if _ID.fullmatch(path.name)] if self.runs.is_dir() else []

    def table(self, table_id: str) -> Path:
        """The folder of an upload. Raises: StudioError for anything that is not the id of one here."""
        if not _ID.fullmatch(table_id) or not (self.tables / table_id).is_dir():
            raise StudioError("The uploaded table is no longer there", fix="Upload the file again.")
        return self.tables / table_id


@dataclass(frozen=True)
class RunDir:
    """One run. Copy the folder and you have the whole run."""

    path: Path

    @property
    def id(self) -> str:
        """The run's name on disk and in the URL."""
        return self.path.name

    @cached_property
    def config(self) -> RunConfig:
        """The whole order, never changed. Raises: StudioError when the file is missing or damaged."""
        try:
            return RunConfig.parse((self.path / "config.json").read_bytes())
        except OSError as error:
            raise StudioError(
                "The run's settings cannot be read",
                where=f"run {self.id}",
                fix="The run folder is damaged; delete the run.",
            ) from error

    @property
    def title(self) -> str:
        """What people call the run: the name they gave it, else its file's."""
        return self.config.name or self.config.source.file or f"Run {self.id[:6]}"

    @property
    def created(self) -> float:
        """Wall time of the order, seconds since 1970."""
        return (self.path / "config.json").stat().st_mtime

    @property
    def day(self) -> date:
        """The day of the order (UTC), which stays the same when the folder is copied."""
        try:
            return date.fromisoformat(json.loads(self.facts.read_bytes())["created"])
        except (OSError, ValueError, KeyError, TypeError):  # a run of an earlier version
            return datetime.fromtimestamp(self.created, UTC).date()

    def part(self, part: Part) -> Path:
        """The frozen rows of one part, Parquet (see data.example)."""
        return self.path / "data" / f"{part}.parquet"

    @property
    def facts(self) -> Path:
        """`facts.json`: what was counted when the data was frozen (rows, labels, what was left out, sha256 of the parts)."""
        return self.path / "facts.json"

    @property
    def events_file(self) -> Path:
        """The worker's story."""
        return self.path / "events.jsonl"

    @property
    def log(self) -> Path:
        """The worker's output, for people."""
        return self.path / "worker.log"

    @property
    def checkpoints(self) -> Path:
        """Committed folders `step-N`."""
        return self.path / "checkpoints"

    @property
    def model(self) -> Path:
        """The best version, a committed folder."""
        return self.path / "model"

    @property
    def report(self) -> Path:
        """`report.json`, an evaluation.report.Report."""
        return self.path / "report.json"

    @property
    def answers(self) -> Path:
        """`answers.parquet`: what the best version says of every test row."""
        return self.path / "answers.parquet"

    @property
    def trial(self) -> Path:
        """`trial.json`: what a short measured trial found before the start."""
        return self.path / "trial.json"

    @property
    def reading(self) -> Path:
        """`reading.json`: a few training rows as the model reads them (see tasks.read_rows), written by the trial."""
        return self.path / "reading.json"

    @property
    def lease(self) -> storage.Lease:
        """Held by the one live worker."""
        return storage.Lease(self.path / "lease.json")

    @property
    def is_draft(self) -> bool:
        """Whether it was made to be measured, not to be kept: nobody has asked for its start."""
        return self._draft.exists()

    def mark_draft(self) -> None:
        """It may be thrown away until `keep`."""
        storage.write_json(self._draft, {"time": time.time()})

    def keep(self) -> None:
        """A person wants this run: it is no draft any more."""
        storage.remove_file(self._draft)

    @property
    def _draft(self) -> Path:
        return self.path / "draft.json"

    def events(self) -> list[Event]:
        """All events so far."""
        try:
            return parse_events(self.events_file.read_bytes())[0]
        except FileNotFoundError:
            return []

    def request(self, what: Request) -> None:
        """Ask for something: `start` puts the run into the queue, `stop` and `pause` are obeyed within one step.

        `end` is for the supervisor: the worker does not answer, and is to be killed.
        """
        storage.write_json(self.path / what, {"time": time.time()})

    def requested(self, what: Request) -> float | None:
        """When it was asked for (seconds since 1970), or None."""
        try:
            return (self.path / what).stat().st_mtime
        except OSError:
            return None

    def answer_request(self, what: Request) -> bool:
        """Take the request away; False when there was none."""
        return storage.remove_file(self.path / what)
