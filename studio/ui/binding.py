"""How an event reaches its handler: sessions in and out as JSON, errors as messages for people.

A `StudioError` becomes a message on the page with its own words; anything else is our bug: it is logged with an id,
and the page shows that id. Everything bound here is a public endpoint of the server, and what arrives is a
stranger's word: a handler checks its inputs.

Handlers overlap: people go on clicking while one is at work. So a handler is given the newest session of its page,
and of the one it returns only what it changed is written (`ui.sessions`). A handler that takes long says in its row's
`keep` what of its session counts, however that stood at its beginning.
"""

import functools
import inspect
import logging
import secrets
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

import gradio as gr
from gradio.context import LocalContext

from studio.errors import StudioError
from studio.ui.session import Session
from studio.ui.studio import Studio

_log = logging.getLogger(__name__)
Keep = Callable[[Studio, Session, Session], Session]
_NOT_DONE, _OUR_BUG = "That did not work", "Something is wrong in the studio"
_sent: ContextVar[Session | None] = ContextVar("sent", default=None)
_SHOWN_S, _BUG_SHOWN_S = 12, 30
"""How long a message stays: it lies over the page, and must not cover its buttons for good."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    trigger: Any
    """An event of a component, as `page.data.upload.upload`, or a list of several."""
    handler: Callable[..., Any]
    reads: Sequence[Any]
    writes: Sequence[Any]
    progress: str = "hidden"
    """`hidden`, `minimal` or `full` (see gradio)."""
    options: dict[str, Any] = field(default_factory=dict)
    """More of gradio's options: `js`, `trigger_mode`, `show_progress_on` …"""
    keep: Keep | None = None
    """For a handler that takes long: `keep(studio, found, now)` puts what it found into the session of now."""
    then: "tuple[Row, ...]" = ()
    """Rows that follow when the handler has returned without an error; their trigger is None."""


def bind_row(studio: Studio, row: Row, trigger: Any) -> None:
    """Bind a row of the table, and those that follow it, to an event (or a list of events).

    Progress that nobody is to see is shown on nothing: else Gradio's client tells every component that any handler has
    ever written to, at each event, and copies the properties of all that lies inside of it (half of a page's time).
    """
    options: dict[str, Any] = {
        "show_progress": row.progress,
        "show_progress_on": [] if row.progress == "hidden" else None,
        "concurrency_limit": None,  # handlers are short; one slow visitor must not hold up the others
        "api_visibility": "private",
        **row.options,
    }
    handler, reads, writes = shown(studio, row.handler, row.keep), list(row.reads), list(row.writes)
    bound = (
        gr.on(trigger, handler, reads, writes, **options)
        if isinstance(trigger, list)
        else trigger(handler, reads, writes, **options)
    )
    for follower in row.then:
        bind_row(studio, follower, bound.success)


def on_page(session: Session) -> Session:
    """The session that the page showed when its event was sent, which may be older than the one a handler is given.

    What its widgets hold follows that one: people click on faster than answers come.
    """
    return _sent.get() or session


def only(*names: str) -> Keep:
    """A `keep` that takes over these fields."""
    return lambda studio, found, now: replace(now, **{name: getattr(found, name) for name in names})


def shown(studio: Studio, handler: Callable[..., Any], keep: Keep | None = None) -> Callable[..., Any]:
    """The handler as gradio calls it: sessions in and out as JSON, errors as messages for people."""

    @functools.wraps(handler)
    def safe(*values: Any) -> Any:
        try:
            visit = _Visit(studio, handler, values, keep)
            return visit.answer(visit.call(handler))
        except StudioError as error:
            raise gr.Error(escape(str(error)), title=_NOT_DONE, duration=_SHOWN_S, print_exception=False) from error
        except gr.Error:
            raise
        except Exception as error:  # noqa: BLE001 - the border of the page: whatever it was, a person is told calmly
            raise gr.Error(
                _our_bug(handler, error), title=_OUR_BUG, duration=_BUG_SHOWN_S, print_exception=False
            ) from None

    safe.__signature__ = _without_studio(handler)  # type: ignore[attr-defined]  # gradio counts and types parameters
    return safe


class _Visit:
    """One call of a handler: its page's newest session goes in, and what became of it comes out."""

    def __init__(self, studio: Studio, handler: Callable[..., Any], values: Sequence[Any], keep: Keep | None) -> None:
        self.studio, self.keep, self.page = studio, keep, _page_id()
        self.arguments = list(values)
        """The handler's arguments after the studio: the one called `session` as a `Session`, all others as they came."""
        self.sent: Session | None = None
        self.given = Session()
        names = list(inspect.signature(handler).parameters)[1:]
        if "session" in names and (place := names.index("session")) < len(values):
            self.sent = sent = Session.parse(values[place])
            self.given = self.arguments[place] = studio.sessions.newest(self.page, sent)

    def call(self, handler: Callable[..., Any]) -> Any:
        """What the handler returns."""
        before = _sent.set(self.sent)
        try:
            return handler(self.studio, *self.arguments)
        finally:
            _sent.reset(before)

    def answer(self, result: Any) -> Any:
        """What goes to the page."""
        if isinstance(result, tuple | list):
            return tuple(self._settled(each) if isinstance(each, Session) else each for each in result)
        return self._settled(result) if isinstance(result, Session) else result

    def _settled(self, found: Session) -> Any:
        """The page's session with what the handler found; nothing is written where the page has it already."""
        keep = functools.partial(self.keep, self.studio, found) if self.keep is not None else None
        settled = self.studio.sessions.settle(self.page, self.given, found, keep)
        return gr.skip() if settled == self.sent else settled.to_json()


def _page_id() -> str:
    """Gradio's id of the page that the event came from; empty outside of one."""
    request = LocalContext.request.get(None)
    return str(getattr(request, "session_hash", None) or "")


def _our_bug(handler: Callable[..., Any], error: Exception) -> str:
    number = secrets.token_hex(4)
    _log.error("error %s in %s", number, handler.__qualname__, exc_info=error)
    return (
        f"This is a bug of the studio, not a mistake of yours. Error {number}; the details are in the server's log. "
        "Your data and runs are safe. Try again, or reload the page."
    )


def _without_studio(handler: Callable[..., Any]) -> inspect.Signature:
    whole = inspect.signature(handler)
    return whole.replace(parameters=list(whole.parameters.values())[1:])
