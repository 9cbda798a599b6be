"""`studio train` and `studio resume`: an order from the command line, followed to its end."""

import argparse
import json
import shlex
from pathlib import Path
from typing import Any

from studio import figures
from studio.cli.columns import choices_of, find_run, read, split_of, task_and_columns
from studio.cli.follow import follow
from studio.cli.settings import checked
from studio.cli.terminal import Bar, complain, plain, say
from studio.columns import Columns, columns_of
from studio.config import SETTINGS, Model, RunConfig, Source
from studio.data.edits import edited
from studio.data.table import Table
from studio.errors import StudioError
from studio.evaluation.report import MetricResult, Report, read_report
from studio.events import Finished
from studio.jobs import actions
from studio.jobs.briefs import brief
from studio.jobs.runs import create_run
from studio.models.folder import model_folder, offered_folders
from studio.models.found import OFFERED, choice_of, facts_of, order_of, preset_of, remember
from studio.models.hub import download, downloaded
from studio.models.hub.find import HUB_ID, look_up
from studio.models.lengths import data_facts, example_lengths, tokenizer_file
from studio.models.presets import PRESETS, Preset, suited, suits
from studio.models.sizing import Machine
from studio.models.suggest import suggest
from studio.models.suggest_memory import SAVES
from studio.models.unusable import unusable
from studio.rundir import Home, RunDir
from studio.story import Story
from studio.tasks import task_named
from studio.tasks.rows import examples_of
from studio.tasks.task import Task


def train(asked: argparse.Namespace) -> int:
    """Make the run, start it, follow it."""
    settings = checked(asked.settings)
    home: Home = asked.home.prepare()
    given = _given(asked.config) if asked.config else None
    if given is not None:
        _read_as_given(given.source, asked)
    table = read(asked.file, asked)
    if given is not None:
        _compare_source(given.source, asked, table)
        if given.source.sha256 == table.sha256:  # of other files, the same row numbers are other rows
            table = edited(table, given.source.edits)
    test = read(asked.test, asked) if asked.test else None
    config = order(asked, home, table, given).with_settings(settings)
    try:
        _fetch(config.model, home, quiet=asked.json)
    except StudioError as error:
        folders = [f"--model {name}" for name in _folders(task_named(config.task), home)]
        here = f" On this machine: {', '.join(folders)}." if folders else ""
        raise StudioError(error.what, where=error.where, fix=error.fix + here) from error
    run = create_run(home, table, config, test)
    _tell_left_out(run)
    actions.start(run)
    return _end(run, follow(home, run, quiet=asked.json), as_json=asked.json)


def resume(asked: argparse.Namespace) -> int:
    """Go on with a run, or start one that never was, and follow it."""
    home: Home = asked.home.prepare()
    run = find_run(home, asked.run)
    if brief(run).status(run) == "draft":
        actions.start(run)
    else:
        actions.resume(run)
    return _end(run, follow(home, run, quiet=asked.json), as_json=asked.json)


def order(asked: argparse.Namespace, home: Home, table: Table, given: RunConfig | None) -> RunConfig:
    """The order but for `--set`: the `given` one, or the suggestions for this data. Raises: StudioError."""
    known: Columns = (
        {role: column for role, column in given.columns.items() if set(columns_of(column)) <= set(table.columns)}
        if given
        else {}
    )
    task, columns = task_and_columns(asked, table, given.task if given is not None else "", known)
    model = given.model if given is not None and not asked.model else _model(asked.model or "", task, home)
    config = given if given is not None and not asked.effort else RunConfig()
    config = config.model_copy(
        update={
            "name": asked.name or config.name,
            "task": task.name,
            "columns": columns,
            "model": model,
            "source": Source(read_as=choices_of(asked).said, conventions=_conventions(given, table, task, columns)),
            "split": split_of(asked, config.split),
        }
    )
    if given is None or asked.effort:
        preset = preset_of(home, model)
        parsed = examples_of(task, table, columns)
        lengths = example_lengths(task, parsed.examples, tokenizer_file(home, choice_of(preset)))
        facts = data_facts(
            parsed.examples,
            lengths.examples,
            with_answer=lengths.with_answer,
            has_test_file=asked.test is not None,
            task=task,
        )
        suggested = suggest(facts, preset, Machine.here(), asked.effort or "balanced")
        for name in SAVES:
            if suggested[name].value != SETTINGS[name].default:
                complain(f"{SETTINGS[name].title}: {suggested[name].why}")
        config = config.with_settings({name: suggestion.value for name, suggestion in suggested.items()})
    return config


def _conventions(given: RunConfig | None, table: Table, task: Task, columns: Columns) -> dict[str, str]:
    """Those of the same run again; another one finds out its own."""
    if given is None or (given.source.sha256, given.task, given.columns) != (table.sha256, task.name, columns):
        return {}
    return given.source.conventions


def _read_as_given(source: Source, asked: argparse.Namespace) -> None:
    """The file is read as it was then, unless something else is typed."""
    for name, value in source.read_as.items():
        if hasattr(asked, name) and not getattr(asked, name):
            setattr(asked, name, value)


def _given(path: Path) -> RunConfig:
    try:
        return RunConfig.parse(path.read_bytes())
    except OSError as error:
        raise StudioError(
            f"The settings cannot be read: {error.strerror}", where=str(path), fix="Check the path."
        ) from error
    except StudioError as error:
        raise StudioError(error.what, where=str(path), fix="Use the train.json of an exported run.") from error


def _compare_source(source: Source, asked: argparse.Namespace, table: Table) -> None:
    """Settings given to other rows train another model: that is said. Raises: StudioError when the test file is missing."""
    if source.test_file and not asked.test:
        raise StudioError(
            f"The settings are of a run with a separate test file, “{source.test_file}”",
            where=str(asked.config),
            fix=f"Give that file with --test {shlex.quote(source.test_file)}, or empty test_file in the settings.",
        )
    if source.sha256 and source.sha256 != table.sha256:
        made = f" ({source.file})" if source.file else ""
        complain(plain(f"{table.name} is not the file that the settings were made with{made}: expect another model."))


def _model(name: str, task: Task, home: Home) -> Model:
    """The model of that name, pinned; one that is neither a preset nor known here is looked up on the Hub. Raises: StudioError."""
    if not name:
        name = suited(task.families, writes=task.writes)[0].id
    elif OFFERED + name in offered_folders(home):
        name = OFFERED + name
    elif HUB_ID.fullmatch(name) and not any(preset.id == name for preset in PRESETS):
        name = remember(home, look_up(name))
    wrong = next((why for each, why in unusable(home) if name in (each, OFFERED + each)), "")
    if wrong:
        raise StudioError("That model folder cannot be used", where=name, fix=wrong[:1].upper() + wrong[1:])
    try:
        preset = facts_of(home, name)
    except StudioError as error:
        raise StudioError(error.what, where=error.where, fix=_choices(task, home)) from error
    if not suits(preset, task.families, writes=task.writes):
        wordless = ", without the weights that guess words" if preset.family in task.families else ""
        raise StudioError(
            f"A model of this kind ({preset.family}{wordless}) cannot be tuned for {task.title}",
            where=name,
            fix=_choices(task, home),
        )
    return order_of(home, name)


def _choices(task: Task, home: Home) -> str:
    """The models that the task can use, those on this machine first."""
    presets = suited(task.families, writes=task.writes)
    here = [*_folders(task, home), *(each.id for each in presets if _is_here(home, each))]
    return f"Choose one of: {', '.join(dict.fromkeys([*here, *(each.id for each in presets)]))}."


def _folders(task: Task, home: Home) -> list[str]:
    return [name for name in offered_folders(home) if suits(facts_of(home, name), task.families, writes=task.writes)]


def _is_here(home: Home, preset: Preset) -> bool:
    return not preset.revision or downloaded(home, preset) is not None


def _fetch(model: Model, home: Home, quiet: bool) -> None:
    """Download the base model if it comes from the Hub and is not here: workers never ask the Hub. Raises: StudioError."""
    if model.id == "embedded" or model.id.startswith("folder:"):
        model_folder(model, home)
        return
    preset = preset_of(home, model)
    if downloaded(home, preset) is None:
        bar = Bar(quiet)
        bar.note(f"Downloading {preset.title} …")
        download(home, preset, lambda done, total: bar.show(done / total if total else None, f"{done / 1e6:.0f} MB"))
        bar.clear()


def _tell_left_out(run: RunDir) -> None:
    left_out = json.loads(run.facts.read_bytes())["left_out"]
    if left_out["count"]:
        first = left_out["first"][0]
        complain(f"{left_out['count']} rows are left out, the first is row {first['row']}: {first['what']}.")


def _end(run: RunDir, last: Finished, *, as_json: bool) -> int:
    report = read_report(run)
    if report is None:
        raise StudioError("The run is finished but its report is missing", where=f"run {run.id}", fix="Train again.")
    say(json.dumps(_result(run, last, report), ensure_ascii=False) if as_json else _in_words(run, last, report))
    return 0


def _result(run: RunDir, last: Finished, report: Report) -> dict[str, Any]:
    return {
        "run": run.id,
        "name": run.title,
        "metrics": numbers(report.metrics),
        "test_rows": report.rows,
        "baselines": {rung.name: numbers(rung.metrics) for rung in report.ladder},
        "comparison": report.comparison.model_dump() if report.comparison is not None else None,
        "best_step": last.best_step,
        "steps": last.step,
        "stopped_early": last.reason == "stopped early",
        "reason": last.reason,
        "seconds": round(Story.of(run.events()).seconds, 1),
        "notes": report.notes,
        "folder": str(run.path),
    }


def numbers(metrics: list[MetricResult]) -> dict[str, dict[str, float]]:
    """Metric name → value with its 95 % interval."""
    return {metric.name: {"value": metric.value, "low": metric.low, "high": metric.high} for metric in metrics}


def in_words(metrics: list[MetricResult]) -> list[str]:
    """A line a metric."""
    return [
        f"{each.title}: {_told(each)} (95 %: {_told(each, each.low)} to {_told(each, each.high)})" for each in metrics
    ]


def _told(metric: MetricResult, value: float | None = None) -> str:
    return figures.quantity(metric.value if value is None else value, metric.unit)


def _in_words(run: RunDir, last: Finished, report: Report) -> str:
    best = f"is from step {last.best_step} of {last.step}"
    if not last.best_step:
        best = f"is the one before the first of {last.step} steps: training on made it no better"
    lines = [
        f"Done: {last.reason}, {figures.duration(Story.of(run.events()).seconds)} at work. The best version {best}."
    ]
    lines.append(f"On {report.rows:,} test rows never trained on:")
    lines += [f"  {line}" for line in in_words(report.metrics)]
    lines += [f"  {rung.title}: {', '.join(f'{m.title} {_told(m)}' for m in rung.metrics)}" for rung in report.ladder]
    lines += [report.comparison.sentence] if report.comparison is not None else []
    lines += [*report.notes, f"Run {run.id}: {run.path}"]
    lines.append(f"Next: studio predict {run.id[:6]} FILE -o OUT.csv, or studio export {run.id[:6]} -o OUT.zip")
    return "\n".join(lines)
