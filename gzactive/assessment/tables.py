"""The figures of an assessment as small tables for people, in the terminal and in the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gzactive.assessment.of_projects import LabellerLine
from gzactive.evaluation.judging import Judgement
from gzactive.evaluation.words import between, share, short_share, worth

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
    """One row a question: error of the vote fractions, worth in volunteers, held-out loss."""
    import pandas as pd

    return pd.DataFrame(
        [
            (
                one.question,
                between(one.mean_absolute),
                between(one.root_mean_square),
                worth(one.volunteers),
                between(one.loss),
            )
            for one in found.questions
        ],
        columns=["question", "mean error", "RMS error", "volunteers", "loss (nats)"],
    )


def calibration_table(found: Judgement) -> pd.DataFrame:
    """One row a question: what 80 % intervals hold, calibration error and loss; and before."""
    import pandas as pd

    rows = []
    for one in found.questions:
        now, before = one.calibration, one.uncorrected
        row = {
            "question": one.question,
            "80 % hold": short_share(now.eighty),
            "error": between(now.error, 3),
            "loss": f"{now.loss.value:.3f}",
        }
        if any(each.uncorrected is not None for each in found.questions):
            row["before: hold"] = "–" if before is None else short_share(before.eighty)
            row["before: error"] = "–" if before is None else f"{before.error.value:.3f}"
            row["before: loss"] = "–" if before is None else f"{before.loss.value:.3f}"
        rows.append(row)
    return pd.DataFrame(rows)


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
