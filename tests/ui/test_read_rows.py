"""What the model will read, before the start: pieces marked, texts escaped, what was cut counted, a refusal instead of a start."""

import pytest
from form import StandIn, filled, typed

from studio.errors import StudioError
from studio.jobs import actions
from studio.tasks.read_rows import Reading, ReadRow
from studio.tasks.task import Piece
from studio.ui import drafts, order
from studio.ui.steps import settings
from studio.ui.views.read_rows import what_is_read

ROW = ReadRow(
    12,
    (Piece("<s>", False, True), Piece("<b>ask</b>\n", False), Piece("reply", True)),
    tokens=9,
    learned=2,
    is_cut=True,
)
REFUSAL = StudioError("No token of any row would be learned", where="text length limit of 8 tokens", fix="Raise it.")


@pytest.fixture
def studio(home):
    return StandIn(home)


def test_a_reading_comes_back_from_its_file(tmp_path):
    reading = Reading((ROW,), 40, 3, 96, "second")
    reading.write(tmp_path / "reading.json")
    assert Reading.read(tmp_path / "reading.json") == reading
    Reading(refusal=REFUSAL).write(tmp_path / "reading.json")
    assert str(Reading.read(tmp_path / "reading.json").refusal) == str(REFUSAL)
    for damaged in ("", "[]", '{"rows": [1]}', '{"refusal": {"evil": 1}}'):
        (tmp_path / "reading.json").write_text(damaged)
        assert Reading.read(tmp_path / "reading.json") is None


def test_what_is_learned_is_marked_and_no_text_is_markup():
    told = what_is_read(Reading((ROW,), 40, 3, 96, "within"))
    assert "<mark>reply</mark>" in told
    assert "<code>&lt;s&gt;</code>" in told
    assert "&lt;b&gt;ask&lt;/b&gt;" in told
    assert "9 tokens, 2 of them learned" in told
    assert "3 rows of 40" in told
    assert "shortened to fit into 96" in told


def test_a_refusal_of_the_trial_is_shown_and_keeps_the_run_from_starting(studio, tmp_path, monkeypatch):
    session, run = drafts.draft(studio, filled(studio, tmp_path))
    Reading(refusal=REFUSAL).write(run.reading)
    assert "No token of any row would be learned" in settings.show_times(studio, session)[2]
    monkeypatch.setattr(actions, "start", lambda run: pytest.fail("it was started"))
    with pytest.raises(StudioError, match="No token of any row"):
        settings.start(studio, session, "", *typed())


def test_rows_read_with_other_settings_are_not_shown(studio, tmp_path):
    session, run = drafts.draft(studio, filled(studio, tmp_path))
    Reading((ROW,), 40, 3, 96, "within").write(run.reading)
    assert order.plan(studio, session).reading is not None
    *_rest, reading = settings.change(studio, session, *typed(max_length=17))
    assert reading == ""
