"""Tokens counted with the built-in tokenizer here, and with a stranger's elsewhere."""

import json
import threading
import time
from types import SimpleNamespace

import pytest
from tokenizers import Tokenizer, models

from studio.models import bound, counting
from studio.models.counting import confined_counts, letters_unknown, token_counts, token_ids
from studio.models.embedded import embedded_folder
from studio.models.plain_tokenizer import PlainTokenizer
from studio.tasks.templates import is_plain, template_of

OWN = embedded_folder() / "tokenizer.json"


def changed(tmp_path, **parts):
    """A copy of the built-in tokenizer with other parts."""
    file = tmp_path / "tokenizer.json"
    file.write_text(json.dumps(json.loads(OWN.read_bytes()) | parts))
    return file


def test_a_strangers_tokenizer_counts_as_it_would_here(tmp_path):
    own, file = ["hello world", "", ("one text", "and another")], changed(tmp_path)
    assert confined_counts(file, own) == token_counts(OWN, own) == [4, 2, 7]
    assert confined_counts(file, own, special=False) == token_counts(OWN, own, special=False) == [2, 0, 4]


def test_unknown_letters_are_found_by_a_strangers_tokenizer_and_not_guessed_at(tmp_path, hurried):
    steps = [{"type": "Replace", "pattern": {"String": "a"}, "content": "a" * 40}] * 7
    assert (
        letters_unknown(changed(tmp_path), ["😀😀 ok", ""]) == letters_unknown(OWN, ["😀😀 ok", ""]) == [(4, 2), (0, 0)]
    )
    assert letters_unknown(changed(tmp_path, normalizer={"type": "Sequence", "normalizers": steps}), ["a"]) == []


def test_a_strangers_tokenizer_says_its_own_counts(tmp_path):
    file = changed(
        tmp_path,
        normalizer=None,
        pre_tokenizer={"type": "Split", "pattern": {"String": ""}, "behavior": "Isolated", "invert": False},
    )
    assert token_counts(file, ["hello"]) == [7]
    assert token_counts(OWN, ["hello"]) == [3]


def test_the_tokens_themselves(tmp_path):
    assert token_ids(changed(tmp_path), "hello") == token_ids(OWN, "hello") == [101, 7592, 102]
    assert token_ids(changed(tmp_path), "[SEP]", special=False) == [102]


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(counting, "_LEAST_S", 2)


def test_a_tokenizer_that_explodes_does_so_elsewhere(tmp_path, hurried, monkeypatch):
    steps = [{"type": "Replace", "pattern": {"String": "a"}, "content": "a" * 40}] * 7
    file = changed(tmp_path, normalizer={"type": "Sequence", "normalizers": steps})
    assert token_counts(file, ["a", "two words"]) == token_counts(OWN, ["a", "two words"])
    monkeypatch.setattr(bound.subprocess, "run", None)  # it is not tried again
    assert token_counts(file, ["a"]) == [3]
    assert PlainTokenizer(file)("a") == {"input_ids": token_ids(OWN, "a")}


@pytest.fixture
def few(monkeypatch):
    """At most 2,000 letters are read of all texts, 200 of one."""
    monkeypatch.setattr(counting, "_MOST_LETTERS", 2000)
    monkeypatch.setattr(counting, "_AT_ONCE", 200)


def test_of_texts_that_are_too_long_the_beginning_is_read_and_the_rest_is_like_it(tmp_path, few):
    words, pair = "word " * 400, ("word " * 300, "word " * 100)
    for file in (OWN, changed(tmp_path)):
        assert token_counts(file, ["hello world", words, "", pair], special=False) == [2, 400, 0, 400]
        assert token_counts(file, [words] * 40, special=False) == [400] * 40
        assert len(token_ids(file, words, special=False)) == 40


def test_of_many_texts_few_are_read_at_once(monkeypatch, few):
    portions = []
    read = counting._tokenizer(OWN)
    monkeypatch.setattr(
        counting,
        "_tokenizer",
        lambda file: SimpleNamespace(encode_batch=lambda some, **how: portions.append(some) or read.encode_batch(some)),
    )
    assert token_counts(OWN, ["some words"] * 100 + ["word " * 30]) == [4] * 100 + [32]
    assert [len(portion) for portion in portions] == [20] * 5 + [1]


def test_where_a_tokenizer_fails_little_is_read_in_its_stead(tmp_path, monkeypatch):
    """A template can write as much as it likes, and what is too much for a process with limits once was read without."""
    monkeypatch.setattr(counting, "asked", lambda *order, **how: None)
    monkeypatch.setattr(counting, "_STAND_IN_LETTERS", 1000)
    read = []
    own = counting._read
    monkeypatch.setattr(counting, "_read", lambda file, texts, *how: read.extend(texts) or own(file, texts, *how))
    assert token_counts(changed(tmp_path), ["word " * 100_000] * 3, special=False) == pytest.approx(
        [100_000] * 3, rel=0.03
    )
    assert 900 < sum(map(len, read)) <= 1000


def test_a_text_that_a_tokenizer_cannot_read_is_given_up_and_nothing_else(tmp_path, monkeypatch):
    split = {"type": "Split", "pattern": {"Regex": "(a|a)+$|(a+)+b"}, "behavior": "Isolated", "invert": False}
    file = changed(tmp_path, normalizer=None, pre_tokenizer=split)
    assert (token_counts(file, ["HELLO THERE"]), token_counts(OWN, ["HELLO THERE"])) == (
        [3],
        [4],
    )  # no small letters in it
    token_counts(file, ["a" * 28 + "!"])
    assert token_counts(file, ["HELLO THERE, YOU"]) == [3]
    monkeypatch.setattr(bound.subprocess, "run", None)
    assert token_counts(file, ["a" * 28 + "!"]) == token_counts(OWN, ["a" * 28 + "!"])
    monkeypatch.undo()
    monkeypatch.setattr(counting, "_AGAIN_S", -1.0)
    tried = []
    monkeypatch.setattr(counting, "asked", lambda *order, **how: tried.append(order))
    token_counts(file, ["a" * 28 + "!"])
    assert len(tried) == 2  # the texts, and a letter


def test_unknown_letters_of_a_tokenizer_that_gives_the_number_of_the_unknown_token(tmp_path):
    file = tmp_path / "tokenizer.json"
    model = Tokenizer(
        models.Unigram([("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("a", -1.0), ("b", -1.0)], unk_id=2)
    )
    model.save(str(file))
    assert letters_unknown(file, ["ab", "aวันb", "วัน"]) == [(2, 0), (5, 3), (3, 3)]


def test_never_more_than_two_at_work(monkeypatch):
    seen, now = [], []

    def run(*command, **how):
        now.append(1)
        time.sleep(0.05)
        seen.append(len(now))
        now.pop()
        return SimpleNamespace(stdout=b"[]")

    monkeypatch.setattr(bound.subprocess, "run", run)
    threads = [threading.Thread(target=bound.asked, args=("a", {}, 1.0)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(seen), max(seen)) == (8, 2)


def test_a_tokenizer_that_panics_does_so_elsewhere(tmp_path):
    split = {"type": "Split", "pattern": {"Regex": "(a|a)+$|(a+)+b"}, "behavior": "Isolated", "invert": False}
    file = changed(tmp_path, normalizer=None, pre_tokenizer=split)
    text = "a" * 28 + "!"
    assert confined_counts(file, [text]) is None
    assert token_counts(file, [text]) == token_counts(OWN, [text])


def test_a_tokenizer_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    file = changed(tmp_path)
    monkeypatch.setattr(counting, "MOST_BYTES", file.stat().st_size - 1)
    assert confined_counts(file, ["a"]) is None


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ([1, 2], {}),
        ([{"name": "a", "template": "x"}, "y"], {"a": "x"}),
        ([{"name": 3}], {}),
        ({"a": "x"}, None),
        (7, None),
    ],
)
def test_a_chat_template_that_is_none(tmp_path, said, read):
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": said}))
    words = PlainTokenizer(changed(tmp_path))
    assert words.chat_template == read
    assert is_plain(template_of(words))
