"""Texts too long, too short, or all the same."""

from dataclasses import replace

from studio.tasks import TASKS

from .patients import beside, found_in, healthy, mended, patient_of


def test_too_long_for_the_model():
    patient = patient_of(healthy(), longest=128, lengths=(*[20] * 36, 256, 256, 130, 128))
    finding = found_in(patient)["too-long"]
    assert finding.rows == (38, 39, 40)
    assert "longer than the 128 tokens" in finding.text
    assert f"{100 * (128 + 128 + 2) / (256 + 256 + 130):.1f} % of their text" in finding.text
    assert finding.severity == "warning"
    assert found_in(replace(patient, longest=256)) == {}
    assert found_in(replace(patient, longest=0)) == {}


def test_what_goes_first_is_told():
    patient = patient_of(healthy(), longest=128, lengths=(*[20] * 36, 256, 256, 130, 128))
    assert "stands at the beginning" in found_in(patient)["too-long"].why
    talks = found_in(replace(patient, drops_oldest=True))["too-long"]
    assert "the oldest messages first" in talks.text
    assert "cut off" not in talks.text
    assert "at the beginning" not in talks.why
    for task in TASKS.values():
        seen = task.patient(patient.table, dict.fromkeys(task.inputs, "text") | {task.target or "text": "label"})
        assert seen.drops_oldest == task.drops_oldest == (task.name == "chat")


def test_what_is_read_in_windows_is_not_cut_off():
    lengths = (*[20] * 36, 256, 256, 130, 128)
    assert found_in(replace(patient_of(healthy(), longest=128, lengths=lengths), reads_windows=True)) == {}
    for task in TASKS.values():
        columns = {role: "text" for role in task.inputs}
        seen = task.patient(patient_of(healthy()).table, {**columns, task.target or "text": "label"})
        assert seen.reads_windows == task.reads_windows


def test_lengths_may_be_those_of_the_usable_rows():
    patient = patient_of(beside([("", "good")]), longest=128, lengths=(*[20] * 39, 500))
    assert found_in(patient)["too-long"].rows == (41,)


def test_next_to_no_text():
    patient = patient_of(beside([("12.50", "good"), ("??!", "bad"), ("x", "bad"), ("👍👍", "good"), ("好的", "good")]))
    finding = found_in(patient)["short-texts"]
    assert finding.rows == (42, 43, 44)
    assert "“12.50”, “??!”, “x”" in finding.text
    assert found_in(mended(patient, finding)) == {}


def test_the_same_text_everywhere():
    columns = healthy()
    columns["text"] = ["always the same text"] * 40
    assert "constant-text" in found_in(patient_of(columns))
    columns["text"] = ["see attachment"] * 20 + healthy()["text"][20:]
    assert "“see attachment” is the text of 20 rows, 50.0 %" in found_in(patient_of(columns))["main-text"].text
