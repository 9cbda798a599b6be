"""The rows a model gets wrong, the worst ones first: wrong answers in the data tend to stand on top."""

from collections.abc import Sequence

import numpy as np

from studio.data.example import Example
from studio.data.formulas import to_csv
from studio.evaluation.answer_cells import AnswerCells
from studio.tasks.task import Answer, Task


def worst_mistakes(
    task: Task, labels: Sequence[str], examples: Sequence[Example], answers: Sequence[Answer], most: int | None = None
) -> list[int]:
    """Places of the wrong answers, the worst first; all of them or the first `most`.

    Where an answer is one label, the worst is the one the model was surest of; else the one with the worst value of the
    task's first metric that tells single rows apart. Of equals the file's order decides. Rows without a target are no mistakes.
    """
    known = [place for place, example in enumerate(examples) if example.target is not None]
    values = _row_values(task, labels, [examples[place] for place in known], [answers[place] for place in known])
    wrong = [
        (value, examples[place].row, place)
        for place, value in zip(known, values, strict=True)
        if answers[place].value != examples[place].target and value < 0
    ]
    return [place for _, _, place in sorted(wrong)[:most]]


def _row_values(
    task: Task, labels: Sequence[str], examples: Sequence[Example], answers: Sequence[Answer]
) -> list[float]:
    """Below 0 for a wrong row, the further the worse; 0 for one whose answer is as good as the right one."""
    counts = None if task.has_labels else task.counts(answers, examples, tuple(labels))
    if counts is not None and len(counts):
        with np.errstate(all="ignore"):
            measured = task.measure(counts, tuple(labels))
        found = [metric for metric in task.metrics if np.isfinite(measured.get(metric.name, np.nan)).all()]
        different = {metric.name: len(np.unique(measured[metric.name])) for metric in found}
        # the first that tells rows apart: right or wrong alone says little, and a correlation of one row nothing
        telling = next((m for m in found if 1 < different[m.name] >= max(different.values()) / 2), None)
        if telling is not None:
            values = measured[telling.name]
            best = 0.0 if telling.best == "min" else max(1.0, float(values.max()))
            return (-np.abs(values - best)).tolist()
    return [-answer.confidence.get(answer.value, 0.0) - 1e-9 for answer in answers]


def mistakes_csv(task: Task, labels: Sequence[str], examples: Sequence[Example], answers: Sequence[Answer]) -> bytes:
    """All mistakes, the worst first, as a CSV that is safe to open in a spreadsheet; columns as in `answers_csv`."""
    places = worst_mistakes(task, labels, examples, answers)
    cells = AnswerCells.of(task, answers, examples)
    return _csv(cells, [examples[place] for place in places], [answers[place] for place in places], examples)


def answers_csv(task: Task, examples: Sequence[Example], answers: Sequence[Answer]) -> bytes:
    """Every row with its answer, in the file's order, safe to open in a spreadsheet: row, inputs, `right`, then `AnswerCells`."""
    return _csv(AnswerCells.of(task, answers, examples), examples, answers, examples)


def _csv(cells: AnswerCells, examples: Sequence[Example], answers: Sequence[Answer], every: Sequence[Example]) -> bytes:
    roles = list(dict.fromkeys(role for example in every[:1] for role in example.inputs))
    right = ["right", *(["right_raw"] if cells.raw else [])]
    return to_csv(
        ["row", *roles, *right, *cells.header],
        (
            [
                example.row,
                *(example.inputs.get(role, "") for role in roles),
                *cells.of_value(example.target or "", example.inputs),
                *cells.of_answer(answer, example.inputs),
            ]
            for example, answer in zip(examples, answers, strict=True)
        ),
    )
