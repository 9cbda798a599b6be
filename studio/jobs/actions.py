"""What people can ask of a run. Each writes or withdraws a request in the run folder and returns at once."""

import time
from typing import Literal

from studio.errors import StudioError
from studio.rundir import Home, RunDir
from studio.story import AT_WORK, Status, Story


def start(run: RunDir) -> None:
    """Put the run into the queue; nothing happens when it waits or works already. Raises: StudioError when it is finished."""
    status = _status(run)
    if status == "finished":
        raise _refused(run, "This run is finished", "Start a new run to train again.")
    if status in AT_WORK:
        return
    run.keep()
    for stale in ("stop", "pause", "end"):
        run.answer_request(stale)
    if status != "queued":
        run.request("start")


def resume(run: RunDir) -> None:
    """Go on after a pause or a failure, from the newest checkpoint; a pause not yet obeyed is taken back.

    Raises: StudioError when the run was never started or is finished.
    """
    status = _status(run)
    if status == "draft":
        raise _refused(run, "This run has not been started yet", "Start it.")
    if status in AT_WORK:
        run.answer_request("pause")
    else:
        start(run)


def pause(run: RunDir) -> None:
    """Save everything and leave; a waiting run leaves the queue. Raises: StudioError when there is nothing to pause."""
    _interrupt(run, "pause")


def stop(run: RunDir) -> None:
    """End training, keep the best version and score it; a waiting run leaves the queue.

    A run that rests after its training began gets a worker again, which takes no step more.
    A worker that heeds no request is ended at once by asking again: what came after its last checkpoint is lost.
    Raises: StudioError when there is nothing to stop.
    """
    story = Story.of(run.events())
    if story.is_deaf(run, story.status(run), time.time()):
        _end(run)
    elif story.status(run) in ("paused", "interrupted") and story.started is not None:
        start(run)
        run.request("stop")
    else:
        _interrupt(run, "stop")


def _end(run: RunDir) -> None:
    holder, in_charge = run.lease.holder(), Home(run.path.parent.parent).supervisor.holder()
    if holder is not None and not (holder.is_here if in_charge is None else in_charge.host == holder.host):
        raise _refused(run, f"Its worker is on another machine ({holder.host})", f"End process {holder.pid} there.")
    run.request("end")


def _interrupt(run: RunDir, what: Literal["stop", "pause"]) -> None:
    status = _status(run)
    if status == "queued":
        run.answer_request("start")  # the supervisor ends a worker that was on its way
        if not run.lease.is_held:
            return
    elif status == "scoring":
        raise _refused(run, "Training is over and the test rows are being answered", "Wait for the report.")
    elif status not in AT_WORK:
        raise _refused(run, f"There is nothing to {what}: the run is {_WORDS.get(status, status)}", "")
    if run.requested(what) is None:  # asked again, it is still waited for since the first time
        run.request(what)


_WORDS: dict[Status, str] = {"draft": "not started yet", "interrupted": "interrupted, nobody works on it"}


def _status(run: RunDir) -> Status:
    return Story.of(run.events()).status(run)


def _refused(run: RunDir, what: str, fix: str) -> StudioError:
    return StudioError(what, where=f"run {run.id}", fix=fix)
