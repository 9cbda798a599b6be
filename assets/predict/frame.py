"""What every program of an exported model shares: texts from the command line or a file, answers to either."""

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import torch
import transformers
from table import Row, opened
from transformers import AutoTokenizer

BATCH = 32  # rows at a time
CHUNK = 1024  # rows of a file at a time


class Model:
    """A folder with a model in it: rows of texts in, an answer for each out."""

    batch_rows = BATCH
    cells: tuple[str, ...] = ("answer",)  # of an answer in a file
    parts: tuple[str, ...] = ()  # names of further columns, of files that spread a text over rows
    spread = ""  # what is spread there
    instead = False  # whether these columns stand in the place of the text, and not beside it

    def __init__(self, folder: Path = Path(__file__).parent) -> None:
        self.facts = json.loads((folder / "head.json").read_text(encoding="utf-8"))
        self.inputs = json.loads((folder / "inputs.json").read_text(encoding="utf-8"))  # what is read, and from where
        self.names: list[str] = [each["name"] for each in self.inputs]
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.load(folder)

    def load(self, folder: Path) -> None:
        """Read the weights."""
        raise NotImplementedError

    def batch(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        """`answer`, and `confidence` where there is one, for each of a few rows."""
        raise NotImplementedError

    def __call__(self, rows: list[str] | list[dict[str, str]]) -> list[dict[str, Any]]:
        """An answer for each row: a text, or a dict of texts by their names where the model reads several."""
        asked = [{self.names[0]: row} if isinstance(row, str) else row for row in rows]
        order = sorted(range(len(asked)), key=lambda place: sum(map(len, asked[place].values())))  # less padding
        answers: list[dict[str, Any]] = [{} for _ in asked]
        for start in range(0, len(order), self.batch_rows):
            places = order[start : start + self.batch_rows]
            with torch.inference_mode():
                found = self.batch([asked[place] for place in places])
            for place, answer in zip(places, found, strict=True):
                answers[place] = answer
        return answers

    def moved(self, said: dict[str, Any], by: int) -> dict[str, Any]:
        """An answer to a text before which so many letters were put."""
        return said

    def padded(self, rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens and their mask, filled up on the right; a row of nothing counts as one filler."""
        width = max(1, *map(len, rows))
        filler = self.tokenizer.pad_token_id or 0
        ids = torch.tensor([row + [filler] * (width - len(row)) for row in rows], device=self.device)
        sizes = torch.tensor([max(1, len(row)) for row in rows], device=self.device)
        return ids, (torch.arange(width, device=self.device) < sizes.unsqueeze(1)).long()

    def is_whole(self, row: dict[str, str]) -> bool:
        """Whether it has every text the model cannot do without."""
        return all(row.get(each["name"], "").strip() or each["optional"] for each in self.inputs)

    def needed(self, columns: dict[str, str]) -> list[str]:
        """Names of what a file must have a column for."""
        return [each["name"] for each in self.inputs if not each["optional"]]

    def together(self, rows: list[tuple[bool, dict[str, str]]]) -> dict[int, dict[str, str]]:
        """Place of a row → the texts that its answer is about: its own, but for files that spread them over several."""
        return {place: texts for place, (_, texts) in enumerate(rows)}


def told(value: Any, *, is_share: bool = False) -> str:
    """An answer as a cell: text as it is, a number with all digits that it has, a share with four places, all else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.4f}" if is_share else f"{value:.15g}"
    return json.dumps(value, ensure_ascii=False)


def safe(cell: str) -> str:
    """An apostrophe before what a spreadsheet would run as a formula."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")) else cell


def answer_file(model: Model, source: Path, columns: dict[str, str], target: Path) -> tuple[int, int]:
    """Write the rows of a file as CSV with more columns, `answer` and what else there is, blank where a text is missing.

    The number of rows, and how many of them have no answer but should.
    """
    needed = model.needed(columns)
    header, rows = opened(source, {columns[name] for name in needed if name in columns})
    places = {name: header.index(column) for name, column in columns.items() if column in header}
    trained = columns_of(model, [])  # of these, another file may go without some
    typed = [name for name, column in columns.items() if column != trained.get(name)]
    if missing := [name for name in (*needed, *typed) if name not in places]:
        rows.close()
        sys.exit(no_column(model, source, header, missing[0], columns.get(missing[0], "")))
    new = list(model.cells)
    while set(new) & set(header):
        new = [f"model {name}" for name in new]
    count = empty = partly = 0
    with target.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([*map(safe, header), *new])
        for some in chunks(rows, whole=bool(model.parts)):
            some = [(gap, row + [""] * (len(header) - len(row))) for gap, row in some]
            asked = model.together([(gap, {name: row[place] for name, place in places.items()}) for gap, row in some])
            whole = [place for place, texts in asked.items() if model.is_whole(texts)]
            answers: dict[int, dict[str, Any]] = {}
            for first in range(0, len(whole), CHUNK):
                part = whole[first : first + CHUNK]
                answers |= zip(part, model([asked[place] for place in part]), strict=True)
                print(f"{count + len(answers):,} answers", end="\r", file=sys.stderr, flush=True)
            for place, (_, row) in enumerate(some):
                said = answers.get(place, {})
                cells = [safe(cell) for cell in row]  # those beyond the header go last: the answer stays in its column
                text = asked.get(place, {}).get(model.names[0], "")
                if text in row:  # places count in the text as it stands in the file that comes out
                    said = model.moved(said, len(safe(text)) - len(text))
                more = [
                    safe(told(said[name], is_share=name == "confidence")) if name in said else ""
                    for name in model.cells
                ]
                writer.writerow([*cells[: len(header)], *more, *cells[len(header) :]])
            if not empty and (blank := [count + place + 2 for place in asked if place not in answers]):
                print(f"Row {blank[0]:,} of {target.name} is the first without an answer.", file=sys.stderr)
            count += len(some)
            empty += len(asked) - len(whole)
            partly += sum("note" in said for said in answers.values())
    print(file=sys.stderr)
    if partly:
        print(f"Not all of {partly:,} of them did fit: the oldest messages, or a part, were not read.", file=sys.stderr)
    return count, empty


def no_column(model: Model, source: Path, header: list[str], name: str, column: str) -> str:
    """What is missing, and what to type."""
    known = f"There is no column {column!r} in {source.name}." if column else f"Nothing says what holds the {name}."
    ways = [f"--column {name}=COLUMN"]
    if model.instead:
        whole = " ".join(f"--column {each}=COLUMN" for each in model.needed({}))
        parts = " ".join(f"--column {each}=COLUMN" for each in model.needed(dict.fromkeys(model.parts, "")))
        ways = [f"{whole}\nor, where each is spread over several rows: {parts}"]
    return f"{known} Its columns: {', '.join(header)}.\nSay which one holds the {name}: {ways[0]}"


def chunks(rows: Iterator[Row], *, whole: bool) -> Iterator[list[Row]]:
    """Rows in groups, so that a file of any size fits into memory; or all at once, where rows belong together."""
    if whole:
        yield list(rows)
        return
    while group := list(islice(rows, CHUNK)):
        yield group


def columns_of(model: Model, said: list[str]) -> dict[str, str]:
    """Name of a text → column: those the model was trained on, unless `said` otherwise as NAME=COLUMN, or COLUMN alone."""
    first, typed = model.names[0], {}
    for each in said:
        name, sign, column = each.partition("=")
        typed |= {name: column} if sign and name in (*model.names, *model.parts) else {first: each}
    columns = {each["name"]: each["column"] for each in model.inputs if each["column"]}
    columns |= {name: column for each in model.inputs for name, column in each.get("parts", {}).items()}
    if model.instead and typed:  # maybe another layout than in training
        columns = {name: column for name, column in columns.items() if (name in model.parts) == (first not in typed)}
    return columns | typed


def main(kind: type[Model]) -> None:
    """The command line."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=(__doc__ or "").replace("%", "%%"), formatter_class=shape)
    parser.add_argument("text", nargs="*", help="texts, one a question; NAME=TEXT where the model reads several")
    parser.add_argument("--file", type=Path, help="a CSV file (UTF-8), or JSON: a list of objects, or one a line")
    parser.add_argument("--column", action="append", default=[], metavar="NAME=COLUMN", help=column_help())
    parser.add_argument("--output", type=Path, default=Path("answers.csv"), help="where the answers go (answers.csv)")
    parser.add_argument("--json", action="store_true", help="print answers as JSON")
    asked = parser.parse_args()
    if bool(asked.text) == bool(asked.file):
        parser.error("give either texts or --file")
    if not all(text.strip() for text in asked.text):
        parser.error("a text is empty: there is nothing to ask about")
    if asked.file and not asked.file.is_file():
        parser.error(f"there is no file {asked.file}")
    if asked.file and asked.output.exists() and asked.output.samefile(asked.file):
        parser.error("the output would overwrite the input; choose another --output")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    model = kind()
    if asked.file:
        print_file(model, asked.file, columns_of(model, asked.column), asked.output, as_json=asked.json)
        return
    rows = rows_of(model, asked.text)
    if not all(map(model.is_whole, rows)):
        parser.error(f"a text is missing, or cannot be read; this model reads {reads(model)}")
    answers = model(rows)
    if asked.json:
        print(json.dumps([{**row, **answer} for row, answer in zip(rows, answers, strict=True)], ensure_ascii=False))
        return
    for row, answer in zip(rows, answers, strict=True):
        sure = answer.get("confidence")
        share = [f"{100 * sure:.1f} %"] if isinstance(sure, float) else []
        print("\t".join([told(answer["answer"]), *share, *row.values()]))
        if "note" in answer:  # what of a question did not fit
            print(answer["note"], file=sys.stderr)


def column_help() -> str:
    """Which columns of a file are read, by the file beside this program."""
    inputs = json.loads((Path(__file__).parent / "inputs.json").read_text(encoding="utf-8"))
    known = {each["name"]: each["column"] for each in inputs if each["column"]}
    known |= {name: column for each in inputs for name, column in each.get("parts", {}).items()}
    trained = ", ".join(f"{name}={column}" for name, column in known.items())
    return f"which column of the file holds what, where it is not as in training ({trained})".replace("%", "%%")


def reads(model: Model) -> str:
    """What belongs into a row."""
    return " and ".join(f"{each['name']}=TEXT{' (or not)' * each['optional']}" for each in model.inputs)


def rows_of(model: Model, texts: list[str]) -> list[dict[str, str]]:
    """A row a text; or one row of several texts, each as NAME=TEXT."""
    if len(model.names) == 1:
        return [{model.names[0]: text} for text in texts]
    named = [text.partition("=") for text in texts]
    if all(name in model.names for name, _, _ in named):
        return [{name: text for name, _, text in named}]
    if len(texts) > len(model.names):
        sys.exit(f"These are {len(texts)} texts, but the model reads {len(model.names)} at a time: {reads(model)}")
    return [dict(zip(model.names, texts, strict=False))]


def print_file(model: Model, source: Path, columns: dict[str, str], target: Path, *, as_json: bool) -> None:
    """Answer a file, and say what was written."""
    try:
        count, empty = answer_file(model, source, columns, target)
    except UnicodeDecodeError:
        sys.exit(f"{source.name} is not UTF-8 text. Save it as 'CSV UTF-8' and try again.")
    without = f", {empty:,} of them without a text to ask about and so without an answer" if empty else ""
    if model.spread and any(name in columns for name in model.parts):
        without += f"; each answer stands in the first row of its {model.spread}"
    print(
        json.dumps({"rows": count, "without_text": empty, "output": str(target)})
        if as_json
        else f"{count:,} rows in {target}{without}"
    )
