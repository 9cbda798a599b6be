"""The files of Gradio's page: packed once, kept by browsers for good, and announced in the page's head.

By itself Gradio packs them anew for every visitor, lets browsers ask for them again, and its scripts find each other one
by one: the page, its frame, then one for each kind of component. Which ones a page needs is known before: Vite,
which built them, wrote down beside each import what it brings with it.
"""

import gzip
import json
import mimetypes
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import gradio
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_GRADIO = Path(gradio.__file__).parent / "templates" / "frontend"
# The regular and the bold of `server.theme`.
_FONTS = ("static/fonts/IBMPlexSans/IBMPlexSans-Regular.woff2", "static/fonts/IBMPlexSans/IBMPlexSans-Bold.woff2")
_AHEAD = {".js": 'rel="modulepreload"', ".css": 'rel="preload" as="style"'}
_CHARTS = '<script defer src="./studio/plotly.js" data-studio="plotly" onerror="this.remove()"></script>'
_HASHED = re.compile(r"[\w.-]+-(?=[\w-]*[A-Z\d_])[\w-]{8,9}\.(js|css)")
"""The name of such a file changes with what is in it. Plain words of eight letters are no such hash."""
_FOR_GOOD = {"cache-control": "public, max-age=31536000, immutable"}


class Frontend:
    """What a page with components of these kinds (`html`, `button`, …) loads."""

    def __init__(self, kinds: Iterable[str]) -> None:
        self._known = frozenset(path.name for path in (_GRADIO / "assets").iterdir())
        needed = dict.fromkeys(_needed(kinds))
        self.names = tuple(name for name in needed if name in self._known and Path(name).suffix in _AHEAD)
        self._packed = {name: gzip.compress(_bytes(name), 6, mtime=0) for name in self.names}

    @property
    def route(self) -> Route:
        """Goes before Gradio's own. The files are the same for everybody and hold nothing of a user."""
        return Route("/assets/{name}", self._file, methods=["GET"])

    async def _file(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._known:
            return Response(status_code=404)
        kept = _FOR_GOOD if _HASHED.fullmatch(name) else {}
        packed = self._packed.get(name)
        if packed is None or "gzip" not in request.headers.get("accept-encoding", ""):
            return FileResponse(_GRADIO / "assets" / name, headers=kept)
        headers = {**kept, "content-encoding": "gzip", "vary": "accept-encoding"}
        return Response(packed, media_type=mimetypes.guess_type(name)[0], headers=headers)

    def tags(self) -> str:
        """The head's announcements, as HTML. Addresses are relative, so that they hold behind a path prefix too."""
        there = (name for name in _FONTS if (_GRADIO / name).is_file())
        fonts = [f'<link rel="preload" as="font" crossorigin href="./{name}">' for name in there]
        files = [f'<link {_AHEAD[Path(name).suffix]} crossorigin href="./assets/{name}">' for name in self.names]
        return "".join((*files, *fonts))


class Announce:
    """ASGI middleware: puts the announcements into the page, and packs it.

    A page that opens with a run gets the chart library too; any other fetches that while idle (see `ui.server`).
    """

    def __init__(self, app: ASGIApp, tags: str) -> None:
        self._app, self._tags = app, tags

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; only the page itself is touched."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        tags = self._tags + (_CHARTS if b"run=" in scope["query_string"] else "")
        await self._app(
            scope, receive, _announcing(tags, "gzip" in Headers(scope=scope).get("accept-encoding", ""), send)
        )


def _announcing(tags: str, may_pack: bool, send: Send) -> Send:
    start: Message | None = None

    async def sending(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start" and message["status"] == 200:
            start = message  # waits until the length of the body is known
            return
        if start is not None:
            if not message.get("more_body"):
                message = {**message, "body": _announced(start, message.get("body", b""), tags, may_pack)}
            await send(start)
            start = None
        await send(message)

    return sending


def _announced(start: Message, body: bytes, tags: str, may_pack: bool) -> bytes:
    headers = MutableHeaders(scope=start)
    body = body.replace(b"<head>", b"<head>" + tags.encode(), 1)
    if may_pack:
        body = gzip.compress(body, 4, mtime=0)
        headers["content-encoding"] = "gzip"
    headers.add_vary_header("accept-encoding")
    headers["content-length"] = str(len(body))
    return body


def _bytes(name: str) -> bytes:
    return (_GRADIO / "assets" / name).read_bytes()


def _needed(kinds: Iterable[str]) -> Iterator[str]:
    """File names, about in the order of the page's own asking. What is not found here, the page finds by itself."""
    for entry in re.findall(r'"\./assets/(index-[\w-]+\.js)"', (_GRADIO / "index.html").read_text("utf-8")):
        frame = _brought(entry, r"import\(`\./(Index-[\w-]+\.js)")
        yield from (entry, *frame)
        yield from (name for script in frame[:1] for name in _brought(script, r"import\(`\./(Blocks-[\w-]+\.js)"))
        for core in (name for name in frame if re.fullmatch(r"core-[\w-]+\.js", name)):
            for kind in kinds:
                part = r":\{[^{}]*?component:\(\)=>\w+\(\(\)=>import\(`\./([\w-]+\.js)"
                yield from _brought(core, rf"[{{,]{re.escape(kind)}{part}")


def _brought(script: str, where: str) -> list[str]:
    """What one import in a script loads: the file itself (the group in `where`), then what that needs in its turn."""
    text = _bytes(script).decode("utf-8")
    listed = re.search(r"m\.f=(\[[^\]]*\])", text)
    found = re.search(where + r"`\).{0,60}?__vite__mapDeps\(\[([\d,]*)\]\)", text)
    if not listed or not found:
        return []
    names = [Path(name).name for name in json.loads(listed[1])]
    return [found[1], *(names[int(place)] for place in found[2].split(",") if place and int(place) < len(names))]
