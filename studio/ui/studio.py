"""What the server holds once for all its pages: the data folder, the queue, the warm processes, the limits."""

from dataclasses import dataclass, field
from functools import cached_property

from studio.data.read import Limits
from studio.jobs.answering import Answering
from studio.jobs.runs import delete_old_drafts
from studio.jobs.spare import Spares
from studio.jobs.supervisor import Supervisor
from studio.models.sizing import Machine
from studio.rundir import Home
from studio.ui.sessions import Sessions


@dataclass(frozen=True)
class Studio:
    """Handlers get it as their first argument (bound in `ui.wiring`). Of visitors it holds the newest sessions only."""

    home: Home
    supervisor: Supervisor
    answering: Answering
    spares: Spares
    limits: Limits
    sessions: Sessions = field(default_factory=Sessions)

    @cached_property
    def machine(self) -> Machine:
        """Cores, memory and graphics card of this machine, looked up once."""
        return Machine.here()

    @classmethod
    def at(cls, home: Home, *, spare: bool = True) -> "Studio":
        """A studio on that data folder, at rest: nothing runs before `start`."""
        spares = Spares(enabled=spare)
        return cls(home, Supervisor(home, spares=spares), Answering(spares), spares, Limits())

    def start(self) -> None:
        """Begin to look after the runs of the data folder."""
        self.home.prepare()
        delete_old_drafts(self.home)
        self.supervisor.start()

    def close(self) -> None:
        """Workers save and pause (the next start continues them); the warm processes end."""
        self.supervisor.close(pause_workers=True)
        self.answering.close()
        self.spares.close()
