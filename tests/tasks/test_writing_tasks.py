"""Tasks whose models write: how their rows come in, what of them is learned, and what people see of it."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast
from worker.tiny_writers import CHAT, HYBRID, byte_tokenizer

from studio.data.example import Example
from studio.data.table import Reading, Table
from studio.errors import StudioError
from studio.models.embedded import embedded_folder
from studio.tasks import task_named
from studio.tasks.chat import messages_of
from studio.tasks.gaps import hidden_tokens, word_groups
from studio.tasks.marks import broken
from studio.tasks.rows import examples_of
from studio.tasks.task import Answer, Setup

TEXTS = ["What does the cat eat? The cat eats figs.", "wer weiß, 猫 ก"]
CLOSING, OPEN = byte_tokenizer(TEXTS, closes=True), byte_tokenizer(TEXTS, template=CHAT)


def table(**columns):
    cells = pa.table({name: pa.array(values, pa.large_string()) for name, values in columns.items()})
    return Table(cells, range(2, cells.num_rows + 2), Reading("CSV"))


@pytest.mark.parametrize("text", ["घना जंगल", "ข้าวผัด", "猫が好き", "قفل جديد"])
def test_a_letter_of_several_tokens_is_shown_whole(text):
    task, setup = task_named("language-modeling"), Setup(byte_tokenizer(["a"]), (), 200)
    shown = task.reading(
        task.parse({"text": text}, None, 2), setup
    )  # the first token, a part of a letter, is not learned
    assert "".join(piece.text for piece in shown) == f"{text}</s>"
    assert all(piece.is_learned for piece in shown)


# Text to text

ANY = st.text(max_size=200).filter(lambda text: text.strip() != "")


@settings(max_examples=60, deadline=None)
@given(source=ANY, target=ANY, limit=st.integers(8, 64))
def test_both_texts_fit_and_end_where_they_end(source, target, limit):
    task = task_named("text-to-text")
    example = task.parse({"source": source}, target, 2)
    (feature,) = task.encode([example], Setup(CLOSING, (), limit))[0]
    end = CLOSING.eos_token_id
    assert len(feature["input_ids"]) == len(feature["attention_mask"]) <= limit
    assert feature["input_ids"][-1] == end  # also of a text that was cut: the model knows no other
    assert len(feature["labels"]) <= limit
    whole = CLOSING(target.strip())["input_ids"]
    assert feature["labels"] == whole[:limit]
    assert (feature["labels"][-1] == end) == (len(whole) <= limit)
    is_cut = len(whole) > limit or len(CLOSING(source)["input_ids"]) > limit
    assert feature.get("cut", False) == is_cut


@settings(max_examples=60, deadline=None)
@given(instruction=ANY, given_input=st.text(max_size=50), response=ANY)
def test_of_an_instruction_the_response_and_its_end_are_learned(instruction, given_input, response):
    task = task_named("instruction-tuning")
    example = task.parse({"instruction": instruction, "input": given_input}, response, 2)
    setup = Setup(OPEN, (), 5000)
    (feature,) = task.encode([example], setup)[0]
    labels = [label for label in feature["labels"] if label != -100]
    assert OPEN.decode(labels, skip_special_tokens=False).endswith("<|im_end|>")
    assert response.strip() in OPEN.decode(labels, skip_special_tokens=False)
    assert all(label in (-100, token) for label, token in zip(feature["labels"], feature["input_ids"], strict=True))
    assert len(labels) <= len(OPEN(response.strip())["input_ids"]) + 2


def test_what_the_model_reads_is_shown_piece_by_piece():
    task, setup = task_named("instruction-tuning"), Setup(OPEN, (), 500)
    example = task.parse({"instruction": "What does the cat eat?"}, "Figs.", 2)
    shown = task.reading(example, setup)
    assert "".join(piece.text for piece in shown) == (
        "<|im_start|>user\nWhat does the cat eat?<|im_end|>\n<|im_start|>assistant\nFigs.<|im_end|>\n"
    )
    assert [piece.text for piece in shown if piece.is_learned] == ["Figs.", "<|im_end|>"]
    assert {piece.text for piece in shown if piece.is_special} == {"<|im_start|>", "<|im_end|>"}
    both = task_named("text-to-text").reading(
        task_named("text-to-text").parse({"source": "the cat"}, "figs", 2), Setup(CLOSING, (), 50)
    )
    assert [(piece.text, piece.is_learned) for piece in both] == [
        ("the cat", False),
        ("</s>", False),
        ("figs", True),
        ("</s>", True),
    ]


# Chat

TALK = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello!"},
    {"role": "user", "content": "Bye"},
    {"role": "assistant", "content": "See you."},
]
SHAREGPT = [
    {"from": {"user": "human", "assistant": "gpt"}.get(m["role"], m["role"]), "value": m["content"]} for m in TALK
]


def the_one(found):
    assert found.problems == []
    (example,) = found.examples
    return example


@pytest.mark.parametrize("told", [TALK, SHAREGPT, {"messages": TALK}, [*TALK, {"role": "user", "content": "And?"}]])
def test_layouts_of_conversations(told):
    task = task_named("chat")
    example = the_one(examples_of(task, table(talk=[json.dumps(told)]), {"messages": "talk"}))
    assert json.loads(example.inputs["messages"]) == TALK[:-1]
    assert example.target == "See you."
    again = task.parse(example.inputs, example.target, 2)
    assert again == example


def test_one_turn_a_row_is_put_in_order():
    turns = [(which, str(turn), m["role"], m["content"]) for turn, m in enumerate(TALK) for which in ("a", "b")]
    columns = list(zip(*reversed(turns), strict=True))
    seen = table(id=columns[0], n=columns[1], who=columns[2], said=columns[3])
    roles = {"conversation": "id", "turn": "n", "role": "who", "content": "said"}
    found = examples_of(task_named("chat"), seen, roles)
    assert [example.row for example in found.examples] == [2, 3]
    assert [json.loads(example.inputs["messages"]) for example in found.examples] == [TALK[:-1]] * 2


def test_asked_a_conversation_is_answered_where_it_stands():
    task = task_named("chat")
    ends_asking = table(talk=[json.dumps(TALK[:-1]), json.dumps(TALK), "just a question"])
    found = examples_of(task, ends_asking, {"messages": "talk"}, with_target=False)
    assert [json.loads(each.inputs["messages"]) for each in found.examples] == [
        TALK[:-1],
        TALK[:-1],
        [{"role": "user", "content": "just a question"}],
    ]
    assert all(each.target is None for each in found.examples)


def test_every_reply_of_a_conversation_is_learned():
    task, setup = task_named("chat"), Setup(OPEN, (), 500)
    example = the_one(examples_of(task, table(talk=[json.dumps(TALK)]), {"messages": "talk"}))
    learned = [piece.text for piece in task.reading(example, setup) if piece.is_learned]
    assert learned == ["Hello!", "<|im_end|>", "See you.", "<|im_end|>"]
    (asked,) = task.encode([task.parse(example.inputs, None, 2)], setup)[0]
    assert OPEN.decode(asked["input_ids"], skip_special_tokens=False).endswith("<|im_end|>\n<|im_start|>assistant\n")


def test_every_reply_is_learned_behind_what_the_model_reads_when_it_is_asked_for_it():
    task, tokenizer = task_named("chat"), byte_tokenizer(TEXTS, template=HYBRID)
    setup = Setup(tokenizer, (), 500)
    example = the_one(examples_of(task, table(talk=[json.dumps(TALK)]), {"messages": "talk"}))
    learned = [piece.text for piece in task.reading(example, setup) if piece.is_learned]
    assert learned == ["Hello!", "<|im_end|>", "See you.", "<|im_end|>"]
    features = task.encode([example], setup)[0]
    for feature, place in zip(features, (2, 4), strict=True):
        ((asked,),) = task.encode([Example(2, {"messages": json.dumps(TALK[:place])})], setup)
        begin = len(asked["input_ids"])
        assert feature["input_ids"][:begin] == asked["input_ids"]
        assert all(label == -100 for label in feature["labels"][:begin])
        assert feature["labels"][begin] == feature["input_ids"][begin]


def test_a_model_that_says_what_it_learned_says_the_target():
    task, tokenizer = task_named("instruction-tuning"), byte_tokenizer(TEXTS, template=HYBRID)
    setup = Setup(tokenizer, (), 500)
    example = task.parse({"instruction": "Hi", "input": ""}, "Hello.", 2)
    ((feature,),) = task.encode([example], setup)
    learned = np.array([label for label in feature["labels"] if label != -100])
    assert task.decode(example, [learned], [feature], setup).value == "Hello."
    assert "enable_thinking | default(false)" in task.template(tokenizer, [example])
    thinking = task.parse({"instruction": "Hi", "input": ""}, "<think>Hm.</think>Hello.", 3)
    assert "enable_thinking | default(true)" in task.template(tokenizer, [example, thinking])
    assert task.score([Answer("Hello.")], [thinking], ())["chrf"] == 1


def test_conversations_nothing_can_be_learned_from_are_told_by_row():
    cells = [json.dumps(TALK[:2]), json.dumps([TALK[2]]), "[1, 2]", " "]
    found = examples_of(task_named("chat"), table(talk=cells), {"messages": "talk"})
    assert [problem.row for problem in found.problems] == [2, 3, 4, 5]
    with pytest.raises(StudioError, match="columns of the conversations are not chosen"):
        examples_of(task_named("chat"), table(talk=cells), {})


def test_odd_messages_are_read():
    odd = [
        {"role": "Customer", "content": [{"type": "text", "text": "One"}, {"type": "text", "text": "two"}]},
        {"role": "Kunde", "content": "three"},
        {"role": "Berater", "content": None, "tool_calls": [{"name": "look"}]},
    ]
    assert messages_of(json.dumps(odd), 2) == [
        {"role": "user", "content": "One\ntwo\nthree"},
        {"role": "assistant", "content": '[{"name": "look"}]'},
    ]


def test_a_developers_words_are_the_systems():
    told = [{"role": "developer", "content": "Be terse."}, {"role": "user", "content": "Hi"}]
    assert [message["role"] for message in messages_of(json.dumps(told), 2)] == ["system", "user"]


# Language modeling


@settings(max_examples=60, deadline=None)
@given(text=ANY, limit=st.integers(8, 40))
def test_long_texts_are_learned_whole_window_by_window(text, limit):
    task = task_named("language-modeling")
    features = task.encode([task.parse({"text": text}, None, 2)], Setup(OPEN, (), limit))[0]
    learned = [label for feature in features for label in feature["labels"] if label != -100]
    ids = OPEN(text)["input_ids"]
    assert [features[0]["input_ids"][0], *learned] == [*ids, OPEN.eos_token_id]
    assert all(len(feature["input_ids"]) <= limit for feature in features)


@given(pieces=st.lists(st.integers(1, 9), min_size=1, max_size=60), seed=st.integers(0, 2**32 - 1))
def test_whole_words_are_hidden(pieces, seed):
    words = [None, *(word for word, count in enumerate(pieces) for _ in range(count)), None]
    hidden = hidden_tokens(word_groups(words), seed)
    assert not hidden[0]
    assert not hidden[-1]
    short = [word for word, count in enumerate(pieces) if count <= 6]
    for word in short:
        assert len({gone for gone, each in zip(hidden, words, strict=True) if each == word}) == 1
    groups = sum(-(-count // 6) for count in pieces)
    gone = len({(word, place // 6) for place, word in enumerate(words) if hidden[place]})
    assert 1 <= gone <= 2 * max(1, round(0.15 * groups))
    assert hidden == hidden_tokens(word_groups(words), seed)


FILLS = AutoTokenizer.from_pretrained(embedded_folder())


def filled_in(text, limit, *words, tokenizer=FILLS):
    """What is said of a text by a model that guesses the same words everywhere; and how many windows it read."""
    task, setup = task_named("language-modeling"), Setup(tokenizer, (), limit, head="masked")
    example = Example(2, {"text": text}, None)
    features = task.encode([example], setup)[0]
    assert all(len(feature["input_ids"]) <= limit for feature in features)
    guess = [*tokenizer.convert_tokens_to_ids(words), *(0.6 / 2**place for place in range(len(words)))]
    outputs = [np.tile(np.array(guess, float), (len(feature["input_ids"]), 1)) for feature in features]
    return task.decode(example, outputs, features, setup), len(features)


def test_gaps_of_long_texts_are_filled_and_nothing_is_cut_off():
    words = " ".join(f"Word{number}," for number in range(60))
    answer, windows = filled_in(f"{words} the capital of France is ___  indeed. {words} And ___!", 32, "paris", "lyon")
    assert answer.value == f"{words} the capital of France is paris  indeed. {words} And paris!"
    assert answer.confidence["paris"] == 0.6
    assert windows == 2  # those without a gap are not read


def test_a_gap_is_read_with_what_stands_on_both_sides_of_it():
    task, setup = task_named("language-modeling"), Setup(FILLS, (), 32, head="masked")
    for before in range(80):
        text = f"{'on ' * before}___{' on' * 80}"
        ((feature,),) = task.encode([Example(2, {"text": text}, None)], setup)
        ((place, start, end),) = feature["gaps"]
        assert feature["input_ids"][place] == FILLS.mask_token_id
        assert (start, end) == (3 * before, 3 * before + len("[MASK]"))
        assert place - 1 >= min(before, 7)


def test_what_has_no_gap_comes_back_as_it_is():
    text = "No gap  HERE. " * 50
    assert filled_in(text, 32, "paris")[0] == Answer(text.strip(), {})


def test_a_guess_that_goes_on_with_a_word_is_shown_as_the_whole_word():
    answer, _ = filled_in("Many walk___ fast", 32, "##ing", "##ed", "##s")
    assert answer.value == "Many walking fast"
    assert answer.confidence == {"walking": 0.6, "walked": 0.3, "walks": 0.15}


def test_where_a_word_is_missing_pieces_of_words_are_no_guesses():
    answer, _ = filled_in("the ___ of France (___), ___", 32, "##ing", "[SEP]", "city", "##s", "town")
    assert answer.value == "the city of France (city), city"
    assert answer.confidence == {"city": 0.15, "town": 0.0375}


def test_pieces_are_shown_where_nothing_else_was_guessed():
    assert filled_in("the ___ of France", 32, "##ing", "[SEP]")[0].value == "the ing of France"
    assert filled_in("the ___ of France", 32, "[SEP]", "[PAD]")[0] == Answer("the  of France")


def test_tokenizers_that_mark_the_spaces_before_words_tell_pieces_too():
    rules = Tokenizer(models.BPE())
    rules.pre_tokenizer, rules.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        special_tokens=["</s>", "<mask>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    rules.train_from_iterator(["We walked along the river. They are walking."] * 9, trainer)
    reader = PreTrainedTokenizerFast(
        tokenizer_object=rules, eos_token="</s>", mask_token=AddedToken("<mask>", lstrip=True)
    )
    answer, _ = filled_in("They ___ along.", 32, "ed", "Ġwalked", tokenizer=reader)
    assert (answer.value, answer.confidence, answer.added) == ("They walked along.", {"walked": 0.3}, ((5, 11),))
    assert filled_in("They walk<mask> on.", 32, "ing", "Ġare", tokenizer=reader)[0].value == "They walking on."
    assert filled_in("___ walked on.", 32, "We", "Ġare", tokenizer=reader)[0].value == "We walked on."


def test_what_was_filled_in_is_told_by_its_places():
    text = f"  {broken('[SEP]', ['[SEP]'])} the ___ of [SEP] France: ___"
    answer, _ = filled_in(text, 32, "city")
    assert [answer.value[start:end] for start, end in answer.added] == ["city", "city"]
    assert answer.value == "[SEP] the city of [SEP] France: city"


# Scores


def test_perplexity_is_that_of_all_tokens_and_absent_without_losses():
    task = task_named("instruction-tuning")
    rows = [task.parse({"instruction": "a"}, text, 2) for text in ("one", "two three")]
    told = [Answer("one", losses=(2.0, 1)), Answer("x", losses=(1.0, 3))]
    values = task.score(told, rows, ())
    assert values["perplexity"] == pytest.approx(2.718281828 ** (3 / 4))
    assert values["length"] == pytest.approx(4 / 12)
    assert task.score([Answer("one"), Answer("x")], rows, ())["perplexity"] != values["perplexity"]
