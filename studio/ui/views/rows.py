"""Single test rows as a table: what stands in them, what is right, what the model said, and how sure it was."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.tasks.task import Task
from studio.ui.answers import Said, kind_of
from studio.ui.markup import Markup, element


@dataclass(frozen=True)
class ShownRow:
    """One test row. `number` is the uploaded file's own."""

    number: int
    said: Said

    @property
    def right(self) -> str:
        """What the file says, in the task's own form."""
        return self.said.right or ""

    @property
    def answer(self) -> str:
        """What the model says, in the task's own form."""
        return self.said.answer.value


def row_table(task: Task, rows: Sequence[ShownRow], title: str) -> Markup:
    """The rows, in a frame that scrolls sideways on a phone; on a phone each becomes a small card."""
    kind = kind_of(task)
    question = () if kind.holds_question else (_question_title(task, rows),)
    heads = ("Row", *question, kind.truth_title, "Answer", *((kind.sure_title,) if kind.sure_title else ()))
    table = element(
        "table",
        element("thead", element("tr", [_head(head, is_number=head in ("Row", kind.sure_title)) for head in heads])),
        element("tbody", [_line(row, question, heads[-1]) for row in rows]),
        class_="rs-table rs-rows",
        data_wide=not kind.sure_title,
    )
    return element("div", table, class_="rs-scroll", tabindex=0, role="region", aria_label=title)


def _question_title(task: Task, rows: Sequence[ShownRow]) -> str:
    """The input's, or a word for several together."""
    roles = list(rows[0].said.inputs) if rows else []
    told = roles[0] if len(roles) == 1 else "question"
    return task.role_titles.get(told, told if len(roles) == 1 else "Texts")


def _head(title: str, *, is_number: bool) -> Markup:
    return element("th", title, scope="col", class_="rs-right" if is_number else None)


def _line(row: ShownRow, question: Sequence[str], last: str) -> Markup:
    said = row.said
    kind = kind_of(said.task)
    verdict = "rs-yes" if row.right == row.answer else "rs-no"
    sure = element("td", kind.sure(said), class_="rs-right", data_title=last) if kind.sure_title else None
    return element(
        "tr",
        element("th", f"{row.number:,}", scope="row", class_="rs-right", data_title="Row"),
        [element("td", kind.question(said), class_="rs-text", data_title=title) for title in question],
        element("td", kind.cell(said, row.right), data_title=kind.truth_title, class_="rs-truth"),
        element("td", kind.cell(said, row.answer), class_=f"rs-said-cell {verdict}", data_title="Answer"),
        sure,
    )
