"""What a text asks of a model that writes on, or fills gaps."""

import pytest

from studio.data.example import Example
from studio.models.embedded import embedded_folder
from studio.tasks import task_named
from studio.tasks.samples import first_half, without_middle
from studio.tasks.task import Setup
from studio.ui.answers import kind_of


@pytest.mark.parametrize(
    ("text", "half", "gap"),
    [
        ("one two three four", "one two", "one two ___ four"),
        ("Well, I like it.", "Well, I", "Well, I ___ it."),
        ("今天天气很好我们一起去", "今天天气很好", "今天天气很___我们一起去"),
        ("ฉันชอบแมว", "ฉันชอ", "ฉันชอ___แมว"),
        ("word", "word", "___"),
        ("…", "…", "___"),
    ],
)
def test_half_of_a_text_and_all_but_its_middle(text, half, gap):
    assert first_half(text) == half
    assert without_middle(text, "___") == gap


def test_the_look_and_the_suggestion_ask_the_same():
    transformers = pytest.importorskip("transformers")
    task, text = task_named("language-modeling"), "今天天气很好我们一起去"
    tokenizer = transformers.AutoTokenizer.from_pretrained(embedded_folder())
    for head, mark in (("causal", ""), ("masked", "[MASK]")):
        asked = task.sample(Example(2, {"text": text}, ""), Setup(tokenizer, (), 32, head=head)).inputs["text"]
        assert asked == kind_of(task).offered(text, fills=bool(mark)).replace("___", mark)
        assert len(asked.replace(mark, "", 1)) > 1
