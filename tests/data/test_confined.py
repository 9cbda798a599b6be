"""Files that ask for too much end their own reading process, in words, and cost this one nothing."""

import gzip
import io
import json
import resource
import sys
import time
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.write import cells, csv_bytes, read_bytes
from studio.data.read import Choices, Limits, read_table
from studio.data.reading import confined
from studio.errors import StudioError

ROWS = [["text", "label"], *[[f"größe {n}, and so on", f"label{n % 5}"] for n in range(15_000)]]
SMALL = Limits(file_bytes=20_000_000, unpacked_bytes=50_000_000)


def zipped(members, **how):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return sink.getvalue()


def test_a_large_file_comes_back_from_its_process_whole(tmp_path):
    rows = [*ROWS, ["", ""], ["last", "x"]]
    table = read_bytes(tmp_path, csv_bytes(rows), "large.csv")
    assert cells(table) == [*ROWS[1:], ["last", "x"]]
    assert table.rows[-2:] == (15_001, 15_003)
    assert table.reading.notes == ("1 empty row left out.",)
    assert len(table.sha256) == 64
    (tmp_path / "large.csv").unlink()
    assert table.column("text")[7] == "größe 7, and so on"


def test_a_wide_table_takes_little_more_memory_than_it_has_cells(tmp_path):
    header = ",".join(["text", *[f"column{i}" for i in range(899)]])
    lines = [f"row {n}" + ",1,,23" * 299 + ",4,5\n" for n in range(6000)]
    table = read_bytes(tmp_path, (header + "\n" + "".join(lines)).encode(), limits=Limits(memory_bytes=10**9))
    assert (len(table), len(table.columns)) == (6000, 900)
    assert list(table.cells.slice(5999).to_pylist()[0].values()) == lines[-1].strip().split(",")


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import os; os.kill(os.getpid(), 24)", "too long to read"),
        ("import os; os.kill(os.getpid(), 9)", r"takes more than \d+ MB of memory"),
        ("import os; os.abort()", r"takes more than \d+ MB of memory"),
        ("import sys; sys.stderr.write('pyo3_runtime.PanicException: index'); sys.exit(1)", "damaged"),
        ("print('{\"reading\": 1', end='')", "damaged"),
        ("import time; time.sleep(60)", "too long to read"),
        ("while True: pass", "too long to read"),
    ],
)
def test_a_reading_process_that_ends_is_a_sentence(tmp_path, monkeypatch, program, said):
    (tmp_path / "broken_reader.py").write_text(f"import sys; sys.stdin.read()\n{program}\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(confined, "_MODULE", "broken_reader")
    monkeypatch.setattr(confined, "_START_S", 1.0)
    with pytest.raises(StudioError, match=said) as refusal:
        read_bytes(tmp_path, csv_bytes(ROWS), limits=Limits(seconds=1.0))
    assert refusal.value.fix


def test_a_mistake_of_ours_is_no_sentence(tmp_path, monkeypatch):
    (tmp_path / "broken_reader.py").write_text("raise KeyError('ours')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(confined, "_MODULE", "broken_reader")
    with pytest.raises(RuntimeError, match="KeyError: 'ours'"):
        read_bytes(tmp_path, csv_bytes(ROWS))


def parquet(**columns):
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue()


BOMBS = {
    "a gzip file.csv.gz": lambda: gzip.compress(b"a,b\n" + b"x,y\n" * 40_000_000, 1),
    "a zip archive.zip": lambda: zipped({"a.csv": b"a,b\n" + b"\0" * 200_000_000}),
    "a million columns.csv": lambda: b",".join(b"c%d" % n for n in range(10**6)) + b"\n" + b"," * (10**6 - 1) + b"\n",
    "a long line.csv": lambda: b"text,label\n" + b"x" * 18_000_000 + b",a\nb,c\n",
    "a line of commas.csv": lambda: b"a,b\n1,2\n" + b"," * 18_000_000,
    "only line ends.csv": lambda: b"a,b\n1,2\n" + b"\n" * 18_000_000,
    "marks.csv": lambda: b"text,label\n" + b'"' * 10_000_001 + b"\n",
    "deep.json": lambda: b"[" * 5_000_000,
    "keys.jsonl": lambda: b"".join(b'{"k%d": 1}\n' % n for n in range(20_000)),
    "a long number.jsonl": lambda: b'{"text": 1' + b"0" * 5_000_000 + b', "label": "a"}\n',
    "one text.parquet": lambda: parquet(text=["x" * 1_000_000] * 1000, label=["a"] * 1000),
    "spaces.xlsx": lambda: zipped({"xl/workbook.xml": b"<" + b" " * 60_000_000}),
}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux keeps to a limit of memory")
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_soon_and_cost_this_process_nothing(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(BOMBS[name]())
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    busy = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(StudioError) as refusal:
        read_table(path, limits=SMALL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert refusal.value.fix
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB
    assert after.ru_utime - busy.ru_utime < 10, "seconds of processor time"
    assert time.process_time() - began < 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux keeps to a limit of memory")
@pytest.mark.parametrize("name", ["a gzip file.csv.gz", "a zip archive.zip", "spaces.xlsx"])
def test_what_unpacks_to_very_much_has_little_time_on_the_clock(tmp_path, monkeypatch, name):
    """The reader is let in on the bomb as if the machine were so busy that it had waited for a minute."""
    (tmp_path / name).write_bytes(BOMBS[name]())
    began = time.time() - 60
    monkeypatch.setattr(confined.time, "time", lambda: began)
    with pytest.raises(StudioError, match="too long to read"):
        read_table(tmp_path / name)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(csv_bytes(ROWS)))
    assert len(read_table(tmp_path / "t.csv.gz")) == len(ROWS) - 1


def test_a_forged_count_of_rows_in_parquet(tmp_path):
    data = parquet(text=["a", "b"])
    footer = int.from_bytes(data[-8:-4], "little")
    for at in range(len(data) - 8 - footer, len(data) - 8):
        forged = data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
        (tmp_path / "forged.parquet").write_bytes(forged)
        if at % 60 == 0:  # each takes a process
            try:
                assert len(read_table(tmp_path / "forged.parquet", limits=SMALL)) <= 10
            except StudioError:
                continue


def test_packed_tables(tmp_path):
    text = csv_bytes(ROWS)
    for name, data in {
        "table.csv.gz": gzip.compress(text),
        "two parts.csv.gz": gzip.compress(text[:1000]) + gzip.compress(text[1000:]),
        "table.zip": zipped({"table.csv": text, "__MACOSX/._table.csv": b"x", "folder/": b""}),
        "misnamed.csv": zipped({"README.txt": b"hello", "data/table.csv": text}),
    }.items():
        table = read_bytes(tmp_path, data, name)
        assert cells(table)[-1] == ROWS[-1], name
        assert table.rows == range(2, 15_002)
        assert table.reading.format == "CSV"
    assert table.reading.member == "data/table.csv"
    assert table.reading.notes == ("“data/table.csv” in the archive was read; 1 more there were not.",)
    lines = "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in ROWS[1:50])
    assert len(read_bytes(tmp_path, gzip.compress(lines.encode()), "a.jsonl.gz")) == 49


def test_an_archive_of_several_tables_asks_which(tmp_path):
    two = zipped({"train.csv": b"a,b\n1,2\n", "test.csv": b"a,b\n3,4\n"})
    with pytest.raises(StudioError, match="holds 2 files: “train.csv”, “test.csv”"):
        read_bytes(tmp_path, two, "two.zip")
    assert cells(read_bytes(tmp_path, two, "two.zip", choices=Choices(member="test.csv"))) == [["3", "4"]]
    with pytest.raises(StudioError, match="no file 'other.csv'"):
        read_bytes(tmp_path, two, "two.zip", choices=Choices(member="other.csv"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (zipped({}), "empty"),
        (zipped({"word/document.xml": b"<w/>"}), "word processor"),
        (zipped({"a.zip": zipped({"b.csv": b"a,b\n1,2\n"})}), "another archive"),
        (zipped({"a.csv": b"a,b\n" + b"1,2\n" * 99})[:-30], "damaged"),
        (gzip.compress(b"a,b\n1,2\n" * 99)[:-9], "damaged"),
        (gzip.compress(b""), "empty"),
    ],
)
def test_archives_that_are_no_table_are_refused(tmp_path, data, said):
    with pytest.raises(StudioError, match=said) as refusal:
        read_bytes(tmp_path, data, "a.zip")
    assert refusal.value.fix
