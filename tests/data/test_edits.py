"""Changes to a table: applied in order to rows by the file's own numbers, and never to what is not there."""

from data.doctor.patients import table_of
from studio.config import Edit, RunConfig
from studio.data.edits import amount, edited, renamed, without

TABLE = table_of({"text": ["a", "b", "c"], "label": ["x", "", "z"]})


def test_rows_leave_and_cells_change():
    drop = Edit(kind="empty-label", title="Remove 1 row", drop=(3,))
    write = Edit(
        kind="label-spellings", title="Spell alike", cells={"label": {2: "z", 3: "never seen", 99: "nor this"}}
    )
    after = edited(TABLE, [drop, write])
    assert after.rows == (2, 4)
    assert after.cells.to_pydict() == {"text": ["a", "c"], "label": ["z", "z"]}
    assert after.edits == (drop, write)
    assert TABLE.cells.to_pydict()["label"] == ["x", "", "z"], "what was read stays as it was"


def test_an_undone_change_takes_along_what_was_made_of_it():
    first = Edit(kind="label-errors", title="x", cells={"label": {2: "Z"}})
    second = Edit(kind="label-spellings", title="y", cells={"label": {2: "z", 3: "z"}})
    third = Edit(kind="repeated-rows", title="z", drop=(4,))
    last = Edit(kind="typos", title="a", cells={"label": {2: "zz"}, "text": {2: "A"}})
    done = [first, second, third, last]
    left = without(done, 0)
    assert edited(TABLE, left).cells.to_pydict() == {"text": ["A", "b"], "label": ["x", "z"]}
    assert without(done, 2) == [first, second, last]
    assert without([first, Edit(kind="typos", title="b", cells={"label": {2: "q"}})], 0) == []
    assert edited(TABLE, without(done, 3)).cells.to_pydict()["label"] == ["z", "z"]


def test_an_unknown_column_and_no_edit_change_nothing():
    assert edited(TABLE, []) is TABLE
    after = edited(TABLE, [Edit(kind="typos", title="x", cells={"gone": {2: "y"}})])
    assert after.cells.equals(TABLE.cells)


def test_an_order_keeps_the_edits():
    edit = Edit(kind="label-errors", title="Relabel 1 row", drop=(7,), cells={"label": {2: "y"}})
    config = RunConfig()
    config = config.model_copy(update={"source": config.source.model_copy(update={"edits": (edit,)})})
    assert RunConfig.parse(config.model_dump_json().encode()).source.edits == (edit,)


def test_what_changes_did_is_told_in_counts():
    edits = [
        Edit(kind="typos", title="x", drop=(2, 3), cells={"text": {4: "a"}, "label": {4: "b"}}),
        Edit(kind="label-errors", title="y", kept=(5,)),
    ]
    assert amount(*edits) == "2 rows taken out, 2 cells rewritten, 1 doubted row kept as it is"
    assert amount(edits[1]) == "1 doubted row kept as it is"
    assert amount() == "nothing changed"


def test_row_numbers_stay_small_and_cells_keep_their_type():
    table = table_of({"text": [f"text {n}" for n in range(1000)], "label": ["x"] * 1000})
    written = edited(table, [Edit(kind="typos", title="x", cells={"text": {5: "new", 999: "newer"}})])
    assert written.rows == table.rows
    assert isinstance(written.rows, range)
    assert written.cells.schema == table.cells.schema
    assert (written.column("text")[3], written.column("text")[997], written.column("text")[4]) == (
        "new",
        "newer",
        "text 4",
    )
    assert not isinstance(edited(table, [Edit(kind="typos", title="x", drop=(7,))]).rows, tuple)


def test_labels_that_were_spelled_otherwise_are_followed():
    table = table_of({"label": ["Good", "good", " Good", "bad", "odd"]})
    spelled = Edit(kind="label-spellings", title="x", cells={"label": {2: "good", 4: "good"}})
    again = Edit(kind="label-typos", title="y", cells={"label": {2: "fine", 3: "fine", 4: "fine", 5: "odd"}})
    assert renamed(table, [spelled], "label") == {"Good": "good"}
    assert renamed(table, [spelled, again], "label") == {"Good": "fine", "good": "fine", "bad": "odd"}
    assert renamed(table, [Edit(kind="typos", title="z", cells={"label": {2: "q"}})], "label") == {}
