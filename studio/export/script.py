"""`predict.py`: the program that asks an exported model, a piece of assets/predict a kind of head (see `assembly`)."""

import json
import textwrap
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from studio.errors import StudioError
from studio.export.assembly import PIECES, assembled, documented
from studio.export.inputs import asked_roles
from studio.rundir import RunDir
from studio.tasks import task_named
from studio.tasks.task import Task

NEEDS = ("torch", "transformers", "safetensors")


def script_text(run: RunDir) -> str:
    """The program for this run's model."""
    body = program(kind_of(run))
    about = f"{about_text(run)}\n\nNeeds Python with {', '.join(NEEDS)}, and the files beside this one; nothing is downloaded."
    quoted = about.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""{quoted}\n"""\n\n{body}'


def about_text(run: RunDir) -> str:
    """What the program does and how it is called, with this model's texts in the place of TEXTS and ROW."""
    kind, names = kind_of(run), asked_roles(run)
    said = {name: example_of(name, kind, task_named(run.config.task)) for name in names}
    if names == ["messages"]:
        texts, row = f'"{said["messages"]}"', '{"messages": [{"role": "user", "content": "a question"}]}'
    elif len(names) == 1:
        texts, row = f'"{said[names[0]]}"', f'"{said[names[0]]}"'
    else:
        texts = " ".join(f'{name}="{text}"' for name, text in said.items())
        row = "{" + ", ".join(f'"{name}": "{text}"' for name, text in said.items()) + "}"
    begin, rest = documented(_piece_of(kind)).split("\n\n", 1)
    begin = _WRITES.get(names[0], begin) if kind == "causal" else begin
    return f"{begin}\n\n{rest}".replace("TEXTS", texts).replace("ROW", row)


_WRITES = {
    "messages": "Writes the next reply of a conversation.",
    "instruction": "Writes a reply to a request.",
    "text": "Writes on from the beginning of a text.",
}
"""First text that is read → what a model does that writes on."""
_TEXTS = {"messages": "a question", "source": "a text", "input": "more text, if there is any"}


def example_of(role: str, kind: str, task: Task) -> str:
    """Words in the place of a text, as in "a text", "an instruction"."""
    if kind == "masked":
        return "a text with a ___ in it"
    title = task.role_titles.get(role, role).lower().partition(" or ")[0]
    return _TEXTS.get(role, f"{'an' if title[0] in 'aeiou' else 'a'} {title}")


def does_text(run: RunDir) -> str:
    """What the model does, in a sentence."""
    return about_text(run).partition("\n\n")[0]


def use_text(run: RunDir) -> str:
    """How the program is called, in Markdown: indented lines become blocks of code."""
    parts: list[str] = []
    for part in about_text(run).split("\n\n")[1:]:
        if part.startswith("    "):
            lines = textwrap.dedent(part)
            joined = parts and parts[-1].endswith("\n```") and not lines.startswith("python ")
            if joined:
                parts[-1] = f"{parts[-1].removesuffix('```')}\n{lines}\n```"
            else:
                parts.append(f"```{'' if lines.startswith('python ') else 'python'}\n{lines}\n```")
        else:
            parts.append(part)
    return "\n\n".join(parts)


def commands(run: RunDir) -> str:
    """What to type to use the program."""
    lines = [line.strip() for line in about_text(run).splitlines() if line.startswith("    python ")]
    return "\n".join(["pip install -r requirements.txt", *lines])


def head_of(run: RunDir) -> dict[str, Any]:
    """What `head.json` says of the run's model. Raises: StudioError when it is damaged."""
    try:
        facts: dict[str, Any] = json.loads((run.model / "head.json").read_bytes())
        _ = facts["kind"], facts["labels"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StudioError(
            "The model is damaged: head.json", where=f"run {run.id}", fix="Train it again; do not use this one."
        ) from error
    return facts


def kind_of(run: RunDir) -> str:
    """The kind of head that the run's model wears. Raises: StudioError when it is damaged, or there is no program for it."""
    kind = str(head_of(run)["kind"])
    if kind not in KINDS:
        raise StudioError(f"There is no program for models of the kind {kind[:40]!r}", where=f"run {run.id}")
    return kind


def program(kind: str) -> str:
    """The program's code without its first lines."""
    return assembled(_piece_of(kind), frozenset({*NEEDS, "numpy"}))


def _piece_of(kind: str) -> str:
    return kind.replace("-", "_")


KINDS = frozenset(
    file.stem.replace("_", "-")
    for file in PIECES.glob("*.py")
    if '\nif __name__ == "__main__":\n' in file.read_text(encoding="utf-8")
)
"""Kinds of heads that there is a program for."""


def requirements_text() -> str:
    """What the program needs, in the versions the model was made with (asked of the installation, not imported)."""
    return "".join(f"{name}{_pin(name)}\n" for name in NEEDS)


def _pin(name: str) -> str:
    try:
        return f"=={version(name).partition('+')[0]}"  # a local build's suffix, as +cpu, is on no index
    except PackageNotFoundError:
        return ""
