"""The labels of a team: a copy on this computer that answers at once, and a server they meet on."""

import json
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select, update

from gzactive.progress import Progress, silent
from gzactive.stores import claims
from gzactive.stores.carrying import carry_all
from gzactive.stores.courier import Courier, Delivery, waiting_in
from gzactive.stores.engines import reading, writing
from gzactive.stores.labels import LabelLog
from gzactive.stores.project_file import ProjectFile
from gzactive.stores.schema import about, insert_missing, logs
from gzactive.stores.server import ServerAway, is_server, server_url, without_password
from gzactive.trees import DecisionTree

__all__ = [
    "PATIENCE",
    "TeamLabels",
    "asked_here",
    "carry_labels",
    "open_labels",
    "waiting_events",
]

#: What the database remembers its file by.
_FILE = "file"
#: What the database remembers the galaxies by that are set aside for a labeller.
_HELD = "set aside"
#: What a server's database remembers the questions by that are answered in it.
_TREE = "tree"
#: Seconds that closing waits for the last answers to be sent.
_FAREWELL = 2.0
#: Seconds that galaxies stay set aside for a labeller who is not heard of.
_LEASE = 3600.0
#: Seconds that choosing galaxies waits for the server's answer.
_ANSWER = 8.0
#: Seconds that a command waits for what others sent.
PATIENCE = 10.0


@dataclass(frozen=True)
class _InHand:
    """The galaxies that a labeller has before them."""

    labeller: str
    tree_id: str
    ids: frozenset[str]
    limit: int

    def with_more(self, ids: set[str]) -> "_InHand":
        return replace(self, ids=self.ids | ids)


class TeamLabels(LabelLog):
    """The label log of one member of a team.

    Everything is read from and written to the file on this computer, which holds the labels of all;
    a thread carries what is new to the server and back. So nothing here waits for a network.

    Parameters
    ----------
    path
        The SQLite file of this copy.
    server
        The address of the team's database.

    Raises
    ------
    LabelError
        If the file cannot be opened, or the address is none of a server.
    """

    def __init__(self, path: Path, server: str) -> None:
        url = server_url(server)
        super().__init__(path)
        self.log_id = self._log_of_this_copy(path)
        self.server = without_password(url)
        self.courier = Courier(path, url)
        # Whose, on which tree, and until when each, as wall-clock time: it outlives the program.
        self._held_for, self._held = self._remembered()
        self._in_hand: _InHand | None = None
        self._renew_at = 0.0
        self._cut_off = False
        self._writes.after = self.courier.wake
        self.courier.chore = self._renewal
        self.courier.wake()

    def catch_up(self, patience: float = PATIENCE) -> Delivery:
        """Send and fetch now, waiting so many seconds at most; how things stand then."""
        return self.courier.catch_up(patience)

    # ---- who is at which galaxy ------------------------------------------------------------------

    def full(self, labeller: str, tree: DecisionTree, limit: int) -> set[str]:
        """Galaxies that ``limit`` others have finished or are at, as the server knows it now.

        While it is away, as far as is known here; then only :meth:`set_aside` is handed out.
        """
        known = super().full(labeller, tree, limit)
        ask = partial(claims.full, tree_id=tree.id, labeller=labeller, limit=limit)
        try:
            known |= self.courier.ask(ask, _ANSWER)
        except ServerAway:
            self._cut_off = True
        else:
            self._cut_off = False
        return known

    def claim(self, labeller: str, tree: DecisionTree, ids: Sequence[str], limit: int) -> set[str]:
        """Set galaxies aside for a labeller; those that were still to be had.

        They stay so for an hour, or as long as :meth:`keep` names them.
        """
        if self._cut_off:
            return set(ids) & (self.set_aside(labeller, tree) or set())

        def ask(server: Engine) -> set[str]:
            until = time.time() + _LEASE
            granted = claims.claim(server, tree.id, labeller, list(ids), limit, _LEASE)
            # On the courier's thread, so that no renewal gives them up before they are in hand.
            self._hold(
                labeller, tree.id, self._held_of(labeller, tree.id) | dict.fromkeys(granted, until)
            )
            if self._in_hand is not None:
                self._in_hand = self._in_hand.with_more(granted)
            return granted

        try:
            return self.courier.ask(ask, _ANSWER)
        except ServerAway:
            self._cut_off = True
            return self.claim(labeller, tree, ids, limit)

    def set_aside(self, labeller: str, tree: DecisionTree) -> set[str] | None:
        """The only galaxies that may be handed out as long as the server is away; None for any."""
        if not self._cut_off:
            return None
        return set(self._held_of(labeller, tree.id))

    def keep(self, labeller: str, tree: DecisionTree, ids: Iterable[str], limit: int) -> None:
        """Claims on these galaxies last on, and others are given up: soon, without waiting."""
        self._in_hand = _InHand(labeller, tree.id, frozenset(ids), limit) if limit else None
        self._renew_at = 0.0

    def _renewal(self) -> Callable[[Engine], None] | None:
        """What the courier does about claims once it has sent everything said until now."""
        now = self._in_hand
        if now is None or time.monotonic() < self._renew_at:
            return None

        def renew(server: Engine) -> None:
            until = time.time() + _LEASE
            kept = claims.keep(server, now.tree_id, now.labeller, now.ids, now.limit, _LEASE)
            self._hold(now.labeller, now.tree_id, dict.fromkeys(kept, until))
            if self._in_hand is now:
                self._renew_at = time.monotonic() + _LEASE / 4

        return renew

    def _held_of(self, labeller: str, tree_id: str) -> dict[str, float]:
        """What is set aside for a labeller at this moment, and until when."""
        now = time.time()
        if self._held_for != (labeller, tree_id):
            return {}
        return {one: until for one, until in self._held.items() if now < until <= now + _LEASE}

    def _hold(self, labeller: str, tree_id: str, held: dict[str, float]) -> None:
        """Take note of what is set aside, also for whoever starts while the server is away.

        Before a lease is asked for, its end is reckoned; so the server holds it longer than we do.
        """
        self._held_for, self._held = (labeller, tree_id), held
        value = json.dumps({"labeller": labeller, "tree": tree_id, "until": held})
        with writing(self._engine) as connection:
            insert_missing(connection, about, [{"name": _HELD, "value": ""}])
            connection.execute(update(about).where(about.c.name == _HELD).values(value=value))

    def _remembered(self) -> tuple[tuple[str, str], dict[str, float]]:
        """What was set aside when the program ran last: for whom on which tree, and until when."""
        with reading(self._engine) as connection:
            noted = connection.scalar(select(about.c.value).where(about.c.name == _HELD))
        if not noted:
            return ("", ""), {}
        known: dict[str, Any] = json.loads(noted)
        return (str(known["labeller"]), str(known["tree"])), dict(known["until"])

    def close(self) -> None:
        """Send what waits if the server answers, and close every connection."""
        self.courier.stop(_FAREWELL)
        super().close()

    def _log_of_this_copy(self, path: Path) -> str:
        """The log of this file, a new one if it is a copy of another computer's or project's.

        Two copies that go on with one log could not be told apart. A copy of a file is another file
        to the system, while a file that is moved stays the same.
        """
        mark = str(path.stat().st_ino)
        with reading(self._engine) as connection:
            known = connection.scalar(select(about.c.value).where(about.c.name == _FILE))
        if known == mark:
            return self.log_id
        own = secrets.token_hex(8)
        with writing(self._engine) as connection:
            connection.execute(insert(logs).values(log_id=own, sequence=0))
            connection.execute(update(about).where(about.c.name == "log_id").values(value=own))
            insert_missing(connection, about, [{"name": _FILE, "value": mark}])
            connection.execute(update(about).where(about.c.name == _FILE).values(value=mark))
        return own


def asked_here(server: LabelLog, tree: str) -> str:
    """Note whose questions a server's labels answer; if they answer others', which (else "")."""
    with server._writes.begin() as connection:
        insert_missing(connection, about, [{"name": _TREE, "value": tree}])
        noted = str(connection.scalar(select(about.c.value).where(about.c.name == _TREE)))
    return noted if noted != tree else ""


def asked_there(server: LabelLog) -> str:
    """Whose questions a server's labels answer; "" where it has none yet."""
    with reading(server._engine) as connection:
        noted = connection.scalar(select(about.c.value).where(about.c.name == _TREE))
    return str(noted or "")


def carry_labels(source: LabelLog, target: LabelLog, progress: Progress = silent) -> int:
    """Carry over everything that is not there yet; the number of new events."""
    return carry_all(source._engine, target._engine, progress)


def waiting_events(log: LabelLog) -> int:
    """How many events of a copy are not known to be on the server."""
    return waiting_in(log._engine)


def open_labels(folder: Path, place: str, read_only: str = "") -> LabelLog:
    """The labels of a project, where it says that they are; with it the copy of a server's.

    Parameters
    ----------
    folder
        The project's.
    place
        A file in it, the URL of a database, or the address of a team's server.
    read_only
        Why nothing is to be written; a team's labels are then those that were fetched last.
    """
    here = folder / ProjectFile.labels
    if is_server(place):
        return LabelLog(here, read_only=read_only) if read_only else TeamLabels(here, place)
    return LabelLog(place if "://" in place else folder / place, read_only=read_only)
