"""Messages to other astronomy programs on this computer: TOPCAT, Aladin, DS9.

The Simple Application Messaging Protocol in its Standard Profile: a hub (TOPCAT and Aladin bring
one) writes where it listens to a lock file, and hands messages by XML-RPC to whoever subscribed to
their kind. Only sending is here, so no port is opened; calls end after a few seconds.

References
----------
Taylor et al. (2012), *Simple Application Messaging Protocol* 1.3, IVOA Recommendation.
"""

import http.client
import os
import xmlrpc.client
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from gzactive import __version__
from gzactive.errors import GzactiveError

__all__ = ["Samp", "image_message", "point_message", "table_message"]

_SECONDS = 5.0
_NO_HUB = (
    "No SAMP hub runs on this computer, so there is nobody to send to: start TOPCAT or Aladin, and "
    "send again."
)
_REMEDIES = {
    "table.load.votable": "start TOPCAT",
    "image.load.fits": "start Aladin, or DS9 and connect it (Analysis ▸ SAMP)",
    "coord.pointAt.sky": "start Aladin or TOPCAT",
}

Message = Mapping[str, Any]


def table_message(url: str, table_id: str, name: str) -> Message:
    """Load a VOTable that lies at an address."""
    return _message("table.load.votable", {"url": url, "table-id": table_id, "name": name})


def image_message(url: str, image_id: str, name: str) -> Message:
    """Load a FITS image that lies at an address."""
    return _message("image.load.fits", {"url": url, "image-id": image_id, "name": name})


def point_message(ra: float, dec: float) -> Message:
    """Look at a place, ICRS degrees."""
    return _message("coord.pointAt.sky", {"ra": f"{ra:.7f}", "dec": f"{dec:.7f}"})


class Samp:
    """A client that sends; it registers with the hub when it first does. One thread at a time.

    Parameters
    ----------
    name
        What other programs show as the sender.
    """

    def __init__(self, name: str = "gzactive") -> None:
        self._name = name
        self._hub: xmlrpc.client.ServerProxy | None = None
        self._key = ""

    def send(self, message: Message) -> list[str]:
        """Hand a message to all who subscribed to its kind.

        Returns
        -------
        list of str
            The names of the programs that get it, at least one.

        Raises
        ------
        GzactiveError
            If no hub runs, or nobody there wants such messages.
        """
        try:
            if self._hub is not None:
                try:
                    self._call("ping")
                except (OSError, http.client.HTTPException, xmlrpc.client.Error):
                    self._hub = None  # the hub has gone; perhaps there is another
            if self._hub is None:
                self._register()
            kind = str(message["samp.mtype"])
            takers = self._call("getSubscribedClients", self._key, kind)
            if not takers:
                raise GzactiveError(
                    "A SAMP hub runs, but no program that is connected to it takes this: "
                    f"{_REMEDIES.get(kind, 'start one')}, and send again."
                )
            self._call("notifyAll", self._key, dict(message))
            return sorted(self._name_of(one) for one in takers)
        except (OSError, http.client.HTTPException, xmlrpc.client.Error) as error:
            self._hub = None
            raise GzactiveError(
                f"The SAMP hub does not answer ({error}): start TOPCAT or Aladin again, and send "
                "again."
            ) from error

    def close(self) -> None:
        """Leave the hub, if it is still there."""
        hub, self._hub = self._hub, None
        if hub is None:
            return
        # It may have gone before us.
        with suppress(OSError, http.client.HTTPException, xmlrpc.client.Error):
            hub.samp.hub.unregister(self._key)

    def _register(self) -> None:
        lock = _read_lock()
        self._hub = xmlrpc.client.ServerProxy(
            lock["samp.hub.xmlrpc.url"], transport=_Patient(), allow_none=True
        )
        try:
            registered = self._call("register", lock["samp.secret"])
            self._key = str(registered["samp.private-key"])
            about = {
                "samp.name": self._name,
                "samp.description.text": "Galaxies labelled, ranked and explored",
                "author.version": __version__,
            }
            self._call("declareMetadata", self._key, about)
        except ConnectionRefusedError as error:
            # A hub that was killed leaves its lock file behind.
            self._hub = None
            raise GzactiveError(_NO_HUB) from error

    def _call(self, method: str, *given: Any) -> Any:
        return getattr(self._hub, f"samp.hub.{method}")(*given)

    def _name_of(self, client: str) -> str:
        told = self._call("getMetadata", self._key, client)
        return str(told.get("samp.name", client)) if isinstance(told, Mapping) else client


class _Patient(xmlrpc.client.Transport):
    """Waits some seconds for the hub, not for ever."""

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = super().make_connection(host)
        connection.timeout = _SECONDS
        return connection


def _message(kind: str, params: Mapping[str, str]) -> Message:
    return {"samp.mtype": kind, "samp.params": dict(params)}


def _read_lock() -> dict[str, str]:
    """What the hub wrote: its secret, and where it listens."""
    given = os.environ.get("SAMP_HUB", "")
    _, profile, url = given.partition("std-lockurl:")
    if profile:
        parts = urlsplit(url)
        if parts.scheme != "file":
            raise GzactiveError(
                f"SAMP_HUB names a hub at '{url}', which is not on this computer: unset it."
            )
        path = Path(url2pathname(parts.path))
    else:
        path = Path.home() / ".samp"
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError as error:
        raise GzactiveError(_NO_HUB) from error
    found = dict(line.strip().split("=", 1) for line in lines if "=" in line and line[0] != "#")
    if not {"samp.secret", "samp.hub.xmlrpc.url"} <= set(found):
        raise GzactiveError(f"{path} does not say where the SAMP hub listens: start TOPCAT again.")
    return found
