"""Delimited text to rows, one record after the other: for what `quick` cannot prove, and for it to be compared with."""

from collections.abc import Iterator
from itertools import chain, dropwhile, islice, pairwise

from studio.data.reading.dialect import (
    SAMPLE_CHARACTERS,
    SAMPLE_LINES,
    find_dialect,
    read_records,
    sample_of,
    split_lines,
    with_quoting,
)
from studio.data.reading.limits import Choices, Limits, check_size
from studio.data.reading.mixed import CHARACTERS, LINES, check_mixed
from studio.data.reading.repairs import body_of, find_heading, finish, take_head
from studio.data.reading.rows import MOST_BROKEN, Rows, broken_row, note_swallowed, too_many_broken
from studio.data.table import Problem

_BLOCK = 10_000


def read_carefully(text: str, choices: Choices, limits: Limits, prefer: str) -> Rows:
    """The rows of a text. Raises: StudioError."""
    sample, whole = sample_of(text[: SAMPLE_CHARACTERS + 1])
    dialect, skip = find_dialect(sample, choices.delimiter, whole=whole, prefer=prefer)
    lines = split_lines(text)
    dialect = with_quoting(dialect, lines[skip:SAMPLE_LINES], whole=len(lines) <= SAMPLE_LINES)
    broken: list[Problem] = []
    starts: list[int] = []
    long: list[tuple[int, list[str]]] = []

    def watched() -> Iterator[tuple[int, list[str] | None]]:
        for number, record in read_records(lines, dialect, skip):
            if record is None:
                broken.append(broken_row(number, lines[number - 1]))
                if len(broken) > MOST_BROKEN:
                    raise too_many_broken(broken[0].row)
            else:
                starts.append(number)
                if any("\n" in cell or "\r" in cell for cell in record):
                    long.append((number, record))
            yield number, record

    stream = dropwhile(lambda each: each[1] == [], watched())
    head = take_head(stream, choices.header_row)
    heading = find_heading(head, choices.header_row)
    check_size(0, len(heading.names), 0, limits.columns)
    body = body_of(heading)
    rest = chain(head[heading.below :], ((number, record) for number, record in stream if record is not None))
    while block := list(islice(rest, _BLOCK)):
        body.add([number for number, _ in block], [record for _, record in block])
    check_mixed(body, broken, dialect, lambda number: "".join(lines[number - 1 : number - 1 + LINES])[:CHARACTERS])
    columns = finish(heading, body, has_more=bool(broken))
    spans = {start: end - start for start, end in pairwise((*starts, len(lines) + 1))}
    four = [(number, record) for number, record in long if spans[number] >= 4]
    return Rows(columns, dialect, broken, note_swallowed(four, dialect.delimiter, body))
