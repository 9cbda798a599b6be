"""Probable personal data is found, never quoted by any finding, and masked."""

import pytest

from studio.data.check import parse_rows
from studio.data.doctor import diagnose
from studio.data.doctor.report import as_text
from studio.data.masking import iban, luhn, masked
from studio.data.read import read_table
from studio.errors import StudioError

from .patients import beside, found_in, mended, patient_of


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("write to jane.doe+x@mail.example.org.", "write to [e-mail]."),
        ("call +49 (30) 1234-5678 now", "call [phone] now"),
        ("ring 030 12345678, please", "ring [phone], please"),
        ("my number is (555) 234-5678", "my number is [phone]"),
        ("my card is 4111 1111 1111 1111!", "my card is [card]!"),
        ("pay to DE89 3704 0044 0532 0130 00 today", "pay to [IBAN] today"),
        ("GB82WEST12345698765432 is mine", "[IBAN] is mine"),
    ],
)
def test_found_and_masked(text, right):
    patient = patient_of(beside([(text, "good")]))
    finding = found_in(patient)["personal-data"]
    assert finding.severity == "warning"
    assert f"“{right}”" in finding.text
    assert not set(text.split()) & {"jane.doe", "1234-5678", "1111", "3704"} & set(finding.text.split())
    after = mended(patient, finding)
    assert after.column("text")[-1] == right
    assert found_in(after) == {}


@pytest.mark.parametrize(
    "text",
    [
        "it cost 1234567.89 in 2024", "on 2024-05-17 and 17.05.2024", "order 123456789012", "card 4111 1111 1111 1112", "v1.2.3.4.5.6",
        "@somebody said hi", "10.3389/fmicb.2019.00523", "2020-03-01 12:30:45", "from 1990-1995 to 2000", "ISBN 978-3-16-148410-0",
        "https://example.org/0123456789", "0.0001234567", "a@b", "AB12 CDEF GHIJ KLMN OPQR", "1,000,000,000", "0123456789 €",
    ],
)  # fmt: skip
def test_other_numbers_stay(text):
    assert masked(text) == text


def test_check_digits():
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")
    assert iban("GB82 WEST 1234 5698 7654 32")
    assert not iban("GB83 WEST 1234 5698 7654 32")


def test_kinds_are_counted():
    rows = [(f"mail {name}@example.org or {name}@example.com for {name}", "good") for name in ("anna", "bert")]
    assert "2 rows probably hold 4 e-mail addresses" in found_in(patient_of(beside(rows)))["personal-data"].text


_SECRETS = ("anna.meier", "1234567", "0532 0130")
_TEXT = "ring +49 170 1234567 or write to anna.meier@example.com, pay DE89 3704 0044 0532 0130 00"


def _is_silent(said):
    return not any(secret in said for secret in _SECRETS)


def test_no_finding_quotes_what_is_masked():
    odd = [
        (_TEXT, "good"), (_TEXT, "bad"), (f"{_TEXT}!!", "good"), (f"<b>{_TEXT}</b> donâ€™t", "good"),
        (f"{_TEXT}\u200b\ufffd", "anna.meier@example.com"), (f"=SUM({_TEXT})", "anna.meier@example.com;"),
    ]  # fmt: skip
    found = diagnose(patient_of(beside(odd)))
    kinds = {"contradictions", "near-contradictions", "html", "mojibake", "hidden-characters", "lost-characters"}
    assert kinds | {"label-spellings"} <= {each.kind for each in found}
    assert all(_is_silent(f"{each.text} {each.fix.title if each.fix else ''}") for each in found)
    often = diagnose(patient_of(beside([("anna.meier@example.com", "good")] * 30)))
    assert "“[e-mail]” is the text of 30 rows" in next(each.text for each in often if each.kind == "main-text")


def test_neither_does_the_report_nor_a_row_that_was_set_aside(tmp_path):
    lines = [
        "text,label",
        *(f"text number {n},good" for n in range(20)),
        f"{_TEXT},good",
        f"{_TEXT},too,many",
        f"{_TEXT},x,,",
    ]
    (tmp_path / "table.csv").write_text("\n".join(lines) + "\n")
    table = read_table(tmp_path / "table.csv")
    told = as_text(table, diagnose(patient_of({name: table.column(name) for name in table.columns})))
    assert "[phone] or write to [e-mail]" in told
    assert _is_silent(told)


def test_a_row_that_does_not_fit_its_task_is_masked(tmp_path):
    def refuse(inputs, target, row):
        raise StudioError("No number")

    (tmp_path / "table.csv").write_text("text,label\nhello there,anna.meier@example.com\nhi,b\n")
    table = read_table(tmp_path / "table.csv")
    parsed = parse_rows(table, {"text": "text", "label": "label"}, ("text",), "label", refuse)
    assert parsed.problems[0].value == "[e-mail]"
