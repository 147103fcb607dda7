"""How sure a head is of itself: the samples that it is given, in three ways.

- ``dropout``: masks on the features, drawn when galaxies are scored (Gal & Ghahramani 2016);
- ``ensemble``: heads fitted to bootstraps of the labels (Lakshminarayanan et al. 2017);
- ``laplace``: heads drawn from the Gaussian that the labels' curvature and the pull towards the
  base head leave around the fitted one (MacKay 1992; last layer only, Kristiadi et al. 2020).

Each ends as a :class:`~gzactive.model.head.Head` whose samples are one matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.errors import GzactiveError, meant
from gzactive.model.curvature import question_information
from gzactive.model.head import DROPOUT_RATE, Head
from gzactive.model.members import Members
from gzactive.model.objective import LabelledRows
from gzactive.model.training import FitResult, HeadFit, fit_head
from gzactive.progress import Progress, silent

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = ["POSTERIORS", "Posterior", "fit_posterior"]

Kind = Literal["dropout", "ensemble", "laplace"]
POSTERIORS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True)
class Posterior:
    """How samples of a head come about.

    Raises
    ------
    GzactiveError
        If the kind is unknown or a number is out of its range.
    """

    kind: str = "dropout"
    members: int = 30  #: heads drawn by ``laplace``
    fits: int = 5  #: heads fitted by ``ensemble``, each with dropout besides
    width: float = 1.0  #: standard deviations of ``laplace`` are multiplied by this

    def __post_init__(self) -> None:
        if self.kind not in POSTERIORS:
            raise GzactiveError(f"No posterior '{self.kind}': {meant(self.kind, POSTERIORS)}")
        if self.members < 2 or self.fits < 2 or not self.width > 0:
            raise GzactiveError(
                f"A posterior of {min(self.members, self.fits)} heads and width {self.width:g} "
                "says nothing: take at least 2 heads and a width above 0."
            )


def fit_posterior(
    features: ArrayLike,
    votes: ArrayLike,
    tree: DecisionTree,
    base: Head,
    *,
    posterior: Posterior | None = None,
    groups: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    settings: HeadFit | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> FitResult:
    """Fit a head as :func:`~gzactive.model.training.fit_head` does, and draw its samples.

    Parameters
    ----------
    posterior
        How; by default dropout. The others are those of ``fit_head``.

    Returns
    -------
    FitResult
        Its head has :class:`~gzactive.model.members.Members`, unless it samples by dropout.
    """
    chosen, settings = posterior or Posterior(), settings or HeadFit()
    fit = fit_head(
        features,
        votes,
        tree,
        base,
        groups=groups,
        weights=weights,
        settings=settings,
        seed=seed,
        progress=progress,
    )
    if chosen.kind == "dropout" or fit.stopped == "no votes":
        return fit
    data = LabelledRows.gather(features, votes, groups, weights, tree, base)

    def sampled(head: Head, rows: LabelledRows) -> Head:
        rng = np.random.default_rng(seed)
        if chosen.kind == "laplace":
            progress("Sampling the head", 0, 1)
            members = _laplace(rows, tree, head, fit.pull, settings.anchor, chosen, rng)
            return replace(head, members=members)
        return _ensemble(rows, tree, base, fit.pull, settings, chosen, rng, progress)

    if not len(fit.spared):
        head = whole = sampled(fit.head, data)
    else:
        head = sampled(fit.head, data.take(~np.isin(data.groups, fit.spared)))
        whole = sampled(fit.whole, data)
    return replace(fit, head=head, whole=whole)


def _ensemble(
    data: LabelledRows,
    tree: DecisionTree,
    base: Head,
    pull: NDArray[np.float64],
    settings: HeadFit,
    posterior: Posterior,
    rng: np.random.Generator,
    progress: Progress,
) -> Head:
    """The mean of heads fitted to bootstraps of the galaxies, with them around it."""
    galaxies, place = np.unique(data.groups, return_inverse=True)
    fits = []
    for member in range(posterior.fits):
        # A bootstrap that leaves no galaxy out whole (Rubin 1981).
        share = rng.exponential(size=len(galaxies))
        share *= len(galaxies) / share.sum()
        one = fit_head(
            data.features,
            data.votes,
            tree,
            base,
            groups=data.groups,
            weights=data.weights * share[place],
            pull=pull,
            settings=replace(settings, validation_share=0.0),
            progress=partial(_within, progress, member, posterior.fits),
        )
        fits.append(one.head)
    kernels, biases = np.stack([one.kernel for one in fits]), np.stack([one.bias for one in fits])
    kernel, bias = kernels.mean(axis=0), biases.mean(axis=0)
    return Head(kernel, bias, members=Members(kernels - kernel, biases - bias, DROPOUT_RATE))


def _within(
    progress: Progress, member: int, fits: int, _stage: str, _done: int, _total: int
) -> None:
    progress("Fitting the ensemble", member, fits)


def _laplace(
    data: LabelledRows,
    tree: DecisionTree,
    head: Head,
    pull: NDArray[np.float64],
    anchor: float,
    posterior: Posterior,
    rng: np.random.Generator,
) -> Members:
    """Heads around a fitted one: per question N(W, (A ⊗ B + λ)⁻¹), features ⊗ answers.

    B is the mean Fisher information of the votes in the logits, A the features' second moment,
    each galaxy counted by its information; λ is the pull towards the base head. A question without
    votes keeps the base head, and that head's samples: by dropout.
    """
    inputs = data.inputs()
    alpha = head.concentrations(data.features).astype(np.float64)
    kernels = np.zeros((posterior.members, head.width + 1, head.n_answers), np.float32)
    noise = rng.standard_normal(kernels.shape, dtype=np.float32)
    noise *= (posterior.width / np.sqrt(pull)).astype(np.float32)
    unasked = np.ones(head.n_answers, dtype=bool)
    for one in question_information(data.votes, data.weights, alpha, tree, anchor):
        levels, axes = np.linalg.eigh(one.mean)
        spread, basis = _principal(
            inputs[one.rows] * np.sqrt(one.share)[:, None].astype(np.float32)
        )
        # Along a principal axis of the features and one of the answers the precision is λ + s·b.
        turned = noise[:, :, one.part] @ axes.astype(np.float32)
        inside = np.einsum("wr,mwa->mra", basis, turned, optimize=True)
        precision = 1 + np.outer(spread, np.maximum(levels, 0)) / pull[one.part][0]
        turned += np.einsum(
            "wr,mra->mwa", basis, inside * (precision**-0.5 - 1).astype(np.float32), optimize=True
        )
        kernels[:, :, one.part] = turned @ axes.T.astype(np.float32)
        unasked[one.part] = False
    kept = rng.random((posterior.members, head.width, 1), dtype=np.float32) >= DROPOUT_RATE
    kernels[:, :-1, unasked] = head.kernel[:, unasked] * (kept / np.float32(1 - DROPOUT_RATE) - 1)
    return Members(kernels[:, :-1], kernels[:, -1])


def _principal(rows: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Squared singular values and right vectors of (n, width), by the smaller of both products."""
    n, width = rows.shape
    # NumPy's, since SciPy's holds the interpreter's lock meanwhile and the window stands still.
    values, vectors = np.linalg.eigh(rows @ rows.T if n < width else rows.T @ rows)
    kept = values > 1e-6 * max(values[-1], 1e-12)
    values, vectors = values[kept], vectors[:, kept]
    if n < width:
        vectors = rows.T @ (vectors / np.sqrt(values))
    return values.astype(np.float32), vectors.astype(np.float32)
