"""The queue: the runs with a `start` request that nobody works on, in the order of their requests."""

import os

from studio.rundir import Home, RunDir


def waiting(home: Home) -> list[str]:
    """Ids of the runs that wait for a worker, the next one first. Looks at one file a run, so it is cheap."""
    requests = []
    for run_id in home.run_ids():
        try:
            requests.append((os.stat(home.runs / run_id / "start").st_mtime_ns, run_id))  # noqa: PTH116 - called often
        except OSError:
            continue
    return [run_id for _, run_id in sorted(requests) if not RunDir(home.runs / run_id).lease.is_held]
