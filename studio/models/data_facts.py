"""What was counted in checked rows: all that suggestions are made from."""

from dataclasses import dataclass, field

from studio.data.split import MOST_VALIDATION
from studio.tasks.recipe import Recipe


@dataclass(frozen=True)
class DataFacts:
    """What was counted in the checked rows, before they are split. Tokens are the base model's, special ones included."""

    rows: int
    """Usable rows of the table, before validation and test rows are kept aside."""
    labels: int
    """Different ones; 0 where targets are no labels."""
    mean_tokens: float
    p95_tokens: int
    max_tokens: int
    p99_tokens: int = 0
    """99 of 100 texts are no longer than this; 0 when it was not counted."""
    with_answer: int = 0
    """Tokens of the longest question with the room that is kept for an answer; 0 where the answer is no part of the limit."""
    example_is: str = "row"
    """What people call one example (see `Task.example_is`)."""
    writes: bool = False
    """The model is to write texts: there are no labels, and all rows count as of one."""
    reads_windows: bool = False
    """Longer texts than the limit are read in several windows."""
    drops_oldest: bool = False
    """What is longer than the limit loses its oldest messages first, and not its end."""
    methods: tuple[str, ...] = ("whole", "head", "lora")
    """Which weights may be trained for the task, the usual way first."""
    dealt: tuple[int, int, int] | None = None
    """Rows that really train, validate and test with the suggested shares, where that is known: groups and dates decide too."""
    has_test_file: bool = False
    """The test rows come from a file of their own: none of these are kept aside for them."""
    recipe: Recipe = field(default_factory=Recipe)
    """What suits the task better than what follows from the rows."""

    def parts(self, validation_share: float, test_share: float) -> tuple[int, int, int]:
        """Rows that train, validate and test; `data.split` deals them out so, but keeps equal texts together."""
        validation = min(max(1, round(validation_share * self.rows)), MOST_VALIDATION)
        test = 0 if self.has_test_file else max(1, round(test_share * self.rows))
        return max(1, self.rows - validation - test), validation, test

    @property
    def suggested_parts(self) -> tuple[int, int, int]:
        """Rows that train, validate and test with the suggested shares."""
        return self.dealt or self.parts(*suggested_shares(self.rows))

    @property
    def train_rows(self) -> int:
        """Rows to train on with the suggested shares."""
        return self.suggested_parts[0]

    @property
    def rows_a_label(self) -> float:
        """Rows to train on for each label, on average."""
        return self.train_rows / max(1, self.labels)

    @property
    def rows_in_words(self) -> str:
        """As in 'about 130 rows a label', or 'about 5,000 rows' where targets are no labels."""
        return f"about {self.rows_a_label:,.0f} {self.example_is}s{' a label' if self.labels else ''}"


def suggested_shares(rows: int) -> tuple[float, float]:
    """Of a table with so many rows, the shares for validation and test."""
    if rows < 1000:
        return 0.15, 0.2
    return 0.1 if rows <= 50_000 else 0.05, 0.1 if rows <= 100_000 else 0.05
