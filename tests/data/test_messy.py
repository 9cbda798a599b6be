"""The messy files beside the checkout end as their manifest demands; where there are none, copies of the smallest do."""

import json

import pytest

from data.real import SHARED_DATA
from data.write import cells
from studio.data.read import read_table
from studio.errors import StudioError

MESSY = SHARED_DATA / "messy"

NAMES = ["id", "name", "age"]
FALLBACK = [  # file, bytes, what is demanded, the columns and rows as they stand in the file
    ("quotes", b'a,b\n1,"ha \n""ha"" \nha"\n3,4\n', "ok", ["a", "b"], [["1", 'ha \n"ha" \nha'], ["3", "4"]]),
    ("bom", b"\xef\xbb\xbfid,name\n1,\xe4\xb8\xad\n", "ok", ["id", "name"], [["1", "中"]]),
    ("utf16", "\ufeffa,b\n1,ʤ".encode("utf-16-le"), "ok", ["a", "b"], [["1", "ʤ"]]),
    ("latin1", b"id,name\n1,english\n2,\xa9\n", "ok", ["id", "name"], [["1", "english"], ["2", "©"]]),
    (
        "defective",
        b"id,name,age\n1,John\n2,Julie,26,Pie\n",
        "warn",
        NAMES,
        [["1", "John"], ["2", "Julie", "26", "Pie"]],
    ),
    ("duplicate", b"id,name,id\n1,John,0\n", "warn", ["id", "name", "id"], [["1", "John", "0"]]),
    (
        "no_header",
        b"1,english\n2,german\n3,french\n",
        "ask",
        None,
        [["1", "english"], ["2", "german"], ["3", "french"]],
    ),
    ("empty", b"", "reject", None, []),
]


def _manifest():
    if not (MESSY / "manifest.json").exists():
        return []
    return json.loads((MESSY / "manifest.json").read_text())


def demand(path, expect, columns, rows):
    """`ok`: the same cells. `warn`: told, and no cell in another column; refused where no row fits. `ask`: right, or told.
    `reject`: refused."""
    if expect == "reject" or (columns and not any(len(row) == len(columns) for row in rows)):
        with pytest.raises(StudioError) as refusal:
            read_table(path)
        assert refusal.value.fix
        return
    table = read_table(path)
    told = bool(table.reading.notes or table.reading.problems)
    width = len(columns or rows[0])
    ghosts = [
        i for i in range(width) if not (columns or [""] * width)[i] and not any(row[i : i + 1] != [""] for row in rows)
    ]
    solid = [[cell for i, cell in enumerate(row) if i not in ghosts] for row in rows if len(row) == width]
    if expect == "ok":
        assert cells(table) == solid
        names = [name for i, name in enumerate(columns) if i not in ghosts]
        assert all(ours == name or not name for ours, name in zip(table.columns, names, strict=True))
        assert not ghosts or told
    elif expect == "warn":
        assert told
        assert cells(table) == solid
        assert len(table) + len(table.reading.problems) == len(rows)
    else:
        assert told or (cells(table) == solid and table.columns == columns)
    assert len(set(table.columns)) == len(table.columns)
    assert all(table.columns)


def test_the_whole_manifest_is_read():
    assert not MESSY.exists() or len(_manifest()) >= 18


@pytest.mark.parametrize("entry", _manifest(), ids=lambda entry: entry["file"])
def test_messy_file(entry):
    expected = json.loads((MESSY / entry["expected_file"]).read_text()) if entry["expected_file"] else {}
    demand(MESSY / entry["file"], entry["expect"], expected.get("columns"), expected.get("rows", []))


@pytest.mark.parametrize(("name", "data", "expect", "columns", "rows"), FALLBACK, ids=[case[0] for case in FALLBACK])
def test_messy_file_of_our_own(tmp_path, name, data, expect, columns, rows):
    (tmp_path / f"{name}.csv").write_bytes(data)
    demand(tmp_path / f"{name}.csv", expect, columns, rows)


def test_title_lines_and_source_notes_are_not_data(tmp_path):
    rows = [f"Sort {i},{i},{i + 1}" for i in range(12)]
    text = "\n".join(["Output by sort,,", ",,", "Sort,Old,New", *rows, ",,", "Source: office,,"])
    (tmp_path / "pasted.csv").write_text(text)
    table = read_table(tmp_path / "pasted.csv")
    assert table.columns == ["Sort", "Old", "New"]
    assert table.reading.header_row == 3
    assert len(table) == 12
    assert [problem.value for problem in table.reading.problems] == ["Source: office"]


def test_real_files_read_clean():
    """The well-formed sets give rise to no complaint."""
    for path in sorted(SHARED_DATA.glob("*.csv")):
        table = read_table(path)
        assert len(table) > 100, path.name
        assert not table.reading.problems, path.name
        assert not table.reading.notes, path.name
