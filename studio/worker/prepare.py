"""From a run folder to everything training needs: rows encoded, base model loaded, probe fitted, head put on."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from studio import figures
from studio.config import RunConfig
from studio.data.example import Example
from studio.data.phrases import counted
from studio.errors import StudioError
from studio.models.families import family_of
from studio.models.folder import family_in, model_folder, pooling_of
from studio.models.heads import SCALE, Head, HeadFacts, Wearing, head_named
from studio.models.load import load_base, longest_input
from studio.models.methods import check_method
from studio.rundir import Home, RunDir
from studio.tasks import task_named
from studio.tasks.task import Feature, Setup, Task
from studio.worker import writing
from studio.worker.evaluate import Asked, Breathe, Kit
from studio.worker.features import TokenRows, TrainingRows, encode, read_part
from studio.worker.hiding import HiddenAnew
from studio.worker.known import Known, digest
from studio.worker.optimizer import freeze
from studio.worker.packing import PackedRows, reads_apart
from studio.worker.place import Place, sow
from studio.worker.probe import Probe, fit_probe, plain_probe, read_probe, sample, write_probe
from studio.worker.unit_probe import fit_unit_probe

Prepare = Callable[[str, float | None], None]
"""Called with a sentence and the share done; may raise to leave."""


@dataclass(frozen=True)
class Job:
    """All that is fixed in a run, once it is prepared."""

    run: RunDir
    config: RunConfig
    kit: Kit
    folder: Path
    """The base model's."""
    examples: list[Example]
    """The training part."""
    train: TrainingRows
    validation: Asked
    """What checks score: rows as text vectors where only the head is trained."""
    seen: Asked
    """The validation part as tokens."""
    model: Wearing
    """With the head at its start, and what is not trained frozen."""
    probe: Probe
    watch: str
    watch_mode: Literal["max", "min"]
    cut: int
    """Training texts that reach the length limit."""
    asked_as: str = ""
    """What the model is told with every text, as a sentence."""
    told: tuple[str, ...] = ()
    """What people should know before the first step."""


def prepare(run: RunDir, say: Prepare, known: Known | None = None) -> Job:
    """Read, load, encode, probe. `known`: what this process found out before. Raises: StudioError; what `say` raises."""
    config, task = run.config, task_named(run.config.task)
    sow(config.seed)
    place = Place.choose(config.compute.precision)
    check_method(task, config.method.trains, has_gpu=place.device.type == "cuda")
    place.forget_peak()  # of a trial in this process
    watch, watch_mode = watched(task, config)

    say("Reading the rows", None)
    examples, checked = read_part(run, "train"), read_part(run, "validation")
    say("Loading the base model", None)
    folder = base_folder(run)
    kind = head_kind(task, config, folder)
    backbone, tokenizer = load_to_train(config, folder, kind, place)
    setup, asked_as = make_setup(task, config, examples, backbone, tokenizer)
    setup = replace(setup, today=run.day)
    facts = head_facts(task, config, folder, setup)
    model = Wearing(backbone, make_head(backbone, facts, config)).to(place.device)

    say(f"Turning texts into tokens. {asked_as}".rstrip(), None)
    rows, learned = encode(task, examples, setup, place.device, kind.layout)
    told = out_of_reach(task, setup, examples, learned)
    if kind.writes:
        setup = writing.with_room(task, setup, learned)
        told = (*writing.examine(task, setup, learned), *writing.marked(task, setup, examples))
        model.head.facts = replace(model.head.facts, new_tokens=setup.new_tokens, ends=task.ends(setup))
    seen, features = encode(task, checked, setup, place.device, kind.layout)
    told += writing.shortened(task, setup, features) if kind.writes else ()
    validation = by_tokens = Asked(checked, features, seen)

    kit = Kit(task, setup, place)
    only_head = config.method.trains == "head"  # learns from every row's text vector; a start can be had from fewer
    chosen = np.arange(len(rows.lengths)) if only_head else sample(rows, config.seed)
    known_by = {"device": place.name, "precision": place.precision, **asdict(facts)}
    found = known.at(digest(folder, known_by, chosen, *rows.numbers, *seen.numbers)) if known is not None else None
    fit: Callable[[Breathe], Probe] = partial(plain_probe, model, kit, validation, seed=config.seed)
    if kind.fits:
        fit = partial(fit_probe, model, kit, rows, validation, chosen=chosen, found=found)
    elif kind.fits_units:
        fit = partial(fit_unit_probe, model, kit, rows, validation, chosen=chosen, seed=config.seed)
    probe = (None if only_head else read_probe(run, config.regularization.label_smoothing)) or _new_probe(run, fit, say)
    train = learned_from(model, rows, learned, kit, config.seed)
    if only_head and probe.train is not None and probe.validation is not None:
        train, validation = probe.train, Asked(checked, features, probe.validation)
    start(model, config, probe)
    cut = cut_off(task, rows, setup.max_length)
    return Job(
        run, config, kit, folder, examples, train, validation, by_tokens, model, probe, watch, watch_mode, cut,
        asked_as, told,
    )  # fmt: skip


def learned_from(
    model: Wearing, rows: TokenRows, features: Sequence[Sequence[Feature]], kit: Kit, seed: int
) -> TrainingRows:
    """The training rows as a model that writes learns from them: with new gaps in every epoch, or packed."""
    if any("groups" in feature for windows in features for feature in windows):
        return HiddenAnew.of(rows, features, int(kit.setup.tokenizer.mask_token_id), seed)
    return PackedRows.of(rows) if reads_apart(model, rows) else rows


def out_of_reach(
    task: Task, setup: Setup, examples: Sequence[Example], features: Sequence[Sequence[Feature]]
) -> tuple[str, ...]:
    """A sentence on training rows whose right answers no model can give that reads such features, where there are any."""
    best = task.by_heart(examples, features, setup)
    missed = [
        each.row for each, said in zip(examples, best or (), strict=best is not None) if said.value != each.target
    ]
    if best is None or not missed:
        return ()
    metric = task.metrics[0]
    ceiling = task.score(best, examples, setup.labels)[metric.name]
    text = (
        f"The right answers of {counted(len(missed), 'training row')} cannot be given exactly, as they begin or end inside of "
        f"what the base model reads as one piece, or are too long; the first is row {missed[0]}. With rows like "
        f"these {metric.title} can be {figures.quantity(ceiling, metric.unit)} at most. Another base model may read smaller "
        "pieces, and a higher text length limit makes longer windows."
    )
    return (text,)


def cut_off(task: Task, rows: TokenRows, limit: int) -> int:
    """Training texts that reach the limit, where what is behind it is not read. Tasks that write count for themselves."""
    return 0 if task.writes or task.reads_windows else rows.reaching(limit)


def start(model: Wearing, config: RunConfig, probe: Probe) -> None:
    """Freeze what is not trained, and put the head at its start: the probe, or seeded random numbers."""
    sow(config.seed)
    freeze(model, config)
    if config.method.probe_start:
        model.head.load_state_dict(probe.head.state_dict())
    else:
        model.head.start()


def load_to_train(config: RunConfig, folder: Path, kind: type[Head], place: Place) -> tuple[Any, Any]:
    """The base model on its device, and its tokenizer. Raises: StudioError."""
    quantized = place.device if config.method.trains == "qlora" else None
    backbone, tokenizer = load_base(
        folder, dropout=config.regularization.dropout, auto_class=kind.auto_class, four_bits_on=quantized
    )
    return backbone if quantized else backbone.to(place.device), tokenizer


def base_folder(run: RunDir) -> Path:
    """Where the run's base model lies; the data folder is two above the run's."""
    return model_folder(run.config.model, Home(run.path.parent.parent))


_FAMILIES = {"encoder": "an encoder", "decoder": "a decoder", "encoder-decoder": "an encoder-decoder"}


def head_kind(task: Task, config: RunConfig, folder: Path) -> type[Head]:
    """The head that the task puts on this base model. Raises: StudioError for a family it cannot use."""
    family = family_in(folder)
    if family not in task.families:
        raise StudioError(
            f"The base model is {_FAMILIES.get(family, 'of a kind that the studio does not know')}, and {task.title} needs "
            + " or ".join(_FAMILIES[each] for each in sorted(task.families)),
            where=config.model.id,
            fix="Choose another base model.",
        )
    return head_named(task.head_for(config.columns, family))


def make_setup(task: Task, config: RunConfig, train: list[Example], backbone: Any, tokenizer: Any) -> tuple[Setup, str]:
    """What encoding and decoding need, and what the model is told with every text, as a sentence.

    Texts are never longer than the model can read; words in front of them come on top of the limit. `tokenizer` gets its
    template. Raises: StudioError.
    """
    if template := task.template(tokenizer, train):
        tokenizer.chat_template = template
    kind = str(backbone.config.model_type)
    head = task.head_for(config.columns, family_of({"model_type": kind}) or "")
    setup = Setup(
        tokenizer, task.labels(train), config.compute.max_length, scaling=task.scaling(train), inside=task.inside(train),
        longest=task.longest(train, tokenizer), head=head,
    )  # fmt: skip
    setup, told = task.told(setup, train, config, kind)
    words = len(tokenizer(setup.prefix, add_special_tokens=False)["input_ids"]) if setup.prefix else 0
    return replace(setup, max_length=min(setup.max_length + words, longest_input(backbone, tokenizer))), told


def head_facts(task: Task, config: RunConfig, folder: Path, setup: Setup) -> HeadFacts:
    """What `head.json` will say."""
    kind = head_kind(task, config, folder).kind
    start, first = task.begins(setup)
    return HeadFacts(
        kind, pooling_of(config.model, folder), True, SCALE, setup.labels, setup.max_length, task.name,
        scaling=setup.scaling, prefix=setup.prefix, codes=setup.codes, start_token=start, first_token=first,
        hints=task.hints, inside=setup.inside, longest=setup.longest,
    )  # fmt: skip


def make_head(backbone: Any, facts: HeadFacts, config: RunConfig) -> Head:
    """A head that fits the base model. Hints need word vectors as wide as the layers above them."""
    width = int(backbone.config.hidden_size)
    if facts.hints and backbone.get_input_embeddings().weight.shape[1] != width:
        facts = replace(facts, hints=())
    return head_named(facts.kind)(
        width,
        facts,
        dropout=config.regularization.dropout,
        label_smoothing=config.regularization.label_smoothing,
    )


def watched(task: Task, config: RunConfig) -> tuple[str, Literal["max", "min"]]:
    """The validation value that decides, and which way is better. Raises: StudioError for one that is not measured."""
    name = config.early_stopping.watch or task.watch
    if name == "loss":
        return name, "min"
    metrics = [metric for metric in task.metrics if metric.name in task.checked]
    for metric in metrics:
        if metric.name == name:
            return name, metric.best
    raise StudioError(
        f"There is no validation value named “{name}”",
        where="setting watch",
        fix="Choose one of: loss, " + ", ".join(metric.name for metric in metrics) + ".",
    )


def _new_probe(run: RunDir, fit: Callable[[Breathe], Probe], say: Prepare) -> Probe:
    """Fitted, and kept for a later attempt at this run."""
    what = "Reading the rows once with the untuned model"
    say(what, 0.0)
    fitted = fit(lambda done: say(what, done))
    write_probe(run, fitted)
    return fitted
