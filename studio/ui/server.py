"""Starting and stopping the studio as a web server."""

import contextlib
import errno
import gc
import os
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from studio.assets import ASSETS
from studio.errors import StudioError
from studio.rundir import Home
from studio.ui import tidying
from studio.ui.frontend import Announce, Frontend
from studio.ui.guard import LOCAL_HOSTS, Guard
from studio.ui.page import build
from studio.ui.routes import routes
from studio.ui.studio import Studio

_SAID_BY_GRADIO = {"common.complete": "Done"}
"""A word its progress bar tells screen readers, and which its own translations lack: else they read out the key."""
_EVERY_ADDRESS = frozenset({"0.0.0.0", "::", ""})
_STYLES = ("studio.css", "live.css", "results.css")
_HEAD = (
    '<meta name="theme-color" media="(prefers-color-scheme: light)" content="#f5f7f8">'
    '<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0c1216">'
    '<meta name="robots" content="noindex">'
    '<link rel="prefetch" href="studio/plotly.js" as="script">'  # fetched while idle; parsed when a chart needs it
)

Logins = Sequence[tuple[str, str]]


def serve(
    home: Home | None = None,
    *,
    host: str = "",
    port: int | None = None,
    auth: Logins = (),
    allow_open: bool = False,
    spare: bool = True,
    open_browser: bool = False,
) -> None:
    """Serve the page until Ctrl-C or SIGTERM; then workers save a checkpoint and pause.

    `auth` are names with passwords (else STUDIO_AUTH, as `name:password`); `allow_open` lets anyone in on a public
    address. Behind a proxy, the names the studio answers to are in STUDIO_HOSTS, separated by commas.
    Raises: StudioError when the address is public and nobody would have to log in, or the port is taken.
    """
    auth = auth or login_from_environment()
    address = checked_address(host or default_host(), auth, allow_open=allow_open)
    if (wanted := port if port is not None else _default_port()) is not None:
        check_port(address, wanted)
    studio = Studio.at(home or Home.default(), spare=spare)
    studio.start()
    try:
        over = threading.Event()
        with (
            _signals(over),
            tidying.swept(studio.home),
            running(studio, address, port, auth=auth, open_browser=open_browser) as url,
        ):
            gc.freeze()  # what stays for good is not searched for garbage again: that held everybody up for 0.15 s at a time
            _say(f"Fine-Tuning Studio is at {url} (Ctrl-C ends it; runs pause, and go on at the next start).")
            over.wait()
            _say("Saving the runs at work …")
    finally:
        studio.close()


@contextlib.contextmanager
def running(
    studio: Studio,
    address: str = "127.0.0.1",
    port: int | None = None,
    *,
    auth: Logins = (),
    open_browser: bool = False,
) -> Iterator[str]:
    """The page, served while the block lasts; gives its URL. The studio itself is started and closed by the caller."""
    blocks = build(studio)
    frontend = Frontend(dict.fromkeys(block.get_block_name() for block in blocks.blocks.values()))
    try:
        _, url, _ = blocks.launch(
            server_name=address,
            server_port=port if port is not None else _default_port(),
            auth=list(auth) or None,
            inbrowser=open_browser,
            prevent_thread_lock=True,
            quiet=True,
            app_kwargs={
                "routes": [frontend.route, *routes(studio.home)],
                "middleware": [Middleware(Guard, hosts=allowed_hosts(address)), Middleware(Announce, frontend.tags())],
                "docs_url": None,
                "redoc_url": None,
            },
            max_file_size=studio.limits.file_bytes,
            theme=theme(),
            css=styles(),
            head=_HEAD,
            favicon_path=ASSETS / "logo.svg",
            footer_links=[],
            run_history=False,
            ssr_mode=False,
            show_error=False,
            i18n=gr.I18n(en=_SAID_BY_GRADIO),
            share=False,
            enable_monitoring=False,
            mcp_server=False,
            pwa=False,
            root_path=os.environ.get("GRADIO_ROOT_PATH") or None,
        )
        yield url
    finally:
        blocks.close(verbose=False)


def login_from_environment() -> Logins:
    """The login in STUDIO_AUTH, as `name:password`; empty when it is not set. Raises: StudioError when it is not one."""
    name, colon, password = os.environ.get("STUDIO_AUTH", "").partition(":")
    if not name and not colon:
        return ()
    if not name or not password:
        raise StudioError("STUDIO_AUTH is not a login", fix="Write it as name:password, or unset it.")
    return ((name, password),)


def default_host() -> str:
    """This machine only; on a Space every address, since the Space's own proxy stands in front."""
    return "0.0.0.0" if os.environ.get("SPACE_ID") else "127.0.0.1"


def checked_address(host: str, auth: Logins, *, allow_open: bool) -> str:
    """The address, if it may be served. Raises: StudioError for a public one without a login."""
    if host in LOCAL_HOSTS or auth or allow_open or os.environ.get("SPACE_ID"):
        return host
    raise StudioError(
        f"The studio would be open to everyone who can reach {host or 'this machine'}",
        fix="Give a login (--auth name:password), or serve on 127.0.0.1, or say --allow-open if that is what you want.",
    )


def allowed_hosts(address: str) -> tuple[str, ...]:
    """Names the guard lets in; empty for any. A local studio answers to local names only (DNS rebinding)."""
    told = f"{os.environ.get('STUDIO_HOSTS', '')},{os.environ.get('SPACE_HOST', '')}"
    named = tuple(name.strip() for name in told.split(",") if name.strip())
    if address in LOCAL_HOSTS:
        return (*LOCAL_HOSTS, *named)
    if not named:
        return ()
    return (*LOCAL_HOSTS, *named, *({address} - _EVERY_ADDRESS))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the terminal it was started from


def theme() -> Any:
    """Gradio's plain theme in the studio's font. Only weights 400 and 700 hold Latin letters in the files Gradio ships."""
    return gr.themes.Base(
        font=[gr.themes.GoogleFont("IBM Plex Sans", weights=(400, 700)), "system-ui", "sans-serif"],
        font_mono=[gr.themes.GoogleFont("IBM Plex Mono", weights=(400, 700)), "monospace"],
    )


def styles() -> str:
    """All style sheets of the studio, in order."""
    return "\n".join((ASSETS / name).read_text("utf-8") for name in _STYLES if (ASSETS / name).is_file())


def check_port(address: str, port: int) -> None:
    """Raises: StudioError where nothing can be served there."""
    try:
        family, kind, _, _, where = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((where[0], port, *where[2:]))
    except (OSError, OverflowError) as error:
        why = "it is in use" if getattr(error, "errno", 0) == errno.EADDRINUSE else str(error)
        fix = "Give another with --port, or none (nor GRADIO_SERVER_PORT): then the first free one from 7860 is taken."
        raise StudioError(f"The page cannot be served at port {port}: {why}", where=address, fix=fix) from error


def _default_port() -> int | None:
    """None lets Gradio take the first free one from 7860 on."""
    named = os.environ.get("GRADIO_SERVER_PORT", "")
    return int(named) if named.isdigit() else None


@contextlib.contextmanager
def _signals(over: threading.Event) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the wait instead of the process, so that runs are saved first."""
    old = {number: signal.signal(number, lambda *_: over.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
