"""Two runs side by side: what they reached, and in which settings they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from studio import figures
from studio.columns import columns_of
from studio.config import SETTINGS, RunConfig
from studio.evaluation.values import MetricResult, Report
from studio.story import Story
from studio.tasks import metric_named
from studio.ui.markup import Child, Markup, element
from studio.ui.titles import model_title
from studio.ui.words import duration, quantity

_LEAST = 1e-9


@dataclass(frozen=True)
class Side:
    """One of the two."""

    name: str
    config: RunConfig
    story: Story
    report: Report | None


def compare_view(sides: Sequence[Side]) -> Markup:
    """Figures and differing settings, in one table each."""
    heads = [
        element("th", element("i", class_=f"rs-key rs-key-{key}", aria_hidden="true"), element("span", side.name, dir="auto"), scope="col")
        for key, side in zip("ab", sides, strict=True)
    ]  # fmt: skip
    differing = _settings(sides)
    return element(
        "section",
        element("h2", "Side by side"),
        _table(heads, _figures(sides), "What they reached"),
        element("p", _fairness(sides), class_="rs-hint"),
        element("h3", "Settings that differ", class_="rs-h4"),
        _table(heads, differing, "Settings that differ")
        if differing
        else element("p", "None: the two were started alike.", class_="rs-hint"),
        class_="fs-card",
    )


def _table(heads: Sequence[Markup], lines: Sequence[Markup], title: str) -> Markup:
    corner = element("td", element("span", title, class_="rs-said"))
    table = element(
        "table", element("thead", element("tr", corner, heads)), element("tbody", lines), class_="rs-table rs-compare"
    )
    return element("div", table, class_="rs-scroll", tabindex=0, role="region", aria_label=title)


def _line(title: str, values: Sequence[Child], better: int | None = None) -> Markup:
    cells = [
        element("td", value, class_="rs-better" if place == better else None) for place, value in enumerate(values)
    ]
    return element("tr", element("th", title, scope="row"), cells)


def _figures(sides: Sequence[Side]) -> list[Markup]:
    lines = []
    names = {metric.name: metric.title for side in sides if side.report for metric in side.report.metrics}
    for name, title in names.items():
        found = [_metric(side, name) for side in sides]
        told = [_told(metric) if metric else "—" for metric in found]
        lines.append(_line(f"{title}, test rows", told, _surely_better(found)))
    losses = [side.story.best.loss if side.story.best else None for side in sides]
    lines.append(
        _line(
            "Validation loss at the best check",
            [figures.loss(loss) if loss is not None else "—" for loss in losses],
        )
    )
    lines.append(_line("Best check", [f"step {side.story.best.step:,}" if side.story.best else "—" for side in sides]))
    lines.append(_line("Time at work", [duration(side.story.seconds) for side in sides]))
    lines.append(_line("Test rows", [f"{side.report.rows:,}" if side.report else "—" for side in sides]))
    return lines


def _told(metric: MetricResult) -> str:
    value, low, high = (quantity(each, metric.unit) for each in (metric.value, metric.low, metric.high))
    return f"{value} ({low} to {high})"


def _metric(side: Side, name: str) -> Any:
    return next((metric for metric in side.report.metrics if metric.name == name), None) if side.report else None


def _surely_better(found: Sequence[Any]) -> int | None:
    """The place of the one whose whole range lies on the better side; None where chance may decide or one is missing."""
    first, second = found
    if first is None or second is None:
        return None
    fact = metric_named(first.name)
    if fact.wanted is not None:
        wanted = fact.wanted
        (near, far), (other_near, other_far) = (_times_off(metric, wanted) for metric in found)
        return 0 if far < other_near else 1 if other_far < near else None
    above = 0 if first.low > second.high else 1 if second.low > first.high else None
    return above if above is None or fact.best == "max" else 1 - above


def _times_off(metric: MetricResult, wanted: float) -> tuple[float, float]:
    """How many times more or less than wanted the value is at best and at worst, over its whole range: 1 is exactly so."""
    ends = [max(end, _LEAST) / wanted for end in (metric.low, metric.high)]
    worst = max(max(end, 1 / end) for end in ends)
    return (1.0 if ends[0] <= 1 <= ends[1] else min(max(end, 1 / end) for end in ends)), worst


def _fairness(sides: Sequence[Side]) -> str:
    first, second = (side.config for side in sides)
    same = (first.source.sha256, first.source.test_file, first.split, first.seed) == (
        second.source.sha256, second.source.test_file, second.split, second.seed,
    )  # fmt: skip
    if same and first.source.sha256:
        return "Both were scored on the same test rows. Where the ranges overlap widely, the difference may be chance."
    return "The two were not scored on the same test rows, so their figures can be compared only roughly."


def _settings(sides: Sequence[Side]) -> list[Markup]:
    first, second = (_flat(side.config) for side in sides)
    return [
        _line(title, [_said(first[title]), _said(second[title])]) for title in first if first[title] != second[title]
    ]


def _flat(config: RunConfig) -> dict[str, Any]:
    """Title → value of everything people decide about a run."""
    values: dict[str, Any] = {
        "Data": config.source.file,
        "Columns": ", ".join(f"{role}: {' + '.join(columns_of(column))}" for role, column in config.columns.items()),
        "Model": model_title(config.model.id),
    }
    for setting in SETTINGS.values():
        holder = getattr(config, setting.group) if setting.group else config
        values[setting.title] = getattr(holder, setting.name)
    return values


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return figures.small(value) if isinstance(value, float) else str(value) or "—"
