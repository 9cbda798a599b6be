"""Everything needed to go on to the bit, in a committed folder: safetensors for numbers, JSON for the rest.

`checkpoints/step-N/`: `weights` (all that is trained), `moments` (AdamW's), `best` (the best version's weights, when
that is neither this one nor the start) and `state.json`. Each stands alone; the newest two are kept.
"""

import base64
import contextlib
import json
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from studio import storage
from studio.errors import StudioError
from studio.storage import disk

_NAME = re.compile(r"step-(\d+)")
_KEEP = 2


@dataclass(frozen=True)
class Checkpoint:
    """What was read back. `progress` is the loop's own."""

    step: int
    progress: dict[str, Any]
    weights: dict[str, Tensor]
    moments: dict[str, Tensor]
    best: dict[str, Tensor] | None
    random: dict[str, Any]


def save(
    folder: Path,
    step: int,
    progress: dict[str, Any],
    weights: dict[str, Tensor],
    moments: dict[str, Tensor],
    best: dict[str, Tensor] | None,
) -> None:
    """Commit `step-N`, then let older ones go once it has proved whole. Raises: StudioError when the disk is full."""
    storage.make_folder(folder)
    state = {"version": 1, "step": step, "progress": progress, "random": random_state()}
    target = folder / f"step-{step}"
    with storage.Stage(target) as stage:
        stage.write("state.json", json.dumps(state, allow_nan=False).encode())
        for name, tensors in (("weights", weights), ("moments", moments), ("best", best)):
            if tensors is not None:
                _write(tensors, stage.path / f"{name}.safetensors", target)
    older = [path for number, path in _committed(folder) if number != step]
    if len(older) >= _KEEP and not storage.problems_of(target):
        for path in older[: len(older) - _KEEP + 1]:
            storage.remove_folder(path)


def newest(folder: Path, warn: Callable[[str], None]) -> Checkpoint | None:
    """The newest checkpoint that is whole; damaged ones are put aside by another name, with a word of warning."""
    for step, path in reversed(_committed(folder)):
        try:
            problems = storage.problems_of(path)
            if not problems:
                return _read(path)
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            problems = [str(error)]
        disk.DISK.rename(path, path.with_name(f"damaged-{path.name}-{time.time_ns()}"))
        warn(
            f"The checkpoint of step {step} is damaged ({problems[0]}). It was put aside; training goes on from an older one."
        )
    return None


def clear(folder: Path) -> None:
    """Remove all checkpoints: the run is over, and its model is kept elsewhere."""
    if folder.is_dir():
        storage.remove_folder(folder)


def random_state() -> dict[str, Any]:
    """The state of every generator of random numbers, as JSON can hold it."""
    kind, keys, place, has_gauss, gauss = np.random.get_state()
    python = random.getstate()
    state: dict[str, Any] = {
        "torch": base64.b64encode(torch.get_rng_state().numpy().tobytes()).decode(),
        "numpy": [str(kind), np.asarray(keys).tolist(), int(place), int(has_gauss), float(gauss)],
        "python": [python[0], list(python[1]), python[2]],
    }
    if torch.cuda.is_available():
        state["cuda"] = base64.b64encode(torch.cuda.get_rng_state().numpy().tobytes()).decode()
    return state


def restore_random(state: dict[str, Any]) -> None:
    """Put every generator back to where `random_state` saw it."""
    torch.set_rng_state(_bytes(state["torch"]))
    kind, keys, place, has_gauss, gauss = state["numpy"]
    np.random.set_state((kind, np.array(keys, dtype=np.uint32), place, has_gauss, gauss))
    version, internal, gauss_next = state["python"]
    random.setstate((version, tuple(internal), gauss_next))
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(_bytes(state["cuda"]))


def moments_of(optimizer: torch.optim.Optimizer, weights: dict[str, nn.Parameter]) -> dict[str, Tensor]:
    """AdamW's memory by weight name: `NAME|exp_avg` and so on; empty before the first step."""
    return {
        f"{name}|{key}": value
        for name, weight in weights.items()
        for key, value in optimizer.state.get(weight, {}).items()
    }


def restore_moments(
    optimizer: torch.optim.Optimizer, weights: dict[str, nn.Parameter], moments: dict[str, Tensor]
) -> None:
    """Give AdamW its memory back, in fresh tensors aligned as its own are."""
    optimizer.state.clear()
    for key, value in moments.items():
        name, _, part = key.rpartition("|")
        weight = weights[name]
        optimizer.state[weight][part] = value.clone().to(weight.device)


def _bytes(text: str) -> Tensor:
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.uint8)


def _write(tensors: dict[str, Tensor], path: Path, target: Path) -> None:
    try:
        save_file({name: value.detach().cpu().contiguous() for name, value in tensors.items()}, path)
    except SafetensorError as error:
        if "No space left" in str(error) or "os error 28" in str(error):
            raise StudioError(
                "The disk is full",
                where=target.name,
                fix="Free some space and resume; the checkpoint before this one is intact.",
            ) from error
        raise


def _read(path: Path) -> Checkpoint:
    state = json.loads((path / "state.json").read_bytes())
    best = path / "best.safetensors"
    return Checkpoint(
        step=int(state["step"]),
        progress=dict(state["progress"]),
        weights=load_file(path / "weights.safetensors"),
        moments=load_file(path / "moments.safetensors"),
        best=load_file(best) if best.exists() else None,
        random=dict(state["random"]),
    )


def _committed(folder: Path) -> list[tuple[int, Path]]:
    found = []
    with contextlib.suppress(FileNotFoundError):
        for path in folder.iterdir():
            if (match := _NAME.fullmatch(path.name)) and path.is_dir():
                found.append((int(match.group(1)), path))
    return sorted(found)
