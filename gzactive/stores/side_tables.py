"""The tables beside the event log: catalogue votes, galaxies issued, and galaxies seen.

They are plain tables, not events: catalogue votes are replaced as a whole, issues are appended and
the latest of a galaxy counts, and what was seen once stays seen.
:class:`gzactive.stores.labels.LabelLog` gives access to them.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    func,
    insert,
    inspect,
    select,
)

from gzactive.progress import Progress, silent
from gzactive.stores.engines import alone
from gzactive.stores.events import LabelError, utc_now
from gzactive.stores.schema import (
    catalogue_sources,
    insert_missing,
    insert_rows,
    issued,
    seen,
)
from gzactive.stores.server import LONGEST_NAME

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.trees import DecisionTree

__all__ = [
    "catalogue_source",
    "catalogue_votes",
    "issued_galaxies",
    "record_issued",
    "record_seen",
    "seen_galaxies",
    "set_votes",
    "short_name",
    "stored_votes",
]

# SQLite's smallest limit on bound values in one statement is 999.
_IDS_AT_ONCE = 900
#: The lock of PostgreSQL under which catalogue votes are replaced.
_REPLACING = 0x677A62
_ROWS_AT_ONCE = 20_000  # inserted between two reports of progress


def _catalogue_table(tree_id: str, columns: Iterable[str]) -> Table:
    """The table of a tree's catalogue votes: id_str and one integer column an answer."""
    names = list(columns)
    readable = re.sub(r"[^a-z0-9]+", "_", tree_id.lower()).strip("_")[:30]
    digest = sha256(json.dumps([tree_id, names]).encode()).hexdigest()[:8]
    return Table(
        f"catalogue_votes_{readable}_{digest}",
        MetaData(),
        Column("id_str", Text, primary_key=True),
        *(Column(short_name(name), Integer, key=name, nullable=False) for name in names),
    )


def short_name(name: str) -> str:
    """A column's name as every database keeps it: a longer one would be cut off."""
    if len(name.encode()) <= LONGEST_NAME:
        return name
    return f"{name.encode()[:50].decode(errors='ignore')}-{sha256(name.encode()).hexdigest()[:8]}"


def set_votes(
    connection: Connection,
    frame: "pd.DataFrame",
    tree_id: str,
    columns: Sequence[str],
    source: str,
    progress: Progress = silent,
    time: str | None = None,
) -> int:
    """Replace a tree's catalogue votes; the number of galaxies with any vote.

    ``time`` is when they came, if that was not now.
    """
    ids, counts = count_matrix(frame, columns)
    voted = counts.any(axis=1)
    ids, counts = ids[voted], counts[voted]
    alone(connection, _REPLACING)
    previous = catalogue_source(connection, tree_id)
    table = _catalogue_table(tree_id, columns)
    if previous is not None:
        if previous["table_name"] != table.name:
            _catalogue_table(tree_id, json.loads(previous["columns"])).drop(
                connection, checkfirst=True
            )
        connection.execute(delete(catalogue_sources).where(catalogue_sources.c.tree_id == tree_id))
    table.create(connection, checkfirst=True)
    connection.execute(delete(table))
    names = ["id_str", *columns]
    for start in range(0, len(ids), _ROWS_AT_ONCE):  # as Python's objects, a million would not fit
        progress("writing votes", start, len(ids))
        part = slice(start, start + _ROWS_AT_ONCE)
        rows = list(zip(ids[part].tolist(), *counts[part].T.tolist(), strict=True))
        insert_rows(connection, table, names, rows)
    connection.execute(
        insert(catalogue_sources).values(
            tree_id=tree_id,
            table_name=table.name,
            columns=json.dumps(list(columns)),
            source=source,
            galaxies=len(ids),
            time=time or utc_now(),
        )
    )
    return len(ids)


def catalogue_source(connection: Connection, tree_id: str) -> dict[str, Any] | None:
    """Where a tree's catalogue votes came from (source, galaxies, time), or None."""
    row = (
        connection.execute(select(catalogue_sources).where(catalogue_sources.c.tree_id == tree_id))
        .mappings()
        .first()
    )
    return None if row is None else dict(row)


def catalogue_votes(connection: Connection, tree: "DecisionTree") -> "pd.DataFrame":
    """A tree's catalogue votes, indexed by id_str; an answer that the tree lost is left out."""
    return stored_votes(connection, tree.id).reindex(columns=list(tree.columns), fill_value=0)


def stored_votes(connection: Connection, tree_id: str) -> "pd.DataFrame":
    """The catalogue votes that are stored for a tree, indexed by id_str, with all their answers."""
    import pandas as pd

    source = catalogue_source(connection, tree_id)
    stored = [] if source is None else json.loads(source["columns"])
    ids: list[str] = []
    parts = [np.empty((0, len(stored)), dtype=np.int64)]
    if source is not None:
        table = _catalogue_table(tree_id, stored)
        result = connection.execute(select(table).order_by(table.c.id_str))
        for rows in result.partitions(_ROWS_AT_ONCE):  # as Python's objects they would not fit
            names, *numbers = zip(*rows, strict=True)
            ids += names
            parts.append(np.array(numbers, dtype=np.int64).T)
    counts = dict(zip(stored, np.concatenate(parts).T, strict=True))
    return pd.DataFrame(counts, index=pd.Index(ids, name="id_str", dtype="str"), columns=stored)


def count_matrix(frame: "pd.DataFrame", columns: Iterable[str]) -> tuple[Any, Any]:
    """Ids (n,) as text and votes (n, answers) int64 of a votes table; a missing column is zeros.

    Raises
    ------
    LabelError
        If ids are missing or repeated, or a count is negative or no whole number.
    """
    ids = (frame["id_str"] if "id_str" in frame.columns else frame.index.to_series()).to_numpy(
        dtype=object
    )
    if bad := [one for one in ids if not isinstance(one, str) or not one]:
        raise LabelError(f"A table of votes needs a text as every id_str, not {bad[0]!r}.")
    names = list(columns)
    present = [name for name in names if name in frame.columns]
    counts = np.zeros((len(ids), len(names)), dtype=np.int64)
    if present:
        where = [names.index(name) for name in present]
        whole = all(frame[name].dtype.kind in "iu" for name in present)
        # Numbers that are whole already are not copied to floats: a million galaxies' take 300 MB.
        given = frame[present].to_numpy(dtype=None if whole else float, na_value=0)
        wrong = given < 0
        if not whole:
            wrong |= (given != np.rint(given)) | ~np.isfinite(given)
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            raise LabelError(
                f"Votes are whole numbers from 0, but galaxy '{ids[row]}' has "
                f"{given[row, column]:g} in '{present[column]}'."
            )
        counts[:, where] = given
    if len(set(ids)) < len(ids):
        twice = Counter(ids.tolist()).most_common(1)[0][0]
        raise LabelError(
            f"Galaxy '{twice}' has more than one row in the table of votes: keep one row a galaxy."
        )
    return ids, counts


def record_issued(connection: Connection, frame: "pd.DataFrame") -> None:
    """Append a queue's galaxies: id_str, selection; optionally the other columns of ``issued``."""
    if frame.empty:
        return
    now = utc_now()
    optional: dict[str, Any] = {
        "acquisition": float,
        "question": str,
        "weights_id": str,
        "round": int,
    }
    columns: dict[str, list[Any]] = {
        "id_str": frame["id_str"].astype(str).tolist(),
        "selection": frame["selection"].astype(str).tolist(),
    }
    for name, kind in optional.items():
        if name in frame.columns:
            values = frame[name]
            columns[name] = [
                None if missing else kind(value)
                for value, missing in zip(values, values.isna(), strict=True)
            ]
        else:
            columns[name] = [None] * len(frame)
    rows = [
        {**dict(zip(columns, row, strict=True)), "time": now}
        for row in zip(*columns.values(), strict=True)
    ]
    connection.execute(insert(issued), rows)


def issued_galaxies(connection: Connection, ids: Iterable[str] | None = None) -> "pd.DataFrame":
    """The latest issue of each galaxy (or of these), indexed by id_str, in the order issued."""
    import pandas as pd

    latest = select(func.max(issued.c.issue).label("issue")).group_by(issued.c.id_str)
    wanted = None if ids is None else list(dict.fromkeys(ids))
    rows: list[Any] = []
    if wanted is None or len(wanted) > 20 * _IDS_AT_ONCE:
        chosen = latest.subquery()
        rows = list(connection.execute(_issues().join(chosen, chosen.c.issue == issued.c.issue)))
        if wanted is not None:
            keep = set(wanted)
            rows = [row for row in rows if row[1] in keep]
    else:
        for start in range(0, len(wanted), _IDS_AT_ONCE):
            some = wanted[start : start + _IDS_AT_ONCE]
            chosen = latest.where(issued.c.id_str.in_(some)).subquery()
            query = _issues().join(chosen, chosen.c.issue == issued.c.issue)
            rows.extend(connection.execute(query))
    rows.sort(key=lambda row: row[0])
    names = [column.name for column in issued.c]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    frame = pd.DataFrame(dict(zip(names, columns, strict=True))).drop(columns="issue")
    frame["acquisition"] = frame["acquisition"].astype(float)
    frame["round"] = frame["round"].astype("Int64")
    frame["id_str"] = frame["id_str"].astype("str")
    return frame.set_index("id_str")


def _issues() -> Any:
    return select(*issued.c)


def record_seen(connection: Connection, labeller: str, ids: Iterable[str]) -> None:
    """Note that a labeller was shown the model's view of galaxies; twice is as good as once."""
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        some = wanted[start : start + _IDS_AT_ONCE]
        insert_missing(connection, seen, [{"labeller": labeller, "id_str": one} for one in some])


def seen_galaxies(connection: Connection, labeller: str) -> set[str]:
    """Ids that :func:`record_seen` noted; none in a database from before there was such a table."""
    if not inspect(connection).has_table(seen.name):
        return set()
    return set(connection.scalars(select(seen.c.id_str).where(seen.c.labeller == labeller)))
