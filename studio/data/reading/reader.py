"""The program that reads one file for `confined`: an order on standard input, the table into an open file, a line of JSON out."""

import json
import os
import sys

from studio.data.reading.bounds import bind, say


class NoPandas:
    """Hides pandas: pyarrow imports it at its first array, which takes as long as reading a small file."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """None for every module but one. Raises: ImportError for that."""
        if name == "pandas":
            raise ImportError(name)


_ORDER = json.loads(sys.stdin.buffer.read()) if __name__ == "__main__" else {}
if _ORDER:
    bind(_ORDER["memory"], _ORDER["cpu_s"], _ORDER["began"])
    sys.meta_path.insert(0, NoPandas())

from dataclasses import asdict  # noqa: E402 - after the limits, so that nothing escapes them
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402

from studio.data.reading.limits import Choices, Limits  # noqa: E402
from studio.data.reading.opened import open_table  # noqa: E402
from studio.errors import StudioError  # noqa: E402


def main(sink: int) -> None:
    """Read, write, say. Ends with 70 where the memory is spent, by a signal where the machine ended it."""
    limits, choices = Limits(**_ORDER["limits"]), Choices(**_ORDER["choices"])
    try:
        table = open_table(Path(_ORDER["path"]), _ORDER["name"], limits, choices)
        rows, cells = table.rows, table.cells
        if not isinstance(rows, range):
            cells = cells.append_column("", pa.array(np.asarray(rows, np.int64)))
        with pa.OSFile(f"/dev/fd/{sink}", "wb") as file, pa.ipc.new_file(file, cells.schema) as writer:
            writer.write_table(cells)
    except StudioError as error:
        say({"what": error.what, "where": error.where, "fix": error.fix})
    except (MemoryError, pa.ArrowMemoryError):
        os.abort()
    else:
        told_rows = [rows.start, rows.stop] if isinstance(rows, range) else []
        say({"reading": asdict(table.reading), "rows": told_rows})
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
