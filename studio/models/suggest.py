"""A suggested value for every setting that depends on the data, the base model or the machine, with the reason in words.

The recipe was measured with the embedded model (banking77 at 10, 30 and 130 rows a label, and two-label tables):
few rows a label want a small learning rate and more passes, plenty want the large one with label smoothing.
Where a reason speaks of rows, it means those that are trained on with the suggested shares, as the plan tells them.
"""

from dataclasses import dataclass
from math import ceil
from typing import Any, Literal, get_args

from studio.data.phrases import counted
from studio.data.split import MOST_VALIDATION
from studio.errors import StudioError
from studio.figures import small
from studio.models import suggest_writing as writing
from studio.models.data_facts import DataFacts, suggested_shares
from studio.models.methods import reason_against
from studio.models.presets import Preset, worn
from studio.models.sizing import Machine, estimate_memory, expected, gigabytes
from studio.models.suggest_memory import Fitted, fitted
from studio.tasks.recipe import Recipe

Effort = Literal["quick", "balanced", "thorough"]

MOST_TOKENS = 8192
"""The longest text that the settings allow, whatever the model could read."""
FEW_ROWS_A_LABEL = 36
"""Rows to train on for each label: below, the recipe for few."""
_FEWEST_STEPS = {"quick": 60, "balanced": 120, "thorough": 240}
_MOST_EPOCHS = {"quick": 10, "balanced": 20, "thorough": 30}
_QUICK_SECONDS = 180
"""A quick run that would take longer trains the head alone."""


@dataclass(frozen=True)
class Suggestion:
    """A value for one setting, and one sentence why."""

    value: Any
    why: str


def suggest(facts: DataFacts, preset: Preset, machine: Machine, effort: Effort = "balanced") -> dict[str, Suggestion]:
    """Setting name → suggestion, for exactly these rows, this base model and this machine.

    `quick` gives a first answer, `balanced` a good model, `thorough` takes about twice as long for the last bit.
    Raises: StudioError for an effort it does not know.
    """
    if effort not in get_args(Effort):
        raise StudioError(f"There is no effort named {effort!r}", fix="Choose quick, balanced or thorough.")
    preset = worn(preset, writes=facts.writes)
    trains = _trains(facts, preset, machine, effort)
    length = _max_length(facts, preset, machine, trains.value)
    rows = _batch_rows(facts)
    step = _fitted(preset, machine, rows.value, length.value, trains.value)
    steps = ceil(facts.train_rows / rows.value)
    epochs = _epochs(facts, steps, effort)
    checks = _checks_per_epoch(facts, epochs.value, steps)
    more = {} if not facts.writes else {
        "freeze_embeddings": Suggestion(*writing.FREEZE),
        "head_factor": Suggestion(10.0, writing.NO_HEAD),
        "probe_start": Suggestion(True, writing.NO_HEAD),
    }  # fmt: skip
    return {
        "trains": trains,
        "epochs": epochs,
        "batch_rows": rows,
        "learning_rate": _learning_rate(facts, preset, trains.value),
        "head_factor": Suggestion(
            10.0, "10 times: the new head has to learn more than the pretrained layers below it."
        ),
        "label_smoothing": _label_smoothing(facts),
        "layer_decay": _layer_decay(preset, effort),
        "patience": _patience(epochs.value * checks.value, effort, facts.recipe),
        "checks_per_epoch": checks,
        "max_length": length,
        "parts": Suggestion(step.parts, step.why_parts),
        "recompute": Suggestion(step.recompute, step.why_recompute),
        "validation_share": _validation_share(facts),
        "test_share": _test_share(facts),
        **more,
    }


def _max_length(facts: DataFacts, preset: Preset, machine: Machine, trains: Any) -> Suggestion:
    common, longest = facts.p99_tokens or facts.p95_tokens, max(facts.max_tokens, facts.with_answer)
    most = min(preset.context, MOST_TOKENS)
    wanted = longest if longest <= max(64, 2 * common) else common
    if facts.writes and not facts.reads_windows:  # what is cut there is an answer's end, or a question
        whole = _memory(preset, machine, trains, min(most, longest), min(most, longest), recompute=True)
        wanted = longest if whole <= _memory_here(machine) else common
    value = min(most, max(32, -(-wanted // 16) * 16))
    if value >= facts.max_tokens:
        room = f", and for an answer to any question ({longest:,})" if facts.max_tokens < longest <= value else ""
        return Suggestion(value, f"{value} tokens: enough for the longest text, which has {facts.max_tokens:,}{room}.")
    if value == most and wanted > value:
        rest = (
            "longer texts are read in several windows"
            if facts.reads_windows
            else "longer conversations lose their oldest messages"
            if facts.drops_oldest
            else "the end of longer texts is cut off"
        )
        whose = f"the most {preset.title} can read" if most == preset.context else "the most that can be set"
        return Suggestion(value, f"{value} tokens: {whose}; {rest}.")
    share = "99" if facts.p99_tokens else "95"
    fate = "are read in several windows" if facts.reads_windows else "are cut off"
    fate = "lose their oldest messages" if facts.drops_oldest else fate
    more = " More would need more memory than is free." if facts.writes and not facts.reads_windows else ""
    return Suggestion(
        value,
        f"{value} tokens: {share} of 100 texts fit; the few longer ones (up to {facts.max_tokens:,}) {fate}.{more}",
    )


def _trains(facts: DataFacts, preset: Preset, machine: Machine, effort: Effort) -> Suggestion:
    if facts.writes:
        need = _memory(preset, machine, "whole", min(16, preset.context) * 8)
        free, small = _memory_here(machine), _memory(preset, machine, "lora", min(16, preset.context) * 8)
        four_bits = "qlora" in facts.methods and not reason_against("qlora", has_gpu=bool(machine.gpu))
        return Suggestion(*writing.trains(facts.methods[0], need, free, small if four_bits else 0))
    if not machine.gpu and effort == "quick" and not preset.writes:
        seconds = 2 * facts.rows * facts.mean_tokens / expected(preset, machine).tokens_per_s
        if seconds > _QUICK_SECONDS:
            return Suggestion(
                "head",
                f"Only the head: tuning the whole model would take about {_minutes(seconds)} here, too long for a quick run.",
            )
    if _memory_here(machine) < (need := _memory(preset, machine, "whole", min(16, preset.context) * 8)):
        if preset.parameters >= 300 or preset.writes:  # there is no head alone where words are written
            return Suggestion(
                "lora", f"Adapters: tuning the whole model needs about {gigabytes(need)} of memory, more than is free."
            )
        return Suggestion(
            "head", f"Only the head: tuning the whole model needs about {gigabytes(need)} of memory, more than is free."
        )
    return Suggestion("whole", "The whole model: it learns most, and there is time and memory for it here.")


def _batch_rows(facts: DataFacts) -> Suggestion:
    wanted, why = 32, "steady steps, and enough of them"
    learned = facts.train_rows
    if learned < 75:
        wanted, why = (
            8,
            f"with only {counted(learned, facts.example_is)} to learn from, smaller steps give the model enough of them",
        )
    elif learned < 500:
        wanted, why = (
            16,
            f"with {learned} {facts.example_is}s to learn from, smaller steps give the model enough of them",
        )
    elif learned > 100_000:
        wanted, why = (
            64,
            f"with {learned:,} {facts.example_is}s to learn from there are plenty of steps, and larger ones are faster",
        )
    if facts.recipe.batch_rows is not None:
        wanted, why = min(wanted, facts.recipe.batch_rows), facts.recipe.why
    return Suggestion(wanted, f"{wanted} {facts.example_is}s: {why}.")


def _epochs(facts: DataFacts, steps: int, effort: Effort) -> Suggestion:
    learned, few = facts.train_rows, facts.rows_a_label < FEW_ROWS_A_LABEL
    usual = 5 if few else 4 if facts.rows_a_label < 180 else 3
    if facts.recipe.epochs is not None:
        usual, few = facts.recipe.epochs, False
    if learned > 60_000:
        usual = 1 if learned > 300_000 else 2
    wanted = {"quick": min(2, usual), "balanced": usual, "thorough": 2 * usual}[effort]
    floor = min(_MOST_EPOCHS[effort], ceil(_FEWEST_STEPS[effort] / steps))
    ends = "early stopping ends sooner if more would not help"
    if floor > wanted:
        return Suggestion(
            floor,
            f"{floor} passes: one pass over {counted(learned, facts.example_is)} is only {counted(steps, 'step')}; {ends}.",
        )
    passes = f"{wanted} {'pass' if wanted == 1 else 'passes'}"
    if effort == "quick":
        return Suggestion(wanted, f"{passes}: enough for a first answer.")
    if few:
        return Suggestion(
            wanted,
            f"{passes}: with {facts.rows_in_words} the model has to see each several times; {ends}.",
        )
    return Suggestion(
        wanted,
        f"{passes}: with {learned:,} {facts.example_is}s to learn from the model has seen enough by then; {ends}.",
    )


def _learning_rate(facts: DataFacts, preset: Preset, trains: Any) -> Suggestion:
    if facts.writes:
        return Suggestion(*writing.learning_rate(preset.family, trains))
    if trains in ("lora", "qlora"):
        return Suggestion(2e-4, "2e-4: adapters start from nothing and need larger steps than pretrained weights.")
    few, known = facts.rows_a_label < FEW_ROWS_A_LABEL, facts.recipe.learning_rate
    rate = known if known else 5e-5 if facts.rows_a_label < 18 else 3e-5 if few else 1e-4
    if preset.width > 512:  # wide models forget at rates the small ones thrive on (usual range 2e-5 to 5e-5)
        rate = min(rate, 5e-5 if preset.layers <= 6 else 3e-5)
        return Suggestion(rate, f"{small(rate)}: a model of this size forgets what it knew when its steps are larger.")
    if known:
        return Suggestion(rate, f"{small(rate)}: {facts.recipe.why}.")
    if few:
        return Suggestion(rate, f"{small(rate)}: small steps, since {facts.rows_in_words} are easily memorized.")
    return Suggestion(rate, f"{small(rate)}: {facts.rows_in_words} carry large steps, which learn faster.")


def _label_smoothing(facts: DataFacts) -> Suggestion:
    if facts.recipe.label_smoothing is not None:
        return Suggestion(facts.recipe.label_smoothing, f"{facts.recipe.label_smoothing:g}: {facts.recipe.why}.")
    if facts.writes:
        return Suggestion(0.0, "None: of a text every word is meant as it stands.")
    if facts.labels == 0:
        return Suggestion(0.0, "None: there are no labels to be too sure of.")
    if facts.rows_a_label < FEW_ROWS_A_LABEL:
        return Suggestion(0.0, "None: with few rows a label every one of them should count in full.")
    return Suggestion(0.1, "0.1: keeps the model from being too sure of labels that may be wrong.")


def _layer_decay(preset: Preset, effort: Effort) -> Suggestion:
    if effort == "thorough" and preset.layers >= 6:
        return Suggestion(0.9, "0.9: over many passes, protects the general knowledge in the lower layers.")
    return Suggestion(1.0, "1: all layers learn alike, which is right for short runs.")


def _checks_per_epoch(facts: DataFacts, epochs: int, steps: int) -> Suggestion:
    """About a dozen checks a run (or as many as the recipe says), not oftener than every 5 steps, for a sixth of the time.

    A row costs a third as much in a check as in training.
    """
    train, validation, _test = facts.suggested_parts
    cost = validation / train / 3
    value = max(1, min(ceil(facts.recipe.checks / epochs), steps // 5, int(1 / 6 / cost)))
    often = "once" if value == 1 else "twice" if value == 2 else f"{value} times"
    return Suggestion(
        value,
        f"Checked {often} a pass: {value * epochs} looks at the validation {facts.example_is}s, "
        f"for about {100 * value * cost:.0f} % more time.",
    )


def _patience(checks: int, effort: Effort, recipe: Recipe) -> Suggestion:
    share = max(recipe.patience, {"quick": 0.25, "balanced": 1 / 3, "thorough": 0.5}[effort])
    value = max(2, ceil(checks * share))
    return Suggestion(
        value, f"{value} checks: a lull of that length, out of {checks}, means that little more will come."
    )


def _validation_share(facts: DataFacts) -> Suggestion:
    share, rows = suggested_shares(facts.rows)[0], facts.suggested_parts[1]
    if facts.rows < 1000:
        why = f"of {counted(facts.rows, facts.example_is)}, fewer would tell too little about progress"
    elif rows == MOST_VALIDATION:
        why = f"never more than {rows:,} {facts.example_is}s, which tell enough; checking more costs time"
    else:
        why = f"about {rows:,} {facts.example_is}s, enough to tell progress from luck"
    return Suggestion(share, f"{100 * share:.0f} %: {why}.")


def _test_share(facts: DataFacts) -> Suggestion:
    share, rows = suggested_shares(facts.rows)[1], facts.suggested_parts[2]
    if facts.has_test_file:
        return Suggestion(share, f"Not used: the {facts.example_is}s of your test file are the report.")
    if facts.rows < 1000:
        why = f"of {counted(facts.rows, facts.example_is)}, fewer would leave the report too unsure"
    elif facts.rows > 100_000:
        why = f"{rows:,} {facts.example_is}s give a report exact to a few tenths of a percent"
    else:
        why = f"about {rows:,} {facts.example_is}s for the report, the rest to learn from"
    return Suggestion(share, f"{100 * share:.0f} %: {why}.")


def _memory_here(machine: Machine) -> int:
    """What a run may take: nine tenths of what is free, or of the GPU."""
    return int(0.9 * (machine.gpu_memory if machine.gpu else machine.available))


def _fitted(preset: Preset, machine: Machine, rows: int, longest: int, trains: Any) -> Fitted:
    def memory(tokens: int, recompute: bool) -> int:
        return _memory(preset, machine, trains, tokens, longest, recompute)

    return fitted(rows, longest, memory, _memory_here(machine))


def _memory(
    preset: Preset, machine: Machine, trains: Any, tokens: int, longest: int = 64, recompute: bool = False
) -> int:
    return estimate_memory(
        preset, trains=trains, padded_tokens=tokens, longest=longest, recompute=recompute, gpu=bool(machine.gpu)
    )


def _minutes(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:.0f} minutes" if minutes < 90 else f"{minutes / 60:.0f} hours"
