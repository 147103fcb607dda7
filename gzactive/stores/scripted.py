"""Tables of votes as events of the label log: what is new in a table, row by row of the log."""

from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection

from gzactive.stores.events import LabelError
from gzactive.stores.label_views import scripted_votes
from gzactive.stores.side_tables import count_matrix, issued_galaxies

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.trees import DecisionTree

__all__ = ["COLUMNS", "scripted_context", "scripted_rows"]

_CONTEXT = ("selection", "acquisition", "weights_id", "round")
#: Columns of the log that :func:`scripted_rows` fills.
COLUMNS = ("kind", "id_str", "question", "answer", "count", "undoes", *_CONTEXT)


def scripted_rows(
    connection: Connection,
    votes: "pd.DataFrame",
    tree: "DecisionTree",
    labeller: str,
    context: "pd.DataFrame",
) -> tuple[list[tuple[Any, ...]], int]:
    """Rows to append for a table of votes, as :data:`COLUMNS`, and the number of galaxies.

    Counts that the labeller's live rows say already are left out; a galaxy whose counts differ
    gets its old rows undone and new ones.

    Parameters
    ----------
    connection
        Inside a writing transaction.
    votes, tree, labeller
        As given to :meth:`gzactive.stores.labels.LabelLog.add_scripted`.
    context : DataFrame
        One row a row of ``votes``: selection, acquisition, weights_id, round.
    """
    answers = [
        (question.name, answer.name, answer.column)
        for question in tree.questions
        for answer in question.answers
    ]
    ids, counts = count_matrix(votes, [column for _, _, column in answers])
    if not isinstance(labeller, str) or not labeller:
        raise LabelError(f"A table of votes needs a text as its labeller, not {labeller!r}.")
    stale, same = _compare(connection, tree, labeller, ids, counts, answers)
    undone = [
        ("undo", id_str, question, answer, int(count), event_id, None, None, None, None)
        for id_str, question, answer, count, event_id in stale
    ]
    keep = counts.any(axis=1) & ~same
    galaxy, place = np.nonzero(counts * keep[:, None])
    questions, names, _ = (np.array(column, dtype=object) for column in zip(*answers, strict=True))
    rows = list(
        zip(
            repeat("answer"),
            ids[galaxy].tolist(),
            questions[place].tolist(),
            names[place].tolist(),
            counts[galaxy, place].tolist(),
            repeat(None),
            *(context[name].to_numpy(dtype=object)[galaxy].tolist() for name in _CONTEXT),
            strict=False,
        )
    )
    return undone + rows, int(keep.sum())


def _compare(
    connection: Connection,
    tree: "DecisionTree",
    labeller: str,
    ids: Any,
    counts: Any,
    answers: list[tuple[str, str, str]],
) -> tuple[list[tuple[str, str, str, int, str]], Any]:
    """The labeller's stored rows that the table contradicts, and which rows (n,) it repeats."""
    import pandas as pd

    stored = scripted_votes(connection, tree.id, labeller)
    stored = stored[stored["id_str"].isin(ids)]
    if stored.empty:
        return [], np.zeros(len(ids), dtype=bool)
    place = pd.Index(ids).get_indexer(stored["id_str"])
    names = {(question, answer): i for i, (question, answer, _) in enumerate(answers)}
    column = np.array(
        [names.get(pair, -1) for pair in zip(stored["question"], stored["answer"], strict=True)]
    )
    before = np.zeros_like(counts)
    known = column >= 0
    before[place[known], column[known]] = stored["count"].to_numpy()[known]
    same = np.zeros(len(ids), dtype=bool)
    same[np.unique(place)] = True
    same &= (before == counts).all(axis=1)
    stale = stored[~same[place]]
    fields = ["id_str", "question", "answer", "count", "event_id"]
    return list(stale[fields].itertuples(index=False, name=None)), same


def scripted_context(
    connection: Connection,
    votes: "pd.DataFrame",
    selection: "str | pd.Series[str] | None",
    acquisition: "pd.Series[float] | None",
    weights_id: str | None,
    round_number: int | None,
) -> "pd.DataFrame":
    """How each row of ``votes`` was chosen: as told, or as the queue issued it last."""
    import pandas as pd

    count = len(votes)
    frame = pd.DataFrame(
        {
            "selection": ["external"] * count,
            "acquisition": [None] * count,
            "weights_id": [weights_id] * count,
            "round": [round_number] * count,
        },
        dtype=object,
    )
    if selection is None:
        ids = votes["id_str"] if "id_str" in votes.columns else votes.index
        latest = issued_galaxies(connection, ids.tolist()).astype(object).reindex(ids)
        was_issued = latest["selection"].notna().to_numpy()
        for name in frame.columns:
            frame[name] = frame[name].where(~was_issued, latest[name].to_numpy())
    elif isinstance(selection, str):
        frame["selection"] = selection
    else:
        frame["selection"] = _aligned(selection, votes).to_numpy(dtype=object)
    if acquisition is not None:
        frame["acquisition"] = _aligned(acquisition, votes).to_numpy(dtype=object)
    return frame.where(frame.notna(), None)


def _aligned(column: "pd.Series[Any]", votes: "pd.DataFrame") -> "pd.Series[Any]":
    """A column for the rows of ``votes``: by the same index, or by id_str."""
    if column.index.equals(votes.index):
        return column
    ids = votes["id_str"] if "id_str" in votes.columns else votes.index
    if ids.isin(column.index).all():
        return column.reindex(ids)
    if votes.index.isin(column.index).all():
        return column.reindex(votes.index)
    raise LabelError(
        f"The selections ({len(column)}) do not belong to the rows of the table of votes "
        f"({len(votes)}): give one for each row."
    )
