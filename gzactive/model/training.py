"""Fitting the head to votes on cached features: what a fine-tune round does, in seconds.

NumPy with the analytic gradient of the Dirichlet-multinomial, minimised by L-BFGS. The problem has
44,000 parameters and a closed form, so Keras would add its import, a trace for each tree and a held
GIL, and nothing else. The whole network is trained in :mod:`gzactive.model.backbone_training`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.model.likelihood import dirichlet_multinomial_nll, question_totals, votes_gradient
from gzactive.progress import Progress, silent, tell_losses

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = ["FitResult", "HeadFit", "fit_head"]

_PROGRESS_INTERVAL = 0.2  # seconds; a cancel must be answered within one
_STAGE = "Fitting the head"
_NARROW = 0.5  # of the features' number: with fewer rows the fit goes on in their span
_ROWS = 2048  # looked at between two looks at the clock
_FITTING = threading.Lock()  # limits of two fits at once would not be undone in order


@dataclass(frozen=True)
class HeadFit:
    """How a head is fitted.

    The pull did best of 0.3 to 100, over 50 and 300 galaxies of three sets, from a fresh head and
    from a fitted one; see the guide on active learning.
    """

    pull: float = 30.0  #: λ of ``λ/2·‖W − W_base‖²`` beside the summed loss: a Gaussian prior
    anchor: float = 3.0  #: τ of the evidence anchor, see :func:`fit_head`
    max_epochs: int = 100  #: steps of L-BFGS, each of which sees all rows
    tolerance: float = 1e-6  #: the fit ends when a step lowers the objective by less, relatively
    validation_share: float = 0.2  #: of the labelled galaxies, set aside from the first fit
    few: int = 20  #: with fewer galaxies none is set aside


@dataclass(frozen=True)
class FitResult:
    """A fitted head and how it came about."""

    head: Head  #: fitted without the galaxies that were set aside
    whole: Head  #: fitted to all; the same head where none was set aside
    history: dict[str, list[float]]  #: "loss" and, where galaxies were spared, "validation_loss"
    epochs: int  #: steps of the first fit
    seconds: float
    stopped: Literal["converged", "epochs", "no votes"]  #: why it ended
    spared: NDArray[Any]  #: the groups that were set aside


def fit_head(
    features: ArrayLike,
    votes: ArrayLike,
    tree: DecisionTree,
    base: Head,
    *,
    groups: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    settings: HeadFit | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> FitResult:
    """Fit a head to votes, starting from, and pulled towards, a base head.

    Minimised is the summed ``−log DirMult(k | Σk, α)`` plus two priors that keep what the votes do
    not speak of:

    - ``pull/2 · ‖W − W_base‖²``, weights and biases alike;
    - the evidence anchor ``anchor · (log Σα − log Σα_base)² / N³`` for each question asked N times
      of a galaxy. One vote has likelihood α_a/Σα and says nothing of Σα, yet any step on the logits
      moves it, to three times its value on real galaxies: the anchor holds it. N votes do inform
      log Σα, by about ``½((N−1)/(N+Σα))²`` (overdispersion), which outgrows the anchor from some
      seven votes on.

    A question without votes has no gradient at all and keeps the base head exactly.

    It is fitted twice: without a fifth of the galaxies, which tell how well it does on what it has
    not seen, and then on with all of them.

    Parameters
    ----------
    features : (n, width)
        Cached features, float16 or float32; several rows may be views of one galaxy.
    votes : (n, answers)
        Counts in the order of ``tree.columns``; rows without any are left out.
    tree : DecisionTree
    base : Head
    groups : (n,), optional
        Which galaxy a row shows: galaxies are set aside, never single views of one.
    weights : (n,), optional
        Of each row's loss, e.g. 1/8 for each of 8 views; by default 1.
    settings : HeadFit, optional
    seed : of the split
    progress : called several times a second; what it raises ends the fit

    Returns
    -------
    FitResult

    Raises
    ------
    GzactiveError
        If the arrays do not belong together or a count is negative or not finite.
    """
    start = time.monotonic()
    settings = settings or HeadFit()
    data = _Rows.gather(features, votes, groups, weights, tree, base)
    if not len(data.votes):
        nobody = data.groups[:0]
        return FitResult(base, base, {"loss": []}, 0, time.monotonic() - start, "no votes", nobody)
    # Products this small gain nothing from more threads, which wait for each other where the cores
    # are busy (a fit took ten times as long); one also adds in the same order everywhere.
    with _FITTING, threadpool_limits(1, user_api="blas"):
        return _fitted(data, tree, base, settings, seed, progress, start)


def _fitted(
    data: _Rows,
    tree: DecisionTree,
    base: Head,
    settings: HeadFit,
    seed: int,
    progress: Progress,
    start: float,
) -> FitResult:
    """Fit with checked arguments; ``start`` is when the caller began."""
    history: dict[str, list[float]] = {"loss": []}
    training, validation = data.split(np.random.default_rng(seed), settings)
    if validation is not None:
        history["validation_loss"] = []
    epochs, ticked = settings.max_epochs, [0.0]

    def tick() -> None:
        if time.monotonic() - ticked[0] > _PROGRESS_INTERVAL:
            ticked[0] = time.monotonic()
            progress(_STAGE, min(len(history["loss"]), epochs), epochs)

    def look(moved: NDArray[np.float64]) -> None:
        history["loss"].append(fit.loss)
        if validation is not None:
            history["validation_loss"].append(validation.loss(fit.head(moved), tree))
        tell_losses(progress, history)

    progress(_STAGE, 0, epochs)
    fit = _Fit(training, tree, base, settings, tick)
    moved, converged = fit.minimised(np.zeros(fit.shape), look)
    head = whole = fit.head(moved)
    spared = data.groups[:0]
    if validation is not None:
        spared = np.unique(validation.groups)
        everything = _Fit(data, tree, base, settings, tick)
        whole = everything.head(everything.minimised(everything.inside(fit.change(moved)))[0])
    progress(_STAGE, epochs, epochs)
    return FitResult(
        head,
        whole,
        history,
        len(history["loss"]),
        time.monotonic() - start,
        "converged" if converged else "epochs",
        spared,
    )


@dataclass(frozen=True)
class _Rows:
    """Labelled rows: features, votes, galaxy and weight."""

    features: NDArray[Any]
    votes: NDArray[np.float64]
    groups: NDArray[Any]
    weights: NDArray[np.float64]

    @classmethod
    def gather(
        cls,
        features: ArrayLike,
        votes: ArrayLike,
        groups: ArrayLike | None,
        weights: ArrayLike | None,
        tree: DecisionTree,
        base: Head,
    ) -> _Rows:
        counts = np.asarray(votes, np.float64)
        n = len(counts)
        rows = cls(
            np.asarray(features),
            counts,
            np.arange(n) if groups is None else np.asarray(groups),
            np.ones(n) if weights is None else np.asarray(weights, np.float64),
        )
        expected = {
            "features": (rows.features.shape, (n, base.width)),
            "votes": (counts.shape, (n, len(tree.columns))),
            "head": (base.bias.shape, (len(tree.columns),)),
            "groups": (rows.groups.shape, (n,)),
            "weights": (rows.weights.shape, (n,)),
        }
        for name, (shape, needed) in expected.items():
            if shape != needed:
                raise GzactiveError(
                    f"Fitting a head to '{tree.id}' needs {name} of shape {needed}, not {shape}: "
                    f"they belong to another tree, backbone or set of galaxies."
                )
        for name, values in (("vote", counts), ("weight", rows.weights)):
            if not (np.isfinite(values).all() and (values >= 0).all()):
                raise GzactiveError(
                    f"A {name} is negative or not a number: correct the table of labels."
                )
        if not np.isfinite(rows.features).all():
            raise GzactiveError(
                "A feature is not a finite number: clear this project's feature cache and compute "
                "it again."
            )
        return rows.take((counts.sum(axis=1) > 0) & (rows.weights > 0))

    def take(self, rows: NDArray[Any]) -> _Rows:
        return _Rows(self.features[rows], self.votes[rows], self.groups[rows], self.weights[rows])

    def split(self, rng: np.random.Generator, settings: HeadFit) -> tuple[_Rows, _Rows | None]:
        """Training and validation rows; no validation where galaxies are too few to spare one."""
        galaxies = rng.permutation(np.unique(self.groups))
        if len(galaxies) < settings.few or settings.validation_share == 0:
            return self, None
        spared = galaxies[: max(1, round(settings.validation_share * len(galaxies)))]
        held = np.isin(self.groups, spared)
        return self.take(~held), self.take(held)

    def loss(self, head: Head, tree: DecisionTree) -> float:
        """Mean loss a row, without the priors."""
        alpha = head.concentrations(self.features)
        return float(
            np.average(dirichlet_multinomial_nll(self.votes, alpha, tree), weights=self.weights)
        )


class _Fit:
    """The objective over all rows, and its minimum."""

    def __init__(
        self,
        rows: _Rows,
        tree: DecisionTree,
        base: Head,
        settings: HeadFit,
        tick: Callable[[], None],
    ) -> None:
        self.rows, self.tree, self.settings, self.tick = rows, tree, settings, tick
        # The bias is the kernel's last row, against a feature that is always 1.
        self.base = np.vstack([base.kernel, base.bias]).astype(np.float32)
        self.sizes = [len(question.answers) for question in tree.modelled]
        self.loss = np.inf  #: the objective where it was computed last
        # The pull leaves the kernel in the span of the rows, which is small where they are few.
        self.span: NDArray[Any] | None = None
        if len(rows.votes) < _NARROW * len(self.base):
            self.span = np.linalg.qr(np.concatenate([x for _, x in self._inputs()]).T)[0]
        self.base_logits = np.concatenate([x @ self.base for _, x in self._inputs()])
        self.base_evidence = question_totals(_squashed(self.base_logits), tree)
        self._within: NDArray[Any] | None = None  # the rows in that span
        if self.span is not None:
            self._within = np.concatenate([x @ self.span for _, x in self._inputs()])

    @property
    def shape(self) -> tuple[int, int]:
        """Of what is fitted, the change of the kernel within the span: (width, answers)."""
        return (len(self.base) if self.span is None else self.span.shape[1], self.base.shape[1])

    def change(self, moved: NDArray[np.float64]) -> NDArray[np.float64]:
        """The change of kernel and bias: (width of the features + 1, answers)."""
        return moved if self.span is None else self.span.astype(np.float64) @ moved

    def inside(self, change: NDArray[np.float64]) -> NDArray[np.float64]:
        """The reverse of :meth:`change`, as near as the span allows."""
        return change if self.span is None else self.span.T.astype(np.float64) @ change

    def head(self, moved: NDArray[np.float64]) -> Head:
        """The head whose weights are so far from the base head's."""
        kernel = self.base + self.change(moved).astype(np.float32)
        return Head(kernel[:-1], kernel[-1])

    def minimised(
        self, moved: NDArray[np.float64], look: Callable[[NDArray[np.float64]], None] | None = None
    ) -> tuple[NDArray[np.float64], bool]:
        """Where the objective is least, and whether that was found in time.

        ``look`` sees where it stands after each step.
        """
        from scipy.optimize import minimize

        def flat(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            loss, gradient = self.objective(values.reshape(moved.shape))
            return loss, gradient.ravel()

        found = minimize(
            flat,
            moved.ravel(),
            jac=True,
            method="L-BFGS-B",
            callback=None if look is None else lambda values: look(values.reshape(moved.shape)),
            options={"maxiter": self.settings.max_epochs, "ftol": self.settings.tolerance},
        )
        # Rounding in float32 may end a line search early, at a minimum for all that is known.
        return found.x.reshape(moved.shape), found.nit < self.settings.max_epochs

    def objective(self, moved: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Mean objective a row, and its gradient by ``moved`` = kernel − base kernel."""
        # The prior is one for all rows, so a row's mean objective carries its share.
        n, pull = len(self.rows.votes), self.settings.pull / len(self.rows.votes)
        loss, gradient = 0.5 * pull * float((moved**2).sum()), pull * moved
        step = moved.astype(self.base_logits.dtype)
        for part, inputs in self._inputs(self._within):
            votes, share = self.rows.votes[part], self.rows.weights[part] / n
            alpha = _squashed(self.base_logits[part] + inputs @ step)
            evidence = question_totals(alpha, self.tree)
            asked = question_totals(votes, self.tree)
            held = np.zeros_like(asked)  # strength of the anchor
            np.divide(self.settings.anchor, asked**3, out=held, where=asked > 0)
            drift = np.log(evidence / self.base_evidence[part])
            losses = dirichlet_multinomial_nll(votes, alpha, self.tree)
            loss += float((losses + (held * drift**2).sum(axis=1)) @ share)
            by_alpha = votes_gradient(votes, alpha, self.tree)
            by_alpha += np.repeat(2 * held * drift / evidence, self.sizes, axis=1)
            by_logit = by_alpha * ((alpha - 1.0) * (101.0 - alpha) / 100.0)
            gradient += inputs.T @ (by_logit * share[:, None]).astype(inputs.dtype)
            self.tick()
        self.loss = loss
        return loss, gradient

    def _inputs(self, within: NDArray[Any] | None = None) -> Iterator[tuple[slice, NDArray[Any]]]:
        """Some rows after another: within the span, or features with a 1 appended to each."""
        for start in range(0, len(self.rows.votes), _ROWS):
            part = slice(start, start + _ROWS)
            if within is not None:
                yield part, within[part]
                continue
            features = self.rows.features[part]
            dtype = np.result_type(features.dtype, np.float32)
            inputs = np.ones((len(features), features.shape[1] + 1), dtype)
            inputs[:, :-1] = features
            yield part, inputs


def _squashed(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Return 1 + 100·sigmoid(z) in float64."""
    result: NDArray[np.float64] = 51.0 + 50.0 * np.tanh(0.5 * logits.astype(np.float64))
    return result
