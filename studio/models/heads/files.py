"""A head on disk: `NAME.safetensors` (its weights by name, float32) and `NAME.json` (`HeadFacts`).

`head.*` in a run's `model/` folder is the tuned one; `probe.*` in the run folder the untuned one's.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from safetensors.torch import load, save

from studio.errors import StudioError
from studio.models.heads.head import Head, HeadFacts


def head_files(head: Head, name: str = "head", **more: Any) -> Iterator[tuple[str, bytes]]:
    """File name → content of a head on disk; the JSON last, so that its presence means all is there."""
    tensors = {key.removeprefix("linear."): value for key, value in head.state_dict().items()}
    if tensors:
        yield f"{name}.safetensors", save({key: value.detach().cpu().contiguous() for key, value in tensors.items()})
    yield f"{name}.json", json.dumps({**asdict(head.facts), **more}, ensure_ascii=False, indent=1).encode()


def facts_from(folder: Path, name: str = "head") -> HeadFacts:
    """What the JSON says. Raises: StudioError when it is missing or damaged."""
    try:
        value = json.loads((folder / f"{name}.json").read_bytes())
        known: dict[str, Any] = {field.name: value[field.name] for field in fields(HeadFacts) if field.name in value}
        told: Any = {key: tuple(each) if isinstance(each, list) else each for key, each in known.items()}
        return HeadFacts(**told)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(name) from error


def head_from(folder: Path, kinds: dict[str, type[Head]], name: str = "head") -> Head:
    """The head that `head_files` wrote, ready to answer. Raises: StudioError when it is missing or damaged."""
    facts = facts_from(folder, name)
    try:
        file = folder / f"{name}.safetensors"
        tensors = load(file.read_bytes()) if file.exists() else {}
        width = tensors["weight"].shape[-1] if "weight" in tensors else 0
        head = kinds[facts.kind](width, facts)
        head.load_state_dict({key if "." in key else f"linear.{key}": value for key, value in tensors.items()})
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise _damaged(name) from error
    return head.train(False)


def _damaged(name: str) -> StudioError:
    return StudioError(
        "The model's head cannot be read", where=f"{name}.json", fix="The run folder is damaged; train again."
    )
