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
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, gammaln

from gzactive.errors import GzactiveError
from gzactive.model.head import DROPOUT_RATE, Head
from gzactive.model.members import Members
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
            raise GzactiveError(
                f"No posterior '{self.kind}': choose one of {', '.join(POSTERIORS)}."
            )
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
    counts = np.asarray(votes, np.float64)
    data = _Data(
        np.asarray(features),
        counts,
        np.ones(len(counts)) if weights is None else np.asarray(weights, np.float64),
        np.arange(len(counts)) if groups is None else np.asarray(groups),
    )

    def sampled(head: Head, rows: _Data) -> Head:
        rng = np.random.default_rng(seed)
        if chosen.kind == "laplace":
            progress("Sampling the head", 0, 1)
            return replace(head, members=_laplace(rows, tree, head, settings, chosen, rng))
        return _ensemble(rows, tree, base, settings, chosen, rng, progress)

    if not len(fit.spared):
        head = whole = sampled(fit.head, data)
    else:
        head = sampled(fit.head, data.take(~np.isin(data.groups, fit.spared)))
        whole = sampled(fit.whole, data)
    return replace(fit, head=head, whole=whole)


@dataclass(frozen=True, eq=False)
class _Data:
    """Labelled rows, as :func:`~gzactive.model.training.fit_head` takes them."""

    features: NDArray[Any]
    votes: NDArray[np.float64]
    weights: NDArray[np.float64]
    groups: NDArray[Any]

    def take(self, rows: NDArray[np.bool_]) -> _Data:
        return _Data(self.features[rows], self.votes[rows], self.weights[rows], self.groups[rows])


def _ensemble(
    data: _Data,
    tree: DecisionTree,
    base: Head,
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
    data: _Data,
    tree: DecisionTree,
    head: Head,
    settings: HeadFit,
    posterior: Posterior,
    rng: np.random.Generator,
) -> Members:
    """Heads around a fitted one: per question N(W, (A ⊗ B + λ)⁻¹), features ⊗ answers.

    B is the mean Fisher information of the votes in the logits, A the features' second moment,
    each galaxy counted by its information; λ is the pull towards the base head.
    """
    data = data.take((data.votes.sum(axis=1) > 0) & (data.weights > 0))
    inputs = np.ones((len(data.votes), head.width + 1), np.float32)
    inputs[:, :-1] = data.features
    alpha = head.concentrations(data.features).astype(np.float64)
    kernels = np.zeros((posterior.members, head.width + 1, head.n_answers), np.float32)
    noise = rng.standard_normal(kernels.shape, dtype=np.float32)
    noise *= posterior.width / np.sqrt(settings.pull)
    for question in tree.modelled:
        part = tree.slice(question.name)
        asked = data.votes[:, part].sum(axis=1)
        rows = asked > 0
        information = fisher_information(alpha[rows, part], asked[rows], settings.anchor)
        information *= data.weights[rows, None, None]
        share = np.trace(information, axis1=1, axis2=2) / information.shape[1]
        if not share.sum() > 0:
            continue
        levels, axes = np.linalg.eigh(information.sum(axis=0) / share.sum())
        spread, basis = _principal(inputs[rows] * np.sqrt(share)[:, None].astype(np.float32))
        # Along a principal axis of the features and one of the answers the precision is λ + s·b.
        turned = noise[:, :, part] @ axes.astype(np.float32)
        inside = np.einsum("wr,mwa->mra", basis, turned, optimize=True)
        shrink = 1 / np.sqrt(1 + np.outer(spread, np.maximum(levels, 0)) / settings.pull)
        turned += np.einsum(
            "wr,mra->mwa", basis, inside * (shrink - 1).astype(np.float32), optimize=True
        )
        kernels[:, :, part] = turned @ axes.T.astype(np.float32)
    return Members(kernels[:, :-1], kernels[:, -1])


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
