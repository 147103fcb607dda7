"""Who is at which galaxy: claims on a team's server, so that none is handed out beyond its limit.

A galaxy is full when as many others as are wanted have finished it or hold a claim on it. Claims
are given under one lock, run out by the server's clock, and are renewed while a labeller has the
galaxies in hand; so what a computer that disappears had in hand goes to others after a while.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    MetaData,
    Table,
    Text,
    delete,
    func,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import insert

from gzactive.stores.engines import alone, reading, writing
from gzactive.stores.schema import walks

__all__ = ["claim", "full", "keep", "make_claims"]

#: The lock of PostgreSQL under which claims are given.
_CLAIMING = 0x677A63
_ROWS_AT_ONCE = 1_000

_metadata = MetaData()
_claims = Table(
    "claims",
    _metadata,
    Column("tree_id", Text, primary_key=True),
    Column("id_str", Text, primary_key=True),
    Column("labeller", Text, primary_key=True),
    Column("until", DateTime(timezone=True), nullable=False),
)


def make_claims(server: Engine) -> None:
    """Make the table of claims where it is missing."""
    with writing(server) as connection:
        alone(connection, _CLAIMING)
        _metadata.create_all(connection)


def full(server: Engine, tree_id: str, labeller: str, limit: int) -> set[str]:
    """Galaxies that ``limit`` others have finished or are at, so that this labeller gets none."""
    with reading(server) as connection:
        return _full(connection, tree_id, labeller, limit)


def claim(
    server: Engine,
    tree_id: str,
    labeller: str,
    ids: Sequence[str],
    limit: int,
    seconds: float,
) -> set[str]:
    """Claim galaxies for a labeller for some time; those that were still to be had."""
    with writing(server) as connection:
        alone(connection, _CLAIMING)
        granted = set(ids) - _full(connection, tree_id, labeller, limit)
        _hold(connection, tree_id, labeller, granted, seconds)
    return granted


def keep(
    server: Engine,
    tree_id: str,
    labeller: str,
    ids: Iterable[str],
    limit: int,
    seconds: float,
) -> set[str]:
    """Renew a labeller's claims on these galaxies and give up the others; those that they have.

    What has run out meanwhile is claimed again, unless it is full by now.
    """
    own = (_claims.c.tree_id == tree_id, _claims.c.labeller == labeller)
    with writing(server) as connection:
        alone(connection, _CLAIMING)
        standing = set(
            connection.scalars(select(_claims.c.id_str).where(*own, _claims.c.until > func.now()))
        )
        lost = _full(connection, tree_id, labeller, limit) - standing
        kept = set(ids) - lost
        connection.execute(delete(_claims).where(*own))
        _hold(connection, tree_id, labeller, kept, seconds)
    return kept


def _hold(
    connection: Connection, tree_id: str, labeller: str, ids: set[str], seconds: float
) -> None:
    until = func.now() + timedelta(seconds=seconds)
    ordered = sorted(ids)
    for start in range(0, len(ordered), _ROWS_AT_ONCE):
        some = ordered[start : start + _ROWS_AT_ONCE]
        rows = [
            {"tree_id": tree_id, "id_str": one, "labeller": labeller, "until": until}
            for one in some
        ]
        statement = insert(_claims).values(rows)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=list(_claims.primary_key), set_={"until": until}
            )
        )


def _full(connection: Connection, tree_id: str, labeller: str, limit: int) -> set[str]:
    """Each of the others counts once, whether finished, at it, or both."""
    finished = select(walks.c.id_str, walks.c.labeller).where(
        walks.c.tree_id == tree_id, walks.c.labeller != labeller, walks.c.finish.is_not(None)
    )
    at_it = select(_claims.c.id_str, _claims.c.labeller).where(
        _claims.c.tree_id == tree_id,
        _claims.c.labeller != labeller,
        _claims.c.until > func.now(),
    )
    both = union(finished, at_it).subquery()
    query = select(both.c.id_str).group_by(both.c.id_str).having(func.count() >= limit)
    return set(connection.scalars(query))
