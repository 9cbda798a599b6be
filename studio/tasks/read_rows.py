"""What the model reads of a few training rows, exactly: written down by a worker (`reading.json`), shown before the start."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self, cast, get_args

from studio import storage
from studio.data.example import Example
from studio.errors import StudioError
from studio.tasks.task import Feature, Piece, Setup, Task

Where = Literal["within", "second", "hidden"]
"""Where what is learned stands: in the text that is read, in a second one, or hidden from the model, which has to guess it."""

SHOWN = 3
MOST_CHARACTERS = 6000
"""Of a row; what is beyond is told as a number of letters."""


@dataclass(frozen=True)
class ReadRow:
    """One training row, in the pieces that the model reads."""

    row: int
    pieces: tuple[Piece, ...]
    tokens: int
    """That are read; those learned are among them unless they are a second text."""
    learned: int
    is_cut: bool
    """Whether something did not fit."""
    beyond: int = 0
    """Characters that the model reads, but that are not in `pieces`."""
    lost: int = 0
    """Messages at the beginning that did not fit."""

    @classmethod
    def of(cls, task: Task, example: Example, feature: Feature, setup: Setup) -> Self:
        """As the task reads it; `feature` is the first window of the row."""
        kept: list[Piece] = []
        room = MOST_CHARACTERS
        for piece in task.reading(example, setup):
            if room > 0:
                kept.append(Piece(piece.text[:room], piece.is_learned, piece.is_special))
            room -= len(piece.text)
        learned = sum(label != -100 for label in feature.get("labels", ()))
        tokens = len(feature["input_ids"])
        is_cut, lost = bool(feature.get("cut")), int(feature.get("lost", 0))
        return cls(example.row, tuple(kept), tokens, learned, is_cut, max(0, -room), lost)


@dataclass(frozen=True)
class Reading:
    """A few rows as they are read, and what was counted in all that were looked at."""

    rows: tuple[ReadRow, ...] = ()
    looked_at: int = 0
    cut: int = 0
    """Of the rows that were looked at, those that did not fit."""
    limit: int = 0
    """Tokens a row may have."""
    where: Where = "within"
    refusal: StudioError | None = None
    """Why there is nothing to be learned this way: training would end before its first step."""
    lost: int = 0
    """Messages at the beginnings of the rows that were cut, which are left out."""

    @classmethod
    def of(
        cls, task: Task, examples: Sequence[Example], features: Sequence[Sequence[Feature]], setup: Setup, where: Where
    ) -> Self:
        """Rows from all over the table, one that was cut among them if there is any."""
        cut = [place for place, windows in enumerate(features) if any(each.get("cut") for each in windows)]
        step = max(1, len(examples) // SHOWN)
        chosen = list(range(0, len(examples), step))[:SHOWN]
        if cut and not {*chosen} & {*cut}:
            chosen[-1] = cut[0]
        rows = tuple(ReadRow.of(task, examples[place], features[place][0], setup) for place in chosen)
        lost = sum(max((each.get("lost", 0) for each in features[place]), default=0) for place in cut)
        return cls(rows, len(examples), len(cut), setup.max_length, where, lost=lost)

    def write(self, file: Path) -> None:
        """For `read`."""
        refusal = self.refusal
        told = None if refusal is None else {"what": refusal.what, "where": refusal.where, "fix": refusal.fix}
        storage.write_json(file, {**asdict(self), "refusal": told})

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """What was written there; None when there is nothing (good)."""
        try:
            found = json.loads(file.read_bytes())
            refusal = found["refusal"]
            return cls(
                tuple(_row(each) for each in found["rows"]),
                int(found["looked_at"]),
                int(found["cut"]),
                int(found["limit"]),
                cast(Where, found["where"] if found["where"] in get_args(Where) else "within"),
                None if refusal is None else StudioError(**{name: str(text) for name, text in refusal.items()}),
                int(found.get("lost", 0)),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _row(told: dict[str, Any]) -> ReadRow:
    pieces = tuple(
        Piece(str(each["text"]), bool(each["is_learned"]), bool(each["is_special"])) for each in told["pieces"]
    )
    row, tokens, learned, beyond = (int(told[name]) for name in ("row", "tokens", "learned", "beyond"))
    return ReadRow(row, pieces, tokens, learned, bool(told["is_cut"]), beyond, int(told.get("lost", 0)))
