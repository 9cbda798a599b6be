"""Base models from the Hub: one pinned revision, weights as safetensors only, checked byte by byte, never any code.

A model lies in `models/hub/NAME@REVISION`, a committed folder: it is there whole, or not at all.
"""

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Self

from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    XetDownloadError,
)
from huggingface_hub.hf_api import RepoSibling

from studio.errors import StudioError
from studio.models.presets import Preset
from studio.models.sizing import gigabytes
from studio.rundir import Home
from studio.storage import MANIFEST, Stage, make_folder

Progress = Callable[[int, int], None]
"""Told the bytes that are here and the bytes there will be, after every chunk; must be quick, any thread may call it."""

_SETTINGS = ("config.json", "tokenizer_config.json")
"""Small files that could name code; fetched and judged before anything else."""
_WANTED = re.compile(
    r"config\.json|tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json"
    r"|vocab\.txt|vocab\.json|merges\.txt|spiece\.model|sentencepiece\.bpe\.model|tokenizer\.model"
    r"|model\.safetensors|model-\d{5}-of-\d{5}\.safetensors|model\.safetensors\.index\.json"
)
_SPARE_BYTES = 200_000_000
"""Left free on the disk after a download, for runs."""
_one_at_a_time = Lock()


def folder_of(home: Home, preset: Preset) -> Path:
    """Where that revision lies, or would lie."""
    return home.models / "hub" / f"{preset.id.replace('/', '--')}@{preset.revision}"


def downloaded(home: Home, preset: Preset) -> Path | None:
    """The folder of that very revision if it is here whole, else None. Looks at names and sizes; quick enough for a page."""
    folder = folder_of(home, preset)
    try:
        files = json.loads((folder / MANIFEST).read_bytes())["files"]
        whole = all((folder / name).stat().st_size == facts["bytes"] for name, facts in files.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return folder if whole and files else None


def download(home: Home, preset: Preset, progress: Progress = lambda done, total: None) -> Path:
    """Fetch the preset's pinned revision and return its folder; at once when it is here already.

    Every file's size and digest are those the Hub names for the revision. Raises: StudioError, with nothing left behind.
    """
    if not preset.revision:
        raise StudioError(f"{preset.title} does not come from the Hub", fix="Choose another base model to download.")
    with _one_at_a_time, _in_words(preset):
        here = downloaded(home, preset)
        if here is not None:
            return here
        target = folder_of(home, preset)
        make_folder(target.parent)
        endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
        files = _wanted_files(preset, endpoint)
        _check_space(preset, files, target.parent)
        counter = _Counter(progress, sum(file.size or 0 for file in files))
        with Stage(target) as stage:
            for file in files:
                _fetch(preset, file, stage.path, endpoint, counter)
            shutil.rmtree(stage.path / ".cache", ignore_errors=True)  # the Hub library's own notes
        return target


def refuse_code(settings: dict[str, Any]) -> None:
    """Refuse a model's settings that would load code from the model, or from anywhere. Raises: StudioError."""
    for name, value in _entries(settings):
        if (name in ("auto_map", "custom_pipelines") or name.endswith("_implementation_internal")) and value:
            reason = f"“{name}” names code"
        elif name == "trust_remote_code" and value:
            reason = "it asks for its own code to be trusted"
        elif "implementation" in name and isinstance(value, str) and ("/" in value or ":" in value):
            reason = f"“{name}” names code on the Hub"
        else:
            continue
        raise StudioError(
            f"This model brings its own program code ({reason})",
            fix="The studio never runs code from a model. Choose a model that transformers knows by itself.",
        )


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield str(name), inner
            yield from _entries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _entries(inner)


def _wanted_files(preset: Preset, endpoint: str) -> list[RepoSibling]:
    """The files of the revision that are needed, settings first. Raises: StudioError when it has no safetensors."""
    info = HfApi(endpoint=endpoint).model_info(preset.id, revision=preset.revision, files_metadata=True, timeout=30)
    if info.sha != preset.revision:
        raise StudioError("The Hub answered with another revision than the pinned one", where=preset.id, fix=_LATER)
    files = [file for file in info.siblings or [] if _WANTED.fullmatch(file.rfilename)]
    if not any(file.rfilename.endswith(".safetensors") for file in files):
        raise StudioError(
            "This model has no weights in the safetensors format",
            where=preset.id,
            fix="Other formats can hide program code, so the studio does not load them. Choose another model.",
        )
    if not any(file.rfilename == "config.json" for file in files):
        raise StudioError("This is not a model: config.json is missing", where=preset.id, fix="Choose another model.")
    return sorted(files, key=lambda file: (file.rfilename not in _SETTINGS, file.size or 0))


def _fetch(preset: Preset, file: RepoSibling, folder: Path, endpoint: str, counter: "_Counter") -> None:
    path = Path(
        hf_hub_download(
            preset.id,
            file.rfilename,
            revision=preset.revision,
            local_dir=folder,
            endpoint=endpoint,
            tqdm_class=counter.bar,
        )
    )
    if not _is_as_promised(path, file):
        raise StudioError("The file is not the one that was pinned", where=f"{preset.id}, {file.rfilename}", fix=_LATER)
    if file.rfilename in _SETTINGS:
        try:
            refuse_code(json.loads(path.read_bytes()))
        except ValueError as error:
            raise StudioError(
                "The model's settings are damaged", where=f"{preset.id}, {file.rfilename}", fix="Choose another model."
            ) from error


def _is_as_promised(path: Path, file: RepoSibling) -> bool:
    """Size, and SHA-256 for large files or git's own digest for small ones, as the Hub lists them."""
    if file.size is not None and path.stat().st_size != file.size:
        return False
    with path.open("rb") as readable:
        if file.lfs is not None:
            return hashlib.file_digest(readable, "sha256").hexdigest() == file.lfs["sha256"]
        content = readable.read()
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
    return blob.hexdigest() == file.blob_id


def _check_space(preset: Preset, files: list[RepoSibling], folder: Path) -> None:
    needed, free = sum(file.size or 0 for file in files), shutil.disk_usage(folder).free
    if free < needed + _SPARE_BYTES:
        raise StudioError(
            f"There is not enough space on the disk for {preset.title}: it needs {gigabytes(needed)}, "
            f"{gigabytes(free)} are free",
            fix="Free some space and try again.",
        )


class _Counter:
    """Adds up the bytes of all files; `bar` is what the Hub library takes for a progress bar."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.done, self.total = 0, total
        counter = self

        class Bar:
            def __init__(self, *_: Any, total: int | None = None, **__: Any) -> None:
                self.total = total

            def __enter__(self) -> Self:
                return self

            def __exit__(self, *_: object) -> None:
                self.close()

            def update(self, n: float | None = 1) -> None:
                counter.done += int(n or 0)
                progress(min(counter.done, counter.total), counter.total)

            def update_transfer(self, n: float | None = 1) -> None:
                """Bytes on the wire: not what people wait for."""

            def set_postfix_str(self, *_: Any, **__: Any) -> None:
                """Shows nothing."""

            set_transfer_postfix_str = refresh = close = set_postfix_str

        self.bar: Any = Bar


_LATER = "Try again later; if it stays so, choose another model and tell the studio's developers."
_NETWORK = "Check the network connection and try again, or choose a model that is on this machine."


@contextmanager
def _in_words(preset: Preset) -> Iterator[None]:
    """What can go wrong on the way, as a StudioError that says which it was."""
    where = preset.id
    try:
        yield
    except GatedRepoError as error:
        raise StudioError(
            "The owner of this model gives it only to people who accepted its terms",
            where=where,
            fix="Accept them on the model's page, set HF_TOKEN, and try again; or choose another model.",
        ) from error
    except HfHubHTTPError as error:
        raise _status_in_words(error, where) from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled) as error:
        raise StudioError("The model hub cannot be reached", where=where, fix=_NETWORK) from error
    except (HTTPError, XetDownloadError) as error:
        raise StudioError("The connection to the model hub failed or broke off", where=where, fix=_NETWORK) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StudioError(
                "The disk is full", where=where, fix="Free some space and try again; nothing was left behind."
            ) from error
        if "size" in str(error):  # the Hub library's check of the length it was told
            raise StudioError("The download broke off before its end", where=where, fix=_NETWORK) from error
        raise StudioError(
            f"The model could not be written: {error.strerror or error}", where=where, fix=_LATER
        ) from error


def _status_in_words(error: HfHubHTTPError, where: str) -> StudioError:
    status = error.response.status_code
    if isinstance(error, RepositoryNotFoundError) or status == 404:
        return StudioError("The hub has no such model or revision", where=where, fix="Choose another model.")
    if status in (401, 403):
        return StudioError(
            "The hub does not give this model to us", where=where, fix="Check HF_TOKEN, or choose another model."
        )
    if status == 429:
        return StudioError("The hub asks to slow down", where=where, fix="Wait some minutes and try again.")
    return StudioError(f"The model hub is not well (answer {status})", where=where, fix=_LATER)
