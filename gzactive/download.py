"""Fetching one file over a network that may be slow, break off, or not be there.

A transfer that ends early goes on where it was, at once and in a later run; what arrives is held
against its SHA-256 where one is known, and takes its name only when it is whole.
"""

from __future__ import annotations

import hashlib
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

from gzactive.errors import GzactiveError
from gzactive.progress import Progress, silent

if TYPE_CHECKING:
    import httpx

__all__ = ["download"]

_ATTEMPTS = 5
_TIMEOUT = 20.0  # seconds without a byte
_LONGEST = 60.0  # seconds of waiting that a server may ask for
_OK, _PARTIAL, _OUT_OF_RANGE = 200, 206, 416
_TRY_AGAIN = {408, 425, 429, 500, 502, 503, 504}


class _Interrupted(Exception):
    """The transfer failed in a way that another attempt may mend."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


def download(
    url: str,
    path: Path,
    *,
    sha256: str | None = None,
    attempts: int = _ATTEMPTS,
    timeout: float = _TIMEOUT,
    pause: float = 1.0,
    progress: Progress = silent,
) -> Path:
    """Fetch a file; what an earlier run left in ``<path>.part`` is not fetched again.

    Parameters
    ----------
    url, path : from where to where; a file that is there and has the checksum is kept as it is
    sha256 : of the whole file, in hexadecimal; without it the length alone is checked
    attempts : how often a transfer is begun or taken up again
    timeout : seconds without a byte after which the network counts as gone
    pause : seconds before the second attempt, twice as long before each further one
    progress : called for every part with bytes; what it raises ends the transfer

    Raises
    ------
    GzactiveError
        If the server refuses, the network stays away, or the file has another checksum.
    """
    import httpx

    if path.exists() and sha256 is not None and _sha256(path) == sha256:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with httpx.Client(follow_redirects=True, timeout=timeout, max_redirects=5) as client:
        for attempt in range(attempts):
            try:
                _transfer(client, url, part, progress)
                break
            except _Interrupted as interrupted:
                if attempt == attempts - 1:
                    raise GzactiveError(
                        f"Cannot fetch {url} ({interrupted}): check the network and try again; "
                        f"what has arrived is kept."
                    ) from interrupted
                # Spread, so that many people do not come back in the same instant.
                backoff = pause * 2**attempt * random.uniform(0.75, 1.25)
                _wait(max(interrupted.wait, backoff), path.name, progress)
    if sha256 is not None and (found := _sha256(part)) != sha256:
        part.unlink()
        raise GzactiveError(
            f"What {url} sent is not the file that was published (SHA-256 {found[:12]}… in place "
            f"of {sha256[:12]}…): nothing of it was kept; try again later, or from another network."
        )
    part.replace(path)
    return path


def _transfer(client: httpx.Client, url: str, part: Path, progress: Progress) -> None:
    """Append to ``part`` what it lacks of the file."""
    import httpx

    have = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        with client.stream("GET", url, headers=headers) as response:
            if have and response.status_code == _OUT_OF_RANGE:
                part.unlink()
                raise _Interrupted("the file there is shorter than what was fetched before")
            if response.status_code in _TRY_AGAIN:
                raise _Interrupted(f"HTTP {response.status_code}", _retry_after(response))
            if response.status_code not in (_OK, _PARTIAL):
                raise GzactiveError(
                    f"{url} answers HTTP {response.status_code}: check the address, or get the "
                    f"file by hand."
                )
            if response.status_code == _OK:
                have = 0  # a server that knows no ranges sends all of it again
            length = response.headers.get("Content-Length")
            total = have + int(length) if length and length.isdigit() else 0
            with part.open("ab" if have else "wb") as file:
                for piece in response.iter_raw():
                    file.write(piece)
                    have += len(piece)
                    progress(f"Fetching {part.stem}", have, total)
            if have < total:
                raise _Interrupted(f"the transfer ended after {have:,} of {total:,} bytes")
    except httpx.TooManyRedirects as error:
        raise GzactiveError(f"{url} only leads on to other addresses: check it.") from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise GzactiveError(f"'{url}' is no address to fetch from ({error}): check it.") from error
    except httpx.TransportError as error:
        raise _Interrupted(str(error) or type(error).__name__) from error
    except OSError as error:
        raise GzactiveError(
            f"Cannot write '{part}' ({error.strerror}): make room or choose another place."
        ) from error


def _retry_after(response: httpx.Response) -> float:
    """Seconds that a server asks to be left alone."""
    try:
        return min(_LONGEST, float(response.headers.get("Retry-After", "0")))
    except ValueError:  # a date: the ordinary pause will do
        return 0.0


def _wait(seconds: float, name: str, progress: Progress) -> None:
    """Sleep, asking often enough to be cancelled within a moment."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        progress(f"Waiting for {name}", 0, 0)
        time.sleep(min(0.2, left))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
