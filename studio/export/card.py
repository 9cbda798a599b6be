"""The model card: README.md of an exported model. Facts of the run only; nothing is promised that was not measured."""

import json
import re
from collections.abc import Sequence
from typing import Any

from studio import __version__, figures
from studio.columns import columns_of
from studio.config import Edit
from studio.data.edits import amount
from studio.data.phrases import counted
from studio.errors import StudioError
from studio.evaluation.report import MetricResult, Report, read_report
from studio.export.base import base_of
from studio.export.escape import cell, code, plain, quoted
from studio.export.inputs import asked_roles
from studio.export.limits import label_words, limits
from studio.export.order import file_name
from studio.export.script import does_text, kind_of
from studio.export.training import how_trained
from studio.export.using import how_used
from studio.rundir import RunDir
from studio.tasks import task_named
from studio.tasks.task import Metric, Task


def model_card(run: RunDir) -> str:
    """The card in Markdown, with the Hub's front matter. Raises: StudioError while there is no report."""
    report = read_report(run)
    if report is None:
        raise StudioError("There is no report yet", where=f"run {run.id}", fix="Wait until the training has finished.")
    facts = read_facts(run)
    sections = [
        _front_matter(run, report),
        _head(run, report),
        _metrics(report, task_named(report.task)),
        how_used(run),
        _data(run, report, facts),
        how_trained(run),
        limits(run, report, facts),
        _license(run),
    ]
    return "\n".join(sections)


def read_facts(run: RunDir) -> dict[str, Any]:
    """What was counted when the data was frozen; empty where the file is missing or damaged."""
    try:
        facts = json.loads(run.facts.read_bytes())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def title_of(run: RunDir) -> str:
    """What people call the run."""
    return run.config.name or file_name(run.config.source.file) or "Tuned model"


_HUB_METRICS = {"accuracy": "accuracy", "macro_f1": "f1"}  # the Hub's names; others are left to the text


def _pipeline(task: str) -> list[str]:
    hub_task = task_named(task).hub_task
    return [f"pipeline_tag: {hub_task}"] if hub_task else []


def _front_matter(run: RunDir, report: Report) -> str:
    base = base_of(run.config.model)
    lines = ["---", f"license: {base.license or 'unknown'}", "library_name: transformers"]
    lines += [f"base_model: {base.hub}", "base_model_relation: finetune"] if base.hub else []
    lines += [f"language:\n- {base.language_code}"] if base.language_code else []
    lines += [*_pipeline(report.task), "tags:", f"- {report.task}", "- finetuning-studio"]
    known = [metric for metric in report.metrics if metric.name in _HUB_METRICS]
    if known:
        lines += ["metrics:", *(f"- {_HUB_METRICS[metric.name]}" for metric in known)]
        lines += ["model-index:", f"- name: {quoted(title_of(run))}", "  results:", "  - task:"]
        lines += [f"      type: {report.task}", "    dataset:", "      type: private"]
        lines += [f"      name: {quoted(file_name(run.config.source.file) or 'a table')}", "      split: test"]
        lines += ["    metrics:"]
        for metric in known:
            lines += [f"    - type: {_HUB_METRICS[metric.name]}", f"      value: {metric.value:.4f}"]
            lines += [f"      name: {quoted(metric.title)}"]
    return "\n".join([*lines, "---", ""])


def _head(run: RunDir, report: Report) -> str:
    task, base = task_named(report.task), base_of(run.config.model)
    origin = f"[{base.hub}](https://huggingface.co/{base.hub})" if base.hub else plain(base.title)
    said = f"\n> {plain(report.comparison.sentence)}\n" if report.comparison else ""
    return (
        f"# {plain(title_of(run))}\n\n{task.title_for(kind_of(run))}. {_labels_in_words(run, report) or does_text(run)} "
        f"Tuned from {origin} with Fine-Tuning Studio {__version__}.\n{said}"
    )


def _labels_in_words(run: RunDir, report: Report) -> str:
    """What labels the model gives; empty for tasks without."""
    task = task_named(report.task)
    if not task.names_labels or not report.per_label:
        return ""
    labels = [code(result.label) for result in report.per_label[:10]]
    more = f" and {len(report.per_label) - 10} more" if len(report.per_label) > 10 else ""
    named = f"{counted(len(report.per_label), 'label')}: {', '.join(labels)}{more}."
    asked = "a text" if len(asked_roles(run)) == 1 else "two texts together"
    return f"Gives {asked} {'any' if task.several_labels else 'one'} of {named}"


def _example(report: Report) -> str:
    """What people call one of those that were learned from."""
    return task_named(report.task).example_is


def _metrics(report: Report, task: Task) -> str:
    titles = [metric.title for metric in report.metrics]
    lines = [
        "## How good it is\n",
        f"Measured once, on {counted(report.rows, f'test {task.example_is}')} that took no part in training or in "
        "choosing the best version. "
        "In brackets: the 95 % interval.\n",
        f"| Model | {' | '.join(titles)} |",
        f"|---|{'---|' * len(titles)}",
        f"| **This model** | {' | '.join(map(_number, report.metrics))} |",
    ]
    for rung in report.ladder:  # a simple model may lack a metric, as one that gives no chances to words
        known = {metric.name: _number(metric) for metric in rung.metrics}
        cells = [known.get(metric.name, "–") for metric in report.metrics]
        lines.append(f"| {plain(rung.title)} | {' | '.join(cells)} |")
    lines += ["", *(_meaning(metric) for metric in task.metrics if metric.title in titles)]
    if report.calibration_error is not None:
        lines.append(
            f"\nIts confidence is off by {100 * report.calibration_error:.1f} points on average "
            "(expected calibration error, 10 bins; 0 would mean that it can be taken at its word)."
        )
    return "\n".join([*lines, ""])


def _number(metric: MetricResult) -> str:
    value, low, high = (figures.quantity(each, metric.unit) for each in (metric.value, metric.low, metric.high))
    return f"{value} ({low.removesuffix(' %')} to {high.removesuffix(' %')})"


def _meaning(metric: Metric) -> str:
    """What a column of the table holds."""
    return f"- {metric.title}: {metric.help}{' Lower is better.' if metric.best == 'min' else ''}"


_ROWS_LOST = re.compile(r"[\d,]+ (empty )?(rows?|remarks? below the table) left out\b(?! of training)")
"""A note on rows of the file that could not be read: they never were rows of the table, so no count has them."""


def _data(run: RunDir, report: Report, facts: dict[str, Any]) -> str:
    source, config = run.config.source, run.config
    lines = ["## Data\n"]
    if source.file:
        lines.append(f"- File: {code(file_name(source.file))}{_digest(source.sha256)}, {counted(source.rows, 'row')}")
    if source.test_file:
        lines.append(f"- Separate test file: {code(file_name(source.test_file))}")
    roles = task_named(config.task).role_titles
    lines += [
        f"- {roles.get(role, role)}: column {', '.join(map(code, columns_of(column)))}"
        for role, column in config.columns.items()
    ]
    parts = facts.get("parts") or {}
    if parts:
        names = ("train", "validation", "test")
        lines.append(
            f"- {_example(report).capitalize()}s used: " + ", ".join(f"{parts.get(name, 0):,} {name}" for name in names)
        )
    left = [facts.get(key) or {} for key in ("left_out", "left_out_test")]
    count = sum(int(each.get("count", 0)) for each in left)
    notes = [str(note) for note in facts.get("notes") or [] if not str(note).startswith("Changed by hand ")]
    reading = [note for note in notes if _ROWS_LOST.match(note)]
    left_out = [*([f"{count:,} without a usable {_wanted(run)}"] if count else []), *reading]
    told = "; ".join(each.replace(" left out", "", 1).rstrip(".") for each in left_out)
    lines.append(f"- Rows left out because they could not be used: {plain(told) or 'none'}")
    lines += [f"- {plain(note)}" for note in [*(n for n in notes if n not in reading), *report.notes]]
    return "\n".join([*lines, *_changes(source.edits), "", _labels(report, facts)])


def _wanted(run: RunDir) -> str:
    """What a row must have, as in "text or label"."""
    task = task_named(run.config.task)
    roles = [*task.required] or asked_roles(run)
    titles = [task.role_titles.get(role, role).lower().partition(" or ")[0] for role in roles]
    return " or ".join(filter(None, [", ".join(titles[:-1]), titles[-1]]))


def _changes(edits: Sequence[Edit]) -> list[str]:
    """What a person decided about the table before training, change by change and all together."""
    if not edits:
        return []
    told = [f"  - {plain(edit.title)}: {amount(edit)}" for edit in edits]
    return [f"- Changed by hand before training, in the studio and not in the file: {amount(*edits)}", *told]


def _digest(sha256: str) -> str:
    return f" (SHA-256 `{sha256}`)" if sha256 else ""


def _labels(report: Report, facts: dict[str, Any]) -> str:
    if not report.per_label:
        return ""
    trained = (facts.get("labels_by_part") or {}).get("train") or {}
    first, what = label_words(task_named(report.task))
    columns = [first, *([f"Training {what}s"] if trained else []), f"Test {what}s", "Precision", "Recall", "F1"]
    lines = [f"| {' | '.join(columns)} |", f"|---|{'--:|' * (len(columns) - 1)}"]
    for label in report.per_label:
        found = f"{100 * label.precision:.1f} % | {100 * label.recall:.1f} % | {100 * label.f1:.1f} %"
        known = f"{trained.get(label.label, 0):,} | " if trained else ""
        lines.append(f"| {cell(label.label)} | {known}{label.rows:,} | {found if label.rows else '| | '} |")
    return "\n".join([*lines, ""])


def _license(run: RunDir) -> str:
    base = base_of(run.config.model)
    name = f"**{base.license_name}**" if base.license else base.license_name
    return (
        f"## Licence\n\nThe licence of the base model is {name}; see `LICENSE-base-model.md`. "
        "The rights in the training data are those of whoever owns it.\n"
    )
