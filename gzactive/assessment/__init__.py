"""A model judged for people: on which galaxies, how it came here, as tables and as a report.

The `evaluate` command and the app's Evaluate page both go through here.
"""

from gzactive.assessment.composing import rounds_sentence, write_assessment
from gzactive.assessment.of_labellers import LabellerLine, assess_labellers
from gzactive.assessment.of_projects import (
    Assessment,
    RoundPoint,
    assess,
    assess_part,
    assess_saving,
)
from gzactive.assessment.tables import (
    accuracy_table,
    calibration_table,
    check_judged,
    confusion_table,
    fraction_table,
    labeller_table,
)

__all__ = [
    "Assessment",
    "LabellerLine",
    "RoundPoint",
    "accuracy_table",
    "assess",
    "assess_labellers",
    "assess_part",
    "assess_saving",
    "calibration_table",
    "check_judged",
    "confusion_table",
    "fraction_table",
    "labeller_table",
    "rounds_sentence",
    "write_assessment",
]
