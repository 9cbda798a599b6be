"""The model card's section on limits: what follows from this data and this model, and nothing general."""

import json
from typing import Any

from studio.data.phrases import counted
from studio.evaluation.report import Report
from studio.export.base import base_of
from studio.export.escape import code
from studio.rundir import RunDir
from studio.tasks import task_named

FEW_TEST_ROWS = 10
"""Below this a label's numbers say next to nothing: 9 of 9 right is between 70 and 100 % (Wilson)."""
FEW_TRAINING_ROWS = 10
MOST_NAMED = 20


def limits(run: RunDir, report: Report, facts: dict[str, Any]) -> str:
    """What the model cannot do, in Markdown."""
    base = base_of(run.config.model)
    lines = ["## Limits\n"]
    if report.confusion:
        lines.append("- It always answers with one of its labels, also when a text fits none of them.")
    if report.rows < 100:
        few = counted(report.rows, f"test {task_named(report.task).example_is}")
        lines.append(f"- With {few} the numbers above are rough; trust the intervals, not the points.")
    lines.append(
        "- The numbers hold for texts like those of the table it learned from. Other sources, times or ways of writing "
        "can be harder; test it on your own rows first."
    )
    if base.languages:
        lines.append(f"- Languages of the base model: {base.languages}. Texts in others are read badly.")
    else:
        lines.append("- The studio does not know which languages the base model can read.")
    length = _length(run)
    words = f"{length:,} tokens of a text, some {length * 3 // 4:,} English words"
    if task_named(run.config.task).reads_windows:
        lines.append(f"- It reads {words}, at a time; what stands further apart is not seen together.")
    else:
        lines.append(f"- It reads the first {words}; the rest is cut off.")
    lines += _rare(report, facts)
    return "\n".join([*lines, ""])


def _length(run: RunDir) -> int:
    """Tokens of a text: the setting, or less where the base model ends."""
    try:
        return int(json.loads((run.model / "head.json").read_bytes())["max_length"])
    except (OSError, ValueError, KeyError, TypeError):
        return run.config.compute.max_length


def _rare(report: Report, facts: dict[str, Any]) -> list[str]:
    untested = [label.label for label in report.per_label if label.rows < FEW_TEST_ROWS]
    trained = (facts.get("labels_by_part") or {}).get("train") or {}
    known = [label.label for label in report.per_label if label.label in trained]
    rare = [label for label in known if trained[label] < FEW_TRAINING_ROWS]
    lines = []
    if untested:
        lines.append(
            f"- Labels with fewer than {FEW_TEST_ROWS} test rows, so little is known about them: {_named(untested)}"
        )
    if rare:
        lines.append(f"- Labels with fewer than {FEW_TRAINING_ROWS} training rows: {_named(rare)}")
    return lines


def _named(labels: list[str]) -> str:
    more = f" and {len(labels) - MOST_NAMED} more" if len(labels) > MOST_NAMED else ""
    return ", ".join(code(label) for label in labels[:MOST_NAMED]) + more
