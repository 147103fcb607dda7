"""Fitting the head to votes on cached features: what a fine-tune round does, in seconds.

NumPy with the analytic gradient of the Dirichlet-multinomial. The problem has 44,000 parameters and
a closed form, so Keras would add its import, a trace for each tree and a held GIL, and nothing
else. The whole network is trained in :mod:`gzactive.model.backbone_training`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from gzactive.errors import GzactiveError
from gzactive.model.head import DROPOUT_RATE, Head
from gzactive.model.likelihood import dirichlet_multinomial_nll, question_totals, votes_gradient
from gzactive.progress import Progress, silent, tell_losses

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = ["FitResult", "HeadFit", "fit_head"]

_PROGRESS_INTERVAL = 0.2  # seconds; a cancel must be answered within one
_STAGE = "Fitting the head"
_FITTING = threading.Lock()  # limits of two fits at once would not be undone in order


@dataclass(frozen=True)
class HeadFit:
    """How a head is fitted.

    The defaults did best over 10 to 1,000 galaxies with single votes, from a fresh head and from a
    fitted one, on the simulated sky and on real galaxies with a head from the simulated sky.
    """

    learning_rate: float = 2e-4  #: of Adam
    batch: int = 128  #: rows a step
    dropout: float = DROPOUT_RATE
    patience: int = 10  #: epochs without a better validation loss
    max_epochs: int = 300
    validation_share: float = 0.2  #: of the labelled galaxies
    pull: float = 50.0  #: λ of ``λ/2·‖W − W_base‖²`` beside the summed loss: a Gaussian prior
    anchor: float = 3.0  #: τ of the evidence anchor, see :func:`fit_head`
    few: int = 20  #: with fewer galaxies none is spared for validation …
    few_epochs: int = 30  #: … and the fit stops after this many epochs


@dataclass(frozen=True)
class FitResult:
    """A fitted head and how it came about."""

    head: Head
    history: dict[str, list[float]]  #: "loss" and, where galaxies were spared, "validation_loss"
    epochs: int  #: epochs run
    seconds: float
    stopped: Literal["patience", "epochs", "no votes"]  #: why it ended
    spared: NDArray[Any]  #: the groups that early stopping judged by


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

    Minimised by Adam, with dropout on the features, is the summed ``−log DirMult(k | Σk, α)`` plus
    two priors that keep what the votes do not speak of:

    - ``pull/2 · ‖W − W_base‖²``, weights and biases alike;
    - the evidence anchor ``anchor · (log Σα − log Σα_base)² / N³`` for each question asked N times
      of a galaxy, both under the same dropout mask. One vote has likelihood α_a/Σα and says nothing
      of Σα, yet any step on the logits moves it, to three times its value on real galaxies: the
      anchor holds it. N votes do inform log Σα, by about ``½((N−1)/(N+Σα))²`` (overdispersion),
      which outgrows the anchor from some seven votes on.

    A question without votes has no gradient at all and keeps the base head exactly.

    Parameters
    ----------
    features : (n, width)
        Cached features, float16 or float32; several rows may be views of one galaxy.
    votes : (n, answers)
        Counts in the order of ``tree.columns``; rows without any are left out.
    tree : DecisionTree
    base : Head
    groups : (n,), optional
        Which galaxy a row shows: early stopping splits galaxies, never the views of one.
    weights : (n,), optional
        Of each row's loss, e.g. 1/8 for each of 8 views; by default 1.
    settings : HeadFit, optional
    seed : of the split, the order and the dropout
    progress : called several times a second; what it raises ends the fit

    Returns
    -------
    FitResult
        The head of the epoch with the best validation loss.

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
        return FitResult(base, {"loss": []}, 0, time.monotonic() - start, "no votes", nobody)
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
    rng = np.random.default_rng(seed)
    history: dict[str, list[float]] = {"loss": []}
    training, validation = data.split(rng, settings)
    if validation is not None:
        history["validation_loss"] = []
    fit = _Fit(training, tree, base, settings, rng)
    best, best_loss, waited = base, np.inf, 0
    epochs = settings.max_epochs if validation is not None else settings.few_epochs
    stopped: Literal["patience", "epochs"] = "epochs"
    for epoch in range(epochs):
        progress(_STAGE, epoch, epochs)
        history["loss"].append(fit.epoch(lambda done=epoch: progress(_STAGE, done, epochs)))
        head = fit.head()
        if validation is None:
            best = head
            tell_losses(progress, history)
            continue
        loss = validation.loss(head, tree)
        history["validation_loss"].append(loss)
        tell_losses(progress, history)
        waited += 1
        if loss < best_loss:
            best, best_loss, waited = head, loss, 0
        elif waited >= settings.patience:
            stopped = "patience"
            break
    progress(_STAGE, epochs, epochs)
    ran = len(history["loss"])
    spared = data.groups[:0] if validation is None else np.unique(validation.groups)
    return FitResult(best, history, ran, time.monotonic() - start, stopped, spared)


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
        if len(galaxies) < settings.few:
            return self, None
        spared = galaxies[: max(1, round(settings.validation_share * len(galaxies)))]
        held = np.isin(self.groups, spared)
        return self.take(~held), self.take(held)

    def loss(self, head: Head, tree: DecisionTree) -> float:
        """Mean loss a row, without dropout and priors."""
        alpha = head.concentrations(self.features)
        return float(
            np.average(dirichlet_multinomial_nll(self.votes, alpha, tree), weights=self.weights)
        )


class _Fit:
    """The parameters while they are fitted: Adam (Kingma & Ba 2015) on kernel and bias."""

    def __init__(
        self,
        rows: _Rows,
        tree: DecisionTree,
        base: Head,
        settings: HeadFit,
        rng: np.random.Generator,
    ) -> None:
        self.rows, self.tree, self.settings, self.rng = rows, tree, settings, rng
        # The bias is the kernel's last row, against a feature that is always 1 and never dropped.
        self.base = np.vstack([base.kernel, base.bias]).astype(np.float32)
        self.moved = np.zeros_like(self.base)
        self.mean, self.square, self.steps = np.zeros_like(self.base), np.zeros_like(self.base), 0
        self.sizes = [len(question.answers) for question in tree.modelled]

    def head(self) -> Head:
        kernel = self.base + self.moved
        return Head(kernel[:-1], kernel[-1])

    def epoch(self, tick: Any) -> float:
        """One pass over the rows in random order; the mean objective a row, priors included."""
        total, ticked = 0.0, time.monotonic()
        for batch in self._batches():
            if time.monotonic() - ticked > _PROGRESS_INTERVAL:
                ticked = time.monotonic()
                tick()
            inputs = self.dropped(batch.features)
            loss, gradient = self.objective(inputs, batch.votes, batch.weights, self.moved)
            total += loss * len(batch.votes)
            self._step(gradient)
        return total / len(self.rows.votes)

    def _batches(self) -> Iterator[_Rows]:
        order = self.rng.permutation(len(self.rows.votes))
        for start in range(0, len(order), self.settings.batch):
            yield self.rows.take(order[start : start + self.settings.batch])

    def dropped(self, features: NDArray[Any]) -> NDArray[np.float32]:
        """Features under fresh inverted-dropout masks, with the constant feature appended."""
        inputs = np.ones((len(features), features.shape[1] + 1), np.float32)
        inputs[:, :-1] = features
        if self.settings.dropout > 0:
            # 16 random bits decide each mask: half the cost of a random float.
            bits = self.rng.integers(0, 1 << 16, features.shape, np.uint16)
            inputs[:, :-1] *= bits >= round(self.settings.dropout * (1 << 16))
            inputs[:, :-1] /= 1.0 - self.settings.dropout
        return inputs

    def objective(
        self,
        inputs: NDArray[Any],
        votes: NDArray[np.float64],
        weights: NDArray[np.float64],
        moved: NDArray[Any],
    ) -> tuple[float, NDArray[Any]]:
        """Mean objective of some rows, and its gradient by ``moved`` = kernel − base kernel."""
        base_logits = inputs @ self.base
        alpha = _squashed(base_logits + inputs @ moved)
        base_alpha = _squashed(base_logits)
        evidence = question_totals(alpha, self.tree)
        asked = question_totals(votes, self.tree)
        held = np.zeros_like(asked)  # strength of the anchor
        np.divide(self.settings.anchor, asked**3, out=held, where=asked > 0)
        drift = np.log(evidence / question_totals(base_alpha, self.tree))
        rows = dirichlet_multinomial_nll(votes, alpha, self.tree) + (held * drift**2).sum(axis=1)
        by_alpha = votes_gradient(votes, alpha, self.tree)
        by_alpha += np.repeat(2 * held * drift / evidence, self.sizes, axis=1)
        by_logit = by_alpha * ((alpha - 1.0) * (101.0 - alpha) / 100.0)
        share = weights / len(votes)
        gradient = inputs.T @ (by_logit * share[:, None]).astype(inputs.dtype)
        # The prior is one for all rows, so a row's mean objective carries its share.
        pull = self.settings.pull / len(self.rows.votes)
        loss = float(rows @ share) + 0.5 * pull * float((moved.astype(np.float64) ** 2).sum())
        return loss, gradient + pull * moved

    def _step(self, gradient: NDArray[np.float32]) -> None:
        self.steps += 1
        self.mean += 0.1 * (gradient - self.mean)
        self.square += 0.001 * (gradient**2 - self.square)
        mean = self.mean / (1.0 - 0.9**self.steps)
        scale = np.sqrt(self.square / (1.0 - 0.999**self.steps)) + 1e-7
        self.moved -= self.settings.learning_rate * mean / scale


def _squashed(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Return 1 + 100·sigmoid(z) in float64."""
    result: NDArray[np.float64] = 51.0 + 50.0 * np.tanh(0.5 * logits.astype(np.float64))
    return result
