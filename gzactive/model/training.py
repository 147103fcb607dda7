"""Fitting the head to votes on cached features: what a fine-tune round does, in seconds.

NumPy with the analytic gradient of the Dirichlet-multinomial, minimised by L-BFGS. The problem has
44,000 parameters and a closed form, so Keras would add its import, a trace for each tree and a held
GIL, and nothing else. The whole network is trained in :mod:`gzactive.model.backbone_training`.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from gzactive.model.curvature import evidence_pull, question_information
from gzactive.model.head import Head
from gzactive.model.objective import HeadObjective, LabelledRows
from gzactive.progress import Progress, silent, tell_losses

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = ["FitResult", "HeadFit", "fit_head"]

_PROGRESS_INTERVAL = 0.2  # seconds; a cancel must be answered within one
_STAGE = "Fitting the head"
_UNDECIDED = 100.0  # the pull that the first look at the evidence is taken under
_ROUGHLY = 1e-4  # tolerance of a fit that only tells the pull
_FITTING = threading.Lock()  # limits of two fits at once would not be undone in order


@dataclass(frozen=True)
class HeadFit:
    """How a head is fitted.

    From a head that knows nothing a pull of 10 did best of 3 to 1,000, over 10 to 300 galaxies of
    four sets with one vote or many; towards one that knows a question no single number did, from
    1,000 for ten galaxies to 30 for three hundred: there the votes decide. See the guide on active
    learning.
    """

    pull: float = 10.0  #: λ of ``λ/2·‖W − W_base‖²`` beside the summed loss: a Gaussian prior
    evidence_steps: int = 2  #: how often it is estimated where the base head knows a question
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
    pull: NDArray[np.float64]  #: λ of each answer, (answers,)


def fit_head(
    features: ArrayLike,
    votes: ArrayLike,
    tree: DecisionTree,
    base: Head,
    *,
    groups: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    pull: ArrayLike | None = None,
    settings: HeadFit | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> FitResult:
    """Fit a head to votes, starting from, and pulled towards, a base head.

    Minimised is the summed ``−log DirMult(k | Σk, α)`` plus two priors that keep what the votes do
    not speak of:

    - ``pull/2 · ‖W − W_base‖²``, weights and biases alike, question by question: the setting where
      the base head knows nothing (its kernel is 0), else as strong as the votes' own evidence for
      the base head, see :func:`~gzactive.model.curvature.evidence_pull`;
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
    pull : (answers,), optional
        Taken as it is; by default that of the settings, and of the evidence.
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
    data = LabelledRows.gather(features, votes, groups, weights, tree, base)
    if not len(data.votes):
        nobody = data.groups[:0]
        seconds, idle = time.monotonic() - start, np.full(base.n_answers, settings.pull)
        return FitResult(base, base, {"loss": []}, 0, seconds, "no votes", nobody, idle)
    # Products this small gain nothing from more threads, which wait for each other where the cores
    # are busy (a fit took ten times as long); one also adds in the same order everywhere.
    with _FITTING, threadpool_limits(1, user_api="blas"):
        given = None if pull is None else np.asarray(pull, np.float64)
        return _fitted(data, tree, base, given, settings, seed, progress, start)


def _fitted(
    data: LabelledRows,
    tree: DecisionTree,
    base: Head,
    pull: NDArray[np.float64] | None,
    settings: HeadFit,
    seed: int,
    progress: Progress,
    start: float,
) -> FitResult:
    """Fit with checked arguments; ``start`` is when the caller began."""
    history: dict[str, list[float]] = {"loss": []}
    training, validation = _split(data, np.random.default_rng(seed), settings)
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
    fixed = np.full(base.n_answers, settings.pull) if pull is None else pull
    fit = HeadObjective(training, tree, base, fixed, settings.anchor, tick)
    if pull is None:
        fit.pull = pull = _pull(fit, base, settings)
    ending = settings.max_epochs, settings.tolerance
    moved, converged = fit.minimised(np.zeros(fit.shape), *ending, look)
    head = whole = fit.head(moved)
    spared = data.groups[:0]
    if validation is not None:
        spared = np.unique(validation.groups)
        everything = HeadObjective(data, tree, base, pull, settings.anchor, tick)
        start_at = everything.inside(fit.change(moved))
        whole = everything.head(everything.minimised(start_at, *ending)[0])
    progress(_STAGE, epochs, epochs)
    return FitResult(
        head,
        whole,
        history,
        len(history["loss"]),
        time.monotonic() - start,
        "converged" if converged else "epochs",
        spared,
        pull,
    )


def _pull(fit: HeadObjective, base: Head, settings: HeadFit) -> NDArray[np.float64]:
    """How strongly each answer's weights are pulled towards the base head's, (answers,).

    The objective's own pull where the base head knows nothing. Two steps do: more changed held-out
    losses by less than a hundredth.
    """
    rows, tree, pull = fit.rows, fit.tree, fit.pull.copy()
    known = np.zeros(base.n_answers, dtype=bool)
    for question in tree.modelled:
        part = tree.slice(question.name)
        known[part] = base.kernel[:, part].any()
    if not known.any() or not settings.evidence_steps:
        return pull
    pull[known] = _UNDECIDED
    inputs = rows.inputs()
    for _ in range(settings.evidence_steps):
        fit.pull = pull
        moved = fit.minimised(np.zeros(fit.shape), settings.max_epochs, _ROUGHLY)[0]
        alpha = fit.head(moved).concentrations(rows.features).astype(np.float64)
        informed = question_information(rows.votes, rows.weights, alpha, tree, settings.anchor)
        informed = [one for one in informed if known[one.part][0]]
        pull = evidence_pull(informed, inputs, fit.change(moved), pull)
        fit.tick()
    return pull


def _split(
    rows: LabelledRows, rng: np.random.Generator, settings: HeadFit
) -> tuple[LabelledRows, LabelledRows | None]:
    """Training and validation rows; no validation where galaxies are too few to spare one."""
    galaxies = rng.permutation(np.unique(rows.groups))
    if len(galaxies) < settings.few or settings.validation_share == 0:
        return rows, None
    spared = galaxies[: max(1, round(settings.validation_share * len(galaxies)))]
    held = np.isin(rows.groups, spared)
    return rows.take(~held), rows.take(held)
