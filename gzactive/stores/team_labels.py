"""The labels of a team: a copy on this computer that answers at once, and a server they meet on."""

import secrets
from pathlib import Path

from sqlalchemy import insert, select, update

from gzactive.progress import Progress, silent
from gzactive.stores.carrying import carry_all
from gzactive.stores.courier import Courier, Delivery, waiting_in
from gzactive.stores.engines import reading, writing
from gzactive.stores.labels import LabelLog
from gzactive.stores.project_file import ProjectFile
from gzactive.stores.schema import about, insert_missing, logs
from gzactive.stores.server import is_server, server_url, without_password

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
#: What a server's database remembers the questions by that are answered in it.
_TREE = "tree"
#: Seconds that closing waits for the last answers to be sent.
_FAREWELL = 2.0
#: Seconds that a command waits for what others sent.
PATIENCE = 10.0


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
        self._writes.after = self.courier.wake
        self.courier.wake()

    def catch_up(self, patience: float = PATIENCE) -> Delivery:
        """Send and fetch now, waiting so many seconds at most; how things stand then."""
        return self.courier.catch_up(patience)

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
