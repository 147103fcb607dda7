"""From a head and cached features to the numbers that galaxies are ranked by.

Arrays in, arrays out, streamed over any number of galaxies: projects (:mod:`ranking`) and
retrospective simulations (:mod:`simulation`) both score through here.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.active.acquisition import entropy, mutual_information
from gzactive.active.entropies import single_vote_measures
from gzactive.active.population import TARGETS, Population
from gzactive.active.votes import (
    blocks,
    path_probabilities,
    sample_fractions,
    sample_mean,
    sample_paths,
    sample_spread,
)
from gzactive.errors import GzactiveError, meant
from gzactive.model.head import Head
from gzactive.progress import Progress, silent
from gzactive.trees import DecisionTree

__all__ = [
    "EXACT_VOTES",
    "MEASURES",
    "N_BEST",
    "N_SAMPLES",
    "TREE",
    "Acquisition",
    "Measures",
    "acquisition_scores",
    "measure",
    "predictive_scores",
]

#: Dropout samples of a scoring run (W+22 used 5; here they cost next to nothing).
N_SAMPLES = 30
#: Galaxies, the best by one vote a question, that are scored again with many votes.
N_BEST = 2000
#: Votes a question in that second, exact scoring (as W+22).
EXACT_VOTES = 10
#: Name of the ranking over all questions at once.
TREE = "tree"
#: What galaxies may be ranked by, besides ``random``.
MEASURES = ("mutual-information", "predictive-information", "entropy")


@dataclass(frozen=True, eq=False)
class Measures:
    """What one scoring run says of every galaxy, with one vote a question; all float32, nats.

    Attributes
    ----------
    fractions, spread
        Vote fractions and their standard deviation over samples, (galaxies, answers).
    path_probability
        Probability that each question is asked, (galaxies, questions).
    entropy, mutual_information
        Of one vote on each question, (galaxies, questions).
    """

    fractions: NDArray[np.float32]
    spread: NDArray[np.float32]
    path_probability: NDArray[np.float32]
    entropy: NDArray[np.float32]
    mutual_information: NDArray[np.float32]

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """The arrays by name, as they are stored."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Measures":
        """The reverse of :meth:`arrays`; other names are left alone."""
        return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})

    def single_vote_scores(self, by: str, question: str, tree: DecisionTree) -> NDArray[np.float64]:
        """Score of one question, or over the tree ``Σ_q P(path to q) · score_q``; (galaxies,).

        One question too counts by the probability that it is asked at all: a volunteer who calls a
        galaxy smooth says nothing of its bar.
        """
        values = self.path_probability * (
            self.mutual_information if by == "mutual-information" else self.entropy
        )
        if question == TREE:
            total: NDArray[np.float64] = values.sum(axis=1, dtype=np.float64)
            return total
        names = [modelled.name for modelled in tree.modelled]
        return values[:, names.index(question)].astype(np.float64)


@dataclass(frozen=True, eq=False)
class Acquisition:
    """The number that galaxies are ranked by, and for which of them it is exact.

    Attributes
    ----------
    score
        Nats of ``EXACT_VOTES`` votes a question, (galaxies,). Galaxies that are not exact carry
        their one-vote score, stretched by the median ratio of the two among the exact ones, so
        that all scores can be compared.
    exact
        Whether the galaxy was scored with all its votes, (galaxies,) bool.
    """

    score: NDArray[np.float64]
    exact: NDArray[np.bool_]


def measure(
    head: Head,
    features: Any,
    tree: DecisionTree,
    *,
    n_samples: int = N_SAMPLES,
    seed: int = 0,
    progress: Progress = silent,
) -> Measures:
    """Score every galaxy with one vote a question, in closed form, in one stream.

    Parameters
    ----------
    head
        Its answers must be those of the tree.
    features
        Shape (galaxies, width), float16 or float32; an array, or rows of a feature store.
    tree
        The tree whose ``columns`` name the answers.
    n_samples, seed
        Dropout samples and the seed of their masks, which all galaxies share.
    """
    check_head(head, tree)
    n_galaxies, n_questions = features.shape[0], len(tree.modelled)
    by_answer = [np.empty((n_galaxies, len(tree.columns)), np.float32) for _ in range(2)]
    by_question = [np.empty((n_galaxies, n_questions), np.float32) for _ in range(3)]
    found = Measures(*by_answer, *by_question)
    progress("Scoring", 0, n_galaxies)
    with ThreadPoolExecutor(available_cores()) as pool:
        for rows, concentrations in head.mc_blocks(features, n_samples, seed):
            parts = list(blocks(concentrations))
            targets = [slice(rows.start + one.start, rows.start + one.stop) for one in parts]
            pieces = [concentrations[one] for one in parts]
            list(pool.map(_measure_part, pieces, targets, repeat(found), repeat(tree)))
            progress("Scoring", rows.stop, n_galaxies)
    return found


def acquisition_scores(
    measures: Measures,
    head: Head,
    features: Any,
    tree: DecisionTree,
    *,
    by: str = "mutual-information",
    question: str = TREE,
    n_samples: int = N_SAMPLES,
    seed: int = 0,
    n_best: int = N_BEST,
    progress: Progress = silent,
) -> Acquisition:
    """Score the best galaxies again, exactly, with ``EXACT_VOTES`` votes a question.

    By predictive information all are, see :func:`predictive_scores`.

    Parameters
    ----------
    measures
        From :func:`measure` with the same head, features, samples and seed.
    by
        ``mutual-information``, ``predictive-information`` or ``entropy``.
    question
        One of the tree's modelled questions, or ``tree`` for all of them.
    n_best
        How many galaxies to score exactly.

    Raises
    ------
    GzactiveError
        If ``by`` or ``question`` is unknown.
    """
    check_choice(by, question, tree)
    if by == "predictive-information":
        scores = predictive_scores(
            head, features, tree, question, n_samples=n_samples, seed=seed, progress=progress
        )
        return Acquisition(scores, np.ones(len(scores), dtype=bool))
    single = measures.single_vote_scores(by, question, tree)
    score, exact = single.copy(), np.zeros(len(single), dtype=bool)
    n_best = min(n_best, len(single))
    if n_best == 0:
        return Acquisition(score, exact)
    # In file order: rows on the disk are then read in one sweep.
    best = np.sort(np.argpartition(-single, n_best - 1)[:n_best])
    exact[best] = True
    progress("Scoring the best", 0, n_best)
    step = 250
    for start in range(0, n_best, step):
        rows = best[start : start + step]
        taken = features[rows] if isinstance(features, np.ndarray) else features.take(rows)
        score[rows] = _exact_scores(head, taken, tree, by, question, n_samples, seed)
        progress("Scoring the best", min(start + step, n_best), n_best)
    informative = best[single[best] > 0]
    if len(informative):
        score[~exact] *= np.median(score[informative] / single[informative])
    return Acquisition(score, exact)


def predictive_scores(
    head: Head,
    features: Any,
    tree: DecisionTree,
    question: str = TREE,
    *,
    n_samples: int = N_SAMPLES,
    seed: int = 0,
    progress: Progress = silent,
) -> NDArray[np.float64]:
    """What votes on each galaxy would teach about all of them, nats, shape (galaxies,).

    The parameters are those of :func:`acquisition_scores`; see
    :class:`gzactive.active.population.Population`.
    """
    check_head(head, tree)
    n_galaxies = features.shape[0]
    scores = np.empty(n_galaxies)
    if not n_galaxies:
        return scores
    targets = np.arange(n_galaxies)
    if n_galaxies > TARGETS:
        targets = np.sort(np.random.default_rng(seed).choice(targets, TARGETS, replace=False))
    taken = features[targets] if isinstance(features, np.ndarray) else features.take(targets)
    population = Population.of(head.mc_concentrations(taken, n_samples, seed), tree)
    progress("Scoring for all", 0, n_galaxies)
    for rows, concentrations in head.mc_blocks(features, n_samples, seed):
        scores[rows] = population.information(
            concentrations, EXACT_VOTES, None if question == TREE else question
        )
        progress("Scoring for all", rows.stop, n_galaxies)
    return scores


def check_head(head: Head, tree: DecisionTree) -> None:
    """Raise an error when a head was made for another tree's answers."""
    if head.n_answers != len(tree.columns):
        raise GzactiveError(
            f"The head predicts {head.n_answers} answers, but tree '{tree.id}' has "
            f"{len(tree.columns)}: choose weights that were trained on this tree."
        )


def check_choice(
    by: str, question: str, tree: DecisionTree, others: Sequence[str] = ("random",)
) -> None:
    """Raise an error that lists what galaxies can be ranked by, unless these are among it."""
    known = [*MEASURES, *others]
    if by not in known:
        raise GzactiveError(f"Galaxies cannot be ranked by '{by}': {meant(by, known)}")
    names = [TREE, *(modelled.name for modelled in tree.modelled)]
    if question not in names:
        raise GzactiveError(
            f"Tree '{tree.id}' models no question '{question}': {meant(question, names)}"
        )


def available_cores() -> int:
    """Cores that this process may use (fewer than the machine's in a container)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _measure_part(
    concentrations: NDArray[np.float32], target: slice, found: Measures, tree: DecisionTree
) -> None:
    """Measure some galaxies and write them to their rows; NumPy lets threads run side by side."""
    fractions = sample_fractions(concentrations, tree)
    mean = sample_mean(fractions)
    found.fractions[target] = mean
    found.spread[target] = sample_spread(fractions, mean)
    paths = sample_paths(fractions, tree)
    for column, question in enumerate(tree.modelled):
        found.path_probability[target, column] = sample_mean(paths[question.name])
    found.entropy[target], found.mutual_information[target] = single_vote_measures(fractions, tree)


def _exact_scores(
    head: Head,
    features: NDArray[np.floating[Any]],
    tree: DecisionTree,
    by: str,
    question: str,
    n_samples: int,
    seed: int,
) -> NDArray[np.float64]:
    """Scores with ``EXACT_VOTES`` votes a question, shape (galaxies,)."""
    concentrations = head.mc_concentrations(features, n_samples, seed)
    measure_one = mutual_information if by == "mutual-information" else entropy
    paths = path_probabilities(concentrations, tree)
    score = np.zeros(len(concentrations))
    for column, asked in enumerate(tree.modelled):
        if question in (TREE, asked.name):
            score += paths[:, column] * measure_one(concentrations, tree, asked.name, EXACT_VOTES)
    return score
