import pytest

from studio import figures


@pytest.mark.parametrize(
    ("value", "told"),
    [(3e-5, "3e-5"), (1e-4, "1e-4"), (6.7e-7, "6.7e-7"), (4.44e-5, "4.4e-5"), (0.01, "0.01"), (10.0, "10"), (0.0, "0")],
)
def test_small_numbers_have_one_form(value, told):
    assert figures.small(value) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [(1.2345, "1.234"), (0.5, "0.500"), (0.03125, "0.0312"), (0.00123, "0.00123"), (1.5e-5, "1.50e-5"), (0.0, "0.000")],
)
def test_a_tiny_loss_keeps_three_digits(value, told):
    assert figures.loss(value) == told
    assert figures.loss(figures.short(value)) == told


def test_what_counts_as_progress():
    assert figures.progress("Macro-F1") == "a better Macro-F1, or the same with a lower validation loss"
    assert figures.progress("validation loss") == figures.progress("loss") == "a lower validation loss"


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.934, "share", "93.4 %"),
        (0.8422, "", "0.842"),
        (1.234, "", "1.23"),
        (12.44, "", "12.4"),
        (-1234.6, "", "-1,235"),
    ],
)
def test_only_a_share_is_a_percentage(value, unit, told):
    assert figures.quantity(value, unit) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (3.2436, "3.24"),
        (0.5, "0.5"),
        (100.0, "100"),
        (10.0, "10"),
        (2023.6, "2,024"),
        (1234567.8, "1,234,568"),
        (0.01234, "0.0123"),
        (0.0000256, "2.56e-5"),
        (0.0, "0"),
        (-0.25, "−0.25"),
        (0.0996, "0.0996"),
        (0.01, "0.01"),
        (2.5e17, "2.5e17"),
    ],
)
def test_numbers_of_any_size_have_three_digits_and_all_whole_ones(value, told):
    assert figures.number(value) == told


@pytest.mark.parametrize(("value", "told"), [(0.312, "+0.312"), (-1234.5, "−1,234"), (0.0, "+0"), (-0.0, "+0")])
def test_a_change_has_a_sign(value, told):
    assert figures.change(value) == told
