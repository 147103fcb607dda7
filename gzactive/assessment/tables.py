"""The figures of an assessment as small tables for people, in the terminal and in the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gzactive.assessment.of_labellers import LabellerLine
from gzactive.errors import GzactiveError, meant
from gzactive.evaluation.bootstrap import Estimate
from gzactive.evaluation.judging import Calibration, Judgement, QuestionJudgement
from gzactive.evaluation.words import between, share, worth
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "accuracy_table",
    "calibration_table",
    "check_judged",
    "confusion_table",
    "fraction_table",
    "labeller_table",
]


def accuracy_table(found: Judgement) -> pd.DataFrame:
    """One row a question: how often the leading answer is right, of all and of confident ones.

    Beside it, how often always giving the commonest answer would be.
    """
    import pandas as pd

    return pd.DataFrame(
        [
            (
                one.question,
                one.galaxies,
                share(one.accuracy),
                f"{100 * one.majority:.0f} %",
                one.confident,
                share(one.confident_accuracy),
            )
            for one in found.questions
        ],
        columns=["question", "galaxies", "right", "commonest", "confident", "right of these"],
    )


def check_judged(tree: DecisionTree, question: str) -> None:
    """Refuse a question that cannot be judged, before anything is computed.

    Raises
    ------
    GzactiveError
        If the tree models no such question.
    """
    names = [one.name for one in tree.modelled]
    if question not in names:
        raise GzactiveError(
            f"The tree '{tree.id}' has no question '{question}' to judge: {meant(question, names)}"
        )


def confusion_table(found: Judgement, tree: DecisionTree, question: str) -> pd.DataFrame:
    """One row an answer that the model gives, one column an answer that volunteers give: galaxies.

    Raises
    ------
    GzactiveError
        If the tree has no such question, or no galaxy has votes to judge it by.
    """
    import pandas as pd

    check_judged(tree, question)
    judged = {one.question: one for one in found.questions}
    if question not in judged:
        raise GzactiveError(f"No galaxy has votes on '{question}' to judge the model by.")
    answers = [one.name for one in tree.question(question).answers]
    table = pd.DataFrame(judged[question].confusion, columns=answers)
    table.insert(0, "the model says", answers)
    return table


def fraction_table(found: Judgement) -> pd.DataFrame:
    """One row a question: error of the vote fractions, and worth in volunteers."""
    import pandas as pd

    return pd.DataFrame(
        [
            (
                one.question,
                between(one.mean_absolute),
                between(one.root_mean_square),
                worth(one.volunteers),
            )
            for one in found.questions
        ],
        columns=["question", "mean error", "RMS error", "volunteers"],
    )


def calibration_table(found: Judgement, *, intervals: bool = True) -> pd.DataFrame:
    """One row a question: what 80 % intervals hold, calibration error and held-out loss.

    Where a round was recalibrated, each as it was before, an arrow, and as it is; the latter with
    its interval, unless there is no room for them.
    """
    import pandas as pd

    def both(one: QuestionJudgement, figure: Callable[[Calibration], Estimate], words: Any) -> str:
        now: str = words(figure(one.calibration))
        now = now if intervals else now.split(" (")[0]
        if one.uncorrected is None:
            return now
        return f"{words(figure(one.uncorrected)).split(' (')[0]} → {now}"

    return pd.DataFrame(
        [
            (
                one.question,
                one.calibration.galaxies,
                both(one, lambda it: it.eighty, share),
                both(one, lambda it: it.error, lambda it: between(it, 3)),
                both(one, lambda it: it.loss, between),
            )
            for one in found.questions
        ],
        columns=["question", "galaxies", "80 % intervals hold", "error", "loss (nats)"],
    )


def labeller_table(lines: Sequence[LabellerLine]) -> pd.DataFrame:
    """One row a labeller."""
    import pandas as pd

    def percent(value: float) -> str:
        return "–" if np.isnan(value) else f"{100 * value:.0f} %"

    return pd.DataFrame(
        [
            (
                one.name,
                one.figures.galaxies,
                percent(one.figures.agreement),
                percent(one.figures.expected),
                percent(one.steady),
                one.repeated,
                percent(one.figures.artifact_rate),
                one.note,
            )
            for one in lines
        ],
        columns=[
            "labeller",
            "galaxies",
            "agrees with others",
            "by chance",
            "agrees with self",
            "asked twice",
            "artifacts",
            "note",
        ],
    )
