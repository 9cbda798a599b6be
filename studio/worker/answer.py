"""The duty of answering: a finished run's models, tuned and untuned, over lines of JSON."""

import json
import sys
import traceback
from dataclasses import fields
from pathlib import Path
from typing import IO, Any

from studio.data.example import Example
from studio.errors import StudioError
from studio.models.heads import HeadFacts, Wearing
from studio.models.load import load_tuned, load_untuned
from studio.rundir import RunDir
from studio.tasks import task_named
from studio.tasks.task import Answer, Setup
from studio.tasks.translation import speak
from studio.worker import writing
from studio.worker.evaluate import Kit, answer
from studio.worker.place import Place
from studio.worker.prepare import base_folder
from studio.worker.trouble import panics_told


class Answerer:
    """One run's models; each is loaded when it is first asked."""

    def __init__(self, run: RunDir) -> None:
        self.run, self.task = run, task_named(run.config.task)
        self.place = Place.choose(run.config.compute.precision)
        self._loaded: dict[str, tuple[Wearing, Setup]] = {}

    def ask(
        self, model: str, texts: list[Any], targets: list[str] | None = None
    ) -> tuple[tuple[str, ...], list[Answer]]:
        """The labels, and one answer a text (or a dict of all input roles). Raises: StudioError.

        `targets` are the right answers to rows that were parsed before: a model that writes is also asked how much each
        of them surprises it, as it is for the report.
        """
        with panics_told(self.run.config.model.id):
            return self._asked(model, texts, targets)

    def _asked(self, model: str, texts: list[Any], targets: list[str] | None) -> tuple[tuple[str, ...], list[Answer]]:
        wearing, setup = self._model(model)
        inputs = [text if isinstance(text, dict) else {self.task.inputs[0]: str(text)} for text in texts]
        kit = Kit(self.task, setup, self.place)
        if targets is not None and self.task.writes:
            known = [Example(row, *each) for row, each in enumerate(zip(inputs, targets, strict=True), 1)]
            return setup.labels, writing.answer(wearing, kit, known, lambda _done: None)
        examples = [self.task.parse(each, None, row + 1) for row, each in enumerate(inputs)]
        return setup.labels, answer(wearing, kit, examples, lambda _done: None)

    def _model(self, name: str) -> tuple[Wearing, Setup]:
        if name not in ("tuned", "untuned"):
            raise StudioError(f"There is no model named {str(name)[:40]!r}", fix="Ask 'tuned' or 'untuned'.")
        if name not in self._loaded:
            tuned = name == "tuned"
            model, tokenizer = (
                load_tuned(self.run.model) if tuned else load_untuned(base_folder(self.run), self.run.path)
            )
            asking = self.run.model / "chat_template.jinja"
            if not tuned and asking.exists():  # both are asked in the same way
                tokenizer.chat_template = asking.read_text(encoding="utf-8")
            facts = model.head.facts
            self._loaded[name] = (model.to(self.place.device), setup_of(facts, tokenizer))
        return self._loaded[name]


def setup_of(facts: HeadFacts, tokenizer: Any) -> Setup:
    """What encoding and decoding need, from what `head.json` says."""
    speak(tokenizer, facts.codes)
    names = {each.name for each in fields(Setup)} & {each.name for each in fields(HeadFacts)}
    return Setup(tokenizer, **{name: getattr(facts, name) for name in names}, head=facts.kind)


def serve(folder: Path, questions: IO[str], answers: IO[str]) -> int:
    """Answer line by line until the questions end. `{"id", "model", "texts"}` → `{"id", "values", "labels", "confidence",
    "losses", "unread", "added"}`:

    a value a text; `labels` are the model's, in the order of every text's list of confidences, which is empty where
    answers have none, and an object of guess → confidence where the guesses are no labels. `losses` are `[nats, tokens,
    tokens guessed]` of the right answer, where `targets` were sent as well; `unread` `[messages, whether a text was cut]` of the question
    that did not fit; `added` where words of the model's own stand in the value, as `[first character, behind the last]`.
    """
    answerer = Answerer(RunDir(folder))
    _put(answers, {"ready": True})
    for line in questions:
        asked: dict[str, Any] = {}
        try:
            asked = json.loads(line)
            labels, said = answerer.ask(asked["model"], asked["texts"], asked.get("targets"))
            shares = [_shares(each, labels) for each in said]
            values = [each.value for each in said]
            losses = [[*each.losses, each.guessed] for each in said]
            told = {"values": values, "labels": list(labels), "confidence": shares, "losses": losses}
            told |= {"unread": [[each.lost, each.is_cut] for each in said], "added": [each.added for each in said]}
            _put(answers, {"id": asked["id"], **told})
        except StudioError as error:
            _put(answers, {"id": asked.get("id"), "error": str(error)})
        except Exception:  # noqa: BLE001 - a border as in duty: one bad question must not end the conversation
            traceback.print_exc(file=sys.stderr)
            _put(
                answers,
                {"id": asked.get("id") if isinstance(asked, dict) else None, "error": "This is a bug of the studio."},
            )
    return 0


def _shares(answer: Answer, labels: tuple[str, ...]) -> list[float] | dict[str, float]:
    """How sure the model is: of its labels, or of guesses that are found in each text anew, as words for a gap."""
    if answer.confidence.keys() <= set(labels):
        return [answer.confidence.get(label, 0.0) for label in labels] if answer.confidence else []
    return answer.confidence


def _put(answers: IO[str], value: dict[str, Any]) -> None:
    answers.write(json.dumps(value, ensure_ascii=False) + "\n")
    answers.flush()
