"""Several labels in one cell: what stands between them, found by pieces that come again in other company."""

from collections import Counter
from collections.abc import Callable

from studio.data.detect.profile import Column

_SEPARATORS = ("|", ";", "\n", ",", "/", "+", "&", "#", " ")
_LONGEST = 4
"""Words in a label, on average; longer pieces are parts of sentences."""
MOST_PIECES = 500
_SENTENCES = 0.5
"""Where more of the cells end as sentences do, what stands between spaces are words, however often they come again."""
_FEW_CELLS = 100
"""Among so few cells, pieces come again less often."""


def separator_of(column: Column) -> str:
    """What stands between the labels of a cell, `json` for lists, empty for cells that hold one label or a text."""
    if column.filled < 4 or column.numbers > 0.9 or column.said("tokens", "text") > column.said("labels", "label"):
        return ""
    if column.json:
        lists = [value for value in column.json if isinstance(value, list)]
        strings = all(isinstance(piece, str) for value in lists for piece in value)
        is_recurring = len(lists) >= 0.9 * len(column.values) and strings and _recurs([tuple(each) for each in lists])
        return "json" if is_recurring else ""
    for separator in _SEPARATORS[:-1] if column.sentences > _SENTENCES else _SEPARATORS:
        cells = [pieces_of(value, separator) for value in column.values]
        several = sum(len(pieces) > 1 for pieces in cells) / max(1, len(cells))
        if several >= (0.02 if separator != " " else 0.1) and _recurs(cells, strict=separator in " &/+#"):
            return separator
    return ""


def pieces_of(cell: str, separator: str) -> tuple[str, ...]:
    """The labels of a cell."""
    return tuple(piece for part in cell.split(separator) if (piece := part.strip()))


def _recurs(cells: list[tuple[str, ...]], *, strict: bool = False) -> bool:
    """Whether the pieces are few and short, and go with different others: neither one label's parts nor a text's.

    `strict` is for what may also stand within a label, as the slash in Sci/Tech.
    """
    counts = Counter(piece for pieces in cells for piece in set(pieces))
    if not 2 <= len(counts) <= MOST_PIECES or any(len(set(pieces)) < len(pieces) for pieces in cells[:200]):
        return False
    if sum(len(piece.split()) for piece in counts) > _LONGEST * len(counts) or max(map(len, counts)) > 60:
        return False
    several = [pieces for pieces in cells if len(pieces) > 1]
    company: dict[str, set[tuple[str, ...]]] = {}
    for pieces in cells:
        for piece in pieces:
            company.setdefault(piece, set()).add(pieces)
    inside = [piece for pieces in several for piece in pieces]
    again: Callable[[str], bool] = lambda piece: len(company[piece]) > 1  # noqa: E731
    share = sum(map(again, inside)) / max(1, len(inside))
    if strict:
        return counts.total() >= 3 * len(counts) and share >= 0.95 and len(company) < len(set(cells))
    few = len(cells) < _FEW_CELLS
    return counts.total() >= (1.2 if few else 1.5) * len(counts) and share >= (0.4 if few else 0.7)
