"""What was not read is said in sentences that count right."""

import pytest

from studio.tasks.task import Answer
from studio.tasks.unread import not_read, told_of


@pytest.mark.parametrize(
    ("messages", "is_cut", "wanted"),
    [
        (0, False, ""),
        (1, False, "The first message no longer fit and was not read."),
        (3, False, "The first 3 messages no longer fit and were not read."),
        (0, True, "A part of the text did not fit and was not read."),
        (
            2,
            True,
            "The first 2 messages no longer fit and were not read. A part of the text did not fit and was not read.",
        ),
    ],
)
def test_of_one_question(messages, is_cut, wanted):
    assert not_read(messages, is_cut) == wanted


def test_of_many_questions():
    assert told_of([Answer("a"), Answer("b")], "row") == ""
    said = told_of([Answer("a", lost=3), Answer("b"), Answer("c", lost=1, is_cut=True)], "conversation")
    assert said == (
        "Of 2 conversations the oldest messages did not fit and were not read, 4 messages in all. "
        "Of 1 conversation a part of the text did not fit and was not read."
    )
