"""One file from the Hub: resumed where it broke off, tried again when the line fails, checked byte by byte.

The Hub library's own download starts anew after every failure and cannot be cancelled; hence this one, over its session,
with its headers and its errors.
"""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

from httpx2 import Response, TransportError
from huggingface_hub import get_session, hf_hub_url
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.hf_api import RepoSibling
from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

from studio.errors import StudioError
from studio.models.hub.words import LATER, endpoint
from studio.storage import Part

Cancelled = Callable[[], bool]
"""Whether nobody wants it any more; asked after every piece."""
STALL_S = 20.0
"""A line on which nothing comes for so long is given up, and tried again."""
PAUSE_S = 1.0
_TRIES = 4
"""In a row, without a single new byte."""
_LONGEST_WAIT_S = 30.0
_MAY_PASS = (408, 429, 500, 502, 503, 504)


def fetch_file(
    model_id: str, revision: str, file: RepoSibling, folder: Path, told: Callable[[int], None], cancelled: Cancelled
) -> Path:
    """Bring `file` into `folder` and return its place; `told` hears how many of its bytes are here.

    Raises: StudioError when the bytes are not the promised ones, or when it was cancelled; errors of httpx and the Hub.
    """
    path = folder / file.rfilename
    if not (path.is_file() and is_as_promised(path, file)):
        part = Part(path)
        url = hf_hub_url(model_id, file.rfilename, revision=revision, endpoint=endpoint())
        _fill(part, url, file.size or 0, told, cancelled)
        if not is_as_promised(part.path, file):
            part.drop()
            raise StudioError(
                "The file is not the one that was pinned", where=f"{model_id}, {file.rfilename}", fix=LATER
            )
        part.finish()
    told(file.size or 0)
    return path


def is_as_promised(path: Path, file: RepoSibling) -> bool:
    """Size, and SHA-256 for large files or git's own digest for small ones, as the Hub lists them."""
    if path.stat().st_size != file.size:
        return False
    with path.open("rb") as readable:
        if file.lfs is not None:
            return hashlib.file_digest(readable, "sha256").hexdigest() == file.lfs["sha256"]
        content = readable.read()
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
    return blob.hexdigest() == file.blob_id


def bytes_here(folder: Path, file: RepoSibling) -> int:
    """How much of a file has come so far."""
    path = folder / file.rfilename
    here = path.stat().st_size if path.is_file() else Part(path).size
    return max(0, min(here, file.size or 0))


def _fill(part: Part, url: str, size: int, told: Callable[[int], None], cancelled: Cancelled) -> None:
    """Append to `part` until it has `size` bytes, or more than that."""
    tries = 0
    while (here := part.size) < size:
        try:
            _append(part, url, max(0, here), size, told, cancelled)
            if part.size < size:
                raise TransportError("The answer ended early")
        except (TransportError, HfHubHTTPError) as error:
            if isinstance(error, HfHubHTTPError) and error.response.status_code == 416:
                part.drop()  # there is no such rest: what is here is no beginning of it
            elif isinstance(error, HfHubHTTPError) and error.response.status_code not in _MAY_PASS:
                raise
            tries = 1 if part.size > max(0, here) else tries + 1
            if tries >= _TRIES:
                raise
            _rest(_wait(error, tries), cancelled)


def _append(part: Part, url: str, here: int, size: int, told: Callable[[int], None], cancelled: Cancelled) -> None:
    _go_on(cancelled)
    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    if here:
        headers["Range"] = f"bytes={here}-"
    with get_session().stream("GET", url, headers=headers, timeout=STALL_S, follow_redirects=True) as response:
        hf_raise_for_status(response)
        if not _is_the_rest(response, here):
            here = 0  # the server sends it whole
        with part.filling(anew=not here) as append:
            for piece in response.iter_raw():
                append(piece)
                here += len(piece)
                told(min(here, size))
                if here > size:
                    return  # too long: what was promised cannot come of it
                _go_on(cancelled)


def _is_the_rest(response: Response, here: int) -> bool:
    return response.status_code == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {here}-")


def _wait(error: Exception, tries: int) -> float:
    asked = error.response.headers.get("Retry-After", "") if isinstance(error, HfHubHTTPError) else ""
    if asked.isdigit() and int(asked) <= _LONGEST_WAIT_S:
        return int(asked) * PAUSE_S
    return tries * PAUSE_S


def _rest(seconds: float, cancelled: Cancelled) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        _go_on(cancelled)
        time.sleep(min(0.2, seconds))


def _go_on(cancelled: Cancelled) -> None:
    if cancelled():
        raise StudioError(
            "The download was cancelled", fix="What has come so far is kept: a later download goes on from there."
        )
