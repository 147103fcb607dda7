"""The label log: every answer, undo, skip, finish, flag and note, appended and never changed.

A project's labels are what follows from this log; undo appends an event that takes another back.
What can be asked of it is in :mod:`gzactive.stores.label_reader`, whose methods are all here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from gzactive.progress import Progress, silent
from gzactive.stores import scripted, side_tables
from gzactive.stores.engines import close_engine, open_engine, reading
from gzactive.stores.events import (
    KINDS,
    WALK_KINDS,
    Event,
    LabelError,
    NewEvent,
    join_answers,
    new_event_ids,
    new_row,
    split_answers,
    utc_now,
)
from gzactive.stores.label_reader import EVENT_COLUMNS, LabelReader
from gzactive.stores.merging import copy_new_events, lock_log
from gzactive.stores.opening import make_tables, own_log
from gzactive.stores.own_writes import OwnWrites
from gzactive.stores.schema import (
    LIVE,
    events,
    insert_rows,
    logs,
)
from gzactive.stores.walks import Key, Live, Standing, load_standing, save_standings

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.trees import DecisionTree

__all__ = ["KINDS", "Event", "LabelError", "LabelLog", "NewEvent", "join_answers", "split_answers"]

# SQLite's smallest limit on bound values in one statement is 999.
_IDS_AT_ONCE = 900


class LabelLog(LabelReader):
    """The labels of one project, in SQLite or another database by URL.

    Safe from several threads and several processes at once. What a method has returned is on the
    disk: a killed process loses nothing that was acknowledged.

    Parameters
    ----------
    url : str or Path
        Path of a SQLite file, or an SQLAlchemy URL.
    log_id : str, optional
        Which log to append to; by default the database's own. Members of a team who share one
        database give their own.
    read_only : str, optional
        Why nothing is to be written, for the message of whoever tries; the file is then opened for
        reading only, and must be there.

    Raises
    ------
    LabelError
        If the database cannot be opened or was made by a newer gzactive.
    """

    def __init__(self, url: str | Path, *, log_id: str | None = None, read_only: str = "") -> None:
        self._engine = open_engine(url, read_only=bool(read_only))
        self._writes = OwnWrites(self._engine, read_only)
        try:
            self.journal_mode = "" if read_only else make_tables(self._engine, log_id)
            own = own_log(self._engine)
            self.log_id = log_id or own
            self._writes.start()
        except BaseException:
            self._engine.dispose()
            raise

    def from_elsewhere(self) -> int:
        """How many events were appended by others since this object opened the log."""
        return self._writes.from_elsewhere()

    def close(self) -> None:
        """Close every connection, for good: whoever goes on to use the log gets a LabelError."""
        close_engine(self._engine)

    def __enter__(self) -> "LabelLog":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # ---- writing ---------------------------------------------------------------------------------

    def append(self, new: NewEvent | Iterable[NewEvent]) -> list[Event]:
        """Store events in one transaction: all of them or none; durable on return.

        A galaxy that is finished already is not finished again: the earlier finish is returned. An
        event whose ``event_id`` is stored already is returned as it is.

        Returns
        -------
        list of Event
            One for each event given, in order.

        Raises
        ------
        LabelError
                If a galaxy without answers is to be finished, or the database cannot be written.
        """
        given = [new] if isinstance(new, NewEvent) else list(new)
        if not given:
            return []
        fresh = iter(new_event_ids(len(given)))
        now = utc_now()
        with self._writes.begin() as connection:
            sequence = lock_log(connection, self.log_id)
            known = _stored(connection, [one.event_id for one in given if one.event_id])
            standings: dict[Key, Standing] = {}
            rows: list[dict[str, Any]] = []
            result: list[str] = []
            for one in given:
                event_id = one.event_id or next(fresh)
                if event_id in known:
                    result.append(event_id)
                    continue
                if one.kind in WALK_KINDS:
                    key = Key(self.log_id, one.labeller, one.tree_id, one.id_str)
                    if key not in standings:
                        standings[key] = load_standing(connection, key)
                    earlier = _earlier_finish(standings[key], one)
                    if earlier is not None:
                        result.append(earlier)
                        continue
                    standings[key].live.append(Live(sequence + 1, event_id, one.kind, one.repeat))
                sequence += 1
                row = new_row(one, event_id, self.log_id, sequence, now)
                rows.append(row)
                known[event_id] = Event(**row)
                result.append(event_id)
            self._store(connection, rows, sequence)
            save_standings(connection, standings)
            known |= _stored(connection, [one for one in result if one not in known])
        return [known[event_id] for event_id in result]

    def undo(self, labeller: str, *, kinds: Sequence[str] = WALK_KINDS) -> Event | None:
        """Take back a labeller's latest answer, restart, skip or finish; append the undo.

        Undo has no limit: it goes back through finished galaxies to the first answer. A finish
        taken back reopens its galaxy with its answers; a restart or skip taken back restores them.

        Parameters
        ----------
        labeller : str
            Whose latest step, in this log.
        kinds : sequence of str
            Take back the latest event of these kinds instead, e.g. ``("flag",)``.

        Returns
        -------
        Event or None
            The event that was taken back (its ``kind`` says what it was), or None when there is
            nothing left to undo.
        """
        if wrong := [kind for kind in kinds if kind not in KINDS or kind == "undo"]:
            raise LabelError(f"An event of kind '{wrong[0]}' cannot be undone.")
        with self._writes.begin() as connection:
            sequence = lock_log(connection, self.log_id) + 1
            row = connection.execute(
                select(*EVENT_COLUMNS)
                .where(
                    events.c.log_id == self.log_id,
                    events.c.labeller == labeller,
                    events.c.scripted.is_(False),
                    events.c.kind.in_(kinds),
                    LIVE,
                )
                .order_by(events.c.sequence.desc())
                .limit(1)
            ).first()
            if row is None:
                return None
            undone = Event(**row._mapping)
            self._take_back(connection, [undone], sequence - 1)
        return undone

    def take_back(self, event_ids: Iterable[str]) -> list[Event]:
        """Append an undo for each of these events that still stands, all in one transaction.

        Unlike :meth:`undo` it does not ask what is the latest: so a labeller takes back what was
        done at once to many galaxies, also when other steps came after it.

        Returns
        -------
        list of Event
            Those that were taken back, the latest first. Events that are undone already, from
            another log or from a table are passed over.
        """
        wanted = list(event_ids)
        with self._writes.begin() as connection:
            sequence = lock_log(connection, self.log_id)
            standing: list[Event] = []
            for start in range(0, len(wanted), _IDS_AT_ONCE):
                query = select(*EVENT_COLUMNS).where(
                    events.c.event_id.in_(wanted[start : start + _IDS_AT_ONCE]),
                    events.c.log_id == self.log_id,
                    events.c.scripted.is_(False),
                    events.c.kind != "undo",
                    LIVE,
                )
                standing += [Event(**row._mapping) for row in connection.execute(query)]
            standing.sort(key=lambda one: -one.sequence)
            self._take_back(connection, standing, sequence)
        return standing

    def add_scripted(
        self,
        votes: "pd.DataFrame",
        tree: "DecisionTree",
        labeller: str,
        selection: "str | pd.Series[str] | None" = None,
        *,
        acquisition: "pd.Series[float] | None" = None,
        weights_id: str | None = None,
        round_number: int | None = None,
    ) -> int:
        """Store a table of votes as one labeller's, all in one transaction.

        Such counts join the votes but are never a person's finished galaxy. A labeller's table may
        be given again, whole or corrected: galaxies that say the same are passed over, others
        replace what this labeller's earlier table said of them.

        Parameters
        ----------
        votes : DataFrame
            ``id_str`` (or as the index) and answer columns with counts; one row a galaxy.
        tree : DecisionTree
        labeller : str
        selection : str or Series or None
            How the galaxies were chosen: one text, or a Series aligned with the rows of ``votes``;
            by default what the queue said when it issued the galaxy last (then with acquisition,
            weights and round), else "external".
        acquisition, weights_id, round_number : optional
            What the galaxies were ranked by; ``acquisition`` is aligned with the rows.

        Returns
        -------
        int
            Number of galaxies stored.
        """
        with self._writes.begin() as connection:
            sequence = lock_log(connection, self.log_id)
            context = scripted.scripted_context(
                connection, votes, selection, acquisition, weights_id, round_number
            )
            rows, galaxies = scripted.scripted_rows(connection, votes, tree, labeller, context)
            fixed = {
                "log_id": self.log_id,
                "time": utc_now(),
                "labeller": labeller,
                "tree_id": tree.id,
                "tree_hash": tree.hash,
                "text": None,
                "blind": True,
                "repeat": False,
                "scripted": True,
            }
            names = ["event_id", "sequence", *scripted.COLUMNS, *fixed]
            same = tuple(fixed.values())
            numbered = zip(new_event_ids(len(rows)), count(sequence + 1), rows, strict=False)
            stored = [(event_id, number, *row, *same) for event_id, number, row in numbered]
            insert_rows(connection, events, names, stored)
            self._writes.count(len(stored))
            self._move_head(connection, sequence + len(rows))
        return galaxies

    def merge(self, other: "LabelLog") -> int:
        """Take over another database's events that are not here yet; the number of new ones.

        Merging again, or both ways, adds nothing: an event keeps its id, log and sequence.
        """
        with reading(other._engine) as theirs, self._writes.begin() as ours:
            copied = copy_new_events(theirs, ours)
            self._writes.count(copied)
            return copied

    def set_catalogue_votes(
        self,
        votes: "pd.DataFrame",
        tree: "DecisionTree",
        source: str = "",
        progress: Progress = silent,
    ) -> int:
        """Replace the catalogue votes of a tree; the number of galaxies with any vote.

        Parameters
        ----------
        votes : DataFrame
            ``id_str`` (or as the index) and answer columns with counts; one row a galaxy.
        tree : DecisionTree
        source : str
            Where they came from, for people to read.
        progress
            Told how many galaxies are written; may cancel, and then nothing has changed.
        """
        with self._writes.begin() as connection:
            return side_tables.set_votes(connection, votes, tree.id, tree.columns, source, progress)

    def record_issued(self, queue: "pd.DataFrame") -> None:
        """Record galaxies that the queue handed out.

        Parameters
        ----------
        queue : DataFrame
            ``id_str``, ``selection`` and, where known, acquisition, question, weights_id, round.
        """
        with self._writes.begin() as connection:
            side_tables.record_issued(connection, queue)

    def record_seen(self, labeller: str, ids: Iterable[str]) -> None:
        """Note that a labeller was shown the model's view of galaxies, other than by finishing."""
        with self._writes.begin() as connection:
            side_tables.record_seen(connection, labeller, ids)

    def _take_back(self, connection: Connection, undone: Sequence[Event], sequence: int) -> None:
        """Append undos of live events behind ``sequence``, in the caller's transaction."""
        now = utc_now()
        rows = [
            {
                **asdict(event),
                "event_id": event_id,
                "sequence": number,
                "undoes": event.event_id,
                "time": now,
                "kind": "undo",
            }
            for event, event_id, number in zip(
                undone, new_event_ids(len(undone)), count(sequence + 1), strict=False
            )
        ]
        self._store(connection, rows, sequence + len(rows))
        keys = [
            Key(self.log_id, one.labeller, one.tree_id, one.id_str)
            for one in undone
            if one.kind in WALK_KINDS
        ]
        save_standings(connection, {key: load_standing(connection, key) for key in keys})

    def _store(self, connection: Connection, rows: list[dict[str, Any]], sequence: int) -> None:
        """Insert rows and move the head of the log to ``sequence``, in the caller's transaction."""
        if rows:
            connection.execute(insert(events), rows)
            self._writes.count(len(rows))
            self._move_head(connection, sequence)

    def _move_head(self, connection: Connection, sequence: int) -> None:
        own = logs.c.log_id == self.log_id
        connection.execute(update(logs).where(own).values(sequence=sequence))


def _stored(connection: Connection, event_ids: Sequence[str]) -> dict[str, Event]:
    """The events that are stored under these ids."""
    found: dict[str, Event] = {}
    for start in range(0, len(event_ids), _IDS_AT_ONCE):
        some = event_ids[start : start + _IDS_AT_ONCE]
        query = select(*EVENT_COLUMNS).where(events.c.event_id.in_(some))
        found |= {row.event_id: Event(**row._mapping) for row in connection.execute(query)}
    return found


def _earlier_finish(standing: Standing, new: NewEvent) -> str | None:
    """For a finish that finishes nothing new, the event_id of the finish that stands."""
    if new.kind != "finish" or standing.open_answers():
        return None
    earlier = standing.last_finish()
    if earlier is None:
        raise LabelError(
            f"Galaxy '{new.id_str}' has no answers of '{new.labeller}' yet: answer a question "
            "before finishing it."
        )
    return earlier.event_id
