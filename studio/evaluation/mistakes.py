"""The rows a model gets wrong, the surest ones first: wrong labels in the data tend to stand on top."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.data.example import Example
from studio.data.formulas import to_csv
from studio.tasks.task import Answer


@dataclass(frozen=True)
class Mistake:
    """One wrong answer. `row` is the uploaded file's own; `confidence` the model's in its answer, from 0 to 1."""

    row: int
    inputs: dict[str, str]
    truth: str
    answer: str
    confidence: float


def worst_mistakes(examples: Sequence[Example], answers: Sequence[Answer], most: int | None = None) -> list[Mistake]:
    """Wrong answers, highest confidence first, then in the file's order; all of them or the first `most`."""
    wrong = [
        Mistake(
            example.row, example.inputs, example.target or "", answer.value, answer.confidence.get(answer.value, 0.0)
        )
        for example, answer in zip(examples, answers, strict=True)
        if answer.value != example.target
    ]
    return sorted(wrong, key=lambda mistake: (-mistake.confidence, mistake.row))[:most]


def mistakes_csv(examples: Sequence[Example], answers: Sequence[Answer]) -> bytes:
    """All mistakes as a CSV that is safe to open in a spreadsheet: row, inputs, right label, answer, confidence."""
    roles = list(examples[0].inputs) if examples else []
    return to_csv(
        ["row", *roles, "right", "answer", "confidence"],
        (
            [each.row, *(each.inputs[role] for role in roles), each.truth, each.answer, f"{each.confidence:.4f}"]
            for each in worst_mistakes(examples, answers)
        ),
    )


def answers_csv(examples: Sequence[Example], answers: Sequence[Answer]) -> bytes:
    """Every row with its answer, in the file's order, safe to open in a spreadsheet."""
    roles = list(examples[0].inputs) if examples else []
    return to_csv(
        ["row", *roles, "right", "answer", "confidence"],
        (
            [
                example.row,
                *(example.inputs[role] for role in roles),
                example.target or "",
                answer.value,
                f"{answer.confidence[answer.value]:.4f}" if answer.value in answer.confidence else "",
            ]
            for example, answer in zip(examples, answers, strict=True)
        ),
    )
