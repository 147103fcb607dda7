"""What votes on one galaxy would teach about all others: predictive information.

Mutual information asks how much votes would tell about the model, wherever that matters, and so
prefers galaxies unlike all others. Here they count by what they tell about galaxies drawn at random
(expected predictive information gain, Bickford Smith et al. 2023), to second order in the spread of
the samples: over all samples of the head, how a galaxy's fractions go up and down with the others'.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.active.votes import sample_fractions, sample_mean, sample_paths
from gzactive.errors import GzactiveError
from gzactive.model.likelihood import question_totals
from gzactive.trees import DecisionTree

__all__ = ["TARGETS", "Population"]

#: Galaxies drawn at random that stand for all.
TARGETS = 1000
#: Of what chance alone would give with so few samples, at least this part stays: no score is 0.
_FLOOR = 0.1
_SMALL = 1e-3  # of p(1−p), below which a fraction has nothing left to learn


@dataclass(frozen=True, eq=False)
class Population:
    """How the predictions for all galaxies hang together, answer by answer.

    Attributes
    ----------
    together
        (answers, samples, samples): the mean over galaxies of the products of their deviations in
        two samples, each in units of ``p·(1−p)`` and weighted by the probability of being asked.
    apart
        (answers,): the same of the variance, from which chance is told.
    """

    tree: DecisionTree
    together: NDArray[np.float32]
    apart: NDArray[np.float32]

    @classmethod
    def of(cls, concentrations: NDArray[np.floating[Any]], tree: DecisionTree) -> "Population":
        """The population that some galaxies, drawn at random, stand for.

        Parameters
        ----------
        concentrations
            Shape (galaxies, answers, samples), at least two samples.

        Raises
        ------
        GzactiveError
            If there are fewer than two samples.
        """
        if concentrations.shape[2] < 2:
            raise GzactiveError("Predictive information needs at least 2 samples of the head.")
        deviations, mean, paths = _deviations(concentrations, tree)
        weights = paths / np.maximum(mean * (1 - mean), _SMALL) / len(mean)
        scaled = deviations * np.sqrt(weights)[:, :, None].astype(np.float32)
        together = np.einsum("nas,nat->ast", scaled, scaled, optimize=True)
        apart = np.einsum("ass->a", together) / (concentrations.shape[2] - 1)
        return cls(tree, together, apart)

    def information(
        self,
        concentrations: NDArray[np.floating[Any]],
        n_votes: int,
        question: str | None = None,
    ) -> NDArray[np.float64]:
        """How much votes would teach about the population, nats a galaxy of it.

        ``½ Σ_q P(path) Σ_a mean(cov²/(p·(1−p)))/(variance + noise)``, the noise being that of the
        fraction among ``n_votes`` Dirichlet-multinomial votes.

        Parameters
        ----------
        concentrations
            Shape (galaxies, answers, samples), of the same samples as the population's.
        n_votes
            Votes that each question would get.
        question
            Of one question alone; by default of the whole tree.
        """
        freedom = concentrations.shape[2] - 1
        deviations, mean, paths = _deviations(concentrations, self.tree)
        variance = np.einsum("nas,nas->na", deviations, deviations) / freedom
        shared = np.empty_like(variance)
        for answer, matrix in enumerate(self.together):
            rows = deviations[:, answer]
            shared[:, answer] = np.einsum("ns,ns->n", rows @ matrix, rows) / freedom**2
        chance = variance * self.apart / freedom
        shared = np.maximum(shared - chance, _FLOOR * chance)
        alpha = sample_mean(np.asarray(concentrations))
        sizes = [len(one.answers) for one in self.tree.modelled]
        total = np.repeat(question_totals(alpha, self.tree), sizes, axis=1)
        noise = np.maximum(mean * (1 - mean), _SMALL) * (n_votes + total) / (n_votes * (1 + total))
        gain = 0.5 * paths * shared / (variance + noise)
        part = slice(None) if question is None else self.tree.slice(question)
        return np.asarray(gain[:, part].sum(axis=1), np.float64)


def _deviations(
    concentrations: NDArray[np.floating[Any]], tree: DecisionTree
) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]:
    """Fractions less their mean (galaxies, answers, samples), their mean, and path probabilities.

    All are given by answer: the path probability is that of the answer's question.
    """
    fractions = sample_fractions(np.asarray(concentrations, np.float32), tree)
    mean = sample_mean(fractions)
    paths = sample_paths(fractions, tree)
    by_question = [sample_mean(paths[one.name]) for one in tree.modelled]
    sizes = [len(one.answers) for one in tree.modelled]
    deviations = fractions - mean[:, :, None].astype(np.float32)
    return deviations, mean, np.repeat(np.stack(by_question, axis=1), sizes, axis=1)
