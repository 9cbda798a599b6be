"""The rows as a task sees them: its labels and text lengths as bars, and the rows left out."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.data.table import Problem
from studio.models.data_facts import DataFacts
from studio.models.presets import Preset
from studio.tasks.task import Task
from studio.ui.markup import Markup, element, fragment
from studio.ui.pieces import bars, card
from studio.ui.uploads import Look
from studio.ui.views.table import problem_rows
from studio.ui.words import count, percent

LABELS_SHOWN = 12


@dataclass(frozen=True)
class Titles:
    """What people call the texts and the answers of a task, as in "text" and "label"."""

    inputs: str
    target: str

    @classmethod
    def of(cls, task: Task) -> "Titles":
        """By the task's roles; several inputs are one text together."""
        inputs = task.role_titles[task.inputs[0]].lower() if len(task.inputs) == 1 else f"{task.example_is}’s texts"
        return cls(inputs, task.role_titles.get(task.target, "").lower())


_BINS = 16


def picture(seen: Look, targets: Markup | None, titles: Titles, preset: Preset) -> Markup:
    """The right answers and the lengths of the texts side by side, and under them what is left out.

    `targets` draws the answers; where nothing does, their lengths are shown. `titles` call the two.
    """
    inputs = card(
        f"Length of each {titles.inputs}",
        length_bars(seen.lengths, preset.context, preset.title, _fate(seen.facts), seen.facts.rows),
    )
    if targets is None and seen.target_lengths:
        targets = card(f"Length of each {titles.target}", length_bars(seen.target_lengths, 0, ""))
    charts = element("div", targets, inputs, class_="fs-two" if targets else None)
    return fragment(charts if seen.examples else None, left_out(seen.problems))


def label_bars(counts: Sequence[tuple[str, int]]) -> Markup:
    """Rows of the most frequent labels; the rest in one line."""
    shown, rest = counts[:LABELS_SHOWN], counts[LABELS_SHOWN:]
    if len(rest) == 1:
        shown, rest = counts, ()
    told = f"… and {len(rest)} more, with {sum(value for _, value in rest):,} rows together." if rest else None
    return fragment(
        bars(shown, label="Rows of each label"),
        element("p", told, class_="fs-quiet") if told else None,
    )


def _fate(facts: DataFacts) -> str:
    """What becomes of what is longer than the model reads."""
    if facts.drops_oldest:
        return "their oldest messages are left out"
    return "they are read in several windows" if facts.reads_windows else "their end is cut off"


def length_bars(lengths: Sequence[int], limit: int, model: str, fate: str = "", rows: int = 0) -> Markup:
    """How many texts have how many tokens, and what the model's limit means for them; a limit of 0 means nothing.

    `fate`: what becomes of longer ones; `rows`: how many there are, where only some were counted.
    """
    if not lengths:
        return fragment()
    bins = length_bins(lengths)
    most = max(value for _, _, value in bins) or 1
    over = sum(length > limit for length in lengths) if limit else 0
    columns = [
        element(
            "i",
            element("b", style=f"height:{max(2 if value else 0, 100 * value / most):.1f}%"),
            title=f"{low:,} to {high:,} tokens: {count(value, 'text')}",
            data_over=bool(limit) and low > limit,
        )
        for low, high, value in bins
    ]
    sample = f"Of {len(lengths):,} of the {rows:,} texts, the longest among them: h" if rows > len(lengths) else "H"
    told = f"{sample}alf of the texts have at most {sorted(lengths)[len(lengths) // 2]:,} tokens (pieces of words), "
    told += f"the longest {max(lengths):,}."
    if over:
        told += f" {percent(over / len(lengths))} are longer than the {limit:,} tokens {model} reads; {fate}."
    elif limit:
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


def left_out(problems: Sequence[Problem]) -> Markup:
    """Rows that will be used nowhere."""
    if not problems:
        return fragment()
    text = "They miss something that the task needs, and will be used nowhere. All other rows are."
    return card("", problem_rows("Rows left out", problems, text), tone="watch")
