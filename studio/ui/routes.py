"""The studio's own addresses beside Gradio's: the chart library, and the downloads."""

import gzip
from functools import cache
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from studio.assets import ASSETS
from studio.rundir import Home
from studio.ui import downloads, table_downloads

_A_DAY = "public, max-age=86400"


def routes(home: Home) -> list[BaseRoute]:
    """All of them, for `launch(app_kwargs={"routes": …})`. They come before Gradio's, and its login does not cover them."""
    _plotly()  # packed before the first visitor asks
    return [Route("/studio/plotly.js", plotly, methods=["GET"]), *downloads.routes(home), *table_downloads.routes(home)]


async def plotly(request: Request) -> Response:
    """Plotly.js with the traces that the studio's figures have (see assets/plotly/bundle.js)."""
    etag, small, whole = _plotly()
    headers = {"etag": etag, "cache-control": _A_DAY, "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(small, media_type="text/javascript", headers={**headers, "content-encoding": "gzip"})
    return Response(whole, media_type="text/javascript", headers=headers)


@cache
def _plotly() -> tuple[str, bytes, bytes]:
    """Its tag, packed and plain bytes."""
    whole = (ASSETS / "plotly" / "plotly.min.js").read_bytes()
    return f'"{sha256(whole).hexdigest()[:20]}"', gzip.compress(whole, 6, mtime=0), whole
