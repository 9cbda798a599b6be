"""All runs as a table with what can be done with each."""

from collections.abc import Sequence

from studio import figures
from studio.jobs.runs import RunSummary
from studio.story import Status
from studio.tasks import metric_named
from studio.ui.markup import Child, Markup, element
from studio.ui.titles import METRICS, model_title
from studio.ui.words import count, duration, moment, quantity

_STATES: dict[Status, tuple[str, str]] = {
    "draft": ("Not started", ""),
    "queued": ("Waiting", "watch"),
    "preparing": ("Preparing", "good"),
    "training": ("Training", "good"),
    "scoring": ("Scoring", "good"),
    "paused": ("Paused", "watch"),
    "finished": ("Finished", "done"),
    "failed": ("Failed", "bad"),
    "interrupted": ("Interrupted", "bad"),
}
_AT_WORK = ("preparing", "training", "scoring")
_HEADS = ("Compare", "Run", "Status", "Model", "Data", "Best value", "Time at work", "Started", "")


def runs_view(runs: Sequence[RunSummary], *, open_run: str, asked: str, refresh_s: int) -> Markup:
    """The card; `open_run` is marked, `asked` waits for a yes before it is deleted."""
    if not runs:
        return element(
            "section",
            element("h2", "No runs yet."),
            element(
                "p",
                "Everything you train will be listed here: to open again, to compare, to delete.",
                class_="fs-quiet",
            ),
            class_="fs-card",
            data_refresh=refresh_s,
        )
    heads = [element("th", head or element("span", "Actions", class_="rs-said"), scope="col") for head in _HEADS]
    body: list[Markup] = []
    for run in runs:
        body.append(_line(run, is_open=run.id == open_run))
        if run.id == asked:
            body.append(_question(run))
    compare = element(
        "button", "Compare two", type="button", data_act="compare", data_needs=2, disabled=True, class_="rs-button",
        title="Tick two runs first",
    )  # fmt: skip
    return element(
        "section",
        element("div", element("h2", count(len(runs), "run")), compare, class_="rs-headed"),
        element(
            "div",
            element("table", element("thead", element("tr", heads)), element("tbody", body), class_="rs-table rs-runs"),
            class_="rs-scroll",
            tabindex=0,
            role="region",
            aria_label="Runs",
        ),
        class_="fs-card",
        data_refresh=refresh_s,
    )


def _line(run: RunSummary, *, is_open: bool) -> Markup:
    if run.damaged:
        return _damaged(run)
    word, tone = _STATES[run.status]
    if run.status == "queued" and run.place:
        word = f"Waiting, number {run.place} in the queue"
    state = element(
        "span", word, class_="rs-state", data_tone=tone or None, data_long=run.status == "queued" and bool(run.place)
    )
    now = _small("open now" if is_open else "")
    tick = element("input", type="checkbox", data_choose=run.id, aria_label=f"Compare {run.name}")
    return element(
        "tr",
        element("td", tick, data_title="Compare"),
        element("th", element("span", run.name, dir="auto"), _small(run.task), now, scope="row", class_="rs-run"),
        element("td", state, data_title="Status"),
        element("td", model_title(run.model), data_title="Model"),
        element("td", run.file or "—", dir="auto", data_title="Data"),
        element("td", element("span", _best(run)), class_="rs-nowrap", data_title="Best value"),
        element("td", duration(run.seconds) if run.seconds else "—", class_="rs-nowrap", data_title="Time at work"),
        element("td", moment(run.created), class_="rs-nowrap", data_title="Started"),
        element("td", _actions(run)),
        data_open=is_open,
    )  # fmt: skip


def _best(run: RunSummary) -> Child:
    if run.value is None:
        return "—"
    told = figures.loss(run.value) if run.metric == "loss" else quantity(run.value, metric_named(run.metric).unit)
    return (told, _small(f"{METRICS.get(run.metric, run.metric)}, {run.part} rows"))


def _small(text: str) -> Markup | None:
    return element("small", text) if text else None


def _damaged(run: RunSummary) -> Markup:
    return element(
        "tr",
        element("td"),
        element("th", run.name or run.id, scope="row", dir="auto", class_="rs-run"),
        element("td", element("span", "Damaged", class_="rs-state", data_tone="bad")),
        element("td", run.damaged, colspan=5),
        element("td", _button("Delete", "ask", run, bad=True)),
    )


def _actions(run: RunSummary) -> Markup:
    delete = None if run.status in _AT_WORK else _button("Delete", "ask", run)
    return element("div", _button("Open", "open", run), delete, class_="rs-actions rs-nowrap")


def _button(title: str, act: str, run: RunSummary, *, bad: bool = False, focus: bool = False) -> Markup:
    return element(
        "button",
        title,
        type="button",
        data_act=act,
        data_run=run.id,
        data_focus=run.id if focus else None,
        class_=f"rs-button rs-tiny{' rs-bad' if bad else ''}",
        aria_label=f"{title} {run.name or run.id}",
    )


def _question(run: RunSummary) -> Markup:
    what = "rows and settings" if run.status == "queued" and run.value is None else "model and report"
    said = element("p", f"Delete “{run.name or run.id}”? Its {what} are lost.")
    yes, no = _button("Delete", "delete", run, bad=True), _button("Keep", "keep", run, focus=True)
    asked = element("div", said, element("div", yes, no, class_="rs-actions"), class_="rs-headed", role="alert")
    return element("tr", element("td", asked, colspan=len(_HEADS)), class_="rs-asking")
