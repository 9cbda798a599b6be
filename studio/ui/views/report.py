"""A report as HTML: the honest sentence, every metric with its ladder of baselines, the table of labels."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10

from studio.evaluation.values import Comparison, LabelResult, MetricResult, Report
from studio.figures import number
from studio.tasks import TASKS
from studio.tasks.task import Metric, Task
from studio.ui.markup import Markup, element, fragment
from studio.ui.titles import METRICS
from studio.ui.words import count, duration, percent, quantity

OURS = "Tuned model"
_STEPS = 5
"""A scale that is not in percent has at most so many steps."""
Scale = tuple[float, float]
"""Lowest and highest value of bars that are compared."""
FEW_ROWS = 100


def report_view(
    report: Report, *, names: Mapping[str, str] | None = None, seconds: float = 0.0, changed: str = ""
) -> Markup:
    """The upper part of the step: sentence and metrics. `names` replaces titles of baselines, by their name.

    `seconds` is the run's time at work, `changed` what was changed in its table by hand; 0 and "" leave it out.
    """
    task = TASKS.get(report.task)
    facts = {metric.name: metric for metric in task.metrics} if task else {}
    cards = [metric_card(report, metric, facts.get(metric.name), names or {}) for metric in report.metrics]
    return element("div", sentence_card(report, seconds, changed), element("div", cards, class_="rs-two"), class_="rs")


def sentence_card(report: Report, seconds: float = 0.0, changed: str = "") -> Markup:
    """What was found, in one sentence, and on which rows."""
    what = TASKS[report.task].example_is if report.task in TASKS else Task.example_is
    rows = count(report.rows, f"test {what}")
    body = f"Measured once, at the very end, on {rows} that took no part in training or in choosing the best version."
    if report.comparison is not None:
        body += f" Compared by {METRICS.get(report.comparison.metric, report.comparison.metric)}."
    if report.rows < FEW_ROWS:
        body += f" That is few: the ranges below are wide, and more test {what}s would make them narrower."
    return element(
        "section",
        element("div", tone_mark(tone(report.comparison)), class_="rs-mark", aria_hidden="true"),
        element(
            "div",
            element("h2", report.comparison.sentence if report.comparison else f"Measured on {rows}."),
            element("p", body),
            _notes(report, seconds, changed),
        ),
        class_="fs-card rs-sentence",
        data_tone=tone(report.comparison),
    )


def tone(comparison: Comparison | None) -> str:
    """`good` when the model is surely better than the best simple one, `bad` when it is not, `watch` in between."""
    if comparison is None:
        return "watch"
    return {"better": "good", "not better": "bad"}.get(comparison.verdict, "watch")


def tone_mark(name: str) -> str:
    """A sign beside the colour, for those who do not see it."""
    return {"good": "✓", "bad": "✕"}.get(name, "?")


def _notes(report: Report, seconds: float, changed: str) -> Markup | None:
    told = [*report.notes, *([f"Changed by hand before training: {changed}."] if changed else [])]
    if report.calibration_error is not None and report.rows >= FEW_ROWS:  # of few rows the gap is mostly chance
        told.append(
            f"Its confidence is {_trust(report.calibration_error)}: it is off by {100 * report.calibration_error:.0f} points on average."
        )
    if seconds:
        told.append(f"Time at work: {duration(seconds)}.")
    return element("ul", [element("li", note) for note in told], class_="rs-notes") if told else None


def _trust(error: float) -> str:
    return "trustworthy" if error < 0.05 else "a rough guide" if error < 0.15 else "not to be taken at its word"


def metric_card(report: Report, metric: MetricResult, fact: Metric | None, names: Mapping[str, str]) -> Markup:
    """One metric: the number, its interval, and the same of every baseline on one scale."""
    found = [(names.get(each.name, each.title), _metric_of(each.metrics, metric.name)) for each in report.ladder]
    rungs = [(title, value) for title, value in found if value is not None]
    scale = scale_of([metric, *(value for _, value in rungs)])
    lines = [_rung(title, value, scale, ours=False) for title, value in rungs]
    low, high = quantity(metric.low, metric.unit), quantity(metric.high, metric.unit)
    return element(
        "section",
        element("h3", metric.title),
        element("p", fact.help, " Lower is better." if fact.best == "min" else None, class_="rs-hint") if fact else None,
        element(
            "p",
            element("b", quantity(metric.value, metric.unit)),
            element("span", f"{low} to {high} with 95 % certainty"),
            class_="rs-number",
        ),
        element(
            "ul", lines, _rung(OURS, metric, scale, ours=True), class_="rs-ladder", aria_label=f"{metric.title} compared"
        ),
        element("div", element("div", _ticks(scale, metric.unit)), class_="rs-axis", aria_hidden="true"),
        class_="fs-card",
    )  # fmt: skip


def _metric_of(metrics: list[MetricResult], name: str) -> MetricResult | None:
    return next((metric for metric in metrics if metric.name == name), None)


def _rung(title: str, metric: MetricResult, scale: Scale, *, ours: bool) -> Markup:
    value, low, high = (quantity(each, metric.unit) for each in (metric.value, metric.low, metric.high))
    return element(
        "li",
        element("span", title, class_="rs-name"),
        element("span", bar(metric.value, metric.low, metric.high, scale), class_="rs-track", title=f"{low} to {high}"),
        element("b", value),
        element("span", f"between {low} and {high}", class_="rs-said"),
        class_="rs-ours" if ours else None,
    )


def scale_of(metrics: Sequence[MetricResult]) -> Scale:
    """From where to where bars of these values go: from 0 to 100 % for shares, else from 0 to a round number above all."""
    if all(metric.unit == "share" for metric in metrics):
        return 0.0, 1.0
    low, high = min(0.0, *(metric.low for metric in metrics)), max(0.0, *(metric.high for metric in metrics))
    step = _round_step((high - low or 1.0) / _STEPS)
    return step * floor(low / step + 1e-9), step * ceil(high / step - 1e-9)


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 and 10 times a power of ten that is not below `least`."""
    power = 10.0 ** floor(log10(least))
    return next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= least * (1 - 1e-9))


def _ticks(scale: Scale, unit: str) -> list[Markup]:
    if unit == "share":
        return [element("span", f"{at}{' %' * (at == 100)}", style=f"left:{at}%") for at in (0, 25, 50, 75, 100)]
    low, high = scale
    step = _round_step((high - low) / _STEPS)
    values = [step * place for place in range(round(low / step), round(high / step) + 1)]
    return [element("span", number(value), style=f"left:{_place(value, scale):.2f}%") for value in values]


def bar(value: float, low: float | None = None, high: float | None = None, scale: Scale = (0.0, 1.0)) -> Markup:
    """A bar from the scale's 0, with a whisker from `low` to `high`."""
    start, end = sorted((_place(0.0, scale), _place(value, scale)))
    shift = f"left:{start:.2f}%;" if start else ""
    fill = element("i", style=f"{shift}width:{end - start:.2f}%")
    if low is None or high is None:
        return fill
    left, right = _place(low, scale), _place(high, scale)
    return fragment(fill, element("u", style=f"left:{left:.2f}%;width:{max(0.0, right - left):.2f}%"))


def _place(value: float, scale: Scale) -> float:
    """In percent of the bar's length."""
    low, high = scale
    return 100 * min(1.0, max(0.0, (value - low) / (high - low or 1.0)))


def label_table(labels: list[LabelResult], *, one_each: bool = True) -> Markup:
    """How well each label is found; a click on a heading sorts. `one_each`: whether a row has just one label."""
    what, rows = ("rows", "Test rows") if one_each else ("places", "In the test rows")
    heads = (
        ("Label", "text", ""),
        ("Precision", "number", f"Of the {what} given this label, the share that really has it."),
        ("Recall", "number", f"Of the {what} that have this label, the share that was found."),
        ("F1", "number", "Precision and recall in one number."),
        (rows, "number", "How often the label is there."),
    )
    return element(
        "section",
        element("h3", "Label by label"),
        element(
            "p", "How well each label is found. What is there only a few times has shaky numbers.", class_="rs-hint"
        ),
        element(
            "div",
            element(
                "table",
                element("thead", element("tr", [_sortable(*head) for head in heads])),
                element("tbody", [_label_row(label) for label in labels]),
                class_="rs-table rs-labels",
            ),
            class_="rs-scroll rs-tall",
            tabindex=0,
            role="region",
            aria_label="Label by label",
        ),
        class_="fs-card",
    )


def _sortable(title: str, kind: str, help_text: str) -> Markup:
    button = element("button", title, type="button", data_sort=kind, title=help_text or None)
    return element("th", button, scope="col", class_="rs-right" if kind == "number" else None)


def _label_row(label: LabelResult) -> Markup:
    numbers = [
        element("td", percent(value), data_value=f"{value:.6f}", class_="rs-right")
        for value in (label.precision, label.recall)
    ]
    f1 = element(
        "td",
        element("span", bar(label.f1), class_="rs-track rs-small", aria_hidden="true"),
        percent(label.f1),
        data_value=f"{label.f1:.6f}",
        class_="rs-right rs-f1",
    )
    rows = element("td", f"{label.rows:,}", data_value=label.rows, class_="rs-right")
    return element("tr", element("th", label.label, scope="row", dir="auto"), numbers, f1, rows)
