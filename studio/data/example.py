"""One checked row for one task, and the frozen file that holds many."""

import io
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True, slots=True)
class Example:
    """`row` is the spreadsheet's number from upload to error table; `target` is None when the answer is asked for."""

    row: int
    inputs: dict[str, str]
    """Input role → text, as {"text": "I was charged twice"}."""
    target: str | None = None


def to_parquet(examples: list[Example]) -> bytes:
    """The frozen form: columns `row`, `input.ROLE` …, `target`; all text but the row number."""
    roles = list(examples[0].inputs) if examples else []
    columns: dict[str, pa.Array] = {"row": pa.array([example.row for example in examples], pa.int64())}
    for role in roles:
        columns[f"input.{role}"] = pa.array([example.inputs[role] for example in examples], pa.large_string())
    columns["target"] = pa.array([example.target for example in examples], pa.large_string())
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue()


def from_parquet(data: bytes) -> list[Example]:
    """What `to_parquet` wrote."""
    # Without threads of Arrow's own: one that still holds `data` when the interpreter ends aborts the process.
    table = pq.read_table(io.BytesIO(data), use_threads=False, pre_buffer=False)
    roles = [name.removeprefix("input.") for name in table.column_names if name.startswith("input.")]
    inputs = [table.column(f"input.{role}").to_pylist() for role in roles]
    rows, targets = table.column("row").to_pylist(), table.column("target").to_pylist()
    return [
        Example(row, dict(zip(roles, texts, strict=True)), target)
        for row, target, *texts in zip(rows, targets, *inputs, strict=True)
    ]
