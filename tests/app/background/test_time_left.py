"""Time left is told from what a stage did here and lately, or not at all."""

import pytest

from gzactive.app.background.time_left import TimeLeft
from gzactive.app.background.words import began_words, left_words, stage_words, took_words


def steady(
    left: TimeLeft, *, first: int, last: int, total: int, rate: float, start: float
) -> float:
    """Report every unit at a rate; the time of the last report."""
    for done in range(first, last + 1):
        left.see("looking", done, total, start + (done - first) / rate)
    return start + (last - first) / rate


def test_nothing_is_told_before_anything_is_known() -> None:
    left = TimeLeft()
    assert left.seconds(0) is None
    now = steady(left, first=0, last=20, total=1000, rate=10, start=100)
    assert left.seconds(now) is None  # two seconds are too few


def test_a_steady_stage_is_told_exactly() -> None:
    left = TimeLeft()
    now = steady(left, first=0, last=400, total=1000, rate=10, start=100)
    assert left.seconds(now) == pytest.approx(60)
    assert left.seconds(now + 1) == pytest.approx(59)


def test_what_was_done_before_does_not_count_as_speed() -> None:
    left = TimeLeft()
    now = steady(left, first=900_000, last=900_100, total=1_000_000, rate=10, start=0)
    assert left.seconds(now) == pytest.approx(99_900 / 10)


def test_the_rate_is_that_of_lately() -> None:
    left = TimeLeft()
    now = steady(left, first=0, last=1000, total=2000, rate=50, start=0)
    now = steady(left, first=1000, last=1500, total=2000, rate=5, start=now)
    assert left.seconds(now) == pytest.approx(100, rel=0.02)


def test_each_stage_is_judged_by_itself() -> None:
    left = TimeLeft()
    now = steady(left, first=0, last=400, total=1000, rate=10, start=0)
    left.see("ranking", 0, 10, now)
    assert left.seconds(now + 1) is None


def test_a_stage_of_unknown_length_has_no_time_left() -> None:
    left = TimeLeft()
    for done in range(100):
        left.see("reading", done, 0, done)
    assert left.seconds(100) is None


def test_a_stage_that_stalls_has_no_rate_any_more() -> None:
    left = TimeLeft()
    now = steady(left, first=0, last=400, total=1000, rate=10, start=0)
    assert left.seconds(now + 60) is None


def test_slow_steps_are_told_between_them_too() -> None:
    left = TimeLeft()
    now = steady(left, first=0, last=4, total=10, rate=1 / 30, start=0)
    assert left.seconds(now) == pytest.approx(180)
    assert left.seconds(now + 20) == pytest.approx(160)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (4, "a few seconds left in this step"),
        (42, "about 40 seconds left in this step"),
        (58, "about 1 minute left in this step"),
        (150, "about 2 minutes left in this step"),
        (3600, "about 1 hour left in this step"),
        (8400, "about 2 hours 20 minutes left in this step"),
    ],
)
def test_time_left_in_words(seconds: float | None, words: str) -> None:
    assert left_words(seconds) == words


def test_stages_durations_and_clock_times_in_words() -> None:
    assert stage_words("Ranking", "Ranking", 0, 0) == ""
    assert stage_words("Ranking", "Scoring", 1200, 4000) == "Scoring 1,200 of 4,000"
    assert stage_words("Training", "epoch 1 of 9", 0, 18) == "epoch 1 of 9, 0 of 18"
    assert [took_words(s) for s in (None, 0.2, 12, 125, 7500)] == [
        "", "under 1 s", "12 s", "2 min 05 s", "2 h 05 min",
    ]  # fmt: skip
    assert began_words(None) == ""
    assert len(began_words(1_700_000_000, 1_700_000_001)) == len("12:34:56")
    assert "November" in began_words(1_700_000_000, 1_700_200_000)
