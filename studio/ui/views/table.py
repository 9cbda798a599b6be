"""A table as HTML: how it was read, its first rows, its labels and lengths as bars, and the rows left out."""

from collections.abc import Sequence

from studio.columns import Columns, all_columns
from studio.data.table import Problem, Table
from studio.ui.markup import Markup, element
from studio.ui.pieces import bullets, card, grid, more, tiles
from studio.ui.words import count, shortened

ROWS_SHOWN = 50
COLUMNS_SHOWN = 12
LABELS_SHOWN = 12
PROBLEMS_SHOWN = 20
_CELL = 300
_BINS = 16


def reading(table: Table, notes: Sequence[str] = (), examples: Sequence[tuple[str, str]] = ()) -> Markup:
    """The file's name, how it was read, and what was changed on the way in; `notes` tell what was changed after that.

    `examples` are further tiles: what its rows are together.
    """
    facts = [("Rows", f"{len(table):,}"), ("Columns", f"{len(table.columns):,}"), *examples]
    left_out = len(table.reading.problems)
    if left_out:
        facts.append(("Rows with a problem", f"{left_out:,}"))
    return card(
        table.name,
        tiles(facts),
        bullets([*table.reading.notes, *notes]),
        problem_rows("Rows that could not be read as they stand", table.reading.problems),
        text=table.reading.sentence,
    )


def first_rows(table: Table, columns: Columns) -> Markup:
    """The first rows with their numbers in the file; the chosen columns come first."""
    names = [name for name in dict.fromkeys([*all_columns(columns), *table.columns]) if name in table.columns]
    names = names[:COLUMNS_SHOWN]
    places = [table.columns.index(name) for name in names]
    body = [
        [row, *(shortened(cells[place], _CELL) for place in places)]
        for row, cells in zip(table.rows, table.head(ROWS_SHOWN), strict=False)
    ]
    hidden = len(table.columns) - len(names)
    told = f"The first {len(body)} of {count(len(table), 'row')}, with their number in the file."
    told += f" {count(hidden, 'further column')} not shown." if hidden else ""
    return card("First rows", grid(["Row", *names], body, label="First rows of the table", figures=1), text=told)


def problem_rows(title: str, problems: Sequence[Problem], text: str = "") -> Markup | None:
    """Opens on a click: each with its place, what stands there and what is wrong; nothing for none."""
    if not problems:
        return None
    shown = problems[:PROBLEMS_SHOWN]
    has_columns = any(problem.column for problem in shown)  # of a row with too few cells, none is to blame
    rows = [
        [problem.row or "", *([problem.column] if has_columns else []), shortened(problem.value, 120), problem.what]
        for problem in shown
    ]
    heads = ["Row", *(["Column"] if has_columns else []), "Value", "What is wrong"]
    rest = len(problems) - len(rows)
    return more(
        f"{title} ({len(problems):,})",
        element("p", text, class_="fs-quiet") if text else None,
        grid(heads, rows, label=title, figures=1),
        element("p", f"… and {rest:,} more.", class_="fs-quiet") if rest else None,
    )
