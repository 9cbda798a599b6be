"""What can be taken away of an uploaded table: `/studio/table/{table}/report.txt`, and the table as it stands now.

As with all downloads: always an attachment, and the login is asked for here, since Gradio's own check does not cover it.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studio.data.formulas import to_csv
from studio.data.read import Limits
from studio.errors import StudioError
from studio.export.archive import slug
from studio.rundir import Home
from studio.ui import uploads
from studio.ui.downloads import HEADERS, may, plain

PATH = "/studio/table/{table}/{what}"


def link(table_id: str, what: str) -> str:
    """The address of `report.txt` or `table.csv`, relative to the page."""
    return f"studio/table/{table_id}/{what}"


def routes(home: Home) -> list[Route]:
    """What the server adds to Gradio's routes."""

    async def download(request: Request) -> Response:
        if not await may(request):
            return plain("Log in first.", 401)
        try:
            return await run_in_threadpool(_response, home, request.path_params["table"], request.path_params["what"])
        except StudioError as error:
            return plain(str(error), 404)

    return [Route(PATH, download, methods=["GET", "HEAD"])]


def _response(home: Home, table_id: str, what: str) -> Response:
    if what not in ("report.txt", "table.csv"):
        raise StudioError("There is no such file", where=what[:60], fix="Choose a link of the page.")
    table = uploads.read(home, table_id, Limits())
    name = f"{slug(table.name.rpartition('.')[0] or table.name)}-{what}"
    told = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    if what == "report.txt":
        return Response(uploads.report(home, table_id), media_type="text/plain", headers=told)
    rows = zip(*(table.column(column) for column in table.columns), strict=True)
    return Response(to_csv(table.columns, rows), media_type="text/csv", headers=told)
