"""Predictions against votes, question by question: every figure of a report, as values.

Arrays in; which galaxies may judge is told by the caller. What the figures mean, in sentences, is
in :mod:`gzactive.evaluation.words`.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gzactive.active.votes import vote_fractions
from gzactive.errors import GzactiveError
from gzactive.evaluation.bootstrap import RESAMPLES, Draws, Estimate
from gzactive.evaluation.calibration import (
    BINS,
    LEVELS,
    coverage,
    expected_error,
    predicted_counts,
    reliability_sums,
)
from gzactive.evaluation.metrics import (
    concerned,
    confident,
    confusion_matrix,
    equivalent_votes,
    leading_right,
)
from gzactive.model.likelihood import question_predictive_nll
from gzactive.progress import Progress, silent
from gzactive.trees import DecisionTree

__all__ = ["CALIBRATED_ON", "Calibration", "Judgement", "QuestionJudgement", "judge"]

#: Galaxies a question that its calibration is measured on, drawn at random: 1 % is then certain.
CALIBRATED_ON = 3000

Column = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Calibration:
    """Whether one question's predictions are as sure as they may be.

    Attributes
    ----------
    levels, covered, covered_low, covered_high
        Content of highest-density intervals, and the share of counts that lie in them with its
        interval, (levels,).
    galaxies
        That this was measured on.
    errors, within_expected, within_observed, within_low, within_high
        W+20's coverage: deviations in votes, how often |k − E[k]| should be within them, and is,
        with its interval, (deviations,).
    predicted, observed, weight
        By step of the predicted fraction: its mean, that of the vote fractions, and the share of
        answers in the step, (bins,); NaN where there is none.
    error
        Expected calibration error of fractions.
    eighty
        What the interval of 80 % holds.
    loss
        Held-out loss of the question, nats a galaxy.
    """

    levels: Column
    covered: Column
    covered_low: Column
    covered_high: Column
    galaxies: int
    errors: NDArray[np.intp]
    within_expected: Column
    within_observed: Column
    within_low: Column
    within_high: Column
    predicted: Column
    observed: Column
    weight: Column
    error: Estimate
    eighty: Estimate
    loss: Estimate


@dataclass(frozen=True, eq=False)
class QuestionJudgement:
    """All figures of one question.

    Attributes
    ----------
    question
        Its name.
    galaxies, confident, votes
        Galaxies that it concerns and that have votes on it, those of them on which volunteers are
        confident, and the median number of votes.
    accuracy, confident_accuracy
        How often the leading answer is right, of all and of confident galaxies.
    majority
        Accuracy of always saying the answer that leads most often.
    root_mean_square, mean_absolute
        Error of the predicted vote fractions, over galaxies and answers.
    root_mean_square_expected
        What the former would be if the predictions were true and all that remained were chance.
    volunteers
        So many volunteers would give the fractions as well; infinite where votes cannot tell the
        model from the truth.
    confusion
        Galaxies by what the model says (rows) and what volunteers say (columns).
    calibration
        As the head is.
    uncorrected
        The same without the round's recalibration; None where there is none of this question.
    """

    question: str
    galaxies: int
    confident: int
    votes: float
    accuracy: Estimate
    confident_accuracy: Estimate
    majority: float
    root_mean_square: Estimate
    mean_absolute: Estimate
    root_mean_square_expected: float
    volunteers: Estimate
    confusion: NDArray[np.int64]
    calibration: Calibration
    uncorrected: Calibration | None

    @property
    def loss(self) -> Estimate:
        """Held-out loss of this question, nats a galaxy."""
        return self.calibration.loss


@dataclass(frozen=True, eq=False)
class Judgement:
    """A model judged on galaxies that it was never trained on.

    Attributes
    ----------
    galaxies
        Galaxies that judge.
    loss, uncorrected_loss
        Held-out loss over all questions, nats a galaxy, and without recalibration (None where there
        is none).
    questions
        In model order; those that concern no galaxy are left out.
    min_votes
        Votes that a question needed.
    """

    galaxies: int
    loss: Estimate
    uncorrected_loss: Estimate | None
    questions: tuple[QuestionJudgement, ...]
    min_votes: int

    def question(self, name: str) -> QuestionJudgement | None:
        """One question's figures, if it was judged."""
        return next((one for one in self.questions if one.question == name), None)


def judge(
    votes: ArrayLike,
    concentrations: ArrayLike,
    tree: DecisionTree,
    *,
    uncorrected: ArrayLike | None = None,
    min_votes: int = 1,
    resamples: int = RESAMPLES,
    seed: int = 0,
    progress: Progress = silent,
) -> Judgement:
    """Judge predictions by votes.

    Parameters
    ----------
    votes
        Whole counts, (galaxies, answers), of galaxies that were never trained on.
    concentrations
        What the model says of them, (galaxies, answers, samples).
    tree
        Whose ``columns`` name the answers.
    uncorrected
        What it says without recalibration, of the same shape, to show what that did.
    min_votes
        A question is judged where it has so many votes and at least half of a galaxy's volunteers
        were asked it.
    resamples, seed
        Of the bootstrap over galaxies.
    progress
        Told what is done.

    Raises
    ------
    GzactiveError
        If the shapes do not belong together or no galaxy has votes.
    """
    counts, alpha = np.asarray(votes), np.asarray(concentrations)
    if counts.shape != alpha.shape[:2] or counts.shape[1] != len(tree.columns):
        raise GzactiveError(
            f"Votes of shape {counts.shape} and concentrations of shape {alpha.shape} do not "
            f"belong to the same galaxies and to the {len(tree.columns)} answers of '{tree.id}'."
        )
    voted = counts.sum(axis=1) > 0
    counts, alpha = counts[voted], alpha[voted]
    plain = None if uncorrected is None else np.asarray(uncorrected)[voted]
    if not len(counts):
        raise GzactiveError("No galaxy has votes, so that nothing can be judged: add labels.")
    fractions = vote_fractions(alpha, tree)
    asked = concerned(counts, tree, min_votes)
    losses = question_predictive_nll(counts, alpha, tree)
    plain_losses = None if plain is None else question_predictive_nll(counts, plain, tree)
    plain_fractions = None if plain is None else vote_fractions(plain, tree)
    draws = Draws(len(counts), resamples, seed)
    found = []
    for place, question in enumerate(tree.modelled):
        progress("Judging the model", place, len(tree.modelled))
        rows, part = np.flatnonzero(asked[:, place]), tree.slice(question.name)
        if not len(rows):
            continue
        one = _Question(counts[rows, part], rows, draws, seed)
        now = one.calibration(alpha[rows, part], fractions[rows, part], losses[rows, place])
        before = None
        if (
            plain is not None
            and plain_losses is not None
            and plain_fractions is not None
            and not np.array_equal(plain[rows, part], alpha[rows, part])
        ):
            before = one.calibration(
                plain[rows, part], plain_fractions[rows, part], plain_losses[rows, place]
            )[0]
        found.append(one.judgement(question.name, fractions[rows, part], *now, before))
    progress("Judging the model", len(tree.modelled), len(tree.modelled))
    return Judgement(
        galaxies=len(counts),
        loss=_mean(losses.sum(axis=1), draws),
        uncorrected_loss=None if plain_losses is None else _mean(plain_losses.sum(axis=1), draws),
        questions=tuple(found),
        min_votes=min_votes,
    )


def _mean(values: Column, draws: Draws, rows: NDArray[np.intp] | None = None) -> Estimate:
    columns = np.stack([values, np.ones_like(values)], axis=1)
    return draws.sums(columns, rows).ratio(0, 1, len(values))


@dataclass(frozen=True, eq=False)
class _Question:
    """The votes of one question, (galaxies, answers), and how figures are resampled.

    ``rows`` are these galaxies among all that are drawn.
    """

    counts: NDArray[np.int64]
    rows: NDArray[np.intp]
    draws: Draws
    seed: int

    def calibration(
        self, alpha: NDArray[np.floating], fractions: Column, losses: Column
    ) -> tuple[Calibration, float]:
        """Calibration, and the mean predicted variance of vote fractions."""
        some = np.arange(len(self.counts))
        if len(some) > CALIBRATED_ON:
            rng = np.random.default_rng(self.seed)
            some = np.sort(rng.choice(some, CALIBRATED_ON, replace=False))
        counts = predicted_counts(self.counts[some], alpha[some])
        inside = coverage(counts)
        sums = reliability_sums(fractions[some], self.counts[some])
        within = counts.observed_within
        columns = np.concatenate([inside, *sums, within, np.ones((len(some), 1))], axis=1)
        drawn = self.draws.sums(columns, self.rows[some])
        cells = sums[0].shape[1]
        bounds = np.cumsum([len(LEVELS), cells, cells, cells, within.shape[1]])

        def parts(values: Column) -> list[Column]:
            return np.split(values, bounds, axis=-1)

        held = [drawn.ratio(place, -1, len(some)) for place in range(len(LEVELS))]
        near = [drawn.ratio(place, -1, len(some)) for place in range(bounds[3], bounds[4])]
        # The diagram shows all answers together, bin by bin.
        said, seen, number = (one.reshape(-1, BINS).sum(axis=0) for one in parts(drawn.sums)[1:4])
        with np.errstate(invalid="ignore"):
            predicted, observed = said / number, seen / number
        calibration = Calibration(
            levels=LEVELS,
            covered=np.array([one.value for one in held]),
            covered_low=np.array([one.low for one in held]),
            covered_high=np.array([one.high for one in held]),
            galaxies=len(some),
            errors=counts.errors,
            within_expected=counts.within.mean(axis=0),
            within_observed=np.array([one.value for one in near]),
            within_low=np.array([one.low for one in near]),
            within_high=np.array([one.high for one in near]),
            predicted=predicted,
            observed=observed,
            weight=number / number.sum(),
            error=_around(
                drawn.estimate(lambda sums: expected_error(*parts(sums)[1:4]), len(some))
            ),
            eighty=held[int(np.flatnonzero(np.isclose(LEVELS, 0.8))[0])],
            loss=_mean(losses, self.draws, self.rows),
        )
        return calibration, float(counts.variance.mean())

    def judgement(
        self,
        name: str,
        fractions: Column,
        calibration: Calibration,
        variance: float,
        uncorrected: Calibration | None,
    ) -> QuestionJudgement:
        """All figures of the question."""
        total = self.counts.sum(axis=1)
        right, sure = leading_right(fractions, self.counts), confident(self.counts)
        off = fractions - self.counts / total[:, None]
        scatter, error = equivalent_votes(fractions, self.counts)
        columns = np.stack(
            [
                np.ones(len(total)),
                right,
                sure,
                right & sure,
                (off**2).mean(axis=1),
                np.abs(off).mean(axis=1),
                scatter,
                error,
            ],
            axis=1,
        )
        drawn = self.draws.sums(columns, self.rows)
        n, several = len(total), int((total > 1).sum())
        return QuestionJudgement(
            question=name,
            galaxies=n,
            confident=int(sure.sum()),
            votes=float(np.median(total)),
            accuracy=drawn.proportion(1, 0, n),
            confident_accuracy=drawn.proportion(3, 2, int(sure.sum())),
            majority=float(np.bincount(self.counts.argmax(axis=1)).max() / n),
            root_mean_square=drawn.estimate(lambda s: np.sqrt(s[..., 4] / s[..., 0]), n),
            mean_absolute=drawn.ratio(5, 0, n),
            root_mean_square_expected=float(np.sqrt(variance)),
            volunteers=_worth(drawn.sums, drawn.draws, several),
            confusion=confusion_matrix(fractions, self.counts),
            calibration=calibration,
            uncorrected=uncorrected,
        )


def _around(one: Estimate) -> Estimate:
    """The interval stretched to its figure: drawing again adds to a mean of absolute values."""
    return replace(one, low=min(one.low, one.value), high=max(one.high, one.value))


def _worth(sums: Column, draws: Column, galaxies: int) -> Estimate:
    """Σ scatter / Σ error, infinite where the error is not above 0."""
    if not sums[6] > 0:
        return Estimate(np.nan, np.nan, np.nan, galaxies)

    def ratio(values: Column) -> Column:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(values[..., 7] > 0, values[..., 6] / values[..., 7], np.inf)

    low, high = np.quantile(ratio(draws), [0.05, 0.95], method="nearest")
    return Estimate(float(ratio(sums)), float(low), float(high), galaxies)
