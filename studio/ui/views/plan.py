"""What a run will do and what it needs, in the words of a plan: time, memory, rows, passes, and the judgement at the end."""

from collections.abc import Sequence

from studio import figures
from studio.jobs.trial import Trial
from studio.models.sizing import gigabytes
from studio.models.suggest_memory import in_words
from studio.tasks.task import Task
from studio.ui.markup import Markup, element, fragment
from studio.ui.order import Plan
from studio.ui.pieces import card, error_card, tiles
from studio.ui.studio import Studio
from studio.ui.words import between, count

_FEW = ("no", "one", "two", "three", "four", "five", "six")


def what_will_happen(studio: Studio, plan: Plan, task: Task, highs: Sequence[float]) -> Markup:
    """The card. `highs` are the longest times of other efforts beside it, in seconds: all are told in one unit."""
    if plan.refusal is not None:
        return error_card(plan.refusal)
    train, validation, test = plan.rows
    a_pass, steps = plan.steps
    values = plan.values
    time = between(*plan.seconds(studio), highs)
    metrics = {metric.name: metric.title for metric in task.metrics}
    watched = values["watch"] or task.watch
    ends = (
        f"It ends sooner after {count(values['patience'], 'check')} in a row without "
        f"{figures.progress(metrics.get(watched, watched))}."
        if values["stop_early"]
        else "It goes through all of them; stopping early is off."
    )
    each = task.example_is
    report = (
        f"the {each}s of your test file are the report" if plan.has_test_file else f"{test:,} are kept for the report"
    )
    exactly = "" if plan.dealt is not None else "About "
    split = f"{exactly}{train:,} {each}s are learned from, {validation:,} show the progress, and {report}."
    told = [
        fragment(split, *[element("b", f" {warning}") for warning in (plan.dealt.warnings if plan.dealt else ())]),
        _before(plan, task),
        f"Then up to {count(values['epochs'], 'pass', 'passes')} of {count(a_pass, 'step')}, "
        f"{count(values['batch_rows'], each)} each{in_words(values['parts'], values['recompute'])}: {steps:,} steps. {ends}",
        _after(task),
    ]
    return card(
        "What will happen",
        tiles([("Expected time", time), ("Expected memory", f"about {gigabytes(plan.memory(studio))}")]),
        element("ol", [element("li", line) for line in told], class_="fs-plan"),
        text=f"Measured on this machine, with your {each}s and this model."
        if plan.trial is not None
        else f"Estimated from your {each}s, these settings and this machine’s speed: closer than the rough estimate in Model.",
    )


def _before(plan: Plan, task: Task) -> str:
    if task.writes:
        return f"The model reads the {task.example_is}s that show the progress once as it is: the mark that training has to beat."
    if plan.values["probe_start"]:
        return (
            "The model reads every row once as it is, and a simple head is fitted: the mark that training has to beat."
        )
    return "Training starts with a random head."


def _after(task: Task) -> str:
    """The judgement; the untuned model is one of the simpler ones."""
    if not task.target:
        return f"The best version reads the {task.example_is}s kept for the report, beside the untuned model."
    others = len(task.baselines) + 1
    beside = "the untuned model" if others == 1 else f"{_FEW[others] if others < len(_FEW) else others} simpler models"
    return f"The best version answers the {task.example_is}s kept for the report, beside {beside}."


def speed_measured(trial: Trial) -> Markup:
    """What a trial found."""
    speed = f"{1 / max(trial.seconds_per_row, 1e-9):,.1f}".removesuffix(".0")
    return card(
        "Measured",
        text=f"With this model and these settings, this machine computes {speed} rows a second, there and back. "
        "Expected time and memory follow from it.",
        tone="good",
    )
