"""The pinned commit of a model, from the Hub into a committed folder; a broken download goes on where it was."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Protocol

from huggingface_hub import HfApi
from huggingface_hub.hf_api import RepoSibling

from studio.errors import StudioError
from studio.models.counting import MOST_BYTES, confined_counts
from studio.models.hub.code import refuse_code
from studio.models.hub.transfer import Cancelled, bytes_here, fetch_file
from studio.models.hub.weights import INDEX, refuse_strange_index
from studio.models.hub.words import LATER, endpoint, in_words
from studio.models.sizing import gigabytes
from studio.rundir import Home
from studio.storage import MANIFEST, Lease, Stage, discard, link_or_move, make_folder, remove_file

Progress = Callable[[int, int], None]
"""Told the bytes that are here and the bytes there will be, after every piece; must be quick."""

SETTINGS = ("config.json", "tokenizer_config.json")
"""Small files that could name code; fetched and judged before anything else, then the index of the weights."""
_WANTED = re.compile(
    r"config\.json|generation_config\.json|1_Pooling/config\.json|chat_template\.(jinja|json)"
    r"|tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json"
    r"|vocab\.txt|vocab\.json|merges\.txt|spiece\.model|sentencepiece\.bpe\.model|tokenizer\.model"
    r"|model\.safetensors|model-\d{5}-of-\d{5}\.safetensors|model\.safetensors\.index\.json"
)
_TOKENIZER = "tokenizer.json"
_SPARE_BYTES = 200_000_000
"""Left free on the disk after a download, for runs."""
_TIMEOUT_S = 30.0
_one_at_a_time = Lock()


class Pinned(Protocol):
    """A model of the Hub at one commit: a preset, or the model of an order."""

    @property
    def id(self) -> str:
        """OWNER/NAME."""
        ...

    @property
    def revision(self) -> str:
        """The commit, 40 hexadecimal digits."""
        ...


def folder_of(home: Home, model: Pinned) -> Path:
    """Where that revision lies, or would lie."""
    return home.models / "hub" / _name(model)


def downloaded(home: Home, model: Pinned) -> Path | None:
    """The folder of that very revision if it is here whole, else None. Looks at names and sizes; quick enough for a page."""
    folder = folder_of(home, model)
    try:
        files = json.loads((folder / MANIFEST).read_bytes())["files"]
        whole = all((folder / name).stat().st_size == facts["bytes"] for name, facts in files.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return folder if whole and files else None


def on_its_way(home: Home, model: Pinned) -> int:
    """Bytes that an unfinished download has left here; 0 where there is none."""
    folder = _partial(home, model)
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # files come and go while the download is at work
                total += (Path(place) / name).stat().st_size
    return total


def download(
    home: Home,
    model: Pinned,
    progress: Progress = lambda done, total: None,
    cancelled: Cancelled = lambda: False,
) -> Path:
    """Fetch the pinned revision and return its folder; at once when it is here already.

    Every file's size and digest are those the Hub names for the revision. Raises: StudioError; what has come by then is
    kept for the next try, unless the model itself was refused.
    """
    if not re.fullmatch(r"[0-9a-f]{40}", model.revision):
        raise StudioError("This model does not come from the Hub", where=model.id, fix="Choose another base model.")
    with _alone(home, model, cancelled), in_words(model.id):
        here = downloaded(home, model)
        if here is not None:
            return here
        return _download(home, model, progress, cancelled)


def wanted_files(siblings: list[RepoSibling] | None, where: str) -> list[RepoSibling]:
    """Of a model's files those that are fetched, settings first. Raises: StudioError when they are not enough."""
    files = [file for file in siblings or [] if _WANTED.fullmatch(file.rfilename)]
    names = {file.rfilename for file in files}
    if not any(name.endswith(".safetensors") for name in names):
        raise StudioError(
            "This model has no weights in the safetensors format",
            where=where,
            fix="Other formats can hide program code, so the studio does not load them. Choose another model.",
        )
    if "config.json" not in names:
        raise StudioError("This is not a model: config.json is missing", where=where, fix="Choose another model.")
    if any(file.size is None or (file.lfs is None and not file.blob_id) for file in files):
        raise StudioError("The hub does not say what to check its files against", where=where, fix=LATER)
    large = [file.rfilename for file in files if (file.size or 0) > MOST_BYTES and ".safetensors" not in file.rfilename]
    if large:
        raise StudioError(
            f"A file of this model that is not its weights has more than {MOST_BYTES // 10**6} MB",
            where=f"{where}, {large[0]}",
            fix="Choose another model.",
        )
    return sorted(files, key=lambda file: (file.rfilename not in SETTINGS, file.rfilename != INDEX, file.size or 0))


def _download(home: Home, model: Pinned, progress: Progress, cancelled: Cancelled) -> Path:
    target, partial = folder_of(home, model), _partial(home, model)
    make_folder(target.parent)
    make_folder(partial)
    files = _listed(model)
    here = {file.rfilename: bytes_here(partial, file) for file in files}
    total = sum(file.size or 0 for file in files)
    _check_space(model, total - sum(here.values()), target.parent)
    for file in files:

        def told(count: int, name: str = file.rfilename) -> None:
            here[name] = count
            progress(sum(here.values()), total)

        path = fetch_file(model.id, model.revision, file, partial, told, cancelled)
        try:
            if file.rfilename == _TOKENIZER:
                _judge_tokenizer(path, f"{model.id}, {file.rfilename}")
            elif file.rfilename in SETTINGS:
                _judge(path, f"{model.id}, {file.rfilename}")
            elif file.rfilename == INDEX:
                refuse_strange_index(path, here)
        except StudioError:
            if file.rfilename != _TOKENIZER:  # which takes its time on a busy machine: what else has come is kept
                discard(partial)
            raise
    with Stage(target) as stage:
        for file in files:
            link_or_move(partial / file.rfilename, stage.path / file.rfilename)
    discard(partial)  # not before: if the commit fails, all that has come is still there
    return target


def _listed(model: Pinned) -> list[RepoSibling]:
    """The files of the revision that are needed."""
    api = HfApi(endpoint=endpoint())
    info = api.model_info(model.id, revision=model.revision, files_metadata=True, timeout=_TIMEOUT_S)
    if info.sha != model.revision:
        raise StudioError("The Hub answered with another revision than the pinned one", where=model.id, fix=LATER)
    return wanted_files(info.siblings, model.id)


def _judge_tokenizer(path: Path, where: str) -> None:
    if confined_counts(path, ["a"]) is None:
        remove_file(path)  # so that the next try looks at it anew
        raise StudioError(
            "The model's tokenizer is damaged, or takes too much time or memory for a single letter",
            where=where,
            fix="Choose another model; on a very busy machine, try again later.",
        )


def _judge(path: Path, where: str) -> None:
    try:
        settings = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict):
        raise StudioError("The model's settings are damaged", where=where, fix="Choose another model.")
    refuse_code(settings)


def _check_space(model: Pinned, needed: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE_BYTES:
        raise StudioError(
            f"There is not enough space on the disk for this model: it needs {gigabytes(needed)}, "
            f"{gigabytes(free)} are free",
            where=model.id,
            fix="Free some space and try again.",
        )


@contextmanager
def _alone(home: Home, model: Pinned, cancelled: Cancelled) -> Iterator[None]:
    """One download at a time in this process, and one of each model on this machine."""
    while not _one_at_a_time.acquire(timeout=0.2):
        if cancelled():
            raise StudioError("The download was cancelled", fix="It had not begun.")
    try:
        make_folder(home.models / "partial")
        lease = Lease(home.models / "partial" / f"{_name(model)}.json")
        while not lease.acquire():
            if cancelled():
                raise StudioError("The download was cancelled", fix="Another process goes on with it.")
            time.sleep(0.5)
        try:
            yield
        finally:
            lease.release()
    finally:
        _one_at_a_time.release()


def _partial(home: Home, model: Pinned) -> Path:
    return home.models / "partial" / _name(model)


def _name(model: Pinned) -> str:
    return f"{model.id.replace('/', '--')}@{model.revision}"
