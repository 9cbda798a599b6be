"""Models that write, in this process, with a few thousand random weights: right, exact, and told about."""

import gc
import io
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import transformers
from transformers import GPT2LMHeadModel

from studio import storage
from studio.data.example import Example
from studio.evaluation import answers
from studio.evaluation.report import read_report
from studio.events import Checked, Failed, Finished, Started, Step, Warned
from studio.models.heads.causal import leftwards
from studio.models.load import load_tuned
from studio.tasks import task_named
from studio.tasks.task import Setup
from studio.tasks.templates import spell
from studio.worker import finish, train
from studio.worker import writing as at_the_end
from studio.worker.answer import Answerer, serve, setup_of
from studio.worker.batches import plan
from studio.worker.prepare import prepare
from worker.tiny_writers import CHAT, HYBRID, byte_tokenizer, make_decoder
from worker.written import TASKS, examples, pairs

TEXTS = [" ".join(pair) for pair in pairs()]

every_model = pytest.mark.parametrize("kind", TASKS)
both_families = pytest.mark.parametrize("kind", ["gpt2", "t5"])


def of(kind, run):
    return [event for event in run.events() if isinstance(event, kind)]


def said_of(run):
    return [answer.value for answer in answers.from_parquet(run.answers.read_bytes()).answers]


# Right


def plain_decoder_loss(model, tokenizer, rows):
    """Mean over the answers' tokens and their end, as in any tutorial."""
    ids, labels = [], []
    for example in rows:
        asked = f"### Request:\n{example.inputs['instruction']}\n\n### Reply:\n"
        prompt = tokenizer(asked)["input_ids"]
        reply = [*tokenizer(example.target)["input_ids"], tokenizer.eos_token_id]
        ids.append(torch.tensor(prompt + reply))
        labels.append(torch.tensor([-100] * len(prompt) + reply))
    batch = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=0)
    mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(each) for each in ids], batch_first=True)
    wanted = torch.nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=-100)
    return model(input_ids=batch, attention_mask=mask, labels=wanted).loss


def plain_encoder_decoder_loss(model, tokenizer, rows):
    batch = tokenizer([example.inputs["source"] for example in rows], padding=True, return_tensors="pt")
    wanted = tokenizer(text_target=[example.target for example in rows], padding=True, return_tensors="pt")["input_ids"]
    wanted = wanted.masked_fill(wanted == tokenizer.pad_token_id, -100)
    return model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=wanted).loss


@pytest.mark.parametrize("kind", ["gpt2", "t5", "bart"])
def test_losses_of_the_first_steps_are_those_of_a_plain_loop(start, work, writers, kind):
    run = start(kind, epochs=1, batch_rows=5, learning_rate=1e-3, warm_up=0.0, decay="constant", max_gradient_norm=100)
    assert work(run) == 0
    assert of(Started, run)[0].packed == (kind == "gpt2")
    rows = examples(TASKS[kind])
    model_class = transformers.AutoModelForCausalLM if kind == "gpt2" else transformers.AutoModelForSeq2SeqLM
    loss_of = plain_decoder_loss if kind == "gpt2" else plain_encoder_decoder_loss
    tokenizer, model = (
        transformers.AutoTokenizer.from_pretrained(writers / kind),
        model_class.from_pretrained(writers / kind),
    )
    task = task_named(run.config.task)
    features = task.encode(rows, setup_of(load_tuned(run.model)[0].head.facts, tokenizer))
    lengths = np.array(
        [len(each["input_ids"]) + (len(each["labels"]) if kind != "gpt2" else 0) for (each,) in features]
    )
    optimizer = torch.optim.AdamW(model.train(False).parameters(), lr=1e-3, weight_decay=0.0)
    for step, batch in zip(of(Step, run)[:3], plan(lengths, 5, seed=1, epoch=0), strict=False):
        loss = loss_of(model, tokenizer, [rows[row] for row in batch])
        assert step.loss == pytest.approx(loss.item(), abs=1e-5)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()


@pytest.mark.slow
@both_families
def test_a_model_overfitted_on_twenty_rows_says_them(start, work, kind):
    run = start(kind)
    assert work(run) == 0
    assert said_of(run) == [example.target for example in examples(TASKS[kind])]
    report = read_report(run)
    values = {metric.name: metric for metric in report.metrics}
    assert values["chrf"].value == values["rouge_l"].value == values["length"].value == 1
    losses = [check.loss for check in of(Checked, run)]
    assert values["perplexity"].low <= values["perplexity"].value <= values["perplexity"].high < 2
    assert losses[-1] < losses[0] / 5
    untuned = next(rung for rung in report.ladder if rung.name == "frozen")
    assert next(each for each in untuned.metrics if each.name == "perplexity").value > 100
    nearest = next(rung for rung in report.ladder if rung.name == "nearest")
    assert [metric.name for metric in nearest.metrics] == [
        each.name for each in report.metrics if each.name not in ("loss", "perplexity")
    ]
    samples = [check.samples for check in of(Checked, run)]
    assert [[each.row for each in some] for some in samples] == [[2, 4, 6, 8]] * len(samples)
    assert samples[0][0].answer != samples[-1][0].answer == examples(TASKS[kind])[0].target


def test_adapters_are_merged_and_plain_transformers_writes_the_same(start, work, writers):
    run = start("llama", trains="lora", lora_rank=16, lora_alpha=64, learning_rate=1e-2, epochs=8)
    assert work(run) == 0
    assert of(Finished, run)[0].best_step > 0
    tokenizer = transformers.AutoTokenizer.from_pretrained(run.model)
    model = transformers.AutoModelForCausalLM.from_pretrained(run.model)
    before = transformers.AutoModelForCausalLM.from_pretrained(writers / "llama")
    assert set(model.state_dict()) == set(before.state_dict())
    assert torch.equal(model.get_output_embeddings().weight, before.get_output_embeddings().weight)
    told = json.loads(examples("chat")[0].inputs["messages"])
    batch = tokenizer.apply_chat_template(told, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    room = json.loads((run.model / "head.json").read_text())["new_tokens"]
    written = model.generate(**batch, max_new_tokens=room, do_sample=False)[0, batch["input_ids"].shape[1] :]
    assert tokenizer.decode(written, skip_special_tokens=True).strip() == said_of(run)[0]


@every_model
def test_answers_are_the_same_alone_and_among_others(start, work, kind):
    run = start(kind, epochs=2)
    assert work(run) == 0
    answerer, role = Answerer(run), task_named(run.config.task).inputs[0]
    asked = [example.inputs[role] for example in examples(TASKS[kind])[:6]]
    asked = [text.replace("eats", "___") for text in asked]
    asked[0] += " Or rather, what would it eat if it could have all that it wants?" if kind != "llama" else ""
    together = [each.value for each in answerer.ask("tuned", asked)[1]]
    assert together == [answerer.ask("tuned", [text])[1][0].value for text in asked]
    assert together == [each.value for each in answerer.ask("tuned", asked)[1]]
    assert len(answerer.ask("untuned", asked[:2])[1]) == 2


def test_padding_moves_to_the_left():
    ids, mask = leftwards(torch.tensor([[5, 6, 0, 0], [1, 2, 3, 4]]), torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1]]))
    assert ids[:, 2:].tolist() == [[5, 6], [3, 4]]
    assert mask.tolist() == [[0, 0, 1, 1], [1, 1, 1, 1]]


def test_perplexity_of_the_report_is_that_of_the_model(start, work):
    run = start("gpt2", epochs=2)
    assert work(run) == 0
    model, tokenizer = load_tuned(run.model)
    nats = tokens = 0
    for example in examples("instruction-tuning"):
        with torch.no_grad():
            loss = plain_decoder_loss(model.backbone, tokenizer, [example])
        count = len(tokenizer(example.target)["input_ids"]) + 1
        nats, tokens = nats + loss.item() * count, tokens + count
    value = next(metric for metric in read_report(run).metrics if metric.name == "perplexity").value
    assert value == pytest.approx(np.exp(nats / tokens), rel=1e-5)


def test_settings_of_sampling_that_contradict_each_other_do_not_fail_the_run(start, work, home, tmp_path):
    odd = make_decoder(tmp_path / "odd", byte_tokenizer(TEXTS, template=HYBRID), kind="llama")
    lasting = {"bos_token_id": 2, "bad_words_ids": [[0]]}
    taste = {"temperature": 0.9, "top_p": 0.6, "pad_token_id": -1}
    (odd / "generation_config.json").write_text(json.dumps({**taste, **lasting, "eos_token_id": 1}))
    (home.models / "offered" / "odd").symlink_to(odd)
    run = start("odd", task="instruction-tuning", epochs=1)
    assert work(run) == 0
    saved = json.loads((run.model / "generation_config.json").read_text())
    assert not saved.keys() & taste
    assert saved["eos_token_id"] == [3, 1]
    assert {name: saved[name] for name in lasting} == lasting
    tokenizer = transformers.AutoTokenizer.from_pretrained(run.model)
    asked = [{"role": "user", "content": "Hi"}]
    prompt = tokenizer.apply_chat_template(asked, add_generation_prompt=True, tokenize=False)
    assert prompt.endswith("assistant\n<think>\n\n</think>\n\n")


def test_a_decoder_whose_tokenizer_has_a_mask_writes_on(start, work, home, tmp_path):
    tokenizer = byte_tokenizer(TEXTS)
    tokenizer.add_special_tokens({"mask_token": "<mask>"})
    masking = make_decoder(tmp_path / "masking", tokenizer, kind="llama")
    (home.models / "offered" / "masking").symlink_to(masking)
    run = start("masking", task="language-modeling", epochs=1)
    assert work(run) == 0
    assert json.loads((run.model / "head.json").read_text())["kind"] == "causal"
    learned = task_named("language-modeling").encode(
        examples("language-modeling")[:1], setup_of(load_tuned(run.model)[0].head.facts, tokenizer)
    )
    assert all(label != -100 for label in learned[0][0]["labels"][1:])
    assert tokenizer.mask_token_id not in learned[0][0]["input_ids"]


# Exact


@every_model
def test_a_paused_run_goes_on_to_the_bit(start, work, monkeypatch, kind):
    settings = {"epochs": 2, "dropout": 0.1, "learning_rate": 1e-2}
    whole, run = start(kind, **settings), start(kind, **settings)
    assert work(whole) == 0
    original = train.Training.step

    def stepping(self):
        original(self)
        if self.state.step == 3:
            run.request("pause")

    with monkeypatch.context() as patch:
        patch.setattr(train.Training, "step", stepping)
        assert work(run) == 0
    assert not of(Finished, run)
    assert work(run) == 0
    assert storage.sha256(run.model / "model.safetensors") == storage.sha256(whole.model / "model.safetensors")
    told = [[(check.step, check.loss, check.samples) for check in of(Checked, each)] for each in (run, whole)]
    assert told[0] == told[1]
    assert said_of(run) == said_of(whole)


def test_all_that_a_run_reads_is_as_on_the_day_it_was_ordered(start, home, tmp_path):
    today = "{{ 'Today is ' + strftime_now('%Y-%m-%d') + '. ' }}"
    dated = make_decoder(tmp_path / "dated", byte_tokenizer(TEXTS, template=today + CHAT))
    (home.models / "offered" / "dated").symlink_to(dated)
    run = start("dated", task="instruction-tuning")
    facts = json.loads(run.facts.read_text())
    run.facts.write_text(json.dumps({**facts, "created": "1999-12-31"}))
    job = prepare(run, lambda *_: None)
    told = job.train.batch(np.arange(20))["input_ids"]
    assert all("Today is 1999-12-31." in job.kit.setup.tokenizer.decode(row) for row in told)


@pytest.mark.parametrize("trains", ["whole", "lora"])
def test_at_the_end_one_model_is_held_at_a_time(start, work, monkeypatch, trains):
    """Counted where a model is about to be loaded: base models alive, and numbers that optimizers remember."""
    run, held = start("gpt2", epochs=1, trains=trains), []

    def counting(load):
        def counted(*told):
            gc.collect()
            alive = [each for each in gc.get_objects() if type(each) in (GPT2LMHeadModel, torch.optim.AdamW)]
            held.append((len([each for each in alive if isinstance(each, torch.nn.Module)]), memory(alive)))
            return load(*told)

        return counted

    def memory(alive):
        return sum(len(each.state) for each in alive if isinstance(each, torch.optim.Optimizer))

    gc.collect()
    before = len([each for each in gc.get_objects() if type(each) is GPT2LMHeadModel])
    monkeypatch.setattr("studio.worker.finish.load_tuned", counting(finish.load_tuned))
    monkeypatch.setattr("studio.worker.finish.load_untuned", counting(finish.load_untuned))
    assert work(run) == 0
    assert held == [(before, 0), (before, 0)]


# Told


def test_the_head_alone_cannot_be_trained(start, work):
    run = start("gpt2", trains="head")
    assert work(run) == 1
    assert "cannot be trained with the method 'head'" in of(Failed, run)[0].what


def test_a_base_model_of_another_family_is_refused(start, work):
    run = start("t5", task="instruction-tuning")
    assert work(run) == 1
    assert "is an encoder-decoder" in of(Failed, run)[0].what


def test_a_base_model_without_words_is_refused(start, work, home, tiny_model):
    (home.models / "offered" / "wordless").symlink_to(tiny_model)
    run = start("wordless", task="language-modeling", rows=examples("language-modeling"))
    assert work(run) == 1
    assert "cannot write" in of(Failed, run)[0].what


def test_a_metric_that_checks_do_not_measure_cannot_be_watched(start, work):
    run = start("gpt2", watch="chrf")
    assert work(run) == 1
    assert "Choose one of: loss, perplexity." in of(Failed, run)[0].fix


def test_what_does_not_fit_is_counted(start, work):
    rows = examples("instruction-tuning")
    rows[3] = replace(rows[3], inputs={"instruction": "Why? " * 300, "input": ""})
    run = start("gpt2", rows=rows, epochs=1)
    assert work(run) == 0
    text = "1 training row of 20 did not fit into 64 tokens and was shortened."
    assert text in [warning.text for warning in of(Warned, run)]
    assert text in read_report(run).notes


def test_conversations_that_lose_their_oldest_messages_are_counted_wherever_they_are_read(start, work):
    rows = examples("chat")
    turns = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}] * 20
    for place in (3, 5):
        last = json.loads(rows[place].inputs["messages"])
        rows[place] = replace(rows[place], inputs={"messages": json.dumps([*turns, *last])})
    run = start("llama", rows=rows, epochs=1)
    assert work(run) == 0
    told = [warning.text for warning in of(Warned, run)]
    spelled = spell(load_tuned(run.model)[1], [_whole(rows[3]), _whole(rows[5])], 64)
    lost = sum(each.lost for each in spelled)
    assert lost > 40
    start_of_all = "2 training conversations of 20 did not fit into 64 tokens and were shortened."
    assert f"{start_of_all} 2 of them lost the oldest messages, {lost} messages in all." in told
    assert any(text.startswith("2 validation conversations of 8 did not fit into 64 tokens") for text in told)
    answerer = Answerer(run)
    _, said = answerer.ask("tuned", [rows[3].inputs, rows[4].inputs])
    assert said[0].lost > 20
    assert (said[0].is_cut, said[1].lost) == (False, 0)
    of_test = [text for text in read_report(run).notes if text.startswith("Of 2 test conversations the oldest")]
    assert len(of_test) == 1
    out = io.StringIO()
    asked = {"id": 1, "model": "tuned", "texts": [rows[3].inputs, rows[4].inputs]}
    serve(run.path, io.StringIO(json.dumps(asked) + "\n"), out)
    assert json.loads(out.getvalue().splitlines()[-1])["unread"] == [[said[0].lost, False], [0, False]]


def _whole(example):
    return [*json.loads(example.inputs["messages"]), {"role": "assistant", "content": example.target}]


def test_a_conversation_has_room_for_its_longest_reply_not_for_all_of_them():
    feature = {"labels": [-100, 1, 2, 3, 4, 5, 6, 7, 8, -100, -100, 1, 2, -100]}
    setup = Setup(None, (), 100)
    assert at_the_end.with_room(task_named("chat"), setup, [[feature]] * 5).new_tokens == 17
    alone = {"labels": [-100, 1, 2, 3, 4, 5]}
    assert at_the_end.with_room(task_named("chat"), setup, [[alone]]).new_tokens == 14
    assert at_the_end.with_room(task_named("text-to-text"), setup, [[{"labels": [1] * 5}]]).new_tokens == 14


def test_a_run_that_would_never_learn_an_end_is_refused(start, work):
    rows = [replace(example, target=f"{example.target} " * 20) for example in examples("instruction-tuning")]
    run = start("gpt2", rows=rows)
    assert work(run) == 1
    failed = of(Failed, run)[0]
    assert "never learn where an answer ends" in failed.what
    assert "Raise the text length limit" in failed.fix


def test_nothing_to_learn_and_no_end_are_refused_in_words():
    task = SimpleNamespace(target="response", example_is="row", ends=lambda _: (1,))
    nothing = [[{"input_ids": [4, 5], "labels": [-100, -100]}]]
    setup = Setup(None, (), 8)
    with pytest.raises(Exception, match="No token of any row would be learned"):
        at_the_end.examine(task, setup, nothing)
    endless = [[{"input_ids": [4, 5], "labels": [-100, 5]}]]
    with pytest.raises(Exception, match="puts no end behind an answer"):
        at_the_end.examine(task, setup, endless)
    assert at_the_end.examine(task, setup, [[{"input_ids": [4, 1], "labels": [-100, 1]}], nothing[0]]) == (
        "Nothing is learned from 1 training row: no token of the answer was left.",
    )


def test_many_test_rows_are_sampled_and_it_is_said():
    rows = [Example(row, {"instruction": "a"}, "b") for row in range(500)]
    task = task_named("instruction-tuning")
    some, told = at_the_end.tested(task, rows, 1)
    assert len(some) == 200
    assert [each.row for each in some] == sorted({each.row for each in some})
    assert "200 of 500 test rows" in told[0]
    assert at_the_end.tested(task, rows, 1)[0] == some != at_the_end.tested(task, rows, 2)[0]
    assert at_the_end.tested(task_named("language-modeling"), rows, 1) == (rows, [])
