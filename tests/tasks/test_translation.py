"""What a model that rewrites is told, by its kind, the rows and what was wished."""

from types import SimpleNamespace

import pytest

from studio.config import Languages
from studio.data.example import Example
from studio.errors import StudioError
from studio.tasks.translation import Told, told, with_prefix

GERMAN, ENGLISH = "das ist nicht die katze und der hund", "this is not the cat and the dog"
PLAIN = SimpleNamespace(unk_token_id=0, convert_tokens_to_ids=lambda _: 0)
MADLAD = SimpleNamespace(unk_token_id=0, convert_tokens_to_ids={"<2en>": 1, "<2de>": 2, "<2uk>": 3}.get)


def rows(source, target, count=20):
    return [Example(row, {"source": f"{source} {row}"}, f"{target} {row}") for row in range(count)]


@pytest.mark.parametrize(
    ("kind", "tokenizer", "source", "target", "wished", "prefix"),
    [
        ("t5", PLAIN, GERMAN, ENGLISH, {}, "translate German to English:"),
        ("t5", PLAIN, ENGLISH, GERMAN, {}, "translate English to German:"),
        ("t5", PLAIN, ENGLISH, "zzz", {"target_language": "ro"}, "translate English to Romanian:"),
        ("t5", PLAIN, ENGLISH, "zzz", {"target_language": "Klingon"}, "translate English to Klingon:"),
        ("t5", PLAIN, f"{ENGLISH} " * 10, ENGLISH, {}, "summarize:"),
        ("t5", PLAIN, "zzz " * 100, "zzz", {}, "summarize:"),
        ("t5", PLAIN, ENGLISH, ENGLISH, {}, ""),
        ("t5", PLAIN, "zzz", ENGLISH, {}, ""),
        ("t5", PLAIN, GERMAN, ENGLISH, {"prefix": "none"}, ""),
        ("t5", PLAIN, GERMAN, ENGLISH, {"prefix": " fix this:  "}, "fix this:"),
        ("mt5", PLAIN, GERMAN, ENGLISH, {}, ""),
        ("bart", PLAIN, f"{ENGLISH} " * 10, ENGLISH, {}, ""),
        ("bart", PLAIN, GERMAN, ENGLISH, {"prefix": "fix this:"}, "fix this:"),
        ("t5", MADLAD, ENGLISH, GERMAN, {}, "<2de>"),
        ("t5", MADLAD, ENGLISH, "zzz", {"target_language": "Ukrainian"}, "<2uk>"),
        ("t5", MADLAD, ENGLISH, GERMAN, {"prefix": "none"}, ""),
    ],
)
def test_words_in_front(kind, tokenizer, source, target, wished, prefix):
    assert told(rows(source, target), Languages(**wished), tokenizer, kind) == Told(prefix)


@pytest.mark.parametrize(
    ("target", "wished", "what"),
    [
        ("zzz", {}, "needs to know the target language, and the rows do not show it"),
        ("le chat et la souris dans les rues", {}, "does not know the target language “French”"),
    ],
)
def test_a_tag_that_cannot_be_known(target, wished, what):
    with pytest.raises(StudioError, match=what) as refused:
        told(rows(ENGLISH, target), Languages(**wished), MADLAD, "t5")
    assert "setting target_language" in str(refused.value)


def test_in_words():
    assert Told("summarize:").in_words == "The model reads every text behind the words “summarize:”."
    assert Told("", ("deu_Latn", "eng_Latn")).in_words.endswith("deu_Latn is read, eng_Latn is written.")
    assert Told().in_words == ""
    assert (with_prefix("a:", "b"), with_prefix("", "b")) == ("a: b", "b")
