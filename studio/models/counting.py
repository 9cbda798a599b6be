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
from typing import Any, Literal

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
Wanted = Literal["counts", "ids", "unknown"]
_given_up: set[tuple[Path, int]] = set()
"""Files, with their times of change, that could not be used."""


def token_counts(file: Path, texts: Sequence[Text], *, special: bool = True) -> list[int]:
    """Tokens of each text by the tokenizer in `file`, those that stand around a text included where `special`.

    The built-in tokenizer's count stands in for one that cannot be read, or takes too much time or memory.
    """
    told: list[int] = _told(file, texts, special, "counts")
    return told


def token_ids(file: Path, text: str, *, special: bool = True) -> list[int]:
    """The tokens of a text themselves, as `token_counts` counts them."""
    told: list[list[int]] = _told(file, [text], special, "ids")
    return told[0]


def letters_unknown(file: Path, texts: Sequence[Text]) -> list[tuple[int, int]]:
    """Characters of each text that stand in tokens, and those of them in unknown ones; empty if it cannot be read."""
    is_own = file == embedded_folder() / "tokenizer.json"
    told = _told(file, texts, False, "unknown") if is_own else _confined(file, texts, False, "unknown")
    return [(read, unknown) for read, unknown in told or ()]


def confined_counts(file: Path, texts: Sequence[Text], *, special: bool = True) -> list[int] | None:
    """As `token_counts`, by a process with limits; None where it breaks down or does not end in time."""
    return _confined(file, texts, special, "counts")


def _told(file: Path, texts: Sequence[Text], special: bool, wanted: Wanted) -> list[Any]:
    own = embedded_folder() / "tokenizer.json"
    if file != own and texts:
        known = (file, file.stat().st_mtime_ns)
        told = None if known in _given_up else _confined(file, texts, special, wanted)
        if told is not None:
            return told
        _given_up.add(known)
    return _read(_tokenizer(own), texts, special, wanted)


def _confined(file: Path, texts: Sequence[Text], special: bool, wanted: Wanted) -> list[Any] | None:
    if file.stat().st_size > MOST_BYTES:
        return None
    seconds = min(_MOST_S, _LEAST_S + sum(map(len, texts)) // _LETTERS_A_S)
    order = {"file": str(file.resolve()), "texts": texts, "special": special, "wanted": wanted, "seconds": seconds}
    paths = [_PACKAGE_PARENT, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "RAYON_NUM_THREADS": "4",
        "MALLOC_ARENA_MAX": "2",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "studio.models.counting"],
            input=json.dumps(order | {"began": time.time()}).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE * seconds,
            env=environment,
            check=True,
        )
        told: list[Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        return None
    return told if len(told) == len(texts) else None


def _read(tokenizer: Any, texts: Sequence[Text], special: bool, wanted: Wanted) -> list[Any]:
    every = tokenizer.encode_batch(list(texts), add_special_tokens=special)
    if wanted == "unknown":
        unknown = getattr(tokenizer.model, "unk_token", None)
        return [_letters(each, unknown) for each in every]
    return [each.ids if wanted == "ids" else len(each.ids) for each in every]


def _letters(encoding: Any, unknown: str | None) -> tuple[int, int]:
    spans = [
        (token == unknown, end - start) for token, (start, end) in zip(encoding.tokens, encoding.offsets, strict=True)
    ]
    return sum(letters for _, letters in spans), sum(letters for is_unknown, letters in spans if is_unknown)


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
    json.dump(_read(_tokenizer(Path(order["file"])), texts, order["special"], order["wanted"]), sys.stdout)


if __name__ == "__main__":
    _answer()
