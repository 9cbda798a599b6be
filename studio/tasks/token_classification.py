"""Finding names in texts: a text in, the spans of it that are entities out, each with its type."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from typing_extensions import override

from studio.columns import Columns, columns_of
from studio.data.detect import reading_for, words_of
from studio.data.doctor.finding import Patient
from studio.data.example import Example
from studio.data.table import Table
from studio.errors import StudioError
from studio.tasks.hints import SHAPES
from studio.tasks.recipe import Recipe
from studio.tasks.spans import Span, checked, read, written
from studio.tasks.tagged import arranged, layout_of, read_as, style_in
from studio.tasks.task import Answer, Conventions, Feature, Guess, Metric, Setup, Task
from studio.tasks.units import often_inside
from studio.tasks.windows import Place, places_of, windows

_OUTSIDE, _UNKNOWN = 0, -100
_SHIFTS = tuple(float(shift) for shift in np.linspace(-2.0, 3.0, 21))
"""How much less sure "no entity" may be than the model says, in nats: recall for precision. Chosen on validation rows."""
_ROLES: Mapping[str, Mapping[str, str]] = {
    "tagged-sentences": {"tokens": "text", "tags": "entities"},
    "tagged-tokens": {"token": "text", "tag": "entities", "sentence": "sentence"},
    "text-spans": {"text": "text", "spans": "entities"},
}
"""Layout → role as data.detect and the data doctor name it → role of the task."""


class TokenClassification(Task):
    """A text in, the spans that are entities out. Outputs a token: no entity, then begin and go on of every type."""

    name, title, order = "token-classification", "Find names in texts", 40
    hub_task = "token-classification"
    help = "Marks the names in a text: people, places, products, amounts, whatever you marked in your rows."
    inputs, optional, target = ("text", "sentence"), ("sentence",), "entities"
    spread = ("sentence",)
    role_titles = {"text": "Text or words", "sentence": "Number of the sentence", "entities": "Tags or marks"}
    families = frozenset({"encoder"})
    head = "token"
    metrics = (
        Metric("f1", "F1", "How well entities are found: both precision and recall have to be high."),
        Metric("precision", "Precision", "Share of the entities found that are right: the same words, the same type."),
        Metric("recall", "Recall", "Share of the entities there are that were found: the same words, the same type."),
    )
    answers_as = "entities"
    has_thresholds = reads_windows = True
    places_in = "text"
    hints = (SHAPES,)
    watch = "f1"
    baselines = ("known_names",)
    recipe = Recipe(
        learning_rate=1e-4,
        epochs=4,
        label_smoothing=0.0,
        checks=8,
        patience=0.5,
        why="every word of a row teaches, so that large steps are safe",
    )
    untuned = "Untuned model (frozen word vectors with a linear head)"
    example = "names_in_messages.csv"

    @override
    def detect(self, table: Table) -> Guess | None:
        found = reading_for(table, self.name)
        if found is None:
            return None
        columns = {
            ours: str(found.roles[theirs]) for theirs, ours in _ROLES[found.layout].items() if theirs in found.roles
        }
        return Guess({role: columns[role] for role in self.roles if role in columns}, found.reason, found.confidence)

    @override
    def asked(self, table: Table) -> Columns:
        """Of words below each other: those, and the column that tells sentences apart."""
        found = words_of(table)
        return {} if found is None else {"text": str(found["token"]), "sentence": str(found["sentence"])}

    @override
    def read_as(self, table: Table, columns: Columns) -> str:
        return read_as(table, {role: columns_of(column)[0] for role, column in columns.items() if columns_of(column)})

    @override
    def patient(self, table: Table, columns: Columns, test: Table | None = None) -> Patient:
        single = {role: columns_of(column)[0] for role, column in columns.items() if columns_of(column)}
        if not {"text", "entities"} <= single.keys():
            return super().patient(table, columns, test)
        roles: dict[str, tuple[str, ...]] = {
            theirs: (single[ours],) for theirs, ours in _ROLES[layout_of(table, single)].items() if single.get(ours)
        }
        return Patient(table, self.name, (single["text"],), "", roles, test, reads_windows=True)

    @override
    def conventions(self, table: Table, columns: Columns) -> Conventions:
        single = {role: columns_of(column)[0] for role, column in columns.items() if columns_of(column)}
        style = style_in(table, single) if {"text", "entities"} <= single.keys() else None
        return {} if style is None else {"style": style}

    @override
    def arrange(self, table: Table, columns: Columns, conventions: Conventions) -> tuple[Table, dict[str, str]]:
        single = {role: columns_of(column)[0] for role, column in columns.items() if columns_of(column)}
        return arranged(table, single, conventions.get("style", ""))

    @override
    def parse(self, inputs: dict[str, str], target: str | None, row: int) -> Example:
        text = inputs["text"]
        if not text.strip():
            raise StudioError("The text is empty", where=f"row {row}", fix="Fill it in, or delete the row.")
        if target is None:
            return Example(row, {"text": text})
        if not target.strip():
            raise StudioError("The entities are empty", where=f"row {row}", fix="Write [] where there are none.")
        if not target.lstrip().startswith("["):  # what `arrange` found wrong with the tags
            raise StudioError(f"The entities cannot be read: {target[:80]}", where=f"row {row}", fix="Correct the row.")
        return Example(row, {"text": text}, written(checked(text, target, f"row {row}")))

    @override
    def labels_in(self, example: Example) -> tuple[str, ...]:
        return tuple(kind for _, _, kind in read(example.target)) if example.target is not None else ()

    @override
    def inside(self, examples: Sequence[Example]) -> bool:
        return often_inside(
            (each.inputs["text"], [span[:2] for span in read(each.target or "[]")]) for each in examples
        )

    @override
    def by_heart(
        self, examples: Sequence[Example], features: Sequence[Sequence[Feature]], setup: Setup
    ) -> list[Answer] | None:
        said = []
        for cut in features:
            places = places_of(cut)
            tags = [max(_OUTSIDE, cut[place.window]["labels"][place.token]) for place in places]
            said.append(Answer(written(_entities(tags, places, setup.labels))))
        return said

    @override
    def encode(self, examples: Sequence[Example], setup: Setup) -> list[list[Feature]]:
        texts = [example.inputs["text"] for example in examples]
        cut = windows(texts, setup.tokenizer, setup.max_length, inside=setup.inside)
        for example, features in zip(examples, cut, strict=True):
            if example.target is not None:
                for feature, numbers in zip(features, _labels(example.target, features, setup.labels), strict=True):
                    feature["labels"] = numbers
        return cut

    @override
    def decode(
        self, example: Example, outputs: Sequence[np.ndarray], features: Sequence[Feature], setup: Setup
    ) -> Answer:
        places, logits = _at_places(outputs, features)
        if not places:
            return Answer(written([]))
        logits[:, _OUTSIDE] -= setup.thresholds[0] if setup.thresholds else 0.0
        found = _entities(logits.argmax(1).tolist(), places, setup.labels)
        shares = np.exp(logits - logits.max(1, keepdims=True))
        sure = (shares / shares.sum(1, keepdims=True)).max(1)
        starts = np.array([place.start for place in places])
        confidence: dict[str, float] = {}
        for start, end, kind in found:
            mean = float(sure[(starts >= start) & (starts < end)].mean())
            confidence[kind] = max(mean, confidence.get(kind, 0.0))
        return Answer(written(found), confidence)

    @override
    def thresholds(
        self,
        outputs: Sequence[np.ndarray],
        examples: Sequence[Example],
        features: Sequence[Sequence[Feature]],
        setup: Setup,
    ) -> tuple[float, ...]:
        """The shift that finds the validation rows' entities best; of equals the smallest."""
        rows: list[tuple[list[Place], slice, set[Span]]] = []
        stacked: list[np.ndarray] = []
        done = first = 0
        for example, windows_of_it in zip(examples, features, strict=True):
            behind = first + len(windows_of_it)
            places, logits = _at_places(outputs[first:behind], windows_of_it)
            rows.append((places, slice(done, done + len(places)), set(read(example.target or "[]"))))
            stacked.append(logits)
            first, done = behind, done + len(places)
        everything = np.concatenate(stacked) if stacked else np.zeros((0, 1))
        if everything.shape[1] < 2:
            return (0.0,)
        best_kind = everything[:, 1:].argmax(1) + 1
        margin = everything[:, _OUTSIDE] - everything[:, 1:].max(1)
        due = sum(len(right) for _, _, right in rows)

        def worth(shift: float) -> float:
            tags = np.where(margin >= shift, _OUTSIDE, best_kind).tolist()
            said = [(set(_entities(tags[where], places, setup.labels)), right) for places, where, right in rows]
            return 2 * sum(len(one & two) for one, two in said) / max(1, due + sum(len(one) for one, _ in said))

        return (max(_SHIFTS, key=lambda shift: (round(worth(shift), 9), -abs(shift))),)

    @override
    def counts(self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]) -> np.ndarray:
        """Entities found and right, found, and due."""
        pairs = [
            (set(read(answer.value)), set(read(example.target or "[]")))
            for answer, example in zip(answers, examples, strict=True)
        ]
        return np.array([(len(said & right), len(said), len(right)) for said, right in pairs], float).reshape(-1, 3)

    @override
    def measure(self, sums: np.ndarray, labels: tuple[str, ...]) -> dict[str, np.ndarray]:
        """Source: seqeval's strict mode, micro average; 0 where nothing is found or nothing is due."""
        hits, said, due = sums[..., 0], sums[..., 1], sums[..., 2]
        return {
            "f1": 2 * hits / np.maximum(said + due, 1),
            "precision": hits / np.maximum(said, 1),
            "recall": hits / np.maximum(due, 1),
        }

    @override
    def by_label(
        self, answers: Sequence[Answer], examples: Sequence[Example], labels: tuple[str, ...]
    ) -> list[tuple[str, int, int, int]]:
        hits, said, due = Counter[str](), Counter[str](), Counter[str]()
        for answer, example in zip(answers, examples, strict=True):
            found, right = set(read(answer.value)), set(read(example.target or "[]"))
            hits.update(kind for _, _, kind in found & right)
            said.update(kind for _, _, kind in found)
            due.update(kind for _, _, kind in right)
        order = [*labels, *sorted(set(due) - set(labels))]
        return [(kind, hits[kind], said[kind], due[kind]) for kind in order]

    @override
    def show(self, value: str) -> str:
        return " · ".join(f"{kind} {start}–{end}" for start, end, kind in read(value)) or "none"

    @override
    def quote(self, value: str, inputs: Mapping[str, str]) -> str:
        text = inputs.get("text", "")
        return " · ".join(f"{kind} “{text[start:end]}” {start}–{end}" for start, end, kind in read(value)) or "none"

    @override
    def moved(self, value: str, by: int) -> str:
        return written((start + by, end + by, kind) for start, end, kind in read(value))


def _labels(target: str, features: Sequence[Feature], labels: tuple[str, ...]) -> list[list[int]]:
    """A number a token of every window: what its place is part of; not learned where it stands for no place."""
    number = {kind: 1 + 2 * place for place, kind in enumerate(labels)}
    entities = read(target)
    numbers = [[_UNKNOWN] * len(feature["input_ids"]) for feature in features]
    begun = set[Span]()
    current = 0
    for place in places_of(features):
        while current < len(entities) and entities[current][1] <= place.start:
            current += 1
        said = _OUTSIDE
        if current < len(entities) and entities[current][0] < place.end:
            entity = entities[current]
            first = number.get(entity[2])
            said = _UNKNOWN if first is None else first + (entity in begun)
            begun.add(entity)
        numbers[place.window][place.token] = said
    return numbers


def _at_places(outputs: Sequence[np.ndarray], features: Sequence[Feature]) -> tuple[list[Place], np.ndarray]:
    """The places of all windows in the text's order, and the outputs there, float64 (places, outputs)."""
    places = places_of(features)
    picked: Any = [outputs[place.window][place.token] for place in places]
    return places, np.array(picked, np.float64).reshape(len(places), outputs[0].shape[-1])


def _entities(tags: Sequence[int], places: Sequence[Place], labels: tuple[str, ...]) -> list[Span]:
    """Spans of tag numbers. Going on with what was not begun begins it (as in `spans.from_tags`)."""
    found: list[Span] = []
    open_kind = -1
    for tag, place in zip(tags, places, strict=True):
        kind, goes_on = divmod(tag - 1, 2) if tag else (-1, 0)
        if tag and goes_on and kind == open_kind:
            found[-1] = (found[-1][0], place.end, found[-1][2])
        elif tag:
            found.append((place.start, place.end, labels[kind]))
        open_kind = kind
    return found


TASK = TokenClassification()
