"""Vote fractions of one survey against another's, for galaxies that both have asked about.

Of a project, these are its own votes, or its model's predictions.

W+22 found that volunteers call galaxies featured more often in DECaLS than in SDSS's shallower
images; this is that comparison, for any two catalogues with votes.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog import read_votes
from gzactive.catalog.columns import best_tree, guess_votes
from gzactive.survey.crossmatch import Pairs
from gzactive.survey.positions import Positions
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEAST", "VoteComparison", "compare_votes", "shared_answers"]

#: Fewer votes than these say little about a fraction: its error is then above 0.15.
LEAST = 10


@dataclass(frozen=True, eq=False)
class VoteComparison:
    """What two surveys' volunteers say of the same galaxies.

    Attributes
    ----------
    first, second
        What the surveys are called.
    fractions
        Answer to the galaxies' vote fractions in the first and the second, (m,) each.
    """

    first: str
    second: str
    fractions: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]

    def table(self) -> "pd.DataFrame":
        """One row an answer.

        Returns
        -------
        DataFrame
            ``answer``, ``galaxies``, ``mean_1``, ``mean_2`` (fractions), ``difference`` (second
            minus first) and its standard ``error``, ``higher_in_2`` (share of the galaxies whose
            fractions differ), ``correlation`` (Pearson's; NaN of fewer than three galaxies).
        """
        import pandas as pd

        rows = []
        for answer, (one, other) in self.fractions.items():
            apart = other - one
            count = len(apart)
            differ = np.count_nonzero(apart)
            varied = count > 2 and np.ptp(one) > 0 and np.ptp(other) > 0
            rows.append(
                {
                    "answer": answer,
                    "galaxies": count,
                    "mean_1": one.mean(),
                    "mean_2": other.mean(),
                    "difference": apart.mean(),
                    "error": apart.std(ddof=1) / np.sqrt(count) if count > 1 else np.nan,
                    "higher_in_2": np.count_nonzero(apart > 0) / differ if differ else np.nan,
                    "correlation": np.corrcoef(one, other)[0, 1] if varied else np.nan,
                }
            )
        return pd.DataFrame(rows)


def shared_answers(first: Positions, second: Positions) -> tuple[str, ...]:
    """Answers, by their columns in our trees, of which both catalogues have votes."""
    one, other = (_answers(survey) for survey in (first, second))
    return tuple(answer for answer in one if answer in other)


def compare_votes(
    first: Positions, second: Positions, pairs: Pairs, *, least: int = LEAST
) -> VoteComparison:
    """Compare vote fractions of matched galaxies, answer by answer.

    A fraction is of all votes on the question in its own survey, whose tree may know other answers.

    Parameters
    ----------
    first, second, pairs
        The catalogues, and :func:`gzactive.survey.crossmatch.cross_match` of them.
    least
        Votes that a question needs in both surveys.

    Raises
    ------
    GzactiveError
        If votes are not counts.
    """
    shared = shared_answers(first, second)
    one, other = (
        _fractions(survey, rows, shared, least)
        for survey, rows in ((first, pairs.first), (second, pairs.second))
    )
    found = {}
    for answer in shared:
        both = np.isfinite(one[answer]) & np.isfinite(other[answer])
        if both.any():
            found[answer] = (one[answer][both], other[answer][both])
    return VoteComparison(_called(first), _called(second), found)


def _called(survey: Positions) -> str:
    """What a survey is called; predictions are not to be taken for votes."""
    said = survey.opinions
    return survey.name if said is None or said.what == "votes" else f"{survey.name} ({said.what})"


def _tree(survey: Positions) -> DecisionTree:
    if survey.opinions is not None:
        return survey.opinions.tree
    return best_tree(survey.table.columns)


def _answers(survey: Positions) -> list[str]:
    tree = _tree(survey)
    if survey.opinions is not None:
        return list(tree.columns)
    found = guess_votes(map(str, survey.table.columns), tree)
    return [answer for answer in tree.columns if answer in found]


def _fractions(
    survey: Positions, rows: NDArray[np.intp], answers: tuple[str, ...], least: int
) -> dict[str, NDArray[np.float64]]:
    """Vote fractions of rows, (m,) an answer; NaN where a question has too few votes."""
    if not answers:
        return {}
    if survey.opinions is not None:
        return survey.opinions.of(rows, answers, least)
    tree = _tree(survey)
    distinct, back = np.unique(rows, return_inverse=True)
    # Ids may be repeated in a catalogue; rows are not.
    some = survey.table.iloc[distinct].assign(id_str=[f"row {row + 1}" for row in distinct])
    votes = read_votes(some, tree)
    found = {}
    for answer in answers:
        question = tree.columns[tree.slice(tree.locate(answer)[0].name)]
        total = votes[list(question)].to_numpy(np.float64).sum(axis=1)
        share = np.full(len(votes), np.nan)
        enough = total >= max(1, least)
        share[enough] = votes[answer].to_numpy(np.float64)[enough] / total[enough]
        found[answer] = share[back]
    return found
