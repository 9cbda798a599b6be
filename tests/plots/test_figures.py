import json

import plotly.graph_objects as go
import pytest
from live_story import Teller, new_run

from studio.plots.confusion import confusion_matrix
from studio.plots.curves import compare_curves
from studio.plots.scatter import scatter
from studio.plots.style import LINE, as_text
from studio.story import Story

HOSTILE = '<a href="javascript:alert(1)">x</a> & <b>bold</b>'


def _valid(figure):
    """Plotly accepts every attribute, once the page's colors are put in; the figure travels as JSON."""

    def colored(value):
        if isinstance(value, str):
            return "#123456" if value.startswith("var(") else value
        if isinstance(value, list):
            return [colored(each) for each in value]
        return {key: colored(each) for key, each in value.items()} if isinstance(value, dict) else value

    json.dumps(figure, allow_nan=False)
    go.Figure(colored(figure))
    assert figure["layout"]["meta"]["alt"]
    return figure


def _texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            if key != "meta":  # goes into an attribute, by setAttribute
                yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _without_tags(figure):
    for text in _texts(figure):
        assert "<a" not in text
        assert "<b>" not in text


def test_text_is_only_text():
    assert as_text("a <b> & c") == "a &lt;b&gt; &amp; c"
    assert as_text("one\n two") == "one two"
    assert len(as_text("x" * 100, 40)) == 40


@pytest.mark.parametrize("labels", [["a", "b"], ["1", "2", HOSTILE], [f"l{n}" for n in range(77)]])
def test_confusion_matrices_of_all_sizes(labels):
    count = len(labels)
    counts = [[50 if row == column else (row + column) % 3 for column in range(count)] for row in range(count)]
    figure = _valid(confusion_matrix(labels, counts))
    heat = figure["data"][0]
    assert heat["z"][0][0] == counts[0][0] / sum(counts[0])
    assert figure["layout"]["xaxis"]["tickvals"] == list(range(count))  # not names: "1" would become a number
    assert f"{50 * count:,} of" in figure["layout"]["meta"]["alt"]
    _without_tags(figure)


def test_an_empty_row_of_the_confusion_matrix():
    figure = _valid(confusion_matrix(["a", "b"], [[0, 0], [1, 3]]))
    assert figure["data"][0]["z"] == [[0, 0], [0.25, 0.75]]


def test_curves_of_two_runs_over_each_other(home):
    stories = []
    for name in ("first", HOSTILE):
        run = new_run(home)
        Teller(run).train(200)
        stories.append((name, Story.of(run.events())))
    figure = _valid(compare_curves(stories))
    lines = [trace for trace in figure["data"] if "lines" in trace["mode"]]
    assert len(lines) == 2
    assert lines[0]["x"] == [0, 0.5, 1.0, 1.5, 2.0]
    assert lines[0]["line"] != lines[1]["line"]
    _without_tags(figure)
    metric = _valid(compare_curves(stories, "macro_f1", "Macro-F1"))
    assert all(0 <= value <= 1 for value in metric["data"][0]["y"])
    _valid(compare_curves([("empty", Story())]))


def test_numbers_against_numbers_are_told_as_everywhere_and_have_a_quiet_grid():
    figure = _valid(scatter([(1200.0, 1234.5, 2), (0.5, 0.25, 1003)]))
    assert figure["data"][1]["customdata"] == [["2", "1,200", "1,234"], ["1,003", "0.5", "0.25"]]
    assert "off by 17.4." in figure["layout"]["meta"]["alt"]
    assert {figure["layout"][axis]["gridcolor"] for axis in ("xaxis", "yaxis")} == {LINE}
