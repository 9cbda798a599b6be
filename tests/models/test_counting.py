"""Tokens counted with the built-in tokenizer here, and with a stranger's elsewhere."""

import json

import pytest

from studio.models import counting
from studio.models.counting import confined_counts, letters_unknown, token_counts, token_ids
from studio.models.embedded import embedded_folder
from studio.models.plain_tokenizer import PlainTokenizer

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
    monkeypatch.setattr(counting.subprocess, "run", None)  # it is not tried again
    assert token_counts(file, ["a"]) == [3]
    assert PlainTokenizer(file)("a") == {"input_ids": token_ids(OWN, "a")}


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
