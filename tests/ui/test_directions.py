"""Texts from right to left within sentences of the studio, which run from left to right."""

from data.detect.made import cycle, sentences, table

from studio.data.detect import detect
from studio.data.doctor.finding import Finding
from studio.tasks import TASKS
from studio.tasks.task import Answer
from studio.ui.answers import kind_of
from studio.ui.answers.kind import Said
from studio.ui.markup import sentence
from studio.ui.views.doctor import diagnosis
from studio.ui.views.readings import readings


def test_quoted_texts_keep_their_direction_and_nothing_gets_through():
    said = "as “نص أول” in row 2, “<b>نص</b>” in row 3 and “text” in row 4."
    assert sentence(said) == (
        "as <bdi>“نص أول”</bdi> in row 2, <bdi>“&lt;b&gt;نص&lt;/b&gt;”</bdi> in row 3 and “text” in row 4."
    )


def test_two_examples_of_a_finding_stay_in_their_order():
    found = Finding("contradictions", "warning", "Same text, different labels", "as “أ”: “ب” in row 2, “ج” in row 3.")
    shown = diagnosis([found], 10, "0" * 20)
    assert "as <bdi>“أ”</bdi>: <bdi>“ب”</bdi> in row 2, <bdi>“ج”</bdi> in row 3." in shown


def test_a_reading_runs_as_english_does_though_it_begins_with_an_arabic_name():
    seen = table(**{"النص": sentences(60), "التصنيف": cycle("ab", 60), "آخر": cycle("xyz", 60)})
    shown = readings(detect(seen), "text-classification", {"text": "النص", "label": "التصنيف"}, seen)
    assert "<bdi>“التصنيف”</bdi> holds 2 different values" in shown
    assert "Text: <bdi>النص</bdi> · Label: <bdi>آخر</bdi>" in shown
    assert "dir=" not in shown


def test_types_that_were_found_stay_in_their_order():
    task = TASKS["token-classification"]
    said = Said(task, {"text": "ab cd"}, Answer('[[0, 2, "شخص"], [3, 5, "مكان"]]'))
    assert "2 found: <bdi>شخص</bdi>, <bdi>مكان</bdi>." in str(sentence_of(kind_of(task).body(said)))


def sentence_of(body):
    return next(piece for piece in body if piece and "found" in piece)
