"""Runs as a whole: made, listed, deleted."""

import contextlib
import time
from dataclasses import dataclass

from studio import storage
from studio.errors import StudioError
from studio.events import Finished
from studio.jobs import briefs, freeze
from studio.jobs.queue import waiting
from studio.models.purpose import task_title
from studio.rundir import Home, RunDir
from studio.story import Status, Story
from studio.tasks import TASKS

create_run = freeze.create_run


@dataclass(frozen=True)
class RunSummary:
    """One line of the list of runs."""

    id: str
    name: str
    status: Status
    created: float
    """Wall time, seconds since 1970."""
    task: str = ""
    """What its model is for."""
    model: str = ""
    """Id of the base model."""
    file: str = ""
    """Name of the uploaded file."""
    metric: str = ""
    """Name of the value below; empty while there is none."""
    value: float | None = None
    """The test value of a finished run, else the best validation value so far."""
    part: str = ""
    """`test` or `validation`: the rows `value` was measured on."""
    seconds: float = 0.0
    """Time at work, pauses left out."""
    place: int = 0
    """Place in the queue, 1 for the next; 0 when it does not wait."""
    damaged: str = ""
    """What is wrong with the run's folder, in words; empty when nothing is."""


@dataclass(frozen=True)
class _Order:
    """What the list shows of a config, which never changes."""

    name: str
    task: str
    model: str
    file: str
    created: float
    metrics: tuple[str, ...]


_ORDERS: dict[str, _Order] = {}


def list_runs(home: Home) -> list[RunSummary]:
    """All runs but drafts, the newest first. A damaged one is listed as such and hides no other."""
    places = {run_id: number for number, run_id in enumerate(waiting(home), 1)}
    runs = [run for run_id in home.run_ids() if not (run := RunDir(home.runs / run_id)).is_draft]
    summaries = [_summary(run, places.get(run.id, 0)) for run in runs]
    return sorted((summary for summary in summaries if summary), key=lambda summary: -summary.created)


def delete_old_drafts(home: Home, older_than_s: float = 24 * 3600.0) -> None:
    """Remove the drafts of visitors who went away."""
    for run_id in home.run_ids():
        run = RunDir(home.runs / run_id)
        with contextlib.suppress(StudioError, OSError):  # gone meanwhile, or a worker lives in it
            if run.is_draft and time.time() - run.created > older_than_s:
                delete_run(home, run_id)


def delete_run(home: Home, run_id: str) -> None:
    """Remove a run and all its files: at once out of sight, whole or not at all.

    Raises: StudioError when there is no such run, or a worker lives in it.
    """
    run = home.run(run_id)
    run.answer_request("start")
    if not run.lease.acquire():  # held meanwhile, so that no worker can begin in it either
        raise StudioError(
            "The run is at work", where=f"run {run_id}", fix="Stop it first, then delete it when it has ended."
        )
    try:
        storage.remove_folder(run.path)
    except OSError as error:
        run.lease.release()
        raise StudioError(
            f"The run could not be deleted: {error.strerror}",
            where=f"run {run_id}",
            fix="Check who owns the data folder, then try again.",
        ) from error
    briefs.forget(run)
    _ORDERS.pop(str(run.path), None)


def _summary(run: RunDir, place: int) -> RunSummary | None:
    """None when the folder vanished meanwhile."""
    try:
        order = _order(run)
        story = briefs.brief(run)
        metric, value, part = _result(story, order)
        return RunSummary(
            run.id,
            order.name,
            story.status(run),
            order.created,
            order.task,
            order.model,
            order.file,
            metric,
            value,
            part,
            story.seconds,
            place,
            _missing(run),
        )
    except (StudioError, OSError) as error:
        try:
            created = run.path.stat().st_mtime
        except OSError:
            return None
        damage = error.what if isinstance(error, StudioError) else f"A file cannot be read: {error.strerror}"
        return RunSummary(run.id, f"Run {run.id[:6]}", "failed", created, damaged=f"{damage.rstrip('.')}.")


def _order(run: RunDir) -> _Order:
    key = str(run.path)
    created = run.created
    if key not in _ORDERS or _ORDERS[key].created != created:
        config = run.config
        task = TASKS.get(config.task)
        _ORDERS[key] = _Order(
            run.title,
            task_title(run),
            config.model.id,
            config.source.file,
            created,
            tuple(metric.name for metric in task.metrics) if task else (),
        )
    return _ORDERS[key]


def _result(story: Story, order: _Order) -> tuple[str, float | None, str]:
    """Name, value and part of the number that tells most about the run now."""
    if isinstance(story.last, Finished):
        found = next((name for name in order.metrics if name in story.last.metrics), "")
        return (found, story.last.metrics[found], "test") if found else ("", None, "")
    if story.best is None or story.started is None:
        return "", None, ""
    watch = story.started.watch
    value = story.best.loss if watch == "loss" else story.best.metrics.get(watch)
    return (watch, value, "validation") if value is not None else ("", None, "")


def _missing(run: RunDir) -> str:
    lost = [part for part in ("train", "validation", "test") if not run.part(part).is_file()]
    return f"The frozen rows are missing: {', '.join(lost)}." if lost else ""
