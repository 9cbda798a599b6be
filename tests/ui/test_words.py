from types import SimpleNamespace

import pytest

from studio.ui.page import machine_in_words
from studio.ui.words import between, count, duration, moment, percent, shortened, size, told_apart

THIN = "\u202f"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (45.4, "45 s"), (60, "1 min"), (399, "6 min 39 s"), (3600, "1 h"), (7530, "2 h 5 min")],
)
def test_durations(seconds, said):
    assert duration(seconds).replace(THIN, " ") == said


@pytest.mark.parametrize(
    ("past", "said"),
    [
        (3, "just now"),
        (59.9, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (7200, "2 h ago"),
        (90000, "1 day ago"),
        (4 * 86400, "4 days ago"),
    ],
)
def test_moments(past, said):
    assert moment(1_000_000, 1_000_000 + past).replace(THIN, " ") == said


def test_a_long_time_ago_is_a_date():
    assert moment(0, 40 * 86400).endswith("1970")


@pytest.mark.parametrize(
    ("bytes_", "said"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (88_000_000, "88 MB"), (1_900_000_000, "1.9 GB")]
)
def test_sizes(bytes_, said):
    assert size(bytes_).replace(THIN, " ") == said


def test_counts_shares_and_long_texts():
    assert (count(1, "row"), count(3080, "row"), count(2, "entry", "entries")) == ("1 row", "3,080 rows", "2 entries")
    assert percent(0.9341) == f"93.4{THIN}%"
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1, 4, "under 10 seconds"),
        (12, 31, "10 to 30 seconds"),
        (58, 62, "about 60 seconds"),
        (70, 200, "1 to 3 minutes"),
        (118, 121, "about 2 minutes"),
        (88, 91, "1 to 2 minutes"),
        (3600, 9000, "1 to 2.5 hours"),
    ],
)
def test_spans_of_time(low, high, said):
    assert between(low, high) == said


def test_times_side_by_side_have_one_unit():
    spans = [(1500, 4260), (2520, 7920)]
    highs = [high for _, high in spans]
    assert [between(*span, highs) for span in spans] == ["25 to 71 minutes", "42 to 132 minutes"]
    assert between(20, 50, [50, 200]) == "about 1 minute"
    assert between(7000, 9000, [8000, 90_000]) == "1.9 to 2.5 hours"


def test_the_bar_counts_memory_like_the_tile_on_train():
    machine = SimpleNamespace(cores=8, memory=24 * 2**30, gpu="")
    assert f"· {size(machine.memory)} ·" in machine_in_words(SimpleNamespace(machine=machine))


def test_long_names_can_be_told_apart():
    assert told_apart(["spam", "ham"], 12) == ["spam", "ham"]
    assert told_apart(["spam", "spam"], 12) == ["spam", "spam"], "what is not cut needs no help"
    assert told_apart(["transfer not received by recipient", "card"], 20) == ["transfer not…ipient", "card"]
    twins = [f"{'a' * 40} {side} {'b' * 40}" for side in ("left", "right")]
    short = told_apart([*twins, "other"], 30)
    assert "left" in short[0]
    assert "right" in short[1]
    assert all(len(each) <= 30 for each in short)
    assert told_apart(["same " * 20] * 2, 20)[0] == told_apart(["same " * 20] * 2, 20)[1]
