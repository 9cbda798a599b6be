"""A table as HTML: how it was read, its first rows, its labels and lengths as bars, and what is odd about it."""

from collections.abc import Sequence

from studio.data.check import Finding
from studio.data.table import Problem, Table
from studio.ui.markup import Markup, element, fragment
from studio.ui.pieces import bars, bullets, card, grid, more, tiles
from studio.ui.words import count, shortened

ROWS_SHOWN = 50
COLUMNS_SHOWN = 12
LABELS_SHOWN = 12
PROBLEMS_SHOWN = 20
_CELL = 300
_BINS = 16


def reading(table: Table, notes: Sequence[str] = ()) -> Markup:
    """The file's name, how it was read, and what was changed on the way in; `notes` tell what was changed after that."""
    facts = [("Rows", f"{len(table):,}"), ("Columns", f"{len(table.columns):,}")]
    left_out = len(table.reading.problems)
    if left_out:
        facts.append(("Rows with a problem", f"{left_out:,}"))
    return card(
        table.name,
        tiles(facts),
        bullets([*table.reading.notes, *notes]),
        _problems("Rows that could not be read as they stand", table.reading.problems),
        text=table.reading.sentence,
    )


def first_rows(table: Table, columns: dict[str, str]) -> Markup:
    """The first rows with their numbers in the file; the chosen columns come first."""
    names = [*columns.values(), *(name for name in table.columns if name not in columns.values())]
    names = [name for name in dict.fromkeys(names) if name in table.columns][:COLUMNS_SHOWN]
    places = [table.columns.index(name) for name in names]
    body = [
        [row, *(shortened(cells[place], _CELL) for place in places)]
        for row, cells in zip(table.rows, table.head(ROWS_SHOWN), strict=False)
    ]
    hidden = len(table.columns) - len(names)
    told = f"The first {len(body)} of {count(len(table), 'row')}, with their number in the file."
    told += f" {count(hidden, 'further column')} not shown." if hidden else ""
    return card("First rows", grid(["Row", *names], body, label="First rows of the table", figures=1), text=told)


def label_bars(counts: Sequence[tuple[str, int]]) -> Markup:
    """Rows of the most frequent labels; the rest in one line."""
    shown, rest = counts[:LABELS_SHOWN], counts[LABELS_SHOWN:]
    if len(rest) == 1:
        shown, rest = counts, ()
    told = f"… and {len(rest)} more, with {sum(value for _, value in rest):,} rows together." if rest else None
    return fragment(
        bars([(shortened(name, 60), value) for name, value in shown], label="Rows of each label"),
        element("p", told, class_="fs-quiet") if told else None,
    )


def length_bars(lengths: Sequence[int], limit: int, model: str) -> Markup:
    """How many texts have how many tokens, and what the model's limit means for them."""
    if not lengths:
        return fragment()
    bins = length_bins(lengths)
    most = max(value for _, _, value in bins) or 1
    over = sum(length > limit for length in lengths)
    columns = [
        element(
            "i",
            element("b", style=f"height:{max(2 if value else 0, 100 * value / most):.1f}%"),
            title=f"{low:,} to {high:,} tokens: {count(value, 'text')}",
            data_over=low > limit,
        )
        for low, high, value in bins
    ]
    told = f"Half of the texts have at most {sorted(lengths)[len(lengths) // 2]:,} tokens (pieces of words), the longest {max(lengths):,}."
    if over:
        told += f" {over / len(lengths):.1%} are longer than the {limit:,} tokens {model} reads; their end is cut off."
    else:
        told += f" All fit into the {limit:,} tokens {model} reads."
    return fragment(
        element("p", told, class_="fs-quiet"),
        element("div", columns, class_="fs-hist", role="img", aria_label=f"Histogram of text lengths. {told}"),
        element("div", element("span", f"{bins[0][0]:,}"), element("span", f"{bins[-1][1]:,} tokens"), class_="fs-hist-axis"),
    )  # fmt: skip


def length_bins(lengths: Sequence[int]) -> list[tuple[int, int, int]]:
    """Shortest, longest (both included) and number of texts of each bar, from 1 up to the 99.5th percentile's width."""
    longest = sorted(lengths)[min(len(lengths) - 1, int(len(lengths) * 0.995))]
    width = max(1, -(-longest // _BINS))
    last = max(0, (longest - 1) // width)
    values = [0] * (last + 1)
    for length in lengths:
        values[min(last, max(0, length - 1) // width)] += 1
    highest = max(lengths)
    return [
        (place * width + 1, max(highest, (place + 1) * width) if place == last else (place + 1) * width, value)
        for place, value in enumerate(values)
    ]


def oddities(problems: Sequence[Problem], found: Sequence[Finding]) -> Markup:
    """Rows left out, and everything a careful person would want to know before training."""
    tone = {"error": "bad", "warning": "watch"}
    cards = [
        element(
            "li",
            element("b", finding.title),
            element("p", finding.text),
            element("p", _rows_in_words(finding.rows), class_="fs-quiet") if finding.rows else None,
            data_tone=tone.get(finding.severity, "info"),
        )
        for finding in found
    ]
    return fragment(
        card("Worth knowing", element("ul", cards, class_="fs-findings")) if cards else None,
        card(
            f"{count(len(problems), 'row')} left out",
            _problems("", problems),
            text="They have no text or no label, and will be used nowhere. All other rows are.",
            tone="watch",
        )
        if problems
        else None,
    )


def _problems(title: str, problems: Sequence[Problem]) -> Markup | None:
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
    body = fragment(
        grid(heads, rows, label=title or "Rows left out", figures=1),
        element("p", f"… and {rest:,} more.", class_="fs-quiet") if rest else None,
    )
    return more(f"{title} ({len(problems):,})", body) if title else body


def _rows_in_words(rows: Sequence[int]) -> str:
    shown = ", ".join(f"{row:,}" for row in rows[:8])
    return f"Row {shown}" if len(rows) == 1 else f"Rows {shown}{' …' if len(rows) > 8 else ''}"
