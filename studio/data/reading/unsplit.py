"""Texts that no single sign cuts into columns, though they have some: said, rather than read as one column."""

import re
from collections.abc import Callable, Sequence

from studio.data.phrases import shortened
from studio.errors import StudioError

_PAIR = re.compile(r"(?<=[^\W_])(?:([|:;~^@#$%&*!])\1+)(?=[^\W_])")
"""Some equal signs between two names."""
_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
_LINES = 300
_NEARLY_ALL = 0.95


def check_unsplit(lines: Sequence[str], cells_by: Callable[[Sequence[str], str], list[int]]) -> None:
    """`cells_by` counts the cells of each record for a separator of several signs.

    Raises: StudioError for columns that such a separator, or aligning by spaces, makes.
    """
    solid = [line.rstrip("\r\n") for line in lines[:_LINES] if line.strip()]
    if len(solid) < 3:
        return
    for separator in dict.fromkeys(found[0] for found in _PAIR.finditer(solid[0])):
        first, *rest = cells_by(lines[:_LINES], separator)
        if first >= 2 and rest and sum(count == first for count in rest) >= _NEARLY_ALL * len(rest) - 1:
            raise StudioError(
                f"The cells are separated by {separator} (several signs together)",
                where=f"column names: {shortened(solid[0], 80)}",
                fix="Replace it with a tab in a text editor, or save the table as “CSV UTF-8”.",
            )
    if _is_aligned(solid):
        raise StudioError(
            "The columns are aligned by spaces, and nothing separates them",
            where=f"column names: {shortened(solid[0], 80)}",
            fix="Open it in a spreadsheet program (text to columns, fixed width) and save it as “CSV UTF-8”.",
        )


def _is_aligned(lines: Sequence[str]) -> bool:
    """Whether every gap between the names goes on through the lines below."""
    gaps = [found.span() for found in _GAP.finditer(lines[0].strip(" "))]
    offset = len(lines[0]) - len(lines[0].lstrip(" "))
    return bool(gaps) and all(
        any(_is_blank(lines, place + offset) for place in (begin, end - 1)) for begin, end in gaps
    )


def _is_blank(lines: Sequence[str], place: int) -> bool:
    beyond = [line for line in lines if len(line) > place + 1]
    blank = sum(line[place] == " " for line in beyond)
    return len(beyond) >= 0.5 * len(lines) and blank >= _NEARLY_ALL * len(beyond)
