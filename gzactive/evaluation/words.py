"""What the figures of a judgement mean, in plain sentences, and where they rest on too little."""

import numpy as np

from gzactive.evaluation.bootstrap import Estimate
from gzactive.evaluation.judging import Judgement, QuestionJudgement

__all__ = ["FEW", "between", "headline", "question_notes", "share", "short_share", "worth"]

#: Galaxies below which a figure is said to be a hint only.
FEW = 30
#: A well-filled interval may still be called right if its content is so close to what it says.
_NEAR = 0.05
#: Share of counts of which W+20's coverage is told: about as many as the intervals hold.
_MOST = 0.8


def share(one: Estimate) -> str:
    """A proportion with its interval, in per cent."""
    if not one.known:
        return "–"
    return f"{100 * one.value:.0f} % ({100 * one.low:.0f}–{100 * one.high:.0f} %)"


def short_share(one: Estimate) -> str:
    """A proportion alone."""
    return f"{100 * one.value:.0f} %" if one.known else "–"


def between(one: Estimate, digits: int = 2) -> str:
    """A figure with its interval."""
    if not one.known:
        return "–"
    return f"{one.value:.{digits}f} ({one.low:.{digits}f}–{one.high:.{digits}f})"


def worth(one: Estimate) -> str:
    """How many volunteers, with the interval."""
    if not one.known:
        return "–"
    if np.isinf(one.value):
        return f"more than {one.low:.0f}" if np.isfinite(one.low) else "beyond what votes can tell"
    high = f"{one.high:.0f}" if np.isfinite(one.high) else "∞"
    return f"{one.value:.0f} ({one.low:.0f}–{high})"


def headline(found: Judgement) -> str:
    """What the judgement rests on, and its one figure, in two sentences."""
    told = (
        f"{found.galaxies:,} {'galaxy' if found.galaxies == 1 else 'galaxies'} that the model was "
        f"never trained on; held-out loss {between(found.loss)} nats a galaxy, less being better."
    )
    if found.galaxies < FEW:
        told += (
            f" That is too few to judge by: with {FEW} and more, the intervals below become useful."
        )
    return told


def question_notes(one: QuestionJudgement) -> list[str]:
    """What the figures of one question say, a sentence each."""
    notes = []
    if one.galaxies < FEW:
        notes.append(
            f"Only {one.galaxies} {'galaxy has' if one.galaxies == 1 else 'galaxies have'} votes "
            f"enough on this question: take what follows as a hint."
        )
    notes.append(
        f"The model's leading answer is the volunteers' for {share(one.accuracy)} of "
        f"{one.galaxies:,} galaxies; always giving the commonest answer would be right for "
        f"{100 * one.majority:.0f} %."
    )
    notes.append(_confident(one))
    notes.append(
        f"Vote fractions are off by {between(one.mean_absolute)} on average, "
        f"{between(one.root_mean_square)} in the root mean square, where the model itself expects "
        f"{one.root_mean_square_expected:.2f} (finite votes included: {one.votes:.0f} a galaxy)."
    )
    if one.volunteers.known:
        notes.append(
            f"It gives vote fractions as well as {worth(one.volunteers)} volunteers would."
        )
    else:
        notes.append("How many volunteers it is worth cannot be told: galaxies have one vote each.")
    notes.append(_width(one))
    notes.append(_within(one))
    if one.uncorrected is not None:
        before = one.uncorrected
        notes.append(
            f"Before the round's recalibration 80 % intervals held {share(before.eighty)}, "
            f"and the loss on this question was {before.loss.value:.3f}, now "
            f"{one.loss.value:.3f} nats."
        )
    return notes


def _confident(one: QuestionJudgement) -> str:
    if not one.confident:
        return (
            "No galaxy has five votes of which more than 80 % agree, so nothing is said of "
            "confident ones."
        )
    return (
        f"Where volunteers are confident (more than 80 % of at least five agree: "
        f"{one.confident:,} galaxies) it is right for {share(one.confident_accuracy)}."
    )


def _within(one: QuestionJudgement) -> str:
    """W+20's coverage where about four in five counts should be within reach."""
    found = one.calibration
    place = int(np.argmax(found.within_expected >= _MOST))
    held = Estimate(
        float(found.within_observed[place]),
        float(found.within_low[place]),
        float(found.within_high[place]),
        found.galaxies,
    )
    votes = "1 vote" if found.errors[place] == 1 else f"{found.errors[place]} votes"
    return (
        f"The count of an answer is within {votes} of its expectation for {share(held)}, where the "
        f"model says {100 * found.within_expected[place]:.0f} %."
    )


def _width(one: QuestionJudgement) -> str:
    held = one.calibration.eighty
    told = f"Intervals of 80 % hold {share(held)} of the votes: "
    if held.low <= 0.8 <= held.high or abs(held.value - 0.8) < _NEAR:
        return told + "the model is as sure as it may be."
    if held.value < 0.8:
        return told + "they are too narrow, the model is surer than it may be."
    return told + "they are too wide, the model could be surer."
