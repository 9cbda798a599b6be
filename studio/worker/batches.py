"""Which rows meet in which step: pure functions of lengths, seed and epoch, so that the order needs no saved state.

Rows of like length go together, since padding is computed and thrown away; every step reads about the same number
of tokens. The rows are shuffled, cut into megabatches of up to 50 steps, sorted by length inside each, and cut into
exactly `steps_per_epoch` batches of equal token sums, which are shuffled again.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
_MEGABATCH_STEPS = 50
_LEAST_MEGABATCH_STEPS = 8


def steps_per_epoch(rows: int, batch_rows: int) -> int:
    """Steps in one pass, the same in every epoch: 100 rows, 32 a step → 4."""
    return max(1, -(-rows // batch_rows))


def plan(lengths: Numbers, batch_rows: int, seed: int, epoch: int) -> list[Numbers]:
    """The batches of one epoch, each an array of row indices; every row comes once.

    A batch holds about `batch_rows` × mean length tokens: more rows where they are short, fewer where they are long.
    """
    rows = len(lengths)
    steps = steps_per_epoch(rows, batch_rows)
    random = np.random.default_rng((seed, epoch))
    order = random.permutation(rows)
    together = max(_LEAST_MEGABATCH_STEPS, min(_MEGABATCH_STEPS, steps // 4)) * batch_rows
    pieces = [order[start : start + together] for start in range(0, rows, together)]
    # Up, down, up: where two megabatches meet inside a batch, long rows meet long ones.
    order = np.concatenate(
        [
            piece[np.argsort(lengths[piece] if number % 2 == 0 else -lengths[piece], kind="stable")]
            for number, piece in enumerate(pieces)
        ]
    )
    batches = np.split(order, _cuts(np.cumsum(lengths[order]), steps))
    return [batches[index] for index in random.permutation(steps)]


def _cuts(tokens_so_far: Numbers, steps: int) -> Numbers:
    """Where to cut rows into `steps` parts of nearly equal token sums, none of them empty."""
    rows, total = len(tokens_so_far), float(tokens_so_far[-1])
    cuts = np.searchsorted(tokens_so_far, total * np.arange(1, steps) / steps) + 1
    number = np.arange(1, steps)
    cuts = np.maximum.accumulate(cuts - number) + number  # each at least one row after the one before
    return np.minimum(cuts, rows - steps + number)  # and as many rows left as batches


def by_length(lengths: Numbers, tokens: int) -> list[Numbers]:
    """Batches for answering, longest first: at most `tokens` padded tokens each, one row at least."""
    order = np.argsort(-lengths, kind="stable")
    batches, start = [], 0
    while start < len(order):
        size = max(1, tokens // max(1, int(lengths[order[start]])))
        batches.append(order[start : start + size])
        start += size
    return batches


def padded_tokens(batches: list[Numbers], lengths: Numbers) -> int:
    """Tokens computed, padding included."""
    return int(sum(len(batch) * lengths[batch].max() for batch in batches))


def is_check_step(step: int, *, per_epoch: int, steps: int) -> bool:
    """Whether the validation rows are scored after `step`: `per_epoch` times in every `steps`, the epoch's end included."""
    checks = min(per_epoch, steps)
    return step > 0 and step * checks // steps > (step - 1) * checks // steps
