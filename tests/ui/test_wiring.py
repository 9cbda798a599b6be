"""Every row of the table fits its handler, and the server stays light."""

import asyncio
import inspect
import subprocess
import sys

import gradio as gr
import pytest
from form import StandIn, write_table

from studio.errors import StudioError
from studio.rundir import Home
from studio.ui import page as page_module
from studio.ui import wiring
from studio.ui.binding import shown
from studio.ui.session import Session
from studio.ui.studio import Studio


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The page, and everything on it by name."""
    seen = []
    bind = wiring.bind
    studio = Studio.at(Home(tmp_path_factory.mktemp("home")).prepare(), spare=False)

    async def build():  # without a running loop gradio makes some and leaves them open
        return page_module.build(studio)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "bind", lambda studio, page: (seen.append(page), bind(studio, page)))
        blocks = asyncio.run(build())
    return blocks, seen[0]


def flat(rows):
    return [each for row in rows for each in (row, *flat(row.then))]


def specials(handler):
    """Parameters that gradio fills in by their kind."""
    hints = inspect.get_annotations(handler, eval_str=True)
    kinds = [(each.default, hints.get(each.name)) for each in inspect.signature(handler).parameters.values()]
    return sum(
        isinstance(default, gr.Progress) or (isinstance(hint, type) and issubclass(hint, gr.Request | gr.EventData))
        for default, hint in kinds
    )


def test_every_row_gives_its_handler_what_it_takes(drawn):
    _blocks, page = drawn
    for row in flat(wiring.rows(page)):
        told = inspect.signature(row.handler)
        several = any(each.kind is each.VAR_POSITIONAL for each in told.parameters.values())
        takes, gets = len(told.parameters), 1 + len(row.reads) + specials(row.handler)
        assert gets >= takes - 1 if several else gets == takes, f"{row.handler.__qualname__} takes {takes}, gets {gets}"


def test_a_session_is_read_where_a_handler_wants_one(drawn):
    _blocks, page = drawn
    for row in flat(wiring.rows(page)):
        names = list(inspect.signature(row.handler).parameters)[1:]
        if "session" in names:
            assert row.reads[names.index("session")] is page.session, row.handler.__qualname__


def test_progress_is_told_to_small_things_only(drawn):
    """Whoever was told of progress once is told at every event, and is copied with all that lies inside."""
    blocks, _page = drawn
    for each in blocks.config["dependencies"]:
        told = each["outputs"] if each["show_progress_on"] is None else each["show_progress_on"]
        assert not told or each["show_progress"] in ("minimal", "full"), each
        assert not [id_ for id_ in told if getattr(blocks.blocks[id_], "children", None)], each


def test_nothing_is_offered_to_scripts_and_nothing_waits_in_line(drawn):
    blocks, _page = drawn
    for function in blocks.fns.values():
        assert function.api_visibility == "private", function.name
        if function.fn is not None:
            assert function.concurrency_limit is None, function.name


def test_the_steps_are_drawn_in_their_order(drawn):
    _blocks, page = drawn
    assert list(page.tab) == list(wiring.navigation.STEPS)
    assert [tab.id for tab in page.tab.values()] == [str(n) for n in range(1, 9)]


def test_the_first_load_fills_what_the_views_name(drawn, home):
    _blocks, page = drawn
    from studio.ui.steps import data, model, settings

    studio = StandIn(home)
    for step, module in ((page.data, data), (page.model, model), (page.settings, settings)):
        assert len(module.show(studio, Session())) == len(step.view), module.__name__


def test_sessions_travel_as_json(home, tmp_path):
    from studio.ui.steps import data

    handler = shown(StandIn(home), data.take_upload)
    told, *_view = handler(Session().to_json(), str(write_table(tmp_path / "tickets.csv")))
    assert told["columns"] == {"text": "ticket", "label": "topic"}
    told, *_view = handler({"table": 7, "effort": "<b>", "model": "tiny"}, str(tmp_path / "tickets.csv"))
    assert (len(told["table"]), told["effort"], told["model"]) == (20, "balanced", "tiny")


def test_slow_handlers_do_not_write_the_session_they_were_given(drawn):
    _blocks, page = drawn
    slow = {"take_upload", "take_example", "take_test", "choose_columns", "measure_now"}
    rows = [row for row in flat(wiring.rows(page)) if row.handler.__name__ in slow]
    assert {row.handler.__name__ for row in rows} == slow
    assert all(row.keep is not None and row.writes[0] is page.session for row in rows)


def test_an_error_for_people_is_shown_escaped(home):
    def fail(studio, session):
        raise StudioError("No <b>such</b> thing", fix="Choose another.")

    with pytest.raises(gr.Error) as told:
        shown(StandIn(home), fail)({})
    assert "No &lt;b&gt;such&lt;/b&gt; thing. Choose another." in told.value.message
    assert told.value.duration == 12  # it goes away: it lies over buttons


def test_a_bug_is_told_as_ours_with_a_number_that_is_in_the_log(home, caplog):
    def fail(studio, session):
        raise RuntimeError("/secret/path")

    with pytest.raises(gr.Error) as told:
        shown(StandIn(home), fail)({})
    assert "bug of the studio" in told.value.message
    assert "/secret" not in told.value.message
    number = told.value.message.split("Error ")[1].split(";")[0]
    assert number in caplog.text
    assert "/secret/path" in caplog.text
    assert told.value.duration == 30


def test_a_number_of_values_that_does_not_fit_is_our_bug_and_not_a_crash(home):
    def handler(studio, session):
        return session

    with pytest.raises(gr.Error, match="bug of the studio"):
        shown(StandIn(home), handler)({}, 1, 2)


def test_the_server_never_imports_torch():
    code = (
        "import sys, tempfile, pathlib\n"
        "from studio.rundir import Home\n"
        "from studio.ui import server\n"
        "from studio.ui.studio import Studio\n"
        "server.build(Studio.at(Home(pathlib.Path(tempfile.mkdtemp())).prepare(), spare=False))\n"
        "print([name for name in ('torch', 'transformers', 'sklearn', 'scipy', 'peft', 'accelerate', 'datasets') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip().splitlines()[-1:] == ["[]"], done.stderr[-2000:]
