"""The whole diagnosis as a text to keep or to mail: how the file was read, what was found, what was changed."""

from collections.abc import Iterator, Sequence

from studio.data.doctor.finding import Finding
from studio.data.doctor.health import health
from studio.data.edits import amount
from studio.data.phrases import counted, in_quotes, shortened
from studio.data.table import Problem, Table

MOST_ROWS = 1_000
"""Row numbers told of one finding, and damaged rows told of one file."""
_SEVERITY = {"error": "MUST BE MENDED", "warning": "WORTH MENDING", "info": "GOOD TO KNOW"}


def as_text(table: Table, found: Sequence[Finding]) -> str:
    """Plain text, one finding a paragraph. Row numbers are the file's own."""
    return "\n".join(_lines(table, found)) + "\n"


def _lines(table: Table, found: Sequence[Finding]) -> Iterator[str]:
    yield table.name or "A table"
    yield ""
    yield health(found, len(table))
    yield ""
    yield table.reading.sentence
    yield f"{counted(len(table), 'row')}; columns: {', '.join(shortened(name, 60) for name in table.columns)}."
    yield from (f"- {note}" for note in table.reading.notes)
    yield from _problems(table.reading.problems)
    for each in found:
        yield ""
        yield f"{_SEVERITY[each.severity]}: {each.title}"
        yield each.text
        if each.why:
            yield each.why
        if each.count:
            yield f"{counted(each.count, 'row')} ({each.of_all()}): {_numbers(each.rows)}"
        if each.fix is not None:
            yield f"A click in the studio mends it: {each.fix.title}."
    if table.edits:
        yield ""
        yield "CHANGED BY HAND"
        yield from (f"- {edit.title}: {amount(edit)}" for edit in table.edits)


def _problems(problems: Sequence[Problem]) -> Iterator[str]:
    for each in problems[:MOST_ROWS]:
        column = f", column {in_quotes(each.column)}" if each.column else ""
        value = f" ({each.value})" if each.value else ""
        yield f"- row {each.row}{column}: {each.what}{value}"
    if len(problems) > MOST_ROWS:
        yield f"- … and {counted(len(problems) - MOST_ROWS, 'more row')} like these"


def _numbers(rows: Sequence[int]) -> str:
    told = ", ".join(map(str, rows[:MOST_ROWS]))
    return f"{told} …" if len(rows) > MOST_ROWS else told
