"""Containers, JSON: lines, arrays and wrapped ones, types, broken lines, keys missing or repeated."""

import json
import random
from dataclasses import replace
from functools import partial

from damage.kinds import EXACT, REFUSED, STATED, Case, Kinds, Said, Source
from damage.writing import jsonl, numbered

KINDS = Kinds("containers")


def _json(source: Source, _: random.Random, style: str, name: str = "table.jsonl") -> Case:
    objects = [dict(zip(source.columns, row, strict=True)) for row in source.rows]
    first: int | None = 1
    match style:
        case "array, one a line":
            text, first = "[\n" + ",\n".join(json.dumps(each) for each in objects) + "\n]", 2
        case "array, small":
            text = json.dumps(objects, ensure_ascii=False, separators=(",", ":"))
        case "array, indented":
            text, first = json.dumps(objects, indent=2), None
        case "wrapped":
            text, first = json.dumps({"version": 1, "data": objects}), None
        case "by column":
            columns = {n: {str(i): o[n] for i, o in enumerate(objects)} for n in source.columns}
            text, first = json.dumps(columns), None
        case "objects over several lines":
            text, first = "\n".join(json.dumps(each, indent=1) for each in objects), None
        case "arrays":
            text = "\n".join(json.dumps(row) for row in [source.columns, *source.rows])
            first = 2
        case _:
            text = jsonl(source)
    return Case(text.encode(), numbered(source, first), name)


for _name, _style, _file, _allowed in (
    ("JSON lines", "lines", "table.jsonl", (EXACT,)),
    ("JSON lines under .csv", "lines", "table.csv", (EXACT,)),
    ("JSON lines under .json", "lines", "table.json", (EXACT,)),
    ("JSON array, one a line", "array, one a line", "table.json", (EXACT,)),
    ("JSON array in one line", "array, small", "table.json", (EXACT,)),
    ("JSON array indented", "array, indented", "table.json", (EXACT,)),
    ("JSON array under .csv", "array, small", "table.csv", (EXACT,)),
    ("JSON wrapped in an object", "wrapped", "table.json", (EXACT, REFUSED)),
    ("JSON by column, as pandas writes", "by column", "table.json", (EXACT, REFUSED)),
    ("JSON objects over several lines", "objects over several lines", "table.json", (EXACT,)),
    ("JSON lines of arrays", "arrays", "table.jsonl", (EXACT,)),
):
    KINDS.add(
        _name, partial(_json, style=_style, name=_file), _allowed, "Every value as typed, or refused as what it is."
    )


@KINDS(name="JSON with mark and CRLF")
def json_with_mark_and_crlf(source: Source, rng: random.Random) -> Case:
    """Neither is a part of the table."""
    return Case(b"\xef\xbb\xbf" + jsonl(source).replace("\n", "\r\n").encode(), numbered(source, 1), "table.jsonl")


@KINDS(name="JSON with types and nesting")
def json_with_types_and_nesting(source: Source, rng: random.Random) -> Case:
    """Numbers as typed, null as empty, nested values as JSON."""
    extra = '"a": 1.50, "b": null, "c": true, "d": {"e": [1, "ü"]}, "f": 1e5, "g": 12345678901234567890123, "h": []'
    data = "".join(line[:-1] + ", " + extra + "}\n" for line in jsonl(source).splitlines() if line.endswith("}"))
    if data.count("\n") != len(source.rows):  # a text with an unusual line break
        return Case(jsonl(source).encode(), numbered(source, 1), "table.jsonl")
    more = ["1.50", "", "true", '{"e": [1, "ü"]}', "1e5", "12345678901234567890123", "[]"]
    names = [*source.columns, *"abcdfgh"]
    return Case(data.encode(), numbered(Source("", names, [[*row, *more] for row in source.rows]), 1), "table.jsonl")


@KINDS(STATED, name="JSON with broken lines")
def json_with_broken_lines(source: Source, rng: random.Random) -> Case:
    """Three lines cut in half: named."""
    lines = jsonl(source).split("\n")
    for index in source.pick(rng, 3):
        lines[index] = lines[index][: len(lines[index]) // 2]
    return Case("\n".join(lines).encode(), numbered(source, 1), "table.jsonl")


@KINDS(name="JSON with missing keys")
def json_with_missing_keys(source: Source, rng: random.Random) -> Case:
    """A value that is not there is empty, and keys in another order are the same."""
    lines, rows = [], []
    for index, row in enumerate(source.rows):
        pairs = list(zip(source.columns, row, strict=True))
        if index and index % 5 == 0:
            pairs = pairs[:0:-1]
        lines.append(json.dumps(dict(pairs)))
        rows.append([dict(pairs).get(name, "") for name in source.columns])
    return Case("\n".join(lines).encode(), numbered(replace(source, rows=rows), 1), "table.jsonl")


@KINDS(STATED, REFUSED, name="JSON with a key twice")
def json_with_a_key_twice(source: Source, rng: random.Random) -> Case:
    """One of two values is lost: the row named, or refused."""
    lines = jsonl(source).split("\n")
    index = source.pick(rng, 1)[0]
    lines[index] = lines[index][:-1] + f', {json.dumps(source.columns[0])}: "another"' + "}"
    truth = numbered(source.mapped(str), 1)
    truth.rows[index][0] = "\ue123"
    return Case("\n".join(lines).encode(), truth, "table.jsonl")


@KINDS(EXACT, STATED, REFUSED, name="JSON array broken off")
def json_array_broken_off(source: Source, rng: random.Random) -> Case:
    """Refused with its line, or the rest said to be lost."""
    case = _json(source, rng, "array, one a line", "table.json")
    lines = case.data.decode().split("\n")[: len(source.rows) // 2]
    return replace(case, data="\n".join(lines).encode(), says=(Said(r"(?i)valid JSON|ends|broken", all=True),))
