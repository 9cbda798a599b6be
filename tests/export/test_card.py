import json
import re
from types import SimpleNamespace

import pytest
from huggingface_hub import ModelCard
from markdown_it import MarkdownIt

from studio import storage
from studio.config import Edit, Model
from studio.data.example import Example, to_parquet
from studio.errors import StudioError
from studio.evaluation.report import read_report
from studio.evaluation.values import BaselineResult, MetricResult, Report
from studio.events import Checked, Started, to_line
from studio.export.base import base_of, license_note
from studio.export.card import _metrics, model_card
from studio.export.escape import cell, code, one_line, plain, quoted
from studio.export.training import how_trained
from studio.models.presets import PRESETS
from studio.rundir import Home, RunDir
from studio.tasks import TASKS, task_named
from studio.tasks.templates import template_of

from .finished import HOSTILE, make_finished_run


def _html(card):
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(card)


def test_the_front_matter_is_what_the_hub_reads(run):
    data = ModelCard(model_card(run)).data
    assert data.license == "apache-2.0"
    assert data.base_model == "sentence-transformers/all-MiniLM-L6-v2"
    assert data.language == ["en"]
    assert data.pipeline_tag == "text-classification"
    assert data.library_name == "transformers"
    assert data.datasets is None
    assert data.model_name == "Tickets – first try"
    results = {result.metric_type: result for result in data.eval_results}
    assert set(results) == {"accuracy", "f1"}
    assert results["accuracy"].metric_value == pytest.approx(read_report(run).metrics[0].value, abs=5e-5)
    assert results["accuracy"].dataset_name == "tickets.csv"


def test_tasks_are_called_as_the_hub_calls_them():
    names = {"text-classification", "token-classification", "question-answering", "text-generation"}
    assert {task.hub_task for task in TASKS.values()} == {*names, ""}
    assert not task_named("language-modeling").hub_task  # it may write on, or fill gaps


def test_the_facts_of_the_run_are_in_it(run):
    card, report = model_card(run), read_report(run)
    assert report.comparison.sentence.split(":")[0] in card
    for fact in (
        "162 rows", "96 train, 24 validation, 40 test", "could not be used: 2", "SHA-256 `abab", "column `ticket`", "40 test rows",
        "Simple model (TF-IDF with logistic regression)", "| Learning rate | 1e-4 |", "| Seed | 5 |", "the version kept is from step 3",
        "Macro-F1 80.0 %", "first 12 tokens", "Apache License 2.0", "python predict.py",
        "With 40 test rows the numbers above are rough", "3 training texts were cut.",
    ):  # fmt: skip
        assert fact in card, fact


@pytest.mark.parametrize(
    ("count", "notes", "said"),
    [
        (0, ["2 rows left out for having more or fewer cells than there are columns."], "2 rows for having more"),
        (2, ["1 row left out for broken quotation marks."], "2 without a usable text or label; 1 row for broken"),
        (
            0,
            ["1 row left out of training because the same text is in the test file."],
            "none\n- 1 row left out of training",
        ),
    ],
)
def test_rows_left_out_are_told_in_one_statement(fresh, count, notes, said):
    storage.write_json(fresh.facts, {"left_out": {"count": count}, "notes": notes})
    card = model_card(fresh)
    assert f"- Rows left out because they could not be used: {said}" in card
    assert (f"\n- {notes[0][:14]}" in card) == said.startswith("none")


def test_what_was_changed_by_hand_is_told_in_counts_and_once(fresh):
    edits = (
        Edit(kind="repeated-rows", title="Remove 2 repeated rows", drop=(3, 9)),
        Edit(
            kind="label-errors", title="Doubted *labels*", drop=(4,), cells={"topic": {5: "x", 6: "SECRET"}}, kept=(7,)
        ),
    )
    config = fresh.config
    source = config.source.model_copy(update={"edits": edits})
    storage.write_file(
        fresh.path / "config.json", config.model_copy(update={"source": source}).model_dump_json().encode()
    )
    storage.write_json(fresh.facts, {"notes": ["Changed by hand before training: Remove 2 repeated rows (…)."]})
    card = model_card(RunDir(fresh.path))
    assert (
        "- Changed by hand before training, in the studio and not in the file: "
        "3 rows taken out, 2 cells rewritten, 1 doubted row kept as it is\n"
        "  - Remove 2 repeated rows: 2 rows taken out\n"
    ) in card
    assert "Doubted \\*labels\\*: 1 row taken out, 2 cells rewritten" in card
    assert card.count("Changed by hand") == 1
    assert "SECRET" not in card


def test_no_cell_of_the_table_is_in_it(run):
    assert "SECRET CELL" not in model_card(run)


def test_lora_is_told_only_where_it_was_used(run):
    assert "LoRA" not in model_card(run)
    assert "peft" not in model_card(run)


def test_hostile_words_are_shown_and_not_obeyed(tmp_path):
    home = Home(tmp_path).prepare()
    run = make_finished_run(home, name=HOSTILE[:180], labels={"account": HOSTILE[:150], "billing": "```\n- x"})
    card = model_card(run)
    data = ModelCard(card).data
    assert data.model_name == one_line(HOSTILE[:180])
    body = card.split("\n---\n", 1)[1]
    html = _html(body)
    assert "<img" not in html
    assert "<b>" not in html
    assert 'href="javascript' not in html
    assert html.count("<h1>") == 1
    assert "\u202e" not in card
    rows = re.findall(r"<tr>\n(?:<td.*\n)+", html)
    assert rows
    assert len({row.count("<td") for row in rows if "&lt;img" in row}) == 1


def test_without_a_report_there_is_no_card(fresh):
    storage.remove_file(fresh.report)
    with pytest.raises(StudioError, match="no report yet"):
        model_card(fresh)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_every_preset_has_facts_for_the_card(preset):
    base = base_of(Model(id=preset.id))
    assert "/" in base.hub
    assert base.license in ("apache-2.0", "mit") or preset.is_gated
    assert base.license_name != base.license  # it is named as people write it
    assert base.language_code in ("en", "multilingual")
    assert base.hub in license_note(Model(id=preset.id))


def test_of_a_model_found_on_the_hub_its_page_is_named_and_no_licence_claimed():
    model = Model(id="some/encoder", revision="a" * 40)
    base = base_of(model)
    assert (base.title, base.hub, base.license, base.revision) == ("encoder", "some/encoder", "", "a" * 40)
    note = license_note(model)
    assert "huggingface.co/some/encoder" in note
    assert "does not know its licence" in note
    assert "spdx" not in note


def test_terms_that_spdx_does_not_list_have_their_own_address():
    note = license_note(Model(id="google/gemma-3-1b-it"))
    assert "ai.google.dev/gemma/terms" in note
    assert "SPDX" not in note


def test_of_a_folder_nothing_is_claimed():
    base = base_of(Model(id="folder:ours"))
    assert (base.hub, base.license, base.language_code) == ("", "", "")
    assert "does not know its licence" in license_note(Model(id="folder:ours"))


@pytest.mark.parametrize(
    "text", [HOSTILE, "`", "``a`", "a|b", "| --- |", "<script>", "http://x.y", "www.x.y", "$x$", "@me", "\x85a\u2028b"]
)
def test_escapes(text):
    import yaml

    html = _html(f"{plain(text)} {code(text)}")
    assert "<img" not in html
    assert "<script" not in html
    assert "<a " not in html
    assert yaml.safe_load(f"name: {quoted(text)}") == {"name": one_line(text)}
    table = _html(f"| a | b |\n|---|---|\n| {cell(text)} | c |\n")
    assert table.count("<td>") == 2


def test_a_simple_model_without_a_metric_leaves_its_column_empty() -> None:
    """Nearest rows give no chances to words, so that they have no perplexity."""
    metric = MetricResult(name="perplexity", title="Perplexity", value=3.0, low=2.0, high=4.0, unit="tokens")
    shared = MetricResult(name="chrf", title="chrF", value=0.5, low=0.4, high=0.6)
    rung = BaselineResult(name="nearest", title="Nearest", metrics=[shared])
    report = Report.model_construct(metrics=[metric, shared], ladder=[rung], rows=9, calibration_error=None)
    told = _metrics(report, task_named("chat"))
    line = next(line for line in told.splitlines() if line.startswith("| Nearest"))
    assert line == "| Nearest | – | 50.0 % (40.0 to 60.0) |"
    assert "on 9 test conversations" in told
    assert "\n- Perplexity: Between how many tokens" in told
    assert told.count("Lower is better.") == 1, "of the perplexity, not of chrF"


WRITER = {
    "kind": "causal", "labels": [], "max_length": 512, "new_tokens": 100, "task": "chat", "thresholds": [],
}  # fmt: skip


@pytest.fixture
def wears(fresh):
    """`wears(task, facts, roles)`: the card of the run as if its model were of another kind, and read other texts."""

    def card(task, facts, roles, *, files=(), target="1.5"):
        for name, text in {"head.json": json.dumps(facts), **dict(files)}.items():
            storage.make_folder((fresh.model / name).parent)
            storage.write_file(fresh.model / name, text.encode())
        rows = [Example(2, dict.fromkeys(roles, "hello"), target), Example(3, dict.fromkeys(roles, "hello"), "-2")]
        for part in ("train", "test"):
            storage.write_file(fresh.part(part), to_parquet(rows))
        told = fresh.config.model_copy(update={"task": task, "columns": {role: f"my {role}" for role in roles}})
        storage.write_file(fresh.path / "config.json", told.model_dump_json().encode())
        report = read_report(fresh)
        storage.write_json(
            fresh.report,
            report.model_copy(update={"task": task, "confusion": [], "per_label": []}).model_dump(mode="json"),
        )
        return model_card(RunDir(fresh.path))

    return card


def test_of_models_that_write_the_limits_are_those_of_writing(wears):
    card = wears("chat", WRITER, ["messages"])
    limits = card.split("## Limits")[1]
    for said in ("can be made up", "come to repeat itself", "at most 100 tokens, some 75 English words", "read and written badly",
                 "at most 412 tokens", "the first turns are left out"):  # fmt: skip
        assert said in limits, said
    assert "labels" not in limits
    assert "a messages" not in card
    assert "| Learning rate |" in card
    assert "| Head learning rate factor |" not in card, "there is no head"
    assert 'python predict.py "a question"' in card
    assert "the end of a longer request is cut off" in wears("instruction-tuning", WRITER, ["instruction", "input"])
    assert "only the end of a longer text is read" in wears("language-modeling", WRITER, ["text"])
    rewriter = WRITER | {"kind": "encoder-decoder", "prefix": "translate English to German:"}
    card = wears("text-to-text", rewriter, ["source"])
    among = "of a text, those of `translate English to German:` in front of it among them; the rest is cut off"
    assert f"first 512 tokens, some 384 English words, {among}" in card
    assert "of a text; the rest" in wears("text-to-text", rewriter | {"prefix": ""}, ["source"])
    assert 'tokenizer("translate English to German: a text"' in card


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (template_of(SimpleNamespace(chat_template=None, bos_token_id=None)), "a plain one of the studio."),
        ("{{ messages }}", "It is the base model's own. `apply"),
        (template_of(SimpleNamespace(chat_template="{{ enable_thinking }}")), "answer without thinking first."),
        (template_of(SimpleNamespace(chat_template="{{ enable_thinking }}"), thinks=True), "think before it answers."),
    ],
)
def test_where_the_chat_template_comes_from_is_told(wears, template, said):
    card = wears("instruction-tuning", WRITER, ["instruction"], files={"chat_template.jinja": template})
    assert said in card
    assert '"content": "an instruction"}' in card
    assert "a instruction" not in card


def test_adapters_are_told_with_the_base_model_that_they_belong_to(wears):
    files = {"adapter/adapter_config.json": '{"r": 8}', "adapter/adapter_model.safetensors": "x" * 300_000}
    card = wears("chat", WRITER, ["messages"], files=files)
    assert "LoRA, of rank 8" in card
    assert "(0.3 MB)" in card
    assert 'AutoModelForCausalLM.from_pretrained("sentence-transformers/all-MiniLM-L6-v2"' in card


@pytest.mark.parametrize(
    ("task", "facts", "roles", "said"),
    [
        ("text-regression", {"kind": "number"}, ["text"], "It learned from numbers from −2 to 1.5; beyond them"),
        ("text-regression", {"kind": "similarity"}, ["text", "text_pair"], "of each of the two texts"),
        (
            "token-classification",
            {"kind": "token", "labels": ["place", "a|b"]},
            ["text"],
            "nothing but `place`, `a|b`,",
        ),
        ("question-answering", {"kind": "span", "thresholds": [1e6]}, ["context", "question"], "always gives one"),
        ("multi-label-classification", {"kind": "multi-label"}, ["text"], "may find none that fits"),
        ("language-modeling", {"kind": "masked"}, ["text"], "fills each gap with one token"),
    ],
)
def test_each_kind_has_limits_of_its_own(wears, task, facts, roles, said):
    card = wears(task, WRITER | facts, roles)
    assert said in card.split("## Limits")[1]
    assert "made up" not in card
    assert all(f"`my {role}`" in card.split("## Data")[0] for role in roles), "which columns a file needs"


@pytest.mark.parametrize(
    ("task", "watch", "said"),
    [
        ("text-regression", "pearson", "Pearson correlation 0.853"),
        ("text-regression", "mean_absolute_error", "Mean absolute error 0.853"),
        ("chat", "perplexity", "Perplexity 0.853"),
        ("text-classification", "accuracy", "Accuracy 85.3 %"),
    ],
)
def test_a_watched_value_is_told_in_its_own_unit(fresh, task, watch, said):
    started, checked = (next(each for each in fresh.events() if isinstance(each, kind)) for kind in (Started, Checked))
    told = [started.model_copy(update={"watch": watch}), checked.model_copy(update={"best_value": 0.853})]
    storage.write_file(fresh.events_file, b"".join(map(to_line, told)))
    storage.write_file(
        fresh.path / "config.json", fresh.config.model_copy(update={"task": task}).model_dump_json().encode()
    )
    assert how_trained(RunDir(fresh.path)).splitlines()[3].endswith(f"loss 0.900, {said}")


def test_a_question_with_no_answer_is_only_told_where_there_can_be_one(wears):
    assert "always gives one" not in wears(
        "question-answering", WRITER | {"kind": "span", "thresholds": [0.5]}, ["context", "question"]
    )
