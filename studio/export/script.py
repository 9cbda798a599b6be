"""`predict.py`: the program that asks an exported model, one readable file put together from the pieces in assets/predict.

There is a piece a kind of head, named after it, and pieces that several share. Each is an ordinary Python file; what it
imports of the others is put in front of it, once, so that the program stands alone.
"""

import ast
import json
import textwrap
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from studio.assets import ASSETS
from studio.errors import StudioError
from studio.export.inputs import asked_roles
from studio.rundir import RunDir
from studio.tasks import task_named

NEEDS = ("torch", "transformers", "safetensors")
_PIECES = ASSETS / "predict"


def script_text(run: RunDir) -> str:
    """The program for this run's model."""
    body = assembled(kind_of(run))
    about = f"{about_text(run)}\n\nNeeds Python with {', '.join(NEEDS)}, and the files beside this one; nothing is downloaded."
    quoted = about.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""{quoted}\n"""\n\n{body}'


def about_text(run: RunDir) -> str:
    """What the program does and how it is called, with this model's texts in the place of TEXTS and ROW."""
    told = ast.get_docstring(_tree(kind_of(run))) or ""
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


@cache
def assembled(kind: str) -> str:
    """The program's code without its first lines: all imports, the pieces it needs, the piece itself."""
    order: list[str] = []
    _collect(_file_of(kind), order)
    lines = _import_lines(order)
    groups = [[line for line in lines if (_package(line) in NEEDS) == needed] for needed in (False, True)]
    head = "\n\n".join("\n".join(group) for group in groups)
    return "\n\n\n".join([head, *(_code(name) for name in order)]) + "\n"


def _collect(name: str, order: list[str]) -> None:
    for node in _tree(name).body:
        if isinstance(node, ast.ImportFrom) and (_PIECES / f"{node.module}.py").is_file() and node.module:
            _collect(node.module, order)
    if name not in order:
        order.append(name)


def _import_lines(pieces: list[str]) -> list[str]:
    """What the pieces import of other packages, a module a line: `import` before `from`, each by name."""
    modules: set[str] = set()
    names: dict[str, set[str]] = {}
    for node in (node for piece in pieces for node in _tree(piece).body):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not (_PIECES / f"{node.module}.py").is_file():
            names.setdefault(node.module, set()).update(alias.name for alias in node.names)
    plain = [f"import {module}" for module in sorted(modules)]
    return [*plain, *(f"from {module} import {', '.join(sorted(names[module]))}" for module in sorted(names))]


def _code(name: str) -> str:
    """Everything behind the imports, as it is written."""
    body = _tree(name).body
    last = max(place for place, node in enumerate(body) if isinstance(node, ast.Import | ast.ImportFrom))
    lines = _text(name).splitlines()
    return "\n".join(lines[body[last].end_lineno :]).strip("\n")


def _package(line: str) -> str:
    return line.split()[1].partition(".")[0]


def _file_of(kind: str) -> str:
    return kind.replace("-", "_")


@cache
def _text(name: str) -> str:
    return (_PIECES / f"{_file_of(name)}.py").read_text(encoding="utf-8")


@cache
def _tree(name: str) -> ast.Module:
    return ast.parse(_text(name))


KINDS = frozenset(
    file.stem.replace("_", "-")
    for file in _PIECES.glob("*.py")
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
