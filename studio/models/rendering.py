"""Conversations as a base model's chat template writes them down, without transformers, in a process of its own.

A template is a stranger's program: a sandbox keeps it from files and names, as transformers does, and the process from time
and memory. Run as a module, this reads one JSON object and writes a list of texts.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from studio.data.reading.bounds import bind

TIMEOUT_S = 30.0
_PROCESSOR_S = 10
_MEMORY = 2 * 2**30
_AT_ONCE = threading.BoundedSemaphore(2)
"""More would need the memory of all of them."""
_PACKAGE_PARENT = str(Path(__file__).parents[2])


def rendered(
    template: str, conversations: Sequence[Sequence[Mapping[str, str]]], names: Mapping[str, str]
) -> list[str] | None:
    """Each conversation as text; `names` are the special tokens that a template may ask for, as `bos_token`.

    None where the template refuses one of them, or does not end.
    """
    asked = {"template": template, "conversations": conversations, "names": dict(names), "began": time.time()}
    paths = [_PACKAGE_PARENT, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    try:
        with _AT_ONCE:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "studio.models.rendering"],
                input=json.dumps(asked).encode(),
                capture_output=True,
                timeout=TIMEOUT_S,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))},
                check=True,
            )
        texts = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        return None
    return [str(text) for text in texts] if len(texts) == len(conversations) else None


def render(asked: Mapping[str, Any]) -> list[str]:
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
    template = environment.from_string(asked["template"])
    return [
        template.render(messages=messages, tools=None, documents=None, add_generation_prompt=False, **asked["names"])
        for messages in asked["conversations"]
    ]


def _refuse(message: str) -> NoReturn:
    raise ValueError(message)


if __name__ == "__main__":
    order = json.load(sys.stdin)
    bind(_MEMORY, _PROCESSOR_S, order["began"])
    json.dump(render(order), sys.stdout)
