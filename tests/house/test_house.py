"""Rules of the house that a machine can check."""

import re
import subprocess
from pathlib import Path

import pytest
from pydantic import BaseModel

from studio import config, events

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "studio").rglob("*.py"))


def test_there_are_sources():
    assert len(SOURCES) > 20


FORBIDDEN = {
    "pickle": r"^\s*(import|from)\s+(pickle|cPickle|dill|cloudpickle|joblib|shelve|marshal)\b",
    "torch.load or torch.save": r"\btorch\.(load|save)\s*\(",
    "trust_remote_code": r"trust_remote_code\s*=\s*(?!False)",
    "shell=True": r"shell\s*=\s*True",
    "os.system or popen": r"\bos\.(system|popen)\s*\(",
    "eval or exec": r"(?<![\w.])(eval|exec)\s*\(",
    "numpy pickles": r"allow_pickle\s*=\s*True",
    "yaml.load": r"\byaml\.load\s*\(",
    "kernels package": r"^\s*(import|from)\s+kernels\b",
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_forbidden_code_is_nowhere(name):
    pattern = re.compile(FORBIDDEN[name], re.MULTILINE)
    places = [*SOURCES, ROOT / "app.py", *(ROOT / "benchmarks").glob("*.py")]
    found = [str(path.relative_to(ROOT)) for path in places if pattern.search(path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("pickle", "import pickle"),
        ("torch.load or torch.save", "x = torch.load(f)"),
        ("trust_remote_code", "f(trust_remote_code=True)"),
        ("shell=True", "run(x, shell=True)"),
        ("eval or exec", "y = eval(x)"),
    ],
)
def test_the_patterns_find_what_they_are_for(name, bad):
    assert re.compile(FORBIDDEN[name], re.MULTILINE).search(bad)


def test_user_data_is_written_by_storage_alone():
    """Calls that write files, outside storage. Each exception names its reason."""
    writes = re.compile(
        r"\.write_(bytes|text)\(|\bopen\([^)\n]*[\"'][wax]b?\+?[\"']|shutil\.(move|copy|copyfile|copytree)\(|\.unlink\(|os\.(remove|replace|rename)\("
    )
    allowed = {path.relative_to(ROOT).as_posix() for path in SOURCES if path.parent.name == "storage"}
    allowed.add("studio/worker/place.py")  # one byte into /proc/self/clear_refs: no file, the kernel's counter
    found = {str(path.relative_to(ROOT)) for path in SOURCES if writes.search(path.read_text())} - allowed
    assert found == set()


def test_files_are_small_rooms():
    long = {
        str(path.relative_to(ROOT)): lines for path in SOURCES if (lines := len(path.read_text().splitlines())) > 300
    }
    assert set(long) <= {"studio/storage.py"}, long


def _models(module):
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, BaseModel) and value.__module__ == module.__name__
    ]


def test_every_setting_explains_itself():
    for name, setting in config.SETTINGS.items():
        assert len(setting.help) > 30, f"{name} has no help text"
        assert setting.title, name


def test_every_event_has_its_own_kind():
    kinds = [model.model_fields["kind"].default for model in _models(events) if "kind" in model.model_fields]
    assert len(kinds) == len(set(kinds)) >= 10


def test_the_tree_in_the_readme_is_the_tree_on_disk():
    text = (ROOT / "README.md").read_text()
    block = re.search(r"<!-- tree -->\n```text\n(.*?)```", text, re.DOTALL)
    assert block, "README.md has no tree between <!-- tree --> and the end of its code block"
    stack: list[str] = []
    told: dict[str, str] = {}
    for line in block[1].splitlines():
        match = re.match(r"^( *)(\S+)(?:\s{2,}(.+))?$", line)
        assert match, line
        depth = len(match[1]) // 2
        stack[depth:] = [match[2].rstrip("/")]
        told["/".join(stack)] = match[3] or ""
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [Path(line) for line in tracked.stdout.splitlines() if (ROOT / line).exists()]
    python = {
        str(path) for path in files if path.parts[0] == "studio" and path.suffix == ".py" and path.name != "__init__.py"
    }
    folders = {path.parts[0] for path in files if len(path.parts) > 1 and not path.parts[0].startswith(".")}
    assert sorted(python - set(told)) == [], "on disk, not in the README"
    assert sorted(name for name in told if not (ROOT / name).exists()) == [], "in the README, not on disk"
    assert sorted(folders - set(told)) == []
    assert [name for name, text in told.items() if not text] == [], "every entry has its line"
