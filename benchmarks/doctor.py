"""Seconds each of the doctor's checks takes, on made tables of every kind and a real one.

python benchmarks/doctor.py [--rows 1000000] [--kinds labels questions sentences …] [--file CSV TEXT LABEL]
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa

from studio.data.detect import Detection, Roles
from studio.data.doctor import CHECKS, diagnose
from studio.data.doctor.finding import Patient
from studio.data.doctor.roles import patient_of
from studio.data.read import read_table
from studio.data.table import Reading, Table

SEED = 7
BANKING = Path(__file__).parents[2] / "shared" / "data" / "intent_banking77_train.csv"
LETTERS = "etaoinshrdlucmfwypvbgkqjxz"


def vocabulary(chance: random.Random) -> list[str]:
    """Of a made language."""
    return ["".join(chance.choices(LETTERS, weights=range(26, 0, -1), k=chance.randint(2, 9))) for _ in range(5000)]


def table(rows: Iterable[tuple[str, ...]], *names: str) -> Table:
    """Of texts."""
    columns = zip(*rows, strict=True)
    cells = pa.table({name: pa.array(cells, pa.large_string()) for name, cells in zip(names, columns, strict=True)})
    return Table(cells, range(2, len(cells) + 2), Reading("CSV"), "made.csv")


def labels(rows: int, chance: random.Random) -> tuple[Table, str, Roles]:
    """About 150 bytes a row: every tenth row with accents, some line breaks, a few defects of each kind."""
    words = vocabulary(chance)
    odd = ["<b>late</b> &amp; lost", "zurÃ¼ck", "a@example.org", "+49 30 1234567", "soft\u00adhyphen", "#NAME?"]
    texts: list[str] = []
    for row in range(rows):
        text = chance.choices(words, k=23)
        if row % 10 == 0:
            text[3] = "für"
        if row % 25 == 0:
            text[5] += "\n"
        if row % 100 == 0:
            text[7] = chance.choice(odd)
        texts.append(" ".join(text) if row % 200 or row < 400 else texts[row - 300])
    said = (f"label {chance.randint(0, 19)}" for _ in range(rows))
    made = table(zip(texts, said, strict=True), "text", "label")
    return made, "text-classification", {"text": "text", "label": "label"}


def questions(rows: int, chance: random.Random) -> tuple[Table, str, Roles]:
    """Five questions to a text of 60 words; of a hundred answers one is missing, one in capitals, one elsewhere."""
    words = vocabulary(chance)

    def lines() -> Iterable[tuple[str, ...]]:
        for row in range(rows):
            if row % 5 == 0:
                context = " ".join(chance.choices(words, k=60))
            start = context.find(" ", chance.randint(0, 200)) + 1
            answer = context[start : context.find(" ", start + 8)]
            told = start + 3 * (row % 100 == 7)
            answer = {3: "nowhere in it", 5: answer.upper()}.get(row % 100, answer)
            yield context, f"{' '.join(chance.choices(words, k=8))} {row}?", answer, str(told)

    names = ("context", "question", "answer", "answer_start")
    return table(lines(), *names), "question-answering", {name: name for name in names}


def sentences(rows: int, chance: random.Random) -> tuple[Table, str, Roles]:
    """Twelve words and their tags in a row; of a hundred one tag is missing, one entity begins with I-."""
    words = vocabulary(chance)

    def lines() -> Iterable[tuple[str, ...]]:
        for row in range(rows):
            tags = ["O"] * 12
            tags[row % 9 : row % 9 + 2] = ["I-PER" if row % 100 == 3 else "B-PER", "I-PER"]
            yield " ".join(chance.choices(words, k=12)), " ".join(tags[: 11 if row % 100 == 5 else 12])

    return table(lines(), "tokens", "tags"), "token-classification", {"tokens": "tokens", "tags": "tags"}


def words(rows: int, chance: random.Random) -> tuple[Table, str, Roles]:
    """One word a row, twelve a sentence, an entity in each; of a hundred sentences one entity begins with I-."""
    known = vocabulary(chance)

    def lines() -> Iterable[tuple[str, ...]]:
        for row in range(rows):
            sentence, place = divmod(row, 12)
            first = "I-PER" if sentence % 100 == 3 else "B-PER"
            yield str(sentence), chance.choice(known), {4: first, 5: "I-PER"}.get(place, "O")

    names = ("sentence", "token", "tag")
    return table(lines(), *names), "token-classification", {name: name for name in names}


def spans(rows: int, chance: random.Random) -> tuple[Table, str, Roles]:
    """Two marked pieces in a text of 15 words; of a hundred one lies beside its words, one outside."""
    known = vocabulary(chance)

    def lines() -> Iterable[tuple[str, ...]]:
        for row in range(rows):
            said = chance.choices(known, k=15)
            text, marks = " ".join(said), []
            for place in (2, 9):
                start = len(" ".join(said[:place])) + 1
                mark = {"start": start, "end": start + len(said[place]), "label": "PER"}
                marks.append(mark | ({"text": said[place]} if row % 2 else {}))
            if row % 100 in (3, 5):
                marks[0] |= {"start": 900, "end": 910} | ({"text": said[2]} if row % 100 == 5 else {})
            yield text, json.dumps(marks)

    return table(lines(), "text", "spans"), "token-classification", {"text": "text", "spans": "spans"}


def scores(rows: int, chance: random.Random) -> tuple[Table, str, Roles]:
    """Two sentences and a score from 0 to 5; of a thousand one has a comma, one is no number, a few are 99."""
    known = vocabulary(chance)

    def lines() -> Iterable[tuple[str, ...]]:
        for row in range(rows):
            score = {3: "4,5", 5: "n/a"}.get(row % 1000, f"{chance.uniform(0, 5):.2f}")
            score = "99" if row % 20_000 == 11 else score
            yield " ".join(chance.choices(known, k=10)), " ".join(chance.choices(known, k=10)), score

    names = ("text", "text_pair", "score")
    return table(lines(), *names), "text-regression", {name: name for name in names}


def chats(rows: int, chance: random.Random) -> tuple[Table, str, Roles]:
    """Four turns of eight words as JSON; of a hundred one has an empty turn, one has them out of order."""
    known = vocabulary(chance)

    def lines() -> Iterable[tuple[str, ...]]:
        for row in range(rows):
            said = [" ".join(chance.choices(known, k=8)) for _ in range(4)]
            who = ["user", "assistant", "user", "assistant"]
            if row % 100 == 3:
                said[1] = " "
            if row % 100 == 5:
                who[1] = "user"
            yield (json.dumps([{"role": role, "content": text} for role, text in zip(who, said, strict=True)]),)

    return table(lines(), "messages"), "chat", {"messages": "messages"}


def turns(rows: int, chance: random.Random) -> tuple[Table, str, Roles]:
    """One turn a row, six a conversation, with their numbers; of a hundred conversations one has an empty turn."""
    known = vocabulary(chance)

    def lines() -> Iterable[tuple[str, ...]]:
        for row in range(rows):
            chat, place = divmod(row, 6)
            said = "" if chat % 100 == 3 and place == 1 else " ".join(chance.choices(known, k=12))
            yield str(chat), str(place), ("user", "assistant")[place % 2], said

    names = ("conversation", "turn", "role", "content")
    return table(lines(), *names), "chat", {name: name for name in names}


KINDS: dict[str, Callable[[int, random.Random], tuple[Table, str, Roles]]] = {
    each.__name__: each for each in (labels, questions, sentences, words, spans, scores, chats, turns)
}


def tell(title: str, made: Table, task: str, roles: Roles) -> None:
    """A line a check that takes a tenth of a second: seconds on the clock, and of the processor."""

    def patient() -> Patient:
        found = patient_of(made, Detection(task, "", roles, 1.0, ""))
        lengths = tuple(len(cell) // 4 for cell in made.column(found.texts[0])) if task == "text-classification" else ()
        return Patient(made, task, found.texts, found.label, found.roles, longest=512, lengths=lengths)

    print(
        f"\n{title}: {len(made):,} rows, {made.cells.nbytes / 1e6:.0f} MB; seconds on the clock, of the processor",
        flush=True,
    )
    ill = patient()
    for check in CHECKS:
        began, busy = time.perf_counter(), time.process_time()
        kinds = [finding.kind for finding in check(ill)]
        clock, spent = time.perf_counter() - began, time.process_time() - busy
        if clock >= 0.1 or kinds:
            name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
            print(f"{name:34} {clock:6.2f} {spent:6.2f}  {', '.join(kinds)}", flush=True)
    again = patient()
    began, busy = time.perf_counter(), time.process_time()
    diagnose(again)
    print(
        f"{'diagnose, from the beginning':34} {time.perf_counter() - began:6.2f} {time.process_time() - busy:6.2f}",
        flush=True,
    )


def main() -> None:
    """The made tables, then a real one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--file", nargs=3, metavar=("CSV", "TEXT", "LABEL"), default=(str(BANKING), "text", "category"))
    asked = parser.parse_args()
    for kind in asked.kinds:
        tell(kind, *KINDS[kind](asked.rows, random.Random(SEED)))
    file, text, label = asked.file
    if Path(file).exists():
        tell(Path(file).name, read_table(Path(file)), "text-classification", {"text": text, "label": label})


if __name__ == "__main__":
    main()
