"""How an event reaches its handler: sessions in and out as JSON, errors as messages for people.

A `StudioError` becomes a message on the page with its own words; anything else is our bug: it is logged with an id,
and the page shows that id. Everything bound here is a public endpoint of the server, and what arrives is a
stranger's word: a handler checks its inputs.

A handler that takes long must not write the session it was given: people go on clicking meanwhile, and what they did
would be undone. Such a row says in `keep` what of its session counts. Its results wait in a `gr.State`, and a quick
row puts them on the page: all components as they were returned, and the session as it is at that moment, with those
parts put in.
"""

import functools
import inspect
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.ui.session import Session
from studio.ui.studio import Studio

_log = logging.getLogger(__name__)
Keep = Callable[[Studio, Session, Session], Session]
_NOT_DONE, _OUR_BUG = "That did not work", "Something is wrong in the studio"
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
    """Bind a row of the table, and those that follow it, to an event (or a list of events)."""
    options: dict[str, Any] = {
        "show_progress": row.progress,
        "concurrency_limit": None,  # handlers are short; one slow visitor must not hold up the others
        "api_visibility": "private",
        **row.options,
    }
    handler, writes, followers = shown(studio, row.handler), list(row.writes), row.then
    if row.keep is not None:
        results = gr.State()
        delivered = Row(None, _delivery(row.keep), [writes[0], results], writes, then=row.then)
        writes, followers = [results], (delivered,)
    if isinstance(trigger, list):
        bound = gr.on(trigger, handler, list(row.reads), writes, **options)
    else:
        bound = trigger(handler, list(row.reads), writes, **options)
    for follower in followers:
        bind_row(studio, follower, bound.success)


def only(*names: str) -> Keep:
    """A `keep` that takes over these fields."""
    return lambda studio, found, now: replace(now, **{name: getattr(found, name) for name in names})


def _delivery(keep: Keep) -> Callable[..., Any]:
    """The quick row after a slow one: its results (a session first) on the page of now."""

    def deliver(studio: Studio, session: Session, results: Sequence[Any]) -> tuple[Any, ...]:
        found, *others = results
        return keep(studio, Session.parse(found), session), *others

    return deliver


def shown(studio: Studio, handler: Callable[..., Any]) -> Callable[..., Any]:
    """The handler as gradio calls it: sessions in and out as JSON, errors as messages for people."""

    @functools.wraps(handler)
    def safe(*values: Any) -> Any:
        try:
            return _to_page(handler(studio, *_from_page(handler, values)))
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


def _our_bug(handler: Callable[..., Any], error: Exception) -> str:
    number = secrets.token_hex(4)
    _log.error("error %s in %s", number, handler.__qualname__, exc_info=error)
    return (
        f"This is a bug of the studio, not a mistake of yours. Error {number}; the details are in the server's log. "
        "Your data and runs are safe. Try again, or reload the page."
    )


def _from_page(handler: Callable[..., Any], values: Sequence[Any]) -> list[Any]:
    """The handler's arguments after the studio: the one called `session` as a `Session`, all others as they came."""
    names = list(inspect.signature(handler).parameters)[1:]
    place = names.index("session") if "session" in names else -1
    return [Session.parse(value) if place == at else value for at, value in enumerate(values)]


def _to_page(result: Any) -> Any:
    if isinstance(result, tuple | list):
        return tuple(_to_page(each) if isinstance(each, Session) else each for each in result)
    return result.to_json() if isinstance(result, Session) else result


def _without_studio(handler: Callable[..., Any]) -> inspect.Signature:
    whole = inspect.signature(handler)
    return whole.replace(parameters=list(whole.parameters.values())[1:])
