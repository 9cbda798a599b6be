"""`studio check`: how a table is read, what its columns are taken for, and what the data doctor finds in it."""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from studio import storage
from studio.cli.checked import Checked, look_at_labels, look_over
from studio.cli.columns import options, read, typed_as
from studio.cli.terminal import check_writable, hand_over, plain, say, share, unwritable
from studio.columns import all_columns
from studio.data.detect import Detection
from studio.data.detect.detection import WORTH_SAYING, sureness
from studio.data.doctor.finding import Finding
from studio.data.doctor.health import health
from studio.data.phrases import counted, shortened
from studio.data.table import Problem, Table
from studio.figures import quantity
from studio.jobs.inspection import Inspection
from studio.tasks import TASKS
from studio.tasks.rows import label_counts

_MOST = 20
_BY_CLICK = re.compile(r" (One|\d+) can be mended with a click\.")
"""There is nothing to click at a terminal."""


def check(asked: argparse.Namespace) -> int:
    """0 when the table can be trained on as it is, 1 when something has to be said or mended first.

    How the file was read is told before anything is asked of its columns. Raises: StudioError when it cannot be read.
    """
    if asked.table is not None:
        check_writable(asked.table, not_over=asked.file)
    table = read(asked.file, asked)
    if asked.table is not None:
        _write_table(table, asked)
    if not asked.json:
        _say_lines(_reading_in_words(table))
    checked = look_over(asked, table)
    if asked.label_errors and checked.parsed is not None and checked.chosen is not None and checked.can_train:
        checked = replace(checked, looked=look_at_labels(asked, checked.chosen.task.name, checked.parsed))
    if asked.json:
        say(json.dumps(_as_json(checked), ensure_ascii=False))
    else:
        _say_lines([*_choice_in_words(checked), *_content_in_words(checked)])
    return 0 if checked.can_train else 1


def _write_table(table: Table, asked: argparse.Namespace) -> None:
    """The table as it was read: a JSON object of text cells a row, in the columns' order."""
    columns = [table.column(name) for name in table.columns]
    lines = (
        json.dumps(dict(zip(table.columns, row, strict=True)), ensure_ascii=False) for row in zip(*columns, strict=True)
    )
    try:
        storage.write_with(asked.table, lambda file: file.writelines(f"{line}\n".encode() for line in lines))
    except OSError as error:
        raise unwritable(asked.table, error.strerror or "the place cannot be used") from error
    hand_over(asked.table)


# ------------------------------------------------------------------ as one object


def _as_json(checked: Checked) -> dict[str, Any]:
    table, reading = checked.table, checked.table.reading
    parsed = checked.parsed
    labels = label_counts(checked.chosen.task, parsed.examples) if checked.chosen and parsed else Counter()
    return {
        "file": table.name,
        "sha256": table.sha256,
        "reading": {
            "sentence": reading.sentence,
            "format": reading.format,
            "encoding": reading.encoding,
            "delimiter": reading.delimiter,
            "header_line": reading.header_row,
            "sheet": reading.sheet,
            "member": reading.member,
            "rows": len(table),
            "columns": table.columns,
            "notes": list(reading.notes),
            "repairs": _problems(reading.repaired),
            "doubtful": _problems(reading.doubtful),
            "set_aside": _problems(reading.set_aside),
        },
        "detection": _detection(checked),
        "findings": [_finding(each) for each in checked.found],
        "health": _health(checked),
        "usable": len(parsed.examples) if parsed is not None else 0,
        "labels": dict(labels.most_common()),
        "parts": asdict(checked.dealt) if checked.dealt is not None else None,
        "left_out": _problems(parsed.problems) if parsed is not None else [],
        "can_train": checked.can_train,
    } | (_looked_as_json(checked.looked) if checked.looked is not None else {})


def _looked_as_json(looked: Inspection) -> dict[str, Any]:
    return {
        "label_errors": [asdict(each) for each in looked.suspects],
        "expectation": {
            "looked_at": looked.looked_at,
            "ladder": [rung.model_dump(exclude={"comparison"}) for rung in looked.ladder],
            "curve": [asdict(point) for point in looked.growth.points],
            "gain_of_twice_the_rows": {
                "points": looked.growth.gain,
                "low": looked.growth.low,
                "high": looked.growth.high,
            },
            "sentence": looked.growth.sentence,
        },
    }


def _detection(checked: Checked) -> dict[str, Any]:
    """What the columns are taken for: by people where they said so, else by their names and contents."""
    seen, chosen = checked.detection, checked.chosen
    told = {
        "task": seen.task,
        "layout": seen.layout,
        "roles": dict(seen.roles),
        "confidence": seen.confidence,
        "reason": seen.reason,
        "alternatives": _alternatives(seen.alternatives),
        "split": {"column": seen.split.column, "parts": seen.split.parts} if seen.split is not None else None,
        "ignored": seen.ignored,
        "trained": seen.task in TASKS,
        "undecided": list(chosen.open) if chosen is not None else [],
    }
    if chosen is None or not checked.is_said:
        return told
    sure = chosen.guess.confidence if chosen.guess is not None else 1.0
    used = all_columns(chosen.columns)
    ignored = {column: seen.ignored.get(column, "it was not named") for column in checked.table.columns}
    return told | {
        "task": chosen.task.name,
        "roles": chosen.columns,
        "confidence": sure,
        "reason": chosen.reason,
        "alternatives": _alternatives(checked.others),
        "ignored": {column: why for column, why in ignored.items() if column not in used},
    }


def _alternatives(readings: Sequence[Detection]) -> list[dict[str, Any]]:
    return [
        {"task": each.task, "roles": dict(each.roles), "confidence": each.confidence, "reason": each.reason}
        for each in readings
    ]


def _finding(each: Finding) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "severity": each.severity,
        "title": each.title,
        "text": each.text,
        "count": each.count,
        "share": round(each.share, 6),
        "lines": list(each.rows[:_MOST]),
        "lines_cut": len(each.rows) > _MOST,
        "why": each.why,
        "fix": each.fix.title if each.fix is not None else "",
    }


def _problems(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [{"line": each.row, "column": each.column, "value": each.value, "what": each.what} for each in problems]


def _health(checked: Checked) -> str:
    if checked.chosen is not None and checked.parsed is None:
        return f"{checked.chosen.question}, so the rows could not be looked at."
    if checked.chosen is None:
        return f"These rows cannot be trained on with this version: it does not train {checked.detection.task}."
    told = _BY_CLICK.sub("", health(checked.found, len(checked.table)))
    if fixes := sum(each.fix is not None for each in checked.found):
        told += f" {counted(fixes, 'finding')} can be mended on the page, which `studio` serves."
    return f"If the guess is right: {told[:1].lower()}{told[1:]}" if checked.chosen.open else told


# ------------------------------------------------------------------ in words


def _reading_in_words(table: Table) -> list[str]:
    head = f"{counted(len(table), 'row')}; columns: {', '.join(shortened(name, 60) for name in table.columns)}."
    return [table.reading.sentence, *table.reading.notes, *_problem_lines(table.reading.problems), head]


def _choice_in_words(checked: Checked) -> list[str]:
    chosen, seen = checked.chosen, checked.detection
    if chosen is None:
        told = f"Task: {seen.task} ({seen.in_words}), {sureness(seen.confidence)}. {seen.reason}"
        return [told, *_others(seen.alternatives)]
    if any(role not in chosen.columns for role in chosen.open):
        if len(checked.table.columns) < len(chosen.task.required):
            return [
                f"{chosen.question}: the table has one column only, and needs another with the right answer for each row."
            ]
        return [f"{chosen.question}: nothing could be guessed. Say so with {options(chosen.open)}."]
    task = f"{chosen.task.name} ({chosen.in_words})"
    if chosen.guess is None:
        return [f"Task: {task}."]
    guess = f"{task}, {sureness(chosen.guess.confidence)}. {chosen.reason}".strip()
    others = _others(checked.others)
    if not chosen.open:
        return [f"Task: {guess}", chosen.otherwise, *others]
    decide = typed_as({role: chosen.columns[role] for role in chosen.open})
    return [f"A guess: {guess}", f"To train, say so with {decide}, or name other columns.", *others]


def _others(readings: Sequence[Detection]) -> list[str]:
    """The other readings that are worth a thought."""
    return [
        f"Or: {each.task} ({each.in_words}), {sureness(each.confidence)}."
        for each in readings
        if each.confidence >= WORTH_SAYING
    ]


def _content_in_words(checked: Checked) -> Iterable[str]:
    parsed = checked.parsed
    if parsed is not None and parsed.examples:
        yield from parsed.notes
        labels = label_counts(checked.chosen.task, parsed.examples).most_common() if checked.chosen else []
        with_labels = f", with {counted(len(labels), 'label')}:" if labels else "."
        yield f"{counted(len(parsed.examples), 'row')} can be used{with_labels}"
        for label, count in labels[:_MOST]:
            yield f"  {count:>8,}  {label}"
        if len(labels) > _MOST:
            yield f"  … and {len(labels) - _MOST} more"
    if checked.dealt is not None:
        yield f"Training would take {checked.dealt.sentence}"
        yield from (*checked.dealt.warnings, *checked.dealt.notes)
    if parsed is not None or checked.chosen is None:
        yield _health(checked)
    for each in checked.found:
        yield f"{each.severity.capitalize()}: {each.title}. {each.text}"
    if parsed is not None and parsed.problems:
        yield f"{counted(len(parsed.problems), 'row')} left out:"
        yield from _problem_lines(parsed.problems)
    if checked.looked is not None:
        yield from _looked_in_words(checked.looked)


def _looked_in_words(looked: Inspection) -> Iterable[str]:
    yield f"Before training, on {counted(looked.looked_at, 'row')} not learned from:"
    for rung in looked.ladder:
        metric = rung.metrics[0]
        value, low, high = (quantity(each, metric.unit) for each in (metric.value, metric.low, metric.high))
        yield f"  {value:>8}  {rung.title} ({low} to {high})"
    yield looked.growth.sentence
    yield f"{counted(looked.doubted, 'label')} probably wrong{':' if looked.suspects else '.'}"
    for each in looked.suspects[:_MOST]:
        yield f"  row {each.row}: {each.given} → {each.suggested} ({share(each.sure)} sure)"
    if len(looked.suspects) > _MOST:
        yield f"  … and {counted(len(looked.suspects) - _MOST, 'more row')}; --json tells all"


def _problem_lines(problems: Sequence[Problem]) -> Iterable[str]:
    for each in problems[:_MOST]:
        place = f"Row {each.row}, {shortened(each.column, 60)}" if each.column else f"Row {each.row}"
        yield f"{place}: {each.what}{f' ({each.value})' if each.value else ''}"
    if (more := len(problems) - _MOST) > 0:
        yield f"… and {counted(more, 'more row')} like these"


def _say_lines(lines: Iterable[str]) -> None:
    say("\n".join(map(plain, lines)))
