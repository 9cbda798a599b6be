"""`predict.py`: the program that asks an exported model, a piece of assets/predict a kind of head (see `assembly`)."""

import json
import textwrap
from importlib.metadata import PackageNotFoundError, version

from studio.errors import StudioError
from studio.export.assembly import PIECES, assembled, documented
from studio.export.inputs import asked_roles
from studio.rundir import RunDir
from studio.tasks import task_named

NEEDS = ("torch", "transformers", "safetensors")


def script_text(run: RunDir) -> str:
    """The program for this run's model."""
    body = program(kind_of(run))
    about = f"{about_text(run)}\n\nNeeds Python with {', '.join(NEEDS)}, and the files beside this one; nothing is downloaded."
    quoted = about.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""{quoted}\n"""\n\n{body}'


def about_text(run: RunDir) -> str:
    """What the program does and how it is called, with this model's texts in the place of TEXTS and ROW."""
    told = documented(_piece_of(kind_of(run)))
    names = asked_roles(run)
    titles = {name: task_named(run.config.task).role_titles.get(name, name).lower() for name in names}
    if len(names) == 1:
        texts, row = f'"a {titles[names[0]]}"', f'"a {titles[names[0]]}"'
    else:
        texts = " ".join(f'{name}="a {titles[name]}"' for name in names)
        row = "{" + ", ".join(f'"{name}": "a {titles[name]}"' for name in names) + "}"
    return told.replace("TEXTS", texts).replace("ROW", row)


def use_text(run: RunDir) -> str:
    """The same in Markdown: indented lines become blocks of code."""
    parts: list[str] = []
    for part in about_text(run).split("\n\n"):
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


def kind_of(run: RunDir) -> str:
    """The kind of head that the run's model wears. Raises: StudioError when it is damaged, or there is no program for it."""
    try:
        kind = str(json.loads((run.model / "head.json").read_bytes())["kind"])
    except (OSError, ValueError, KeyError) as error:
        raise StudioError(
            "The model is damaged: head.json", where=f"run {run.id}", fix="Train it again; do not use this one."
        ) from error
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
