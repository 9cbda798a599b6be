"""chrF, BLEU and ROUGE-L: the numbers of sacreBLEU and rouge_score, and sense where those have none."""

import random
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.tasks import overlap

ANY = st.one_of(
    st.text(max_size=60),
    st.text(st.sampled_from("abc äß猫がก é\u0301नम\n\t-.,&;<>{}[]0123456789"), max_size=60),
    st.lists(st.sampled_from(["the", "cat", "die", "Katze", "猫", "не", "1.5", "a-b", "&amp;", "<skipped>"])).map(
        " ".join
    ),
)
WORDS = [
    "the",
    "a",
    "cat",
    "sat,",
    "on",
    "mat.",
    "3.5",
    "1,000",
    "don't",
    "x-ray",
    "&quot;hi&quot;",
    "(yes)",
    "Zürich",
    "größer!",
    "foo-bar",
    "3-4",
    "[x]",
    "~ü",
]


def made(seed, *, ascii_only=False):
    draw = random.Random(seed)
    words = [word for word in WORDS if word.isascii()] if ascii_only else WORDS
    wanted = [" ".join(draw.choices(words, k=draw.randint(1, 12))) for _ in range(draw.randint(1, 8))]
    said = [text if draw.random() < 0.3 else " ".join(draw.choices(words, k=draw.randint(0, 12))) for text in wanted]
    return said, wanted


def total(counts, said, wanted, **more):
    return np.sum([counts(one, two, **more) for one, two in zip(said, wanted, strict=True)], 0)


def test_known_values():
    """As printed by sacrebleu 2.6.0 and rouge_score 0.1.2."""
    said, wanted = ["The cat sat on the mat.", "A dog!"], ["The cat is on the mat.", "A dog barks!"]
    assert float(overlap.chrf(total(overlap.chrf_counts, said, wanted))) == pytest.approx(KNOWN[0])
    assert float(overlap.bleu(total(overlap.bleu_counts, said, wanted))) == pytest.approx(KNOWN[1])
    assert overlap.rouge(said[0], wanted[0]) == pytest.approx(KNOWN[2:])


@pytest.mark.parametrize("seed", range(60))
def test_bleu_and_chrf_are_sacrebleus(seed):
    metrics = pytest.importorskip("sacrebleu.metrics")
    said, wanted = made(seed)
    ours = float(overlap.bleu(total(overlap.bleu_counts, said, wanted)))
    assert ours == pytest.approx(metrics.BLEU().corpus_score(said, [wanted]).score / 100, abs=1e-9)
    ours = float(overlap.bleu(total(overlap.bleu_counts, said, wanted, by_character=True)))
    assert ours == pytest.approx(metrics.BLEU(tokenize="char").corpus_score(said, [wanted]).score / 100, abs=1e-9)
    ours = float(overlap.chrf(total(overlap.chrf_counts, said, wanted)))
    assert ours == pytest.approx(metrics.CHRF().corpus_score(said, [wanted]).score / 100, abs=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_rouge_is_rouge_scores(seed):
    scorer = pytest.importorskip("rouge_score.rouge_scorer").RougeScorer(ROUGES)
    for one, two in zip(*made(seed, ascii_only=True), strict=True):
        assert overlap.rouge(one, two) == pytest.approx(fmeasures(scorer, one, two))


ROUGES = ["rouge1", "rouge2", "rougeL"]
PAIRS = st.lists(st.tuples(ANY, ANY.filter(lambda text: text.strip() != "")), min_size=1, max_size=6)


def fmeasures(scorer, said, wanted):
    found = scorer.score(wanted, said)
    return [found[name].fmeasure for name in ROUGES]


@settings(max_examples=200, deadline=None)
@given(pairs=PAIRS)
def test_of_any_texts_bleu_and_chrf_are_sacrebleus(pairs):
    metrics = pytest.importorskip("sacrebleu.metrics")
    said, wanted = (list(texts) for texts in zip(*pairs, strict=True))
    for by_character in (False, True):
        theirs = metrics.BLEU(tokenize="char" if by_character else "13a")
        ours = overlap.bleu(total(overlap.bleu_counts, said, wanted, by_character=by_character))
        assert float(ours) == pytest.approx(theirs.corpus_score(said, [wanted]).score / 100, abs=1e-9)
        assert overlap.bleu_signature(by_character=by_character) == str(theirs.get_signature())
    theirs = metrics.CHRF()
    ours = overlap.chrf(total(overlap.chrf_counts, said, wanted))
    assert float(ours) == pytest.approx(theirs.corpus_score(said, [wanted]).score / 100, abs=1e-9)
    assert str(theirs.get_signature()) == overlap.CHRF_SIGNATURE


@settings(max_examples=200, deadline=None)
@given(said=ANY, wanted=ANY)
def test_of_any_texts_rouge_is_rouge_scores_over_the_same_words(said, wanted):
    """rouge_score itself drops every letter that is not Latin, so it is given our words."""
    scorer = pytest.importorskip("rouge_score.rouge_scorer")
    same_words = SimpleNamespace(tokenize=overlap.words_of)
    ours = overlap.rouge(said, wanted)
    assert ours == pytest.approx(fmeasures(scorer.RougeScorer(ROUGES, tokenizer=same_words), said, wanted))
    if said.isascii() and wanted.isascii():
        assert ours == pytest.approx(fmeasures(scorer.RougeScorer(ROUGES), said, wanted))


def test_words_of_every_script():
    assert overlap.words_of("नमस्ते दुनिया, 猫が好き: Café 42") == ["नमस्ते", "दुनिया", "猫", "が", "好", "き", "café", "42"]
    assert overlap.rouge("我喜欢猫", "我不喜欢猫")[2] == pytest.approx(8 / 9)
    assert overlap.mostly_unspaced(["猫が好き", "a"])
    assert not overlap.mostly_unspaced(["I like 猫"])


def test_sums_of_many_resamples_at_once():
    said, wanted = made(3)
    rows = np.array([overlap.bleu_counts(*pair) for pair in zip(said, wanted, strict=True)], float)
    both = overlap.bleu(np.stack([rows.sum(0), rows[:1].sum(0), 0 * rows[0]]))
    assert both[:2] == pytest.approx([float(overlap.bleu(rows.sum(0))), float(overlap.bleu(rows[0]))])
    assert both[2] == 0


def test_nothing_said_is_worth_nothing():
    assert float(overlap.bleu(np.array(overlap.bleu_counts("", "a b")))) == 0
    assert float(overlap.chrf(np.array(overlap.chrf_counts("", "a b")))) == 0
    assert overlap.rouge("", "a b") == overlap.rouge("a", "") == overlap.rouge("", "") == (0, 0, 0)


KNOWN = (0.539516546932, 0.421023048961, 0.833333333333, 0.6, 0.833333333333)
