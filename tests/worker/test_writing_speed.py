"""The trial of a model that writes also finds out how long it writes."""

import json

import pytest

from studio.models.heads.causal import CausalHead
from studio.worker.trial import measure


@pytest.mark.parametrize("kind", ["llama", "t5"])
def test_a_trial_measures_what_is_written(start, kind):
    run = start(kind)
    assert measure(run.path, lambda: False) == {"measured": True}
    found = json.loads(run.trial.read_text())
    assert min(found[name] for name in ("seconds_encode", "seconds_look", "seconds_answers")) > 0


def test_a_few_tokens_of_a_few_rows_are_tried_and_the_run_is_scaled_up_from_them(start, monkeypatch):
    asked = []

    def wrote(self, backbone, lengths, **batch):
        asked.append((batch["input_ids"].shape, self.facts.new_tokens, self.facts.ends, self.quick))
        return [None] * len(lengths)

    monkeypatch.setattr(CausalHead, "answer", wrote)
    assert measure(start("llama").path, lambda: False) == {"measured": True}
    assert asked
    assert max(shape[1] for shape, *_ in asked) <= 8
    assert max(tokens for _, tokens, *_ in asked) <= 8
    assert all(ends == () for *_, ends, _ in asked)
    assert {quick for *_, quick in asked} == {True, False}


def test_a_model_that_sorts_writes_nothing(new_run):
    run = new_run(epochs=1)
    measure(run.path, lambda: False)
    found = json.loads(run.trial.read_text())
    assert (found["seconds_look"], found["seconds_answers"]) == (0, 0)
    assert found["seconds_encode"] > 0
