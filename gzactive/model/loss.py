"""The losses that networks are trained with, in portable ``keras.ops``; results in nats.

Counts are whole numbers, so ``log Γ(α+k) − log Γ(α) = Σ_{j<k} log(α+j)``: no ``lgamma``, which
``keras.ops`` lacks. :mod:`gzactive.model.likelihood` is the NumPy twin for everything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = ["binomial_loss", "dirichlet_multinomial_loss"]


def dirichlet_multinomial_loss(
    votes: Any, concentrations: Any, tree: DecisionTree, max_votes: int | None = None
) -> Any:
    """Loss of W+22: ``−Σ_q log DirMult(k_q | Σk_q, α_q)``.

    With two answers a question is the Beta-binomial; the general case is Eq. 2 of the report.

    Parameters
    ----------
    votes : (n, answers)
        Counts in the order of ``tree.columns``; of a fraction of a vote, as a weighted labeller
        gives, so much of its logarithm counts.
    concentrations : (n, answers)
        Dirichlet parameters, 1…101.
    tree : DecisionTree
    max_votes : int, optional
        No count is above this. Inside a compiled function, where counts are not known while it is
        traced, it must be given; otherwise it is read from ``votes``.

    Returns
    -------
    (n,) float32
        A question without votes adds exactly 0.
    """
    counts = keras.ops.cast(votes, "float32")
    alpha = keras.ops.cast(concentrations, "float32")
    if max_votes is None:
        max_votes = int(keras.ops.ceil(keras.ops.max(counts))) if counts.shape[0] else 0
    draw = keras.ops.arange(max(max_votes, 1), dtype="float32")
    slices = [tree.slice(question.name) for question in tree.modelled]
    losses = [_question_loss(counts[:, part], alpha[:, part], draw) for part in slices]
    return keras.ops.sum(keras.ops.stack(losses, axis=-1), axis=-1)


def _question_loss(counts: Any, alpha: Any, draw: Any) -> Any:
    """One question: counts and α (n, answers) → (n,).

    Let the votes be drawn answer by answer, answer a after the c of the answers before it. Its
    j-th vote then has probability (α_a+j)/(A+c+j), and its share of the multinomial coefficient is
    (c+j+1)/(j+1). Their product is taken before its logarithm,

        (A+c+j)(j+1) / ((α_a+j)(c+j+1)) = 1 + ((A−α_a)(j+1) − c(α_a−1)) / ((α_a+j)(c+j+1)),

    so that terms of several hundred never cancel, which float32 would not survive.
    """
    ops = keras.ops
    others = ops.sum(alpha, axis=-1, keepdims=True) - alpha
    before = ops.cumsum(counts, axis=-1) - counts
    counts, alpha, others, before = (
        ops.expand_dims(array, -1) for array in (counts, alpha, others, before)
    )
    excess = others * (draw + 1.0) - before * (alpha - 1.0)
    terms = ops.log1p(excess / ((alpha + draw) * (before + draw + 1.0)))
    asked = ops.clip(counts - draw, 0.0, 1.0)  # the terms left out are finite: never NaN
    return ops.sum(terms * asked, axis=(-2, -1))


def binomial_loss(k: Any, n: Any, rho: Any) -> Any:
    """Loss of W+20, Eq. 1 of the report: ``−[k log ρ + (n−k) log(1−ρ)]``.

    Parameters
    ----------
    k, n : (…)
        Votes for the answer, and votes in all.
    rho : (…)
        Predicted fraction, 0…1. A fraction of exactly 0 or 1 costs nothing where no vote speaks
        against it, and a finite price where one does.

    Returns
    -------
    (…) float32
    """
    ops = keras.ops
    k, n, rho = (ops.cast(value, "float32") for value in (k, n, rho))
    smallest = 1e-30
    yes = ops.where(k > 0, k * ops.log(ops.maximum(rho, smallest)), 0.0)
    no = ops.where(n > k, (n - k) * ops.log(ops.maximum(1.0 - rho, smallest)), 0.0)
    return -(yes + no)
