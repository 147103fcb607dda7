"""Examples for a field guide: for each answer of a tree, the simulated galaxy that shows it best.

The sky's truth is known, so an example is chosen by what it is, not by what somebody thought of it.
Nothing is rendered here; see :func:`gzactive.simulated.rendering.render`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gzactive.errors import GzactiveError
from gzactive.simulated.parameters import draw_parameters
from gzactive.simulated.perception import View
from gzactive.simulated.volunteers import answer_chances, tick_chances
from gzactive.trees import DecisionTree, Question

__all__ = ["Example", "draw_examples"]

_Floats = npt.NDArray[np.float64]

#: Enough for a clear case of everything that is not rarer than one in a thousand.
_GALAXIES, _SEED = 6_000, 20
#: Below this an answer has no clear example, unless most people still give it.
_CLEAR = 0.5
#: Questions about what lies within a disc, which shows best from above.
_WITHIN_DISCS = (
    "bar",
    "has-spiral-arms",
    "spiral-winding",
    "spiral-arm-count",
    "bulge-size",
    "ring",
    "rare-features",
)
#: Questions about what happens to a galaxy; elsewhere it would only distract.
_ABOUT_TROUBLE = ("merging", "something-odd", "odd-feature")


@dataclass(frozen=True)
class Example:
    """One galaxy that shows one answer.

    Attributes
    ----------
    column
        The answer's.
    truth
        Its row of the truth, for :func:`~gzactive.simulated.rendering.render`.
    share
        Chance, 0 to 1, that a simulated volunteer who is asked gives this answer.
    """

    column: str
    truth: "pd.Series[Any]"
    share: float


def draw_examples(tree: DecisionTree) -> dict[str, Example]:
    """For each answer that the simulated sky shows clearly, a galaxy that shows it.

    Parameters
    ----------
    tree : DecisionTree
        Any tree; questions and answers that simulated volunteers do not know have no example.

    Returns
    -------
    dict
        By column. The same tree has the same examples, and no galaxy stands for two answers.
    """
    truth = draw_parameters(_GALAXIES, _SEED)
    view = View(truth)
    found: dict[str, Example] = {}
    taken = np.zeros(len(truth), dtype=bool)
    asked = {question.name: np.zeros(len(truth)) for question in tree.questions}
    asked[tree.root.name][:] = 1.0
    for question in tree.questions:  # each after all that lead to it
        chances = _known(view, question, tree)
        _lead_on(asked, question, chances)
        here = np.minimum(asked[question.name], 1.0)
        most = np.max(list(chances.values()), axis=0) if chances else here
        for answer in question.answers:
            if answer.name not in chances:
                continue
            share = chances[answer.name]
            clear = (share >= _CLEAR) | (share == most) & (question.kind == "single")
            score = here * share * _good_looks(view, question.name) * (clear & ~taken)
            best = int(score.argmax())
            if score[best] > 0:
                taken[best] = True
                row: pd.Series[Any] = truth.iloc[best]
                found[answer.column] = Example(answer.column, row, float(share[best]))
    return found


def _known(view: View, question: Question, tree: DecisionTree) -> dict[str, _Floats]:
    """Chances (n,) of the answers that simulated volunteers can give."""
    if question.kind == "checkboxes":
        seen = tick_chances(view)
        return {each.name: seen[each.name] for each in question.answers if each.name in seen}
    try:
        chances = answer_chances(view, question, tree)
    except GzactiveError:  # they know nothing of it: then the field guide shows words and the icon
        return {}
    return {each.name: chances[:, place] for place, each in enumerate(question.answers)}


def _good_looks(view: View, question: str) -> _Floats:
    """How well galaxies would illustrate a question (n,), 0 to 1, whatever their answer."""
    from_above = 0.4 + 0.6 * view.strength("axis_ratio")
    if question in _ABOUT_TROUBLE:
        # Two galaxies that can be told apart.
        apart = np.clip(view.strength("companion_distance"), 0.0, 1.0)
        pair = view.strength("companion_ratio") > 0
        return from_above * np.where(pair, 0.3 + 0.7 * apart, 1.0)
    spoilt = (view.text("defect") != "none") | view.column("bright_star").to_numpy(dtype=bool)
    quiet = (view.strength("companion_ratio") == 0) & (view.disturbed < 0.12)
    looks = np.where(quiet & ~(spoilt & ~view.kind("artifact")), 1.0, 0.3)
    return looks * from_above if question in _WITHIN_DISCS else looks


def _lead_on(asked: dict[str, _Floats], question: Question, chances: dict[str, _Floats]) -> None:
    """Add to the questions that follow who is led to them; from unknown answers everybody is."""
    here = np.minimum(asked[question.name], 1.0)
    if question.kind == "checkboxes":
        following: Iterable[tuple[str | None, _Floats]] = [(question.next, here)]
    else:
        following = [
            (each.next, here * chances.get(each.name, np.ones_like(here)))
            for each in question.answers
        ]
    for name, share in following:
        if name is not None:
            asked[name] += share
