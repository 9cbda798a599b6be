"""The command line: `studio` alone serves the page; check, train, resume, predict, evaluate, export, runs do the same as it."""

import json
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from studio.cli.arguments import parse
from studio.cli.terminal import Silence, complain, never_choke, plain, say
from studio.errors import StudioError

FAILED = 1
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 only on success, 1 when something failed, 2 for a wrong command line, 130 after Ctrl-C.

    `check` has its own: 1 for a table that cannot be trained on as it is, 2 for a file or words it cannot work with.

    Results go to stdout, everything else to stderr. With `--json` stdout gets exactly one object; of a failure
    `{"error": {"what", "where", "fix"}}`.
    """
    never_choke()
    asked = parse(list(sys.argv[1:] if arguments is None else arguments))
    as_json = getattr(asked, "json", False)
    try:
        code: int = asked.do(asked)
    except StudioError as error:
        _tell(error, as_json)
        return getattr(asked, "refused", FAILED)
    except PermissionError as error:
        fix = "Ask whoever owns it, or choose another place; the data folder with --home."
        _tell(StudioError("No permission to read or write this", where=f"{error.filename}", fix=fix), as_json)
        return getattr(asked, "refused", FAILED)
    except KeyboardInterrupt:
        complain("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read the output has left, as `head` does
        sys.stdout = Silence()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return FAILED
    return code


def command() -> NoReturn:
    """What the installed `studio` calls: `main`, and the end of the process.

    A short command ends without the interpreter's own end. By then everything of ours is closed and written; but a thread
    of Arrow that still holds one of Python's objects, as after reading Parquet, lets it go while Python is taken down, and
    that is an abort ("terminate called without an active exception", about one time in ten measured on Python 3.11).
    """
    code = main()
    if "studio.cli.serve" in sys.modules:  # the page has libraries with an end of their own
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # a reader that left, a full disk
            code = code or FAILED
    os._exit(code)


def _tell(error: StudioError, as_json: bool) -> None:
    if as_json:
        say(json.dumps({"error": {"what": error.what, "where": error.where, "fix": error.fix}}, ensure_ascii=False))
    else:
        complain(plain(f"{error}"))
