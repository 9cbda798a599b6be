import pytest

from studio.data.example import Example
from studio.models.embedded import embedded_folder
from studio.models.lengths import MOST_COUNTED, data_facts, token_lengths, tokenizer_file, unread_share

TOKENIZER = embedded_folder() / "tokenizer.json"


def test_special_tokens_count_and_nothing_is_cut():
    assert token_lengths(["hello world", ""], TOKENIZER) == [4, 2]
    assert token_lengths(["word " * 5000], TOKENIZER) == [5002]


def test_the_counts_are_those_of_the_tokenizer_that_trains():
    transformers = pytest.importorskip("transformers")
    theirs = transformers.AutoTokenizer.from_pretrained(embedded_folder())
    texts = ["I was charged twice!", "Größe 42, naïve café", "日本語のテキスト", "a" * 300, "line\nbreak\ttab"]
    assert token_lengths(texts, TOKENIZER) == [len(ids) for ids in theirs(texts)["input_ids"]]


def test_of_a_large_table_a_sample_with_the_longest():
    texts = [f"number {n}" for n in range(20_000)]
    texts[777] = "long " * 100
    counted = token_lengths(texts, TOKENIZER)
    assert len(counted) <= MOST_COUNTED + 20
    assert max(counted) == 102


def test_facts():
    examples = [Example(row, {"text": "x"}, "a" if row % 4 else "b") for row in range(100)]
    facts = data_facts(examples, list(range(1, 101)))
    assert (facts.rows, facts.labels) == (100, 2)
    assert (facts.mean_tokens, facts.p95_tokens, facts.p99_tokens, facts.max_tokens) == (50.5, 95, 99, 100)
    assert data_facts([], []).rows == 0


@pytest.mark.parametrize("model", ["embedded", "BAAI/bge-small-en-v1.5", "folder:nowhere", "folder:../../x", "unknown"])
def test_a_tokenizer_that_is_not_here_is_stood_in_for(home, model):
    assert tokenizer_file(home, model) == TOKENIZER


def test_an_offered_folder_brings_its_own(home):
    own = home.models / "offered" / "ours" / "tokenizer.json"
    own.parent.mkdir(parents=True)
    own.write_bytes(TOKENIZER.read_bytes())
    assert tokenizer_file(home, "folder:ours") == own


def test_a_tokenizer_that_cannot_be_read_is_stood_in_for(tmp_path):
    odd = tmp_path / "tokenizer.json"
    odd.write_text('{"version": "9", "model": {"type": "Unheard"}}')
    texts = ["a text", "another, longer text"]
    assert token_lengths(texts, odd) == token_lengths(texts, embedded_folder() / "tokenizer.json")


def test_letters_that_the_built_in_model_has_no_tokens_for():
    built_in = embedded_folder() / "tokenizer.json"
    assert unread_share(["วันนี้อากาศดีมาก", "ร้านอาหารนี้ดีมาก"], built_in) == 1.0
    assert unread_share(["a plain sentence, and another"], built_in) == 0.0
    assert 0.2 < unread_share(["วันนี้อากาศดี and plain words"], built_in) < 0.8
    assert unread_share([], built_in) == 0.0
