"""Many small files over HTTP, politely: few at once, patient with errors, stopped by none.

A host that answers slowly, wrongly or not at all is asked again with growing pauses, or when it
says that it may be; after many failures in a row it is left alone for a while, and then for good.
What is good content, the caller decides. Nothing is written here.
"""

from __future__ import annotations

import asyncio
import email.utils
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from gzactive import __version__
from gzactive.progress import Progress

__all__ = ["BadContent", "Failure", "Manners", "Outcome", "download"]

_TELL_EVERY = 0.1  # seconds between two looks for a cancel
_REDIRECTS = 5
_CONNECT = 8.0  # seconds after which a host counts as out of reach
_LATER = (408, 425, 429, 500, 502, 503, 504)  #: answers that may be others next time


class BadContent(Exception):
    """What came is not what was asked for; the text says why, as a clause.

    Attributes
    ----------
    final
        Whether asking again would bring the same.
    """

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


@dataclass(frozen=True)
class Manners:
    """How a host is treated.

    Attributes
    ----------
    at_once
        Requests under way at the same time.
    tries
        For each file.
    pause
        Seconds before the second try; it doubles each time, with some chance.
    longest_pause
        Seconds; also the longest that a host may ask us to wait.
    timeout
        Seconds for connecting, and for each wait on data.
    whole
        Seconds for a whole file.
    most_bytes
        A longer answer is refused.
    patience
        So many failed requests in a row, and the host is left alone.
    rest
        Seconds for which it is left alone the first time; if it fails again, all is stopped.
    """

    at_once: int = 4
    tries: int = 4
    pause: float = 0.5
    longest_pause: float = 60.0
    timeout: float = 20.0
    whole: float = 60.0
    most_bytes: int = 64 << 20
    patience: int = 12
    rest: float = 20.0


@dataclass(frozen=True)
class Failure:
    """A file that did not come.

    Attributes
    ----------
    index
        Of the request.
    why
        As a clause.
    tries
        How often it was asked for; 0 if not at all.
    """

    index: int
    why: str
    tries: int


@dataclass
class Outcome:
    """What became of all requests.

    Attributes
    ----------
    done
        How many came.
    failures
        Those that did not.
    stopped
        Why the host was given up, as a clause; empty if it was not.
    unreachable
        Whether nothing was reached at all: then it may be the network, not the host.
    """

    done: int = 0
    failures: list[Failure] = field(default_factory=list)
    stopped: str = ""
    unreachable: bool = False


def download(
    requests: Sequence[tuple[int, str]],
    keep: Callable[[int, bytes], None],
    *,
    manners: Manners | None = None,
    progress: Progress,
    stage: str,
    already: int = 0,
) -> Outcome:
    """Ask for many files of one host.

    Parameters
    ----------
    requests
        (index, address) of each.
    keep
        Called with what came, in turn; raises :class:`BadContent` if that is not good.
    manners
        How the host is treated.
    progress
        Told how many came or failed; may cancel, which stops everything at once.
    stage
        What is said meanwhile.
    already
        Files that were here before, which count as done.

    Returns
    -------
    Outcome
        Failures are in it, never raised.
    """
    run = _Run(requests, keep, manners or Manners(), progress, stage, already)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(run.all())
    with ThreadPoolExecutor(1) as aside:  # called from a loop, as in a notebook
        return aside.submit(lambda: asyncio.run(run.all())).result()


class _Stopped(Exception):
    """The host is given up."""


class _Run:
    """One download of many files."""

    def __init__(
        self,
        requests: Sequence[tuple[int, str]],
        keep: Callable[[int, bytes], None],
        manners: Manners,
        progress: Progress,
        stage: str,
        already: int,
    ) -> None:
        self._waiting = list(reversed(requests))
        self._keep = keep
        self._manners = manners
        self._progress = progress
        self._stage = stage
        self._already = already
        self._total = len(requests) + already
        self._outcome = Outcome()
        self._free_at = 0.0  # no request before this time (monotonic)
        self._in_a_row = 0
        self._rested = False
        self._reached = False

    async def all(self) -> Outcome:
        """Do it."""
        limits = httpx.Limits(
            max_connections=self._manners.at_once, max_keepalive_connections=self._manners.at_once
        )
        async with (
            httpx.AsyncClient(
                timeout=httpx.Timeout(
                    self._manners.timeout, connect=min(self._manners.timeout, _CONNECT)
                ),
                limits=limits,
                follow_redirects=True,
                max_redirects=_REDIRECTS,
                headers={"User-Agent": f"gzactive/{__version__}"},
            ) as client,
            _cancelled_at_the_end(
                [self._work(client) for _ in range(self._manners.at_once)]
            ) as workers,
        ):
            while True:
                self._tell()
                finished, _ = await asyncio.wait(workers, timeout=_TELL_EVERY)
                for worker in finished:
                    worker.result()
                if len(finished) == len(workers):
                    break
        self._outcome.unreachable = bool(self._outcome.failures) and not self._reached
        if self._outcome.stopped:
            self._outcome.failures += [
                Failure(index, f"not asked for: {self._outcome.stopped}", 0)
                for index, _ in reversed(self._waiting)
            ]
        self._tell()
        return self._outcome

    def _tell(self) -> None:
        came = self._outcome.done + len(self._outcome.failures)
        self._progress(self._stage, min(self._total, self._already + came), self._total)

    async def _work(self, client: httpx.AsyncClient) -> None:
        """Take requests until there are none, or the host is given up."""
        while self._waiting and not self._outcome.stopped:
            index, url = self._waiting.pop()
            why, tried = "", 0
            try:
                for tried in range(1, self._manners.tries + 1):
                    if tried > 1:
                        await self._sleep(self._pause(tried))
                    await self._sleep(self._free_at - time.monotonic())
                    why, final = await self._once(client, index, url)
                    if not why or final:
                        break
            except _Stopped:
                why = self._outcome.stopped
            if why:
                self._outcome.failures.append(Failure(index, why, tried))
            else:
                self._outcome.done += 1

    async def _once(self, client: httpx.AsyncClient, index: int, url: str) -> tuple[str, bool]:
        """Ask once: why it failed ("" if it did not), and whether asking again is of no use."""
        try:
            async with asyncio.timeout(self._manners.whole):
                return await self._ask(client, index, url)
        except TimeoutError:
            return self._failed(f"no whole answer within {self._manners.whole:g} s"), False
        except httpx.ConnectTimeout:
            return self._failed("the host cannot be reached", reached=False), False
        except httpx.TimeoutException:
            return self._failed(f"no answer within {self._manners.timeout:g} s"), False
        except httpx.TooManyRedirects:
            return self._failed("it is redirected in circles"), True
        except httpx.ConnectError:
            return self._failed("the host cannot be reached", reached=False), False
        except (httpx.TransportError, httpx.DecodingError):
            return self._failed("the answer broke off"), False

    async def _ask(self, client: httpx.AsyncClient, index: int, url: str) -> tuple[str, bool]:
        async with client.stream("GET", url) as answer:
            status = answer.status_code
            if status in _LATER:
                self._wait_as_asked(answer.headers.get("Retry-After", ""))
                return self._failed(f"the server answered {status}"), False
            if status != httpx.codes.OK:
                # The server is well; it has no such thing.
                self._in_a_row = 0
                self._reached = True
                return f"the server answered {status}", True
            parts, length = [], 0
            async for part in answer.aiter_bytes():
                length += len(part)
                if length > self._manners.most_bytes:
                    return self._failed("the answer is far too long"), True
                parts.append(part)
        try:
            self._keep(index, b"".join(parts))
        except BadContent as bad:
            if not bad.final:
                return self._failed(str(bad)), False
            why = str(bad)
        else:
            why = ""
        self._in_a_row = 0  # the server is well, whatever it has there
        self._reached = True
        return why, True

    def _failed(self, why: str, *, reached: bool = True) -> str:
        """Count a failure; after too many in a row the host rests, then it is given up."""
        self._in_a_row += 1
        self._reached = self._reached or reached
        if self._in_a_row >= self._manners.patience:
            self._in_a_row = 0
            if self._rested or not self._reached:
                self._outcome.stopped = f"{why}, {self._manners.patience} times in a row"
                raise _Stopped
            self._rested = True
            self._free_at = time.monotonic() + self._manners.rest
        return why

    def _wait_as_asked(self, retry_after: str) -> None:
        seconds = _seconds(retry_after)
        if seconds is not None:
            wait = min(seconds, self._manners.longest_pause)
            self._free_at = max(self._free_at, time.monotonic() + wait)

    def _pause(self, tried: int) -> float:
        pause = self._manners.pause * 2.0 ** (tried - 2)
        return min(pause, self._manners.longest_pause) * random.uniform(0.5, 1.5)

    async def _sleep(self, seconds: float) -> None:
        """Wait; wake early if the host is given up meanwhile."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._outcome.stopped:
                raise _Stopped
            await asyncio.sleep(min(left, _TELL_EVERY))


def _seconds(retry_after: str) -> float | None:
    """How long a server asks us to wait: seconds, or a date (RFC 9110, 10.2.3)."""
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        when = email.utils.parsedate_to_datetime(retry_after)
    except (ValueError, TypeError):
        return None
    return max(0.0, when.timestamp() - time.time())


@asynccontextmanager
async def _cancelled_at_the_end(
    work: Sequence[Coroutine[Any, Any, None]],
) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Tasks that do not outlive the block, however it ends."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
