"""The command line: what is typed, what is said on which output, and the exit code. Fake workers, but one real run."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.cli import main
from studio.cli.follow import _note
from studio.cli.terminal import Bar
from studio.config import SETTINGS, RunConfig, Source
from studio.events import Checked, Finished, Paused
from studio.jobs.launch import Local
from studio.jobs.runs import list_runs
from studio.jobs.supervisor import Supervisor
from studio.rundir import Home, RunDir
from studio.tasks import TASKS

FAKE = str(Path(__file__).with_name("jobs") / "fake_worker.py")
ROWS = [("meow meow, said the little cat number {}", "cat"), ("woof woof, said the big dog number {}", "dog")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """80 rows, two labels, and one row without a text."""
    lines = [f'"{ROWS[n % 2][0].format(n)}",{ROWS[n % 2][1]},{n}' for n in range(80)]
    file = tmp_path / "animals.csv"
    file.write_text("\n".join(["message,category,id", *lines, ",cat,80"]) + "\n")
    return file


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, home: Home) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(home.path))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`fake(**plan)`: workers are fake from now on and follow that plan."""

    def fake(**plan: Any) -> None:
        monkeypatch.setenv("FAKE_PLAN", json.dumps(plan))
        monkeypatch.setattr(Local, "command", lambda self, run: [sys.executable, FAKE, str(run)])
        monkeypatch.setattr(Local, "spare_command", lambda self: [sys.executable, FAKE, "--wait"])

    return fake


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """`run(*arguments)`: exit code, stdout, stderr."""

    def run(*arguments: Any) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as left:
            code = int(left.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


Run = Callable[..., tuple[int, str, str]]
COLUMNS = ("--text", "message", "--label", "category")


def only_run(home: Home) -> RunDir:
    (run_id,) = home.run_ids()
    return home.run(run_id)


# What is typed


@pytest.mark.parametrize(
    "wrong",
    [
        ["nope"],
        ["train"],
        ["check", "f", "--header-row", "-7"],
        ["train", "f", "--set", "epochs"],
        ["train", "f", "--effort", "much"],
        ["predict", "r", "f"],
    ]
    + [["runs", "--nope"], ["serve", "--auth", "nobody"], ["serve", "--port", "x"], ["export", "r"]],
)
def test_a_wrong_command_line(run: Run, wrong: list[str]) -> None:
    code, out, err = run(*wrong)
    assert (code, out) == (2, "")
    assert "usage: studio" in err


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["train", "--help"], ["serve", "--help"]])
def test_help(run: Run, arguments: list[str]) -> None:
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    assert "studio" in out


@pytest.mark.parametrize("command", ["train", "check", "predict", "evaluate"])
def test_help_lists_every_task_with_its_roles(run: Run, command: str) -> None:
    _, out, _ = run(command, "--help")
    told = {
        words[0]: words[1:] for line in out.partition("tasks, and the roles")[2].splitlines() if (words := line.split())
    }
    assert {*TASKS} <= {*told}
    for task in TASKS.values():
        roles = [word.rstrip(",") for word in told[task.name] if word not in ("any", "of")]
        assert [role.strip("[]…") for role in roles] == [*task.roles]
        assert not task.required or {role.strip("[]") for role in roles if role[0] == "["} == {*task.optional}
        assert {role.strip("…") for role in roles if role[-1] == "…"} == {*task.several}


@pytest.mark.parametrize("command", ["runs", "export", "serve"])
def test_help_of_commands_without_columns_lists_none(run: Run, command: str) -> None:
    assert "roles" not in run(command, "--help")[1]


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], {"port": None, "auth": [], "spare": True}),
        (["--port", "7000"], {"port": 7000}),
        (["serve", "--host", "0.0.0.0", "--auth", "me:a:b"], {"host": "0.0.0.0", "auth": [("me", "a:b")]}),
        (["--no-spare"], {"spare": False}),
    ],
)
def test_studio_alone_serves(
    monkeypatch: pytest.MonkeyPatch, run: Run, arguments: list[str], wanted: dict[str, Any]
) -> None:
    import studio.ui.server

    asked: dict[str, Any] = {}
    monkeypatch.setattr(studio.ui.server, "serve", lambda home, **options: asked.update(options, home=home))
    assert run(*arguments)[0] == 0
    assert wanted.items() <= asked.items()


@pytest.mark.parametrize("before", [True, False])
def test_home_is_taken_before_and_after_the_command(run: Run, tmp_path: Path, before: bool) -> None:
    option = ["--home", str(tmp_path / "other")]
    code, out, _ = run(*option, "runs", "--json") if before else run("runs", "--json", *option)
    assert code == 0
    assert json.loads(out) == {"home": str(tmp_path / "other"), "runs": []}


def test_no_slow_library_for_quick_commands(file: Path) -> None:
    """Neither torch nor gradio nor sklearn for `runs` and `check`."""
    code = (
        "import sys; from studio.cli import main; main(['runs']); main(['check', sys.argv[1]])\n"
        "print([name for name in ('torch', 'transformers', 'gradio', 'sklearn') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "[]"


# check


def test_check_in_words(run: Run, file: Path) -> None:
    code, out, err = run("check", file)
    assert code == 0
    assert "81 rows" in out
    assert "Read as CSV" in out
    assert "text-classification (text = message, label = category), very sure (95 %)" in out
    assert "“category” holds 2 different values" in out
    assert "say so with --task TASK and --text COLUMN --label COLUMN" in out
    assert "80 rows can be used, with 2 labels" in out
    assert "Row 82, message: The text is empty" in out
    assert err == ""


def test_check_json(run: Run, file: Path) -> None:
    code, out, _ = run("check", file, "--json", *COLUMNS)
    told = json.loads(out)
    assert code == 0
    assert told["labels"] == {"cat": 40, "dog": 40}
    assert [each["what"] for each in told["left_out"]] == ["The text is empty"]
    assert told["can_train"]
    assert told["reading"]["header_line"] == 1
    assert told["reading"]["columns"] == ["message", "category", "id"]
    assert (told["reading"]["repairs"], told["reading"]["set_aside"]) == ([], [])
    seen = told["detection"]
    assert (seen["task"], seen["roles"]) == ("text-classification", {"text": "message", "label": "category"})
    assert (seen["confidence"], seen["undecided"]) == (1.0, [])
    finding = next(each for each in told["findings"] if each["kind"] == "empty-text")
    assert finding.keys() >= {"kind", "severity", "count", "share", "lines", "why", "fix"}
    assert (finding["count"], finding["fix"]) == (1, "Remove 1 row without text")
    assert "texts that are empty" in told["health"]


def test_check_writes_the_table_as_it_was_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_bytes("id;text;label\n007;caf\xe9;NA\n8;a, b;1e5\n".encode("latin-1") * 1)
    assert run("check", tmp_path / "odd.csv", "--table", tmp_path / "odd.jsonl")[0] == 1
    rows = [json.loads(line) for line in (tmp_path / "odd.jsonl").read_text().splitlines()]
    assert rows == [{"id": "007", "text": "café", "label": "NA"}, {"id": "8", "text": "a, b", "label": "1e5"}]
    assert [list(row) for row in rows] == [["id", "text", "label"]] * 2
    code, _, err = run("check", tmp_path / "odd.csv", "--table", tmp_path / "odd.csv")
    assert code == 2
    assert "the very file that is read" in err


def test_check_says_that_equal_chats_cannot_be_split(run: Run, tmp_path: Path) -> None:
    said = [{"role": "user", "content": "Where is my parcel?"}, {"role": "assistant", "content": "On its way."}]
    lines = [json.dumps({"messages": [*said, {"role": "user", "content": f"Thanks, {n} times"}]}) for n in range(30)]
    (tmp_path / "chats.jsonl").write_text("\n".join(lines))
    code, out, _ = run("check", tmp_path / "chats.jsonl")
    assert code == 1
    assert "Task: chat (messages = messages), very sure (98 %)." in out
    told = json.loads(run("check", tmp_path / "chats.jsonl", "--json")[1])
    assert (told["detection"]["task"], told["detection"]["trained"], told["can_train"]) == ("chat", True, False)
    assert told["findings"][0]["title"] == "The rows cannot be split: too few of them differ"


def test_check_doubts_labels_where_it_is_wanted(run: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobs.fake_worker import INSPECTION

    import studio.cli.checked
    from studio.jobs.inspection import Inspection

    looked: list[int] = []

    def look(home: Home, config: RunConfig, examples: list[Any], progress: Any) -> Inspection:
        looked.append(len(examples))
        return Inspection.parse(INSPECTION)

    monkeypatch.setattr(studio.cli.checked, "inspect_alone", look)
    code, out, _ = run("check", file, *COLUMNS, "--label-errors")
    assert (code, looked) == (0, [80])
    assert "row 7: long → short (90.0 % sure)" in out
    assert "Twice the rows would add about 2 points" in out
    told = json.loads(run("check", file, *COLUMNS, "--label-errors", "--json")[1])
    assert told["label_errors"][0] == {"row": 7, "given": "long", "suggested": "short", "sure": 0.9}
    assert told["expectation"]["curve"][0]["rows"] == 16
    assert "label_errors" not in json.loads(run("check", file, *COLUMNS, "--json")[1])


def test_check_foresees_that_the_rows_cannot_be_split(run: Run, tmp_path: Path) -> None:
    (tmp_path / "unique.csv").write_text("text,label\n" + "".join(f"text number {n},l{n}\n" for n in range(40)))
    columns = ("--text", "text", "--label", "label")
    code, out, _ = run("check", tmp_path / "unique.csv", *columns)
    assert code == 1
    assert "Error: The rows cannot be split" in out
    assert "The rows cannot be split" in run("train", tmp_path / "unique.csv", *columns)[2]


def test_who_names_a_label_wants_texts_sorted(run: Run, tmp_path: Path) -> None:
    lines = [f"some text of number {n},{n % 4}.{n % 7}5" for n in range(60)]
    (tmp_path / "scores.csv").write_text("\n".join(["body,score", *lines]))
    assert json.loads(run("check", tmp_path / "scores.csv", "--json")[1])["detection"]["task"] == "text-regression"
    told = run("check", tmp_path / "scores.csv", "--text", "body", "--label", "score")[1]
    assert "Task: text-classification (text = body, label = score)" in told


def test_nobody_is_told_to_upload_at_a_terminal(run: Run, tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("text,label\n")
    code, _, err = run("check", tmp_path / "names.csv")
    assert code == 2
    assert "Add rows below the header and run this again." in err


@pytest.fixture
def unsure_file(tmp_path: Path) -> Path:
    """Two columns that may be the text and two that may be the label."""
    rows = "".join(f"first text number {n},second text number {n},{'ab'[n % 2]},{'cd'[n % 2]}\n" for n in range(40))
    file = tmp_path / "two.csv"
    file.write_text("one,two,my kind,other type\n" + rows)
    return file


def test_check_of_unsure_columns_shows_all_it_knows(run: Run, unsure_file: Path) -> None:
    code, out, err = run("check", unsure_file)
    assert (code, err) == (1, "")
    assert out.startswith(
        "Read as CSV: UTF-8, separated by commas, header in line 1.\n40 rows; columns: one, two, my kind"
    )
    assert "A guess: text-classification (text = one, label = my kind), not sure (55 %)." in out
    assert "--text one --label 'my kind', or name other columns" in out
    assert "40 rows can be used, with 2 labels" in out
    told = json.loads(run("check", unsure_file, "--json")[1])
    assert not told["can_train"]
    assert told["detection"]["confidence"] < 0.75
    assert f"({100 * told['detection']['confidence']:.0f} %)" in out, "the words and the object say the same"
    assert told["detection"]["undecided"] == ["text", "label"]
    assert told["labels"] == {"a": 20, "b": 20}
    code, out, _ = run("check", unsure_file, "--text", "two")
    assert code == 1
    assert "(text = two, label = my kind), not sure (55 %).\nTo train, say so with --label 'my kind'" in out
    assert run("check", unsure_file, "--text", "two", "--label", "other type")[0] == 0


def test_check_where_nothing_can_be_guessed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("english,german\n" + "".join(f"word {n},Wort {n}\n" for n in range(30)))
    code, out, err = run("check", tmp_path / "pairs.csv")
    assert (code, err) == (1, "")
    assert "30 rows; columns: english, german." in out
    assert "text-to-text (source = english, target = german)" in out
    assert "say so with --column source=english --column target=german" in out
    code, out, _ = run("check", tmp_path / "pairs.csv", "--task", "text-classification")
    assert code == 1
    assert "which column is the text and which is the label: nothing could be guessed" in out
    told = json.loads(run("check", tmp_path / "pairs.csv", "--json")[1])
    assert (told["reading"]["rows"], told["usable"], told["can_train"]) == (30, 30, False)
    assert "Read as CSV" in told["reading"]["sentence"]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 not a table", None], ids=["empty", "pdf", "folder"])
def test_check_refuses_a_file(run: Run, tmp_path: Path, content: bytes | None) -> None:
    refused = tmp_path / "refused.csv"
    refused.mkdir() if content is None else refused.write_bytes(content)
    code, out, err = run("check", refused)
    assert (code, out) == (2, "")
    assert "refused.csv" in err
    code, out, err = run("check", refused, "--json")
    assert (code, err) == (2, "")
    assert json.loads(out)["error"]["what"]


def test_check_of_a_column_that_is_not_there_tells_how_the_file_was_read(run: Run, file: Path) -> None:
    code, out, err = run("check", file, "--text", "nope")
    assert code == 2
    assert "81 rows; columns: message, category, id." in out
    assert "There is no column “nope”" in err


def test_no_permission_is_a_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, file: Path, home: Home, tmp_path: Path
) -> None:
    """Root may read everything, so the system's refusal is made up."""

    def refused(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied", "/the/place")

    monkeypatch.setattr("studio.cli.columns.read_table", refused)
    monkeypatch.setattr(Home, "run_ids", refused)
    for command in (("runs",), ("resume", "x"), ("evaluate", "x", file), ("train", file), ("check", file)):
        code, out, err = run(*command)
        assert (code, out) == (2 if command[0] == "check" else 1, "")
        assert "No permission to read or write this (/the/place)." in err
        assert "Traceback" not in err
    assert json.loads(run("check", file, "--json")[1])["error"]["where"] == "/the/place"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not have such names")
def test_a_file_name_that_is_no_text(run: Run, fake: Callable[..., None], home: Home, file: Path) -> None:
    fake(steps=1)
    odd = file.with_name(os.fsdecode(b"odd \xff name.csv"))
    odd.write_bytes(file.read_bytes())
    assert json.loads(run("check", odd, "--json")[1])["file"] == "odd � name.csv"
    code, out, err = run("train", odd, "--json", "--name", odd.name)
    assert code == 0, err
    assert json.loads(out)["name"] == "odd � name.csv"
    assert only_run(home).config.source.file == "odd � name.csv"


def test_letters_that_the_terminal_does_not_know(file: Path) -> None:
    code = "import sys; from studio.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "check", str(file)]
    plain = os.environ | {"PYTHONIOENCODING": "ascii"}
    told = subprocess.run(command, capture_output=True, text=True, env=plain, check=True)
    assert "?category? holds 2 different values" in told.stdout


def test_how_a_file_is_read_can_be_typed(run: Run, tmp_path: Path) -> None:
    rows = "".join(f"Größe; Nummer {n}\t{'ab'[n % 2]}\n" for n in range(20))
    (tmp_path / "odd.csv").write_bytes(rows.encode("mac-roman"))
    reading = ("--encoding", "Mac Roman", "--delimiter", "tab", "--header-row", "-1")
    code, out, err = run("check", tmp_path / "odd.csv", *reading, "--text", "Column 1", "--label", "Column 2", "--json")
    assert code == 0, out + err
    told = json.loads(out)
    assert told["reading"]["sentence"].startswith("Read as TSV: Mac Roman, separated by tabs")
    assert (told["reading"]["rows"], told["labels"]) == (20, {"a": 10, "b": 10})
    assert "There is no encoding named 'Klingon'" in run("check", tmp_path / "odd.csv", "--encoding", "Klingon")[2]


def test_check_of_what_cannot_be_trained(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("text,label\n" + "".join(f"text {n},same\n" for n in range(20)))
    code, out, _ = run("check", tmp_path / "one.csv", "--text", "text", "--label", "label")
    assert code == 1
    assert "Only one label" in out


def test_nothing_steers_the_terminal(run: Run, tmp_path: Path) -> None:
    labels = ("good", "evil\x1b[2Jx")
    rows = "".join(f"a text number {n},{labels[n % 2]}\n" for n in range(20))
    (tmp_path / "evil.csv").write_text("text,label\n" + rows)
    _, out, _ = run("check", tmp_path / "evil.csv", "--text", "text", "--label", "label")
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "nowhere.csv"], "no such file"),
        (["train", "{file}", "--text", "nope"], "There is no column “nope” for “text”"),
        (["train", "{file}", "--column", "mood=id"], "no role “mood”"),
        (["train", "{file}", *COLUMNS, "--task", "cooking"], "no task named “cooking”"),
        (["train", "{file}", *COLUMNS, "--model", "gpt-9"], "no base model named “gpt-9”"),
        (["train", "{file}", *COLUMNS, "--set", "speed=9"], "no setting named speed"),
        (["train", "{file}", *COLUMNS, "--set", "epochs=0"], "epochs cannot be “0”"),
        (["train", "nowhere.csv", "--set", "epochs=0"], "epochs cannot be “0”"),
        (["train", "{file}", *COLUMNS, "--config", "nowhere.json"], "settings cannot be read"),
        (["train", "{file}", *COLUMNS, "--config", "{file}"], "animals.csv"),
        (["train", "{file}", *COLUMNS, "--test", "nowhere.csv"], "no such file"),
        (["resume", "zzz"], "no such run"),
        (["predict", "zzz", "{file}", "-o", "x.csv"], "no such run"),
        (["evaluate", "", "{file}"], "no such run"),
    ],
)  # fmt: skip
def test_errors_are_sentences(run: Run, home: Home, file: Path, arguments: list[str], says: str) -> None:
    typed = [argument.format(file=file) for argument in arguments]
    wanted = 2 if arguments[0] == "check" else 1
    code, out, err = run(*typed)
    assert (code, out) == (wanted, "")
    assert says in err
    assert "Traceback" not in err
    if arguments[0] != "predict":
        code, out, _ = run(*typed, "--json")
        assert code == wanted
        error = json.loads(out)["error"]
        assert says in error["what"] + error["where"]
        assert error["fix"]
    assert home.run_ids() == []


def test_unsure_columns_are_asked_for(run: Run, unsure_file: Path) -> None:
    code, _, err = run("train", unsure_file)
    assert code == 1
    assert "It is not clear which column is the text and which is the label (two.csv)." in err
    assert "--text COLUMN --label COLUMN. Likely: --text one --label 'my kind'." in err
    assert "one, two, my kind, other type" in err


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["epoch=1"], "There is no setting named epoch (--set). Did you mean epochs?"),
        (["split.epochs=1"], "There is no setting named split.epochs"),
        (["epochs=abc"], "epochs cannot be “abc” (--set). Possible for epochs: a whole number from 1 to 100."),
        (["optimizer.learning_rate=7"], "a number above 0, up to 0.01."),
        (["trains=all", "stop_early=maybe"], "trains cannot be “all” and stop_early cannot be “maybe”"),
        (["trains=all"], "Possible for trains: whole, head, lora or qlora."),
        (["stop_early="], "Possible for stop_early: true or false."),
        (["watch=beauty"], "Possible for watch: accuracy, macro_f1, "),
    ],
)
def test_settings_are_refused_in_words(run: Run, file: Path, wrong: list[str], says: str) -> None:
    code, out, err = run("train", file, *(part for each in wrong for part in ("--set", each)))
    assert (code, out) == (1, "")
    assert says in err
    assert "Input should" not in err


def test_all_settings_are_listed(run: Run) -> None:
    code, out, err = run("train", "--settings")
    assert (code, err) == (0, "")
    for name, setting in SETTINGS.items():
        assert f"{name}: " in out
        assert setting.help in out


# train


def test_train_tells_one_json_object(run: Run, fake: Callable[..., None], home: Home, file: Path) -> None:
    fake(steps=5)
    code, out, err = run("train", file, "--json", "--set", "epochs=2", "--name", "Cats “&” dogs")
    told = json.loads(out)
    made = only_run(home)
    assert code == 0
    assert told["run"] == made.id
    assert told["folder"] == str(made.path)
    assert told["metrics"] == {"accuracy": {"value": 0.9, "low": 0.8, "high": 0.95}}
    assert told["baselines"]["most_frequent"]["accuracy"]["value"] == 0.5
    assert (told["best_step"], told["stopped_early"]) == (5, False)
    assert told["seconds"] >= 0
    assert "1 row" in err
    assert made.config.columns == {"text": "message", "label": "category"}
    assert made.config.name == "Cats “&” dogs"
    assert made.config.optimizer.epochs == 2
    assert not home.supervisor.is_held


def test_train_in_words(run: Run, fake: Callable[..., None], home: Home, file: Path) -> None:
    fake(steps=3)
    code, out, _ = run("train", file, *COLUMNS)
    assert code == 0
    assert "Accuracy: 90.0 % (95 %: 80.0 % to 95.0 %)" in out
    assert f"studio predict {only_run(home).id[:6]}" in out


def test_checks_are_told_in_the_words_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    check = Checked(
        step=8, epoch=0.5, loss=0.848, metrics={"macro_f1": 0.633}, is_best=True, best_step=8, best_value=0.633,
        chances_left=2,
    )  # fmt: skip
    _note(check, Bar())
    assert capsys.readouterr().err == "Step 8: validation loss 0.848 · Macro-F1 63.3 % (best so far)\n"


def test_train_again_from_its_own_settings(
    run: Run, fake: Callable[..., None], home: Home, file: Path, tmp_path: Path
) -> None:
    fake(steps=1)
    assert run("train", file, "--set", "learning_rate=3e-5", "--set", "seed=7", "--name", "First")[0] == 0
    first = only_run(home)
    (tmp_path / "train.json").write_bytes((first.path / "config.json").read_bytes())
    assert run("train", file, "--config", tmp_path / "train.json")[0] == 0
    (again,) = [home.run(run_id) for run_id in home.run_ids() if run_id != first.id]
    assert again.config == first.config
    for part in ("train", "validation", "test"):
        assert again.part(part).read_bytes() == first.part(part).read_bytes()  # type: ignore[arg-type]


def test_typed_columns_and_settings_win_over_the_file(
    run: Run, fake: Callable[..., None], home: Home, file: Path, tmp_path: Path
) -> None:
    fake(steps=1)
    config = RunConfig(columns={"text": "id", "label": "category"}).with_settings({"epochs": 9, "patience": 9})
    (tmp_path / "train.json").write_text(config.model_dump_json())
    assert run("train", file, "--config", tmp_path / "train.json", "--text", "message", "--set", "epochs=2")[0] == 0
    made = only_run(home).config
    assert made.columns == {"text": "message", "label": "category"}
    assert (made.optimizer.epochs, made.early_stopping.patience) == (2, 9)


def test_settings_of_other_rows_are_told(
    run: Run, fake: Callable[..., None], home: Home, file: Path, tmp_path: Path
) -> None:
    fake(steps=1)
    source = Source(file="first.csv", sha256="ab" * 32, test_file="my test.csv")
    order = tmp_path / "train.json"
    order.write_text(RunConfig(source=source).model_dump_json())
    code, _, err = run("train", file, *COLUMNS, "--config", order)
    assert code == 1
    assert "--test 'my test.csv'" in err
    assert home.run_ids() == []
    (tmp_path / "my test.csv").write_text("message,category\n" + "a new cat,cat\na new dog,dog\n" * 4)
    code, _, err = run("train", file, *COLUMNS, "--config", order, "--test", tmp_path / "my test.csv")
    assert code == 0
    assert "animals.csv is not the file that the settings were made with (first.csv)" in err
    order.write_bytes((only_run(home).path / "config.json").read_bytes())
    code, _, err = run("train", file, "--config", order, "--test", tmp_path / "my test.csv")
    assert code == 0
    assert "is not the file" not in err


def test_effort_and_test_file(run: Run, fake: Callable[..., None], home: Home, file: Path, tmp_path: Path) -> None:
    fake(steps=1)
    (tmp_path / "test.csv").write_text(
        "message,category\n" + "".join(f"unseen {n},{'cat' if n % 2 else 'dog'}\n" for n in range(10))
    )
    assert run("train", file, "--effort", "quick", "--test", tmp_path / "test.csv")[0] == 0
    made = only_run(home)
    assert made.config.source.test_file == "test.csv"
    assert json.loads(made.facts.read_bytes())["parts"]["test"] == 10


def test_a_worker_that_dies(run: Run, fake: Callable[..., None], home: Home, file: Path) -> None:
    fake(steps=50, die_at=8)
    code, out, _ = run("train", file, *COLUMNS, "--json")
    assert code == 1
    error = json.loads(out)["error"]
    made = only_run(home)
    assert "ran out of memory" in error["what"]
    assert f"studio resume {made.id}" in error["fix"]
    code, out, _ = run("resume", made.id[:8], "--json")
    assert code == 0
    assert json.loads(out)["run"] == made.id
    assert run("resume", made.id)[0] == 1  # it is finished


def test_a_server_that_is_in_charge_does_it(run: Run, fake: Callable[..., None], home: Home, file: Path) -> None:
    fake(steps=5)
    server = Supervisor(home)
    server.start()
    while not server._is_in_charge:
        time.sleep(0.05)
    code, out, _ = run("train", file, *COLUMNS, "--json")
    assert code == 0
    assert json.loads(out)["best_step"] == 5
    assert server._is_in_charge
    server.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_pauses(run: Run, fake: Callable[..., None], home: Home, file: Path, number: int) -> None:
    fake(steps=100_000)
    code = (
        "import signal, sys; from studio.cli import main; from studio.jobs.launch import Local\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # tests may run where a shell has it ignored
        "Local.command = lambda self, run: [sys.executable, sys.argv[1], str(run)]\n"
        "sys.exit(main(sys.argv[2:]))"
    )
    command = [sys.executable, "-c", code, FAKE, "train", str(file), *COLUMNS]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as typed:
        while not home.run_ids() or not any(event.kind == "step" for event in only_run(home).events()):
            time.sleep(0.05)
            assert typed.poll() is None
        typed.send_signal(number)
        _, err = typed.communicate(timeout=30)
    made = only_run(home)
    assert typed.returncode == 130
    assert f"studio resume {made.id}" in err
    assert "Traceback" not in err
    paused = made.events()[-1]
    assert isinstance(paused, Paused)
    assert paused.by == "you"
    fake(steps=paused.step + 3)
    told = run("resume", made.id)
    assert told[0] == 0, told


# predict, evaluate, export, runs


@pytest.fixture
def finished(run: Run, fake: Callable[..., None], home: Home, file: Path) -> RunDir:
    fake(steps=1)
    assert run("train", file, *COLUMNS)[0] == 0
    return only_run(home)


def test_predict(run: Run, finished: RunDir, tmp_path: Path) -> None:
    rows = [f'"{"x" * (n % 100 + 1)}",{n}' for n in range(600)] + [",empty", '"=1+1; a formula",f']
    (tmp_path / "new.csv").write_text("\n".join(["message,answer", *rows]) + "\n")
    out_file = tmp_path / "out.csv"
    code, out, err = run("predict", finished.id[:6], tmp_path / "new.csv", "-o", out_file)
    assert (code, out) == (0, "")
    assert "1 row" in err
    with out_file.open(encoding="utf-8-sig", newline="") as readable:
        written = list(csv.reader(readable))
    assert written[0] == ["message", "answer", "model answer", "model confidence"]
    assert len(written) == 603
    assert written[1 + 90][2:] == ["long", "0.9100"]
    assert written[1 + 10][2:] == ["short", "0.8900"]
    assert written[-2] == ["", "empty", "", ""]
    assert written[-1][0] == "'=1+1; a formula"


def test_predict_untuned_and_another_column(run: Run, finished: RunDir, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("body\nhello\nthere\n")
    code, _, err = run("predict", finished.id, tmp_path / "new.csv", "-o", tmp_path / "out.csv")
    assert code == 1
    assert "--text COLUMN" in err
    assert not (tmp_path / "out.csv").exists()
    arguments = (
        "predict",
        finished.id,
        tmp_path / "new.csv",
        "-o",
        tmp_path / "out.csv",
        "--text",
        "body",
        "--untuned",
    )
    assert run(*arguments)[0] == 0
    assert "hello,long,0.5" in (tmp_path / "out.csv").read_text("utf-8-sig")


def test_predict_of_json_on_one_line(run: Run, finished: RunDir, tmp_path: Path) -> None:
    texts = ["x" * 95, "", "y", "z" * 99]
    (tmp_path / "new.json").write_text(json.dumps([{"message": text} for text in texts]))
    assert run("predict", finished.id, tmp_path / "new.json", "-o", tmp_path / "out.csv")[0] == 0
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as readable:
        rows = list(csv.DictReader(readable))
    assert [(row["message"], row["answer"]) for row in rows] == list(
        zip(texts, ["long", "", "short", "long"], strict=True)
    )


def test_predict_to_where_nothing_can_be_written(
    run: Run, finished: RunDir, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("studio.storage.write_file", full)
        code, _, err = run("predict", finished.id, file, "-o", tmp_path / "out.csv")
    assert (code, err.splitlines()[-1].partition(":")[0]) == (1, "The file cannot be written")
    monkeypatch.setattr("studio.cli.answers._ask", lambda *_: pytest.fail("asked before the place was checked"))
    monkeypatch.setattr(
        "studio.export.archive.build_archive", lambda *_: pytest.fail("packed before the place was checked")
    )
    content = file.read_bytes()
    for place in (tmp_path / "missing" / "out.csv", tmp_path, file):
        code, _, err = run("predict", finished.id, file, "-o", place)
        assert code == 1
        assert "The file cannot be written" in err
    assert file.read_bytes() == content
    for place in (tmp_path / "missing" / "out.zip", tmp_path):
        code, _, err = run("export", finished.id, "-o", place)
        assert code == 1
        assert "The file cannot be written" in err


def test_evaluate(run: Run, finished: RunDir, tmp_path: Path) -> None:
    rows = [f"{'x' * 95},long", f"{'y' * 99},long", "z,short", "zz,long", ",long", "only a short one,long"]
    (tmp_path / "new.csv").write_text("\n".join(["message,category", *rows]))
    code, out, _ = run("evaluate", finished.id, tmp_path / "new.csv", "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["rows"], told["left_out"]) == (5, 1)
    accuracy = told["metrics"]["accuracy"]
    assert accuracy["value"] == pytest.approx(3 / 5)
    assert accuracy["low"] < 0.6 < accuracy["high"]
    assert "macro_f1" in told["metrics"]
    code, out, _ = run("evaluate", finished.id, tmp_path / "new.csv")
    assert code == 0
    assert "Accuracy: 60.0 %" in out


def test_evaluate_says_when_labels_were_never_learned(run: Run, finished: RunDir, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("message,category\nxx,short\nx,cat\nxy,cat\nz,a bird\n")
    code, out, err = run("evaluate", finished.id, tmp_path / "new.csv")
    assert code == 0
    assert "3 rows cannot be answered right: the model never learned “cat”, “a bird”." in err
    assert "Accuracy: 25.0 %" in out
    told = json.loads(run("evaluate", finished.id, tmp_path / "new.csv", "--json")[1])
    assert told["unknown_labels"] == {"cat": 2, "a bird": 1}


def test_a_role_that_the_task_does_not_have(run: Run, finished: RunDir, file: Path, tmp_path: Path) -> None:
    for command in (("evaluate", finished.id, file), ("predict", finished.id, file, "-o", tmp_path / "out.csv")):
        code, _, err = run(*command, "--column", "mood=id")
        assert code == 1
        assert "no role “mood”" in err


def test_evaluate_says_when_rows_were_trained_on(run: Run, finished: RunDir, file: Path) -> None:
    code, out, err = run("evaluate", finished.id, file, "--json")
    used = json.loads(finished.facts.read_bytes())["parts"]
    assert json.loads(out)["seen_in_training"] == used["train"] + used["validation"]
    assert (
        "64 rows trained on before, among these: the figures flatter the model."
        in run("evaluate", finished.id, file)[2]
    )
    assert code == 0


def test_predict_of_an_unfinished_run(
    run: Run, fake: Callable[..., None], home: Home, file: Path, tmp_path: Path
) -> None:
    fake(exit_early=5)
    assert run("train", file, *COLUMNS)[0] == 1
    code, _, err = run("predict", only_run(home).id, file, "-o", tmp_path / "out.csv")
    assert code == 1
    assert "no model yet" in err


def test_runs_are_listed(run: Run, finished: RunDir, home: Home) -> None:
    code, out, _ = run("runs")
    assert code == 0
    assert out.splitlines()[0].split() == ["RUN", "STATUS", "NAME", "MODEL", "BEST", "TIME", "CREATED"]
    assert finished.id in out
    assert "Accuracy 90.0 % (test)" in out
    (finished.path / "config.json").write_text("{")
    listed = json.loads(run("runs", "--json")[1])["runs"]
    assert [each["id"] for each in listed] == [finished.id]
    assert "damaged" in run("runs")[1]
    assert len(list_runs(home)) == 1


def test_a_watched_loss_is_no_percentage(
    run: Run, monkeypatch: pytest.MonkeyPatch, finished: RunDir, home: Home
) -> None:
    (listed,) = list_runs(home)
    listed = replace(listed, metric="loss", value=0.35, part="validation")
    monkeypatch.setattr("studio.cli.runs.list_runs", lambda home: [listed])
    assert "Loss 0.350 (validation)" in run("runs")[1]


def test_an_ambiguous_id(run: Run, home: Home, file: Path, tmp_path: Path) -> None:
    for run_id in ("a" * 20, "a" * 19 + "b"):
        (home.runs / run_id).mkdir()
    code, _, err = run("predict", "aaa", file, "-o", tmp_path / "x.csv")
    assert code == 1
    assert "2 runs begin like this" in err


def left_early(code: str, file: Path) -> int:
    """What `studio check FILE | head -0` does: the exit code; nothing of ours may be told of it."""
    with subprocess.Popen(
        [sys.executable, "-c", code, "check", file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
    ) as typed:
        assert typed.stdout is not None
        typed.stdout.close()
        assert typed.stderr is not None
        assert b"Traceback" not in typed.stderr.read()
        return typed.wait()


def test_a_reader_that_leaves_early(file: Path) -> None:
    left_early("import sys; from studio.cli import main; sys.exit(main(sys.argv[1:]))", file)


# The end of the process

COMMAND = "import sys; from studio.cli import command; command()"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["check", "{file}"], 0, b"80 rows"),
        (["check", "{file}.gone"], 2, b""),
        (["frobnicate"], 2, b""),
        (["runs"], 0, b""),
    ],
)
def test_the_installed_command_ends_with_the_code_of_main(
    file: Path, arguments: list[str], code: int, said: bytes
) -> None:
    typed = [each.format(file=file) for each in arguments]
    told = subprocess.run([sys.executable, "-c", COMMAND, *typed], capture_output=True, env=os.environ, check=False)
    assert told.returncode == code, told.stderr
    assert said in told.stdout
    assert b"Traceback" not in told.stderr


def test_a_closed_output_fails_the_installed_command(file: Path) -> None:
    assert left_early(COMMAND, file) == 1


def test_threads_that_still_work_do_not_abort_the_installed_command(finished: RunDir) -> None:
    """A thread that needs Python while it is taken down is an abort; here one that would keep the process from ending."""
    code = (
        "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "import sys; from studio.cli import command; command()"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, "runs"], capture_output=True, env=os.environ, timeout=50, check=True
    )
    assert finished.id.encode() in told.stdout


# The real worker


@pytest.mark.slow
def test_the_whole_path_with_the_real_worker(run: Run, home: Home, file: Path, tmp_path: Path) -> None:
    settings = ("--set", "epochs=1", "--set", "trains=head", "--set", "max_length=32")
    code, out, err = run("train", file, *COLUMNS, *settings, "--json")
    assert code == 0, out + err
    told = json.loads(out)
    made = only_run(home)
    assert told["metrics"]["accuracy"]["value"] == 1.0  # cats and dogs are easy
    assert set(told["baselines"]) == {"most_frequent", "tfidf", "frozen"}
    assert isinstance(made.events()[-1], Finished)
    assert any(isinstance(event, Checked) for event in made.events())
    assert not made.lease.path.exists()
    assert run("predict", made.id, file, "-o", tmp_path / "out.csv")[0] == 0
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as readable:
        rows = list(csv.DictReader(readable))
    assert sum(row["answer"] == row["category"] for row in rows) == 80
    code, out, _ = run("evaluate", made.id, file, "--json")
    assert json.loads(out)["metrics"]["accuracy"]["value"] == 1.0
    assert run("export", made.id, "-o", tmp_path / "out.zip")[0] == 0
    assert (tmp_path / "out.zip").stat().st_size > 50_000_000
    with zipfile.ZipFile(tmp_path / "out.zip") as packed:
        (order,) = [name for name in packed.namelist() if name.endswith("/train.json")]
        (tmp_path / "train.json").write_bytes(packed.read(order))
    code, out, err = run("train", file, "--config", tmp_path / "train.json", "--json")
    assert code == 0, out + err
    again = json.loads(out)
    assert again["run"] != told["run"]
    for same in ("name", "metrics", "baselines", "comparison", "best_step", "steps"):
        assert again[same] == told[same]
    for part in made.model.glob("*.safetensors"):
        assert (home.run(again["run"]).model / part.name).read_bytes() == part.read_bytes()
