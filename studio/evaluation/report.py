"""The report of a run: how good the model is on rows it never saw, and whether it was worth it."""

from collections import Counter
from collections.abc import Sequence

from pydantic import ValidationError

from studio.data.example import Example
from studio.data.phrases import listed
from studio.errors import StudioError
from studio.evaluation.baselines import BASELINES
from studio.evaluation.compare import beaten_by_rows, compare
from studio.evaluation.confusion import calibration_error, confusion_matrix, label_results, per_label
from studio.evaluation.scoring import hits, label_numbers, label_order, score_answers
from studio.evaluation.values import BaselineResult, Comparison, LabelResult, MetricResult, Report, Verdict
from studio.rundir import RunDir
from studio.tasks.task import Answer, Task

__all__ = [
    "BaselineResult",
    "Comparison",
    "LabelResult",
    "MetricResult",
    "Report",
    "Verdict",
    "build_report",
    "read_report",
]

_VERDICTS: Sequence[Verdict] = ("better", "perhaps", "unclear", "not better")


def build_report(  # noqa: PLR0913 - everything that was kept for this moment
    task: Task,
    labels: Sequence[str],
    train: Sequence[Example],
    test: Sequence[Example],
    answers: Sequence[Answer],
    frozen_answers: Sequence[Answer] | None,
    seed: int,
    seconds: float,
    notes: Sequence[str] = (),
) -> Report:
    """Score the answers, run the task's baselines on the same rows (seconds to half a minute), compare.

    `frozen_answers` are the untuned model's, the top of the ladder where there are any; `seconds` is the training's
    time. Raises: StudioError when there are no test rows.
    """
    metrics = score_answers(task, labels, test, answers, seed)
    said = {name: BASELINES[name].answer(train, test, seed) for name in task.baselines}
    if frozen_answers is not None:
        said["frozen"] = list(frozen_answers)
    ladder = [
        BaselineResult(
            name=name,
            title=BASELINES[name].title if name in BASELINES else task.untuned_for(test[0].inputs),
            metrics=score_answers(task, labels, test, theirs, seed),
            comparison=compare(task, labels, test, answers, theirs, against=name, seed=seed),
        )
        for name, theirs in said.items()
    ]
    comparison = _best(task, ladder)
    if comparison is not None and comparison.verdict != "not better":
        but = beaten_by_rows(test, answers, said, {rung.name: rung.metrics for rung in ladder})
        comparison = comparison.model_copy(update={"sentence": f"{comparison.sentence} {but}".strip()})
    told = [*notes, *task.how_scored(test)]
    for name in task.baselines:
        learned = len(BASELINES[name].sample(train, seed))
        if learned < len(train):
            told.append(
                f"{_capital(BASELINES[name].short)} learned from a sample of {learned:,} of {len(train):,} rows."
            )
    report = Report(
        task=task.name,
        labels=list(labels),
        rows=len(test),
        metrics=metrics,
        ladder=ladder,
        comparison=comparison,
        seconds=seconds,
        notes=told,
    )
    if task.has_labels:
        return _with_labels(report, test, answers)
    return report.model_copy(update={"per_label": label_results(task.by_label(answers, test, tuple(labels)))})


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _best(task: Task, ladder: list[BaselineResult]) -> Comparison | None:
    """Against the strongest rung by the first metric that all of them have; of equals the simplest.

    Where rungs are compared by different metrics, as only models have a perplexity, the worst verdict goes first: a
    model that knows its rows better than the untuned one may still be beaten by a copy.
    """
    by_metric = len({rung.comparison.metric for rung in ladder if rung.comparison}) > 1
    for metric in task.metrics:
        sign = 1 if metric.best == "max" else -1
        found = [(sign * each.value, rung) for rung in ladder for each in rung.metrics if each.name == metric.name]
        if found and len(found) == len(ladder):
            ranks = [(_severity(rung) if by_metric else 0, value) for value, rung in found]
            return found[ranks.index(max(ranks))][1].comparison
    return None


def _severity(rung: BaselineResult) -> int:
    return _VERDICTS.index(rung.comparison.verdict) if rung.comparison else -1


def _with_labels(report: Report, test: Sequence[Example], answers: Sequence[Answer]) -> Report:
    """What only makes sense where every answer is one label."""
    order = label_order(report.labels, test, answers)
    matrix = confusion_matrix(*label_numbers(order, test, answers), len(order))
    return report.model_copy(
        update={
            "labels": order,
            "confusion": matrix.tolist(),
            "per_label": per_label(matrix, order),
            "calibration_error": calibration_error(answers, hits(test, answers)),
            "notes": [*report.notes, *_label_notes(report.labels, test)],
        }
    )


def _label_notes(known: Sequence[str], test: Sequence[Example]) -> list[str]:
    counts = Counter(example.target or "" for example in test)
    notes = []
    if unseen := sorted(counts.keys() - set(known)):
        rows = sum(counts[label] for label in unseen)
        notes.append(
            f"{rows:,} test rows have labels that training rows never had, so they count as wrong: {listed(unseen)}."
        )
    if missing := [label for label in known if not counts[label]]:
        notes.append(f"No test row has these labels, so nothing is known about them: {listed(missing)}.")
    return notes


def read_report(run: RunDir) -> Report | None:
    """The run's report, or None while there is none. Raises: StudioError when it is damaged."""
    try:
        return Report.model_validate_json(run.report.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise StudioError(
            "The report cannot be read", where=f"run {run.id}", fix="The run folder is damaged; train again."
        ) from error
