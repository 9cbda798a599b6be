"""The page: the bar of steps, and each step drawn into its tab. No event is bound here (see `ui.wiring`)."""

from dataclasses import dataclass

import gradio as gr

from studio.ui import navigation, wiring
from studio.ui.session import Session
from studio.ui.steps import data_form, export, model, results, runs, settings, train, try_it
from studio.ui.studio import Studio
from studio.ui.words import size

TITLE = "Fine-Tuning Studio"
_WAITING = """let waits = 0;
setInterval(() => {
  waits = document.querySelector('.progress-text') ? waits + 1 : 0;
  if (waits > 1 && waits % 2 === 0) trigger('waiting', {});
}, 1000);"""
"""An answer that the server gives in the moment in which it closes its stream lies there until Gradio's client asks for
something else and opens another. So a page that waits for more than a moment asks: for nothing."""
_LOGO = (
    '<svg class="fs-logo" viewBox="0 0 28 28" aria-hidden="true"><rect width="28" height="28" rx="8" fill="var(--brand)"/>'
    '<path d="M6 8.5c3.2 0 3.4 9.5 7 9.5h9" fill="none" stroke="var(--onbrand)" stroke-width="2.4" stroke-linecap="round"/>'
    '<circle cx="22" cy="18" r="2.6" fill="var(--onbrand)"/></svg>'
)


@dataclass(frozen=True)
class Page:
    """Everything on the page by name, for the wiring."""

    blocks: gr.Blocks
    session: gr.BrowserState
    """A `Session` as JSON; kept by the browser, so that it outlives a reload and a restart of the server."""
    top: gr.HTML
    """The bar above the steps; its event `waiting` fires while anything on the page waits for an answer."""
    tabs: gr.Tabs
    tab: dict[str, gr.Tab]
    """Step name → its tab, for `tab["runs"].select`."""
    data: data_form.DataStep
    model: model.ModelStep
    settings: settings.SettingsStep
    train: train.TrainStep
    results: results.ResultsStep
    try_it: try_it.TryItStep
    export: export.ExportStep
    runs: runs.RunsStep


def build(studio: Studio) -> gr.Blocks:
    """The whole page, drawn and wired."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(3600, 86400)) as blocks:
        session = gr.BrowserState(Session().to_json(), storage_key="finetuning-studio", secret="finetuning-studio")
        top = gr.HTML(_top(studio), elem_id="fs-top", js_on_load=_WAITING, padding=False, container=False)
        tab: dict[str, gr.Tab] = {}
        drawn = {}
        with gr.Tabs(elem_id="fs-steps", elem_classes=["fs-steps"], overflow_behavior="wrap") as tabs:
            for name, step in _STEPS.items():
                open_now = navigation.is_open(name, Session())
                title = navigation.STEPS[name]
                with gr.Tab(title, id=navigation.number(name), elem_id=f"step-{name}", interactive=open_now) as tab[
                    name
                ]:
                    drawn[name] = step.draw(studio)
        wiring.bind(studio, Page(blocks, session, top, tabs, tab, **drawn))
    return blocks


_STEPS = {
    "data": data_form,
    "model": model,
    "settings": settings,
    "train": train,
    "results": results,
    "try_it": try_it,
    "export": export,
    "runs": runs,
}


def _top(studio: Studio) -> str:
    return f'<div class="fs-bar">{_LOGO}<b>{TITLE}</b><span class="fs-chip">{machine_in_words(studio)}</span></div>'


def machine_in_words(studio: Studio) -> str:
    """As in 'This machine · 8 cores · 16 GB · no GPU'. Numbers only, so nothing needs escaping."""
    machine = studio.machine
    return f"This machine · {machine.cores} cores · {size(machine.memory)} · {'GPU' if machine.gpu else 'no GPU'}"
