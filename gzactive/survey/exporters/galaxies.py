"""What is known of every galaxy of a project, in the catalogue's order: votes, and predictions.

Arrays of the whole catalogue, and the columns that formats make of them; no file is written here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.active.votes import path_probabilities, vote_fractions
from gzactive.errors import GzactiveError, meant
from gzactive.inference import current_head, feature_store, score
from gzactive.progress import Progress
from gzactive.project import Project
from gzactive.survey.exporters.sheet import Column
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["VOTES", "Predicted", "Votes", "expected_votes", "predicted", "vote_columns", "votes_of"]

#: Which votes count: as the project's rounds do, or one kind only.
VOTES = ("project", "labels", "catalogue")
_SHARE = np.dtype(np.float32)


@dataclass(frozen=True, eq=False)
class Votes:
    """Votes of galaxies.

    Attributes
    ----------
    columns
        Answers of the tree, the unmodelled ones at the end.
    counts
        int32 (galaxies, answers): zeros where nobody answered, never missing.
    strangers
        How many galaxies have labels and are not in the catalogue.
    """

    columns: tuple[str, ...]
    counts: NDArray[np.int32]
    strangers: int

    def of(self, column: str) -> NDArray[np.int32]:
        """One answer's votes, (galaxies,)."""
        return self.counts[:, self.columns.index(column)]


@dataclass(frozen=True, eq=False)
class Predicted:
    """What the model in use predicts for galaxies.

    Attributes
    ----------
    fractions
        float32 (galaxies, modelled answers): shares within a question, mean over samples;
        NaN where the galaxy has no features.
    asked
        float32 (galaxies, modelled questions): probability that the question is asked at all.
    weights_id
        Of the head.
    known
        How many galaxies have features.
    """

    fractions: NDArray[np.float32]
    asked: NDArray[np.float32]
    weights_id: str
    known: int


def votes_of(project: Project, catalog: "pd.DataFrame", which: str = "project") -> Votes:
    """Votes of a catalogue's galaxies.

    Parameters
    ----------
    project
        Its labels, and the votes that came with its catalogue.
    catalog
        Galaxies of the project, (n,).
    which
        ``labels`` (people's first finished classifications and scripted tables), ``catalogue``, or
        ``project``: both, if the project trains on catalogue votes, else the labels.

    Raises
    ------
    GzactiveError
        If ``which`` is another.
    """
    import pandas as pd

    if which not in VOTES:
        raise GzactiveError(f"There are no votes '{which}': {meant(which, VOTES)}")
    tree, labels = project.tree, project.labels
    columns = (*tree.columns, *tree.unmodelled_columns)
    ids = pd.Index(catalog["id_str"], dtype="str")
    counts = np.zeros((len(ids), len(columns)), np.int32)
    strangers = 0
    sources = []
    if which != "catalogue":
        sources.append(labels.votes(tree, unmodelled=True))
    if which == "catalogue" or (which == "project" and project.settings.catalogue_votes):
        sources.append(labels.catalogue_votes(tree))
    for number, table in enumerate(sources):
        place = ids.get_indexer(table.index)
        known = place >= 0
        strangers += int((~known).sum()) if number == 0 and which != "catalogue" else 0
        here = [columns.index(name) for name in table.columns]
        counts[np.ix_(place[known], here)] += table.to_numpy()[known].astype(np.int32)
    return Votes(columns, counts, strangers)


def predicted(
    project: Project, catalog: "pd.DataFrame", n_samples: int, progress: Progress
) -> Predicted | None:
    """Predictions from cached features; None where no galaxy has any.

    Parameters
    ----------
    project
        Its features and the head in use.
    catalog
        Galaxies of the project, (n,).
    n_samples
        How often the head is sampled.
    """
    import pandas as pd

    if not len(feature_store(project)):
        return None
    tree = project.tree
    head, weights_id, _ = current_head(project)
    scores = score(
        project,
        head,
        {
            "fractions": lambda alpha: vote_fractions(alpha, tree).astype(np.float32),
            "asked": lambda alpha: path_probabilities(alpha, tree).astype(np.float32),
        },
        n_samples=n_samples,
        progress=progress,
    )
    place = pd.Index(scores.id_str, dtype=object).get_indexer(
        pd.Index(catalog["id_str"].to_numpy(dtype=object), dtype=object)
    )
    found = place >= 0

    def aligned(values: NDArray[Any]) -> NDArray[np.float32]:
        result = np.full((len(place), values.shape[1]), np.nan, np.float32)
        result[found] = values[place[found]]
        return result

    return Predicted(
        aligned(scores["fractions"]), aligned(scores["asked"]), weights_id, int(found.sum())
    )


def expected_votes(model: Predicted, tree: DecisionTree, volunteers: int) -> NDArray[np.float32]:
    """Votes that each answer would get if so many people looked at each galaxy.

    Returns
    -------
    ndarray
        float32 (galaxies, modelled answers): volunteers · P(the question is asked) · fraction.
    """
    result = model.fractions * np.float32(volunteers)
    for number, question in enumerate(tree.modelled):
        result[:, tree.slice(question.name)] *= model.asked[:, number, None]
    return result


def vote_columns(
    tree: DecisionTree,
    votes: Votes,
    model: Predicted | None,
    volunteers: int,
    *,
    questions: Sequence[str] | None = None,
) -> list[Column]:
    """Columns in the manner of the Galaxy Zoo DECaLS catalogues, question by question.

    ``<question>_total-votes``, then for each answer ``<question>_<answer>`` (votes), ``…_fraction``
    (of the question's votes; missing where there are none) and, where the model predicts it,
    ``…_predicted-fraction`` and ``…_expected-votes``. Questions with boxes to tick have votes only:
    how many people were asked does not follow from the ticks.

    Parameters
    ----------
    tree, votes, model
        Whose votes, and what the model says (None: nothing).
    volunteers
        How many people the expected votes are of.
    questions
        Some questions; by default all, in asking order.
    """
    expected = None if model is None else expected_votes(model, tree, volunteers)
    columns: list[Column] = []
    for question in tree.questions:
        if questions is not None and question.name not in questions:
            continue
        answers = [one.column for one in question.answers]
        total: NDArray[Any] | None = None
        if question.kind == "single":
            total = sum((votes.of(one) for one in answers), np.zeros(len(votes.counts), np.int32))
            columns.append(_column(f"{question.name}_total-votes", total, "Votes on the question"))
        for column in answers:
            count = votes.of(column)
            columns.append(_column(column, count, "Votes"))
            if total is not None:
                columns.append(_fraction(column, count, total))
            if question.modelled and model is not None and expected is not None:
                place = tree.columns.index(column)
                columns += [
                    _column(
                        f"{column}_predicted-fraction",
                        model.fractions[:, place],
                        "Predicted share of votes",
                    ),
                    _column(
                        f"{column}_expected-votes",
                        expected[:, place],
                        f"Expected votes of {volunteers} people",
                    ),
                ]
    return columns


def _column(name: str, values: NDArray[Any], description: str) -> Column:
    return Column(name, values.dtype, lambda rows: values[rows], description)


def _fraction(column: str, count: NDArray[np.int32], total: NDArray[Any]) -> Column:
    def share(rows: slice) -> NDArray[np.float32]:
        part = np.full(rows.stop - rows.start, np.nan, np.float32)
        np.divide(count[rows], total[rows], out=part, where=total[rows] > 0, casting="unsafe")
        return part

    return Column(f"{column}_fraction", _SHARE, share, "Share of the question's votes")
