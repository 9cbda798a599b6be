"""What every program of an exported model shares: texts from the command line or a CSV file, answers to either."""

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoTokenizer

BATCH = 32  # rows at a time
CHUNK = 1024  # rows of a file at a time


class Model:
    """A folder with a model in it: rows of texts in, an answer for each out."""

    batch_rows = BATCH

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


def told(value: Any) -> str:
    """An answer or a confidence as a cell: text as it is, a number in four digits, all else as JSON."""
    if isinstance(value, str):
        return value
    return f"{value:.4f}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def safe(cell: str) -> str:
    """An apostrophe before what a spreadsheet would run as a formula."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")) else cell


def answer_file(model: Model, source: Path, columns: dict[str, str], target: Path) -> tuple[int, int]:
    """Write the rows of a CSV file with two more columns, `answer` and `confidence`, blank where a text is missing.

    The number of rows, and how many of them have no answer.
    """
    csv.field_size_limit(2**31 - 1)
    count = empty = partly = 0
    with (
        source.open(encoding="utf-8-sig", newline="") as lines,
        target.open("w", encoding="utf-8-sig", newline="") as out,
    ):
        first = lines.readline()
        lines.seek(0)
        delimiter = max(",;\t|", key=first.count)
        reader, writer = csv.reader(lines, delimiter=delimiter), csv.writer(out)
        header = next(reader, [])
        for name, column in columns.items():
            if column not in header:
                sys.exit(
                    f"There is no column {column!r} in {source.name}. Its columns: {', '.join(header)}.\n"
                    f"Say which one holds the {name}: --column {name}=COLUMN"
                )
        places = {name: header.index(column) for name, column in columns.items()}
        new_names = ["answer", "confidence"]
        while set(new_names) & set(header):
            new_names = [f"model {name}" for name in new_names]
        writer.writerow([*map(safe, header), *new_names])
        for rows in chunks(reader):
            rows = [row + [""] * (len(header) - len(row)) for row in rows]
            asked = [{name: row[place] for name, place in places.items()} for row in rows]
            answers = iter(model([row for row in asked if model.is_whole(row)]))
            for row, texts in zip(rows, asked, strict=True):
                said = next(answers) if model.is_whole(texts) else {}
                empty += not said
                partly += "note" in said
                new = [safe(told(said[name])) if name in said else "" for name in ("answer", "confidence")]
                cells = [safe(cell) for cell in row]  # those beyond the header go last: the answer stays in its column
                writer.writerow([*cells[: len(header)], *new, *cells[len(header) :]])
            count += len(rows)
            print(f"{count:,} rows answered", end="\r", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if partly:
        print(f"Not all of {partly:,} of them did fit: the oldest messages, or a part, were not read.", file=sys.stderr)
    return count, empty


def chunks(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    """Rows in groups, empty lines left out, so that a file of any size fits into memory."""
    group: list[list[str]] = []
    for row in rows:
        if row:
            group.append(row)
        if len(group) == CHUNK:
            yield group
            group = []
    if group:
        yield group


def columns_of(model: Model, said: list[str]) -> dict[str, str]:
    """Name of a text → column: those the model was trained on, unless `said` otherwise as NAME=COLUMN, or COLUMN alone."""
    columns = {each["name"]: each["column"] for each in model.inputs if each["column"]}
    for each in said:
        name, sign, column = each.partition("=")
        if sign and name in model.names:
            columns[name] = column
        else:
            columns[model.names[0]] = each
    return columns


def main(kind: type[Model]) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Ask the model in this folder.")
    parser.add_argument("text", nargs="*", help="texts, one a question; NAME=TEXT where the model reads several")
    parser.add_argument("--file", type=Path, help="a CSV file (UTF-8)")
    parser.add_argument("--column", action="append", default=[], help="the column with the texts; or NAME=COLUMN")
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
    if missing := [name for row in rows for name in model.names if not model.is_whole(row) and name not in row]:
        parser.error(
            f"the {missing[0]} is missing; this model reads {' and '.join(f'{name}=TEXT' for name in model.names)}"
        )
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


def rows_of(model: Model, texts: list[str]) -> list[dict[str, str]]:
    """A row a text; or one row of several texts, each as NAME=TEXT."""
    if len(model.names) == 1:
        return [{model.names[0]: text} for text in texts]
    named = [text.partition("=") for text in texts]
    if all(name in model.names for name, _, _ in named):
        return [{name: text for name, _, text in named}]
    return [dict(zip(model.names, texts, strict=False))]


def print_file(model: Model, source: Path, columns: dict[str, str], target: Path, *, as_json: bool) -> None:
    """Answer a file, and say what was written."""
    try:
        count, empty = answer_file(model, source, columns, target)
    except UnicodeDecodeError:
        sys.exit(f"{source.name} is not UTF-8 text. Save it as 'CSV UTF-8' and try again.")
    without = f", {empty:,} of them without a text and so without an answer" if empty else ""
    print(
        json.dumps({"rows": count, "without_text": empty, "output": str(target)})
        if as_json
        else f"{count:,} rows in {target}{without}"
    )
