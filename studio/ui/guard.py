"""The door of the server: who may call, what is never answered, and the headers every answer carries.

Gradio by itself answers any Origin when it is not on localhost, checks no Host, sends no content policy, and its
server functions take cross-site POSTs (measured on 6.31). A web page open in the visitor's browser must not be able
to stop, delete or read runs here; a name that an attacker points at 127.0.0.1 must not reach the studio either.
"""

import os
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
MOST_FORM_BYTES = 8 << 20
"""Body of any request but an upload. Uploads have gradio's own limit."""

_CHANGES_NOTHING = ("GET", "HEAD", "OPTIONS")
_NEVER_ANSWERED = re.compile(
    # Parts of Gradio the studio does not use: fetching of foreign addresses, figures of use, stored calls, reloading.
    r"/(proxy=|file=\s*(https?:|ftp:|//|\\)|file/|monitoring(/|$)|deep_link|run-history|runs(/|$)|stream/|dev/|custom_component/)"
    r"|/\.\.(/|$)",
    re.IGNORECASE,
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # the address holds the id of a run
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "content-security-policy": "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",  # gr.HTML compiles its template and script
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        )
    ),
}


class Guard:
    """ASGI middleware. `hosts` are the names the studio answers to; empty means any (behind a login)."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        frames = "'self' https://huggingface.co" if os.environ.get("SPACE_ID") else "'self'"
        policy = f"{_HEADERS['content-security-policy']}; frame-ancestors {frames}"
        self._headers = {**_HEADERS, "content-security-policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on and add the headers."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # the page opens no WebSocket
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, self._with_headers(send))
            return
        await self._app(scope, _limited(scope, receive), self._with_headers(send))

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._hosts and _name(host) not in self._hosts:
            return PlainTextResponse("The studio does not answer to this host name.", 421)
        if _NEVER_ANSWERED.search(scope["path"]):
            return PlainTextResponse("Not found.", 404)
        origin = headers.get("origin")
        if origin is not None and not self._is_own(origin, host):
            return PlainTextResponse("Cross-origin request refused.", 403)
        if scope["method"] in _CHANGES_NOTHING:
            return None
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return PlainTextResponse("Cross-site request refused.", 403)
        length = headers.get("content-length") or "0"
        if not length.isdecimal():
            return PlainTextResponse("The length of the request makes no sense.", 400)
        if not _is_upload(scope) and int(length) > MOST_FORM_BYTES:
            return PlainTextResponse("The request is too large.", 413)
        return None

    def _is_own(self, origin: str, host: str) -> bool:
        """Behind a proxy that renames the host, the names given to the server count."""
        try:
            place = urlsplit(origin).netloc.lower()
        except ValueError:
            return False
        return bool(place) and (place == host.lower() or _name(place) in self._hosts - LOCAL_HOSTS)

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return sending


def _name(host: str) -> str:
    """The name without the port: `[::1]:7860` is `::1`. Empty for what is no host."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _is_upload(scope: Scope) -> bool:
    return str(scope["path"]).rstrip("/").endswith("/upload")


def _limited(scope: Scope, receive: Receive) -> Receive:
    """A body sent without its length is counted while it comes; too much ends the connection."""
    if scope["method"] in _CHANGES_NOTHING or _is_upload(scope):
        return receive
    got = 0

    async def receiving() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        return {"type": "http.disconnect"} if got > MOST_FORM_BYTES else message

    return receiving
