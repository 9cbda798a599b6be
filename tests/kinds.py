"""A small task for every kind of answer, with rows and answers made by hand: for the page, before any model."""

import csv
import io
import json

import numpy as np
from finished_run import FakeAnswering, model_files, story, tell

from studio import storage
from studio.config import RunConfig
from studio.data.example import Example, from_parquet
from studio.data.read import read_table
from studio.evaluation import answers as answers_file
from studio.evaluation.report import build_report
from studio.evaluation.values import LabelResult
from studio.jobs.runs import create_run
from studio.tasks import TASKS
from studio.tasks.task import Answer, Metric, Task

HOSTILE = '<img src=x onerror="window.hacked=1">'
ARABIC = "أين يقع المكتب الرئيسي للشركة؟"
NAMES = f"Anna Meier of Acme Ltd flew to Berlin on Monday. {HOSTILE}"
CONTEXT = f"The head office moved twice. Since 2019 it stands in Lyon, near the river. {HOSTILE}"
TALK = json.dumps([{"role": "system", "content": "Be brief."}, {"role": "user", "content": f"Hello {HOSTILE}"}])


def _spans(*spans):
    return json.dumps(spans)


def _passage(text):
    return json.dumps({"text": text, "start": CONTEXT.find(text) if text else -1})


ROWS = {
    "labels": [
        ({"text": f"The room was loud and dear {HOSTILE}"}, '["noise", "price"]', Answer('["noise"]', {"noise": 0.9, "price": 0.45, HOSTILE: 0.2})),
        ({"text": "A fine stay"}, "[]", Answer("[]", {"noise": 0.1, "price": 0.2, HOSTILE: 0.1})),
        ({"text": "Too dear"}, '["price"]', Answer(json.dumps(["price", HOSTILE]), {"noise": 0.1, "price": 0.8, HOSTILE: 0.7})),
    ],
    "number": [
        ({"text": "Two men play chess.", "text_pair": "Two people play a game."}, "3.8", Answer("3.512")),
        ({"text": "A dog runs.", "text_pair": "It rains."}, "0.2", Answer("2.9")),
        ({"text": HOSTILE, "text_pair": ARABIC}, "5", Answer("5")),
    ],
    "entities": [
        ({"text": NAMES}, _spans([0, 10, "PER"], [14, 22, "ORG"], [31, 37, "LOC"]), Answer(_spans([0, 10, "PER"], [14, 18, "LOC"]))),
        ({"text": ARABIC}, _spans(), Answer(_spans([0, 3, HOSTILE]))),
        ({"text": "Nobody"}, _spans(), Answer(_spans())),
    ],
    "passage": [
        ({"context": CONTEXT, "question": "Where does the head office stand?"}, _passage("Lyon"), Answer(_passage("in Lyon, near the river"))),
        ({"context": CONTEXT, "question": ARABIC}, _passage(""), Answer(_passage(HOSTILE))),
        ({"context": CONTEXT, "question": "Who?"}, _passage("2019"), Answer(_passage(""))),
    ],
    "text": [
        ({"source": "Guten Morgen"}, "Good morning", Answer("Good morning")),
        ({"source": HOSTILE}, ARABIC, Answer(f"{HOSTILE}\nsecond line")),
        ({"source": "Danke"}, "Thank you", Answer("")),
    ],
    "continuation": [
        ({"text": f"The path goes up {HOSTILE}"}, "", Answer(f"and down {HOSTILE}")),
        ({"text": "A ___ day"}, "x", Answer(f"A fine {HOSTILE} day", {"fine": 0.4, HOSTILE: 0.3}, added=((2, 7 + len(HOSTILE)),))),
        ({"text": ARABIC}, "longer than nothing", Answer("")),
    ],
    "chat": [
        ({"messages": TALK}, "Hi!", Answer(f"Good day {HOSTILE}")),
        ({"messages": json.dumps([{"role": "user", "content": ARABIC}])}, ARABIC, Answer(ARABIC)),
        ({"messages": json.dumps([{"role": "user", "content": "Bye"}])}, "Bye!", Answer("")),
    ],
}  # fmt: skip
"""Kind → inputs, what the file says, what the model says."""


class Made(Task):
    """A task of one kind; a row is right or wrong, and far off by the difference of its lengths."""

    families, head, has_labels = frozenset({"encoder"}), "sequence", False
    help, order, watch, baselines, example = "Made up.", 99, "right", (), "none.csv"
    metrics = (
        Metric("right", "Right answers", "Share of rows."),
        Metric("off", "Characters off", "How far off.", best="min", unit="characters"),
    )

    def __init__(self, kind):
        inputs = tuple(ROWS[kind][0][0])
        self.name, self.title, self.answers_as = f"made-{kind}", f"Made {kind}", kind
        self.inputs, self.target = inputs, "target"
        self.role_titles = {role: role.replace("_", " ").capitalize() for role in (*inputs, "target")}
        self.optional = tuple(role for role in inputs if role == "text_pair")

    def detect(self, table):
        return None

    def parse(self, inputs, target, row):
        return Example(row, inputs, target)

    def encode(self, examples, setup):
        raise NotImplementedError

    def decode(self, example, outputs, features, setup):
        raise NotImplementedError

    def counts(self, answers, examples, labels):
        return np.array([
            [1.0, float(answer.value == example.target), abs(len(answer.value) - len(example.target or ""))]
            for answer, example in zip(answers, examples, strict=True)
        ])  # fmt: skip

    def measure(self, sums, labels):
        return {"right": sums[..., 1] / sums[..., 0], "off": sums[..., 2] / sums[..., 0]}


def rows_of(kind, count=3):
    """Examples and answers; the rows are made again and again, each with a number of its own at its end."""
    examples, answers = [], []
    for place in range(count):
        inputs, right, answer = ROWS[kind][place % 3]
        last = list(inputs)[-1]
        examples.append(Example(place + 2, {**inputs, last: _numbered(inputs[last], place)}, right))
        answers.append(answer)
    return examples, answers


def _numbered(text, place):
    if place < 3:
        return text
    if not text.startswith("[{"):
        return f"{text} ({place})"
    turns = json.loads(text)
    turns[-1]["content"] += f" ({place})"
    return json.dumps(turns)


def kind_run(home, kind, count=60):
    """A finished run of the made-up task of that kind, which must be among TASKS."""
    task = TASKS[f"made-{kind}"]
    examples, answers = rows_of(kind, count)
    said = {json.dumps(example.inputs): answer for example, answer in zip(examples, answers, strict=True)}
    columns = {role: role for role in task.roles}
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(task.roles)
    writer.writerows([*(example.inputs[role] for role in task.inputs), example.target] for example in examples)
    file = storage.make_folder(home.path / "made") / f"{kind}.csv"
    file.write_text(text.getvalue(), encoding="utf-8")
    run = create_run(home, read_table(file), RunConfig(name=f"Made {kind}", task=task.name, columns=columns))
    parts = {part: from_parquet(run.part(part).read_bytes()) for part in ("train", "test")}
    ours = [said[json.dumps(example.inputs)] for example in parts["test"]]
    labels = tuple(dict.fromkeys(label for answer in ours for label in answer.confidence))
    report = build_report(task, labels, parts["train"], parts["test"], ours, list(reversed(ours)), 1, 60.0)
    types = [LabelResult(label=label, precision=0.8, recall=0.7, f1=0.74, rows=9) for label in ("PER", "ORG", "LOC")]
    if kind in ("entities", "labels"):
        report = report.model_copy(update={"per_label": types})
    storage.write_file(run.answers, answers_file.to_parquet(parts["test"], ours, labels))
    tell(run, story(0.8, {"right": 0.5}))
    model_files(run, labels, kind, thresholds=[0.5] * len(labels))
    storage.write_file(run.report, report.model_dump_json().encode())
    return run


class MadeAnswering(FakeAnswering):
    """Says what the rows have, whatever is asked."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind

    def ask(self, run, model, texts):
        self.asked.append((model, len(texts)))
        return [ROWS[self.kind][place % 3][2] for place in range(len(texts))]
