"""A program of its own: opens a workbook and prints one sheet as lines of JSON. Knows nothing of the studio.

Apart from the page, because a file of 2 kB can ask for half a terabyte (two cells in far corners), and the compiled
reader then ends the process it is in. Started by `workbook.read_sheet`.
"""

import contextlib
import datetime
import json
import resource
import sys
from itertools import islice
from typing import Any

import python_calamine

_CPU_S = 600
_CELLS = 4096
"""In one line: few enough for the memory, enough to be quick."""


def main(path: str, sheet: str, most_memory: int) -> None:
    """Print what was found (`{"names", "sheet", "height", "width"}`), then the rows, some in a line; or `{"problem"}`."""
    for what, most in ((resource.RLIMIT_AS, most_memory), (resource.RLIMIT_CPU, _CPU_S)):
        with contextlib.suppress(ValueError, OSError):  # where the system knows no such limit, or a lower one
            resource.setrlimit(what, (most, most + 10))  # at the second number it is killed without a word
    try:
        with python_calamine.load_workbook(path) as book:
            names = list(book.sheet_names)
            if sheet and sheet not in names:
                return _print({"names": names})
            for name in [sheet] if sheet else names:
                found = book.get_sheet_by_name(name)
                if found.total_height:
                    break
            height, width = (last + 1 for last in found.end or (-1, -1))
            _print({"names": names, "sheet": name, "height": height, "width": width})
            rows = ([_text(value) for value in values] for values in found.iter_rows())
            while some := list(islice(rows, 1 + _CELLS // max(1, width))):
                _print(some)
    except python_calamine.PasswordError:
        _print({"problem": "locked"})
    except (python_calamine.CalamineError, python_calamine.ZipError, OSError):
        _print({"problem": "damaged"})
    except MemoryError:
        _print({"problem": "large"})


def _print(value: Any) -> None:
    sys.stdout.buffer.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")


def _text(value: Any) -> str:
    """As typed: 5 and not 5.0, dates as 2026-11-22."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    return str(value)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
