"""Probable personal data is found, never quoted, and masked."""

import pytest

from studio.data.doctor.personal import iban, luhn, masked

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
