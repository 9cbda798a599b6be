"""Spares: worker processes that have torch imported already and wait for a duty, which saves the click ten seconds.

A spare reads its one line of orders from a pipe that this process holds, so it ends when this process does.
"""

import json
import logging
import os
import select
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Any, Literal

from studio.errors import StudioError
from studio.jobs.launch import LOCAL, Launcher

Duty = Literal["train", "trial", "inspect", "answer"]

REST_S = 15.0
"""After one was taken, the next is warmed this much later: its imports would slow down the one at work."""
DISCOURAGED_S = 120.0
"""After one died by itself, none is tried for this long."""

_log = logging.getLogger(__name__)


class Spare:
    """A process started with `--wait`, and the pipes to it. Talks in lines; every wait has an end.

    Making one raises OSError when the system refuses.
    """

    def __init__(self, launcher: Launcher) -> None:
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._heard = b""
        self._is_over = False
        self.was_ready = False
        """Whether it is known that everything is imported."""
        self._talking = threading.Lock()
        """Who listens and who closes the pipes may be two threads."""
        try:
            self.process = subprocess.Popen(
                launcher.spare_command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=launcher.environment(),
                start_new_session=True,
                bufsize=0,
            )
        except OSError:
            self._errors.close()
            raise
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._to, self._from = self.process.stdin, self.process.stdout
        os.set_blocking(self._to.fileno(), False)
        os.set_blocking(self._from.fileno(), False)

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    @property
    def is_ready(self) -> bool:
        """Whether it said that everything is imported. Never waits."""
        if not self.was_ready:
            self._listen(0)
            self.was_ready = b"ready\n" in self._heard
        return self.is_alive and self.was_ready

    @property
    def is_let_go(self) -> bool:
        """Whether it works on without us, or was ended."""
        return self._to.closed

    def order(self, duty: Duty, run: Path) -> None:
        """Give it a duty: trials and looks at labels, as many as are wanted, then one of the others.

        Raises: BrokenPipeError when it is gone.
        """
        self.send(json.dumps({"duty": duty, "run": str(run)}).encode(), 5)

    def let_go(self) -> subprocess.Popen[bytes]:
        """It works on without us: close the pipes and forget them. A `receive` that waits ends with EOFError."""
        with self._talking:
            self._to.close()
            self._from.close()
            self._errors.close()
        return self.process

    def send(self, line: bytes, timeout_s: float) -> None:
        """Write one line. Raises: TimeoutError when it does not read, BrokenPipeError when it is gone."""
        rest, until = memoryview(line + b"\n"), time.monotonic() + timeout_s
        with self._talking:
            while rest:
                if self._to.closed:
                    raise BrokenPipeError
                _, writable, _ = select.select([], [self._to], [], max(0.0, until - time.monotonic()))
                if not writable:
                    raise TimeoutError
                rest = rest[os.write(self._to.fileno(), rest[: 1 << 16]) :]

    def receive(self, timeout_s: float) -> Any:
        """The next line that is JSON. Raises: TimeoutError, EOFError when it is gone."""
        until = time.monotonic() + timeout_s
        while True:
            line, newline, rest = self._heard.partition(b"\n")
            if newline:
                self._heard = rest
                self.was_ready |= line == b"ready"
                if line.startswith(b"{"):
                    return json.loads(line)
            elif not self._listen(max(0.0, until - time.monotonic())):
                raise EOFError if self._is_over else TimeoutError

    def end(self) -> None:
        """Close the pipes, which asks it to leave, and make sure that it does."""
        if not self._to.closed:
            self._to.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self.let_go()

    def complaint(self, most: int = 2000) -> str:
        """The end of what it wrote to its error output; for logs."""
        self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - most))
        return self._errors.read().decode(errors="replace").strip()

    def _listen(self, timeout_s: float) -> bool:
        """Take in what it said; False when nothing came in time, or nothing can come any more."""
        with self._talking:
            if self._from.closed:
                self._is_over = True
                return False
            readable, _, _ = select.select([self._from], [], [], timeout_s)
            more = os.read(self._from.fileno(), 1 << 16) if readable else b""
        self._is_over |= bool(readable) and not more
        self._heard += more
        return bool(more)


class Spares:
    """Keeps one warm spare, if memory may be spent on it, and hands out processes.

    One that was lent for a trial comes back and reads ahead for the run that was measured; a run that starts takes it first,
    out of the middle of a trial if need be.
    """

    def __init__(self, enabled: bool = True, *, launcher: Launcher = LOCAL, rest_s: float = REST_S) -> None:
        self.enabled = enabled and os.environ.get("STUDIO_SPARE", "1") != "0"
        self._launcher, self._rest_s = launcher, rest_s
        self._warm: Spare | None = None
        self._lent: list[Spare] = []
        self.one_trial = threading.Lock()
        """Held while one measures."""
        self._not_before = 0.0
        self._closed = False
        self._lock = threading.Lock()

    def keep(self) -> None:
        """Warm one if there is none. Called again and again (the supervisor does); returns at once."""
        with self._lock:
            if self._closed or not self.enabled:
                return
            if self._warm is not None and not self._warm.is_alive:
                _log.warning("A spare worker ended by itself: %s", self._warm.complaint())
                self._warm.end()
                self._warm, self._not_before = None, time.monotonic() + DISCOURAGED_S
            if self._warm is None and not self._lent and time.monotonic() >= self._not_before:
                try:
                    self._warm = Spare(self._launcher)
                except OSError as error:
                    _log.warning("No spare worker could be started: %s", error)
                    self._not_before = time.monotonic() + DISCOURAGED_S

    @property
    def has_ready(self) -> bool:
        """Whether a warm one could be had at once."""
        with self._lock:
            return self._warm is not None and self._warm.is_ready

    def take_ready(self) -> Spare | None:
        """The warm one, or one that is lent, if it is ready; None at once otherwise."""
        with self._lock:
            if self._warm is not None and self._warm.is_ready:
                return self._hand_out()
            lent = next((spare for spare in self._lent if spare.is_alive and spare.was_ready), None)
            if lent is not None:
                self._lent.remove(lent)
            return lent

    def lend(self, *, only_ready: bool = False) -> Spare | None:
        """A process for a trial, to be given back; `only_ready`: None if there is no warm one to be had at once.

        Raises: StudioError when none can be started.
        """
        with self._lock:
            if only_ready and (self._warm is None or not self._warm.is_ready):
                return None
            spare = self._take()
            self._lent.append(spare)
            return spare

    def give_back(self, spare: Spare) -> None:
        """It is the warm one again, since it knows something, or is ended; nothing happens if it was taken meanwhile."""
        with self._lock:
            if spare not in self._lent:
                return
            self._lent.remove(spare)
            useless: Spare | None = spare
            if not self._closed and self.enabled and spare.is_alive:
                useless, self._warm = self._warm, spare
        if useless is not None:
            useless.end()  # takes seconds, in which others may ask

    def take(self) -> Spare:
        """The warm one, ready or on its way, or else a fresh one. Raises: StudioError when none can be started."""
        with self._lock:
            return self._take()

    def close(self) -> None:
        """End the warm one; no more are kept."""
        with self._lock:
            self._closed = True
            for spare in filter(None, (self._warm, *self._lent)):
                spare.end()
            self._warm = None
            self._lent.clear()

    def _take(self) -> Spare:
        if self._warm is not None and self._warm.is_alive:
            return self._hand_out()
        try:
            return Spare(self._launcher)
        except OSError as error:
            raise StudioError(
                f"A process for the model could not be started: {error.strerror}",
                fix="Close other programs, then try again.",
            ) from error

    def _hand_out(self) -> Spare:
        spare, self._warm = self._warm, None
        assert spare is not None
        self._not_before = time.monotonic() + self._rest_s
        return spare
