"""Parquet files: a batch of rows at a time, every value as text, and no more of it than allowed."""

import json
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from studio.data.phrases import in_quotes
from studio.data.reading.bounds import hurry
from studio.data.reading.formats import Found
from studio.data.reading.limits import Limits, check_size
from studio.data.reading.repairs import unique_names
from studio.errors import StudioError

_SHORT_FLOATS = {pa.float32(): np.float32, pa.float16(): np.float16}
_BATCH_CELLS = 1_000_000
_BATCH_ROWS = 65_536
_CAREFUL_ROWS = 64
"""A batch where a few bytes of the file can become a long value in every row."""


def read_parquet(source: IO[bytes], limits: Limits) -> Found:
    """All columns as text; nested values as JSON, nothing as empty.

    Rows have no numbers of their own: the first is 2, as if the column names stood in row 1 of a spreadsheet.
    What the footer says is checked before anything is unpacked; but a value that many rows share is stored once,
    so the text is measured batch by batch as well. Raises: StudioError.
    """
    most, packed = limits.most_unpacked, source.seek(0, 2)
    try:
        with pq.ParquetFile(source) as opened:
            facts, schema = opened.metadata, opened.schema_arrow
            unpacked = sum(facts.row_group(index).total_byte_size for index in range(facts.num_row_groups))
        check_size(facts.num_rows, facts.num_columns, limits.rows, limits.columns)
        if unpacked > most:
            raise _too_large(f"to {unpacked / 1e6:,.0f} MB", most)
        keep = [i for i, name in enumerate(schema.names) if not name.startswith("__index_level_")]
        names, notes = unique_names([schema.names[i] for i in keep])
        chunks: list[list[pa.Array]] = [[] for _ in keep]
        size = 0
        for batch in _batches(source, facts, schema):
            for i, texts in zip(keep, chunks, strict=True):
                if size + _expanded(batch.column(i)) > most:
                    raise _too_large("to more", most)
                texts.append(_as_text(batch.column(i), schema.names[i]))
                size += texts[-1].nbytes
            hurry(packed, size)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise StudioError("The Parquet file is damaged", fix="Write it again and upload it.") from error
    if len(keep) < len(schema.names):
        notes.append("The index column that pandas writes was left out.")
    columns = {name: pa.chunked_array(texts, pa.large_string()) for name, texts in zip(names, chunks, strict=True)}
    return Found(pa.table(columns), range(2, facts.num_rows + 2), notes)


def _too_large(to: str, most: int) -> StudioError:
    return StudioError(f"The file unpacks {to}, the limit is {most / 1e6:,.0f} MB", fix="Upload fewer rows.")


def _batches(source: IO[bytes], facts: pq.FileMetaData, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Rows in groups. Texts come as dictionaries, which repeat no text; what cannot comes in small groups."""
    texts = [field.name for field in schema if _is_text(field.type)]
    careful = any(pa.types.is_nested(field.type) or pa.types.is_fixed_size_binary(field.type) for field in schema) or (
        any(
            "DELTA_BYTE_ARRAY" in facts.row_group(group).column(column).encodings
            for group in range(facts.num_row_groups)
            for column in range(facts.num_columns)
        )
    )
    rows = _CAREFUL_ROWS if careful else max(_CAREFUL_ROWS, min(_BATCH_ROWS, _BATCH_CELLS // max(1, facts.num_columns)))
    with pq.ParquetFile(source, read_dictionary=texts) as opened:
        for group in range(facts.num_row_groups):  # each begins a dictionary of its own
            yield from opened.iter_batches(batch_size=rows, row_groups=[group])


def _is_text(kind: pa.DataType) -> bool:
    return any(
        test(kind)
        for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    )


def _expanded(column: pa.Array) -> int:
    """Bytes of a dictionary's texts when every row holds its own; 0 for other columns, which are that large already."""
    if not isinstance(column, pa.DictionaryArray) or not _is_text(column.type.value_type):
        return 0
    lengths = pc.binary_length(column.dictionary).cast(pa.int64())
    return pc.sum(lengths.take(column.indices)).as_py() or 0


def _as_text(column: pa.Array, name: str) -> pa.Array:
    """Raises: StudioError for bytes that are no text."""
    try:
        return _cast(column)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        if isinstance(error, pa.ArrowInvalid) and "UTF8" not in str(error):
            raise
        raise StudioError(
            "A column holds bytes that are no text, as of pictures or sounds",
            where=f"column {in_quotes(name)}",
            fix="Write the file again without that column.",
        ) from error


def _cast(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        if _is_text(kind.value_type):  # 64-bit offsets first: a batch may hold more than 2 GB
            column = pa.DictionaryArray.from_arrays(column.indices, column.dictionary.cast(pa.large_string()))
        column = column.dictionary_decode()
    if not pa.types.is_nested(kind):
        try:
            return pc.fill_null(column.cast(pa.large_string()), "")
        except pa.ArrowException:
            pass  # no cast to text: as JSON below
    exact = _exact if _holds_short_floats(kind) else _as_it_is
    texts = ["" if value is None else _nested(exact(value, kind)) for value in column.to_pylist()]
    return pa.array(texts, pa.large_string())


def _as_it_is(value: Any, _: pa.DataType) -> Any:
    return value


def _holds_short_floats(kind: pa.DataType) -> bool:
    inner = [kind.field(place).type for place in range(kind.num_fields)] if pa.types.is_nested(kind) else []
    return kind in _SHORT_FLOATS or any(map(_holds_short_floats, inner))


def _exact(value: Any, kind: pa.DataType) -> Any:
    """A nested value whose short floats have the digits that tell them apart: 0.1, and not 0.10000000149011612."""
    if value is None:
        return None
    if kind in _SHORT_FLOATS:
        return float(str(_SHORT_FLOATS[kind](value)))
    if pa.types.is_struct(kind):
        return {name: _exact(each, kind.field(name).type) for name, each in value.items()}
    if pa.types.is_map(kind):
        return [(_exact(key, kind.key_type), _exact(each, kind.item_type)) for key, each in value]
    if pa.types.is_nested(kind) and kind.num_fields == 1:
        return [_exact(each, kind.field(0).type) for each in value]
    return value


def _nested(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_inside)


def _inside(value: Any) -> str:
    """What JSON has no word for, as a text. Raises: UnicodeDecodeError for bytes that are none."""
    return value.decode() if isinstance(value, bytes) else str(value)
