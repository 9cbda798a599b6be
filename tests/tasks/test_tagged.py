import json

import pyarrow as pa
import pytest
from data.real import SHARED_DATA

from studio.assets import ASSETS
from studio.data.doctor import diagnose
from studio.data.read import read_table
from studio.data.table import Reading, Table
from studio.errors import StudioError
from studio.tasks import detect, task_named
from studio.tasks.rows import examples_of
from studio.tasks.spans import read
from studio.tasks.tagged import layout_of
from studio.tasks.units import joined, units

TASK = task_named("token-classification")


def table(rows=None, **columns):
    cells = pa.table({name: pa.array(values, pa.large_string()) for name, values in columns.items()})
    return Table(cells, rows or range(2, cells.num_rows + 2), Reading("CSV"))


def in_three_forms(examples):
    """The same examples as tagged sentences, as tagged tokens, as tagged tokens with missing lines, and as spans."""
    words, tags, texts, spans = [], [], [], []
    for example in examples:
        text = example.inputs["text"]
        pieces = [text[start:end] for start, end in units(text)]
        line, places = joined(pieces)
        said = ["O"] * len(pieces)
        moved = []
        for start, end, kind in read(example.target):
            inside = [place for place, (one, two) in enumerate(units(text)) if one < end and two > start]
            said[inside[0]] = f"B-{kind}"
            for place in inside[1:]:
                said[place] = f"I-{kind}"
            moved.append({"start": places[inside[0]][0], "end": places[inside[-1]][1], "label": kind})
        words.append(pieces)
        tags.append(said)
        texts.append(line)
        spans.append(json.dumps(moved))
    flat = [word for line in words for word in line]
    marks = [tag for line in tags for tag in line]
    ids = [str(number) for number, line in enumerate(words) for _ in line]
    with_gaps, row = [], 1
    for line in words:
        row += 1
        for _ in line:
            row += 1
            with_gaps.append(row)
    return {
        "sentences": table(tokens=[" ".join(line) for line in words], tags=[" ".join(line) for line in tags]),
        "lists": table(tokens=list(map(json.dumps, words)), tags=list(map(json.dumps, tags))),
        "tokens": table(sentence=ids, token=flat, tag=marks),
        "gaps": table(tuple(with_gaps), token=flat, tag=marks),
        "spans": table(text=texts, spans=spans),
    }


def test_all_forms_of_the_bundled_example_are_the_same_examples():
    bundled = read_table(ASSETS / "examples" / TASK.example)
    examples = examples_of(TASK, bundled, TASK.detect(bundled).columns).examples
    found = {}
    for form, seen in in_three_forms(examples).items():
        guess = TASK.detect(seen)
        assert detect(seen)[0] is TASK
        parsed = examples_of(TASK, seen, guess.columns)
        assert parsed.problems == []
        assert parsed.notes == ()
        found[form] = [(example.inputs, example.target) for example in parsed.examples]
        assert not [each for each in diagnose(TASK.patient(seen, guess.columns)) if each.kind in ("spans", "tag-count")]
    assert len(found["spans"]) == len(examples)
    assert sum(len(read(target)) for _, target in found["spans"]) == sum(len(read(e.target)) for e in examples)
    for form in found:
        assert found[form] == found["spans"], form


@pytest.mark.skipif(not SHARED_DATA.exists(), reason="the real data is not beside the checkout")
@pytest.mark.parametrize("part", ["validation"])
def test_all_forms_of_wnut17_are_the_same_examples(part):
    found = []
    for form in ("sentences", "tokens", "spans"):
        seen = read_table(SHARED_DATA / f"ner_wnut17_{form}_{part}.csv")
        parsed = examples_of(TASK, seen, TASK.detect(seen).columns)
        assert parsed.problems == []
        found.append([(example.inputs, example.target) for example in parsed.examples])
    assert len(found[0]) == 1009
    assert found[0] == found[1] == found[2]


def test_broken_rows_are_refused_one_by_one_and_repaired_where_that_is_sure():
    seen = table(
        tokens=["Zoë met Ravi", "Zoë met Ravi", "Zoë met", "Ravi left"],
        tags=["B-per O I-per", "B-per O", "B-per X", ""],
    )
    columns = {"text": "tokens", "entities": "tags"}
    assert layout_of(seen, columns) == "tagged-sentences"
    parsed = examples_of(TASK, seen, columns)
    assert [example.row for example in parsed.examples] == [2]
    assert read(parsed.examples[0].target) == [(0, 3, "per"), (8, 12, "per")]  # I- behind O begins
    assert [problem.row for problem in parsed.problems] == [3, 4, 5]
    assert "3 words but 2 tags" in parsed.problems[0].what
    assert "“X” is no tag" in parsed.problems[1].what


def test_a_sentence_column_goes_on_where_it_is_empty():
    seen = table(n=["1", "", "2", ""], word=["Zoë", "met", "Ravi", "."], tag=["B-p", "O", "B-p", "O"])
    parsed = examples_of(TASK, seen, {"text": "word", "entities": "tag", "sentence": "n"})
    assert [(example.row, example.inputs["text"]) for example in parsed.examples] == [(2, "Zoë met"), (4, "Ravi .")]


def test_words_without_any_end_of_a_sentence_are_refused():
    seen = table(word=["Zoë", "met", "Ravi"], tag=["B-p", "O", "B-p"])
    with pytest.raises(StudioError, match="where a sentence ends"):
        examples_of(TASK, seen, {"text": "word", "entities": "tag"})


def test_texts_to_be_asked_about_come_as_texts_lists_or_words():
    asked = examples_of(TASK, table(text=["Zoë left.", '["Zoë", "left", "."]']), {"text": "text"}, with_target=False)
    assert [each.inputs["text"] for each in asked.examples] == ["Zoë left.", "Zoë left ."]
    words = table(n=["1", "1", "2"], w=["Zoë", "left", "Why"])
    asked = examples_of(TASK, words, {"text": "w", "sentence": "n"}, with_target=False)
    assert [(each.row, each.inputs["text"]) for each in asked.examples] == [(2, "Zoë left"), (4, "Why")]


def test_an_empty_cell_of_spans_is_a_text_without_names():
    seen = table(text=["Zoë left", "Who left"], spans=['[[0, 3, "p"]]', ""])
    parsed = examples_of(TASK, seen, {"text": "text", "entities": "spans"})
    assert [read(each.target) for each in parsed.examples] == [[(0, 3, "p")], []]


def test_words_below_each_other_are_asked_about_as_sentences():
    """Without tags too, empty lines part them; texts of several words stay rows of their own."""
    gaps = (2, 3, 5, 6)
    asked = examples_of(
        TASK, table(gaps, word=["Anna", "slept", "Nobody", "came"]), {"text": "word"}, with_target=False
    )
    assert [(each.row, each.inputs["text"]) for each in asked.examples] == [(2, "Anna slept"), (5, "Nobody came")]
    asked = examples_of(
        TASK, table(gaps, word=["Anna", "slept", "Nobody", "came in"]), {"text": "word"}, with_target=False
    )
    assert len(asked.examples) == 4
    asked = examples_of(TASK, table(word=["Anna", "slept"]), {"text": "word"}, with_target=False)
    assert [each.inputs["text"] for each in asked.examples] == ["Anna", "slept"]


CHINESE = ["张伟昨天在北京买了一台华为手机。", "李娜住在上海。", "王芳去了腾讯公司", "我爱广州的早茶。"]


@pytest.mark.parametrize(
    ("texts", "rows", "count"),
    [
        (CHINESE, (2, 3, 5, 6), 4),
        (["我", "到", "上海", "。"], (2, 3, 5, 6), 2),
        (["好的。", "谢谢！", "来吧。", "不去"], (2, 3, 5, 6), 4),
        ([f"word{number}" for number in range(300)], (*range(2, 200), *range(201, 303)), 300),
    ],
    ids=["sentences without spaces", "words of them", "short ones", "a list of words with one empty line"],
)
def test_only_words_are_put_together(texts, rows, count):
    asked = examples_of(TASK, table(rows, text=texts), {"text": "text"}, with_target=False)
    assert len(asked.examples) == count
    assert any("read as one text" in note for note in asked.notes) == (count == 2)
