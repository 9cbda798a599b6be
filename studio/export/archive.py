"""A zip with everything: the model, its card, a program that asks it, and the order that trains it again."""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from studio import storage
from studio.errors import StudioError
from studio.evaluation.report import read_report
from studio.export.base import base_of, license_note
from studio.export.card import model_card, title_of
from studio.export.format import Format
from studio.export.inputs import inputs_json
from studio.export.order import order_json
from studio.export.script import head_of, requirements_text, script_text
from studio.export.using import ADAPTER
from studio.rundir import RunDir

_PLACES = ("_name_or_path", "name_or_path", "tokenizer_file", "special_tokens_map_file", "vocab_file", "merges_file")
"""Keys under which libraries note where on some machine a file lay."""


def build_archive(run: RunDir) -> Path:
    """Write `export.zip` into the run folder, atomically and without holding a weight in memory.

    It unpacks into one folder named after the run. Weights are stored as they are, since they do not compress; the rest
    is deflated. Raises: StudioError while there is no model, or when it is not what the worker wrote.
    """
    if not run.model.is_dir() or read_report(run) is None:
        raise StudioError(
            "There is nothing to export yet", where=f"run {run.id}", fix="Wait until the training has finished."
        )
    if problems := storage.problems_of(run.model):
        raise StudioError(
            f"The model is damaged: {problems[0]}", where=f"run {run.id}", fix="Train it again; do not use this one."
        )
    folder, files = slug(title_of(run)), _files(run)

    def fill(file: BinaryIO) -> None:
        with ZipFile(file, "w", ZIP_DEFLATED, strict_timestamps=False) as package:
            for name, source in files.items():
                if isinstance(source, str):
                    package.writestr(f"{folder}/{name}", source)
                else:
                    kind = ZIP_STORED if source.suffix == ".safetensors" else ZIP_DEFLATED
                    package.write(source, f"{folder}/{name}", kind)

    target = run.path / "export.zip"
    storage.write_with(target, fill)
    return target


def contents(run: RunDir) -> dict[str, int]:
    """Name → bytes of every file that the archive will hold, without building it. Raises: StudioError."""
    return {
        name: len(source.encode()) if isinstance(source, str) else source.stat().st_size
        for name, source in _files(run).items()
    }


def slug(name: str) -> str:
    """A folder name any system takes: ASCII letters, digits and hyphens, at most 60; `model` if nothing is left."""
    ascii_only = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:60].rstrip("-")
    return f"{words}-model" if words in _DEVICES else words or "model"


_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""Names that Windows keeps for itself."""


def _files(run: RunDir) -> dict[str, str | Path]:
    """Name → what stands there: a text, or the file of the model that is copied."""
    files: dict[str, str | Path] = dict(_texts(run))
    for path in sorted(run.model.rglob("*")):
        if path.is_file() and path.name != storage.MANIFEST:
            files.setdefault(path.relative_to(run.model).as_posix(), path)
    return files


def _texts(run: RunDir) -> dict[str, str]:
    """The written files, in the order people should meet them, and the model's own that hold places of this machine."""
    texts = {
        "README.md": model_card(run),
        "predict.py": script_text(run),
        "inputs.json": inputs_json(run),
        "requirements.txt": requirements_text(),
        "train.json": order_json(run),
        "LICENSE-base-model.md": license_note(run.config.model),
    }
    if labels := _labels(run):
        texts["labels.json"] = json.dumps(labels, ensure_ascii=False, indent=1) + "\n"
    adapter = run.model / ADAPTER
    if adapter.is_file():
        base = base_of(run.config.model)
        named = {"base_model_name_or_path": base.hub or None, "revision": base.revision or None}
        texts[ADAPTER] = json.dumps(json.loads(adapter.read_bytes()) | named, indent=1) + "\n"
    for name in ("config.json", "tokenizer_config.json"):
        path = run.model / name
        if path.is_file():
            texts[name] = _without_places(path.read_text(encoding="utf-8"))
    return texts


def _labels(run: RunDir) -> list[str]:
    """The model's labels, in the order of its outputs."""
    return [str(label) for label in head_of(run)["labels"]]


def _without_places(text: str) -> str:
    value: Any = json.loads(text)
    kept = {key: each for key, each in value.items() if key not in _PLACES}
    return text if len(kept) == len(value) else json.dumps(kept, ensure_ascii=False, indent=2) + "\n"


FORMAT = Format(
    name="archive",
    title="Zip with everything",
    help="The model, a card with its facts and figures, a program that asks it, and the order that trains it again.",
    build=build_archive,
    contents=contents,
)
