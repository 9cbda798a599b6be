"""What people can ask of a run. Each writes or withdraws a request in the run folder and returns at once."""

from studio.errors import StudioError
from studio.rundir import RunDir
from studio.story import Status, Story

_AT_WORK: frozenset[Status] = frozenset({"preparing", "training", "scoring"})


def start(run: RunDir) -> None:
    """Put the run into the queue; nothing happens when it waits or works already. Raises: StudioError when it is finished."""
    status = _status(run)
    if status == "finished":
        raise _refused(run, "This run is finished", "Start a new run to train again.")
    if status in _AT_WORK:
        return
    for stale in ("stop", "pause"):
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
    if status in _AT_WORK:
        run.answer_request("pause")
    else:
        start(run)


def pause(run: RunDir) -> None:
    """Save everything and leave; a waiting run leaves the queue. Raises: StudioError when there is nothing to pause."""
    _interrupt(run, "pause", "pause")


def stop(run: RunDir) -> None:
    """End training, keep the best version and score it; a waiting run leaves the queue.

    Raises: StudioError when there is nothing to stop.
    """
    _interrupt(run, "stop", "stop")


def _interrupt(run: RunDir, request: str, verb: str) -> None:
    status = _status(run)
    if status == "queued":
        run.answer_request("start")  # the supervisor ends a worker that was on its way
        if not run.lease.is_held:
            return
    elif status == "scoring":
        raise _refused(run, "Training is over and the test rows are being answered", "Wait for the report.")
    elif status not in _AT_WORK:
        raise _refused(run, f"There is nothing to {verb}: the run is {_WORDS.get(status, status)}", "")
    run.request("stop" if request == "stop" else "pause")


_WORDS: dict[Status, str] = {"draft": "not started yet", "interrupted": "interrupted, nobody works on it"}


def _status(run: RunDir) -> Status:
    return Story.of(run.events()).status(run)


def _refused(run: RunDir, what: str, fix: str) -> StudioError:
    return StudioError(what, where=f"run {run.id}", fix=fix)
