"""The command line: `studio` alone serves the page; check, train, resume, predict, evaluate, export, runs do the same as it."""

import json
import os
import sys
from collections.abc import Sequence

from studio.cli.arguments import parse
from studio.cli.terminal import Silence, complain, say
from studio.errors import StudioError

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 only on success, 1 when something failed, 2 for a wrong command line, 130 after Ctrl-C.

    Results go to stdout, everything else to stderr. With `--json` stdout gets exactly one object; of a failure
    `{"error": {"what", "where", "fix"}}`.
    """
    asked = parse(list(sys.argv[1:] if arguments is None else arguments))
    as_json = getattr(asked, "json", False)
    try:
        code: int = asked.do(asked)
    except StudioError as error:
        if as_json:
            say(json.dumps({"error": {"what": error.what, "where": error.where, "fix": error.fix}}, ensure_ascii=False))
        else:
            complain(f"{error}")
        return 1
    except KeyboardInterrupt:
        complain("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read the output has left, as `head` does
        sys.stdout = Silence()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    return code
