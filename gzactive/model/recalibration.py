"""Putting right how sure a head is, question by question, after it was fitted.

Two numbers a question act on whatever concentrations a head gives, dropout passes included. They
are fitted to galaxies that the head did not learn from; how well a head is calibrated is measured
in :mod:`gzactive.evaluation.calibration`, on yet others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp

from gzactive.errors import GzactiveError
from gzactive.progress import Progress, silent

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = ["QuestionFit", "Recalibration", "Scaling", "fit_recalibration"]

#: Galaxies asked a question below which nothing is said of how sure the head is about it.
MIN_GALAXIES = 20
#: Galaxies that are looked at for a question, drawn at random: more would tell no more digits.
_AT_MOST = 1000
#: Spread of the priors on log evidence and log temperature, both centred on no change: a head
#: fitted by the same likelihood is seldom off by more than e, and its fractions by less.
_PRIOR = np.array([1.0, 0.5])
_BOUNDS = [(-np.log(16.0), np.log(16.0)), (-np.log(4.0), np.log(4.0))]
_ROWS = 64  # worked on at once: they stay in a core's own cache


@dataclass(frozen=True)
class Scaling:
    """One question's correction.

    Parameters
    ----------
    question
        Its name.
    start, stop
        Its columns among the answers.
    evidence
        Σα is multiplied by it: below 1 the head was too sure of its fractions.
    temperature
        Fractions become ``f^(1/temperature)``, divided by their sum: above 1 they were too extreme.
    """

    question: str
    start: int
    stop: int
    evidence: float
    temperature: float

    def __post_init__(self) -> None:
        if not (0 < self.evidence < np.inf and 0 < self.temperature < np.inf):
            raise GzactiveError(
                f"Evidence and temperature of '{self.question}' are above 0, not {self.evidence} "
                f"and {self.temperature}."
            )


@dataclass(frozen=True)
class Recalibration:
    """How the concentrations of a head are corrected; questions that are not named are left alone.

    With Σα and fractions f of one pass, ``Σα' = evidence · Σα`` and ``f' ∝ f^(1/temperature)``.
    Temperature scaling (Guo et al. 2017) has the second number only, since a class probability is
    all that it corrects. A predicted vote distribution can be wrong in two ways, and votes tell
    them apart: single votes have probability f and speak of the temperature alone, the scatter of
    many votes about f speaks of Σα. Scaling log α instead would change Σα with the temperature (of
    α = 50 and 1, softened by 0.8, half is left), and single votes would then move what they say
    nothing of. Neither number changes which answer leads, so accuracies stay as they are.
    """

    scalings: tuple[Scaling, ...]

    def apply(self, concentrations: NDArray[np.floating[Any]]) -> None:
        """Correct (n, answers, samples) in place."""
        for start in range(0, len(concentrations), _ROWS):
            rows = concentrations[start : start + _ROWS]
            for one in self.scalings:
                part = rows[:, one.start : one.stop]
                part[...] = _scaled(part, one.evidence, one.temperature)

    def to_list(self) -> list[dict[str, Any]]:
        """As plain values, for a file."""
        return [asdict(one) for one in self.scalings]

    @classmethod
    def from_list(cls, values: list[dict[str, Any]]) -> Recalibration:
        """The reverse of :meth:`to_list`."""
        return cls(tuple(Scaling(**one) for one in values))


@dataclass(frozen=True)
class QuestionFit:
    """What the galaxies that were set aside say of one question."""

    galaxies: int  #: that have votes on it
    evidence: float  #: 1 where nothing is changed
    temperature: float  #: 1 where nothing is changed
    loss_before: float  #: mean −log P(votes) of these galaxies, nats
    loss_after: float  #: the same with the correction


def fit_recalibration(
    votes: ArrayLike,
    concentrations: ArrayLike,
    tree: DecisionTree,
    *,
    weights: ArrayLike | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> tuple[Recalibration | None, Mapping[str, QuestionFit]]:
    """Fit evidence and temperature of each question to galaxies that the head did not learn from.

    Maximum a posteriori of the Dirichlet-multinomial mixture over all passes, with a normal prior
    about "no change" on the logarithm of both. A question is corrected only where at least
    ``MIN_GALAXIES`` galaxies were asked it and the log-likelihood grows by more than half the
    logarithm of their number for each parameter (Schwarz 1978), so that chance is not fitted.

    Parameters
    ----------
    votes : (n, answers)
        Counts of the galaxies that were set aside.
    concentrations : (n, answers, samples)
        What the head, uncorrected, says of them.
    tree
        Whose ``columns`` name the answers.
    weights : (n,), optional
        Of each galaxy's loss; by default 1.
    seed
        Of the draw where there are very many.
    progress
        Called several times a question; what it raises ends the fit.

    Returns
    -------
    Recalibration or None
        None where nothing is to be changed.
    dict
        What was found, by question; those without votes are left out.
    """
    counts = np.asarray(votes, np.float64)
    sampled = np.asarray(concentrations)
    shares = np.ones(len(counts)) if weights is None else np.asarray(weights, np.float64)
    scalings, fits = [], {}
    rng = np.random.default_rng(seed)
    for place, question in enumerate(tree.modelled):
        progress("Calibrating", place, len(tree.modelled))
        part = tree.slice(question.name)
        asked = np.flatnonzero(counts[:, part].sum(axis=1) > 0)
        if not len(asked):
            continue
        galaxies = len(asked)
        if galaxies > _AT_MOST:
            asked = np.sort(rng.choice(asked, _AT_MOST, replace=False))
        problem = _Problem(
            counts[asked][:, part], sampled[asked][:, part].astype(np.float64), shares[asked]
        )
        fit = problem.solve(galaxies, lambda done=place: progress("Calibrating", done, 0))
        fits[question.name] = fit
        if (fit.evidence, fit.temperature) != (1.0, 1.0):
            scalings.append(
                Scaling(question.name, part.start, part.stop, fit.evidence, fit.temperature)
            )
    progress("Calibrating", len(tree.modelled), len(tree.modelled))
    return (Recalibration(tuple(scalings)) if scalings else None), fits


@dataclass(frozen=True, eq=False)
class _Problem:
    """One question: counts (n, answers), concentrations (n, answers, samples), weights (n,)."""

    counts: NDArray[np.float64]
    alpha: NDArray[np.float64]
    weights: NDArray[np.float64]

    def solve(self, galaxies: int, tick: Any) -> QuestionFit:
        from scipy.optimize import minimize

        before = self.loss(np.zeros(2))
        total = self.weights.sum()
        nothing = QuestionFit(galaxies, 1.0, 1.0, before / total, before / total)
        if len(self.counts) < MIN_GALAXIES:
            return nothing

        def objective(logs: NDArray[np.float64]) -> float:
            tick()
            return self.loss(logs) + 0.5 * float(((logs / _PRIOR) ** 2).sum())

        found = minimize(objective, np.zeros(2), method="L-BFGS-B", bounds=_BOUNDS)
        after = self.loss(found.x)
        if not before - after > 0.5 * len(found.x) * np.log(len(self.counts)):
            return nothing
        evidence, temperature = np.exp(found.x)
        return QuestionFit(
            galaxies, float(evidence), float(temperature), before / total, after / total
        )

    def loss(self, logs: NDArray[np.float64]) -> float:
        """Summed −log of the mean over passes of DirMult, with (log evidence, log temperature)."""
        alpha = _scaled(self.alpha, *np.exp(logs))
        votes = self.counts[:, :, None]
        log_p = gammaln(alpha + votes) - gammaln(alpha) - gammaln(votes + 1.0)
        evidence, asked = alpha.sum(axis=1), self.counts.sum(axis=1)[:, None]
        terms = log_p.sum(axis=1) + gammaln(evidence) - gammaln(evidence + asked)
        terms += gammaln(asked + 1.0)
        mixed = logsumexp(terms, axis=1) - np.log(terms.shape[1])
        return -float(mixed @ self.weights)


def _scaled(alpha: NDArray[Any], evidence: float, temperature: float) -> NDArray[np.floating[Any]]:
    """One question's concentrations (n, answers, samples), corrected."""
    if temperature == 1.0:
        scaled: NDArray[np.floating[Any]] = alpha * alpha.dtype.type(evidence)
        return scaled
    total = alpha.sum(axis=1, keepdims=True)
    softened = np.log(alpha)
    softened /= alpha.dtype.type(temperature)
    np.exp(softened, out=softened)
    softened *= total * alpha.dtype.type(evidence) / softened.sum(axis=1, keepdims=True)
    result: NDArray[np.floating[Any]] = softened
    return result
