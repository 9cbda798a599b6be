import asyncio
import json

import pytest
from live_story import Teller, new_run

from studio.ui.live import live, poll_function
from studio.ui.watching import Pace, Watching


@pytest.fixture
def poll(home):
    return poll_function(Watching(home, list), Pace())


def _asked(poll, request):
    return json.loads(asyncio.run(poll(request)).body)


def test_the_first_answer_comes_with_a_wait(home, poll):
    run = new_run(home)
    assert run.lease.acquire()
    Teller(run).train(30)
    reply = _asked(poll, {"run": run.id, "order": 0, "life": -1, "card": ""})
    assert reply["wait"] == 500
    assert reply["whole"]


@pytest.mark.parametrize(
    "request_", [None, [], "x", {}, {"run": 5}, {"run": "../../etc"}, {"run": "a" * 20}, {"run": {"a": 1}}]
)
def test_what_is_not_a_run_here_is_gone(poll, request_):
    assert _asked(poll, request_) == {"wait": 10000, "gone": True}


def test_a_deleted_run_is_gone(home, poll):
    run = new_run(home)
    assert "gone" not in _asked(poll, {"run": run.id})
    run.path.rename(run.path.with_name("away"))
    assert _asked(poll, {"run": run.id})["gone"]


def test_a_long_story_is_read_beside_the_loop(home, poll):
    run = new_run(home)
    Teller(run, total=3000).train(2500)
    assert run.events_file.stat().st_size > 200_000
    assert _asked(poll, {"run": run.id})["raw"][0][-1] == 2500


def test_the_component_owns_its_page_and_names_its_event(home):
    component = live(home, list)
    assert "${" not in component.html_template
    assert "{{" not in component.html_template
    assert callable(component.status_changed)
    assert "innerHTML" not in component.js_on_load
