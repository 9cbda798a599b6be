"""JSON lines, JSON and Parquet: every value arrives as the text that was typed."""

import datetime
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.write import cells, read_bytes, read_text
from studio.data.read import Limits, read_table
from studio.errors import StudioError


def test_json_lines(tmp_path):
    text = """{"text": "one, two", "label": 1, "score": 1.50}

{"label": null, "text": "été\\n\\ud83d\\ude42", "extra": {"a": [1.10, "x", true]}}
{"text": "NA", "label": true}
"""
    table = read_text(tmp_path, text, "rows.jsonl")
    assert table.columns == ["text", "label", "score", "extra"]
    assert cells(table) == [
        ["one, two", "1", "1.50", ""],
        ["été\n🙂", "", "", '{"a": [1.10, "x", true]}'],
        ["NA", "true", "", ""],
    ]
    assert table.rows == (1, 3, 4)
    assert table.reading.sentence == "Read as JSONL: UTF-8."


def test_bad_json_lines_are_left_out_with_their_line(tmp_path):
    deep = "[" * 100_000
    text = '{"text": "a", "label": "x"}\n{"text": "b"\n[1, 2]\n{"text": "\\ud83d"}\n' + deep + '\n{"text": "c"}\n'
    table = read_text(tmp_path, text, "rows.jsonl")
    assert table.column("text") == ["a", "c"]
    assert [problem.row for problem in table.reading.problems] == [2, 3, 4, 5]
    assert "4 rows left out for what is told at each." in table.reading.notes


def test_a_json_array(tmp_path):
    text = '[\n {"text": "a",\n  "label": "x"},\n {"text": "b", "label": "y"}, {"text": "c", "label": 5}\n]\n'
    table = read_text(tmp_path, text, "rows.json")
    assert cells(table) == [["a", "x"], ["b", "y"], ["c", "5"]]
    assert table.rows == range(1, 4)  # two share a line: numbered by their place
    assert read_text(tmp_path, text.replace("}, {", "},\n{"), "lines.json").rows == (2, 4, 5)
    assert read_text(tmp_path, text, "misnamed.csv").reading.format == "JSON"


@pytest.mark.parametrize(
    "text",
    ["[]", "[1, 2]", "{}\n{}", "[{}]", '{"a": 1', '[{"a": 1}', '[{"a": 1} {"a": 2}]', '"text"', "{}x", "[[" * 50_000],
)
def test_json_that_is_no_table_is_refused(tmp_path, text):
    with pytest.raises(StudioError) as refusal:
        read_text(tmp_path, text, "rows.json")
    assert refusal.value.fix


def test_arrays_as_rows(tmp_path):
    records = [["text", "label"], ["one, two", 1.50], ["dé", None], ["x", ["a", True]]]
    lines = [json.dumps(record) for record in records]
    right = [["one, two", "1.5"], ["dé", ""], ["x", '["a", true]']]
    table = read_text(tmp_path, "\n".join(lines) + "\n", "rows.jsonl")
    assert (table.columns, cells(table), table.rows) == (["text", "label"], right, range(2, 5))
    assert table.reading.format == "JSONL"
    for text in (json.dumps(records), json.dumps(records, indent=2), "[\n" + ",\n".join(lines) + "\n]"):
        table = read_text(tmp_path, text, "rows.json")
        assert (table.columns, cells(table)) == (["text", "label"], right)
    assert table.rows == range(3, 6)  # the lines
    broken = [
        lines[0],
        *lines[1:] * 3,
        '["cut',
        '{"a": 1}',
        '["one"]',
        '["a", {"b": 1, "b": 2}]',
        '["\\ud83d", 1]',
        '["a", "b", "c"]',
    ]
    reading = read_text(tmp_path, "\n".join(broken), "rows.jsonl").reading
    assert [problem.row for problem in reading.set_aside] == [11, 12, 13, 14, 15, 16]
    long = read_text(tmp_path, "\n".join([*lines, '["y", "b", ""]']), "rows.jsonl").reading
    assert [(problem.row, problem.what) for problem in long.repaired] == [
        (5, "1 empty cell beyond the last column cut off.")
    ]


@pytest.mark.parametrize("text", ['["a", "b"]\n["c"', '["a", "b"]\n[1]\n[2]', "[[]]", "[[1], 2"])
def test_arrays_that_are_no_table_are_refused(tmp_path, text):
    with pytest.raises(StudioError) as refusal:
        read_text(tmp_path, text, "rows.json")
    assert refusal.value.fix


def test_objects_over_several_lines_one_after_the_other(tmp_path):
    objects = [json.dumps({"text": text, "label": {"a": [text]}}, indent=2) for text in ("a", "b\n{", "c")]
    table = read_text(tmp_path, "\n".join(objects), "rows.jsonl")
    assert cells(table) == [["a", '{"a": ["a"]}'], ["b\n{", '{"a": ["b\\n{"]}'], ["c", '{"a": ["c"]}']]
    assert table.rows == range(1, 25, 8) or list(table.rows) == [1, 9, 17]
    assert cells(read_text(tmp_path, ",\n".join(objects), "rows.json")) == cells(table)
    damaged = "\n".join([objects[0], objects[1][:12], objects[2]])
    table = read_text(tmp_path, damaged, "rows.jsonl")
    assert table.column("text") == ["a", "c"]
    assert [(problem.row, problem.what) for problem in table.reading.set_aside] == [
        (9, "This is not valid JSON. The row was left out.")
    ]


def parquet(folder, table, **how):
    pq.write_table(table, folder / "rows.parquet", **how)
    return read_table(folder / "rows.parquet")


def test_parquet_becomes_text(tmp_path):
    day = datetime.date(2026, 11, 22)
    table = parquet(
        tmp_path,
        pa.table(
            {
                "text": ["NA", None, "été"],
                "label": pa.array(["x", "y", "x"]).dictionary_encode(),
                "stars": [5, 4, None],
                "share": [0.5, 5.0, 1.25],
                "good": [True, False, None],
                "day": [day, day, None],
                "tags": [["a", "b"], [], None],
                "__index_level_0__": [0, 1, 2],
            }
        ),
    )
    assert table.columns == ["text", "label", "stars", "share", "good", "day", "tags"]
    assert cells(table) == [
        ["NA", "x", "5", "0.5", "true", "2026-11-22", '["a", "b"]'],
        ["", "y", "4", "5", "false", "2026-11-22", "[]"],
        ["été", "x", "", "1.25", "", "", ""],
    ]
    assert table.rows == range(2, 5)
    assert "pandas" in table.reading.notes[0]


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary(2), pa.list_(pa.binary())])
def test_parquet_with_bytes_is_read_where_they_are_text_and_else_refused_by_name(tmp_path, kind):
    one = (lambda content: [content]) if pa.types.is_list(kind) else (lambda content: content)
    text = pa.table({"a": ["x", "y"], "photo": pa.array([one(b"ab"), None], kind)})
    assert cells(parquet(tmp_path, text)) == [["x", '["ab"]' if pa.types.is_list(kind) else "ab"], ["y", ""]]
    picture = pa.table({"a": ["x", "y"], "photo": pa.array([one(b"\xff\x00"), None], kind)})
    with pytest.raises(StudioError, match="bytes that are no text.*column “photo”"):
        parquet(tmp_path, picture)


def test_parquet_is_measured_by_its_footer_and_refused_when_damaged(tmp_path):
    pq.write_table(pa.table({"text": ["same text again"] * 500_000}), tmp_path / "rows.parquet", compression="zstd")
    with pytest.raises(StudioError, match="500,000 rows, the limit is 1,000"):
        read_table(tmp_path / "rows.parquet", limits=Limits(rows=1000))
    data = (tmp_path / "rows.parquet").read_bytes()
    for broken in (data[:-20], data[:4] + b"\0" * 30, data[: len(data) // 2] + data[-8:]):
        with pytest.raises(StudioError, match="damaged"):
            read_bytes(tmp_path, broken, "broken.parquet")


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.list_(pa.string()), pa.binary(3000)])
def test_parquet_that_repeats_a_text_does_not_fill_the_memory(tmp_path, kind):
    """One text in every row, stored once: some hundred bytes that would become 60 MB."""
    text = "x" * 3000
    rows = pa.array([[text] if pa.types.is_list(kind) else text] * 20_000, kind)
    pq.write_table(pa.table({"text": rows}), tmp_path / "rows.parquet", compression="zstd")
    assert (tmp_path / "rows.parquet").stat().st_size < 20_000
    before = pa.total_allocated_bytes()
    pa.default_memory_pool().release_unused()
    with pytest.raises(StudioError, match="unpacks to more, the limit is 1 MB"):
        read_table(tmp_path / "rows.parquet", limits=Limits(file_bytes=100_000))
    assert pa.total_allocated_bytes() - before < 10_000_000
    assert len(read_table(tmp_path / "rows.parquet")) == 20_000


def test_short_floats_in_lists_have_their_own_digits(tmp_path):
    columns = {
        "list": pa.array([[0.1, None, 1e-7], None], pa.list_(pa.float32())),
        "lists": pa.array([[[0.1], []], []], pa.large_list(pa.list_(pa.float32(), -1))),
        "pair": pa.array([[0.1, 0.3], [0.5, 0.7]], pa.list_(pa.float32(), 2)),
        "object": pa.array([{"a": 0.1, "b": 0.1, "c": "x"}, None], pa.struct([("a", pa.float32()), ("b", pa.float64()), ("c", pa.string())])),
        "map": pa.array([[("k", 0.1)], []], pa.map_(pa.string(), pa.float32())),
        "half": pa.array([np.array([0.1], np.float16), []], pa.list_(pa.float16())),
    }  # fmt: skip
    assert cells(parquet(tmp_path, pa.table(columns)))[0] == [
        "[0.1, null, 1e-07]", "[[0.1], []]", "[0.1, 0.3]", '{"a": 0.1, "b": 0.1, "c": "x"}', '[["k", 0.1]]', "[0.1]",
    ]  # fmt: skip


def test_parquet_in_several_groups_and_without_rows(tmp_path):
    texts = [f"text {n}" if n % 7 else None for n in range(5000)]
    table = parquet(tmp_path, pa.table({"a.b": texts, "n": list(range(5000))}), row_group_size=900)
    assert table.column("a.b") == [text or "" for text in texts]
    assert table.column("n")[-1] == "4999"
    assert len(parquet(tmp_path, pa.table({"text": pa.array([], pa.string())}))) == 0
