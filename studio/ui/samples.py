"""What a model that writes says while it is trained: the same few validation rows at every check, beside the wanted texts."""

from functools import lru_cache
from pathlib import Path

from studio.data.example import Example, from_parquet
from studio.errors import StudioError
from studio.models.purpose import fills_gaps
from studio.rundir import RunDir
from studio.story import Story
from studio.tasks import task_named
from studio.ui.answers import kind_of
from studio.ui.words import shortened

MOST_CHARACTERS = 400


def samples(run: RunDir, story: Story) -> list[object]:
    """`[step, [[row, question, wanted, written], …]]` of the last check that has any; nothing before that."""
    check = next((check for check in reversed(story.checks) if check.samples), None)
    if check is None:
        return []
    try:
        kind, known = kind_of(task_named(run.config.task)), _rows(run.part("validation"))
    except StudioError:
        return []
    told, fills = [], fills_gaps(run)
    for sample in check.samples:
        row = known.get(sample.row)
        asked = (
            "\n".join(kind.offered(text, fills=fills) for text in row.inputs.values() if text.strip()) if row else ""
        )
        texts = (asked, (row.target or "") if row else "", sample.answer)
        told.append([sample.row, *(shortened(text, MOST_CHARACTERS) for text in texts)])
    return [check.step, told]


@lru_cache(maxsize=8)
def _rows(file: Path) -> dict[int, Example]:
    """They are frozen: read once."""
    try:
        return {example.row: example for example in from_parquet(file.read_bytes())}
    except (OSError, ValueError):
        return {}
