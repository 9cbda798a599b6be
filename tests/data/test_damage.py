"""A sample of benchmarks/messy.py: kinds of damage that must never come back wrong, done to two real files."""

import sys
from pathlib import Path

import pyarrow as pa
import pytest

from data.real import SHARED_DATA
from studio.data.table import Problem, Reading, Table

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import messy  # noqa: E402
from damage.judge import compared, judge  # noqa: E402
from damage.kinds import BAD, EXACT, SILENT, STATED, Case, Said, Truth  # noqa: E402
from damage.writing import FILES, sources  # noqa: E402


@pytest.fixture(scope="module")
def tables():
    if not SHARED_DATA.exists():
        pytest.skip("the real files lie beside the checkout")
    return sources(SHARED_DATA, most=40, characters=20_000, files=FILES[1:3])


def _table(rows, numbers, notes=(), named=(), names=("a", "b")):
    cells = pa.table(
        {name: pa.array(column, pa.large_string()) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
    )
    problems = tuple(Problem(number, "", "", "Left out.") for number in named)
    return Table(cells, tuple(numbers), Reading("CSV", notes=tuple(notes), set_aside=problems))


WANTED = [["1", "x"], ["2", "y"], ["3", "z"]]


@pytest.mark.parametrize(
    ("table", "outcome"),
    [
        (_table(WANTED, [2, 3, 5]), EXACT),
        (_table(WANTED, [2, 3, 4]), SILENT),
        (_table(WANTED, [2, 3, 5], names=("a", "c")), SILENT),
        (_table(WANTED, [2, 3, 5], ["Columns were renamed."], names=("a", "c")), STATED),
        (_table([["1", "x"], ["2", "Y"], ["3", "z"]], [2, 3, 5]), SILENT),
        (_table([["1", "x"], ["2", "Y"], ["3", "z"]], [2, 3, 5], ["Columns were renamed."]), SILENT),
        (_table([["1", "x"], ["2", "Y"], ["3", "z"]], [2, 3, 5], named=[3]), STATED),
        (_table([["1", "x"], ["3", "z"]], [2, 5]), SILENT),
        (_table([["1", "x"], ["3", "z"]], [2, 5], named=[2]), SILENT),
        (_table([["1", "x"], ["3", "z"]], [2, 5], named=[3]), STATED),
        (_table([*WANTED, ["4", "!"]], [2, 3, 5, 6]), SILENT),
        (_table([row[::-1] for row in WANTED], [2, 3, 5]), SILENT),
    ],
)
def test_the_judge_is_strict(table, outcome):
    case = Case(b"", Truth(["a", "b"], WANTED, [2, 3, 5]), says=(Said("renamed", names=True),))
    assert compared(case, table)[0] == outcome


def test_names_are_their_own():
    assert len({kind.name for kind in messy.KINDS}) == len(messy.KINDS) >= 60


@pytest.mark.parametrize("kind", messy.KINDS, ids=lambda kind: kind.name)
def test_damage_does_not_come_back_wrong(kind, tables, tmp_path):
    for source in tables:
        case = messy.made(kind, source, 1)
        if case is not None:
            verdict = judge(kind, case, tmp_path)
            assert verdict.outcome not in BAD, verdict.why
