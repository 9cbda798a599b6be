"""Following a run on the terminal until it ends; Ctrl-C pauses it."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from studio import figures
from studio.cli.terminal import Bar, clock, measured
from studio.errors import StudioError
from studio.events import Checked, Event, Failed, Finished, Warned
from studio.jobs import actions
from studio.jobs.queue import waiting
from studio.jobs.supervisor import Supervisor
from studio.rundir import Home, RunDir
from studio.story import OVER, Status, Story
from studio.ui.titles import METRICS, UNITS

_LOOK_S = 0.25
_PAUSE_S = 30.0
_SILENT_S = 8.0
"""A supervisor tells the end of a worker that died within 5 seconds."""
_ENDED: frozenset[Status] = OVER | {"draft"}


def follow(home: Home, run: RunDir, quiet: bool = False) -> Finished:
    """Show how the run goes until it is finished. Starts its worker, unless a server looks after this data folder.

    Ctrl-C or SIGTERM pauses the run and raises KeyboardInterrupt. Raises: StudioError when it fails or is paused.
    """
    supervisor = Supervisor(home, only=run.id)
    supervisor.start()
    bar = Bar(quiet)
    try:
        with _sigterm_as_ctrl_c():
            finished = _watch(run, home, bar)
            _wait(lambda: supervisor.is_idle, 5)  # the worker said its last word and is leaving
            return finished
    except KeyboardInterrupt:
        bar.note("Pausing: the run saves a checkpoint … (Ctrl-C again leaves at once; it then trains on by itself)")
        _pause(run)
        bar.note(f"Go on with: studio resume {run.id}")
        raise
    finally:
        bar.clear()
        supervisor.close(pause_workers=False)


def _watch(run: RunDir, home: Home, bar: Bar) -> Finished:
    events = run.events()
    told, seen = Story.of(events), len(events)
    silent_s = 0.0
    while True:
        status = told.status(run)
        events = run.events()
        for event in events[seen:]:
            told.tell(event)
            _note(event, bar)
        if isinstance(told.last, Finished):
            return told.last
        if len(events) > seen or status not in _ENDED:
            silent_s = 0.0
            bar.show(*(_place(run, home) if status == "queued" else _state(told)))
        elif status != "interrupted" or silent_s > _SILENT_S:
            raise _end_in_words(run, told, status)
        seen, silent_s = len(events), silent_s + _LOOK_S
        time.sleep(_LOOK_S)


def _end_in_words(run: RunDir, told: Story, status: Status) -> StudioError:
    go_on = f"Go on with: studio resume {run.id}"
    if isinstance(told.last, Failed):
        return StudioError(told.last.what, where=told.last.where, fix=f"{told.last.fix} {go_on}".strip())
    what = "The training process is gone" if status == "interrupted" else "The run was paused"
    return StudioError(what, where=f"run {run.id}", fix=go_on)


def _place(run: RunDir, home: Home) -> tuple[None, str]:
    before = [*waiting(home), run.id].index(run.id)
    return None, f"Waiting for {before} run{'' if before == 1 else 's'} …" if before else "Waiting for a worker …"


def _state(told: Story) -> tuple[float | None, str]:
    """Share done and what to say."""
    started, newest = told.started, told.steps[-1] if told.steps else None
    if told.scoring is not None:
        return None, "Answering the test rows …"
    if started is None or newest is None:
        return (
            (told.preparing.done, f"{told.preparing.what} …") if told.preparing is not None else (None, "Preparing …")
        )
    parts = [f"epoch {newest.epoch:.1f}/{started.epochs}", f"step {newest.step}/{started.total_steps}"]
    parts.append(f"loss {figures.loss(newest.loss)}")
    if told.best is not None:
        parts.append(f"best {_metric(started.watch, told.best.best_value)}")
    if newest.tokens_per_s:
        parts.append(f"{newest.tokens_per_s:,.0f} tokens/s")
    if newest.seconds_left is not None:
        parts.append(f"{clock(newest.seconds_left)} left")
    return newest.step / max(1, started.total_steps), " · ".join(parts)


def _note(event: Event, bar: Bar) -> None:
    match event:
        case Checked():
            values = " · ".join(_metric(name, value) for name, value in event.metrics.items())
            mark = " (best so far)" if event.is_best else ""
            bar.note(f"Step {event.step}: validation loss {figures.loss(event.loss)} · {values}{mark}")
        case Warned():
            bar.note(f"Note: {event.text}")


def _metric(name: str, value: float) -> str:
    """As in `Macro-F1 63.3 %`."""
    return (
        f"loss {figures.loss(value)}"
        if name == "loss"
        else f"{METRICS.get(name, name)} {measured(value, UNITS.get(name, 'share'))}"
    )


def _pause(run: RunDir) -> None:
    """Ask it to save and leave, and wait until it has."""
    try:
        actions.pause(run)
    except StudioError:
        return  # it just ended, or is scoring and ends soon by itself
    _wait(lambda: not run.lease.is_held, _PAUSE_S)


def _wait(is_so: Callable[[], bool], most_s: float) -> None:
    until = time.monotonic() + most_s
    while not is_so() and time.monotonic() < until:
        time.sleep(0.05)


@contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
