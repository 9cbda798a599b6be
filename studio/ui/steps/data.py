"""Step 1, Data: bring a table, see how it was read, say which column is what, learn what is odd about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from studio.columns import Columns, all_columns
from studio.data.doctor.health import health
from studio.data.doctor.report import as_text
from studio.data.phrases import shortened
from studio.errors import StudioError
from studio.models.lengths import tokenizer_file
from studio.models.presets import Preset
from studio.tasks import detect, task_named
from studio.tasks.task import Task
from studio.ui import base_model, bundled, dealing, uploads
from studio.ui.answers import kind_of
from studio.ui.choices import chosen
from studio.ui.markup import Markup, element, fragment
from studio.ui.pieces import card, error_card
from studio.ui.session import Session
from studio.ui.steps import inspecting, splitting
from studio.ui.steps import reading as reading_menus
from studio.ui.steps.columns import chosen_columns, first_columns, menus, most_menus
from studio.ui.studio import Studio
from studio.ui.uploads import Look, Wanted
from studio.ui.views.doctor import changes, diagnosis
from studio.ui.views.readings import readings
from studio.ui.views.rows_seen import Titles, picture
from studio.ui.views.table import first_rows, reading
from studio.ui.views.welcome import promises

_ANY = "text-classification"
_TO_DO = "Choose other columns, or see under “Health of this table” what is to be mended."
_NOTE_PLACE, _DEALT_PLACE = -6, -5
"""Of the note on the test file in `show`'s values, and of what is said of the split."""


def arriving(studio: Studio, session: Session) -> tuple[Any, ...]:
    """A file was dropped: what stands here is of another table, and nothing of it may be started while this one is read."""
    waiting = card("Reading the file …", text="A large one takes some seconds.", tone="done")
    return _without_table(session), *_View(message=waiting).updates


def take_upload(studio: Studio, session: Session, file: str | None) -> tuple[Any, ...]:
    """A file was dropped: keep it, read it, guess the columns."""
    if not file:
        return session, *show(studio, session)
    return _take(studio, session, Path(file), Path(file).name)


def take_away(studio: Studio, session: Session) -> tuple[Any, ...]:
    """The dropped file was taken away: the step is as at the beginning, ready for another table."""
    return _without_table(session), *_View(message=promises()).updates


def _without_table(session: Session) -> Session:
    return replace(session, table="", test_table="", columns={}, split={}, is_ready=False, settings={}, name="")


def take_example(studio: Studio, session: Session, event: gr.EventData) -> tuple[Any, ...]:
    """An example was clicked; it goes the way of every upload."""
    examples = {str(place): example for place, example in enumerate(bundled.bundled())}
    example = examples.get(chosen(event))
    if example is None:
        raise StudioError("There is no such example", fix="Choose one of the cards.")
    return _take(studio, session, bundled.path_of(example), example.file, example.columns, example.task)


def _take(
    studio: Studio, session: Session, path: Path, name: str, roles: Columns | None = None, task: str = ""
) -> tuple[Any, ...]:
    blank = _without_table(session)
    try:
        table_id = uploads.keep(studio.home, path, name, studio.limits)
    except StudioError as error:
        return blank, *_View(message=error_card(error)).updates
    return arrive(studio, replace(blank, table=table_id), roles, task)


def arrive(studio: Studio, session: Session, roles: Columns | None = None, task: str = "") -> tuple[Any, ...]:
    """A table is there, read anew: guess task and columns, unless they are known, and show all of it."""
    try:
        table = uploads.read(studio.home, session.table, studio.limits)
    except StudioError:  # it stays, since it may be read in another way
        session = replace(session, columns={}, is_ready=False)
        return session, *show(studio, session)
    found = detect(table)
    meant = task_named(task) if task else found[0] if found else task_named(_ANY)
    chosen_roles: Columns = {**roles} if roles else found[1].columns if found else first_columns(meant, table)
    parts = uploads.detected(studio.home, session.table, studio.limits).split
    split = {"part": parts.column} if parts is not None and parts.column not in all_columns(chosen_roles) else {}
    session = replace(session, task=meant.name, columns=chosen_roles, split=split, settings={}, is_ready=False)
    session = replace(session, is_ready=can_train(studio, session))
    return session, *show(studio, session)


def choose_columns(studio: Studio, session: Session, task_name: str, *columns: Any) -> tuple[Any, ...]:
    """A menu was changed by hand."""
    task = task_named(str(task_name))
    roles = chosen_columns(task, columns)
    is_new = task.name != session.task
    if is_new:
        table = uploads.read(studio.home, session.table, studio.limits)
        guess = task.detect(table)
        roles = guess.columns if guess else first_columns(task, table)
    session = replace(session, task=task.name, columns=roles, settings={}, is_ready=False)
    session = replace(session, is_ready=can_train(studio, session))
    return session, *_shown(studio, session, menus_stay=not is_new)


def show_with_note(studio: Studio, session: Session, error: StudioError) -> list[Any]:
    """As `show`, and below the test file what is wrong with it."""
    view = show(studio, session)
    view[_NOTE_PLACE] = error_card(error)
    return view


def show_refused(studio: Studio, session: Session, refused: Sequence[StudioError]) -> list[Any]:
    """As `show`, and above the split what was wrong with the columns chosen for it."""
    view = show(studio, session)
    view[_DEALT_PLACE] = fragment(*map(error_card, refused), view[_DEALT_PLACE])
    return view


def show(studio: Studio, session: Session) -> list[Any]:
    """What the step shows for this session. Without a table nothing changes: the welcome, or what was wrong, stays.

    (A slow answer to the opening of the page must not wipe out the table that was clicked meanwhile.)
    """
    return _shown(studio, session)


def _shown(studio: Studio, session: Session, *, menus_stay: bool = False) -> list[Any]:
    """`menus_stay`: the columns' menus hold what was chosen, or by now one column more, which this must not take away."""
    if not session.table:
        return [gr.skip()] * (23 + most_menus())
    try:
        chosen_way = uploads.choices(studio.home, session.table)
        table = uploads.read(studio.home, session.table, studio.limits)
    except StudioError as error:
        return _refused(studio, session, error)
    task, detected = task_named(session.task), uploads.detected(studio.home, session.table, studio.limits)
    note = test_note(studio, session)
    view = _View(
        is_found=True,
        doctor=changes(table.edits, session.table),
        reread=reading_menus.updates(table.reading, chosen_way, uploads.kind(studio.home, session.table)),
        reading=reading(table),
        task=task.name,
        menus=() if menus_stay else menus(task, table, session.columns),
        reason=readings(detected, session.task, session.columns, table),
        rows=first_rows(table, session.columns),
        splitting=splitting.updates(table, session.split, note),
    )
    try:
        seen = look(studio, session)
    except StudioError as error:
        return replace(view, reason=fragment(error_card(error), view.reason)).updates
    told = "" if seen.can_train else error_card(StudioError(health(seen.findings, len(table)), fix=_TO_DO))
    uploads.keep_report(studio.home, session.table, as_text(table, seen.findings))
    return replace(
        view,
        reason=fragment(told, view.reason),
        reading=reading(table, seen.notes, _examples(task, seen)),
        doctor=fragment(diagnosis(seen.findings, len(table), session.table), changes(table.edits, session.table)),
        splitting=splitting.updates(
            table,
            session.split,
            note,
            dealing.in_words(studio.home, studio.limits, wanted(studio, session), session) if seen.can_train else "",
        ),
        picture=_picture(task, seen, base_model.facts(studio.home, session)),
        can_go_on=seen.can_train,
        inspected=inspecting.updates(studio.home, studio.limits, session, table, task.has_labels and seen.can_train),
    ).updates


def _refused(studio: Studio, session: Session, error: StudioError) -> list[Any]:
    """A file that cannot be read; perhaps it can in another way, if it is there at all."""
    try:
        kind = uploads.kind(studio.home, session.table)
        chosen_way = uploads.choices(studio.home, session.table)
        ways = reading_menus.closed() if kind == "other" else reading_menus.updates(None, chosen_way, kind)
    except StudioError:
        ways = reading_menus.closed()
    return _View(message=error_card(error), reread=ways).updates


def test_note(studio: Studio, session: Session) -> str:
    """What there is to say of the separate test file."""
    if not session.test_table:
        return ""
    try:
        table = uploads.read(studio.home, session.test_table, studio.limits)
    except StudioError as error:
        return error_card(error)
    return element("p", f"{table.name}: {len(table):,} rows, for the report only.", class_="fs-inner")


def look(studio: Studio, session: Session) -> Look:
    """The session's table as checked examples. Raises: StudioError."""
    _has_answers(studio, session)
    seen = uploads.look(studio.home, wanted(studio, session), studio.limits)
    return replace(seen, facts=replace(seen.facts, has_test_file=bool(session.test_table)))


def wanted(studio: Studio, session: Session) -> Wanted:
    """What the session wants looked at."""
    preset = base_model.facts(studio.home, session)
    tokenizer = tokenizer_file(studio.home, base_model.picked(studio.home, session))
    return Wanted(
        session.table,
        session.task,
        tuple(sorted(session.columns.items())),
        tokenizer,
        session.test_table,
        preset.context,
        ("en",) if preset.languages == "English" else (),
    )


def _examples(task: Task, seen: Look) -> list[tuple[str, str]]:
    """How many examples there are, where they are no rows to people."""
    return (
        [] if task.example_is == Task.example_is else [(f"{task.example_is.capitalize()}s", f"{len(seen.examples):,}")]
    )


def _picture(task: Task, seen: Look, preset: Preset) -> Markup:
    targets = kind_of(task).targets(task, seen.examples, seen.counts) if seen.examples else None
    return picture(seen, targets, Titles.of(task), preset)


def _has_answers(studio: Studio, session: Session) -> None:
    """Raises: StudioError for a table of one column, in which no answer can stand beside a text."""
    columns = uploads.read(studio.home, session.table, studio.limits).columns
    if len(columns) == 1 and len(session.columns) > 1:
        raise StudioError(
            f"This table has one column only, “{shortened(columns[0], 60)}”",
            fix="The model also needs the right answer for each row, in a second column: add one to your file and bring it again. "
            "If the file has more columns than are shown, say under “Read it differently” what separates its cells.",
        )


def can_train(studio: Studio, session: Session) -> bool:
    """Whether the rows, with these columns, are good enough to go on."""
    try:
        return look(studio, session).can_train
    except StudioError:
        return False


@dataclass(frozen=True)
class _View:
    """What the step shows; everything empty is how it begins."""

    message: str = ""
    is_found: bool = False
    reading: str = ""
    task: str = _ANY
    menus: Sequence[Any] = ()
    reason: str = ""
    doctor: str = ""
    picture: str = ""
    rows: str = ""
    splitting: Sequence[Any] = ()
    can_go_on: bool = False
    reread: Sequence[Any] = ()
    inspected: Sequence[Any] = ()

    @property
    def updates(self) -> list[Any]:
        """In the order of `DataStep.view`."""
        menus = self.menus or [gr.skip()] * most_menus()
        return [
            *(self.message, *(self.reread or reading_menus.closed())),
            *(gr.Column(visible=self.is_found), self.reading, self.task, *menus),
            *(self.reason, self.doctor, self.picture, self.rows),
            *(self.splitting or splitting.updates(None, {}, "")),
            gr.Button(interactive=self.can_go_on),
            *(self.inspected or inspecting.hidden()),
        ]
