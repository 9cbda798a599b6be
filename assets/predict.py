"""Ask this model, without the studio it was made with.

    python predict.py "a text to sort" "another one"
    python predict.py --file input.csv --column text --output answers.csv

Needs Python with torch, transformers and safetensors, and the files beside this one; nothing is downloaded.
In your own code: `from predict import Classifier`, then `Classifier(folder)(["a text to sort"])`.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from transformers import AutoModel, AutoTokenizer

BATCH = 32  # texts at a time
CHUNK = 1024  # rows of a file at a time


class Classifier:
    """Texts in, a probability for each label out.

    The folder holds a base model that gives one vector a token (loaded by AutoModel), and a head: the token vectors
    become one vector a text (their mean, or the first one), scaled to a fixed length, and one linear layer turns that
    into a number a label. AutoModelForSequenceClassification would put another, untrained head there.
    """

    def __init__(self, folder: Path = Path(__file__).parent) -> None:
        self.facts = json.loads((folder / "head.json").read_text(encoding="utf-8"))
        self.labels: list[str] = self.facts["labels"]
        self.head = load_file(folder / "head.safetensors")  # weight (labels, width), bias (labels,)
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModel.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model.to(self.device).train(False)
        self.head = {name: tensor.to(self.device) for name, tensor in self.head.items()}

    @torch.inference_mode()
    def logits(self, texts: list[str]) -> torch.Tensor:
        """One row a text, one column a label."""
        tokens = self.tokenizer(
            texts, truncation=True, max_length=self.facts["max_length"], padding=True, return_tensors="pt"
        ).to(self.device)
        mask = tokens["attention_mask"]
        vectors = self.model(input_ids=tokens["input_ids"], attention_mask=mask).last_hidden_state
        if self.facts["pooling"] == "first":
            pooled = vectors[:, 0]
        else:  # the mean over real tokens, not over padding
            pooled = (vectors * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
        if self.facts["normalize"]:
            pooled = torch.nn.functional.normalize(pooled, dim=-1)
        return torch.nn.functional.linear(pooled * self.facts["scale"], self.head["weight"], self.head["bias"])

    def __call__(self, texts: list[str]) -> list[dict[str, float]]:
        """For each text its labels with their probabilities, the most probable first."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))  # like lengths together: less padding
        answers: list[dict[str, float]] = [{} for _ in texts]
        for start in range(0, len(texts), BATCH):
            batch = order[start : start + BATCH]
            shares = self.logits([texts[place] for place in batch]).double().softmax(-1).tolist()
            for place, row in zip(batch, shares, strict=True):
                answers[place] = dict(sorted(zip(self.labels, row, strict=True), key=lambda pair: -pair[1]))
        return answers

    def best(self, texts: list[str]) -> list[tuple[str, float] | None]:
        """For each text its most probable label and that probability; nothing for one without a letter in it."""
        asked = [place for place, text in enumerate(texts) if text.strip()]
        found: list[tuple[str, float] | None] = [None] * len(texts)
        for place, answer in zip(asked, self([texts[place] for place in asked]), strict=True):
            found[place] = best(answer)
        return found


def best(answer: dict[str, float]) -> tuple[str, float]:
    """The most probable label and its probability."""
    return next(iter(answer.items()))


def safe(cell: str) -> str:
    """An apostrophe before what a spreadsheet would run as a formula."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")) else cell


def answer_file(model: Classifier, source: Path, column: str, target: Path) -> tuple[int, int]:
    """Write the rows of a CSV file with two more columns, `answer` and `confidence`, blank where there is no text.

    The number of rows, and how many of them have no text.
    """
    csv.field_size_limit(2**31 - 1)
    count = empty = 0
    with (
        source.open(encoding="utf-8-sig", newline="") as lines,
        target.open("w", encoding="utf-8-sig", newline="") as out,
    ):
        first = lines.readline()
        lines.seek(0)
        delimiter = max(",;\t|", key=first.count)
        reader, writer = csv.reader(lines, delimiter=delimiter), csv.writer(out)
        header = next(reader, [])
        if column not in header:
            sys.exit(f"There is no column {column!r} in {source.name}. Its columns: {', '.join(header)}.")
        place = header.index(column)
        writer.writerow([*map(safe, header), "answer", "confidence"])
        for rows in chunks(reader):
            rows = [row + [""] * (len(header) - len(row)) for row in rows]
            for row, answer in zip(rows, model.best([row[place] for row in rows]), strict=True):
                said = ["", ""] if answer is None else [safe(answer[0]), f"{answer[1]:.4f}"]
                empty += answer is None
                cells = [safe(cell) for cell in row]  # those beyond the header go last: the answer stays in its column
                writer.writerow([*cells[: len(header)], *said, *cells[len(header) :]])
            count += len(rows)
            print(f"{count:,} rows answered", end="\r", file=sys.stderr, flush=True)
    print(file=sys.stderr)
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


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Ask the model in this folder.")
    parser.add_argument("text", nargs="*", help="texts to sort")
    parser.add_argument("--file", type=Path, help="a CSV file (UTF-8) with texts")
    parser.add_argument("--column", help="the column with the texts")
    parser.add_argument("--output", type=Path, default=Path("answers.csv"), help="where the answers go (answers.csv)")
    parser.add_argument("--json", action="store_true", help="print every label's probability as JSON")
    asked = parser.parse_args()
    if bool(asked.text) == bool(asked.file):
        parser.error("give either texts or --file")
    if not all(text.strip() for text in asked.text):
        parser.error("a text is empty: there is nothing to ask about")
    if asked.file and not asked.column:
        parser.error("say which column holds the texts: --column NAME")
    if asked.file and not asked.file.is_file():
        parser.error(f"there is no file {asked.file}")
    if asked.file and asked.output.exists() and asked.output.samefile(asked.file):
        parser.error("the output would overwrite the input; choose another --output")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    model = Classifier()
    if asked.file:
        try:
            count, empty = answer_file(model, asked.file, asked.column, asked.output)
        except UnicodeDecodeError:
            sys.exit(f"{asked.file.name} is not UTF-8 text. Save it as 'CSV UTF-8' and try again.")
        without = f", {empty:,} of them without a text and so without an answer" if empty else ""
        print(
            json.dumps({"rows": count, "without_text": empty, "output": str(asked.output)})
            if asked.json
            else f"{count:,} rows in {asked.output}{without}"
        )
        return
    answers = model(asked.text)
    if asked.json:
        pairs = zip(asked.text, answers, strict=True)
        told = [{"text": text, "answer": best(answer)[0], "confidence": answer} for text, answer in pairs]
        print(json.dumps(told, ensure_ascii=False))
        return
    for text, answer in zip(asked.text, answers, strict=True):
        label, share = best(answer)
        print(f"{label}\t{100 * share:.1f} %\t{text}")


if __name__ == "__main__":
    main()
