import json

import pytest

from studio.ui.session import Session

FULL = Session(
    table="a" * 20, test_table="b" * 20, columns={"text": "review", "label": "stars"}, is_ready=True, model="x/y",
    effort="quick", settings={"epochs": 5, "stop_early": False, "learning_rate": 2e-5, "watch": "loss"}, name="Mine",
    draft="c" * 20, draft_order="d", run="e" * 20,
)  # fmt: skip


def test_what_is_stored_comes_back():
    assert Session.parse(FULL.to_json()) == FULL


@pytest.mark.parametrize("value", [None, 3, "x", [], {}, {"unknown": 1}])
def test_anything_else_is_an_empty_form(value):
    assert Session.parse(value) == Session()


def test_several_columns_of_a_role_come_back():
    session = Session(columns={"text": "text", "labels": ("joy", "anger")})
    assert Session.parse(json.loads(json.dumps(session.to_json()))) == session


@pytest.mark.parametrize(
    "bad",
    [
        {"table": 7},
        {"table": "x" * 3000},
        {"columns": "text"},
        {"columns": {"text": [["a"]]}},
        {"columns": {"text": 7}},
        {"columns": {str(n): "x" for n in range(200)}},
        {"settings": {"epochs": {"a": 1}}},
        {"is_ready": "yes"},
        {"effort": "endless"},
        {"run": None},
    ],
)
def test_a_bad_field_is_dropped_and_the_rest_kept(bad):
    told = Session.parse({"name": "kept", **bad})
    assert told == Session(name="kept")
