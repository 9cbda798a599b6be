"""Conversations as a base model's chat template writes them down, without transformers, in a process of its own.

A template is a stranger's program: a sandbox keeps it from files and names, as transformers does, and the process from time
and memory. Run as a module, this reads one JSON object and writes a list of texts.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, NoReturn

from studio.data.reading.bounds import bind
from studio.models.bound import asked

TIMEOUT_S = 30.0
_PROCESSOR_S = 10
_MEMORY = 2 * 2**30
_MOST_LETTERS, _MOST_OF_ONE = 12_000_000, 250_000
"""That come back of all texts together and of each: a template of 30 letters can write as many millions."""


class Written(NamedTuple):
    """A conversation as text."""

    beginning: str
    """All of it where it is not very long."""
    letters: int
    """Of the whole."""


def rendered(
    template: str, conversations: Sequence[Sequence[Mapping[str, str]]], names: Mapping[str, str]
) -> list[Written] | None:
    """Each conversation as text; `names` are the special tokens that a template may ask for, as `bos_token`.

    None where the template refuses one of them, or does not end.
    """
    order = {"template": template, "conversations": conversations, "names": dict(names)}
    told = asked("studio.models.rendering", order, TIMEOUT_S)
    if not isinstance(told, list) or len(told) != len(conversations):
        return None
    return [Written(str(beginning), int(letters)) for beginning, letters in told]


def render(order: Mapping[str, Any]) -> list[Written]:
    """What `rendered` asks for, in this process."""
    from jinja2 import nodes  # noqa: PLC0415 - only the process that renders needs it
    from jinja2.ext import Extension  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    class Unmarked(Extension):
        """Leaves out the marks that transformers puts around what the assistant says: they write nothing."""

        tags = {"generation"}

        def parse(self, parser: Any) -> nodes.Node:
            line = next(parser.stream).lineno
            return nodes.Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True)).set_lineno(line)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Unmarked, "jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = lambda value, **how: json.dumps(value, **{"ensure_ascii": False, **how})
    environment.globals |= {"raise_exception": _refuse, "strftime_now": lambda form: datetime.now().strftime(form)}
    template = environment.from_string(order["template"])
    texts = (
        template.render(messages=messages, tools=None, documents=None, add_generation_prompt=False, **order["names"])
        for messages in order["conversations"]
    )
    written = [Written(text[:_MOST_OF_ONE], len(text)) for text in texts]
    while sum(len(each.beginning) for each in written) > _MOST_LETTERS:
        longest = max(len(each.beginning) for each in written)
        written = [Written(each.beginning[: longest // 2], each.letters) for each in written]
    return written


def _refuse(message: str) -> NoReturn:
    raise ValueError(message)


if __name__ == "__main__":
    order = json.load(sys.stdin)
    bind(_MEMORY, _PROCESSOR_S, order["began"])
    json.dump(render(order), sys.stdout)
