"""Step 3, Settings: how much effort, every setting with its reason, what will happen, and the start."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from studio.config import SETTINGS, RunConfig
from studio.errors import StudioError
from studio.jobs import actions
from studio.jobs.trial import measure, measure_in_passing
from studio.models.suggest_memory import SAVES
from studio.tasks import task_named
from studio.tasks.read_rows import Reading
from studio.ui import drafts, navigation, order
from studio.ui.binding import on_page
from studio.ui.choices import choices, chosen, radio_card, radio_cards
from studio.ui.controls import control, menu, range_in_words, shown_value, titles
from studio.ui.markup import Markup, element, fragment
from studio.ui.order import Plan
from studio.ui.pieces import card, error_card, heading, html
from studio.ui.session import EFFORTS, Session
from studio.ui.studio import Studio
from studio.ui.views.plan import speed_measured, what_will_happen
from studio.ui.views.read_rows import what_is_read
from studio.ui.words import between, count

_EFFORTS = {
    "quick": ("Quick", "A first answer, to see whether the data can be learned at all."),
    "balanced": ("Balanced", "A good model without waste. Right for nearly everything."),
    "thorough": ("Thorough", "About twice the time, for the last bit of quality."),
}
_MOST_ROWS_AHEAD = 200_000
"""A larger table is not frozen and measured without being asked."""
_INTRODUCTION = "Every value below was chosen for your data and this machine. You can start right away."
_MAIN = ("trains", "epochs", "learning_rate", "batch_rows", "max_length", "patience")
"""Settings that the simple view explains."""


@dataclass(frozen=True)
class SettingsStep:
    """The components of step 3."""

    effort: gr.HTML
    reasons: gr.HTML
    widgets: tuple[Any, ...]
    """One a setting, in the order of `SETTINGS`."""
    reset: gr.Button
    plan: gr.HTML
    name: gr.Textbox
    measure: gr.Button
    measured: gr.HTML
    start: gr.Button
    reading: gr.HTML
    """What a model that writes will read."""

    @property
    def view(self) -> list[Any]:
        """What `show` fills, in its order."""
        return [self.effort, self.reasons, *self.widgets, self.plan, self.name, self.measured, self.reading]


def draw(studio: Studio) -> SettingsStep:
    """Put the step on the page."""
    html(heading("How should it be trained?", _INTRODUCTION))
    effort = choices("", elem_id="settings-effort")
    with gr.Row(elem_classes=["fs-two-columns"]):
        with gr.Column(elem_classes=["fs-stack"], min_width=300):
            reasons = html(elem_id="settings-reasons")
            reading = html(elem_id="settings-reading")
        with gr.Column(elem_classes=["fs-stack"], min_width=300):
            plan = html(elem_id="settings-plan")
            with gr.Column(elem_classes=["fs-card", "fs-columns"]):
                name = gr.Textbox(
                    label="Name of the run", max_lines=1, max_length=200, elem_id="settings-name",
                    placeholder="Named after the file if left empty",
                )  # fmt: skip
                with gr.Row(elem_classes=["fs-actions"]):
                    measure_button = gr.Button("Measure time and memory", elem_id="settings-measure")
                    start = gr.Button("Start training", variant="primary", elem_id="settings-start")
                measured = html(elem_id="settings-measured")
    with gr.Accordion("Advanced: every setting", open=False, elem_id="settings-advanced"):
        widgets = tuple(_draw_widgets(studio))
        with gr.Row(elem_classes=["fs-actions"]):
            reset = gr.Button("Take the suggested values again", elem_id="settings-reset")
    return SettingsStep(effort, reasons, widgets, reset, plan, name, measure_button, measured, start, reading)


def _draw_widgets(studio: Studio) -> list[Any]:
    drawn: dict[str, Any] = {}
    for group, title in titles().items():
        about = (
            RunConfig.model_fields[group].annotation.__doc__ if group else "What makes a run come out the same again."
        )
        html(element("div", element("h3", title), element("p", about or "", class_="fs-quiet"), class_="fs-group"))
        with gr.Row(elem_classes=["fs-settings"]):
            for name, setting in SETTINGS.items():
                if setting.group == group:
                    drawn[name] = control(setting, menu(setting, studio.machine))
    return [drawn[name] for name in SETTINGS]


# ------------------------------------------------------------------ handlers


def show(studio: Studio, session: Session) -> list[Any]:
    """The whole step for this session."""
    try:
        plan = order.plan(studio, session)
        efforts = _effort_cards(studio, session)
    except StudioError as error:
        return [fragment(), error_card(error), *[gr.skip()] * len(SETTINGS), "", session.name, "", ""]
    will = _plan(studio, session, plan)
    return [efforts, _reasons(plan, session), *_widgets(plan), will, session.name, "", _reading(session, plan)]


def choose_effort(studio: Studio, session: Session, event: gr.EventData) -> tuple[Any, ...]:
    """Quick, balanced or thorough; what was changed by hand follows the suggestion again."""
    effort = chosen(event)
    if effort not in EFFORTS:
        raise StudioError("There is no such effort", fix="Choose quick, balanced or thorough.")
    session = replace(session, effort=effort, settings={})
    return session, *show(studio, session)[1:]


def change(studio: Studio, session: Session, *widgets: Any) -> tuple[Any, ...]:
    """A value of the advanced view was changed; the widgets stay as they are, for the hand that is typing."""
    try:
        session = replace(session, settings=_by_hand(studio, session, widgets))
    except StudioError as error:
        return session, gr.skip(), error_card(error), gr.skip()
    plan = order.plan(studio, session)
    return session, _reasons(plan, session), _plan(studio, session, plan), _reading(session, plan)


def reset(studio: Studio, session: Session) -> tuple[Any, ...]:
    """Back to the suggested values."""
    session = replace(session, settings={})
    return session, *show(studio, session)[1:]


def rename(studio: Studio, session: Session, name: str) -> Session:
    """The name of the run was typed."""
    return replace(session, name=str(name)[:200])


def measuring(studio: Studio, session: Session) -> Markup:
    """What is shown at once, while `measure_now` works."""
    return card(
        "Measuring …", text="A few steps are trained and thrown away. This takes 10 to 30 seconds.", tone="done"
    )


def measure_now(studio: Studio, session: Session, name: str, *widgets: Any) -> tuple[Session, Markup]:
    """A short measured trial of this very order, in a worker of its own."""
    try:
        session, run = drafts.draft(studio, _filled(studio, session, name, widgets))
        return session, speed_measured(measure(run, studio.spares))
    except StudioError as error:
        return session, fragment() if _refusal(studio, session) else error_card(
            error
        )  # then it stands where the rows would


def measure_ahead(studio: Studio, session: Session) -> tuple[Session, Any]:
    """Measure while a person reads, if a worker stands ready and nothing else is at work. Otherwise nothing is said.

    The worker then goes on to read the rows with the untuned model, so that training begins at once when Start is clicked.
    """
    busy = not studio.supervisor.is_idle or studio.supervisor.queue()
    try:
        if busy or not studio.spares.has_ready or order.plan(studio, session).facts.rows > _MOST_ROWS_AHEAD:
            return session, gr.skip()
        session, run = drafts.draft(studio, session)
        trial = measure_in_passing(run, studio.spares) if not run.trial.is_file() else None
    except StudioError:
        return session, ""  # what is wrong is said at the start, or where it was chosen
    return session, speed_measured(trial) if trial is not None else gr.skip()


def show_times(studio: Studio, session: Session) -> tuple[Any, ...]:
    """The efforts and the plan anew, once the speed is known, and the rows as they were read."""
    try:
        plan = order.plan(studio, session)
        return _effort_cards(studio, session), _plan(studio, session, plan), _reading(session, plan)
    except StudioError:
        return gr.skip(), gr.skip(), gr.skip()


def start(studio: Studio, session: Session, name: str, *widgets: Any) -> tuple[Session, Any, Any]:
    """Write the run folder, put it into the queue, and show it."""
    session, run = drafts.draft(studio, _filled(studio, session, name, widgets))
    if (refusal := _refusal(studio, session)) is not None:
        raise refusal
    actions.start(run)
    session = replace(session, run=run.id, draft="", draft_order="", name="")
    return session, gr.Tab(interactive=True), navigation.jump("train")  # opened here: not a round trip later


def _refusal(studio: Studio, session: Session) -> StudioError | None:
    """Why the worker that tried the form's draft could not learn from its rows."""
    try:
        reading = Reading.read(studio.home.run(session.draft).reading)
    except StudioError:
        return None
    return None if reading is None else reading.refusal


def _filled(studio: Studio, session: Session, name: str, widgets: Sequence[Any]) -> Session:
    """The session with what stands in the form now. Raises: StudioError for an impossible value."""
    return replace(session, name=str(name or "")[:200], settings=_by_hand(studio, session, widgets))


def _by_hand(studio: Studio, session: Session, widgets: Sequence[Any]) -> dict[str, Any]:
    """What differs from what was suggested where the widgets were filled. Raises: StudioError for an impossible value."""
    return order.by_hand(order.plan(studio, replace(on_page(session), settings={})), widgets)


# ------------------------------------------------------------------ pieces


def _effort_cards(studio: Studio, session: Session) -> Markup:
    cards, highs = [], _highs(studio, session)
    for name, (title, text) in _EFFORTS.items():
        told = between(*order.plan(studio, session, name).seconds(studio), highs)
        cards.append(
            radio_card(
                name,
                title,
                element("span", text),
                element("em", f"{told.capitalize() if told.startswith(('about', 'under')) else f'About {told}'} here"),
                group="effort",
                checked=name == session.effort,
            )
        )
    return radio_cards("Effort", cards)


def _plan(studio: Studio, session: Session, plan: Plan) -> Markup:
    return what_will_happen(studio, plan, task_named(session.task), _highs(studio, session))


def _reading(session: Session, plan: Plan) -> Markup:
    """What a model that writes will read; of others, only why they could not learn."""
    task = task_named(session.task)
    return what_is_read(plan.reading, task.example_is) if plan.reading or task.writes else fragment()


def _highs(studio: Studio, session: Session) -> list[float]:
    """The longest time of each effort: what is said of times beside these cards uses the same unit."""
    return [order.plan(studio, session, name).seconds(studio)[1] for name in _EFFORTS]


def _reasons(plan: Plan, session: Session) -> Markup:
    lines = [_reason(plan, name) for name in _MAIN]
    saved = [name for name in SAVES if plan.suggestions[name].value != SETTINGS[name].default]
    more = [name for name in dict.fromkeys([*session.settings, *saved]) if name in SETTINGS and name not in _MAIN]
    lines += [_reason(plan, name) for name in more]
    by_hand = len(session.settings)
    told = f"{count(by_hand, 'value')} changed by you." if by_hand else "Suggested for this data, model and machine."
    return card("The values, and why", element("dl", lines, class_="fs-reasons"), text=told)


def _reason(plan: Plan, name: str) -> Markup:
    setting, suggestion, value = SETTINGS[name], plan.suggestions.get(name), plan.values[name]
    suggested = suggestion.value if suggestion else setting.default
    why = suggestion.why if suggestion else setting.help
    if value != suggested:
        why = f"Set by you; suggested was {shown_value(suggested)}."
    return element("div", element("dt", setting.title, element("b", shown_value(value))), element("dd", why))


def _widgets(plan: Plan) -> list[Any]:
    updates = []
    for name, setting in SETTINGS.items():
        suggestion = plan.suggestions.get(name)
        span = range_in_words(setting)
        info = setting.help + (f" Possible: {span}." if span else "")
        info += f" Suggested: {suggestion.why}" if suggestion else ""
        updates.append(gr.update(value=plan.values[name], info=info))
    return updates
