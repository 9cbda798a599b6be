"""`studio runs` and `studio export`."""

import argparse
import json
import time
from dataclasses import asdict

from studio import figures, storage
from studio.cli.columns import find_run
from studio.cli.terminal import check_writable, complain, hand_over, measured, plain, say, table, unwritable
from studio.data.phrases import shortened
from studio.jobs.runs import RunSummary, list_runs
from studio.ui.titles import METRICS, MODELS, UNITS


def runs(asked: argparse.Namespace) -> int:
    """All runs, the newest first."""
    listed = list_runs(asked.home)
    if asked.json:
        say(json.dumps({"home": str(asked.home.path), "runs": [asdict(each) for each in listed]}, ensure_ascii=False))
    elif not listed:
        complain(f"No runs yet in {asked.home.path}.")
    else:
        say(table(("RUN", "STATUS", "NAME", "MODEL", "BEST", "TIME", "CREATED"), [_line(each) for each in listed]))
    return 0


def export(asked: argparse.Namespace) -> int:
    """The run's zip at a place of one's choice."""
    from studio.export.archive import build_archive  # noqa: PLC0415 - the list of runs needs none of it

    run = find_run(asked.home, asked.run)
    check_writable(asked.output)
    archive = build_archive(run)
    try:
        storage.copy_file(archive, asked.output)
    except OSError as error:
        raise unwritable(asked.output, error.strerror or "the place cannot be used") from error
    hand_over(asked.output)
    complain(f"Packed: {asked.output} ({asked.output.stat().st_size / 1e6:.0f} MB)")
    return 0


def _line(run: RunSummary) -> tuple[str, ...]:
    status = "damaged" if run.damaged else f"queued ({run.place})" if run.place else run.status
    best = (
        ""
        if run.value is None
        else f"{METRICS.get(run.metric, run.metric)} {_value(run.metric, run.value)} ({run.part})"
    )
    created = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.created))
    name = plain(shortened(run.name, 40))
    model = MODELS.get(run.model, plain(run.model))
    return run.id, status, name, model, best, figures.duration(run.seconds) if run.seconds else "", created


def _value(metric: str, value: float) -> str:
    """A loss is no share of anything."""
    return figures.loss(value) if metric == "loss" else measured(value, UNITS.get(metric, "share"))
