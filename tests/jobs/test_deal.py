"""What a task knows of its rows reaches the split."""

import pyarrow as pa
import pytest

from studio.config import Split
from studio.data.table import Reading, Table
from studio.jobs.deal import deal
from studio.tasks import task_named
from studio.tasks.rows import examples_of


@pytest.mark.parametrize(
    ("name", "target"),
    [("text-classification", "label"), ("text-regression", "score"), ("question-answering", "answer")],
)
def test_rows_of_one_text_are_dealt_out_together(name, target):
    task = task_named(name)
    first, second = task.required[0], "question" if target == "answer" else "text_pair"
    answers = {"label": ["yes", "no", "maybe"], "score": ["1", "0", "0.5"], "answer": ["house", "", "garden"]}[target]
    texts = [f"The house with number {row // 3} has a garden." for row in range(300)]
    others = [f"What does guest {row} say of it?" for row in range(300)]
    cells = {first: texts, second: others, target: [answers[row % 3] for row in range(300)]}
    table = Table(
        pa.table({role: pa.array(each, pa.large_string()) for role, each in cells.items()}),
        range(2, 302),
        Reading("CSV"),
    )
    examples = examples_of(task, table, {role: role for role in cells}).examples
    parts = deal(task, table, examples, Split(), 1, None)
    known = [{example.inputs[first] for example in part} for part in (parts.train, parts.validation, parts.test)]
    assert len(examples) == 300
    assert not known[0] & known[1] | known[0] & known[2] | known[1] & known[2]
    assert parts.notes == ()
