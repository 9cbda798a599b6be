"""The table reader fed by a fuzzer that follows its branches: `python benchmarks/fuzzing.py FOLDER -max_total_time=1800`.

Needs `atheris`. Three things must hold of any bytes: nothing but a table or a StudioError comes of them; the fast reader
finds what the careful one finds; and a table that `csv` wrote comes back as it was, or it is said what was done otherwise.
What breaks that is written to FOLDER, once a kind, and the fuzzer goes on.
"""

import contextlib
import csv
import io
import sys
import tempfile
import traceback
from pathlib import Path
from unittest.mock import patch

import atheris

with atheris.instrument_imports(include=["studio.data.reading"]):
    from studio.data.read import read_table
    from studio.data.reading import quick, structure
    from studio.data.reading.delimited import read_delimited
    from studio.data.reading.kinds import is_packed
    from studio.data.reading.limits import Choices, Limits
    from studio.data.table import Table
    from studio.errors import StudioError

LIMITS = Limits(file_bytes=10**6)
_CELLS = (
    "",
    "x",
    "yz",
    '"',
    ",",
    ";",
    "\t",
    "|",
    "\n",
    "\r\n",
    " ",
    "ü",
    "\ufeff",
    "7",
    "1,5",
    "word, word",
    "NULL",
    "中",
)
_CHOICES = (
    Choices(),
    Choices(),
    Choices(delimiter=","),
    Choices(delimiter=";"),
    Choices(header_row=-1),
    Choices(header_row=2),
)
_STEPS = (1 << 18, 1, 3, 7, 20)


def main() -> None:
    """Runs until libFuzzer's `-max_total_time`, in seconds, or its `-runs`."""
    finds = Path(sys.argv.pop(1))
    finds.mkdir(parents=True, exist_ok=True)
    seen: set[str] = set()

    def one(data: bytes) -> None:
        try:
            try_all(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a find
            at = traceback.extract_tb(error.__traceback__)[-1]
            kind = f"{type(error).__name__}-{Path(at.filename).stem}-{at.lineno}"
            if kind not in seen:
                seen.add(kind)
                (finds / kind).write_bytes(data)
                (finds / f"{kind}.txt").write_text(traceback.format_exc())

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


def try_all(data: bytes) -> None:
    """The first byte says which of the three is tried, and how."""
    how, rest = data[:1], data[1:]
    if not how:
        return
    kind, choice = how[0] % 3, how[0] // 3
    if kind == 0:
        any_file(rest)
    elif kind == 1:
        both_readers(rest, _CHOICES[choice % len(_CHOICES)], _STEPS[choice // len(_CHOICES) % len(_STEPS)])
    else:
        written_table(rest, ",;\t|"[choice % 4], ("\n", "\r\n", "\r")[choice // 4 % 3])


def any_file(data: bytes) -> None:
    """Text of any kind; what is packed is read by compiled code in another process."""
    if not is_packed(data[:16]):
        _read(data)


def both_readers(data: bytes, choices: Choices, step: int) -> None:
    """The fast reader in small steps, which all have borders."""
    careful = _outcome(data, choices, fast=False)
    with (
        patch.object(structure, "_STEP", step),
        patch.object(structure, "_WINDOW", max(2, step)),
        patch.object(quick, "_SLICE", 5 * step),
    ):
        fast = _outcome(data, choices, fast=True)
    if fast != careful:
        raise AssertionError(f"fast: {fast}\ncareful: {careful}")


def _outcome(data: bytes, choices: Choices, *, fast: bool) -> object:
    try:
        found, reading = read_delimited(data, "table.csv", choices, LIMITS, quick=fast)
    except StudioError as error:
        return str(error)
    return found.cells.to_pydict(), found.cells.column_names, [*map(int, found.rows)], reading


def written_table(data: bytes, delimiter: str, line_end: str) -> None:
    """Bytes to cells: each a sign of `_CELLS` more, every 32nd the end of a cell, every 33rd that of a row."""
    rows: list[list[str]] = [[""]]
    for byte in data:
        if (sign := byte % 34) == 33:
            rows.append([""])
        elif sign == 32:
            rows[-1].append("")
        else:
            rows[-1][-1] += _CELLS[sign % len(_CELLS)]
    width = min(4, max(2, len(rows[0])))
    rows = [(row + [""] * width)[:width] for row in rows]
    header = [f"column{i}" for i in range(width)]
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    table = _read(sink.getvalue().encode())
    if table is None:
        return
    if table.reading.delimiter != delimiter:
        if not any("separated by" in note for note in table.reading.notes):
            raise AssertionError(f"{table.reading} of {rows}")
        return
    solid = [row for row in rows if "".join(row).strip()]
    back = [list(row.values()) for row in table.cells.to_pylist()]
    if table.columns != header or back != solid or table.reading.problems:
        raise AssertionError(f"{back}, {table.reading} of {rows}")


def _read(data: bytes) -> Table | None:
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        file.write(data)
        file.flush()
        with contextlib.suppress(StudioError):
            return read_table(Path(file.name), "table.csv", limits=LIMITS)
    return None


if __name__ == "__main__":
    main()
