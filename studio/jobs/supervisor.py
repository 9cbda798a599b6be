"""The supervisor: one thread of the server that starts workers in turn, watches them, and speaks for the dead.

Everything it knows is in the data folder: requests, leases, events. So a new one, in a new server, goes on where the
last one was killed: it finds live workers by their leases and finishes the stories of the dead ones.
"""

import logging
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

from studio import storage
from studio.errors import StudioError
from studio.events import Failed, Finished, Paused
from studio.jobs.briefs import brief
from studio.jobs.job import Job
from studio.jobs.last_word import Death, clear_checkpoints, failed, say
from studio.jobs.launch import LOCAL, Launcher, start_worker
from studio.jobs.queue import waiting
from studio.jobs.spare import Spares
from studio.rundir import Home, RunDir

TICK_S = 0.25
_SURVEY_S = 2.0
_CLAIM_S = 1.0
_FIRST = 1.0
"""Request time of a run that goes on after a shutdown: before all that wait."""

_log = logging.getLogger(__name__)
_IN_CHARGE: set[Path] = set()
"""Data folders looked after by a supervisor of this process; their lease alone cannot tell two of them apart."""
_CLAIMING = threading.Lock()
_LEFT: list[subprocess.Popen[bytes]] = []
"""Workers that go on after their supervisor was closed; held, since Python complains of a child that is forgotten."""


class Supervisor:
    """Starts one worker at a time, first come first served. At rest until `start`.

    Two servers on one data folder: one is in charge, the other waits to take over.
    """

    def __init__(
        self, home: Home, *, spares: Spares | None = None, launcher: Launcher = LOCAL, only: str | None = None
    ) -> None:
        self.home = home
        self.spares = spares or Spares(enabled=False)
        self._launcher = launcher
        self._only = only
        """Start this run alone, and leave all others as they are (`studio train`)."""
        self._jobs: dict[str, Job] = {}
        self._lease = home.supervisor
        self._hold: storage.Hold | None = None
        self._due = {"claim": 0.0, "survey": 0.0}
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_idle(self) -> bool:
        """Whether no worker is at work that this one knows of."""
        return not self._jobs

    def start(self) -> None:
        """Begin to look after the runs, in a thread that dies with the process."""
        self.home.prepare()
        storage.sweep(self.home.runs)  # now, while this process has no run in the making
        self._thread = threading.Thread(target=self._work, name="supervisor", daemon=True)
        self._thread.start()

    def queue(self) -> list[str]:
        """Ids of the runs that wait, the next one first."""
        return [run_id for run_id in waiting(self.home) if run_id not in self._jobs]

    def close(self, pause_workers: bool = True, timeout_s: float = 20.0) -> None:
        """Stop looking after the runs. `pause_workers`: they save and leave, and the next start continues them.

        Waits at most `timeout_s`; a worker that needs longer goes on by itself and is found by the next supervisor.
        """
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        if self._hold is None:
            return
        self._watch_all()  # who ended since the last tick leaves no request behind
        if pause_workers:
            self._pause_workers(timeout_s)
        self._let_go(self._hold)

    def _work(self) -> None:
        while not self._closing.wait(TICK_S):
            try:
                self._tick()
            except Exception:  # noqa: BLE001 - the thread must outlive any single fault; the log keeps it
                _log.exception("The supervisor stumbled")
                self._closing.wait(2)

    def _tick(self) -> None:
        self.spares.keep()
        if not self._claim():
            return
        self._watch_all()
        if self._is_due("survey", _SURVEY_S):
            self._survey()
        if not self._jobs:
            self._launch_next()

    def _is_due(self, what: str, every_s: float) -> bool:
        now = time.monotonic()
        if now < self._due[what]:
            return False
        self._due[what] = now + every_s
        return True

    # Who is in charge

    @property
    def _is_in_charge(self) -> bool:
        return self._hold is not None

    def _claim(self) -> bool:
        """Whether this supervisor is in charge, after trying to be."""
        if self._hold is not None:
            if not self._hold.is_ours():
                self._let_go(self._hold)
        elif self._is_due("claim", _CLAIM_S) and self._acquire():
            self._hold = storage.Hold(self._lease)
            self._take_over()
        return self._is_in_charge

    def _let_go(self, hold: storage.Hold) -> None:
        _LEFT[:] = [process for process in _LEFT if process.poll() is None]
        _LEFT.extend(job.process for job in self._jobs.values() if job.process is not None)
        self._jobs.clear()
        hold.end()
        self._hold = None
        _IN_CHARGE.discard(self.home.path)

    def _acquire(self) -> bool:
        with _CLAIMING:
            if self.home.path in _IN_CHARGE or not self._lease.acquire():
                return False
            _IN_CHARGE.add(self.home.path)
            return True

    def _take_over(self) -> None:
        """Adopt live workers; tell the end of the runs that died while nobody watched; continue those a shutdown paused."""
        self._survey()
        for run_id in self.home.run_ids():
            if run_id in self._jobs or self._only is not None:
                continue
            run = RunDir(self.home.runs / run_id)
            try:
                story = brief(run)
                if story.status(run) == "interrupted":
                    say(run, failed(run, Death(None), story.step))
                elif isinstance(story.last, Finished):
                    clear_checkpoints(run)
                elif isinstance(story.last, Paused) and story.last.by == "shutdown" and run.requested("start") is None:
                    run.request("start")
                    os.utime(run.path / "start", (_FIRST, _FIRST))
            except (StudioError, OSError) as error:
                _log.warning("Run %s cannot be looked after: %s", run_id, error)  # a damaged one hides no other

    def _survey(self) -> None:
        """Find workers by the leases they hold or left."""
        for run_id in self.home.run_ids():
            run = RunDir(self.home.runs / run_id)
            holder = run.lease.holder() if run_id not in self._jobs else None
            if holder is None or holder.is_me:
                continue
            if holder.is_alive:
                self._jobs[run_id] = Job(run, None, -1, run.requested("start"), holder)
                self._arrived(self._jobs[run_id])
                continue
            try:  # a request that is there now is for the next worker, so it stays
                self._bury(Job(run, None, -1, None, holder), Death(None, holder))
            except (StudioError, OSError) as error:
                _log.warning("Run %s cannot be looked after: %s", run_id, error)

    # Watching

    def _watch_all(self) -> None:
        for job in list(self._jobs.values()):
            try:
                self._watch(job)
            except (StudioError, OSError) as error:  # as a full disk; what a dead worker left is found again
                _log.warning("Run %s cannot be looked after: %s", job.run.id, error)

    def _watch(self, job: Job) -> None:
        code = job.process.poll() if job.process is not None else None
        is_wanted = job.run.requested("start") is not None  # read before the lease, which may answer it
        holder = job.run.lease.holder()
        is_held = holder is not None and holder.is_alive and not holder.is_me
        if is_held and job.holder is None:
            job.holder = holder
            self._arrived(job)
        if is_held or (job.process is not None and code is None):
            if job.process is not None and job.holder is None and not is_wanted:
                job.process.terminate()  # the request was taken back while the worker was on its way
            elif job.process is not None and job.is_late():
                self._start_afresh(job, job.process)
            if job.run.requested("end") is not None:
                job.end()
            return
        try:
            self._bury(job, Death(code, job.holder, on_request=job.is_ended))
        finally:
            del self._jobs[job.run.id]

    def _arrived(self, job: Job) -> None:
        """The worker holds the lease: the request is answered."""
        if job.asked is not None and job.run.requested("start") == job.asked:
            job.run.answer_request("start")

    def _bury(self, job: Job, death: Death) -> None:
        """A worker is gone: see that its story has an end, and that no old request waits for the next one."""
        run = job.run
        if not run.path.is_dir():
            return  # deleted
        was_on_its_way = job.holder is None
        if was_on_its_way and (self._closing.is_set() or run.requested("start") is None):
            return  # it waits on, or was taken back: nothing happened that needs telling
        story = brief(run)
        ended = isinstance(story.last, Finished | Failed | Paused) and story.last.seq > job.told
        if not ended and not isinstance(story.last, Finished):
            asked_by_us = self._closing.is_set() and death.code == -signal.SIGTERM
            paused = Paused(step=story.saved.step if story.saved else 0, by="shutdown")
            say(run, paused if asked_by_us else failed(run, death, story.step))
        elif run.lease.acquire():
            run.lease.release()  # what a dead holder left would be found again and again
        if isinstance(story.last, Finished):
            clear_checkpoints(run)
        self._arrived(job)
        run.answer_request("end")
        if not (isinstance(story.last, Paused) and story.last.by == "shutdown"):  # else the next worker obeys them
            for request in ("stop", "pause"):
                run.answer_request(request)

    # Starting

    def _launch_next(self) -> None:
        for run_id in waiting(self.home):
            if self._only not in (None, run_id):
                continue
            run = RunDir(self.home.runs / run_id)
            try:
                self._jobs[run_id] = self._launch(run)
            except (StudioError, OSError) as error:
                told = error if isinstance(error, StudioError) else _cannot_start(error)
                say(run, Failed(what=told.what, where=told.where, fix=told.fix))
                run.answer_request("start")
            return

    def _launch(self, run: RunDir) -> Job:
        _ = run.config  # a damaged order is refused here, in words
        last = brief(run).last
        job = Job(run, None, last.seq if last is not None else 0, run.requested("start"))
        spare = self.spares.take_ready()
        if spare is not None:
            try:
                spare.order("train", run.path)
                job.process = spare.let_go()
                job.spare_since = time.monotonic()
                return job
            except (BrokenPipeError, TimeoutError):
                spare.end()
        job.process = start_worker(self._launcher, run.path, run.log)
        return job

    def _start_afresh(self, job: Job, spare: subprocess.Popen[bytes]) -> None:
        """The spare does not come out of what it was at, as loading a large model for a trial: another worker goes."""
        spare.kill()
        spare.wait()
        job.spare_since = None
        job.process = start_worker(self._launcher, job.run.path, job.run.log)

    # Closing

    def _pause_workers(self, timeout_s: float) -> None:
        self._survey()
        for job in self._jobs.values():
            job.ask_to_leave()
        until = time.monotonic() + timeout_s
        while self._jobs and time.monotonic() < until:
            time.sleep(0.05)
            self._watch_all()


def _cannot_start(error: OSError) -> StudioError:
    return StudioError(
        f"The training process could not be started: {error.strerror or error}",
        fix="Close other programs, then resume the run.",
    )
