"""Durations and outcomes of jobs, in words."""

import time

from gzactive.app.job import JobState

__all__ = ["began_words", "left_words", "outcome_words", "stage_words", "took_words"]

_MINUTE = 60
_HOUR = 3600

_OUTCOMES = {
    JobState.WAITING: "Waits",
    JobState.RUNNING: "Runs",
    JobState.FINISHED: "Done",
    JobState.CANCELLED: "Cancelled",
}


def left_words(seconds: float | None) -> str:
    """How long a stage still takes, as roughly as it is known; empty if it is not."""
    if seconds is None:
        return ""
    if seconds < 10:
        return "a few seconds left in this step"
    if seconds < 55:
        return f"about {10 * round(seconds / 10)} seconds left in this step"
    if seconds < 59.5 * _MINUTE:
        minutes = max(1, round(seconds / _MINUTE))
        return f"about {minutes} minute{'s' if minutes > 1 else ''} left in this step"
    hours, rest = divmod(round(seconds / 600) * 600, _HOUR)
    more = f" {rest // _MINUTE} minutes" if rest else ""
    return f"about {hours} hour{'s' if hours > 1 else ''}{more} left in this step"


def stage_words(title: str, stage: str, done: int, total: int) -> str:
    """What a job does now and how far it is; empty while it has only its title to say."""
    if not stage or stage == title:
        return f"{done:,} of {total:,}" if total else ""
    gap = ", " if stage[-1].isdigit() else " "  # "epoch 2 of 9, 0 of 18", never "of 9 0 of 18"
    return f"{stage}{gap}{done:,} of {total:,}" if total else stage


def took_words(seconds: float | None) -> str:
    """How long a job ran; empty if it never did."""
    if seconds is None:
        return ""
    if seconds < 1:
        return "under 1 s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02d} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} min"


def began_words(began: float | None, now: float | None = None) -> str:
    """When a job began, on the clock, with its day if that is not today; empty if it did not."""
    if began is None:
        return ""
    then, today = time.localtime(began), time.localtime(now)
    clock = time.strftime("%H:%M:%S", then)
    return clock if then[:3] == today[:3] else time.strftime("%d %B ", then).lstrip("0") + clock


def outcome_words(state: JobState, sentence: str) -> str:
    """What came of a job; one that failed says why."""
    return f"Failed: {sentence}" if state is JobState.FAILED else _OUTCOMES[state]
