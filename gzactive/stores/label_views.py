"""Votes and classifications, computed from the whole label log by array operations.

The log says what happened; here it is said what it amounts to: which answers were taken back, which
walks were finished, and each labeller's first one. Quick questions about one labeller are answered
by :mod:`gzactive.stores.labels` from its indices.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, select

from gzactive.stores.events import split_answers
from gzactive.stores.schema import LIVE, events, read_columns
from gzactive.stores.walks import live_events

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.trees import DecisionTree

__all__ = ["classifications", "repeats", "scripted_votes", "votes", "votes_by_labeller"]

_PEOPLE_COLUMNS = (
    events.c.labeller,
    events.c.id_str,
    events.c.log_id,
    events.c.sequence,
    events.c.kind,
    events.c.question,
    events.c.answer,
    events.c.count,
    events.c.repeat,
)
_SCRIPTED_COLUMNS = (
    events.c.labeller,
    events.c.id_str,
    events.c.question,
    events.c.answer,
    events.c.count,
)


@dataclass(frozen=True)
class _Walked:
    """People's live events of one tree, sorted by labeller, galaxy and order, cut into walks.

    ``order`` sorts the rows as read; ``walk`` numbers the walk that each sorted row belongs to; the
    other arrays have one element a walk: its first and last sorted row, whether it is finished,
    whether a repeat, and whether it is its labeller's first finished one that is no repeat.
    """

    order: NDArray[np.intp]
    walk: NDArray[np.intp]
    begin: NDArray[np.intp]
    end: NDArray[np.intp]
    finished: NDArray[np.bool_]
    repeat: NDArray[np.bool_]
    first: NDArray[np.bool_]


def _cut_into_walks(
    labellers: NDArray[np.object_],
    ids: NDArray[np.object_],
    log_ids: NDArray[np.object_],
    sequences: NDArray[np.object_],
    kinds: NDArray[np.object_],
    repeats: NDArray[np.object_],
) -> _Walked:
    """Sort events by (labeller, galaxy, log, sequence) and cut them at finish, restart and skip."""
    import pandas as pd

    labeller = pd.factorize(labellers)[0]
    galaxy = pd.factorize(ids)[0]
    log = pd.factorize(log_ids, sort=True)[0]
    sequence = sequences.astype(np.int64)
    order = np.lexsort((sequence, log, galaxy, labeller))
    kind = kinds[order]
    answer = kind == "answer"
    galaxy_key = (labeller.astype(np.int64) * (galaxy.max(initial=0) + 1) + galaxy)[order]
    next_differs = np.ones(len(order), dtype=bool)
    next_differs[:-1] = (galaxy_key[1:] != galaxy_key[:-1]) | (log[order][1:] != log[order][:-1])
    ends = next_differs | ~answer
    end = np.flatnonzero(ends)
    begin = np.concatenate([[0], end[:-1] + 1]) if len(end) else end
    walk = np.cumsum(ends) - ends
    # A finish without answers finishes nothing (finishing twice counts once).
    finished = (kind[end] == "finish") & (end > begin)
    repeat = np.zeros(len(end), dtype=bool)
    np.logical_or.at(repeat, walk, repeats.astype(bool)[order])
    counted = np.flatnonzero(finished & ~repeat)
    first = np.zeros(len(end), dtype=bool)
    first[counted[np.unique(galaxy_key[end[counted]], return_index=True)[1]]] = True
    return _Walked(order, walk, begin, end, finished, repeat, first)


def votes(
    connection: Connection,
    tree: "DecisionTree",
    *,
    people_only: bool = False,
    weights: Mapping[str, float] | None = None,
    unmodelled: bool = False,
) -> "pd.DataFrame":
    """Votes per galaxy: first finished classifications, and the counts of scripted tables.

    See :meth:`gzactive.stores.labels.LabelLog.votes`.
    """
    labeller, galaxy, question, answer, number = _counted(connection, tree, people_only)
    return _tabulate(labeller, galaxy, question, answer, number, tree, weights or {}, unmodelled)


def votes_by_labeller(connection: Connection, tree: "DecisionTree") -> "pd.DataFrame":
    """The same votes, a row a labeller and galaxy.

    See :meth:`gzactive.stores.labels.LabelLog.votes_by_labeller`.
    """
    import pandas as pd

    labeller, galaxy, question, answer, number = _counted(connection, tree, False)
    who, names = pd.factorize(labeller, sort=True)
    which, ids = pd.factorize(galaxy, sort=True)
    pair = who.astype(np.int64) * max(1, len(ids)) + which
    table = _tabulate(labeller, pair, question, answer, number, tree, {}, False)
    pairs = table.index.to_numpy(dtype=np.int64)
    rows = pairs // max(1, len(ids)), pairs % max(1, len(ids))
    table.index = pd.MultiIndex.from_arrays(
        [names[rows[0]], ids[rows[1]]], names=["labeller", "id_str"]
    )
    return table


def _counted(
    connection: Connection, tree: "DecisionTree", people_only: bool
) -> tuple[NDArray[np.object_], ...]:
    """Labeller, galaxy, question, answer and number of every answer that counts as votes."""
    query = live_events(*_PEOPLE_COLUMNS, all_of_them=True).where(events.c.tree_id == tree.id)
    labellers, ids, log_ids, sequences, kinds, questions, answers, counts, repeats = read_columns(
        connection, query, _PEOPLE_COLUMNS
    )
    walked = _cut_into_walks(labellers, ids, log_ids, sequences, kinds, repeats)
    counts_here = walked.first[walked.walk] & (kinds[walked.order] == "answer")
    rows = walked.order[counts_here]
    parts = [[column[rows] for column in (labellers, ids, questions, answers, counts)]]
    if not people_only:
        parts.append(read_columns(connection, _scripted(tree.id), _SCRIPTED_COLUMNS))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _scripted(tree_id: str) -> Select[Any]:
    return select(*_SCRIPTED_COLUMNS).where(
        events.c.scripted.is_(True),
        events.c.kind == "answer",
        events.c.tree_id == tree_id,
        LIVE,
    )


def _tabulate(
    labeller: NDArray[np.object_],
    galaxy: NDArray[Any],
    question: NDArray[np.object_],
    answer: NDArray[np.object_],
    count: NDArray[np.object_],
    tree: "DecisionTree",
    weights: Mapping[str, float],
    unmodelled: bool,
) -> "pd.DataFrame":
    """One row a galaxy (sorted by id), one column an answer, summed."""
    import pandas as pd

    code, found = pd.factorize(galaxy, sort=True)
    columns = list(tree.columns)
    if unmodelled:
        columns += tree.unmodelled_columns
    place = {name: index for index, name in enumerate(columns)}
    number = count.astype(np.int64).astype(float)
    for name, weight in weights.items():
        number[labeller == name] *= weight
    table = np.zeros((len(found), len(columns)))
    # Distinct (question, answer) pairs are few: find each one's columns once.
    question_code, questions = pd.factorize(question)
    answer_code, answers = pd.factorize(answer)
    pair_code, pairs = pd.factorize(question_code * max(1, len(answers)) + answer_code)
    for index, pair in enumerate(pairs):
        asked, given = questions[pair // len(answers)], answers[pair % len(answers)]
        chosen = [place.get(f"{asked}_{one}") for one in split_answers(given)]
        mask = pair_code == index
        for column in chosen:
            if column is not None:
                table[:, column] += np.bincount(code[mask], number[mask], minlength=len(found))
    whole = all(float(weight).is_integer() for weight in weights.values())
    return pd.DataFrame(
        np.rint(table).astype(np.int64) if whole else table,
        index=pd.Index(found, name="id_str", dtype="str"),
        columns=columns,
    )


def scripted_votes(connection: Connection, tree_id: str, labeller: str) -> "pd.DataFrame":
    """One scripted labeller's live counts: id_str, question, answer, count, event_id."""
    import pandas as pd

    columns = [
        events.c.id_str,
        events.c.question,
        events.c.answer,
        events.c.count,
        events.c.event_id,
    ]
    query = _scripted(tree_id).where(events.c.labeller == labeller)
    found = read_columns(connection, query, columns)
    names = [column.name for column in columns]
    return pd.DataFrame(dict(zip(names, found, strict=True)))


def classifications(connection: Connection, tree: "DecisionTree") -> "pd.DataFrame":
    """One row a finished classification, repeats included.

    See :meth:`gzactive.stores.labels.LabelLog.classifications`.
    """
    import pandas as pd

    context = (
        events.c.time,
        events.c.round,
        events.c.selection,
        events.c.acquisition,
        events.c.weights_id,
        events.c.blind,
    )
    identity = (
        events.c.labeller,
        events.c.id_str,
        events.c.log_id,
        events.c.sequence,
        events.c.kind,
        events.c.repeat,
    )
    query = live_events(*identity, *context, all_of_them=True).where(events.c.tree_id == tree.id)
    columns = read_columns(connection, query, [*identity, *context])
    walked = _cut_into_walks(*columns[:6])
    done = np.flatnonzero(walked.finished)
    finish = walked.order[walked.end[done]]
    begin = walked.order[walked.begin[done]]
    names = ["labeller", "id_str", "log_id", "sequence"]
    frame = pd.DataFrame({name: columns[index][finish] for index, name in enumerate(names)}).astype(
        {"labeller": "str", "id_str": "str", "log_id": "str", "sequence": "int64"}
    )
    for index, column in enumerate(context[:-1], start=len(identity)):
        # What chose the galaxy may be told with its answers only: then the first answer says it.
        frame[column.name] = pd.Series(columns[index][finish]).combine_first(
            pd.Series(columns[index][begin])
        )
    seen = np.zeros(len(walked.end), dtype=bool)
    shown = ~columns[-1].astype(bool)[walked.order]
    np.logical_or.at(seen, walked.walk, shown)
    frame["blind"] = ~seen[done]
    frame["repeat"] = walked.repeat[done]
    frame["first"] = walked.first[done]
    frame["answers"] = walked.end[done] - walked.begin[done]
    return frame.sort_values(["log_id", "sequence"], ignore_index=True)


def repeats(connection: Connection, tree: "DecisionTree") -> "pd.DataFrame":
    """A labeller's first answer beside the one given when the galaxy was shown again.

    See :meth:`gzactive.stores.labels.LabelLog.repeats`.
    """
    import pandas as pd

    query = live_events(*_PEOPLE_COLUMNS, all_of_them=True).where(events.c.tree_id == tree.id)
    columns = read_columns(connection, query, _PEOPLE_COLUMNS)
    labellers, ids, log_ids, sequences, kinds, questions, answers, _, repeat = columns
    walked = _cut_into_walks(labellers, ids, log_ids, sequences, kinds, repeat)

    def answers_of(walks: NDArray[np.bool_], name: str) -> "pd.DataFrame":
        rows = walked.order[walks[walked.walk] & (kinds[walked.order] == "answer")]
        found = {
            "labeller": labellers[rows],
            "id_str": ids[rows],
            "question": questions[rows],
            name: answers[rows],
        }
        # Of galaxies shown again more than once, the first time: the others are further away.
        return pd.DataFrame(found, dtype="str").drop_duplicates(["labeller", "id_str", "question"])

    first = answers_of(walked.first, "first")
    again = answers_of(walked.finished & walked.repeat, "again")
    return again.merge(first, on=["labeller", "id_str", "question"])[
        ["labeller", "id_str", "question", "first", "again"]
    ]
