"""What fitting the head minimises: labelled rows, their loss with its priors, and its gradient.

The closed form of the Dirichlet-multinomial on cached features; how a fit goes about it is in
:mod:`gzactive.model.training`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.model.likelihood import dirichlet_multinomial_nll, question_totals, votes_gradient

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = ["HeadObjective", "LabelledRows"]

_NARROW = 0.5  # of the features' number: with fewer rows the fit goes on in their span
_ROWS = 2048  # looked at between two looks at the clock


@dataclass(frozen=True)
class LabelledRows:
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
    ) -> LabelledRows:
        """Check arrays for :func:`~gzactive.model.training.fit_head`, and keep rows with votes.

        Raises
        ------
        GzactiveError
            If they do not belong together or a count is negative or not finite.
        """
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

    def take(self, rows: NDArray[Any] | slice) -> LabelledRows:
        """Some of the rows."""
        return LabelledRows(
            self.features[rows], self.votes[rows], self.groups[rows], self.weights[rows]
        )

    def inputs(self) -> NDArray[np.floating[Any]]:
        """Features with a 1 appended to each, for the bias: (n, width + 1), float32 or float64."""
        dtype = np.result_type(self.features.dtype, np.float32)
        result = np.ones((len(self.features), self.features.shape[1] + 1), dtype)
        result[:, :-1] = self.features
        return result

    def loss(self, head: Head, tree: DecisionTree) -> float:
        """Mean loss a row, without the priors."""
        alpha = head.concentrations(self.features)
        return float(
            np.average(dirichlet_multinomial_nll(self.votes, alpha, tree), weights=self.weights)
        )


class HeadObjective:
    """The objective over all rows, and its minimum."""

    def __init__(
        self,
        rows: LabelledRows,
        tree: DecisionTree,
        base: Head,
        pull: NDArray[np.float64],
        anchor: float,
        tick: Callable[[], None],
    ) -> None:
        self.rows, self.tree, self.pull, self.anchor, self.tick = rows, tree, pull, anchor, tick
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
        self,
        moved: NDArray[np.float64],
        steps: int,
        tolerance: float,
        look: Callable[[NDArray[np.float64]], None] | None = None,
    ) -> tuple[NDArray[np.float64], bool]:
        """Where the objective is least, and whether that was found in so many steps of L-BFGS.

        It ends when a step lowers the objective by less than the tolerance, relatively; ``look``
        sees where it stands after each.
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
            options={"maxiter": steps, "ftol": tolerance},
        )
        # Rounding in float32 may end a line search early, at a minimum for all that is known.
        return found.x.reshape(moved.shape), found.nit < steps

    def objective(self, moved: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Mean objective a row, and its gradient by ``moved`` = kernel − base kernel."""
        # The prior is one for all rows, so a row's mean objective carries its share.
        n = len(self.rows.votes)
        pull = self.pull / n
        loss, gradient = 0.5 * float((pull * moved**2).sum()), pull * moved
        step = moved.astype(self.base_logits.dtype)
        for part, inputs in self._inputs(self._within):
            votes, share = self.rows.votes[part], self.rows.weights[part] / n
            alpha = _squashed(self.base_logits[part] + inputs @ step)
            evidence = question_totals(alpha, self.tree)
            asked = question_totals(votes, self.tree)
            held = np.zeros_like(asked)  # strength of the anchor
            np.divide(self.anchor, asked**3, out=held, where=asked > 0)
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
            yield part, self.rows.take(part).inputs()


def _squashed(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Return 1 + 100·sigmoid(z) in float64."""
    result: NDArray[np.float64] = 51.0 + 50.0 * np.tanh(0.5 * logits.astype(np.float64))
    return result
