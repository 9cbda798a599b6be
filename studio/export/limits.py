"""The model card's section on limits: what follows from this data and this model, and nothing general."""

from typing import Any

from studio.data.example import from_parquet
from studio.data.phrases import counted
from studio.evaluation.report import Report
from studio.export.base import base_of
from studio.export.escape import code
from studio.export.inputs import asked_roles
from studio.export.script import head_of, kind_of
from studio.figures import number
from studio.rundir import RunDir
from studio.tasks import task_named
from studio.tasks.question_answering import NEVER
from studio.tasks.task import Task

FEW_TEST_ROWS = 10
"""Below this a label's numbers say next to nothing: 9 of 9 right is between 70 and 100 % (Wilson)."""
FEW_TRAINING_ROWS = 10
MOST_NAMED = 20


def limits(run: RunDir, report: Report, facts: dict[str, Any]) -> str:
    """What the model cannot do, in Markdown."""
    base, task = base_of(run.config.model), task_named(run.config.task)
    writes = task.writes and kind_of(run) != "masked"
    lines = ["## Limits\n", *(_of_writing(run) if writes else _of_answers(run, report))]
    if report.rows < 100:
        few = counted(report.rows, f"test {task.example_is}")
        lines.append(f"- With {few} the numbers above are rough; trust the intervals, not the points.")
    lines.append(
        "- The numbers hold for texts like those of the table it learned from. Other sources, times or ways of writing "
        "can be harder; test it on your own rows first."
    )
    if base.languages:
        badly = "read and written" if writes else "read"
        lines.append(f"- Languages of the base model: {base.languages}. Texts in others are {badly} badly.")
    else:
        lines.append(f"- The studio does not know which languages the base model can read{' and write' * writes}.")
    lines.append(_of_length(run, task, writes))
    lines += _rare(run, report, facts)
    return "\n".join([*lines, ""])


def _of_writing(run: RunDir) -> list[str]:
    """What comes with texts that a model makes up."""
    tokens = int(head_of(run).get("new_tokens", 0))
    lines = [
        "- It writes what is likely after what it read, whether it is true or not: names, numbers and other facts in its "
        "answers can be made up. Have them checked by a person before they matter.",
        "- The same text always gets the same answer, and it says nothing of how sure it is. It can come to repeat itself.",
        "- It may repeat words of the training rows, names and addresses in them included.",
    ]
    if tokens:
        lines.append(
            f"- An answer has at most {counted(tokens, 'token')}, some {_words(tokens)}; a longer one "
            "breaks off there, also in the middle of a sentence."
        )
    return lines


def _of_answers(run: RunDir, report: Report) -> list[str]:
    """What comes with answers that are chosen, found or reckoned."""
    kind = kind_of(run)
    if report.confusion:
        return ["- It always answers with one of its labels, also when a text fits none of them."]
    if kind == "multi-label":
        return ["- It knows no other labels than those of its training rows, and may find none that fits."]
    if kind in ("number", "similarity"):
        low, high = _range(run)
        learned = f"It learned from numbers from {low} to {high}; beyond them it is guessing. " if low else ""
        return [
            f"- {learned}It always gives a number, also for texts of quite another kind, and does not say how sure it is."
        ]
    if kind == "token":
        kinds = ", ".join(code(str(label)) for label in head_of(run)["labels"][:MOST_NAMED])
        return [f"- It marks nothing but {kinds}, and does not say how sure it is."]
    if kind == "span":
        always = (head_of(run).get("thresholds") or [NEVER])[0] >= NEVER
        nothing = " It always gives one, also where the text holds no answer." * always
        return [
            f"- Its answers are words that stand in the text, one stretch of them: it concludes and adds up nothing.{nothing}"
        ]
    return [
        "- It fills each gap with one token, a word or a piece of one, whether what then stands there is true or not."
    ]


def _range(run: RunDir) -> tuple[str, str]:
    """The least and the greatest number that was learned from; empty where the rows cannot be read."""
    try:
        numbers = [float(row.target or "") for row in from_parquet(run.part("train").read_bytes())]
    except (OSError, ValueError):
        return "", ""
    return (number(min(numbers)), number(max(numbers))) if numbers else ("", "")


def _of_length(run: RunDir, task: Task, writes: bool) -> str:
    """How much it reads at once, and what becomes of the rest."""
    length = _length(run)
    roles = asked_roles(run)
    if writes and kind_of(run) == "causal":
        length -= min(int(head_of(run).get("new_tokens", 0)), length // 2)  # room for the answer
    words = f"{counted(length, 'token')}, some {_words(length)}"
    if writes and kind_of(run) == "causal":
        whole = f"It reads at most {words}, before it writes"
        if roles[0] == "messages":
            return (
                f"- {whole}: of a longer conversation the first turns are left out, then the end of the last request."
            )
        rest = (
            "only the end of a longer text is read" if roles[0] == "text" else "the end of a longer request is cut off"
        )
        return f"- {whole}: {rest}."
    if task.reads_windows and kind_of(run) != "masked":
        return f"- It reads {words}, of a text at a time; what stands further apart is not seen together."
    if kind_of(run) == "similarity":
        return f"- It reads the first {words}, of each of the two texts; the rest is cut off."
    what = (
        "of two texts together; what is too much is cut off, from the end of the longer one" if len(roles) > 1 else ""
    )
    prefix = str(head_of(run).get("prefix") or "")
    front = f", those of {code(prefix)} in front of it among them" if prefix else ""
    return f"- It reads the first {words}, {what or f'of a text{front}; the rest is cut off'}."


def _words(tokens: int) -> str:
    return counted(max(1, tokens * 3 // 4), "English word")


def label_words(task: Task) -> tuple[str, str]:
    """What figures by label are about, and what is counted for them."""
    return (
        ("Label", "row")
        if task.names_labels
        else ("Type", "name")
        if task.answers_as == "entities"
        else ("Kind", "row")
    )


def _length(run: RunDir) -> int:
    """Tokens of a text: the setting, or less where the base model ends."""
    return int(head_of(run).get("max_length", run.config.compute.max_length))


def _rare(run: RunDir, report: Report, facts: dict[str, Any]) -> list[str]:
    untested = [label.label for label in report.per_label if label.rows < FEW_TEST_ROWS]
    trained = (facts.get("labels_by_part") or {}).get("train") or {}
    known = [label.label for label in report.per_label if label.label in trained]
    rare = [label for label in known if trained[label] < FEW_TRAINING_ROWS]
    lines = []
    first, what = label_words(task_named(run.config.task))
    if untested:
        lines.append(
            f"- {first}s with fewer than {FEW_TEST_ROWS} test {what}s, so that little is known about them: {_named(untested)}"
        )
    if rare:
        lines.append(f"- {first}s with fewer than {FEW_TRAINING_ROWS} training {what}s: {_named(rare)}")
    return lines


def _named(labels: list[str]) -> str:
    more = f" and {len(labels) - MOST_NAMED} more" if len(labels) > MOST_NAMED else ""
    return ", ".join(code(label) for label in labels[:MOST_NAMED]) + more
