"""The pieces of detection: names, split columns, separators, honesty when nothing or little speaks."""

import time

import pytest

from data.detect.made import cycle, documents, german, sentences, table
from data.real import SHARED_DATA
from studio.data.detect import detect, reading_for
from studio.data.detect.detection import LIKELY, SURE
from studio.data.detect.languages import language_of
from studio.data.detect.names import meanings_of, words_of
from studio.data.detect.separators import separator_of
from studio.data.detect.view import view_of
from studio.data.read import read_table
from studio.errors import StudioError


def test_words_of_names() -> None:
    assert words_of("customerReview_2") == ("customer", "review", "2")
    assert words_of("Étiquette finale") == ("etiquette", "finale")
    assert words_of("SMSText") == ("sms", "text")


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("customerReviews", "text"), ("REVIEW_TXT", "text"), ("Kundennachricht", "text"), ("texto de la reseña", "text"),
        ("评论内容", "text"), ("gold_label", "label"), ("Kategorien", "label"), ("étiquette", "label"), ("感情ラベル", "label"),
        ("answerStart", "answer_start"), ("Antworttext", "answer"), ("samenvatting", "summary"), ("text_de", "language"),
        ("ответ", "answer"), ("created_at", "date"), ("similarity_0_to_5", "score"), ("data.text", "text"),
    ],
)  # fmt: skip
def test_meanings_of_names(name: str, meaning: str) -> None:
    assert meanings_of(name).get(meaning, 0) >= 0.6


def test_there_is_nothing_else_only_where_there_is_not() -> None:
    long = documents(30)
    assert "there is nothing else" in detect(table(text=long)).reason
    reason = detect(table(id=[str(n) for n in range(30)], text=long)).reason
    assert "no other column can be used" in reason


@pytest.mark.parametrize("name", ["c1", "col_a", "Unnamed: 3", "field7", "x", "", "Column 2", "de la maison"])
def test_names_that_say_nothing(name: str) -> None:
    assert not {"text", "label", "answer", "language"} & meanings_of(name).keys()


@pytest.mark.parametrize(
    ("name", "values", "parts"),
    [
        ("Set", ["TRAIN", "Dev", "Test"], {"TRAIN": "train", "Dev": "validation", "Test": "test"}),
        ("x", ["training", "valid"], {"training": "train", "valid": "validation"}),
        ("partition", ["Training set", "test-2"], {"Training set": "train", "test-2": "test"}),
        ("conjunto", ["entrenamiento", "prueba"], {"entrenamiento": "train", "prueba": "test"}),
        ("fold", ["0", "1", "2", "3"], {"0": "train", "1": "train", "2": "validation", "3": "test"}),
    ],
)
def test_split_columns(name: str, values: list[str], parts: dict[str, str]) -> None:
    seen = table(
        text=sentences(60), label=cycle("ab", 60), **{name: [values[index % len(values)] for index in range(60)]}
    )
    found = detect(seen)
    assert found.split is not None
    assert (found.split.column, found.split.parts) == (name, parts)
    assert found.roles == {"text": "text", "label": "label"}


@pytest.mark.parametrize("values", [["train", "bus", "plane"], ["test", "exam"], ["0", "1", "2"]])
def test_labels_are_no_split(values: list[str]) -> None:
    found = detect(table(text=sentences(60), c=[values[index % len(values)] for index in range(60)]))
    assert found.split is None
    assert found.roles == {"text": "text", "label": "c"}


@pytest.mark.parametrize(
    ("values", "separator"),
    [
        (["a|b", "b|c", "a", "c", "a|c"] * 4, "|"),
        (["joy, fear", "joy", "fear, anger", "anger", "joy, anger"] * 4, ","),
        (["Sci/Tech", "World", "Sports", "Business"] * 5, ""),
        (["not spam", "spam"] * 10, ""),
        (["1,5", "2,5", "3,0"] * 10, ""),
        (["hello, my friend", "this is, well, nothing"] + sentences(20), ""),
    ],
)
def test_separators(values: list[str], separator: str) -> None:
    seen = view_of(table(c=values))
    assert separator_of(seen.columns[0]) == separator


def test_languages() -> None:
    assert language_of(sentences(20)) == "English"
    assert language_of([text.upper() for text in german(20)]) == "German"
    assert language_of(["это очень хороший фильм"] * 5) == "Russian"
    assert language_of(["映画はとても良かった"] * 5) == "Japanese"
    assert language_of(["xq 12", "zzk"] * 5) == ""


@pytest.mark.parametrize(
    "seen",
    [
        table(a=[], b=[]), table(a=["", ""], b=["", " "]), table(a=["1", "2", "3", "4"], b=["2", "4", "6", "8"]),
        table(id=["1", "2", "3"], day=["2024-01-01", "2024-01-02", "2024-01-03"]),
    ],
)  # fmt: skip
def test_nothing_fits(seen: object) -> None:
    found = detect(seen)  # type: ignore[arg-type]
    assert (found.task, found.roles, found.confidence) == ("", {}, 0.0)
    assert "Looked for" in found.reason
    assert found.ignored.keys() == set(seen.columns)  # type: ignore[attr-defined]


def test_two_readings_that_are_near_make_unsure() -> None:
    found = detect(
        table(c1=sentences(60), c2=[" ".join(sentences(3, seed)) for seed in range(60)], c3=cycle("abc", 60))
    )
    assert found.confidence < 0.6
    assert found.alternatives


def asked_and_answered(count: int = 60) -> dict[str, list[str]]:
    asked = [f"Where is {text.split(' number')[0].lower()}?" for text in sentences(count, 9)]
    return {"question": [f"{text} No {n}?" for n, text in enumerate(asked)], "answer": sentences(count)}


@pytest.mark.parametrize("labels", [("0", "1"), ("money", "food", "travel"), ("1", "2", "3")])
@pytest.mark.parametrize("letters", [12, 200])
def test_a_label_beside_questions_and_answers_makes_unsure(labels: tuple[str, ...], letters: int) -> None:
    pairs = asked_and_answered()
    asked = [f"{n} {text}"[:letters] for n, text in enumerate(pairs["question"])]
    found = detect(table(question=asked, answer=pairs["answer"], label=cycle(labels, 60)))
    assert found.confidence < LIKELY
    read = {(each.task, frozenset(each.roles)) for each in found.readings}
    assert {
        ("instruction-tuning", frozenset({"instruction", "response"})),
        ("text-classification", frozenset({"text", "text_pair", "label"})),
    } <= read
    assert ("text_pair" in found.roles) == (labels == ("0", "1"))


@pytest.mark.parametrize(
    ("name", "labels"), [("is_correct", "01"), ("label", ("correct", "incorrect")), ("helpful", ("yes", "no"))]
)
def test_a_label_of_how_an_answer_fits_is_of_both_texts(name: str, labels: tuple[str, ...]) -> None:
    found = detect(table(**asked_and_answered(), **{name: cycle(labels, 60)}))
    assert (found.task, found.layout, found.roles["label"]) == ("text-classification", "pair-label", name)
    assert found.confidence >= SURE


def test_questions_and_answers_alone_are_surely_replies_also_beside_what_is_no_label() -> None:
    pairs = asked_and_answered()
    for beside in ({}, {"id": [str(n) for n in range(60)]}, {"channel": cycle(("web", "app"), 60)}):
        found = detect(table(**pairs, **beside))
        assert (found.task, found.confidence >= SURE) == ("instruction-tuning", True)


@pytest.mark.parametrize("names", [("essay", "score"), ("c1", "c2")])
def test_numbers_with_gaps_are_offered_unsurely_and_the_gaps_are_told(names: tuple[str, str]) -> None:
    numbers = [f"{n % 37 / 7:.2f}" if n % 5 else ("n/a", "see note")[n % 2] for n in range(60)]
    found = detect(table(**{names[0]: sentences(60), names[1]: numbers}))
    assert (found.task, found.roles) == ("text-regression", {"text": names[0], "score": names[1]})
    assert found.confidence < LIKELY
    assert found.reason.endswith(
        "20.0 % of its cells are no numbers, as “n/a”, “see note”: these rows are left out, unless they are corrected."
    )
    whole = detect(table(essay=sentences(60), score=[f"{n % 37 / 7:.2f}" for n in range(60)]))
    assert whole.confidence >= SURE
    assert "no numbers" not in whole.reason


def test_numbers_are_read_as_they_are_written() -> None:
    prices = [f"{n},{n % 10}50.{n % 7}5" if n % 3 else f"{n}.99" for n in range(1, 61)]
    found = detect(table(text=sentences(60), price=prices))
    assert (found.task, found.roles["score"], found.confidence >= SURE) == ("text-regression", "price", True)
    assert "holds numbers from 3.99 to 59,950.35" in found.reason


def test_the_direction_of_a_translation_is_the_order_unless_the_names_say_it() -> None:
    found = detect(table(german=german(60), english=sentences(60)))
    assert found.roles == {"source": "german", "target": "english"}
    assert found.alternatives[0].roles == {"source": "english", "target": "german"}
    found = detect(table(target=german(60), source=sentences(60)))
    assert found.roles == {"source": "source", "target": "target"}


def test_short_texts_without_spaces_show_their_language() -> None:
    thai = [f"{who}{does}{what}" for who in ("ฉัน", "แม่ของฉัน", "ครูใหม่") for does in ("กิน", "ซื้อ", "ชอบ") for what in ("มะม่วงสุก", "ปลาสดจากตลาด", "กาแฟเย็น")]  # fmt: skip
    english = [f"{who} {does} {what} from the market." for who in ("She", "My mother", "The teacher") for does in ("eats", "buys", "likes") for what in ("a mango", "the fish", "iced coffee")]  # fmt: skip
    found = detect(table(one=thai, two=english))
    assert (found.task, found.roles) == ("text-to-text", {"source": "one", "target": "two"})


def test_questions_whose_words_come_again_are_no_labels() -> None:
    asked = [f"{word} {what} {day}؟" for word in ("متى تفتحون", "كم سعر", "أين أجد", "هل لديكم") for what in ("الخوذة الحمراء", "المضخة اليدوية", "القفل الجديد") for day in ("اليوم", "غدا", "يوم الأحد")]  # fmt: skip
    said = [f"نعم، {words[:-1]} متوفرة في المتجر." for words in asked]
    found = detect(table(q=asked, a=said))
    assert found.task == "instruction-tuning"
    assert {reading.task for reading in found.readings}.isdisjoint({"multi-label-classification"})


def test_reasons_are_for_people_and_long_names_are_shortened() -> None:
    found = detect(table(**{"review": sentences(60), "stars": cycle("12345", 60)}))
    assert found.reason == (
        "“stars” holds 5 different values and “review” holds sentences: sort “review” into 5 groups."
    )
    name = "a name of a column " * 20 + "label"
    assert name not in detect(table(**{"text": sentences(60), name: cycle("ab", 60)})).reason


def test_a_reading_for_one_task_is_surer_of_its_columns_than_of_the_task() -> None:
    seen = table(
        prompt=[f"Tell me about {text[:20]}" for text in sentences(60)],
        completion=[" ".join(sentences(4, seed)) for seed in range(60)],
        topic=cycle(("food", "music"), 60),
    )
    assert detect(seen).task == "instruction-tuning"
    found = reading_for(seen, "text-classification", ("text-label",))
    assert found is not None
    assert (found.roles, found.confidence) == ({"text": "prompt", "label": "topic"}, 0.95)
    assert reading_for(seen, "chat") is None


def test_messy_files_are_looked_at_without_trouble() -> None:
    for path in sorted((SHARED_DATA / "messy").rglob("*.csv")):
        try:
            seen = read_table(path)
        except StudioError:
            continue
        found = detect(seen)
        assert found.columns <= set(seen.columns)
        assert not found.columns & found.ignored.keys()


def test_the_same_table_gives_the_same_answer_and_a_large_one_is_quick() -> None:
    count = 100_000
    texts, long = sentences(count), documents(50) * (count // 50)
    seen = table(
        text=texts, article=long, label=cycle("abc", count), **{f"n{i}": cycle("0123", count) for i in range(10)}
    )
    began = time.process_time()
    found = detect(seen)
    assert time.process_time() - began < 1.0
    assert found == detect(seen)


@pytest.mark.parametrize("names", [("text", "label"), ("message", "b"), ("c1", "c2")])
def test_names_of_many_words_are_labels_where_they_repeat(names: tuple[str, str]) -> None:
    long = [f"The customer complains about {thing} and wants to have the money back at once" for thing in "abcdef"]
    found = detect(table(**{names[0]: sentences(60), names[1]: cycle(long, 60)}))
    assert (found.task, found.roles) == ("text-classification", {"text": names[0], "label": names[1]})
    few = detect(table(**{names[0]: sentences(18), names[1]: cycle(long, 18)}))  # three rows of each say too little
    assert few.roles.get("label") != names[1]
