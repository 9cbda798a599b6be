"""The frozen file of what a model said of every test row (`answers.parquet`)."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from studio.data.example import Example
from studio.errors import StudioError
from studio.tasks.task import Answer

_LABELS = b"studio.labels"


@dataclass(frozen=True)
class Answered:
    """Test rows and the answers to them, in the same order; `labels` are the model's."""

    examples: list[Example]
    answers: list[Answer]
    labels: tuple[str, ...]


def to_parquet(examples: Sequence[Example], answers: Sequence[Answer], labels: Sequence[str]) -> bytes:
    """Columns `row`, `input.ROLE` …, `target`, `answer`, `confidence` (list<float32>, in the order of `labels`,
    which are kept in the file's metadata; empty for answers without confidence); and where the model writes, `nats`,
    `tokens` and `guessed` of the target (see `Answer.losses`)."""
    roles = list(examples[0].inputs) if examples else []
    columns: dict[str, pa.Array] = {"row": pa.array([example.row for example in examples], pa.int64())}
    for role in roles:
        columns[f"input.{role}"] = pa.array([example.inputs[role] for example in examples], pa.large_string())
    columns["target"] = pa.array([example.target for example in examples], pa.large_string())
    columns["answer"] = pa.array([answer.value for answer in answers], pa.large_string())
    shares = [
        [answer.confidence.get(label, 0.0) for label in labels] if answer.confidence else [] for answer in answers
    ]
    columns["confidence"] = pa.array(shares, pa.list_(pa.float32()))
    if any(answer.losses[1] for answer in answers):
        columns["nats"] = pa.array([answer.losses[0] for answer in answers], pa.float64())
        columns["tokens"] = pa.array([answer.losses[1] for answer in answers], pa.int64())
        columns["guessed"] = pa.array([answer.guessed for answer in answers], pa.int64())
    table = pa.table(columns).replace_schema_metadata({_LABELS: json.dumps(list(labels)).encode()})
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def from_parquet(data: bytes) -> Answered:
    """What `to_parquet` wrote; confidences have float32 precision. Raises: StudioError when the file is damaged."""
    try:
        # without Arrow's threads: one that outlives this call aborts a process that ends soon after (see cli.command)
        table = pq.read_table(io.BytesIO(data), use_threads=False, pre_buffer=False)
        labels = tuple(json.loads((table.schema.metadata or {})[_LABELS]))
        columns = {name: table.column(name).to_pylist() for name in table.column_names}
        roles = [name.removeprefix("input.") for name in columns if name.startswith("input.")]
        inputs = zip(*(columns[f"input.{role}"] for role in roles), strict=True)
        rows = zip(columns["row"], inputs, columns["target"], strict=True)
        examples = [Example(row, dict(zip(roles, texts, strict=True)), target) for row, texts, target in rows]
        losses = [columns.get(name, [0] * len(examples)) for name in ("nats", "tokens", "guessed")]
        answers = [
            Answer(value, dict(zip(labels, shares, strict=True)) if shares else {}, (float(nats), tokens), guessed)
            for value, shares, nats, tokens, guessed in zip(
                columns["answer"], columns["confidence"], *losses, strict=True
            )
        ]
    except (pa.ArrowException, KeyError, ValueError) as error:
        raise StudioError(
            "The answers of this run cannot be read", fix="The run folder is damaged; train again."
        ) from error
    return Answered(examples, answers, labels)
