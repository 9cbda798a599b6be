"""What models say: of one question, side by side; of a whole table."""

from collections.abc import Sequence
from itertools import islice

from studio.data.check import Parsed
from studio.data.example import Example
from studio.data.table import Table
from studio.tasks.task import Answer, Task
from studio.tasks.unread import not_read, told_of
from studio.ui.answers import Said, kind_of
from studio.ui.markup import Markup, element
from studio.ui.words import count

PREVIEW_ROWS = 10
LONGEST_CHIP = 110


def answer_card(title: str, subtitle: str, said: Said, *, ours: bool) -> Markup:
    """One model's answer."""
    return element(
        "section",
        element("h3", title),
        element("p", subtitle, class_="rs-hint"),
        kind_of(said.task).body(said),
        unread_note(said.answer),
        class_="fs-card rs-answer",
        data_ours=ours,
        data_kind=said.task.answers_as,
    )


def unread_note(answer: Answer) -> Markup | None:
    """What of the question did not fit; nothing where all of it was read."""
    told = not_read(answer.lost, answer.is_cut)
    return element("p", told, class_="rs-hint") if told else None


def reference_card(said: Said, row: int) -> Markup:
    """What the file says to the question, under the answers."""
    return element(
        "section",
        element("h3", f"What the file says, in row {row:,}"),
        kind_of(said.task).cell(said, said.right or ""),
        class_="fs-card rs-reference",
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


def suggestions(task: Task, examples: Sequence[Example]) -> Markup | None:
    """Test rows to try, as buttons."""
    if not examples:
        return None
    chips = [
        element(
            "li",
            element(
                "button",
                element("span", kind_of(task).chip(shortest_input(example), LONGEST_CHIP), dir="auto"),
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


def shortest_input(example: Example) -> str:
    """The input that tells an example in fewest words: of a question and a long text, the question."""
    return min((text for text in example.inputs.values() if text.strip()), key=len, default="")


def prediction_card(task: Task, table: Table, parsed: Parsed, answers: Sequence[Answer], address: str) -> Markup:
    """What came out for a whole table: what the answers are together, the first rows, the download."""
    examples = parsed.examples
    empty, unread = len(parsed.problems), told_of(answers, task.example_is)
    left_out = f"{count(empty, task.example_is)} could not be asked and stayed empty. " if empty > 0 else ""
    return element(
        "section",
        element(
            "div",
            element("h3", "Answers"),
            element("a", "Download as CSV", href=address, download=True, class_="rs-link rs-primary"),
            class_="rs-headed",
        ),
        element(
            "p",
            f"{count(len(examples), task.example_is)} answered. {left_out}The file is kept here for a day.",
            class_="rs-hint",
        ),
        [element("p", each, class_="fs-note", data_tone="watch") for each in (*parsed.notes, unread) if each],
        kind_of(task).together(task, answers),
        element("h4", "The first rows", class_="rs-h4"),
        _preview(task, examples, answers),
        class_="fs-card",
        role="status",
    )


def _preview(task: Task, examples: Sequence[Example], answers: Sequence[Answer]) -> Markup:
    kind = kind_of(task)
    shown = [
        (example.row, Said(task, example.inputs, answer))
        for example, answer in islice(zip(examples, answers, strict=True), PREVIEW_ROWS)
    ]
    question = (
        ()
        if kind.holds_question
        else (task.role_titles.get("question", "Texts") if len(task.inputs) > 1 else task.role_titles[task.inputs[0]],)
    )
    sure = (kind.sure_title,) if kind.sure_title and any(kind.sure(said) for _, said in shown) else ()
    heads = [
        element("th", name, scope="col", class_="rs-right" if name in ("Row", *sure) else None)
        for name in ("Row", *question, "Answer", *sure)
    ]
    lines = [
        element(
            "tr",
            element("th", f"{row:,}", scope="row", class_="rs-right", data_title="Row"),
            [element("td", kind.question(said), class_="rs-text", data_title=title) for title in question],
            element("td", kind.cell(said, said.answer.value), data_title="Answer"),
            [element("td", kind.sure(said), class_="rs-right", data_title=title) for title in sure],
        )
        for row, said in shown
    ]
    grid = element("table", element("thead", element("tr", heads)), element("tbody", lines), class_="rs-table rs-rows")
    return element("div", grid, class_="rs-scroll", tabindex=0, role="region", aria_label="The first rows")
