"""What is too long is told alike wherever it stands: by the data doctor, beside the chart, at the setting."""

import html
import json
import re
from dataclasses import replace

import pytest

from studio.data.read import Limits
from studio.models.embedded import embedded_folder
from studio.models.lengths import MOST_COUNTED
from studio.models.presets import EMBEDDED
from studio.models.sizing import Machine
from studio.models.suggest import suggest
from studio.tasks import task_named
from studio.ui import uploads
from studio.ui.uploads import Wanted
from studio.ui.views.rows_seen import Titles, picture

LIMIT = 64
TOKENIZER = embedded_folder() / "tokenizer.json"


def talk(number, turns, names=("from", "value", "human", "gpt")):
    who, what, asks, replies = names
    words = ("the parcel is late " * (1 + number % 7)).strip()
    return [{who: (asks, replies)[place % 2], what: f"{words} {number} {place}"} for place in range(2 * turns)]


def lines_of(home, tmp_path, task, columns, lines):
    """The doctor's finding of what is too long, and the text of the page's picture."""
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    table = uploads.keep(home, path, path.name, Limits())
    seen = uploads.look(home, Wanted(table, task, tuple(columns.items()), TOKENIZER, longest=LIMIT), Limits())
    preset = replace(EMBEDDED, context=LIMIT)
    drawn = (
        html.unescape(str(picture(seen, None, Titles.of(task_named(task)), preset)))
        .replace("\u202f", " ")
        .replace("\xa0", " ")
    )
    return seen, next(each for each in seen.findings if each.kind == "too-long"), drawn, preset


@pytest.mark.parametrize("count", [60, MOST_COUNTED + 600])
def test_conversations(home, tmp_path, count):
    lines = [{"conversations": talk(number, 1 + number % 3)} for number in range(count)]
    seen, finding, drawn, preset = lines_of(home, tmp_path, "chat", {"messages": "conversations"}, lines)
    share = float(re.search(r"([\d.]+) % are longer", drawn)[1])
    sampled = count > MOST_COUNTED
    assert 100 * len(finding.rows) / count == pytest.approx(share, abs=2 if sampled else 0.051)
    longest = re.search(r"the longest has ([\d,]+)", finding.text)[1]
    assert f"the longest {longest}." in drawn
    assert f"of the {count:,} texts" in drawn if sampled else "of the" not in drawn.partition("Half")[0]
    reason = suggest(seen.facts, preset, Machine(8, 30 * 2**30, 30 * 2**30))["max_length"].why
    for told in (finding.text, drawn, reason):
        assert "oldest messages" in told
        assert "end is cut off" not in told
        assert "end of longer texts" not in told


def test_two_texts_of_which_each_has_the_limit_for_itself(home, tmp_path):
    words = "the parcel is late and nobody knows why "
    lines = [{"source": words * (1 + number % 9), "target": f"late {number}"} for number in range(40)]
    _, finding, drawn, _ = lines_of(home, tmp_path, "text-to-text", {"source": "source", "target": "target"}, lines)
    assert f"{100 * len(finding.rows) / 40:.1f} % are longer" in drawn
    assert "their end is cut off" in drawn
    assert "stands at the beginning" in finding.why
