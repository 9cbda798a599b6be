"""The live view of a run: one component that owns its part of the page and asks the server what is new."""

import time
from collections.abc import Awaitable, Callable

import gradio as gr
from anyio import to_thread
from starlette.responses import Response

from studio.assets import ASSETS
from studio.errors import StudioError
from studio.rundir import Home
from studio.ui.watching import Cursor, Pace, Watching

_REST_S = 1.5
"""A run that rests is asked about less often; a click on Resume is seen within this time."""
_GONE_S = 10.0


def live(home: Home, queue: Callable[[], list[str]], *, elem_id: str = "live") -> gr.HTML:
    """The component. Its value is the id of the run to show; `status_changed` fires when the run's status does.

    `queue` gives the ids of the waiting runs, the next one first.

    A function, not a subclass of gr.HTML: importing a subclass would write a `.pyi` file beside this one.
    """
    return gr.HTML(
        "",
        html_template=(ASSETS / "live.html").read_text("utf-8"),
        js_on_load="".join((ASSETS / name).read_text("utf-8") for name in ("plotting.js", "live_chart.js", "live.js")),
        server_functions=[poll_function(Watching(home, queue), Pace())],
        apply_default_css=False,
        elem_id=elem_id,
    )


def poll_function(watching: Watching, pace: Pace) -> Callable[[object], Awaitable[Response]]:
    """The server function `poll`: read-only, outside gradio's queue, a public endpoint like every server function.

    It takes `{"run": id, "order": …, "life": …, "card": …}` (see `watching.Cursor`; everything is checked) and answers
    with what is new and with `wait`, the milliseconds until the page may ask again.
    """

    async def poll(request: object) -> Response:
        wait = pace.wait(time.monotonic())
        run_id = request.get("run") if isinstance(request, dict) else None
        try:
            watch = watching.watch(run_id if isinstance(run_id, str) else "")
        except StudioError:
            return _json(b'{"gone":true}', _GONE_S)
        cursor = Cursor.of(request)
        # Parsing a long story takes a while: not on the loop that serves everybody.
        reply = await to_thread.run_sync(watch.reply, cursor) if watch.is_far_behind else watch.reply(cursor)
        if watch.is_over:
            return _json(reply, 0.0)
        return _json(reply, max(wait, _REST_S) if watch.is_resting else wait)

    return poll


def _json(reply: bytes, wait_s: float) -> Response:
    """The reply with `wait` put in: the rest is the same bytes for all viewers. A wait of 0 means: never again."""
    return Response(b'{"wait":%d,' % (wait_s * 1000) + reply[1:], media_type="application/json")
