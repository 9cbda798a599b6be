import html
import zipfile

import gradio as gr
import pytest
from finished_run import HOSTILE, finished_run, run_without_end

from studio import storage
from studio.config import RunConfig
from studio.ui.session import Session
from studio.ui.steps import export
from studio.ui.views.package import Packed, package_card


class StandIn:
    def __init__(self, home):
        self.home = home


@pytest.fixture
def studio(home):
    return StandIn(home)


def test_without_a_finished_run_a_sentence(studio, tmp_path):
    assert "No run is open" in export.show(studio, Session())[0]
    formats, use, card_frame, card = export.show(studio, Session(run=run_without_end(studio.home, tmp_path).id))
    assert "nothing to take away yet" in formats
    assert "data-refresh" in formats
    assert (use, card_frame.visible, card) == ("", False, "")


def test_what_is_inside_is_told_before_and_after_it_is_built(studio, tmp_path):
    run = finished_run(studio.home, tmp_path, name=HOSTILE)
    session = Session(run=run.id)
    formats, use, card_frame, card = export.show(studio, session)
    for name in ("model.safetensors", "predict.py", "README.md", "train.json"):
        assert name in formats, name
    assert "Prepare and download" in formats
    assert card_frame.visible is True
    assert card.lstrip().startswith("#")  # the lines for machines are left out
    assert "studio train tickets.csv --config train.json" in use
    assert "<img" not in formats + use

    built = export.prepare(studio, session, gr.EventData(None, {"act": "archive"}))
    assert f'href="studio/download/{run.id}/export.zip"' in built
    assert "data-start" in built  # the download begins by itself
    with zipfile.ZipFile(run.path / "export.zip") as package:
        names = {name.partition("/")[2] for name in package.namelist()}
        order = next(name for name in package.namelist() if name.endswith("/train.json"))
        assert RunConfig.parse(package.read(order)).columns == run.config.columns
    assert all(f">{name}<" in built for name in names)
    assert all(f">{name}<" in formats for name in names)  # the promise before it was built
    assert formats.count("<tr>") == built.count("<tr>") == len(names)
    again = export.show(studio, session)[0]
    assert "export.zip" in again
    assert "data-start" not in again


@pytest.mark.parametrize("name", ["generation_config.json", "chat_template.jinja", "adapter/adapter_config.json"])
def test_every_file_of_a_package_is_said_to_be_for_something(name):
    card = package_card("archive", "Zip", "All of it.", address="", files=[Packed(name, 9)], total=9)
    assert "<td></td>" not in card


def test_a_package_older_than_the_report_is_built_again(studio, tmp_path):
    import os

    run = finished_run(studio.home, tmp_path)
    session = Session(run=run.id)
    export.prepare(studio, session, gr.EventData(None, {"act": "archive"}))
    os.utime(run.path / "export.zip", (1, 1))
    assert "Prepare and download" in export.show(studio, session)[0]


def test_a_damaged_model_and_an_unknown_format_are_told(studio, tmp_path):
    run = finished_run(studio.home, tmp_path)
    session = Session(run=run.id)
    assert "no such format" in export.prepare(studio, session, gr.EventData(None, {"act": "../x"}))
    storage.write_file(run.model / "head.safetensors", b"other")
    assert "damaged" in export.prepare(studio, session, gr.EventData(None, {"act": "archive"}))


def test_file_names_with_spaces_and_quotes_are_safe_in_the_command(studio, tmp_path):
    run = finished_run(studio.home, tmp_path)
    config = run.config.model_copy(update={"source": run.config.source.model_copy(update={"file": "a b'; rm -rf.csv"})})
    storage.write_file(run.path / "config.json", config.model_dump_json().encode())
    use = export.show(studio, Session(run=run.id))[1]
    assert "studio train &#x27;a b&#x27;&quot;&#x27;&quot;&#x27;; rm -rf.csv&#x27; --config" in use


def test_the_command_to_train_again_is_the_same_on_the_card(studio, tmp_path):
    run = finished_run(studio.home, tmp_path)
    source = run.config.source.model_copy(update={"file": "C:\\me\\rows.csv", "test_file": "new rows.csv"})
    storage.write_file(
        run.path / "config.json", run.config.model_copy(update={"source": source}).model_dump_json().encode()
    )
    again = "studio train rows.csv --config train.json --test 'new rows.csv'"
    _, use, _, card = export.show(studio, Session(run=run.id))
    assert html.escape(again) in use
    assert f"`{again}`" in card
