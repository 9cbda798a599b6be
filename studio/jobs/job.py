"""A worker as the supervisor sees it: started by it or found at work."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass

from studio.rundir import RunDir
from studio.storage import Holder

PATIENCE_S = 12.0
"""A spare hears its order between two batches, but not while it loads a model; a worker started anew takes about this long."""


@dataclass
class Job:
    """A worker at work, or on its way."""

    run: RunDir
    process: subprocess.Popen[bytes] | None
    """None for one that this supervisor did not start but found by its lease."""
    told: int
    """Number of the run's last event before the worker began."""
    asked: float | None = None
    """Time of the `start` request it answers."""
    holder: Holder | None = None
    """Who holds the run's lease; None while the worker is on its way."""
    spare_since: float | None = None
    """`time.monotonic()` when a spare was ordered to do it; None for a worker started for this run."""
    is_ended: bool = False
    """Whether it was killed because people wanted it gone."""

    def is_late(self) -> bool:
        """Whether a spare was ordered long ago and has not begun."""
        return self.holder is None and self.spare_since is not None and time.monotonic() - self.spare_since > PATIENCE_S

    def ask_to_leave(self) -> None:
        """SIGTERM: save, say so, and leave."""
        if self.process is not None:
            self.process.terminate()
        elif self.holder is not None and self.holder.is_alive and self.holder.is_here:
            os.kill(self.holder.pid, signal.SIGTERM)

    def end(self) -> None:
        """SIGKILL: it does not answer, and people want it gone."""
        if self.holder is not None and self.holder.is_alive and self.holder.is_here:
            os.kill(self.holder.pid, signal.SIGKILL)
            self.is_ended = True
