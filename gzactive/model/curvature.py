"""How sharply votes fix the head: the curvature of their likelihood, and the pull that it earns.

Around a fitted head −log likelihood is nearly quadratic. Per question its second derivative is
taken as a Kronecker product, features ⊗ answers, whose two factors are diagonalised. Samples of the
head (:mod:`gzactive.model.posterior`) and the pull towards the base head both follow from that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = ["QuestionInformation", "evidence_pull", "fisher_information", "question_information"]

_ROWS = 512  # galaxies whose features stand for all where only the spectrum is wanted
_WEAKEST, _STRONGEST = 10.0, 3000.0  # between them every set of labels was fitted best


@dataclass(frozen=True, eq=False)
class QuestionInformation:
    """What the votes of some galaxies on one question say of the head's weights.

    The curvature is Σ_g share_g·(x xᵀ)_g ⊗ mean, so a galaxy counts by how much its votes inform.
    """

    part: slice  #: of the tree's columns
    rows: NDArray[np.bool_]  #: the galaxies that were asked, (n,)
    share: NDArray[np.float64]  #: information in a logit, a galaxy of those
    mean: NDArray[np.float64]  #: the mean information per share, (answers, answers)


def question_information(
    votes: NDArray[np.float64],
    weights: NDArray[np.float64],
    alpha: NDArray[np.float64],
    tree: DecisionTree,
    anchor: float,
) -> list[QuestionInformation]:
    """The information in votes, question by question; those that nobody was asked are left out.

    Parameters
    ----------
    votes, alpha : (n, answers)
        Counts, and the concentrations that the head expects.
    weights : (n,)
        Of each row's loss.
    tree : DecisionTree
    anchor : strength of the evidence anchor, see :func:`~gzactive.model.training.fit_head`
    """
    found = []
    for question in tree.modelled:
        part = tree.slice(question.name)
        asked = votes[:, part].sum(axis=1)
        rows = (asked > 0) & (weights > 0)
        information = fisher_information(alpha[rows, part], asked[rows], anchor)
        information *= weights[rows, None, None]
        share = np.trace(information, axis1=1, axis2=2) / information.shape[1]
        if share.sum() > 0:
            mean = information.sum(axis=0) / share.sum()
            found.append(QuestionInformation(part, rows, share, mean))
    return found


def evidence_pull(
    informed: list[QuestionInformation],
    inputs: NDArray[np.float32],
    change: NDArray[np.float64],
    pull: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The pull under which the votes are likeliest, by one of MacKay's steps: λ = γ/‖W − W_base‖².

    γ is how many directions the votes fix better than the pull does. Where the base head foretells
    them, the step is small and the pull grows; where it errs, it yields (MacKay 1992, Neural
    Computation 4, 415).

    Parameters
    ----------
    informed
        What votes say, of the questions whose pull is wanted.
    inputs : (n, width + 1)
        Features with a 1 appended.
    change : (width + 1, answers)
        Of kernel and bias from the base head's.
    pull : (answers,)
        The present one; other questions keep theirs.

    Returns
    -------
    numpy.ndarray
        Shape (answers,), from 10 to 3,000.
    """
    result = pull.copy()
    for one in informed:
        chosen = np.flatnonzero(one.rows)
        step = -(-len(chosen) // _ROWS)
        scaled = inputs[chosen[::step]] * np.sqrt(step * one.share[::step, None]).astype(np.float32)
        small = scaled @ scaled.T if len(scaled) < scaled.shape[1] else scaled.T @ scaled
        spread = np.maximum(np.linalg.eigvalsh(small), 0)
        fixed = np.outer(spread, np.maximum(np.linalg.eigvalsh(one.mean), 0))
        directions = float((fixed / (fixed + pull[one.part][0])).sum())
        moved = float((change[:, one.part] ** 2).sum())
        result[one.part] = np.clip(directions / max(moved, 1e-12), _WEAKEST, _STRONGEST)
    return result


def fisher_information(
    alpha: NDArray[np.float64], asked: NDArray[np.float64], anchor: float
) -> NDArray[np.float64]:
    """Fisher information of votes on one question in the logits, with the evidence anchor's.

    ``S·(diag(Σ_{j<N} P(k_a > j)/(α_a+j)²) − (Σ_{j<N} 1/(Σα+j)²)·11ᵀ)·S`` with S = dα/dz: the
    expectation of the second derivative of −log DirMult over the votes that the head expects.

    Parameters
    ----------
    alpha : (n, answers)
    asked : (n,)
        Votes N a galaxy; parts of a vote are rounded up.
    anchor : strength of the anchor, see :func:`~gzactive.model.training.fit_head`

    Returns
    -------
    (n, answers, answers)
    """
    total = alpha.sum(axis=1)
    whole = np.ceil(asked).astype(int)
    beyond = np.ones_like(alpha)  # P(k_a > j), the Beta-binomial's tail
    rest = total[:, None] - alpha
    curvature, common = np.zeros_like(alpha), np.zeros_like(total)
    n = whole[:, None].astype(np.float64)
    for votes in range(whole.max(initial=0)):
        still = whole > votes
        log_mass = gammaln(n + 1) - gammaln(votes + 1) - gammaln(np.maximum(n - votes, 0) + 1)
        log_mass = log_mass + betaln(alpha + votes, rest + np.maximum(n - votes, 0))
        log_mass -= betaln(alpha, rest)
        beyond = beyond - np.where(still[:, None], np.exp(log_mass), 0.0)
        curvature += np.where(still[:, None], np.maximum(beyond, 0) / (alpha + votes) ** 2, 0.0)
        common += np.where(still, 1 / (total + votes) ** 2, 0.0)
    slope = (alpha - 1.0) * (101.0 - alpha) / 100.0
    result = -common[:, None, None] * np.ones((1, alpha.shape[1], alpha.shape[1]))
    result += 2 * anchor * (asked**-3.0 / total**2)[:, None, None]
    diagonal = np.arange(alpha.shape[1])
    result[:, diagonal, diagonal] += curvature
    scaled: NDArray[np.float64] = result * slope[:, :, None] * slope[:, None, :]
    return scaled
