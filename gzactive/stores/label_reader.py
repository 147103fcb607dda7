"""What can be asked of the label log: where labellers stand, and what votes there are.

Questions of one labeller are answered from indices in well under a millisecond or two; whole-log
views (votes, classifications) are array operations over one read.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, func, select

from gzactive.stores import label_views, side_tables
from gzactive.stores.engines import reading
from gzactive.stores.events import WALK_KINDS, Event, split_answers
from gzactive.stores.schema import IS_MARK, LIVE, events, logs, walks
from gzactive.stores.walks import live_events

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.trees import DecisionTree, Step

__all__ = ["EVENT_COLUMNS", "LabelReader"]

#: The columns of an :class:`Event`, in the order of the table.
EVENT_COLUMNS = tuple(column for column in events.c if column.name != "row")


class LabelReader:
    """The reading half of :class:`gzactive.stores.labels.LabelLog`; made by that class only."""

    _engine: Engine
    log_id: str

    # ---- one labeller ----------------------------------------------------------------------------

    def walk_steps(self, labeller: str, id_str: str, tree: "DecisionTree") -> list["Step"]:
        """A labeller's answers to a galaxy that is not finished, in order; [] where there are none.

        ``Walk.replay(tree, steps)`` goes on from there.
        """
        from gzactive.trees import Step

        steps: list[Step] = []
        with reading(self._engine) as connection:
            rows = connection.execute(
                live_events(events.c.kind, events.c.question, events.c.answer)
                .where(
                    events.c.id_str == id_str,
                    events.c.labeller == labeller,
                    events.c.tree_id == tree.id,
                    events.c.log_id == self.log_id,
                )
                .order_by(events.c.sequence)
            )
            for kind, question, answer in rows:
                if kind == "answer":
                    steps.append(Step(question, split_answers(answer)))
                else:
                    steps.clear()
        return steps

    def steps(self, labeller: str, id_str: str, *, live: bool = False) -> list[Event]:
        """A labeller's steps with a galaxy in this log, in order; undone ones too, unless live."""
        query = (
            select(*EVENT_COLUMNS)
            .where(
                events.c.scripted.is_(False),
                events.c.id_str == id_str,
                events.c.labeller == labeller,
                events.c.log_id == self.log_id,
                events.c.kind.in_(WALK_KINDS),
            )
            .order_by(events.c.sequence)
        )
        if live:
            query = query.where(LIVE)
        with reading(self._engine) as connection:
            return [Event(**row._mapping) for row in connection.execute(query)]

    def last_open(self, labeller: str, tree: "DecisionTree") -> str | None:
        """The galaxy that a labeller answered last and left half done, or None."""
        with reading(self._engine) as connection:
            return connection.scalar(
                select(walks.c.id_str)
                .where(
                    walks.c.log_id == self.log_id,
                    walks.c.labeller == labeller,
                    walks.c.tree_id == tree.id,
                    walks.c.answers > 0,
                )
                .order_by(walks.c.last.desc())
                .limit(1)
            )

    def half_done(self, labeller: str, tree: "DecisionTree") -> set[str]:
        """Galaxies that a labeller has answers of in this log and has not finished."""
        with reading(self._engine) as connection:
            return set(
                connection.scalars(
                    select(walks.c.id_str).where(
                        walks.c.log_id == self.log_id,
                        walks.c.labeller == labeller,
                        walks.c.tree_id == tree.id,
                        walks.c.answers > 0,
                    )
                )
            )

    def finished(self, labeller: str | None = None) -> set[str]:
        """Ids of the galaxies that a labeller (or anyone) finished; repeats and tables aside."""
        query = select(walks.c.id_str).where(walks.c.finish.is_not(None))
        if labeller is not None:
            query = query.where(walks.c.labeller == labeller)
        with reading(self._engine) as connection:
            return set(connection.scalars(query))

    def full(self, labeller: str, tree: "DecisionTree", limit: int) -> set[str]:
        """Galaxies that ``limit`` people other than this labeller have finished, or are at."""
        query = (
            select(walks.c.id_str)
            .where(
                walks.c.tree_id == tree.id,
                walks.c.labeller != labeller,
                walks.c.finish.is_not(None),
            )
            .group_by(walks.c.id_str)
            .having(func.count(walks.c.labeller.distinct()) >= limit)
        )
        with reading(self._engine) as connection:
            return set(connection.scalars(query))

    def claim(
        self, labeller: str, tree: "DecisionTree", ids: Sequence[str], limit: int
    ) -> set[str]:
        """Set galaxies aside for a labeller; those that were to be had. Alone, all are."""
        return set(ids)

    def set_aside(self, labeller: str, tree: "DecisionTree") -> set[str] | None:
        """The only galaxies that may be handed out as long as a server is away; None for any."""
        return None

    def skipped(self, labeller: str | None = None) -> dict[str, int]:
        """Galaxies skipped and not finished since, earliest skip first: id -> number of skips."""
        query = (
            select(walks.c.id_str, func.sum(walks.c.skips))
            .where(walks.c.skips > 0)
            .group_by(walks.c.id_str)
            .order_by(func.max(walks.c.last), walks.c.id_str)
        )
        if labeller is not None:
            query = query.where(walks.c.labeller == labeller)
        with reading(self._engine) as connection:
            return {row[0]: int(row[1]) for row in connection.execute(query)}

    def finished_count(self, labeller: str | None = None, since_sequence: int | None = None) -> int:
        """How many galaxies a labeller (or each labeller, summed) has finished.

        With ``since_sequence``, only those finished after that position of this log, which is what
        the schedule of fine-tune rounds counts.
        """
        query = select(func.count()).select_from(walks).where(walks.c.finish.is_not(None))
        if labeller is not None:
            query = query.where(walks.c.labeller == labeller)
        if since_sequence is not None:
            query = query.where(walks.c.log_id == self.log_id, walks.c.finish > since_sequence)
        with reading(self._engine) as connection:
            return int(connection.scalar(query) or 0)

    def finish_order(self, labeller: str) -> list[str]:
        """Galaxies that a labeller finished in this log, the earliest first; repeats aside."""
        query = (
            select(walks.c.id_str)
            .where(
                walks.c.labeller == labeller,
                walks.c.log_id == self.log_id,
                walks.c.finish.is_not(None),
            )
            .order_by(walks.c.finish)
        )
        with reading(self._engine) as connection:
            return list(connection.scalars(query))

    def repeated(self, labeller: str) -> set[str]:
        """Galaxies that a labeller was shown again on purpose and finished again."""
        query = select(events.c.id_str).where(
            events.c.scripted.is_(False),
            events.c.log_id == self.log_id,
            events.c.labeller == labeller,
            events.c.kind == "finish",
            events.c.repeat.is_(True),
            LIVE,
        )
        with reading(self._engine) as connection:
            return set(connection.scalars(query))

    def answered(self, labeller: str, question: str, answer: str) -> int:
        """How many galaxies a labeller gave this one answer in this log; repeats aside."""
        query = select(func.count(events.c.id_str.distinct())).where(
            events.c.scripted.is_(False),
            events.c.log_id == self.log_id,
            events.c.labeller == labeller,
            events.c.kind == "answer",
            events.c.question == question,
            events.c.answer == answer,
            events.c.repeat.is_(False),
            LIVE,
        )
        with reading(self._engine) as connection:
            return int(connection.scalar(query) or 0)

    def seen(self, labeller: str) -> set[str]:
        """Galaxies of which a labeller was shown the model's view elsewhere: not blind any more."""
        with reading(self._engine) as connection:
            return side_tables.seen_galaxies(connection, labeller)

    @property
    def labellers(self) -> list[str]:
        """Everyone who ever answered a question here, scripted tables included, by name."""
        with reading(self._engine) as connection:
            return list(
                connection.scalars(select(events.c.labeller).distinct().order_by(events.c.labeller))
            )

    # ---- the whole log ---------------------------------------------------------------------------

    @property
    def position(self) -> tuple[str, int]:
        """The head of the log: (log_id, sequence of the last event; 0 when it is empty)."""
        with reading(self._engine) as connection:
            head = connection.scalar(select(logs.c.sequence).where(logs.c.log_id == self.log_id))
        return self.log_id, int(head or 0)

    def events(
        self,
        *,
        id_str: str | None = None,
        labeller: str | None = None,
        kinds: Iterable[str] | None = None,
        since_sequence: int | None = None,
    ) -> list[Event]:
        """Events as they were stored, undone ones included, in the order (log_id, sequence)."""
        query = select(*EVENT_COLUMNS).order_by(events.c.log_id, events.c.sequence)
        if id_str is not None:
            query = query.where(events.c.id_str == id_str)
        if labeller is not None:
            query = query.where(events.c.labeller == labeller)
        if kinds is not None:
            wanted = list(kinds)
            query = query.where(events.c.kind.in_(wanted))
            if not {"answer", "undo"} & set(wanted):
                # Tables have no others: said in full, the indices of people's steps can serve.
                query = query.where(events.c.scripted.is_(False))
        if since_sequence is not None:
            query = query.where(events.c.log_id == self.log_id, events.c.sequence > since_sequence)
        with reading(self._engine) as connection:
            return [Event(**row._mapping) for row in connection.execute(query)]

    def marked(self, kind: str, labeller: str | None = None) -> dict[str, str]:
        """Galaxies with a live "flag", "favourite" or "note": id -> text of the latest."""
        query = (
            select(events.c.id_str, events.c.text)
            .where(
                IS_MARK,
                events.c.kind == kind,
                LIVE,
            )
            .order_by(events.c.log_id, events.c.sequence)
        )
        if labeller is not None:
            query = query.where(events.c.labeller == labeller)
        with reading(self._engine) as connection:
            return {row[0]: row[1] or "" for row in connection.execute(query)}

    def votes(
        self,
        tree: "DecisionTree",
        *,
        people_only: bool = False,
        weights: Mapping[str, float] | None = None,
        unmodelled: bool = False,
    ) -> "pd.DataFrame":
        """Votes per galaxy that follow from the log.

        Each labeller's first finished classification of a galaxy counts, and the counts of scripted
        tables; repeats, half-done walks and what was undone do not.

        Parameters
        ----------
        tree : DecisionTree
        people_only : bool
            Leave scripted tables out.
        weights : mapping of str to float, optional
            Votes of a labeller count so much (1 where not named).
        unmodelled : bool
            Add the columns of the questions that are not modelled (rare features).

        Returns
        -------
        DataFrame
            Indexed by ``id_str``, sorted; a column an answer, int64 (float64 where a weight is no
            whole number).
        """
        with reading(self._engine) as connection:
            return label_views.votes(
                connection, tree, people_only=people_only, weights=weights, unmodelled=unmodelled
            )

    def votes_by_labeller(self, tree: "DecisionTree") -> "pd.DataFrame":
        """The votes of :meth:`votes` as each labeller gave them.

        Indexed by ``labeller`` and ``id_str``, sorted; a column an answer, int64.
        """
        with reading(self._engine) as connection:
            return label_views.votes_by_labeller(connection, tree)

    def classifications(self, tree: "DecisionTree") -> "pd.DataFrame":
        """One row a finished classification by a person, in order.

        Columns: labeller, id_str, log_id, sequence (of the finish), time, round, selection,
        acquisition, weights_id, blind (of every answer), repeat, first (counts as votes), answers
        (their number).
        """
        with reading(self._engine) as connection:
            return label_views.classifications(connection, tree)

    def repeats(self, tree: "DecisionTree") -> "pd.DataFrame":
        """One row a question that a labeller answered twice, the galaxy having been shown again.

        Columns: labeller, id_str, question, first, again (the answers, as they are stored). Where
        the two paths through the tree part, the questions of only one of them are left out.
        """
        with reading(self._engine) as connection:
            return label_views.repeats(connection, tree)

    def labelled(self, labeller: str | None = None) -> set[str]:
        """Ids of the galaxies finished by people or voted on by scripted tables."""
        query = (
            select(events.c.id_str)
            .distinct()
            .where(
                events.c.scripted.is_(True),
                events.c.kind == "answer",
                LIVE,
            )
        )
        if labeller is not None:
            query = query.where(events.c.labeller == labeller)
        with reading(self._engine) as connection:
            from_tables = set(connection.scalars(query))
        return self.finished(labeller) | from_tables

    # ---- beside the log --------------------------------------------------------------------------

    def catalogue_votes(self, tree: "DecisionTree") -> "pd.DataFrame":
        """The catalogue votes of a tree, indexed by ``id_str``: a column an answer, int64."""
        with reading(self._engine) as connection:
            return side_tables.catalogue_votes(connection, tree)

    def catalogue_source(self, tree: "DecisionTree") -> dict[str, Any] | None:
        """Where the catalogue votes came from (source, galaxies, time), or None."""
        with reading(self._engine) as connection:
            return side_tables.catalogue_source(connection, tree.id)

    def issued(self, ids: Iterable[str] | None = None) -> "pd.DataFrame":
        """The latest issue of each galaxy that the queue handed out (or of these galaxies).

        Indexed by ``id_str``: selection, acquisition, question, weights_id, round, time.
        """
        with reading(self._engine) as connection:
            return side_tables.issued_galaxies(connection, ids)
