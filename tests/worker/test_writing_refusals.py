"""What cannot be learned to write is refused before the first step, with what to change; what is cut off is counted."""

from dataclasses import replace

import pytest

from studio.evaluation.report import read_report
from studio.events import Failed, Started, Warned
from worker.tiny_writers import byte_tokenizer, make_decoder, make_encoder_decoder
from worker.written import TEXTS, examples

HIDING = "{% for m in messages %}{{ (m['content'] | upper) + eos_token }}{% endfor %}"
"""Writes other letters than were said, and no marks."""
MARKS_THE_WRONG = (
    "{% for m in messages %}{% if m['role'] == 'user' %}{{ m['content'] }}{% else %}{{ m['content'] + eos_token }}"
    "{% generation %}{% endgeneration %}{% endif %}{% endfor %}"
)
NO_END = "{% for m in messages %}{{ m['role'] + ': ' + m['content'] + '\n' }}{% endfor %}"


@pytest.fixture
def offered(start, home):
    """`offered(template)`: a decoder with that chat template beside the others."""

    def make(template):
        make_decoder(home.models / "offered" / "odd", byte_tokenizer(TEXTS, template=template))
        return "odd"

    return make


@pytest.mark.parametrize(
    ("template", "what", "fix"),
    [
        (HIDING, "does not show which tokens are the replies", "Choose another base model"),
        (MARKS_THE_WRONG, "No token of any row would be learned", "choose another base model"),
        (NO_END, "never learn where an answer ends", "Choose another base model"),
        ("{{ raise_exception('only French') }}", "refuses a conversation: only French", "choose another base model"),
    ],
)
def test_templates_that_nothing_can_be_learned_with(start, work, offered, template, what, fix):
    run = start(offered(template), task="instruction-tuning", epochs=1)
    assert work(run) == 1
    events = run.events()
    failed = next(event for event in events if isinstance(event, Failed))
    assert what in failed.what
    assert fix in failed.fix
    assert not any(isinstance(event, Started) for event in events)


def test_a_rewriter_whose_tokenizer_ends_nothing(start, work, home):
    make_encoder_decoder(home.models / "offered" / "endless", byte_tokenizer(TEXTS, closes=False))
    run = start("endless", task="text-to-text", epochs=1)
    assert work(run) == 1
    failed = next(event for event in run.events() if isinstance(event, Failed))
    assert "never learn where an answer ends" in failed.what
    assert "puts no end behind an answer" in failed.fix


@pytest.mark.parametrize("role", ["source", "target"])
def test_both_texts_of_a_rewriter_are_counted_when_they_are_cut(start, work, role):
    rows = examples("text-to-text")
    for place in (2, 5, 7):
        long = "What does it eat? " * 60
        rows[place] = replace(rows[place], **({"target": long} if role == "target" else {"inputs": {"source": long}}))
    run = start("t5", rows=rows, epochs=1)
    assert work(run) == 0
    told = "3 training rows of 20 did not fit into 64 tokens and were shortened."
    assert told in [event.text for event in run.events() if isinstance(event, Warned)]
    assert told in read_report(run).notes
