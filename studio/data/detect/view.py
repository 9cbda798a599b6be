"""A table as the readers see it: its columns looked at, and which could be texts, labels or numbers."""

from dataclasses import dataclass
from functools import cached_property

from studio.data.check import MOST_LABELS
from studio.data.detect.aside import why_aside
from studio.data.detect.detection import SplitColumn
from studio.data.detect.languages import language_of
from studio.data.detect.profile import IN_A_ROW, Column, columns_of
from studio.data.detect.separators import separator_of
from studio.data.detect.splits import split_column
from studio.data.phrases import shortened
from studio.data.table import Table

_MARKS = (  # what a column of one label may hold: (absent, present)
    ({"0", "0.0"}, {"1", "1.0"}),
    ({"false", "f"}, {"true", "t"}),
    (
        {"no", "n", "nein", "non", "nee", "não", "нет", "否"},
        {"yes", "y", "ja", "j", "oui", "si", "sí", "sim", "да", "是"},
    ),
    ({""}, {"x", "✓", "✔", "1", "yes", "true"}),
)
_FEW_ROWS = 100
"""In so small a table, labels that look like names of groups may be nearly as many as the rows."""
_NAMES, _LONG_NAMES = 8, 25
"""Words that the names of labels have on average, at most; of long ones, and how few and how often repeated they must be."""
_MOST_LONG, _LONG_SHARE = 50, 0.2

_MOSTLY = 0.6
"""Share of cells that are numbers in a column that could be learned as one; what else it holds is left out."""


@dataclass(frozen=True)
class View:
    """What the readers read. Lists are ranked, best first; ties keep the order of the table."""

    columns: tuple[Column, ...]
    split: SplitColumn | None
    aside: dict[str, str]
    """Column that cannot have a role in most layouts → why."""
    row_numbers: tuple[int, ...]
    """Of the first rows: a gap is an empty line of the file."""

    @cached_property
    def usable(self) -> list[Column]:
        """Columns that could be input or answer."""
        return [column for column in self.columns if column.name not in self.aside]

    @cached_property
    def texts(self) -> list[Column]:
        """Columns that could be the text to read, longest and best named first."""
        texts = [column for column in self.usable if column.is_text]
        return sorted(texts, key=lambda column: -text_score(column))

    @cached_property
    def long_texts(self) -> list[Column]:
        """Columns that could be nothing but texts, in the order of the table."""
        return [column for column in self.usable if column.is_long_text]

    @cached_property
    def labels(self) -> list[Column]:
        """Columns that could be the label of a row; at the end those named so that never change."""
        single = [column for column in self.columns if column.distinct == 1 and is_named_label(column)]
        labels = [column for column in self.usable if column not in single and can_be_label(column)]
        return sorted(labels, key=lambda column: -label_score(column)) + single

    @cached_property
    def numbers(self) -> list[Column]:
        """Columns of numbers, for the most part at least, best named first."""
        numbers = [column for column in self.usable if column.numbers >= _MOSTLY and column.filled_share > 0.5]
        return sorted(numbers, key=lambda column: -column.said("score"))

    @cached_property
    def marks(self) -> tuple[Column, ...]:
        """Columns that say yes or no of each row, all in the same way; at least two, otherwise none."""
        best: tuple[Column, ...] = ()
        for absent, present in _MARKS:
            found = tuple(column for column in self.columns if _marks(column, absent, present))
            if sum(column.distinct > 1 or column.filled < column.rows for column in found) > max(1, len(best)):
                best = found
        return best

    @cached_property
    def separators(self) -> dict[str, str]:
        """Column that holds several labels a cell → what stands between them."""
        found = {column.name: separator_of(column) for column in self.usable}
        return {name: separator for name, separator in found.items() if separator}

    @cached_property
    def languages(self) -> dict[str, str]:
        """Long text column → the language it is written in, if that shows. Texts without spaces are long in fewer letters."""
        texts = [column for column in self.usable if column.is_long_text or _is_unspaced(column)]
        return {column.name: language_of(column.values[:200]) for column in texts}

    def named(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


def view_of(table: Table) -> View:
    """Look at a table."""
    columns = columns_of(table)
    split = split_column(columns)
    aside = {column.name: why for column in columns if (why := why_aside(column)) is not None}
    if split is not None:
        aside[split.column] = "says which part a row belongs to"
    return View(tuple(columns), split, aside, tuple(table.rows[:IN_A_ROW]))


def _is_unspaced(column: Column) -> bool:
    """Texts of some length, hardly any of them twice, in a script that puts no spaces between words."""
    if not column.is_text or column.words < 1.5 or column.distinct_share <= 0.5:
        return False
    return column.share(lambda value: " " not in value and not value.isascii()) > 0.8


def quoted(column: Column | str) -> str:
    """A column's name as it stands in a sentence."""
    return f"“{shortened(column if isinstance(column, str) else column.name, 40)}”"


def is_named_label(column: Column) -> bool:
    """Whether the name says that it holds labels."""
    return column.said("label", "labels", "pair_label") > 0.5


def says_yes_or_no(column: Column) -> bool:
    """Whether it holds both of two marks and nothing else: 0 and 1, yes and no."""
    values = {value.casefold() for value in column.values}
    return any(values <= absent | present and values & absent and values & present for absent, present in _MARKS)


def can_be_label(column: Column) -> bool:
    """Few values for many rows; a column named like one may have a single value or nearly as many as rows."""
    decimals = column.numbers - column.integers
    if (
        column.words > (_LONG_NAMES if _repeats(column) else _NAMES)
        or column.distinct > MOST_LABELS
        or (decimals > 0.5 and column.distinct > 10)
        or column.json
    ):
        return False
    named = is_named_label(column)
    if named and 1 <= column.distinct <= max(2, 0.8 * column.filled) or 2 <= column.distinct <= column.filled // 2:
        return True
    few = column.rows < _FEW_ROWS and column.numbers < 0.5 and column.words < 4 and column.sentences < 0.1
    return few and 2 <= column.distinct < (1.0 if named else 0.95) * column.filled


def _repeats(column: Column) -> bool:
    """Whether a few values come again and again, as texts hardly do."""
    return column.distinct <= _MOST_LONG and column.distinct_share <= _LONG_SHARE


def label_score(column: Column) -> float:
    """Fewer values, shorter ones and a name that says so are likelier."""
    factor = (2.0 if is_named_label(column) else 1.0) * (0.1 if _counts(column) else 1.0) * column.filled_share
    return factor / (1 + column.distinct_share) / (1 + 0.2 * column.words)


def text_score(column: Column) -> float:
    """Longer is likelier up to a dozen words: beyond, length says little and the name more."""
    asks, replies = column.said("text", "instruction"), column.said("response", "answer", "summary", "target")
    is_both = replies == asks  # a word for both, as "reactie", says neither
    asks = 0.0 if is_both else asks
    factor = (
        0.5 if replies > asks and not is_both else 1.0 + asks - 0.6 * column.said("title") - 0.5 * column.said("notes")
    )
    length = min(column.words, 12.0) + min(column.words, 100.0) / 100
    return length * column.distinct_share * column.filled_share * factor * (0.1 if _counts(column) else 1.0)


def _counts(column: Column) -> bool:
    return column.said("id", "date", "answer_start", "turn") >= 0.8 and column.said("label", "text") < 0.8


def _marks(column: Column, absent: set[str], present: set[str]) -> bool:
    """One label's column: nothing but the two marks; a label that no row has is one only where 0 says so."""
    values = {value.casefold() for value in column.cells}
    if not values <= absent | present or (column.said("id", "split") and not column.says.keys() - {"id", "split"}):
        return False
    return bool(values & present) and (bool(values & absent)) or ("0" in values and len(values) == 1)
