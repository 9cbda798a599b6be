import pytest

from studio.data.example import Example
from studio.errors import StudioError
from studio.evaluation.answers import from_parquet, to_parquet
from studio.tasks.task import Answer

LABELS = ("no", "yes, “quoted”")


def test_answers_come_back_as_they_were():
    examples = [Example(7, {"text": "line\nbreak, 😀"}, "no"), Example(9, {"text": "=1+1"}, None)]
    answers = [Answer("no", {"no": 0.75, LABELS[1]: 0.25}), Answer(LABELS[1], {"no": 0.125, LABELS[1]: 0.875})]
    found = from_parquet(to_parquet(examples, answers, LABELS))
    assert found.examples == examples
    assert found.answers == answers
    assert found.labels == LABELS


def test_answers_without_confidence_and_no_answers_at_all():
    found = from_parquet(to_parquet([Example(2, {"text": "x"}, "y")], [Answer("y")], ()))
    assert found.answers == [Answer("y")]
    assert from_parquet(to_parquet([], [], LABELS)).answers == []


@pytest.mark.parametrize("data", [b"", b"PAR1 no", to_parquet([], [], ())[:-9]])
def test_a_damaged_file_is_told(data):
    with pytest.raises(StudioError, match="cannot be read"):
        from_parquet(data)
