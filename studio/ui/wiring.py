"""Every event of the page, in one table: when this happens, call that, with these, into those.

How rows are added: one section a step, in `rows` below. A handler is a plain function
`handler(studio, session, *values)`: the first component it reads is nearly always `page.session`, and it gets it as
a `Session`; what it returns goes to `writes` in order (one value, or a tuple), and a `Session` among them is turned
into JSON again. To open another step, write to `page.tabs` and return `navigation.jump("train")`. A handler that wants
progress or the request takes `progress: gr.Progress = PROGRESS` or `request: gr.Request` as its last parameter.

How errors reach a person, and why a handler must check its inputs: see `ui.binding`.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from studio.errors import StudioError
from studio.ui import drafts, navigation
from studio.ui.binding import Row, bind_row, only
from studio.ui.pieces import heading
from studio.ui.session import Session
from studio.ui.steps import (
    data,
    data_form,
    doubts,
    export,
    hub_search,
    mending,
    model,
    results,
    runs,
    settings,
    talk,
    train,
    try_it,
    whole_table,
)
from studio.ui.studio import Studio

if TYPE_CHECKING:
    from studio.ui.page import Page


def rows(page: "Page") -> list[Row]:
    """The table."""
    return [
        *_page_rows(page),
        *_data_rows(page),
        *_model_rows(page),
        *_settings_rows(page),
        *_train_rows(page),
        *_results_rows(page),
        *_try_it_rows(page),
        *_export_rows(page),
        *_runs_rows(page),
    ]


_LAST = {"trigger_mode": "always_last"}
"""While a handler runs, of further events only the last counts: for typing."""


def _on(component: Any) -> dict[str, Any]:
    """Progress is shown there."""
    return {"show_progress_on": component}


# ------------------------------------------------------------------ the page itself

_SHOW_RUN_IN_URL = """(session) => {
  const url = new URL(window.location.href), run = (session && session.run) || "";
  if ((url.searchParams.get("run") || "") === run) return;
  if (run) url.searchParams.set("run", run); else url.searchParams.delete("run");
  window.history.replaceState(null, "", url);
}"""


def open_page(studio: Studio, session: Session, request: gr.Request) -> tuple[Any, Any]:
    """A page was opened or reloaded: the run in the URL comes first, then what the browser remembers.

    Where there is nothing to bring back, nothing is written: a quick visitor may have clicked before this answer came.
    """
    arrived, where = navigation.arrive(studio.home, session, str(request.query_params.get("run") or ""))
    return (gr.skip(), gr.skip()) if arrived == session and not arrived.run else (arrived, where)


def show_steps(studio: Studio, session: Session) -> list[Any]:
    """Which steps are open and which carry a tick."""
    return navigation.state(studio.home, session)


def show_run(studio: Studio, session: Session) -> list[Any]:
    """The run that is open: its live view, and its name at the head of the steps about it."""
    try:
        title = studio.home.run(session.run).title if session.run else ""
    except StudioError:
        title = ""  # each step says that it is gone
    heads = [heading(*head, run=title) for head in (results.HEAD, try_it.HEAD, export.HEAD)]
    return [train.show(studio, session), *heads]


def ask_for_nothing(studio: Studio) -> None:
    """The page waits: any question makes Gradio's client fetch what lies ready (see `page`)."""


def _page_rows(page: "Page") -> list[Row]:
    run = [page.train.live, page.results.head, page.try_it.head, page.export.head]
    steps = [page.tabs, *page.tab.values()]
    shown_data = Row(None, data.show, [page.session], page.data.view)
    shown_run = Row(None, show_run, [page.session], run)
    opened = Row(page.blocks.load, open_page, [page.session], [page.session, page.tabs], then=(shown_data, shown_run))
    return [
        opened,
        Row(page.session.change, show_steps, [page.session], steps),
        Row(page.session.change, show_run, [page.session], run),
        Row(page.top.waiting, ask_for_nothing, [], [], options={"trigger_mode": "multiple"}),
    ]


_COLUMNS = ("task", "columns", "is_ready", "settings")
_TABLE = ("table", "test_table", "name", "split", *_COLUMNS)


def _data_rows(page: "Page") -> list[Row]:
    step = page.data
    reads, writes = [page.session], [page.session, *step.view]
    menus, test = [step.task, *step.menus], [page.session, step.splitting.test_upload]
    changed = [menu.input for menu in menus]
    shown, shown_test = _on(step.message), _on(step.splitting.test_note)
    reread, as_sent = step.reread.said, {"preprocess": False}
    apart = as_sent | shown
    menus_of_split, split = step.splitting.menus, only("split", "settings")
    split_menus, inspecting = [menu.input for menu in menus_of_split], step.inspecting
    looked = Row(None, doubts.look, reads, step.view, "full", _on(inspecting.found))
    brought = Row(None, data_form.bring_into_view, [], [], options={"js": data_form.BRING_INTO_VIEW})
    at_data = Row(
        None, navigation.to_data, reads, [page.tabs]
    )  # whoever went on meanwhile saw another table's settings
    seen = replace(at_data, then=(brought,))
    table, columns, tested = only(*_TABLE), only(*_COLUMNS), only("test_table")
    uploaded = Row(None, data.take_upload, [*reads, step.upload], writes, "minimal", shown, table, (seen,))
    return [
        Row(step.upload.upload, data.arriving, reads, writes, then=(uploaded,)),
        Row(step.upload.clear, data.take_away, reads, writes, keep=table),
        Row(step.examples.choose, data.take_example, reads, writes, "minimal", shown, keep=table, then=(seen,)),
        # raw values: the server may have been started anew since the menus were filled, and does not know their choices;
        # and the last of several counts, since two columns taken away quickly are two
        Row(changed, data.choose_columns, [*reads, *menus], writes, options=as_sent | _LAST, keep=columns),
        Row(reread, mending.read_again, [*reads, *step.reread.menus], writes, "minimal", apart, table, (at_data,)),
        Row(inspecting.look.click, doubts.looking, reads, [inspecting.look], then=(looked,)),
        Row(inspecting.found.choose, doubts.decide, reads, writes, "minimal", _on(inspecting.found), keep=columns),
        Row(step.reason.choose, mending.take_reading, reads, writes, "minimal", shown, keep=only("split", *_COLUMNS)),
        Row(step.doctor.choose, mending.act, reads, writes, "minimal", shown, keep=columns),
        Row(step.splitting.test_upload.upload, mending.take_test, test, writes, "minimal", shown_test, keep=tested),
        Row(step.splitting.test_upload.clear, mending.take_test, test, writes, keep=tested),
        Row(split_menus, mending.choose_split, [*reads, *menus_of_split], writes, options=as_sent, keep=split),
        Row(step.go_on.click, navigation.to_model, reads, [page.tabs]),
        Row(page.tab["data"].select, data.show, reads, step.view),
    ]


def _model_rows(page: "Page") -> list[Row]:
    step = page.model
    search, reads = step.search, [page.session]
    shown = Row(None, model.show, reads, step.view)
    return [
        Row(page.tab["model"].select, model.show, [page.session], step.view),
        Row(step.cards.choose, model.choose, reads, [page.session, *step.below]),
        Row(step.fetch.click, model.fetch, reads, step.view),
        Row(step.cancel.click, model.cancel, reads, step.below),
        Row(step.timer.tick, model.watch, reads, step.view),
        Row(
            [search.find.click, search.words.submit],
            hub_search.find,
            [*reads, search.words],
            [search.results],
            "minimal",
        ),
        Row(
            search.results.choose,
            hub_search.look,
            reads,
            [page.session, search.results],
            "minimal",
            keep=only("model", "settings"),
            then=(shown,),
        ),
        Row(step.go_on.click, model.go_on, [page.session], [page.tabs]),
    ]


def _settings_rows(page: "Page") -> list[Row]:
    step = page.settings
    reads, without_effort = [page.session], [page.session, *step.view[1:]]
    typed = [widget.input for widget in step.widgets]
    form = [page.session, step.name, *step.widgets]  # all of it, so that a click right after a key press misses nothing
    changed = Row(
        typed, settings.change, [*reads, *step.widgets], [page.session, step.reasons, step.plan, step.reading]
    )
    measured = Row(None, settings.measure_now, form, [page.session, step.measured], options={"preprocess": False})
    times = Row(None, settings.show_times, reads, [step.effort, step.plan, step.reading])
    measured = replace(measured, keep=drafts.keep, then=(times,))
    ahead = replace(measured, handler=settings.measure_ahead, reads=reads)
    return [
        Row(page.tab["settings"].select, settings.show, reads, step.view, then=(ahead,)),
        Row(step.effort.choose, settings.choose_effort, reads, without_effort),
        replace(changed, options={"trigger_mode": "always_last", "preprocess": False}),
        Row(step.reset.click, settings.reset, reads, without_effort),
        Row(step.name.input, settings.rename, [*reads, step.name], [page.session], options=_LAST),
        Row(step.measure.click, settings.measuring, reads, [step.measured], then=(measured,)),
        Row(
            step.start.click,
            settings.start,
            form,
            [page.session, page.tab["train"], page.tabs],
            options={"preprocess": False},
        ),
    ]


def _train_rows(page: "Page") -> list[Row]:
    step, steps = page.train, [page.tabs, *page.tab.values()]
    return [
        Row(step.live.status_changed, show_steps, [page.session], steps),
        Row(step.stop.click, train.stop, [page.session], []),
        Row(step.pause.click, train.pause, [page.session], []),
        Row(step.resume.click, train.resume, [page.session], []),
        Row(step.results.click, train.open_results, [page.session], [page.tabs]),
    ]


def _results_rows(page: "Page") -> list[Row]:
    step = page.results
    return [
        Row(step.report.refresh, results.show, [page.session], step.view, options=_LAST),
        Row(step.go_on.click, results.to_try_it, [page.session], [page.tabs]),
        Row(step.confusion.cell, results.cell, [page.session], [step.cell]),
        Row(step.heatmap.select, results.cell_of_heatmap, [page.session], [step.cell]),
    ]


def _try_it_rows(page: "Page") -> list[Row]:
    step = page.try_it
    asked = [page.session, *step.boxes]
    answered = Row(None, try_it.ask, asked, [step.answer])
    table = [page.session, step.file]
    return [
        Row(step.notice.refresh, try_it.warm, [page.session], []),
        Row(step.notice.refresh, try_it.show, [page.session, step.shown], step.view, options=_LAST),
        Row([step.ask.click, *(box.submit for box in step.boxes)], try_it.wait, asked, [step.answer], then=(answered,)),
        Row(step.ideas.act, try_it.pick, [page.session], list(step.boxes)),
        *_talk_rows(page),
        Row([step.file.upload, step.file.clear], whole_table.read_file, table, step.file_view),
        Row(step.predict.click, whole_table.predict, [*table, *step.columns], [step.predicted], "full"),
    ]


def _talk_rows(page: "Page") -> list[Row]:
    step, part = page.try_it, page.try_it.talk
    reads = [page.session, part.kept]
    replied = Row(None, talk.reply, reads, part.now)
    return [
        Row(step.notice.refresh, talk.show, reads, [part.whole, step.one, *part.now, part.ideas], options=_LAST),
        Row([part.send.click, part.box.submit], talk.send, [*reads, part.box], part.now, then=(replied,)),
        Row(part.again.click, talk.start_again, [page.session], part.now),
        Row(part.ideas.act, talk.pick, [page.session], part.now),
    ]


def _export_rows(page: "Page") -> list[Row]:
    step = page.export
    return [
        Row(step.formats.refresh, export.show, [page.session], step.view, options=_LAST),
        Row(step.formats.act, export.prepare, [page.session], [step.formats], "full"),
    ]


def _runs_rows(page: "Page") -> list[Row]:
    step = page.runs
    reads, writes = [page.session, step.asked], [page.session, page.tabs, *step.view]
    return [
        Row(step.table.refresh, runs.show, [*reads, step.pair], [step.table, *step.view[2:]], options=_LAST),
        Row(step.table.act, runs.act, reads, writes),
    ]


def bind(studio: Studio, page: "Page") -> None:
    """Bind every row. Call inside the Blocks."""
    for row in rows(page):
        bind_row(studio, row, row.trigger)
    page.session.change(None, [page.session], None, js=_SHOW_RUN_IN_URL, api_visibility="private")
