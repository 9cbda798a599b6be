"""What can be typed. Each command names the function that does it, imported when it is called."""

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from typing_extensions import override

from studio import __version__
from studio.cli.terminal import say, showable
from studio.rundir import Home

_COMMANDS = ("serve", "check", "train", "resume", "predict", "evaluate", "export", "runs")
_EPILOG = (
    "`studio` alone serves the page. --home, else the variable STUDIO_HOME, names the data folder "
    "(default: ~/.finetuning-studio). `studio COMMAND --help` tells more."
)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command with its function `do(asked) -> exit code`. Exits with 2 and a usage line when it is no command."""
    if not any(argument in (*_COMMANDS, "-h", "--help", "--version") for argument in arguments) and not (
        arguments and not arguments[0].startswith("-")
    ):
        arguments = ["serve", *arguments]
    return _parser().parse_args(arguments)


def _parser() -> argparse.ArgumentParser:
    home = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    home.add_argument("--home", type=_home, metavar="FOLDER", help="data folder of the studio")
    parser = argparse.ArgumentParser(
        "studio", parents=[home], epilog=_EPILOG, description="From a labeled table to a tuned language model."
    )
    parser.add_argument("--version", action="version", version=f"studio {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)

    def command(name: str, does: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text, parents=[home])
        made.set_defaults(do=_later(does))
        return made

    _serve(command("serve", "serve:serve", "Serve the page in the browser."))
    _check(command("check", "check:check", "Read a table and tell what is in it, without training."))
    _train(command("train", "train:train", "Train a model on a labeled table."))
    _resume(command("resume", "train:resume", "Go on with a run that was paused or interrupted."))
    _predict(command("predict", "answers:predict", "Let a tuned model answer every row of a table."))
    _evaluate(command("evaluate", "answers:evaluate", "Score a tuned model on a labeled table."))
    _export(command("export", "runs:export", "Pack a tuned model as a zip."))
    _json(command("runs", "runs:runs", "List all runs."))
    return parser


def _later(does: str) -> Callable[[argparse.Namespace], int]:
    """Import the command's module only when it is asked for: some take seconds."""

    def do(asked: argparse.Namespace) -> int:
        module, _, name = does.partition(":")
        asked.home = getattr(asked, "home", None) or Home.default()
        code: int = getattr(import_module(f"studio.cli.{module}"), name)(asked)
        return code

    return do


def _serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="", help="address to serve on (default: this machine only)")
    parser.add_argument("--port", type=int, help="port (default: the first free one from 7860)")
    parser.add_argument(
        "--auth", action="append", default=[], type=_login, metavar="NAME:PASSWORD", help="a login; may be repeated"
    )
    parser.add_argument("--allow-open", action="store_true", help="serve on a public address without a login")
    parser.add_argument("--no-spare", action="store_true", help="keep no warm worker; saves memory, starts later")
    parser.add_argument("--browser", action="store_true", help="open the page in the browser")


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    _columns(parser)
    _split(parser)
    parser.add_argument(
        "--table", type=Path, metavar="OUT.jsonl", help="write the table as it was read, a JSON object of texts a row"
    )
    parser.add_argument(
        "--label-errors", action="store_true",
        help="let the built-in model doubt the labels, and tell what to expect before training; takes seconds to minutes",
    )  # fmt: skip
    _json(parser)
    parser.set_defaults(refused=2)


def _train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, TSV, JSON, Parquet or Excel, zipped too")
    _columns(parser)
    parser.add_argument("--model", metavar="NAME", help="base model: embedded, a name on the Hub, or folder:NAME")
    parser.add_argument(
        "--effort", choices=("quick", "balanced", "thorough"), help="how much to try (default: balanced)"
    )
    parser.add_argument(
        "--set", action="append", default=[], type=_pair, metavar="SETTING=VALUE", dest="settings",
        help="a setting in place of the suggested value, as epochs=3; may be repeated",
    )  # fmt: skip
    parser.add_argument("--settings", action=_Settings, nargs=0, help="list all settings, and exit")
    parser.add_argument("--config", type=Path, metavar="FILE", help="train.json of an earlier run: all its settings")
    parser.add_argument("--test", type=Path, metavar="FILE", help="a separate table of test rows")
    _split(parser)
    parser.add_argument("--name", default="", type=showable, help="what to call the run")
    _json(parser)


def _resume(parser: argparse.ArgumentParser) -> None:
    _run(parser)
    _json(parser)


def _predict(parser: argparse.ArgumentParser) -> None:
    _run(parser)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.csv")
    parser.add_argument("--untuned", action="store_true", help="ask the untuned baseline instead")
    _columns(parser, with_task=False)


def _evaluate(parser: argparse.ArgumentParser) -> None:
    _run(parser)
    parser.add_argument("file", type=Path, metavar="FILE")
    _columns(parser, with_task=False)
    _json(parser)


def _export(parser: argparse.ArgumentParser) -> None:
    _run(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.zip")


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's id, or the beginning of it (see `studio runs`)")


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="exactly one JSON object on stdout")


def _columns(parser: argparse.ArgumentParser, with_task: bool = True) -> None:
    parser.add_argument("--text", metavar="COLUMN", help="column with the texts")
    parser.add_argument("--label", metavar="COLUMN", help="column with the labels")
    parser.add_argument(
        "--column", action="append", default=[], type=_pair, metavar="ROLE=COLUMN", dest="columns",
        help="column of any role (listed below); may be repeated",
    )  # fmt: skip
    _reading(parser)
    if with_task:
        parser.add_argument("--task", metavar="NAME", help="what to learn (default: guessed from the columns)")


def _split(parser: argparse.ArgumentParser) -> None:
    for wish, what in (("part", "says train, validation or test"), ("group", "keeps its equal values in one part"),
                       ("time", "holds dates: the latest rows become the test")):  # fmt: skip
        parser.add_argument(f"--{wish}-column", default="", metavar="COLUMN", help=f"column that {what}")


def _reading(parser: argparse.ArgumentParser) -> None:
    """Over the guesses of `data.read`; for every table of the command."""
    guessed = "(default: guessed)"
    parser.add_argument("--encoding", default="", metavar="NAME", help=f"as UTF-8 or Windows-1252 {guessed}")
    parser.add_argument(
        "--delimiter", default="", type=_delimiter, metavar="CHARACTER",
        help=f"what separates the cells, or the word tab {guessed}",
    )  # fmt: skip
    parser.add_argument(
        "--header-row", default=0, type=_row, metavar="LINE",
        help="number of the line with the column names, counted from 1; -1 when no line has them (default: guessed)",
    )  # fmt: skip
    parser.add_argument("--member", default="", metavar="NAME", help="file of a zip archive (default: its only table)")
    parser.add_argument("--sheet", default="", metavar="NAME", help="sheet of a workbook (default: first with content)")


class _Parser(argparse.ArgumentParser):
    """A command; the help of one that takes columns ends with the tasks and their roles."""

    @override
    def format_help(self) -> str:
        if any(action.dest == "columns" for action in self._actions):
            self.formatter_class = argparse.RawDescriptionHelpFormatter
            self.epilog = str(import_module("studio.cli.columns").roles_of_tasks())
        return super().format_help()


class _Settings(argparse.Action):
    """Like `--help`: tells, and leaves."""

    @override
    def __call__(self, parser: argparse.ArgumentParser, *_told: object) -> None:
        say(str(import_module("studio.cli.settings").listed()))
        parser.exit()


def _delimiter(text: str) -> str:
    return "\t" if text in ("tab", "\\t") else text


def _row(text: str) -> int:
    row = int(text) if text.removeprefix("-").isdecimal() else -2
    if row < -1:
        raise argparse.ArgumentTypeError(f"{text!r} is no row: it must be a whole number from -1")
    return row


def _home(text: str) -> Home:
    return Home(Path(text).expanduser().resolve())


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name.strip(), value


def _login(text: str) -> tuple[str, str]:
    name, colon, password = text.partition(":")
    if not colon or not name or not password:
        raise argparse.ArgumentTypeError("a login is of the form NAME:PASSWORD")
    return name, password
