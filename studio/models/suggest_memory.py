"""How the steps of a run are made to fit into memory without changing what is learned: in parts, or with activations computed
twice (see `models.suggest`)."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from studio.models.sizing import LEAST_TOKENS, gigabytes

SAVES = ("parts", "recompute")
"""Settings that save memory and change nothing else."""


@dataclass(frozen=True)
class Fitted:
    """How a step is computed, with a sentence on each of both."""

    parts: int
    recompute: bool
    why_parts: str
    why_recompute: str


def fitted(rows: int, longest: int, memory: Callable[[int, bool], int], free: int) -> Fitted:
    """The least that makes a step of so many rows fit into `free` bytes. `memory`: of a batch of so many padded tokens, its
    activations computed twice or not.

    Parts cost next to nothing while each has `LEAST_TOKENS`; computing twice costs a third of the time, so it comes after them;
    then come smaller parts still.
    """
    parts, recompute = _least(rows, longest, memory, free)
    whole, now = memory(rows * longest, False), memory(ceil(rows / parts) * longest, recompute)
    here = f"of the {gigabytes(free)} that can be used"
    if not recompute and parts == 1:
        both = f"a step of texts up to {longest} tokens needs about {gigabytes(now)} {here}"
        return Fitted(1, False, f"1: {both}.", f"No: {both}.")
    of_whole = f"at once, a step of {rows} texts up to {longest} tokens would need about {gigabytes(whole)}"
    fits = f"this way it needs about {gigabytes(now)} {here}"
    if now > free:
        fits = f"even this way it may need about {gigabytes(now)}, more than the {gigabytes(free)} that can be used"
    why_parts = f"{parts}: {of_whole}; {fits}. What is learned is the same."
    if parts == 1:
        why_parts = "1: a whole step fits when activations are recomputed."
    why_recompute = f"Yes: {of_whole}; {fits}. It takes about a third more time."
    return Fitted(parts, recompute, why_parts, why_recompute if recompute else "No: smaller parts are enough.")


def _least(rows: int, longest: int, memory: Callable[[int, bool], int], free: int) -> tuple[int, bool]:
    parts = 1
    for recompute in (False, True):
        parts = 1
        while True:
            part_rows = ceil(rows / parts)
            if memory(part_rows * longest, recompute) <= free:
                return parts, recompute
            if part_rows == 1 or (not recompute and part_rows * longest // 2 < LEAST_TOKENS):
                break
            parts *= 2
    return parts, True


def in_words(parts: int, recompute: bool) -> str:
    """The end of a sentence on steps; empty where nothing is saved."""
    told = [f"in {parts} parts"] if parts > 1 else []
    told += ["with activations recomputed"] if recompute else []
    return f", computed {' and '.join(told)} to need less memory" if told else ""
