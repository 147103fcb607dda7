"""How long a stage of a job will still take, told from its own rate or not at all."""

from collections import deque

__all__ = ["TimeLeft"]

#: What is known before is too little to be told: so much time and so many steps forward.
_LEAST_SECONDS = 3.0
_LEAST_STEPS = 3
#: The rate is that of so many reports lately, so that it follows a machine that grows busy.
_REPORTS = 60
_APART = 0.5
#: A stage that has not moved for so many of its usual steps has no rate any more.
_STALLED = 4.0


class TimeLeft:
    """Sees the reports of one job; each stage is judged by itself, and by what it did here.

    What a stage found done already when it began, by an earlier start perhaps, tells nothing about
    how fast it is, so only what came since its first report counts.
    """

    def __init__(self) -> None:
        self._stage = ""
        self._total = 0
        self._reports: deque[tuple[float, int]] = deque(maxlen=_REPORTS)
        self._first: tuple[float, int] = (0.0, 0)
        self._last: tuple[float, int] = (0.0, 0)
        self._steps = 0

    def see(self, stage: str, done: int, total: int, now: float) -> None:
        """Take a report in.

        Parameters
        ----------
        stage, done, total
            As jobs report them; a total of 0 is unknown.
        now
            Seconds of a clock that only goes forward.
        """
        if stage != self._stage or total != self._total or done < self._last[1]:
            self._stage, self._total, self._steps = stage, total, 0
            self._first = self._last = (now, done)
            self._reports.clear()
            self._reports.append(self._first)
        elif done > self._last[1]:
            self._steps += 1
            self._last = (now, done)
            if now - self._reports[-1][0] >= _APART:
                self._reports.append(self._last)

    def seconds(self, now: float) -> float | None:
        """Seconds until the stage's end; None while that cannot be told."""
        since, done = self._last
        if not self._total or self._steps < _LEAST_STEPS or since - self._first[0] < _LEAST_SECONDS:
            return None
        began, before = self._reports[0]
        if done == before or since == began:
            return None
        a_unit = (since - began) / (done - before)
        a_step = (since - self._first[0]) / self._steps
        waited = now - since
        if waited > max(_LEAST_SECONDS, _STALLED * a_step):
            return None
        return max(0.0, (self._total - done) * a_unit - waited)
