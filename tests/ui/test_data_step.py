import os
import time
from dataclasses import replace

import gradio as gr
import pytest
from form import StandIn, filled, write_table

from studio.data.detect.detection import sureness
from studio.data.read import Limits, read_table
from studio.errors import StudioError
from studio.tasks import TASKS
from studio.ui import bundled, tidying, uploads
from studio.ui.session import Session
from studio.ui.steps import data, mending
from studio.ui.views.readings import usable

HOSTILE = '<img src=x onerror="window.hacked=1">'


@pytest.fixture
def studio(home):
    return StandIn(home)


def named(view):
    """The view's updates by name."""
    names = [
        "message",
        "reread",
        "encoding",
        "delimiter",
        "header",
        "sheet",
        "member",
        "found",
        "reading",
        "task",
        *(f"menu{n}" for n in range(data.most_menus())),
    ]
    names += [
        "reason",
        "doctor",
        "picture",
        "rows",
        "part",
        "group",
        "time",
        "test_note",
        "dealt",
        "go_on",
        "inspect",
        "look",
        "inspected",
    ]
    return dict(zip(names, view, strict=True))


def event(choice):
    return gr.EventData(None, {"choice": choice})


def test_opening_a_page_wipes_out_nothing(studio):
    assert data.show(studio, Session()) == [gr.skip()] * len(named(data._View().updates))


def test_a_dropped_table_is_read_and_its_columns_guessed(studio, tmp_path):
    session, *view = data.take_upload(studio, Session(), str(write_table(tmp_path / "tickets.csv")))
    view = named(view)
    assert session.columns == {"text": "ticket", "label": "topic"}
    assert session.is_ready
    assert "Read as CSV: UTF-8, separated by commas" in view["reading"]
    assert "90" in view["reading"]
    assert "3 different values" in view["reason"]
    assert "billing" in view["picture"]
    assert "256 tokens" in view["picture"]
    assert "charged twice" in view["rows"]
    assert (view["menu0"].label, view["menu0"].value) == ("Text", "ticket")
    assert (view["menu1"].label, view["menu1"].value) == ("Label", "topic")
    assert view["go_on"].interactive


def test_the_upload_is_kept_under_an_id_and_its_own_name(studio, tmp_path):
    session = filled(studio, tmp_path)
    folder = studio.home.table(session.table)
    assert sorted(path.name for path in folder.iterdir()) == ["about.json", "report.txt", "table.csv"]
    assert uploads.read(studio.home, session.table, studio.limits).name == "tickets.csv"


@pytest.mark.parametrize(
    ("content", "told"), [(b"", "empty"), (b"%PDF-1.7 x", "PDF"), (b"text,label\n", "row"), (b"PK\x03\x04zz", "")]
)
def test_a_file_that_cannot_be_read_gets_a_sentence_in_its_place(studio, tmp_path, content, told):
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    session, *view = data.take_upload(studio, filled(studio, tmp_path), str(path))
    view = named(view)
    assert 'role="alert"' in view["message"]
    assert told in view["message"]
    assert not view["found"].visible
    assert (session.columns, session.is_ready) == ({}, False)


def test_a_file_over_the_limit_is_refused_before_it_is_kept(home, tmp_path):
    studio = StandIn(home, Limits(file_bytes=100))
    _session, *view = data.take_upload(studio, Session(), str(write_table(tmp_path / "tickets.csv")))
    assert "limit" in named(view)["message"]
    assert list(home.tables.iterdir()) == []


def test_one_label_only_is_said_and_locks_the_next_steps(studio, tmp_path, monkeypatch):
    monkeypatch.delitem(TASKS, "language-modeling")  # which needs no labels
    session, *view = data.take_upload(studio, Session(), str(write_table(tmp_path / "one.csv", labels=("same",))))
    if not session.is_ready and "same" not in str(view):
        session, *view = data.choose_columns(studio, session, "text-classification", "ticket", "topic")
    assert not session.is_ready
    assert not named(view)["go_on"].interactive
    assert "label" in named(view)["picture"].lower()


def test_one_column_for_both_roles_is_said_and_locks_the_next_steps(studio, tmp_path, monkeypatch):
    monkeypatch.delitem(TASKS, "language-modeling")  # which needs no labels
    (tmp_path / "one.csv").write_text("text\n" + "".join(f"text number {n % 5}\n" for n in range(40)), encoding="utf-8")
    session, *view = data.take_upload(studio, Session(), str(tmp_path / "one.csv"))
    assert "This table has one column only, “text”" in named(view)["reason"]
    assert "the right answer for each row, in a second column" in named(view)["reason"]
    assert "Fairly sure" not in named(view)["reason"]
    assert "looks made for another task, continuing texts" in named(view)["reason"]
    assert not session.is_ready
    assert not named(view)["go_on"].interactive
    session, *view = data.choose_columns(studio, filled(studio, tmp_path), "text-classification", "topic", "topic")
    assert "the same column, “topic”" in named(view)["reason"]
    assert named(view)["message"] == ""
    assert not session.is_ready


def test_conversations_are_called_so_where_their_lengths_are_told(studio):
    chats = next(place for place, each in enumerate(bundled.bundled()) if each.file == "library_chats.csv")
    _session, *view = data.take_example(studio, Session(), event(str(chats)))
    assert "Length of each conversation’s texts" in named(view)["picture"]


def test_what_keeps_these_columns_from_training_is_said_beside_them(studio, tmp_path):
    lines = [f"text number {n},{'good' if n % 2 else 'bad'},shop" for n in range(40)]
    (tmp_path / "shop.csv").write_text("\n".join(["text,label,source", *lines]), encoding="utf-8")
    session, *view = data.take_upload(studio, Session(), str(tmp_path / "shop.csv"))
    assert 'role="alert"' not in named(view)["reason"]
    session, *view = data.choose_columns(studio, session, "text-classification", "text", "source")
    assert "This table cannot be trained on yet: only one label." in named(view)["reason"]
    assert not session.is_ready


def test_what_was_changed_in_the_labels_is_told_with_the_reading(studio, tmp_path):
    lines = [f"text number {n},{' good' if n < 17 else 'good' if n % 2 else 'bad'}" for n in range(40)]
    (tmp_path / "spaces.csv").write_text("\n".join(["text,label", *lines]), encoding="utf-8")
    _session, *view = data.take_upload(studio, Session(), str(tmp_path / "spaces.csv"))
    assert "Spaces around the label were removed in 17 rows." in named(view)["reading"]


def test_damaged_rows_name_a_column_only_where_one_is_to_blame(studio, tmp_path):
    lines = [f"text number {n},{'good' if n % 2 else 'bad'}" for n in range(40)]
    (tmp_path / "ragged.csv").write_text("\n".join(["text,label", *lines[:5], "a,b,c", *lines[5:]]), encoding="utf-8")
    _session, *view = data.take_upload(studio, Session(), str(tmp_path / "ragged.csv"))
    assert ">What is wrong</th>" in named(view)["reading"]
    assert ">Column</th>" not in named(view)["reading"]
    (tmp_path / "empty.csv").write_text("\n".join(["text,label", *lines, "no label,"]), encoding="utf-8")
    _session, *view = data.take_upload(studio, Session(), str(tmp_path / "empty.csv"))
    assert ">Column</th>" in named(view)["picture"]


def test_hostile_cells_headers_and_names_are_text(studio, tmp_path):
    path = tmp_path / "x.csv"
    lines = [f"{HOSTILE},topic"] + [
        f'"{HOSTILE.replace(chr(34), chr(34) * 2)} {n} is here",{"<b>a</b>" if n % 2 else "b"}' for n in range(40)
    ]
    path.write_text("\n".join(lines).replace(f"{HOSTILE},topic", '"<i>text</i>",topic'), encoding="utf-8")
    session, *view = data.take_upload(studio, Session(), str(path))
    whole = "".join(str(each) for each in view if isinstance(each, str))
    assert session.columns == {"text": "<i>text</i>", "label": "topic"}
    assert "&lt;img" in whole
    for bad in ("<img", "<b>a</b>", "<i>text</i>"):
        assert bad not in whole


@pytest.mark.parametrize("place", range(3))
def test_every_example_goes_the_whole_way(studio, place):
    example = bundled.bundled()[place]
    session, *view = data.take_example(studio, Session(), event(str(place)))
    assert session.columns == example.columns
    assert session.is_ready
    assert f"{example.rows:,}" in named(view)["reading"]


@pytest.mark.parametrize("choice", ["99", "-1", "x", "", "../x", "١"])
def test_an_example_that_is_not_there_is_refused(studio, choice):
    with pytest.raises(StudioError):
        data.take_example(studio, Session(), event(choice))


def test_other_columns_can_be_chosen_and_wrong_ones_are_said(studio, tmp_path):
    session = filled(studio, tmp_path)
    session, *view = data.choose_columns(studio, session, "text-classification", "topic", "ticket")
    assert session.columns == {"text": "topic", "label": "ticket"}
    assert 'class="fs-quiet fs-inner"' not in named(view)["reason"], "the reason is for the guess"
    assert 'data-choice="0"' in named(view)["reason"], "which is one click away"
    session, *view = mending.take_reading(studio, session, event("0"))
    assert session.columns == {"text": "ticket", "label": "topic"}
    assert "Very sure (95 %)" in named(view)["reason"]
    session, *view = data.choose_columns(studio, session, "text-classification", "nowhere", "topic")
    assert "no column" in named(view)["reason"]
    assert not session.is_ready


def test_a_column_chosen_while_the_answer_to_another_is_on_its_way_stays(studio, tmp_path):
    """Menus are written for another task only: what they hold by then may be newer than what they were answered for."""

    def written(view):
        return [each.label for each in view if isinstance(each, gr.Dropdown) and each.label in ("Text", "Labels")]

    session, *view = data.choose_columns(
        studio, filled(studio, tmp_path), "multi-label-classification", "ticket", ["topic"]
    )
    assert "Text" in written(view)
    session, *view = data.choose_columns(studio, session, "multi-label-classification", "ticket", ["topic"])
    assert session.columns == {"text": "ticket", "labels": "topic"}
    assert written(view) == []


def test_a_changed_table_forgets_settings_made_for_the_old_one(studio, tmp_path):
    session = replace(filled(studio, tmp_path), settings={"epochs": 9}, name="Old")
    session, *_view = data.take_upload(studio, session, str(write_table(tmp_path / "new.csv")))
    assert (session.settings, session.name) == ({}, "")


def test_a_test_file_needs_the_same_columns(studio, tmp_path):
    session = filled(studio, tmp_path)
    told, *view = mending.take_test(studio, session, str(write_table(tmp_path / "test.csv", rows=12)))
    assert told.test_table
    assert "12 rows, for the report only" in named(view)["test_note"]
    (tmp_path / "other.csv").write_text("a,b\nx,y\nx,z\n", encoding="utf-8")
    told, *view = mending.take_test(studio, session, str(tmp_path / "other.csv"))
    assert told.test_table == ""
    assert "no column" in named(view)["test_note"]
    assert mending.take_test(studio, told, None)[0].test_table == ""


@pytest.mark.parametrize("table", ["x", "../..", "a" * 20])
def test_a_table_that_is_gone_is_said(studio, table):
    view = named(data.show(studio, Session(table=table, columns={"text": "a", "label": "b"})))
    assert "no longer there" in view["message"]


def test_old_uploads_are_swept_and_others_kept(studio, tmp_path):
    old, new = filled(studio, tmp_path), filled(studio, tmp_path)
    tidying.sweep(studio.home)
    assert studio.home.table(old.table)
    os.utime(studio.home.table(old.table), (1, 1))
    tidying.sweep(studio.home)
    assert [path.name for path in studio.home.tables.iterdir()] == [new.table]


def test_an_old_upload_that_is_still_read_stays(studio, tmp_path):
    session = filled(studio, tmp_path)
    os.utime(studio.home.table(session.table), (1, 1))
    data.show(studio, session)
    tidying.sweep(studio.home)
    assert studio.home.table(session.table)


def test_a_server_that_runs_for_long_removes_old_uploads_too(studio, tmp_path):
    session = filled(studio, tmp_path)
    with tidying.swept(studio.home, every_s=0.05):
        folder = studio.home.table(session.table)
        os.utime(folder, (1, 1))
        until = time.monotonic() + 10
        while folder.exists():
            assert time.monotonic() < until
            time.sleep(0.02)


@pytest.mark.parametrize("rows", [["1,2"], ["", ""], ["x"], ["a,a", "b,a"] * 20, [f"{n},{n * 7}" for n in range(40)]])
def test_a_table_that_fits_no_task_is_shown_all_the_same(studio, tmp_path, rows):
    (tmp_path / "odd.csv").write_text("\n".join(["one,two" if "," in rows[0] else "one", *rows]), encoding="utf-8")
    _session, *view = data.take_upload(studio, Session(), str(tmp_path / "odd.csv"))
    told = named(view)
    assert told["message"] or 'role="alert"' in told["reason"] or told["doctor"]


@pytest.fixture
def replies(tmp_path, monkeypatch):
    """A table that may be answered (not trained yet) or sorted, by either of two columns."""
    lines = [
        f"Please cancel order number {n},I have cancelled order {n} for you now,{'ab'[n % 2]},{'xyz'[n % 3]}"
        for n in range(60)
    ]
    monkeypatch.delitem(TASKS, "instruction-tuning", raising=False)
    path = tmp_path / "replies.csv"
    path.write_text("\n".join(["instruction,response,category,intent", *lines]), encoding="utf-8")
    return path


def test_other_readings_are_one_click_away_and_say_how_sure_they_are(studio, replies):
    session, *view = data.take_upload(studio, Session(), str(replies))
    seen = uploads.detected(studio.home, session.table, studio.limits)
    reason = named(view)["reason"]
    assert f"writing replies to instructions: {sureness(seen.confidence)}" in reason
    assert "it is used for sorting texts into groups" in reason
    used = seen.reading("text-classification", session.columns)
    assert f"{sureness(used.confidence).capitalize()}</b>. {used.reason}" in reason
    other = next(
        place
        for place, each in enumerate(seen.readings)
        if usable(each, read_table(replies)) is not None and each is not used
    )
    session, *view = mending.take_reading(studio, session, event(str(other)))
    assert session.columns == seen.readings[other].roles
    assert session.columns == {"text": "instruction", "label": "intent"}
    assert session.is_ready
    assert named(view)["menu1"].value == "intent"
    assert f'data-choice="{seen.readings.index(used)}"' in named(view)["reason"], "and back again"


@pytest.mark.parametrize("choice", ["0", "99", "-1", "", "²", "x"])
def test_a_reading_that_is_not_trained_or_not_there_is_refused(studio, replies, choice):
    session = data.take_upload(studio, Session(), str(replies))[0]
    with pytest.raises(StudioError, match="no such reading"):
        mending.take_reading(studio, session, event(choice))


def test_a_file_that_is_taken_away_leaves_nothing_behind(studio, tmp_path):
    session, *view = data.take_away(studio, filled(studio, tmp_path))
    assert (session.table, session.columns, session.is_ready) == ("", {}, False)
    view = named(view)
    assert not view["found"].visible
    assert "What you need" in view["message"]
    assert (view["reading"], view["doctor"], view["rows"]) == ("", "", "")
