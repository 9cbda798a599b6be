import numpy as np
import pytest
import torch

from studio.tasks import task_named
from studio.tasks.task import Setup
from studio.worker.evaluate import Kit
from studio.worker.features import TokenRows
from studio.worker.hiding import HiddenAnew
from studio.worker.prepare import learned_from
from worker.tiny_writers import make_masked
from worker.written import pairs

TASK = task_named("language-modeling")
TEXTS = [" ".join(pair) for pair in pairs()] * 4


@pytest.fixture(scope="module")
def setup(tmp_path_factory):
    from transformers import AutoTokenizer

    folder = make_masked(tmp_path_factory.mktemp("masked") / "model", TEXTS)
    return Setup(AutoTokenizer.from_pretrained(folder), (), 24, head="masked")


@pytest.fixture(scope="module")
def encoded(setup):
    features = TASK.encode([TASK.parse({"text": text}, None, row) for row, text in enumerate(TEXTS)], setup)
    return features, TokenRows.of(features, setup.tokenizer.pad_token_id, torch.device("cpu"), "tokens")


@pytest.fixture(scope="module")
def anew(encoded, setup):
    features, rows = encoded
    return HiddenAnew.of(rows, features, setup.tokenizer.mask_token_id, seed=3)


def test_a_run_that_fills_gaps_learns_from_new_ones(encoded, setup):
    rows = learned_from(None, encoded[1], encoded[0], Kit(TASK, setup, None), 3)
    assert isinstance(rows, HiddenAnew)
    assert (rows.seed, rows.mask) == (3, setup.tokenizer.mask_token_id)


def seen(rows):
    """Ids and labels of every row."""
    every = np.arange(len(rows.lengths))
    return rows.batch(every)["input_ids"], rows.labels_of(every)


def whole(rows):
    ids, labels = seen(rows)
    return torch.where(labels == -100, ids, labels)


def test_gaps_are_others_in_every_epoch_and_the_text_stays(anew, encoded, setup):
    texts = []
    for epoch in range(3):
        ids, labels = seen(anew.in_epoch(epoch))
        assert torch.equal(labels != -100, ids == setup.tokenizer.mask_token_id)
        assert torch.equal(whole(anew.in_epoch(epoch)), whole(encoded[1]))
        texts.append(ids)
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert (texts[one] != texts[other]).any(1).float().mean() > 0.9


def test_the_same_seed_and_epoch_hide_the_same(anew, encoded, setup):
    again = HiddenAnew.of(encoded[1], encoded[0], setup.tokenizer.mask_token_id, seed=3)
    other = HiddenAnew.of(encoded[1], encoded[0], setup.tokenizer.mask_token_id, seed=4)
    assert torch.equal(seen(anew.in_epoch(2))[0], seen(again.in_epoch(2))[0])
    assert not torch.equal(seen(anew.in_epoch(2))[0], seen(other.in_epoch(2))[0])


def test_whole_words_are_hidden_about_15_of_100_and_one_at_least(anew, encoded):
    features = [feature for windows in encoded[0] for feature in windows]
    hidden_words = words = 0
    for epoch in range(20):
        _, labels = seen(anew.in_epoch(epoch))
        for row, feature in zip(labels, features, strict=True):
            groups = np.array(feature["groups"])
            gone = row[: len(groups)].numpy() != -100
            hidden = set(groups[gone])
            assert len(hidden) > 0
            assert -1 not in hidden
            assert all(gone[groups == group].all() for group in hidden)
            assert len(hidden) == max(1, round(0.15 * (groups.max() + 1)))
            hidden_words, words = hidden_words + len(hidden), words + groups.max() + 1
    assert hidden_words / words == pytest.approx(0.15, abs=0.05)


def test_every_word_is_asked_for_sooner_or_later(anew):
    asked = torch.zeros_like(seen(anew)[0], dtype=torch.bool)
    for epoch in range(60):
        asked |= seen(anew.in_epoch(epoch))[1] != -100
    assert asked.sum() >= 0.99 * (anew.groups >= 0).sum()


def test_what_is_learned_is_counted_in_every_epoch(anew):
    some = np.array([5, 0, 17])
    for epoch in range(4):
        rows = anew.in_epoch(epoch)
        assert rows.units_of(some) == int((rows.labels_of(some) != -100).sum())
        assert np.array_equal(rows.lengths, anew.lengths)
