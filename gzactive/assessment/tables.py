"""The figures of an assessment as small tables for people, in the terminal and in the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gzactive.assessment.of_projects import LabellerLine
from gzactive.evaluation.judging import Calibration, Judgement, QuestionJudgement
from gzactive.evaluation.words import between, share, worth

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["accuracy_table", "calibration_table", "fraction_table", "labeller_table"]


def accuracy_table(found: Judgement) -> pd.DataFrame:
    """One row a question: how often the leading answer is right, of all and of confident ones."""
    import pandas as pd

    return pd.DataFrame(
        [
            (
                one.question,
                one.galaxies,
                share(one.accuracy),
                one.confident,
                share(one.confident_accuracy),
            )
            for one in found.questions
        ],
        columns=["question", "galaxies", "right", "confident", "right of these"],
    )


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


def calibration_table(found: Judgement) -> pd.DataFrame:
    """One row a question: what 80 % intervals hold, calibration error and held-out loss.

    Where a round was recalibrated, each as it was before, an arrow, and as it is.
    """
    import pandas as pd

    def both(one: QuestionJudgement, figure: Callable[[Calibration], str]) -> str:
        now = figure(one.calibration)
        return now if one.uncorrected is None else f"{figure(one.uncorrected)} → {now}"

    return pd.DataFrame(
        [
            (
                one.question,
                both(one, lambda it: f"{100 * it.eighty.value:.0f} %"),
                both(one, lambda it: f"{it.error.value:.3f}"),
                both(one, lambda it: f"{it.loss.value:.3f}"),
            )
            for one in found.questions
        ],
        columns=["question", "80 % intervals hold", "error", "loss (nats)"],
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
