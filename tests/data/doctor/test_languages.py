"""Languages of texts, in twenty of them."""

from dataclasses import replace

import pytest

from studio.data.doctor.finding import Patient
from studio.data.doctor.languages import language_of

from .patients import found_in, healthy, patient_of, table_of

SENTENCES = {
    "en": "I have been waiting for my card for two weeks and it is not here",
    "de": "Ich warte seit zwei Wochen auf meine Karte und sie ist noch nicht da",
    "fr": "J'attends ma carte depuis deux semaines et elle n'est pas dans la boîte",
    "es": "Llevo dos semanas esperando la tarjeta y no está en el buzón de mi casa",
    "it": "Aspetto la carta da due settimane e non è nella cassetta della posta",
    "pt": "Estou esperando o cartão há duas semanas e ele não está na caixa do correio",
    "nl": "Ik wacht al twee weken op mijn kaart en hij is er nog niet",
    "sv": "Jag har väntat på mitt kort i två veckor och det är inte här",
    "da": "Jeg har ventet på mit kort i to uger, og det blev ikke sendt til mig",
    "fi": "Olen odottanut korttia kaksi viikkoa ja se ei ole vielä tullut, mutta nyt on kiire",
    "pl": "Czekam na kartę od dwóch tygodni i jeszcze jej nie ma, co to jest",
    "cs": "Čekám na kartu už dva týdny a není to v pořádku, protože jsem ji chtěl",
    "tr": "Kartımı iki haftadır bekliyorum ve bu çok uzun bir süre, ne yazık ki",
    "ro": "Aștept cardul de două săptămâni și nu este în cutia de la poștă",
    "hu": "Két hete várok a kártyára, és még mindig nem jött meg, ez nagyon rossz",
    "id": "Saya sudah menunggu kartu itu selama dua minggu dan tidak ada kabar dari bank",
    "vi": "Tôi đã chờ thẻ của tôi hai tuần và nó không có trong hộp thư",
    "ru": "Я жду карту уже две недели, а её всё нет",
    "uk": "Я чекаю на картку вже два тижні, а її все ще немає",
    "el": "Περιμένω την κάρτα μου δύο εβδομάδες",
    "ar": "أنتظر بطاقتي منذ أسبوعين ولم تصل بعد",
    "fa": "دو هفته است که منتظر کارتم هستم و هنوز نیامده",
    "he": "אני מחכה לכרטיס שלי כבר שבועיים",
    "hi": "मैं दो हफ्ते से अपने कार्ड का इंतज़ार कर रहा हूँ",
    "th": "ฉันรอบัตรมาสองสัปดาห์แล้ว",
    "zh": "我等卡已经两个星期了",
    "ja": "カードを二週間待っています",
    "ko": "카드를 두 주 동안 기다리고 있어요",
}


@pytest.mark.parametrize(("language", "sentence"), SENTENCES.items())
def test_a_sentence(language, sentence):
    assert language_of(sentence) == language


@pytest.mark.parametrize("text", ["", "OK", "12345", "Berlin", "😀😀", "iPhone 15 Pro Max"])
def test_what_shows_no_language(text):
    assert language_of(text) == ""


def mixed(*languages):
    columns = healthy()
    columns["text"] = [f"{SENTENCES[languages[p % len(languages)]]} {chr(0x61 + p % 26)}{p}" for p in range(40)]
    return patient_of(columns)


def test_mixed_languages():
    finding = found_in(mixed("de", "ja"))["mixed-languages"]
    assert finding.severity == "info"
    assert "German (50.0 %)" in finding.text
    assert "Japanese (50.0 %)" in finding.text
    assert "mixed-languages" not in found_in(mixed("de"))


def test_languages_that_the_model_does_not_know():
    patient = replace(mixed("de"), languages=("en",))
    found = found_in(patient)["unknown-language"]
    assert found.title == "The model does not know German"
    assert found.text == "The texts are in German; the base model knows English."
    assert "unknown-language" not in found_in(replace(patient, languages=("en", "de")))
    assert "unknown-language" not in found_in(replace(patient, languages=()))


@pytest.mark.parametrize(("language", "known"), [("ar", False), ("de", False), ("en", True)])
def test_sentences_of_tagged_words_have_a_language_too(language, known):
    words = SENTENCES[language].split()
    tags = " ".join(["O"] * len(words))
    columns = {"tokens": [f"{SENTENCES[language]} {place}" for place in range(40)], "tags": [f"{tags} O"] * 40}
    roles = {"tokens": ("tokens",), "tags": ("tags",)}
    patient = Patient(table_of(columns), "token-classification", ("tokens",), "", roles, languages=("en",))
    assert ("unknown-language" in found_in(patient)) is not known


@pytest.mark.parametrize(("language", "known"), [("hi", False), ("fr", False), ("en", True)])
def test_words_of_a_row_each_have_a_language_together(language, known):
    words = SENTENCES[language].split() * 60
    columns = {"token": words, "tag": ["O"] * len(words)}
    roles = {"token": ("token",), "tag": ("tag",)}
    patient = Patient(table_of(columns), "token-classification", ("token",), "", roles, languages=("en",))
    assert ("unknown-language" in found_in(patient)) is not known


@pytest.mark.parametrize(("unread", "title"), [(1.0, "these texts"), (0.4, "much of these texts"), (0.1, "")])
def test_texts_that_the_model_cannot_read_at_all(unread, title):
    found = found_in(replace(patient_of(healthy()), unread=unread))
    assert (found["unread"].title if title else found.get("unread")) == (
        f"The model cannot read {title}" if title else None
    )
