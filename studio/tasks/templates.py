"""Conversations as a model reads them: its own chat template, tokens, and which of them are somebody's reply to be learned.

A message is `{"role", "content"}`. What is learned is found by the template's own generation marks, or else by what a
longer conversation has more than a shorter one. Models that may think aloud before they answer are asked not to, unless
the replies they learn from do.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from studio.errors import StudioError
from studio.tasks.marks import broken, marks_of

Message = dict[str, str]
_MARKS = re.compile(r"\{%-?\s*generation\s*-?%\}")
_TURN = (
    "{% for message in messages %}{% if not loop.first %}{{ '\n\n' }}{% endif %}"
    "{% if message['role'] == 'system' %}{{ message['content'] }}"
    "{% elif message['role'] == 'assistant' %}{{ '### Reply:\n' ~ message['content'] ~ eos_token }}"
    "{% else %}{{ '### Request:\n' + message['content'] }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '\n\n### Reply:\n' }}{% endif %}"
)
"""For base models that come without a template. The tuned model is saved with it."""
_THINKING = "enable_thinking"
_THINKS = f"{{%- set {_THINKING} = {_THINKING} | default("
"""Put in front of a template that knows the switch, so that it stands as it was in training where nobody sets it."""
_CLOCK = "strftime_now"
"""What templates ask for the day."""
_DATES = [f"%{code}" for code in (*"aAwdbBmyYHIpMSjUWxXc", "-d", "-m", "e")]
"""What stands for a part of it in the formats that they ask with."""
_OPEN = "<think>"
_CLOSE = "</think>"
_THOUGHT = re.compile(rf"\s*{_OPEN}.*?{_CLOSE}", re.DOTALL)


@dataclass(frozen=True)
class Spelled:
    """A conversation as tokens."""

    ids: list[int]
    learned: list[bool]
    """One a token."""
    cut: bool = False
    """Whether something did not fit."""
    lost: int = 0
    """Messages at the beginning that were left out for that."""
    shortened: bool = False
    """Whether a text had to be cut, too."""
    untold: tuple[int, ...] = ()
    """Messages that are replies but stand here in another form than where they were the last one, and are not learned."""


@dataclass(frozen=True)
class _Form:
    """How conversations are written down: by which tokenizer's template, and as if on which day."""

    tokenizer: Any
    template: str
    today: date | None = None

    def text(self, messages: Sequence[Message], *, asked: bool) -> str:
        """`asked`: up to where the next reply begins."""
        return str(self._applied(messages, tokenize=False, add_generation_prompt=asked))

    def marked(self, messages: Sequence[Message]) -> Spelled:
        """By the template's own generation marks."""
        found = self._applied(messages, return_dict=True, return_assistant_tokens_mask=True)
        return Spelled(list(found["input_ids"]), [bool(each) for each in found["assistant_masks"]])

    def _applied(self, messages: Sequence[Message], **wanted: Any) -> Any:
        template = self.template
        if self.today is not None and _CLOCK in template:
            template = _calendar(self.today) + template
        try:
            return self.tokenizer.apply_chat_template(list(messages), chat_template=template, **wanted)
        except Exception as error:
            raise _refusal(error) from error


def _calendar(today: date) -> str:
    """A beginning for a template, so that its clock says midnight of that day: templates are given values, not functions."""
    parts = "".join(f" | replace('{code}', '{today.strftime(code)}')" for code in _DATES)
    return f"{{%- macro {_CLOCK}(format) -%}}{{{{- format{parts} -}}}}{{%- endmacro -%}}"


def template_of(tokenizer: Any, *, thinks: bool = False) -> str:
    """The model's own chat template, or a plain one for a model that has none.

    `thinks`: whether a model that may think before it answers is to do so; what its template says already, stays.
    """
    own = tokenizer.chat_template
    if isinstance(own, dict):
        own = own.get("default")
    if own and isinstance(own, str):
        says = f"{_THINKS}{'true' if thinks else 'false'}) %}}"
        return says + own if _THINKING in own and not own.startswith(_THINKS) else own
    begins = tokenizer.bos_token_id is not None and tokenizer("a")["input_ids"][:1] == [tokenizer.bos_token_id]
    return ("{{ bos_token }}" if begins else "") + _TURN


def is_plain(template: str) -> bool:
    """Whether it is the one for base models that come without."""
    return template.endswith(_TURN)


def thinks(template: str) -> bool | None:
    """Whether a template that knows the switch has the model think before it answers; None for one that does not."""
    return template.startswith(f"{_THINKS}true") if template.startswith(_THINKS) else None


def has_thoughts(reply: str) -> bool:
    """Whether a reply begins with thoughts."""
    return _THOUGHT.match(reply) is not None


def without_thoughts(reply: str, prompt: str) -> str:
    """What a model says after it thought; `prompt`, which it read, may have begun the thoughts."""
    found = _THOUGHT.match(_OPEN + reply if prompt.rstrip().endswith(_OPEN) else reply)
    return reply if found is None else found.string[found.end() :]


def spell(
    tokenizer: Any,
    conversations: Sequence[Sequence[Message]],
    limit: int,
    *,
    asked: bool = False,
    today: date | None = None,
) -> list[Spelled]:
    """Each conversation as at most `limit` tokens. `asked`: it ends where the model's next reply begins.

    `today`: the day that a template may name; None is the day it is.

    Control marks that somebody wrote stay plain letters. Where a conversation is too long, the oldest turns go first, then the
    end of the last request, then the end of the reply.
    Raises: StudioError when the template refuses it, or does not show which tokens are its last reply.
    """
    form, marks = _Form(tokenizer, template_of(tokenizer), today), marks_of(tokenizer)
    conversations = [
        [{**message, "content": broken(message["content"], marks)} for message in messages]
        for messages in conversations
    ]
    every = _tokens(form, conversations, asked=asked)
    return [
        spelled
        if len(spelled.ids) <= limit
        else replace(_shortened(form, list(conversations[place]), limit, asked=asked), cut=True, untold=spelled.untold)
        for place, spelled in enumerate(every)
    ]


def reply_ends(tokenizer: Any) -> tuple[int, ...]:
    """Tokens that end a reply: what the template puts behind it, and the tokenizer's own end."""
    sample = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    spelled = _tokens(_Form(tokenizer, template_of(tokenizer)), [sample], asked=False)[0]
    special = {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}
    learned = [each for each, is_learned in zip(spelled.ids, spelled.learned, strict=True) if is_learned]
    last = learned[-1:] if learned and learned[-1] in special else []
    own = [tokenizer.eos_token_id] if tokenizer.eos_token_id is not None else []
    return tuple(dict.fromkeys([*last, *own]))


def _tokens(form: _Form, conversations: Sequence[Sequence[Message]], *, asked: bool) -> list[Spelled]:
    if not conversations:
        return []
    if not asked and _MARKS.search(form.template):
        return [form.marked(messages) for messages in conversations]
    texts, replies = [], []
    for messages in conversations:
        texts.append(form.text(messages, asked=asked))
        replies.append(([], ()) if asked else _replies(form, messages, texts[-1]))
    encoded = form.tokenizer(texts, add_special_tokens=False, return_offsets_mapping=True)
    return [
        Spelled(ids, _inside(places, learned), untold=untold)
        for ids, places, (learned, untold) in zip(encoded["input_ids"], encoded["offset_mapping"], replies, strict=True)
    ]


def _inside(places: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> list[bool]:
    """Which tokens, by their characters, reach into one of the spans; both are in the text's order."""
    found, at = [], 0
    for start, end in places:
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        found.append(at < len(spans) and start < spans[at][1] and end > spans[at][0])
    return found


def _replies(form: _Form, messages: Sequence[Message], text: str) -> tuple[list[tuple[int, int]], tuple[int, ...]]:
    """First and last character of every reply, its end mark included: what a turn adds to the conversation before it.

    And the messages that are replies but are not found that way, as where thoughts are left out of earlier turns.
    """
    spans, untold = [], []
    places = [place for place, message in enumerate(messages) if message["role"] == "assistant"]
    for place in places:
        before = form.text(messages[:place], asked=True) if place else ""
        after = form.text(messages[: place + 1], asked=False)
        if after.startswith(before):
            start, is_seen = len(before), True
        else:
            told = form.text(messages[:place], asked=False)
            start, is_seen = _alike(before, after), after.startswith(told.rstrip())
        spoken = messages[place]["content"].rpartition(_CLOSE)[2].strip()
        said = after.find(spoken, start)
        if said >= 0 and is_seen and text.startswith(after):
            spans.append((start, max(start + len(after[start:].rstrip()), said + len(spoken))))
        elif place != places[-1]:
            untold.append(place)
        else:
            raise StudioError(
                "The base model's chat template does not show which tokens are the replies: it has no generation marks, "
                "and it changes what was said, or writes the same turns differently when more follow",
                fix="Choose another base model, or one reply a conversation (the task instruction-tuning).",
            )
    return spans, tuple(untold)


def _alike(one: str, two: str) -> int:
    """How many characters they have in common from the beginning."""
    return next((place for place, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))


def _shortened(form: _Form, messages: list[Message], limit: int, *, asked: bool) -> Spelled:
    """The end of a conversation that is too long."""
    whole = len(messages)
    first = 1 if messages[0]["role"] == "system" else 0
    keep = 1 if asked else 2
    while len(messages) - first > keep:
        del messages[first]
        while len(messages) - first > keep and messages[first]["role"] == "assistant":  # templates begin with a request
            del messages[first]
        spelled = _tokens(form, [messages], asked=asked)[0]
        if len(spelled.ids) <= limit:
            return replace(spelled, lost=whole - len(messages))
    request = len(messages) - keep
    bare = [*messages[:request], {**messages[request], "content": ""}, *messages[request + 1 :]]
    empty = _tokens(form, [bare], asked=asked)[0]
    reply = sum(empty.learned)
    room = limit - (len(empty.ids) - reply) - min(reply, max(limit // 2, limit - len(empty.ids)))
    words = form.tokenizer(messages[request]["content"], add_special_tokens=False)["input_ids"]
    while True:
        text = form.tokenizer.decode(words[: max(0, room)])
        messages[request] = {**messages[request], "content": text}
        spelled = _tokens(form, [messages], asked=asked)[0]
        over = len(spelled.ids) - sum(spelled.learned) + min(sum(spelled.learned), limit // 2) - limit
        if room <= 0 or over <= 0:
            break
        room -= over  # spelled again, a cut text may have a token more
    # Where it is asked, what is left over is the template's: its end must stay, where the reply begins.
    kept = slice(-limit, None) if asked else slice(limit)
    return Spelled(spelled.ids[kept], spelled.learned[kept], lost=whole - len(messages), shortened=True)


def _refusal(error: Exception) -> StudioError:
    said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return StudioError(
        f"The base model's chat template refuses a conversation: {said}",
        fix="Take out what it does not know (often a system message, or two turns of one speaker in a row), "
        "or choose another base model.",
    )
