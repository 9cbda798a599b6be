"""What a model says: of one text, with its confidence over all labels; of a whole table."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from studio.data.example import Example
from studio.data.table import Table
from studio.tasks.task import Answer
from studio.ui.markup import Markup, element
from studio.ui.pieces import bars
from studio.ui.views.report import bar
from studio.ui.words import count, percent, shortened, told_apart

MOST_LABELS = 6
PREVIEW_ROWS = 10
LONGEST_CHIP = 110
LONGEST_LABEL = 80
LONGEST_PREVIEW = 300


def answer_card(title: str, subtitle: str, answer: Answer, *, ours: bool) -> Markup:
    """One model's answer."""
    ranked = sorted(answer.confidence.items(), key=lambda pair: -pair[1])
    rest = ranked[MOST_LABELS:]
    names = told_apart([label for label, _ in ranked[:MOST_LABELS]], LONGEST_LABEL)
    lines = [
        _line(label, short, share, first=place == 0)
        for place, ((label, share), short) in enumerate(zip(ranked, names, strict=False))
    ]
    more = f"{count(len(rest), 'other label')} share {percent(sum(share for _, share in rest))}." if rest else None
    return element(
        "section",
        element("h3", title),
        element("p", subtitle, class_="rs-hint"),
        element("p", element("b", answer.value, dir="auto"), class_="rs-number rs-said-label"),
        element("p", _sureness(answer), class_="rs-hint"),
        element("ul", lines, class_="rs-ladder rs-confidences", aria_label="Confidence by label"),
        element("p", more, class_="rs-hint") if more else None,
        class_="fs-card rs-answer",
        data_ours=ours,
    )


def _sureness(answer: Answer) -> str:
    share = answer.confidence.get(answer.value, 0.0)
    word = "Very sure" if share >= 0.95 else "Sure" if share >= 0.8 else "Leaning" if share >= 0.5 else "Unsure"
    return f"{word}: {percent(share)} confidence."


def _line(label: str, short: str, share: float, *, first: bool) -> Markup:
    return element(
        "li",
        element("span", short, class_="rs-name", dir="auto", title=label),
        element("span", bar(share), class_="rs-track", aria_hidden="true"),
        element("b", percent(share)),
        class_="rs-ours" if first else None,
    )


def waiting_card(sentence: str) -> Markup:
    """What is going on while a model answers."""
    return element(
        "section",
        element("div", class_="rs-spinner", aria_hidden="true"),
        element("p", sentence),
        class_="fs-card rs-waiting",
        role="status",
    )


def suggestions(examples: Sequence[Example]) -> Markup | None:
    """Test rows to try, as buttons."""
    if not examples:
        return None
    chips = [
        element(
            "li",
            element(
                "button",
                element("span", shortened(next(iter(example.inputs.values())), LONGEST_CHIP), dir="auto"),
                element("em", f"row {example.row:,}"),
                type="button",
                data_act="pick",
                data_place=place,
                class_="rs-chip",
            ),
        )
        for place, example in enumerate(examples)
    ]
    hint = element("p", "Or take a test row, which the model has not seen in training:", class_="rs-hint")
    return element("div", hint, element("ul", chips, class_="rs-chips"))


def prediction_card(table: Table, column: str, answers: Sequence[Answer | None], address: str) -> Markup:
    """What came out for a whole table: how often each label, the first rows, the download."""
    said = Counter(answer.value for answer in answers if answer is not None)
    empty = sum(answer is None for answer in answers)
    hint = f"{count(len(table) - empty, 'row')} answered. " + (
        f"{count(empty, 'row')} had no text and stayed empty. " if empty else ""
    )
    top = [(label, number) for label, number in said.most_common(MOST_LABELS)]
    return element(
        "section",
        element(
            "div",
            element("h3", "Answers"),
            element("a", "Download as CSV", href=address, download=True, class_="rs-link rs-primary"),
            class_="rs-headed",
        ),
        element("p", f"{hint}The file is kept here for a day.", class_="rs-hint"),
        element("h4", "How often each label was given", class_="rs-h4"),
        bars(top, label="How often each label was given"),
        element("h4", "The first rows", class_="rs-h4"),
        _preview(table, column, answers),
        class_="fs-card",
        role="status",
    )


def _preview(table: Table, column: str, answers: Sequence[Answer | None]) -> Markup:
    heads = [
        element("th", name, scope="col", dir="auto", class_="rs-right" if place in (0, 3) else None)
        for place, name in enumerate(("Row", column, "Answer", "Confidence"))
    ]
    shown = zip(table.rows, table.column(column), answers, strict=True)
    lines = [
        element(
            "tr",
            element("th", f"{row:,}", scope="row", class_="rs-right", data_title="Row"),
            element("td", shortened(text, LONGEST_PREVIEW), class_="rs-text", dir="auto", data_title=column),
            element("td", answer.value if answer else "", dir="auto", data_title="Answer"),
            element(
                "td",
                percent(answer.confidence.get(answer.value, 0.0)) if answer else "",
                class_="rs-right",
                data_title="Confidence",
            ),
        )
        for row, text, answer in islice(shown, PREVIEW_ROWS)
    ]
    grid = element("table", element("thead", element("tr", heads)), element("tbody", lines), class_="rs-table rs-rows")
    return element("div", grid, class_="rs-scroll", tabindex=0, role="region", aria_label="The first rows")
