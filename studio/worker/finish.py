"""What a run leaves: the best version as a model folder, its answers on the test rows, and the report."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn

from studio import storage
from studio.data.example import Example
from studio.evaluation.answers import to_parquet
from studio.evaluation.report import build_report
from studio.events import Finished, Scoring, Warned
from studio.models.heads import Wearing, head_files
from studio.models.load import load_base, load_tuned, load_untuned
from studio.tasks.task import Answer
from studio.tasks.unread import told_of
from studio.worker import checkpoint, writing
from studio.worker.adapters import adapter_files, merge_adapters
from studio.worker.evaluate import Kit, answer, check
from studio.worker.features import read_part
from studio.worker.optimizer import freeze, trained
from studio.worker.prepare import Job
from studio.worker.reporter import Reporter

_NOT_BETTER = (
    "Tuning did not beat the untuned model{} on the validation rows, so that simple version is kept. "
    "More rows, cleaner {} or a lower learning rate may change this."
)
_NOT_CHECKED = "Training was stopped before the first check, so the kept version is the untuned model{}."


def finish(
    job: Job, reason: str, step: int, best_step: int, best: dict[str, Tensor] | None, reporter: Reporter
) -> None:
    """Write `model/`, answer the test rows with what was written, report. Raises: StudioError, Leave, Lost."""
    why = cast(Literal["all epochs done", "stopped early", "stopped by you"], reason)
    reporter.say(Scoring(step=step, reason=why, best_step=best_step))
    if best_step == 0:
        text = _NOT_BETTER if any(check.step > 0 for check in reporter.story.checks) else _NOT_CHECKED
        text = text.format(*(("", "texts") if job.kit.task.writes else (" with a linear head", "labels")))
        if all(said.text != text for said in reporter.story.warnings):
            reporter.say(Warned(step=step, text=text))
    run, kit = job.run, job.kit
    write_model(job, best)
    (best or {}).clear()
    _free(job)
    test, told = read_part(run, "test"), notes(job, reporter)
    if kit.task.writes:
        test, limited = writing.tested(kit.task, test, job.config.seed)
        told += limited
    answers = _said(kit, partial(load_tuned, run.model), test, reporter)
    told += filter(None, [told_of(answers, f"test {kit.task.example_is}")])
    frozen = _said(kit, partial(load_untuned, job.folder, run.path), test, reporter)
    report = build_report(
        task=kit.task,
        labels=kit.setup.labels,
        train=job.examples,
        test=test,
        answers=answers,
        frozen_answers=frozen,
        seed=job.config.seed,
        seconds=0.0,
        notes=told,
    )
    reporter.beat()  # the simple models of the report take a while
    report = report.model_copy(update={"seconds": reporter.seconds})  # with the time they took
    storage.write_file(run.answers, to_parquet(test, answers, kit.setup.labels))
    storage.write_file(run.report, report.model_dump_json(indent=1).encode())
    metrics = {result.name: result.value for result in report.metrics}
    reporter.say(Finished(step=step, reason=why, best_step=best_step, metrics=metrics, seconds=reporter.seconds))
    checkpoint.clear(run.checkpoints)  # the model is on disk; the way there takes six times its space


def _said(kit: Kit, load: Callable[[], tuple[Wearing, Any]], test: list[Example], reporter: Reporter) -> list[Answer]:
    """What a model answers, which is there only as long as it does: two may be more than the device can hold."""
    model, _ = load()
    say = writing.answer if kit.task.writes else answer
    answers = say(model.to(kit.place.device), kit, test, reporter.breathe)
    del model
    kit.place.tidy()
    return answers


def _free(job: Job) -> None:
    """Let go of the model that was trained: its best version is kept elsewhere."""
    job.model.backbone = nn.Identity()
    job.kit.place.tidy()


def write_model(job: Job, best: dict[str, Tensor] | None) -> None:
    """Commit `model/`: the best version, or the untuned base model with the probe on where nothing was better."""
    (model, adapters), tokenizer = best_version(job, best), job.kit.setup.tokenizer
    _choose_thresholds(job, model)
    backbone: Any = model.backbone
    if model.head.facts.ends:  # so that plain transformers, too, stop writing where an answer ends
        backbone.generation_config.eos_token_id = list(model.head.facts.ends)
    if model.head.facts.start_token >= 0:
        backbone.generation_config.decoder_start_token_id = model.head.facts.start_token
    if model.head.facts.first_token >= 0:
        backbone.generation_config.forced_bos_token_id = model.head.facts.first_token
    with storage.Stage(job.run.model) as stage:
        backbone.save_pretrained(stage.path)
        tokenizer.save_pretrained(stage.path)
        for name, data in (*head_files(model.head), *adapters.items()):
            stage.write(name, data)


def _choose_thresholds(job: Job, model: Wearing) -> None:
    """On the validation rows, for the version that is kept."""
    if job.kit.task.has_thresholds:
        scores = check(model.to(job.kit.place.device), job.kit, job.seen, lambda _done: None)
        model.cpu().head.facts = replace(model.head.facts, thresholds=scores.thresholds)


def best_version(job: Job, best: dict[str, Tensor] | None) -> tuple[Wearing, dict[str, bytes]]:
    """The model to keep, on the processor, adapters merged; and the adapters by themselves, as files."""
    if best is None:
        _free(job)
        backbone, _ = load_base(job.folder, auto_class=job.probe.head.auto_class)
        return Wearing(backbone, job.probe.head), {}
    model = job.model
    if job.config.method.trains == "qlora":  # adapters are folded into whole weights: in 4 bits they would drown
        _free(job)
        model = Wearing(load_base(job.folder, auto_class=model.head.auto_class)[0], model.head)
        freeze(model, job.config)
    with torch.no_grad():
        for name, weight in trained(model).items():
            weight.copy_(best[name])
    adapters = adapter_files(model)
    merge_adapters(model)
    return model.cpu(), adapters


def notes(job: Job, reporter: Reporter) -> list[str]:
    """What people should know when they read the report."""
    said = [*filter(None, [job.asked_as]), *(warning.text for warning in reporter.story.warnings)]
    if job.cut:
        said.append(
            f"{job.cut:,} training texts reach the limit of {job.kit.setup.max_length} tokens; longer ones were cut off there."
        )
    return said
