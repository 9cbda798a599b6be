"""What a table is taken for, where its file holds a column beside the task's roles."""

from data.detect.made import table

from studio.data.detect import detect
from studio.tasks import detect as detect_task
from studio.ui.views.readings import readings, usable


def test_a_title_beside_questions_and_answers_does_not_stand_in_the_way():
    texts = [f"The town of number {place} was founded in the year {1200 + place} by the river." for place in range(40)]
    seen = table(
        title=[f"Town {place // 4}" for place in range(40)],
        context=texts,
        question=[f"When was the town of number {place} founded?" for place in range(40)],
        answer=[f"the year {1200 + place}" for place in range(40)],
    )
    found = detect(seen)
    assert found.roles["title"] == "title"
    task, guess = detect_task(seen)
    assert usable(found, seen) == guess.columns
    shown = readings(found, task.name, guess.columns, seen)
    assert shown.startswith('<div class="fs-quiet fs-inner"><p><b>Very sure (97 %)</b>. What “answer” holds')
    assert "does not train that yet" not in shown
