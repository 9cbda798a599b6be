"""The suggested length limit: with it, nothing of the bundled examples is cut, whatever a base model's template adds."""

import json
from functools import cache

import pytest
from worker.tiny_writers import CHAT, HYBRID, MARKED, byte_tokenizer

from studio.assets import ASSETS
from studio.data.example import Example
from studio.data.read import read_table
from studio.models.lengths import data_facts, example_lengths
from studio.models.presets import EMBEDDED, Preset
from studio.models.rendering import rendered
from studio.models.sizing import Machine
from studio.models.suggest import suggest
from studio.tasks import detect, task_named
from studio.tasks.rows import examples_of
from studio.tasks.task import Setup
from studio.worker import writing

PLAIN = Machine(8, 30 * 2**30, 30 * 2**30)
DECODER = Preset("a/decoder", "A decoder", "decoder", 22, 4096, "English", "mit", layers=6, width=384)
NAMED = "{{ bos_token }}{% for message in messages %}[{{ message['role'] | tojson }}: {{ message['content'] }}{{ eos_token }}]{% endfor %}{% if add_generation_prompt %}[\"assistant\": {% endif %}"


@cache
def bundled(name):
    table = read_table(ASSETS / "examples" / name)
    task, guess = detect(table)
    return task, examples_of(task, table, guess.columns).examples


def saved(folder, examples, template, **kind):
    """A tokenizer as a base model has it, and as this project counts with it."""
    texts = [message["content"] for example in examples for message in json.loads(example.inputs.get("messages", "[]"))]
    tokenizer = byte_tokenizer(texts or [" ".join(example.inputs.values()) for example in examples], **kind)
    tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)
    return tokenizer, folder / "tokenizer.json"


def lengths_in_training(task, examples, tokenizer):
    tokenizer.chat_template = task.template(tokenizer, examples)
    setup = Setup(tokenizer, (), 100_000)
    return [max(len(each["input_ids"]) for each in windows) for windows in task.encode(examples, setup)]


@pytest.mark.parametrize(
    "template", [None, CHAT, MARKED, HYBRID, NAMED], ids=["none", "chat", "marked", "thinks", "named"]
)
@pytest.mark.parametrize("name", ["library_chats.csv", "shop_replies.csv"])
def test_conversations_are_counted_as_they_are_learned(name, template, tmp_path):
    task, examples = bundled(name)
    tokenizer, file = saved(tmp_path, examples, template)
    assert example_lengths(task, examples, file).examples == lengths_in_training(task, examples, tokenizer)


@pytest.mark.parametrize("template", [None, CHAT, HYBRID], ids=["none", "chat", "thinks"])
@pytest.mark.parametrize("name", ["library_chats.csv", "shop_replies.csv"])
def test_with_the_suggested_length_nothing_is_cut(name, template, tmp_path):
    task, examples = bundled(name)
    tokenizer, file = saved(tmp_path, examples, template)
    counted = example_lengths(task, examples, file)
    facts = data_facts(examples, counted.examples, with_answer=counted.with_answer, task=task)
    limit = suggest(facts, DECODER, PLAIN)["max_length"].value
    tokenizer.chat_template = task.template(tokenizer, examples)
    setup = Setup(tokenizer, (), limit)
    features = task.encode(examples, setup)
    assert not any(each.get("cut") for windows in features for each in windows)
    asked = [Example(each.row, each.inputs, None) for each in examples]
    questions = task.encode(asked, writing.with_room(task, setup, features))
    assert not any(each.get("cut") for windows in questions for each in windows)
    shorter = task.encode(examples, Setup(tokenizer, (), max(counted.examples) - 1))
    assert any(each.get("cut") for windows in shorter for each in windows)


@pytest.mark.parametrize("last", ["<think>a</think>\nNo.", "No."])
def test_thoughts_of_earlier_turns_count_where_they_are_learned(last, tmp_path):
    thought = "<think>" + "one two three " * 20 + "</think>\nYes."
    said = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": thought},
        {"role": "user", "content": "So"},
    ]
    examples = [Example(2, {"messages": json.dumps(said)}, last)]
    tokenizer, file = saved(tmp_path, examples, HYBRID)
    task = task_named("chat")
    (found,) = example_lengths(task, examples, file).examples
    assert [found] == lengths_in_training(task, examples, tokenizer)


def test_both_texts_of_a_translation_count_each_for_itself(tmp_path):
    task, examples = bundled("travel_phrases.csv")
    tokenizer, file = saved(tmp_path, examples, None, closes=True)
    features = [windows[0] for windows in task.encode(examples, Setup(tokenizer, (), 10_000))]
    wanted = [max(len(each["input_ids"]), len(each["labels"])) for each in features]
    assert example_lengths(task, examples, file).examples == wanted


def test_two_texts_that_are_read_together_count_together():
    transformers = pytest.importorskip("transformers")
    from studio.models.embedded import embedded_folder

    theirs = transformers.AutoTokenizer.from_pretrained(embedded_folder())
    pairs = [
        Example(2, {"text": "Is it open?", "text_pair": "Until six."}, "yes"),
        Example(3, {"text": "a", "text_pair": "b"}, "no"),
    ]
    for name, wanted in (("text-classification", [10, 5]), ("text-regression", [6, 3])):
        task = task_named(name)
        assert example_lengths(task, pairs, embedded_folder() / "tokenizer.json").examples == wanted
    together = task_named("text-classification").encode(pairs, Setup(theirs, ("no", "yes"), 100))
    assert [len(windows[0]["input_ids"]) for windows in together] == [10, 5]


@pytest.mark.parametrize(
    "template",
    [
        "{{ raise_exception('no') }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(s='abcdefgh') %}{% for a in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{{ messages.__class__.__mro__[1].__subclasses__() }}",
        "{{ ",
    ],
    ids=["refuses", "never ends", "takes all memory", "looks around", "is no template"],
)
def test_a_template_that_cannot_be_used_is_done_without(template, tmp_path, monkeypatch):
    monkeypatch.setattr("studio.models.rendering._PROCESSOR_S", 2)
    said = [[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes."}]]
    assert rendered(template, said, {}) in (None, [("", 0)])
    task, examples = bundled("shop_replies.csv")
    _, file = saved(tmp_path, examples[:3], template)
    assert min(example_lengths(task, examples[:3], file).examples) > 0


def test_a_template_that_writes_very_much_costs_little(tmp_path):
    written = "{{ 'ab ' * 3000000 }}"
    told = rendered(written, [[{"role": "user", "content": "Hi"}]] * 60, {})
    assert [each.letters for each in told] == [9_000_000] * 60
    assert 0 < sum(len(each.beginning) for each in told) <= 12_000_000
    task, examples = bundled("shop_replies.csv")
    _, file = saved(tmp_path, examples[:1], written)
    (length,) = example_lengths(task, examples[:1], file).examples
    assert length > 3_000_000


def test_memory_ends_the_length_where_the_model_does_not():
    facts = data_facts([Example(n, {}, "x") for n in range(500)], [200] * 498 + [4000] * 2, task=task_named("chat"))
    free = suggest(facts, DECODER, PLAIN)["max_length"]
    assert (free.value, "enough" in free.why) == (4000, True)
    tight = suggest(facts, DECODER, Machine(8, 2**30, 2**30))["max_length"]
    assert (tight.value, "more memory" in tight.why) == (208, True)
    sorting = suggest(data_facts([], [200] * 498 + [4000] * 2), EMBEDDED, PLAIN)["max_length"]
    assert sorting.value == 208
