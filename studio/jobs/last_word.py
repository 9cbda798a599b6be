"""The last word on a run whose worker died without one: the cause, as far as it is known, and what to do."""

import signal
import time
from dataclasses import dataclass

from studio import storage
from studio.events import Event, Failed, to_line
from studio.rundir import RunDir
from studio.storage import Holder

_BY_SIGNAL = {
    signal.SIGKILL: (
        "The training process was ended from outside, probably because the machine ran out of memory",
        "If it happens again, lower 'Rows per step' or 'Text length limit', or choose a smaller base model.",
    ),
    signal.SIGTERM: ("The training process was asked to end before it could save", ""),
    signal.SIGINT: ("The training process was interrupted before it could save", ""),
    signal.SIGSEGV: ("The training process crashed inside a compiled library", "If it happens again, report it with worker.log."),
    signal.SIGABRT: ("The training process crashed inside a compiled library", "If it happens again, report it with worker.log."),
    signal.SIGBUS: ("The training process crashed while reading memory or disk", "Check that the disk is not full."),
    signal.SIGFPE: ("The training process crashed in a calculation", "If it happens again, report it with worker.log."),
    signal.SIGILL: (
        "This processor lacks an instruction that the installed libraries use",
        "Install builds of torch and numpy made for this processor.",
    ),
}  # fmt: skip


_TAKEN = 3
"""Exit code of a worker that found the run in the hands of another."""


@dataclass(frozen=True)
class Death:
    """How a worker ended: its exit code if it was our child (negative: the signal), and who held the lease."""

    code: int | None
    holder: Holder | None = None
    on_request: bool = False
    """Whether people ended it, since it did not answer."""

    def words(self) -> tuple[str, str]:
        """What happened, and what to do about it."""
        if self.on_request:
            return "The training process did not answer and was ended, as you asked", ""
        if self.code is None and self.holder is not None and not self.holder.is_here:
            return "The machine was restarted while the run was training", ""
        if self.code is None:
            return "The training process is gone", "It was ended from outside, or the machine ran out of memory."
        if self.code < 0:
            what, fix = _BY_SIGNAL.get(-self.code, ("", ""))  # type: ignore[call-overload]
            return what or f"The training process was ended by signal {-self.code}", fix
        if self.code == 0:
            return "The training process ended without a word", "If it happens again, report it with worker.log."
        if self.code == _TAKEN:
            return (
                "Another worker had taken the run over",
                "This happens when a shared disk is out of reach for a minute.",
            )
        return f"The training process ended with exit code {self.code}", "The reason is at the end of worker.log."


def can_resume(run: RunDir) -> bool:
    """Whether a committed checkpoint is there; the worker verifies it and falls back to the one before."""
    return any((folder / storage.MANIFEST).is_file() for folder in run.checkpoints.glob("step-*"))


def failed(run: RunDir, death: Death, step: int) -> Failed:
    """The event to append for that death."""
    what, fix = death.words()
    resumable = can_resume(run)
    advice = (
        "Resume it: it goes on from the last checkpoint."
        if resumable
        else "Start it again: there was no checkpoint yet."
    )
    return Failed(step=step, what=what, where=f"step {step}", fix=f"{fix} {advice}".strip(), can_resume=resumable)


def say(run: RunDir, event: Event) -> bool:
    """Append an event in place of the worker; False, and nothing is written, when a worker lives.

    The lease is held meanwhile, so that the story never has two writers. Raises: OSError, StudioError when the disk
    is full.
    """
    if not run.lease.acquire():
        return False
    try:
        told = run.events()
        numbered = event.model_copy(update={"seq": told[-1].seq + 1 if told else 1, "time": time.time()})
        log = storage.Log(run.events_file)
        try:
            log.append(to_line(numbered), durable=True)
        finally:
            log.close()
    finally:
        run.lease.release()
    return True


def clear_checkpoints(run: RunDir) -> None:
    """Remove what is left of a finished run's checkpoints: the last deed of its worker, which a kill may have cut short.

    Raises: OSError, StudioError.
    """
    left = [path for path in (run.checkpoints, *run.path.glob(".trash-*")) if path.is_dir()]
    if not left or not run.lease.acquire():
        return
    try:
        for path in left:
            storage.remove_folder(path)
    finally:
        run.lease.release()
