import json
import re

import pytest
from kinds import HOSTILE, ROWS, Made, MadeAnswering, kind_run, rows_of

from studio.data.example import Example
from studio.data.read import Limits
from studio.tasks import TASKS
from studio.tasks.label_thresholds import OWN_THRESHOLDS
from studio.tasks.task import Answer
from studio.ui.answers import KINDS, Said, kind_of
from studio.ui.answers.json_values import passage, spans, strings, turns
from studio.ui.markup import fragment
from studio.ui.session import Session
from studio.ui.steps import results, try_it
from studio.ui.views.rows import ShownRow, row_table

each_kind = pytest.mark.parametrize("kind", ROWS)


class StandIn:
    def __init__(self, home, kind):
        self.home, self.answering, self.limits = home, MadeAnswering(kind), Limits()


@pytest.fixture
def made(monkeypatch):
    for kind in ROWS:
        monkeypatch.setitem(TASKS, f"made-{kind}", Made(kind))


@pytest.fixture
def studio(home, kind, made):
    return StandIn(home, kind)


@pytest.fixture
def session(studio, kind):
    return Session(run=kind_run(studio.home, kind).id)


def test_every_task_has_a_kind_and_every_kind_is_tried_here():
    assert {task.answers_as for task in TASKS.values()} <= set(KINDS)
    assert set(KINDS) == {"label", *ROWS}


def said_by(kind, place, right=True):
    (examples, answers), task = rows_of(kind), Made(kind)
    return Said(task, examples[place].inputs, answers[place], examples[place].target if right else None)


@each_kind
@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("right", [True, False])
def test_nothing_hostile_gets_through(kind, place, right):
    drawn, said = KINDS[kind], said_by(kind, place, right)
    value = said.answer.value
    pieces = [drawn.body(said), drawn.cell(said, value), drawn.cell(said, said.right or ""), drawn.question(said)]
    examples, answers = rows_of(kind)
    pieces += [drawn.together(said.task, answers), drawn.targets(said.task, examples, [(HOSTILE, 2), ("b", 1)])]
    html = fragment(*pieces)
    assert "<img" not in html
    if any(HOSTILE in json.dumps(each) for each in (said.inputs, value)):
        assert "&lt;img" in html


@each_kind
@pytest.mark.parametrize(
    "value", ["", "null", "[", "{}", "[1]", '[["a", 1, 2]]', '[[5, 2, "X"]]', "12", '{"text": 3}', "[" * 5000]
)
def test_a_damaged_answer_is_drawn_calmly(kind, value):
    said = said_by(kind, 0)
    assert fragment(KINDS[kind].cell(said, value))


@each_kind
def test_results_of_every_kind(studio, session, kind):
    report, _confusion, figure, cell, details, button = results.show(studio, session)
    assert "Characters off" in report
    assert "Lower is better." in report
    assert details.count('data-title="Answer"') >= 3
    assert "<img" not in report + details + cell
    assert (figure is not None) == (kind == "number")
    assert button.visible


@each_kind
def test_try_it_asks_with_every_text_and_shows_the_file_s_answer(studio, session, kind):
    task = TASKS[f"made-{kind}"]
    _, _, whole, *boxes, ideas, _answer, _predicted = try_it.show(studio, session, "")
    assert whole.visible
    shown = [box for box in boxes if box.visible]
    assert [box.label.partition(" (")[0] for box in shown] == [task.role_titles[role] for role in task.inputs]
    assert "data-place" in ideas
    row = try_it.rows_of_test(studio.home.run(session.run))[0]
    html = try_it.ask(studio, session, *[row.inputs[role] for role in task.inputs])
    assert html.count('class="fs-card rs-answer"') == 2
    assert f"What the file says, in row {row.row}" in html
    assert "<img" not in html
    assert studio.answering.asked == [("tuned", 1), ("untuned", 1)]


@pytest.mark.parametrize("kind", ["passage"])
def test_an_empty_text_among_several_is_named(studio, session, kind):
    assert "“Question” is empty" in try_it.ask(studio, session, "a context", " ")


def test_filled_gaps_are_marked_where_they_stand():
    said = said_by("continuation", 1)
    marked = '>A <mark data-hue="0">fine &lt;img src=x onerror=&quot;window.hacked=1&quot;&gt;</mark> day<'
    assert marked in fragment(KINDS["continuation"].body(said))
    assert marked in KINDS["continuation"].cell(said, said.answer.value)
    assert "<mark" not in KINDS["continuation"].cell(said, said.right)


def test_a_text_without_a_gap_comes_back_with_what_to_do():
    said = Said(Made("continuation"), {"text": "A fine day "}, Answer("A fine day"))
    html = fragment(KINDS["continuation"].body(said))
    assert html.count("A fine day") == 1
    assert "write ___ where a word is missing" in html


def test_entities_are_marked_where_they_stand():
    said = said_by("entities", 0)
    html = str(KINDS["entities"].cell(said, said.right))
    assert re.findall(r"<mark[^>]*>([^<]*)<small[^>]*>([^<]*)", html) == [
        ("Anna Meier", "PER"),
        ("Acme Ltd", "ORG"),
        ("Berlin", "LOC"),
    ]
    assert KINDS["entities"].holds_question


def test_types_keep_their_colour_with_every_model():
    said = Said(Made("entities"), {"text": "ab"}, rows_of("entities")[1][0], labels=("X", "Y"))
    marks = [
        re.search(r'data-hue="(\d)"', KINDS["entities"].cell(said, json.dumps([[0, 1, kind]])))[1] for kind in "XYX"
    ]
    assert marks == ["0", "1", "0"]


def test_a_passage_is_marked_in_its_text_and_no_answer_is_said():
    said = said_by("passage", 0)
    assert ">Lyon</mark>" in KINDS["passage"].cell(said, said.right)
    assert "The text does not say." in KINDS["passage"].cell(said, json.dumps({"text": "", "start": -1}))
    assert "head office moved" not in KINDS["passage"].question(said)


def test_labels_show_their_thresholds():
    said = said_by("labels", 0)
    drawn = fragment(KINDS["labels"].body(Said(said.task, said.inputs, said.answer, said.right, {"noise": 0.62})))
    assert "left:62.00%" in drawn
    assert drawn.count("<s ") == 1


def test_a_number_says_how_far_off_it_is():
    said = said_by("number", 1)
    assert KINDS["number"].sure(said) == "+2.7"
    assert "off by +2.7" in fragment(KINDS["number"].body(said))
    assert "<b>2.9</b>" in fragment(KINDS["number"].body(said))
    figure = KINDS["number"].figure(said.task, *rows_of("number"))
    assert figure["data"][1]["x"] == [3.8, 0.2, 5.0]
    assert figure["data"][1]["customdata"][0] == ["2", "3.8", "3.51"]
    assert "<b>3.51</b>" in fragment(KINDS["number"].body(said_by("number", 0)))


def test_a_conversation_is_turns():
    html = fragment(KINDS["chat"].body(said_by("chat", 0)))
    assert re.findall(r'data-role="(\w+)"', html) == ["system", "user", "assistant"]


def test_what_is_no_json_of_its_kind_is_nothing():
    assert strings('["a", 1, "b"]') == ["a", "b"]
    assert spans('[[0, 2, "A"], [1, 3, "B"], [2, 9, "C"], [2, 3, "D"], [true, 2, "E"]]', 4) == [
        (0, 2, "A"),
        (2, 3, "D"),
    ]
    assert passage('{"text": "a"}') == ("a", -1)
    assert turns('[{"role": "user", "content": "a"}, 3]') == [("user", "a")]
    assert (strings("x"), spans("", 3), passage("[]"), turns('"a"')) == ([], [], ("", -1), [])


def test_the_plain_kind_is_text():
    assert kind_of(Made("text")).name == "text"


def test_the_rest_of_the_labels_is_told_in_the_right_number():
    def rest(labels):
        answer = Answer("l0", {f"l{place}": 1 / labels for place in range(labels)})
        return str(fragment(KINDS["label"].body(Said(TASKS["text-classification"], {"text": "a"}, answer))))

    assert "1 other label has 14.3" in rest(7)
    assert "2 other labels share 25.0" in rest(8)


def test_rows_with_several_labels_are_counted_in_words():
    def told(*rows):
        examples = [Example(place, {"text": "a"}, json.dumps(row)) for place, row in enumerate(rows)]
        return str(KINDS["labels"].targets(TASKS["multi-label-classification"], examples, [("a", 2), ("b", 1)]))

    assert "No row has several labels." in told(["a"], ["b"])
    assert "1 row has several labels, 1 none." in told(["a", "b"], [])
    assert "2 rows have several labels." in told(["a", "b"], ["a", "b"])


def test_answers_of_several_labels_tell_that_each_label_has_its_own_threshold():
    task = TASKS["multi-label-classification"]
    answers = [Answer('["rare"]', {"rare": 0.025, "common": 0.34})]
    assert OWN_THRESHOLDS in str(KINDS["labels"].together(task, answers))


def test_two_texts_in_a_row_are_texts_and_no_question():
    said = Said(TASKS["text-classification"], {"text": "a", "text_pair": "b"}, Answer("x", {"x": 1.0}), "y")
    table = str(row_table(TASKS["text-classification"], [ShownRow(2, said)], "Mistakes"))
    assert '<th scope="col">Texts</th>' in table
    assert "Question" not in table
    asked = Said(
        TASKS["question-answering"], {"context": "a b", "question": "c"}, Answer('{"text": "a", "start": 0}'), ""
    )
    assert '<th scope="col">Question</th>' in row_table(asked.task, [ShownRow(2, asked)], "Mistakes")


@pytest.mark.parametrize("kind", ["passage"])
def test_the_untuned_model_is_called_as_in_the_report(studio, session, kind, monkeypatch):
    monkeypatch.setattr(Made, "untuned_for", lambda task, columns: f"The cosine of {' and '.join(columns)}")
    assert "The cosine of context and question." in try_it.ask(studio, session, "a context", "a question")
