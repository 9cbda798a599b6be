"""`python -m studio.worker RUN_DIR` trains a run; `python -m studio.worker --wait` is a spare that waits for its duty."""

import contextlib
import gc
import json
import os
import select
import sys
from pathlib import Path
from typing import IO

for _name, _value in (
    ("OMP_WAIT_POLICY", "PASSIVE"),  # busy waiting costs a factor of 20 when another process wants a core
    ("TOKENIZERS_PARALLELISM", "false"),
    ("HF_HUB_OFFLINE", "1"),  # a worker loads what is on the disk and asks nobody
):
    os.environ.setdefault(_name, _value)  # before torch is imported, which reads them once

USAGE = "usage: python -m studio.worker RUN_DIR | --wait"


def main(arguments: list[str]) -> int:
    """The exit code."""
    if len(arguments) != 1:
        sys.stderr.write(USAGE + "\n")
        return 2
    if arguments[0] == "--wait":
        return wait()
    from studio.worker.duty import train_run  # noqa: PLC0415 - after the environment is set

    return train_run(Path(arguments[0]).resolve())


def wait() -> int:
    """Import everything, say `ready`, and do what is asked for; without anything to do, end with the input.

    Trials and looks at labels can be many; training and answering are the last duty. After a trial, the rows are read ahead
    for the run that will probably be started. Whatever is asked next comes before a trial, a look
    at labels and reading ahead.
    """
    talk = _own_voice()
    import transformers.models.bert.modeling_bert  # noqa: F401,PLC0415 - what the built-in model needs, seconds saved

    from studio.worker import ahead, answer, duty, inspect, train, trial  # noqa: F401,PLC0415 - all, so that duty starts at once
    from studio.worker.known import Known  # noqa: PLC0415

    gc.freeze()  # half a million objects of libraries stay for good: a search through them for garbage takes 0.3 s each time
    known = Known()
    _tell(talk, "ready")
    while (line := sys.stdin.readline()).endswith("\n"):
        asked = json.loads(line)
        run = Path(asked["run"])
        match asked["duty"]:
            case "train":
                _log_to(run / "worker.log")
                return duty.train_run(run, known)
            case "trial":
                is_quick = ahead.is_quick(run)
                if is_quick:  # a start that comes soon is worth more than knowing the time it takes
                    ahead.read(run, known, _is_called)
                _tell(talk, json.dumps(trial.measure(run, _is_called)))
                if not is_quick:
                    ahead.read(run, known, _is_called)
            case "inspect":
                done = inspect.inspect(run, _is_called, lambda told: _tell(talk, json.dumps(told)))
                _tell(talk, json.dumps(done))
            case "answer":
                return answer.serve(run, sys.stdin, talk)
            case _:
                return 2
    return 0


def _tell(talk: IO[str], line: str) -> None:
    """Say a line; who asked may be gone, having asked something else meanwhile, for which nobody waits."""
    with contextlib.suppress(BrokenPipeError):
        os.write(talk.fileno(), f"{line}\n".encode())  # at once: a failed line must not stay in a buffer


def _is_called() -> bool:
    """Whether something was asked, or the input has ended.

    Looks at the pipe, not into `stdin`'s buffer: `readline` has taken in one line only, since orders are sent one by one.
    """
    return bool(select.select([0], [], [], 0)[0])


def _own_voice() -> IO[str]:
    """The way to whoever waits for an answer. What libraries print goes to the error output from now on."""
    talk = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return talk


def _log_to(path: Path) -> None:
    """Standard output and errors go to the run's log from now on."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
