"""Tokens of texts, counted with a tokenizer.json alone: no torch, no transformers.

A tokenizer is a stranger's program of sorts: 500 bytes of it can ask for all the memory there is, or for hours. Only the
built-in one counts in this process; any other does in one of its own, which is bound. Run as a module, this is that process:
it reads one JSON object and writes a list of numbers.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from studio.data.reading.bounds import bind
from studio.models.bound import asked
from studio.models.embedded import embedded_folder

MOST_BYTES = 64_000_000
"""Of a tokenizer.json; those of the models with the most words have half of this."""
_MEMORY = 2 * 2**30
_LEAST_S, _LETTERS_A_S, _MOST_S = 10, 200_000, 60
"""Seconds of processor time; honest tokenizers read a million letters in one."""
_PATIENCE = 3
"""Seconds on the clock for one of processor time, where others are at work too."""
_MOST_LETTERS, _STAND_IN_LETTERS = 12_000_000, 1_000_000
"""That are read of all texts together; by the built-in tokenizer where it stands in for another."""
_AT_ONCE = 250_000
"""Letters of one text that are read, and of several at once: a token takes about 200 bytes of memory until it is counted."""
_AGAIN_S = 600.0
"""A tokenizer that failed may have done so because the machine was busy."""

Text = str | tuple[str, str]
"""Or two as one piece."""
Wanted = Literal["counts", "ids", "unknown"]
_given_up: dict[tuple[Path, int, int | None], float] = {}
"""Files, with their times of change and the texts (None for any) that they could not be used for → when that was."""


def token_counts(file: Path, texts: Sequence[Text], *, special: bool = True) -> list[int]:
    """Tokens of each text by the tokenizer in `file`, those that stand around a text included where `special`.

    Of texts that are very long, or together are, only the beginning is read, and the rest taken to be like it. The built-in
    tokenizer's count stands in for one that cannot be read, or takes too much time or memory.
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
    if not texts:
        return []
    own, most = embedded_folder() / "tokenizer.json", _MOST_LETTERS
    if file != own:
        told = _if_usable(file, texts, special, wanted)
        if told is not None:
            return told
        most = _STAND_IN_LETTERS
    parts = _beginnings(texts, most)
    return _as_whole(_read(own, parts, special, wanted), parts, texts, wanted)


def _if_usable(file: Path, texts: Sequence[Text], special: bool, wanted: Wanted) -> list[Any] | None:
    """None where it was not usable a while ago, or is not now: for these texts, or not even for a letter."""
    now, changed = time.monotonic(), file.stat().st_mtime_ns
    for failed in [each for each, when in _given_up.items() if when < now - _AGAIN_S]:
        _given_up.pop(failed, None)
    any_text, these = (file, changed, None), (file, changed, hash(tuple(texts)))
    if any_text in _given_up or these in _given_up:
        return None
    told = _confined(file, texts, special, wanted)
    if told is None:
        _given_up[any_text if _confined(file, ["a"], True, "counts") is None else these] = now
    return told


def _confined(file: Path, texts: Sequence[Text], special: bool, wanted: Wanted) -> list[Any] | None:
    if file.stat().st_size > MOST_BYTES:
        return None
    parts = _beginnings(texts, _MOST_LETTERS)
    seconds = min(_MOST_S, _LEAST_S + sum(map(_size, parts)) // _LETTERS_A_S)
    order = {"file": str(file.resolve()), "texts": parts, "special": special, "wanted": wanted, "seconds": seconds}
    told = asked("studio.models.counting", order, _PATIENCE * seconds, RAYON_NUM_THREADS="4", MALLOC_ARENA_MAX="2")
    if not isinstance(told, list) or len(told) != len(texts):
        return None
    return _as_whole(told, parts, texts, wanted)


def _beginnings(texts: Sequence[Text], most: int) -> list[Text]:
    """The texts themselves, or the beginning of each that is too long, so that all together have at most so many letters."""
    left, longest = most, _AT_ONCE
    for place, size in enumerate(sorted(map(_size, texts))):
        longest = min(_AT_ONCE, left // (len(texts) - place))
        if size > longest:
            break
        left -= size
    half = longest // 2
    return [
        text
        if _size(text) <= longest
        else text[: max(1, longest)]
        if isinstance(text, str)
        else (text[0][: max(1, half)], text[1][: max(1, half)])
        for text in texts
    ]


def _size(text: Text) -> int:
    return len(text) if isinstance(text, str) else len(text[0]) + len(text[1])


def _as_whole(told: list[Any], parts: Sequence[Text], texts: Sequence[Text], wanted: Wanted) -> list[Any]:
    """Counts as of the whole texts, from those of their beginnings."""
    if wanted != "counts":
        return told
    return [
        count if part is text else -(-count * _size(text) // _size(part))
        for count, part, text in zip(told, parts, texts, strict=True)
    ]


def _read(file: Path, texts: Sequence[Text], special: bool, wanted: Wanted) -> list[Any]:
    tokenizer, told = _tokenizer(file), []
    unknown = _unknown(file) if wanted == "unknown" else None
    for some in _portions(texts):
        for each in tokenizer.encode_batch(some, add_special_tokens=special):
            told.append(_letters(each, unknown) if wanted == "unknown" else each.ids if wanted == "ids" else len(each))
    return told


def _portions(texts: Sequence[Text]) -> Iterator[list[Text]]:
    portion: list[Text] = []
    letters = 0
    for text in texts:
        if portion and letters + _size(text) > _AT_ONCE:
            yield portion
            portion, letters = [], 0
        portion.append(text)
        letters += _size(text)
    if portion:
        yield portion


def _letters(encoding: Any, unknown: int | None) -> tuple[int, int]:
    spans = [
        (token == unknown, end - start) for token, (start, end) in zip(encoding.ids, encoding.offsets, strict=True)
    ]
    return sum(letters for _, letters in spans), sum(letters for is_unknown, letters in spans if is_unknown)


def _unknown(file: Path) -> int | None:
    """The token that stands for what has none: some kinds of tokenizers name it, others (Unigram) give its number."""
    model = json.loads(file.read_bytes())["model"]
    number, name = model.get("unk_id"), model.get("unk_token")
    if number is None and name is not None:
        number = _tokenizer(file).token_to_id(name)
    return number if isinstance(number, int) else None


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
    json.dump(_read(Path(order["file"]), texts, order["special"], order["wanted"]), sys.stdout)


if __name__ == "__main__":
    _answer()
