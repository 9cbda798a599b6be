"""`studio predict` and `studio evaluate`: a tuned model and another table."""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from studio import storage
from studio.cli.columns import columns_of_run, find_run, listing, options, read
from studio.cli.terminal import Bar, check_writable, complain, hand_over, plain, say, unwritable
from studio.cli.train import in_words, numbers
from studio.columns import Columns
from studio.data.alike import same_text
from studio.data.check import Parsed
from studio.data.example import Example, from_parquet
from studio.data.phrases import counted, listed
from studio.data.table import Table
from studio.errors import StudioError
from studio.evaluation.scoring import score_answers
from studio.jobs.answering import MOST_TEXTS, MOST_WRITTEN, Answering
from studio.jobs.spare import Spares
from studio.rundir import RunDir
from studio.tasks import task_named
from studio.tasks.rows import examples_of
from studio.tasks.task import Answer
from studio.tasks.unread import told_of
from studio.ui.predictions import as_csv


def predict(asked: argparse.Namespace) -> int:
    """Every row answered, written beside all its columns."""
    run = find_run(asked.home, asked.run)
    check_writable(asked.output, not_over=asked.file)
    table = read(asked.file, asked)
    task = task_named(run.config.task)
    columns = columns_of_run(asked, run, table, with_target=False)
    parsed = _examples(run, table, columns, with_target=False)
    answers: list[Answer] = []
    failed: StudioError | None = None
    try:
        _ask(run, "untuned" if asked.untuned else "tuned", parsed.examples, answers)
    except StudioError as error:
        if not answers:
            raise
        failed = error  # told when what was answered by then is kept
    try:
        storage.write_file(asked.output, as_csv(task, table, parsed.examples, answers))
    except OSError as error:
        raise unwritable(asked.output, error.strerror or "the place cannot be used") from error
    hand_over(asked.output)
    _tell_left_out(parsed, "without an answer")
    complain(f"{counted(len(answers), task.example_is)} answered: {asked.output}")
    for told in (*parsed.notes, told_of(answers, task.example_is)):
        if told:
            complain(told)
    if failed is not None:
        raise failed
    return 0


def evaluate(asked: argparse.Namespace) -> int:
    """The run's metrics on a labeled table, with intervals, and how many of its rows the model knows from training."""
    run = find_run(asked.home, asked.run)
    table = read(asked.file, asked)
    task = task_named(run.config.task)
    columns = columns_of_run(asked, run, table, with_target=True)
    parsed = _examples(run, table, columns)
    answers = _ask(run, "tuned", parsed.examples, with_target=True)
    labels = tuple(answers[0].confidence) if answers else ()
    metrics = score_answers(task, labels, parsed.examples, answers, run.config.seed)
    known = _known(run, parsed.examples)
    unlearned = Counter(
        example.target for example in parsed.examples if task.has_labels and example.target not in labels
    )
    if unread := told_of(answers, task.example_is):
        complain(unread)
    if asked.json:
        told = {"run": run.id, "file": table.name, "rows": len(answers), "left_out": len(parsed.problems)}
        told |= {"seen_in_training": known, "unknown_labels": dict(unlearned.most_common())}
        say(json.dumps(told | {"metrics": numbers(metrics)}, ensure_ascii=False))
        return 0
    _tell_left_out(parsed, "left out")
    say(
        "\n".join(
            [
                f"On {counted(len(answers), task.example_is)} of {table.name}:",
                *(f"  {line}" for line in in_words(metrics)),
            ]
        )
    )
    if known:
        complain(f"{counted(known, 'row')} trained on before, among these: the figures flatter the model.")
    if unlearned:
        names = listed([name or "" for name, _ in unlearned.most_common()])
        complain(
            plain(f"{counted(unlearned.total(), 'row')} cannot be answered right: the model never learned {names}.")
        )
    return 0


def _examples(run: RunDir, table: Table, columns: Columns, *, with_target: bool = True) -> Parsed:
    """The rows as the run's task reads them. Raises: StudioError, with what to type where columns are missing."""
    task = task_named(run.config.task)
    conventions = run.config.source.conventions if with_target else None
    try:
        return examples_of(task, table, columns, conventions, with_target=with_target)
    except StudioError as error:
        lost = [role for role in task.inputs if role in run.config.columns and role not in columns]
        if error.where != "Columns" or not lost:
            raise
        raise StudioError(
            error.what, where=table.name, fix=f"Say which with {options(lost)}. Columns are: {listing(table)}."
        ) from error


def _ask(
    run: RunDir,
    model: Literal["tuned", "untuned"],
    examples: Sequence[Example],
    answers: list[Answer] | None = None,
    *,
    with_target: bool = False,
) -> list[Answer]:
    """One answer an example, in turns, with a moving bar on a terminal. They are put behind `answers` as they come.

    `with_target`: as those whose answers are known.
    """
    answering, bar = Answering(Spares(enabled=False)), Bar()
    answers = [] if answers is None else answers
    portion = MOST_WRITTEN if task_named(run.config.task).writes else MOST_TEXTS
    try:
        bar.show(0.0, "Loading the model …")
        for start in range(0, len(examples), portion):
            some = examples[start : start + portion]
            known = [example.target or "" for example in some] if with_target else None
            answers += answering.ask(run, model, [example.inputs for example in some], known)
            bar.show(len(answers) / len(examples), f"{len(answers):,} of {counted(len(examples), 'row')}")
    finally:
        bar.clear()
        answering.close()
    return answers


def _known(run: RunDir, examples: Sequence[Example]) -> int:
    """Rows whose text is among the run's training or validation rows."""
    try:
        used = {
            same_text(each) for part in ("train", "validation") for each in from_parquet(run.part(part).read_bytes())
        }
    except (OSError, ValueError) as error:
        raise StudioError(
            "The run's frozen rows cannot be read", where=f"run {run.id}", fix="The run folder is damaged."
        ) from error
    return sum(same_text(example) in used for example in examples)


def _tell_left_out(parsed: Parsed, what: str) -> None:
    if parsed.problems:
        first = parsed.problems[0]
        complain(f"{counted(len(parsed.problems), 'row')} {what}; the first is row {first.row}: {first.what}.")
