"""Programs put together from pieces in assets/predict, and from definitions of the studio itself, into one readable text.

A piece is an ordinary Python file. What it imports of other pieces stands in front of it, whole; of the studio's modules
only the functions and constants that are named, and what these need in turn: an exported model decides as the studio does.
"""

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import studio
from studio.assets import ASSETS

PIECES = ASSETS / "predict"
_SOURCE = Path(studio.__file__).parent.parent


@dataclass
class _Program:
    """What was collected so far."""

    modules: set[str] = field(default_factory=set)
    """Imported as they are, as in `numpy as np`."""
    names: dict[str, set[str]] = field(default_factory=dict)
    """Module → names taken of it."""
    blocks: dict[tuple[str, str], str] = field(default_factory=dict)
    """Module and name (empty for all of it) → code, in the order in which it has to stand."""
    begun: set[tuple[str, str]] = field(default_factory=set)
    """Module and name of what is being collected: names may need each other."""


def assembled(name: str, beside: frozenset[str]) -> str:
    """All imports (the standard library's first, then those of the packages `beside`), then the code, the piece last."""
    program = _Program()
    _take(program, name, "")
    lines = [f"import {module}" for module in sorted(program.modules)]
    lines += [f"from {module} import {', '.join(sorted(program.names[module]))}" for module in sorted(program.names)]
    groups = [
        [line for line in lines if (line.split()[1].partition(".")[0] in beside) == late] for late in (False, True)
    ]
    return "\n\n\n".join(["\n\n".join("\n".join(group) for group in groups), *program.blocks.values()]) + "\n"


def documented(name: str) -> str:
    """What a piece says of itself."""
    return ast.get_docstring(_tree(name)) or ""


def _take(program: _Program, module: str, name: str) -> None:
    """Collect one definition of a module, or all of it, behind what it needs."""
    if (module, name) in program.begun or (module, "") in program.blocks:
        return
    program.begun.add((module, name))
    wanted = [node for node in _tree(module).body if not name or name in _named(node)]
    used = {each.id for node in wanted for each in ast.walk(node) if isinstance(each, ast.Name)}
    used |= {each for node in wanted for each in _quoted(node)}
    for node in _tree(module).body:
        if isinstance(node, ast.Import):
            _take_import(program, node, used)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if not name or alias.name in used:
                    _take_from(program, node.module, alias.name)
        elif name:
            for other in (_named(node) & used) - {name}:
                _take(program, module, other)
    code = _code(module, wanted if name else None)
    if code:
        program.blocks.setdefault((module, name), code)


def _take_import(program: _Program, node: ast.Import, used: set[str]) -> None:
    for alias in node.names:
        shown = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
        if (alias.asname or alias.name.partition(".")[0]) in used:
            program.modules.add(shown)


def _take_from(program: _Program, module: str, name: str) -> None:
    if (PIECES / f"{module}.py").is_file():
        _take(program, module, "")
    elif module.startswith("studio."):
        _take(program, module, name)
    else:
        program.names.setdefault(module, set()).add(name)


def _named(node: ast.stmt) -> set[str]:
    """The names that a statement defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}


def _quoted(node: ast.stmt) -> list[str]:
    """Names in annotations that are written as texts."""
    return [
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value.isidentifier()
    ]


def _code(module: str, wanted: list[ast.stmt] | None) -> str:
    """The statements as they are written, or all behind the imports."""
    lines, body = _text(module).splitlines(), _tree(module).body
    if wanted is None:
        last = max(
            (place for place, node in enumerate(body) if isinstance(node, ast.Import | ast.ImportFrom)), default=0
        )
        return "\n".join(lines[body[last].end_lineno :]).strip("\n")
    parts = []
    for node in wanted:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        parts.append("\n".join(lines[first - 1 : node.end_lineno]))
    return "\n\n\n".join(parts)


@cache
def _text(module: str) -> str:
    piece = PIECES / f"{module}.py"
    return (piece if piece.is_file() else _SOURCE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_text(module))
