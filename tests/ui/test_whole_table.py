"""A whole table of another layout than the one that was learned from, and what stands in the file that comes back."""

import csv
import io
import json

import pyarrow as pa
import pytest
from finished_run import FakeAnswering, model_files

from studio.config import RunConfig
from studio.data.example import Example
from studio.data.read import Limits, read_table
from studio.data.table import Reading, Table
from studio.evaluation.mistakes import answers_csv
from studio.jobs.runs import create_run
from studio.tasks import task_named
from studio.tasks.task import Answer
from studio.ui.predictions import as_csv
from studio.ui.session import Session
from studio.ui.steps import whole_table

SENTENCES = ["tokens,tags", *(f"Anna{number} slept,B-person O" for number in range(20))]
TALK = [{"from": "human", "value": "hello"}, {"from": "gpt", "value": "hi"}]
NAMES = task_named("token-classification")


class Echo(FakeAnswering):
    """Marks the first letters of every text, or says something to every conversation."""

    def ask(self, run, model, texts):
        self.texts = [next(iter(each.values())) for each in texts]
        named = run.config.task == NAMES.name
        return [Answer(json.dumps([[0, 4, "person"]]) if named else "fine") for _ in texts]


class StandIn:
    def __init__(self, home):
        self.home, self.answering, self.limits = home, Echo(), Limits()


@pytest.fixture
def studio(home):
    return StandIn(home)


@pytest.fixture
def made(studio, tmp_path):
    """`made(task, text, columns)`: a session whose run learned from that file."""

    def make(task, lines, columns):
        file = tmp_path / "learned.csv"
        file.write_text("\n".join(lines), encoding="utf-8")
        run = create_run(studio.home, read_table(file), RunConfig(task=task, columns=columns))
        model_files(run, ["person"], "token")
        return Session(run=run.id)

    return make


@pytest.fixture
def answered(studio, tmp_path):
    """`answered(session, text)`: the menus that have a column to choose, the card, and the lines of the file."""

    def answer(session, text):
        path = tmp_path / "ask.csv"
        path.write_text(text, encoding="utf-8")
        _, *menus, _, _ = whole_table.read_file(studio, session, str(path))
        menus = {each.label: each.value for each in menus if each.visible}
        card = whole_table.predict(studio, session, str(path), lambda *_, **__: None, *menus.values())
        kept = list((studio.home.run(session.run).path / "predictions").glob("*.csv"))
        lines = list(csv.reader(io.StringIO(kept[-1].read_text("utf-8-sig")))) if kept else []
        return menus, card, lines

    return answer


@pytest.fixture
def names(made):
    return made(NAMES.name, SENTENCES, {"text": "tokens", "entities": "tags"})


@pytest.fixture
def chat(made):
    talks = [
        [{"from": "human", "value": f"how is {word}"}, {"from": "gpt", "value": f"{word} is {number * 37} fine"}]
        for number, word in enumerate(
            ["rain", "snow", "wind", "sun", "fog", "hail", "ice", "mud", "dust", "heat", "frost", "dew"]
        )
    ]
    lines = ["conversations", *('"{}"'.format(json.dumps(talk).replace('"', '""')) for talk in talks)]
    return made("chat", lines, {"messages": "conversations"})


@pytest.mark.parametrize("head", ["sentence_id,token,tag", "sentence_id,token"])
def test_words_below_each_other_are_asked_as_sentences(studio, names, answered, head):
    words = [f"{number},{word},O" for number in range(12) for word in ("Anna", f"left{number}", ".")]
    rows = [line.rsplit(",", 2 - head.count(","))[0] for line in words]
    menus, card, lines = answered(names, "\n".join([head, *rows]))
    assert menus == {"Column: Text or words": "token", "Column: Number of the sentence (optional)": "sentence_id"}
    assert studio.answering.texts == [f"Anna left{number} ." for number in range(12)]
    assert "could not be asked" not in card
    assert [line[-2] for line in lines[1:4]] == ["person “Anna” 0–4", "", ""]


def test_words_that_nothing_tells_apart_are_answered_with_a_warning(studio, names, answered):
    _, card, _ = answered(names, "\n".join(["word", *(f"Anna{number}" for number in range(12))]))
    assert len(studio.answering.texts) == 12
    assert "Nearly every row holds a single word" in card
    _, card, _ = answered(names, "\n".join(["text", *(f"Anna slept {number}" for number in range(12))]))
    assert "single word" not in card


def test_empty_rows_of_a_single_column_stay(studio, names, answered):
    text = 'text\nAnna slept\n""\n"Anna\nwoke up"\n\nAnna left\n'
    _, _, lines = answered(names, text)
    assert [line[0] for line in lines] == ["text", "Anna slept", "", "Anna\nwoke up", "", "Anna left"]
    assert [bool(line[1]) for line in lines[1:]] == [True, False, True, False, True]
    assert len({len(line) for line in lines}) == 1


def test_empty_rows_of_a_sheet_stay_too(tmp_path):
    rows = ("Anna\nslept", "", "Bob left")
    read = Reading("Excel", header_row=1, rows_empty=1)
    table = Table(pa.table({"text": pa.array([rows[0], rows[2]], pa.large_string())}), (2, 4), read)
    text = as_csv(NAMES, table, [Example(2, {"text": rows[0]})], [Answer("[]")]).decode("utf-8-sig")
    assert tuple(line[0] for line in csv.reader(io.StringIO(text)))[1:] == rows


def test_places_count_in_the_text_of_the_file(names, answered):
    _, _, lines = answered(names, "text\n@ada met Bob\nAnna met Bob\n")
    for text, answer, raw in lines[1:]:
        ((start, end, kind),) = json.loads(raw)
        assert answer == f"{kind} “{text[start:end]}” {start}–{end}"
    assert [line[1] for line in lines[1:]] == ["person “@ada” 1–5", "person “Anna” 0–4"]


def test_places_of_passages_count_there_too(tmp_path):
    task = task_named("question-answering")
    inputs = {"context": "=Lyon is it", "question": "Where?"}
    said = json.dumps({"text": "Lyon", "start": 1})
    (row,) = csv.DictReader(
        io.StringIO(answers_csv(task, [Example(2, inputs, said)], [Answer(said)]).decode("utf-8-sig"))
    )
    for cell in ("right_raw", "answer_raw"):
        found = json.loads(row[cell])
        assert row["context"][found["start"] :].startswith(found["text"])


def test_a_text_put_together_from_words_has_no_cell_to_count_in(tmp_path):
    file = tmp_path / "words.csv"
    file.write_text("n,w\n1,@ada\n1,met\n2,Bob\n")
    example = Example(2, {"text": "@ada met"})
    text = as_csv(NAMES, read_table(file), [example], [Answer('[[0, 4, "person"]]')]).decode("utf-8-sig")
    assert text.splitlines()[1].startswith("1,'@ada,person “@ada” 0–4,")


@pytest.mark.parametrize("name", ["messages", "Gespräch"])
@pytest.mark.parametrize(
    "shape", [TALK, [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}]]
)
def test_conversations_are_found_whatever_they_are_called(chat, answered, name, shape):
    told = json.dumps(shape).replace('"', '""')
    menus, card, lines = answered(chat, "\n".join([f"id,{name}", *(f'a{number},"{told}"' for number in range(3))]))
    assert menus == {"Column: Messages (optional)": name}
    assert "3 conversations answered" in card
    assert [line[2] for line in lines[1:]] == ["fine"] * 3


def test_conversations_of_a_turn_a_row_are_found_by_a_model_of_whole_ones(chat, answered):
    turns = [
        f"{number},{who},some words {number} of {who}" for number in range(6) for who in ("user", "assistant", "user")
    ]
    menus, card, _ = answered(chat, "\n".join(["dialog,speaker,text", *turns]))
    assert list(menus.values()) == ["dialog", "speaker", "text"]
    assert "6 conversations answered" in card
    assert "could not be asked" not in card


def test_what_is_asked_for_in_a_refusal_can_be_chosen(chat, answered):
    menus, card, _ = answered(chat, "a,b\n1,2\n3,4\n")
    assert "the column with the messages, or those with the conversation, the speaker and the words" in card
    titles = {label.removeprefix("Column: ").removesuffix(" (optional)") for label in menus}
    assert titles == {"Messages", "Conversation", "Turn", "Speaker", "Words"}
