"""Tokens of texts, counted with a tokenizer.json alone: no torch, no transformers.

A tokenizer is a stranger's program of sorts: 500 bytes of it can ask for all the memory there is, or for hours. Only the
built-in one counts in this process; any other does in one of its own, which is bound. Run as a module, this is that process:
it reads one JSON object and writes a list of numbers.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from studio.data.reading.bounds import bind
from studio.models.embedded import embedded_folder

MOST_BYTES = 64_000_000
"""Of a tokenizer.json; those of the models with the most words have half of this."""
_MEMORY = 2 * 2**30
_LEAST_S, _LETTERS_A_S, _MOST_S = 10, 200_000, 60
"""Seconds of processor time; honest tokenizers read a million letters in one."""
_PATIENCE = 3
"""Seconds on the clock for one of processor time, where others are at work too."""
_PACKAGE_PARENT = str(Path(__file__).parents[2])

Text = str | tuple[str, str]
"""Or two as one piece."""
_given_up: set[tuple[Path, int]] = set()
"""Files, with their times of change, that could not be used."""


def token_counts(file: Path, texts: Sequence[Text], *, special: bool = True) -> list[int]:
    """Tokens of each text by the tokenizer in `file`, those that stand around a text included where `special`.

    The built-in tokenizer's count stands in for one that cannot be read, or takes too much time or memory.
    """
    own = embedded_folder() / "tokenizer.json"
    if file != own and texts:
        known = (file, file.stat().st_mtime_ns)
        told = None if known in _given_up else confined_counts(file, texts, special=special)
        if told is not None:
            return told
        _given_up.add(known)
    return _counts(_tokenizer(own), texts, special=special)


def confined_counts(file: Path, texts: Sequence[Text], *, special: bool = True) -> list[int] | None:
    """As `token_counts`, by a process with limits; None where it breaks down or does not end in time."""
    if file.stat().st_size > MOST_BYTES:
        return None
    seconds = min(_MOST_S, _LEAST_S + sum(map(len, texts)) // _LETTERS_A_S)
    order = {"file": str(file.resolve()), "texts": texts, "special": special, "seconds": seconds, "began": time.time()}
    paths = [_PACKAGE_PARENT, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "RAYON_NUM_THREADS": "4",
        "MALLOC_ARENA_MAX": "2",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "studio.models.counting"],
            input=json.dumps(order).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE * seconds,
            env=environment,
            check=True,
        )
        told: list[int] = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        return None
    return told if len(told) == len(texts) else None


def _counts(tokenizer: Any, texts: Sequence[Text], *, special: bool) -> list[int]:
    return [len(each.ids) for each in tokenizer.encode_batch(list(texts), add_special_tokens=special)]


@cache
def _tokenizer(file: Path) -> Any:
    from tokenizers import Tokenizer  # noqa: PLC0415 - 0.2 s that the opening of the page need not wait for

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _answer() -> None:
    order = json.load(sys.stdin)
    bind(_MEMORY, order["seconds"], order["began"])
    texts = [tuple(text) if isinstance(text, list) else text for text in order["texts"]]
    json.dump(_counts(_tokenizer(Path(order["file"])), texts, special=order["special"]), sys.stdout)


if __name__ == "__main__":
    _answer()
