"""Writes the tree into the README: every room and file with the first line of its docstring. `python tests/house/tree.py`"""

import ast
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOLD = {
    "assets": "styles, scripts, logo",
    "assets/examples": "small tables written for this project, and index.json that describes them",
    "benchmarks": "one script a figure; README.md holds what was measured",
    "tests": "the same tree, plus contracts/ (every task, preset), browser/, faults/, house/",
    "studio": "the package",
    "studio/data": "file → Table → Example",
    "studio/models/hub": "base models from the Hub: found, pinned, fetched piece by piece, checked; never any code",
    "studio/models/presets": "base models as data, one line of facts each",
    "studio/data/detect": "which task a table is for, and which column plays which role",
    "studio/data/doctor": "what a careful person would want to know before training, each with its fix",
    "studio/data/reading": "what stands behind `read.py`: encodings, structure, formats, limits",
    "studio/storage": "the only place that writes user data",
    "studio/cli": "the command line",
    "studio/tasks": "one file a task, found by being there",
    "studio/models": "base models: presets, download, size, suggestions, loading",
    "studio/worker": "python -m studio.worker RUN_DIR: one process a run",
    "studio/evaluation": "how good the model is, honestly",
    "studio/jobs": "runs, their queue and their processes",
    "studio/export": "one format a file, found by being there",
    "studio/plots": "one figure a file",
    "studio/ui": "the page",
    "studio/ui/steps": "one file a step",
    "studio/ui/views": "what a step shows, as HTML",
}


def first_line(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    return text.splitlines()[0].rstrip(".") if text else ""


def tree() -> str:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = {Path(line) for line in listed.stdout.splitlines() if (ROOT / line).exists()}
    python = {
        path for path in files if path.parts[0] == "studio" and path.suffix == ".py" and path.name != "__init__.py"
    }
    wanted = sorted(
        {Path("app.py"), *python, *(parent for path in python for parent in path.parents if parent != Path())}
        | {Path(name) for name in TOLD if (ROOT / name).exists()},
        key=lambda path: [part for part in path.parts],
    )
    lines = []
    for path in wanted:
        is_folder = (ROOT / path).is_dir()
        name = "  " * (len(path.parts) - 1) + path.name + ("/" if is_folder else "")
        text = TOLD.get(str(path), "") if is_folder else first_line(ROOT / path)
        lines.append(f"{name:<28}  {text}")
    return "\n".join(lines)


if __name__ == "__main__":
    readme = ROOT / "README.md"
    before, mark, rest = readme.read_text().partition("<!-- tree -->\n```text\n")
    readme.write_text(before + mark + tree() + "\n```" + rest.partition("```")[2])
