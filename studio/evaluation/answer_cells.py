"""Answers as cells of a CSV, the same in every file that people take away.

| column | holds |
|---|---|
| `answer` | the answer as people read it (`Task.quote`) |
| `answer_raw` | only where that differs: the answer in the form in which the task writes its targets, as the JSON of a list of labels |
| `confidence` | only where answers have one: from 0 to 1; where there are several, a JSON object of label → probability |

Places count in the text as it stands in the file, with the apostrophe that keeps it from running as a formula.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.data.example import Example
from studio.data.formulas import formula_safe
from studio.tasks.task import Answer, Task


@dataclass(frozen=True)
class AnswerCells:
    """Which columns there are."""

    task: Task
    raw: bool
    """Whether `show` changes anything."""
    sure: bool
    """Whether answers have a confidence."""
    only: str = ""
    """The one name under which they have it, where there is but one."""

    @classmethod
    def of(cls, task: Task, answers: Sequence[Answer], examples: Sequence[Example] = ()) -> "AnswerCells":
        """For these answers, and the right ones beside them."""
        values = {*(answer.value for answer in answers), *(example.target or "" for example in examples)}
        raw = any(task.show(value) != value for value in values)
        names = {name for answer in answers for name in answer.confidence}
        return cls(task, raw, bool(names), names.pop() if len(names) == 1 else "")

    @property
    def header(self) -> list[str]:
        """The columns' names."""
        return ["answer", *(["answer_raw"] if self.raw else []), *(["confidence"] if self.sure else [])]

    def of_value(self, value: str, inputs: Mapping[str, str], *, is_there: bool = True) -> list[str]:
        """One or two cells, of a target or an answer to these texts. `is_there`: the text that its places are in stands
        in the file, as it is safe there."""
        text = inputs.get(self.task.places_in, "")
        safe = formula_safe(text) if is_there else text
        value = self.task.moved(value, len(safe) - len(text)) if safe != text else value
        return [self.task.quote(value, {**inputs, self.task.places_in: safe}), *([value] if self.raw else [])]

    def of_answer(self, answer: Answer | None, inputs: Mapping[str, str], *, is_there: bool = True) -> list[str]:
        """A cell for each column; all empty for a row that was not asked."""
        if answer is None:
            return [""] * len(self.header)
        return [*self.of_value(answer.value, inputs, is_there=is_there), *([self._sure(answer)] if self.sure else [])]

    def _sure(self, answer: Answer) -> str:
        if answer.value in answer.confidence:
            return f"{answer.confidence[answer.value]:.4f}"
        if self.only in answer.confidence:
            return f"{answer.confidence[self.only]:.4f}"
        shares = {label: round(share, 4) for label, share in answer.confidence.items()}
        return json.dumps(shares, ensure_ascii=False) if shares else ""
