"""Images that cannot be used, each with its reason: a small table of its own beside the labels."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, Table, Text, delete, insert, select, tuple_

from gzactive.stores.engines import close_engine, open_engine, reading, use_wal, writing
from gzactive.stores.events import utc_now

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ProblemTable"]

_ROWS_AT_ONCE = 400

_metadata = MetaData()
_problems = Table(
    "problems",
    _metadata,
    Column("id_str", Text, primary_key=True),
    Column("stage", Text, primary_key=True),
    Column("file_loc", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("time", Text, nullable=False),
)


class ProblemTable:
    """What is wrong with which galaxy's image, the latest of each stage of the work.

    Safe from several threads and processes.

    Parameters
    ----------
    path : Path
        A SQLite file; made if missing.
    read_only : bool
        Read what is there and keep nothing: for projects that must not, or cannot, be changed.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._read_only = read_only
        if read_only and path.is_file():
            self._engine = open_engine(path, read_only=True)
            return
        # Where there is no file yet, a table in memory stands for it.
        self._engine = open_engine("sqlite://" if read_only else path)
        try:
            with writing(self._engine) as connection:
                _metadata.create_all(connection)
            use_wal(self._engine)
        except BaseException:
            self._engine.dispose()
            raise

    def record(self, problems: Iterable[tuple[str, str, str, str]]) -> None:
        """Store problems as (id_str, file_loc, stage, reason); one a galaxy and stage is kept."""
        now = utc_now()
        rows = {
            (id_str, stage): {
                "id_str": str(id_str),
                "file_loc": str(file_loc),
                "stage": str(stage),
                "reason": str(reason),
                "time": now,
            }
            for id_str, file_loc, stage, reason in problems
        }
        if not rows or self._read_only:
            return
        keys = list(rows)
        primary = tuple_(_problems.c.id_str, _problems.c.stage)
        with writing(self._engine) as connection:
            for start in range(0, len(keys), _ROWS_AT_ONCE):
                some = keys[start : start + _ROWS_AT_ONCE]
                connection.execute(delete(_problems).where(primary.in_(some)))
            connection.execute(insert(_problems), list(rows.values()))

    def clear(self, ids: Iterable[str] | None = None, stage: str | None = None) -> None:
        """Forget the problems of these galaxies (or of all), of one stage (or of all)."""
        if self._read_only:
            return
        wanted = None if ids is None else list(ids)
        chosen = (
            delete(_problems)
            if stage is None
            else delete(_problems).where(_problems.c.stage == stage)
        )
        with writing(self._engine) as connection:
            if wanted is None:
                connection.execute(chosen)
                return
            for start in range(0, len(wanted), _ROWS_AT_ONCE):
                some = wanted[start : start + _ROWS_AT_ONCE]
                connection.execute(chosen.where(_problems.c.id_str.in_(some)))

    def frame(self) -> "pd.DataFrame":
        """All problems, by galaxy: id_str, file_loc, stage, reason, time (texts)."""
        import pandas as pd

        names = ["id_str", "file_loc", "stage", "reason", "time"]
        query = select(*(_problems.c[name] for name in names)).order_by(
            _problems.c.id_str, _problems.c.stage
        )
        with reading(self._engine) as connection:
            rows = [tuple(row) for row in connection.execute(query)]
        return pd.DataFrame(rows, columns=names).astype("str")

    def close(self) -> None:
        """Close every connection, for good."""
        close_engine(self._engine)

    def __enter__(self) -> "ProblemTable":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
