"""The step Export: the model as a zip that runs anywhere, its card, and the order that trains it again."""

import zipfile
from dataclasses import dataclass
from typing import Any

import gradio as gr

from studio.errors import StudioError
from studio.export import FORMATS
from studio.export.card import model_card
from studio.export.order import order_json, train_again
from studio.export.script import commands
from studio.rundir import RunDir
from studio.ui.clickable import clickable, text_of
from studio.ui.downloads import link
from studio.ui.markup import Markup, element, fragment
from studio.ui.pieces import error_card, heading, html, more
from studio.ui.session import Session
from studio.ui.steps.results import NO_RUN, told
from studio.ui.studio import Studio
from studio.ui.views.code import code_block
from studio.ui.views.package import Packed, package_card

HEAD = ("Export", "The model is yours: take it away, run it anywhere, train it again.")
"""Title of the step, and its sentence."""


@dataclass(frozen=True)
class ExportStep:
    """The components of the step, top to bottom."""

    head: gr.HTML
    formats: gr.HTML
    use: gr.HTML
    card_frame: gr.Column
    card: gr.Markdown

    @property
    def view(self) -> list[Any]:
        """What `show` draws."""
        return [self.formats, self.use, self.card_frame, self.card]


def draw(studio: Studio) -> ExportStep:
    """Put the step on the page."""
    head = html(heading(*HEAD), elem_id="export-head")
    formats = clickable(elem_id="export-formats")
    use = clickable(elem_id="export-use")
    with gr.Column(visible=False, elem_classes=["fs-card"], elem_id="export-card") as frame:
        html(fragment(
            element("h2", "Model card"),
            element("p", "The zip holds it as README.md: what the model was made from, what it can do, and its limits.", class_="fs-quiet"),
        ))  # fmt: skip
        card = gr.Markdown(sanitize_html=True, latex_delimiters=[], elem_id="export-card-text", max_height=640)
    return ExportStep(head, formats, use, frame, card)


def show(studio: Studio, session: Session) -> tuple[Any, ...]:
    """What can be taken away of the session's run, or a sentence on why nothing can."""
    try:
        run = _finished(studio, session)
        formats = _formats(run)
    except StudioError as error:
        return told(error.what, error.fix, again=bool(session.run)), "", gr.Column(visible=False), ""
    return formats, _use(run), gr.Column(visible=True), _without_front_matter(model_card(run))


def prepare(studio: Studio, session: Session, event: gr.EventData) -> Markup:
    """Build the package of one format; its download begins by itself."""
    try:
        run = _finished(studio, session)
        chosen = FORMATS.get(text_of(event, "act"))
        if chosen is None:
            raise StudioError("There is no such format", fix="Reload the page.")
        chosen.build(run)
        return _formats(run, start=chosen.name)
    except StudioError as error:
        return fragment(error_card(error), _formats(run))


def _finished(studio: Studio, session: Session) -> RunDir:
    if not session.run:
        raise StudioError(NO_RUN[0], fix=NO_RUN[1])
    run = studio.home.run(session.run)
    if not run.model.is_dir() or not run.report.is_file():
        raise StudioError(
            "There is nothing to take away yet", fix="The model can be exported as soon as training is over."
        )
    return run


def _formats(run: RunDir, start: str = "") -> Markup:
    cards = [_format(run, name, start=name == start) for name in FORMATS]
    return element("div", cards, class_="rs-stack")


def _format(run: RunDir, name: str, *, start: bool) -> Markup:
    """A format, with what is in it: read from the package where it is built and not older than the model."""
    fact, built = FORMATS[name], run.path / "export.zip"
    if built.is_file() and built.stat().st_mtime >= run.report.stat().st_mtime:
        with zipfile.ZipFile(built) as package:
            files = [
                Packed(each.filename.partition("/")[2], each.file_size)
                for each in package.infolist()
                if not each.is_dir()
            ]
        version = f"{built.stat().st_mtime_ns}" if start else ""
        return package_card(
            name,
            fact.title,
            fact.help,
            address=link(run, "export.zip"),
            files=files,
            total=built.stat().st_size,
            start=version,
        )
    files = [Packed(file, length) for file, length in fact.contents(run).items()]
    return package_card(name, fact.title, fact.help, address="", files=files, total=sum(file.bytes for file in files))


def _use(run: RunDir) -> Markup:
    """How to run the package, and how to train the same model again."""
    unpack = (
        "Unpack the zip, open a terminal in its folder, and ask. It needs Python with three packages, and no studio."
    )
    order = "train.json is the whole order: settings, split and seed. With the same table it leads to the same result."
    return element(
        "div",
        element(
            "section",
            element("h2", "Use it"),
            element("p", unpack, class_="fs-quiet"),
            code_block(commands(run), "the commands to use the model"),
            class_="fs-card",
        ),
        element(
            "section",
            element("h2", "Train it again"),
            element("p", order, class_="fs-quiet"),
            code_block(train_again(run.config), "the command to train again"),
            more("What train.json says", code_block(order_json(run), "train.json")),
            class_="fs-card",
        ),
        class_="rs-two",
    )  # fmt: skip


def _without_front_matter(card: str) -> str:
    """The card without the lines for machines at its top."""
    return card.split("\n---\n", 1)[1] if card.startswith("---\n") and "\n---\n" in card else card
