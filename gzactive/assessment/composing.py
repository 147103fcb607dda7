"""An assessment as one HTML file: what the figures mean first, then the figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gzactive.assessment.of_labellers import LabellerLine
from gzactive.assessment.of_projects import Assessment, RoundPoint
from gzactive.assessment.tables import (
    accuracy_table,
    calibration_table,
    fraction_table,
    labeller_table,
)
from gzactive.errors import GzactiveError
from gzactive.evaluation.judging import CALIBRATED_ON, Judgement, QuestionJudgement
from gzactive.evaluation.plots import calibration_curves, learning_curves, rounds_curve
from gzactive.evaluation.report import Chart, Matrix, Section, write_report
from gzactive.evaluation.saving import Saving
from gzactive.evaluation.words import headline, question_notes
from gzactive.trees import DecisionTree

__all__ = ["rounds_sentence", "write_assessment"]

_MATRIX = (
    "Galaxies by the model's leading answer (rows) and the volunteers' (columns); the stronger the "
    "colour, the larger its share of the column. On the diagonal they agree."
)
_CURVES = (
    "Left: what share of the counts highest-density intervals (HDI) of the predicted votes hold; "
    "middle: how often a count k is within e = 0, 1, 2 … votes of its expectation E[k], a dot for "
    "each e; both with their 90 % band. Right: vote fractions by predicted fraction, a dot's area "
    "telling how many answers stand there. On the dashed lines the model is exactly as sure as it "
    "may be; below the left and the middle one it is surer than it may be."
)


def write_assessment(
    path: Path,
    found: Assessment,
    *,
    saving: Saving | None = None,
    labellers: Sequence[LabellerLine] = (),
) -> None:
    """Write the report; an older one is replaced when the new one is whole.

    Parameters
    ----------
    path
        The HTML file.
    found
        What is reported.
    saving, labellers
        Shown where they are given.

    Raises
    ------
    GzactiveError
        If the file cannot be written.
    """
    judgement = found.judgement
    lead = found.empty
    sections: list[Section] = []
    if judgement is not None:
        lead = f"Judged: {found.model}, by {found.votes_from}. {headline(judgement)}"
        sections.append(_overview(found, judgement))
        sections.append(_fractions(judgement))
        if found.rounds or saving is not None:
            sections.append(_learning(found.rounds, saving))
        sections.append(_calibration(judgement))
        sections += [
            _question(one, found.tree, explained=place == 0)
            for place, one in enumerate(judgement.questions)
        ]
    if labellers:
        sections.append(_labellers(labellers))
    if judgement is not None:
        sections.append(_reading(judgement, found.made))
    try:
        write_report(path, f"{found.name}: how good the model is", lead, sections)
    except OSError as error:
        raise GzactiveError(
            f"The report {path} cannot be written ({error.strerror or error}): choose another "
            "place."
        ) from error


def _overview(found: Assessment, judgement: Judgement) -> Section:
    notes = []
    if found.unseen:
        notes.append(f"{found.unseen:,} more galaxies have votes, but no features yet.")
    if found.picked:
        notes.append(
            f"{found.picked:,} more were picked by hand and not drawn at random: they may be "
            "easier, or harder, than others, and do not judge."
        )
    if judgement.uncorrected_loss is not None:
        notes.append(
            f"The round's recalibration changed the held-out loss from "
            f"{judgement.uncorrected_loss.value:.3f} to {judgement.loss.value:.3f} nats a galaxy."
        )
    return Section(
        "How often it is right",
        "How often the model's leading answer is the volunteers', for all galaxies that a question "
        "concerns and for those on which more than 80 % of at least five volunteers agree; "
        "“commonest” is how often always giving the commonest answer would be right. In "
        "brackets, here and below: the interval that holds the truth in nine of ten cases.",
        notes=notes,
        table=accuracy_table(judgement),
    )


def rounds_sentence(points: Sequence[RoundPoint]) -> str:
    """What the last round brought against the start, galaxy by galaxy."""
    last = points[-1]
    gain = last.gain
    told = (
        f"Round {last.number} changed the loss of the start by {-gain.value:+.2f} nats a galaxy "
        f"({-gain.high:+.2f} to {-gain.low:+.2f})"
    )
    told = told.replace("-", "−")
    if gain.low > 0:
        return f"{told}: it is better."
    return f"{told}: {'it is worse' if gain.high < 0 else 'that may be chance'}."


def _fractions(found: Judgement) -> Section:
    return Section(
        "How far vote fractions are off",
        "Errors are between predicted and observed fractions, over all answers, and contain the "
        "chance of finite votes; “volunteers” is how many of them would give the fractions as well "
        "as the model does, with that chance taken off.",
        table=fraction_table(found),
    )


def _learning(points: Sequence[RoundPoint], saving: Saving | None) -> Section:
    charts = []
    if len(points) > 1:
        charts.append(
            Chart(
                rounds_curve(
                    [one.labels for one in points],
                    [one.loss.value for one in points],
                    [one.loss.low for one in points],
                    [one.loss.high for one in points],
                    [f"{one.number}" if one.number else "start" for one in points],
                ),
                "Held-out loss of each round, all on the same reserved galaxies and the votes of "
                "today, with 90 % intervals. The galaxies are the same, so rounds differ more "
                f"surely than their intervals suggest. {rounds_sentence(points)}",
            )
        )
    if saving is not None and saving.curve:
        import pandas as pd

        table = pd.DataFrame(saving.curve, columns=["strategy", "labels", "held_out_loss"])
        charts.append(
            Chart(
                learning_curves(table, label="held-out loss (nats a galaxy)"),
                "Heads fitted anew to labels that the model asked for and to labels of random "
                "galaxies, judged on random galaxies that neither knew. They serve nobody else.",
            )
        )
    return Section(
        "What labels brought",
        saving.sentence if saving is not None else "",
        charts=charts,
    )


def _calibration(found: Judgement) -> Section:
    recalibrated = any(one.uncorrected is not None for one in found.questions)
    told = (
        "A model may only be as sure as it is right. Of votes, 80 % should lie in its 80 % "
        "intervals; the calibration error is how far predicted fractions are from vote fractions, "
        "and should be 0 (of few galaxies, chance alone makes it larger). The loss is how much the "
        "votes surprise the model."
    )
    if recalibrated:
        told += (
            " The round was corrected by two numbers a question, fitted to training galaxies that "
            "its fit had left aside: where there is an arrow, figures before it are without."
        )
    return Section("As sure as it may be?", told, table=calibration_table(found))


def _question(one: QuestionJudgement, tree: DecisionTree, *, explained: bool) -> Section:
    """One question; how its figures are read is told once, with the first."""
    question = tree.question(one.question)
    answers = [answer.name for answer in question.answers]
    return Section(
        f"{question.text} ({one.question})",
        notes=question_notes(one),
        matrix=Matrix(answers, one.confusion.tolist(), _MATRIX if explained else ""),
        charts=[
            Chart(
                calibration_curves(one.calibration, one.uncorrected), _CURVES if explained else ""
            )
        ],
    )


def _labellers(lines: Sequence[LabellerLine]) -> Section:
    return Section(
        "Labellers",
        "How large a share of the others' votes somebody's answers got, beside what answers drawn "
        "at random from theirs would have got; and how often the same answer was given when a "
        "galaxy was shown again. Who calls more than half of 150 galaxies artifacts is left out by "
        "Walmsley et al. 2022; here it is said, and the votes stay until you weigh them less in "
        "the settings.",
        table=labeller_table(lines),
    )


def _reading(found: Judgement, made: str) -> Section:
    votes = "one vote" if found.min_votes == 1 else f"{found.min_votes} votes"
    return Section(
        "How this was judged",
        notes=[
            "Only galaxies judge that were set aside by lot when the project was made, and no "
            "round was ever fitted to them. Whether the start weights had met them elsewhere, this "
            "program cannot know.",
            f"A question is judged on galaxies where it has at least {votes} and at least half of "
            "the galaxy's volunteers were asked it.",
            "Volunteers' votes are finite: predicted are counts, by the Dirichlet-multinomial "
            "distribution over all samples of the model, and errors name what chance alone would "
            "make.",
            "Intervals come from drawing the galaxies again, a thousand times, and hold 90 %. With "
            f"more than {CALIBRATED_ON:,} galaxies a question, calibration is measured on so many, "
            "drawn at random.",
            *filter(None, (made,)),
        ],
    )
