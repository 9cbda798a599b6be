"""Conversations as tokens: exactly the replies and their ends are learned, whatever is said, and whatever does not fit."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worker.tiny_writers import CHAT, HYBRID, MARKED, byte_tokenizer

from studio.errors import StudioError
from studio.tasks.templates import reply_ends, spell, template_of, without_thoughts

TEXTS = ["What does the cat eat? The cat eats figs.", "user assistant system ### Request: Reply:"]
TOKENIZERS = {
    "marked": byte_tokenizer(TEXTS, template=MARKED),
    "unmarked": byte_tokenizer(TEXTS, template=CHAT),
    "none": byte_tokenizer(TEXTS),
}
every_tokenizer = pytest.mark.parametrize("tokenizer", TOKENIZERS.values(), ids=TOKENIZERS)
TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello, how are you?"},
    {"role": "user", "content": "Fine. 猫は？"},
    {"role": "assistant", "content": "猫もね 🐈."},
]


def learned_texts(tokenizer, spelled):
    """The stretches that are learned, as text."""
    stretches, last = [], False
    for token, is_learned in zip(spelled.ids, spelled.learned, strict=True):
        if is_learned and not last:
            stretches.append([])
        if is_learned:
            stretches[-1].append(token)
        last = is_learned
    return [tokenizer.decode(each, skip_special_tokens=False) for each in stretches]


@every_tokenizer
def test_replies_and_their_ends_are_learned_and_nothing_else(tokenizer):
    spelled = spell(tokenizer, [TALK], 500)[0]
    end = "</s>" if tokenizer.chat_template is None else "<|im_end|>"
    assert learned_texts(tokenizer, spelled) == [f"Hello, how are you?{end}", f"猫もね 🐈.{end}"]
    assert not spelled.cut
    whole = tokenizer.apply_chat_template(TALK, chat_template=template_of(tokenizer), tokenize=False)
    assert spelled.ids == tokenizer(whole, add_special_tokens=False)["input_ids"]


@every_tokenizer
def test_a_question_ends_where_the_reply_begins(tokenizer):
    asked = spell(tokenizer, [TALK[:-1]], 500, asked=True)[0]
    whole = spell(tokenizer, [TALK], 500)[0]
    assert whole.ids[: len(asked.ids)] == asked.ids
    assert whole.learned[len(asked.ids)]
    assert not whole.learned[len(asked.ids) - 1]


@every_tokenizer
@settings(max_examples=60, deadline=None)
@given(
    said=st.lists(st.text(min_size=1, max_size=30).filter(lambda text: text.strip() == text), min_size=2, max_size=5)
)
def test_whatever_is_said(tokenizer, said):
    said = [text.replace("<", "") or "x" for text in said][: len(said) // 2 * 2]
    talk = [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(said)]
    if any(text.strip() != text for text in said):
        return
    spelled = spell(tokenizer, [talk], 10_000)[0]
    end = "</s>" if tokenizer.chat_template is None else "<|im_end|>"
    wanted = "".join(text + end for text in said[1::2])
    assert "".join(learned_texts(tokenizer, spelled)).endswith(wanted[-len(end) - 1 :])
    ids = [token for token, is_learned in zip(spelled.ids, spelled.learned, strict=True) if is_learned]
    assert wanted in tokenizer.decode(ids, skip_special_tokens=False)
    assert len(ids) <= len(tokenizer(wanted, add_special_tokens=False)["input_ids"]) + 2 * len(said)


@every_tokenizer
@pytest.mark.parametrize("limit", [36, 48, 60])
def test_what_is_too_long_loses_its_oldest_turns_first(tokenizer, limit):
    long = [*TALK[:3], *TALK[1:3] * 10, *TALK[3:]]
    spelled = spell(tokenizer, [long], limit)[0]
    assert spelled.cut
    assert len(spelled.ids) <= limit
    assert any(spelled.learned)
    asked = spell(tokenizer, [long[:-1]], limit, asked=True)[0]
    assert len(asked.ids) <= limit
    begun = tokenizer.decode(asked.ids, skip_special_tokens=False)
    assert begun.endswith("assistant\n" if tokenizer.chat_template else "### Reply:\n")


@every_tokenizer
@pytest.mark.parametrize("asked", [False, True])
def test_messages_that_were_left_out_are_counted(tokenizer, asked):
    whole = [*TALK[:3], *TALK[1:3] * 10, *TALK[3:]][: -1 if asked else None]
    (spelled,) = spell(tokenizer, [whole], 100, asked=asked)
    assert 0 < spelled.lost < len(whole) - 2
    left = [whole[0], *whole[1 + spelled.lost :]]
    (rest,) = spell(tokenizer, [left], 100, asked=asked)
    assert (spelled.ids, spelled.shortened, rest.lost, rest.cut) == (rest.ids, False, 0, False)
    one_more = [whole[0], *whole[spelled.lost - 1 :]]
    assert spell(tokenizer, [one_more], 100, asked=asked)[0].cut
    (request,) = spell(tokenizer, [[{"role": "user", "content": "word " * 400}, TALK[2]]], 64)
    assert (request.lost, request.shortened) == (0, True)


@every_tokenizer
def test_of_a_long_request_the_reply_stays(tokenizer):
    talk = [{"role": "user", "content": "word " * 400}, {"role": "assistant", "content": "Yes."}]
    spelled = spell(tokenizer, [talk], 64)[0]
    assert spelled.cut
    assert len(spelled.ids) <= 64
    assert learned_texts(tokenizer, spelled)[-1].startswith("Yes.")


@every_tokenizer
def test_of_a_long_reply_the_end_is_not_learned(tokenizer):
    talk = [{"role": "user", "content": "Go on"}, {"role": "assistant", "content": "word " * 400 + "."}]
    spelled = spell(tokenizer, [talk], 64)[0]
    assert len(spelled.ids) == 64
    assert not {*reply_ends(tokenizer)} & {
        token for token, is_learned in zip(spelled.ids, spelled.learned, strict=True) if is_learned
    }


SILENT = "<|im_start|>assistant\n<think>\n\n</think>\n\n"


def test_a_model_that_may_think_learns_the_reply_behind_empty_thoughts():
    tokenizer = byte_tokenizer(TEXTS, template=HYBRID)
    (spelled,) = spell(tokenizer, [TALK[1:3]], 500)
    assert learned_texts(tokenizer, spelled) == ["Hello, how are you?<|im_end|>"]
    (asked,) = spell(tokenizer, [TALK[1:2]], 500, asked=True)
    assert tokenizer.decode(asked.ids).endswith(SILENT)
    assert spelled.ids[: len(asked.ids)] == asked.ids
    assert reply_ends(tokenizer) == (3, 1)


def test_of_a_template_that_writes_earlier_turns_differently_the_last_reply_is_learned():
    tokenizer = byte_tokenizer(TEXTS, template=HYBRID)
    (spelled,) = spell(tokenizer, [TALK], 500)
    assert learned_texts(tokenizer, spelled) == ["猫もね 🐈.<|im_end|>"]
    assert spelled.untold == (2,)
    (short,) = spell(tokenizer, [TALK[:3] + TALK[1:3] * 4 + TALK[3:]], 100)
    assert short.cut
    assert short.untold == (2, 4, 6, 8, 10)
    assert learned_texts(tokenizer, short)[-1].startswith("猫もね")


@pytest.mark.parametrize("thinks", [True, False])
def test_the_saved_template_asks_as_was_learned_where_nobody_sets_the_switch(thinks):
    tokenizer = byte_tokenizer(TEXTS, template=HYBRID)
    tokenizer.chat_template = template_of(tokenizer, thinks=thinks)
    assert template_of(tokenizer, thinks=not thinks) == tokenizer.chat_template
    talk = TALK[1:2]
    plain = tokenizer.apply_chat_template(talk, add_generation_prompt=True)["input_ids"]
    assert plain == spell(tokenizer, [talk], 500, asked=True)[0].ids
    assert tokenizer.decode(plain).endswith("assistant\n" if thinks else SILENT)
    for switch in (True, False):
        said = tokenizer.apply_chat_template(talk, add_generation_prompt=True, tokenize=False, enable_thinking=switch)
        assert said.endswith("assistant\n" if switch else SILENT)


def test_replies_that_think_are_learned_with_their_thoughts():
    tokenizer = byte_tokenizer(TEXTS, template=HYBRID)
    tokenizer.chat_template = template_of(tokenizer, thinks=True)
    talk = [TALK[1], {"role": "assistant", "content": "<think>Hm, a greeting.</think>Hello."}]
    (spelled,) = spell(tokenizer, [talk], 500)
    assert learned_texts(tokenizer, spelled) == ["<think>\nHm, a greeting.\n</think>\n\nHello.<|im_end|>"]


@pytest.mark.parametrize(
    ("said", "prompt", "answer"),
    [
        ("<think>\n\n</think>\n\nYes.", "assistant\n", "Yes."),
        ("Well, so.\n</think>\nYes.", "assistant\n<think>\n", "Yes."),
        ("Well, so, and", "assistant\n<think>\n", "Well, so, and"),
        ("Yes, </think> is a tag, and so is <think>a</think>.", "assistant\n", None),
        ("Yes.", SILENT, "Yes."),
    ],
)
def test_thoughts_are_no_part_of_an_answer(said, prompt, answer):
    assert without_thoughts(said, prompt).strip() == (said if answer is None else answer)


@pytest.mark.parametrize("template", [CHAT, MARKED])
def test_a_template_that_names_the_day_is_given_the_one_day(template, monkeypatch):
    """It is rendered in autumn and again in May, whose name is shorter."""
    tokenizer = byte_tokenizer(TEXTS, template="{{ 'Today is ' + strftime_now('%B %d, %Y') + '. ' }}" + template)

    class Now(datetime):
        day = (2026, 11, 30)

        @classmethod
        def now(cls, tz=None):
            return cls(*cls.day, tzinfo=tz)

    monkeypatch.setattr("transformers.utils.chat_template_utils.datetime", Now)
    found = {today: [] for today in (None, date(2026, 9, 1))}
    for Now.day in ((2026, 11, 30), (2027, 5, 1)):
        for today, both in found.items():
            both.append([spell(tokenizer, [TALK[:place]], 500, asked=place == 4, today=today)[0] for place in (4, 5)])
    assert found[None][0] != found[None][1]
    assert found[date(2026, 9, 1)][0] == found[date(2026, 9, 1)][1]
    assert "Today is September 01, 2026." in tokenizer.decode(found[date(2026, 9, 1)][0][0].ids)


def test_ends():
    assert reply_ends(TOKENIZERS["unmarked"]) == (3, 1)
    assert reply_ends(TOKENIZERS["none"]) == (1,)


def test_a_template_that_hides_its_replies_is_refused():
    """It tells how many messages there are, so that a longer conversation does not begin like a shorter one."""
    tokenizer = byte_tokenizer(
        TEXTS, template="{{ messages | length }} {% for m in messages %}{{ m['content'] }} {% endfor %}"
    )
    with pytest.raises(StudioError, match="does not show which tokens are the replies"):
        spell(tokenizer, [TALK[1:]], 100)


def test_a_template_that_refuses_is_quoted():
    refusing = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    with pytest.raises(StudioError, match="System role not supported"):
        spell(byte_tokenizer(TEXTS, template=refusing), [TALK], 100)
