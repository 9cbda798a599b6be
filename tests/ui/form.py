"""A studio at rest on a data folder of its own, and a form that has come as far as the settings."""

import csv
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from studio.config import SETTINGS
from studio.data.read import Limits
from studio.jobs.supervisor import Supervisor
from studio.models.sizing import Machine
from studio.rundir import Home
from studio.ui.session import Session
from studio.ui.sessions import Sessions
from studio.ui.steps import data


@dataclass
class StandIn:
    """What handlers of the form need of a `Studio`; no process behind it."""

    home: Home
    limits: Limits = field(default_factory=Limits)
    machine: Machine = Machine(cores=2, memory=24 * 10**9, available=20 * 10**9)
    sessions: Sessions = field(default_factory=Sessions)
    spares: Any = field(default_factory=lambda: SimpleNamespace(has_ready=True))

    @property
    def supervisor(self) -> Supervisor:
        """One at rest: it starts nothing."""
        return Supervisor(self.home)


TEXTS = ("I was charged twice for my order", "Where is my parcel", "I cannot log in to my account any more")


def write_table(path: Path, rows: int = 90, labels: tuple[str, ...] = ("billing", "delivery", "account")) -> Path:
    """A small table that can be trained on; every text differs."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ticket", "topic"])
        for row in range(rows):
            writer.writerow([f"{TEXTS[row % len(TEXTS)]}, number {row}", labels[row % len(labels)]])
    return path


def filled(studio: StandIn, folder: Path, **options: Any) -> Session:
    """The session after a table was dropped."""
    session, *_view = data.take_upload(studio, Session(), str(write_table(folder / "tickets.csv", **options)))
    return session


def typed(**changed: Any) -> list[Any]:
    """The advanced view's values as the page sends them: empty but for these."""
    return [changed.get(name) for name in SETTINGS]
