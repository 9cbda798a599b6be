"""Files people take away: `/studio/download/{run}/{what}`, always as an attachment, never from outside the run folder.

Gradio's own file routes serve copies to whoever knows the path, so user data is never there. These routes bypass
Gradio's login check and therefore ask the same question themselves.
"""

import inspect
import re
import time
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from studio import storage
from studio.errors import StudioError
from studio.evaluation.answers import from_parquet
from studio.evaluation.mistakes import answers_csv, mistakes_csv
from studio.export.archive import slug
from studio.export.card import title_of
from studio.rundir import Home, RunDir, new_id
from studio.tasks import task_named

PATH = "/studio/download/{run}/{what}"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}
KEPT_SECONDS = 24 * 3600
"""Predictions are swept after a day."""
_PREDICTIONS = re.compile(r"predictions-([a-z0-9]{20})\.csv")


def link(run: RunDir, what: str) -> str:
    """The address of a download, relative to the page, so that it works behind a path prefix too."""
    return f"studio/download/{run.id}/{what}"


def routes(home: Home) -> list[Route]:
    """What the server adds to Gradio's routes."""

    async def download(request: Request) -> Response:
        if not await may(request):
            return plain("Log in first.", 401)
        try:
            run = home.run(request.path_params["run"])
            return await run_in_threadpool(_response, home, run, request.path_params["what"])
        except StudioError as error:
            return plain(str(error), 404)

    return [Route(PATH, download, methods=["GET", "HEAD"])]


def _response(home: Home, run: RunDir, what: str) -> Response:
    name = f"{slug(title_of(run))}-{what}"
    if what in ("mistakes.csv", "answers.csv"):
        told = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(_table(run, what), media_type="text/csv", headers=told)
    path = _file(run, what)
    if path is None or not path.is_file() or not path.resolve().is_relative_to(home.runs.resolve()):
        raise StudioError("There is no such file", where=what[:60], fix="Prepare it again on the page.")
    if _PREDICTIONS.fullmatch(what):
        name = f"{slug(title_of(run))}-predictions.csv"
    return FileResponse(path, headers=HEADERS, filename=name, media_type=_kind(what))


def _file(run: RunDir, what: str) -> Path | None:
    """The file behind a name of the fixed set; None for any other name."""
    if what == "worker.log":
        return run.log
    if what == "export.zip":
        return run.path / "export.zip"
    found = _PREDICTIONS.fullmatch(what)
    return run.path / "predictions" / f"{found[1]}.csv" if found else None


def _kind(what: str) -> str:
    return "application/zip" if what.endswith(".zip") else "text/csv" if what.endswith(".csv") else "text/plain"


def _table(run: RunDir, what: str) -> bytes:
    """`mistakes.csv` or `answers.csv`, written when asked for."""
    try:
        answered = from_parquet(run.answers.read_bytes())
    except FileNotFoundError:
        raise StudioError("There are no answers yet", fix="They are written at the end of training.") from None
    task = task_named(run.config.task)
    if what == "answers.csv":
        return answers_csv(task, answered.examples, answered.answers)
    return mistakes_csv(task, answered.labels, answered.examples, answered.answers)


def keep_predictions(run: RunDir, data: bytes) -> str:
    """Keep a CSV of predictions for a day; the name it can be downloaded under. Older ones are swept."""
    folder = storage.make_folder(run.path / "predictions")
    for old in folder.glob("*.csv"):
        if old.stat().st_mtime < time.time() - KEPT_SECONDS:
            storage.remove_file(old)
    number = new_id()
    storage.write_file(folder / f"{number}.csv", data)
    return f"predictions-{number}.csv"


async def may(request: Request) -> bool:
    """Whether the visitor may load files: anyone where there is no login, else whoever Gradio knows by its cookie.

    Source: gradio.routes.App.create_app.get_current_user (6.31), which is not reachable from outside.
    """
    app: Any = request.app
    if getattr(app, "auth_dependency", None) is not None:
        user = app.auth_dependency(request)
        return (await user if inspect.isawaitable(user) else user) is not None
    if getattr(app, "auth", None) is None:
        return True
    for cookie in (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}"):
        if request.cookies.get(cookie) in app.tokens:
            return True
    return False


def plain(text: str, status: int) -> Response:
    """A refusal in words."""
    return PlainTextResponse(text, status, headers=HEADERS)
