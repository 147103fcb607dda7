"""One galaxy, every question: its answers with fractions, and which of them concern it.

Table 2 of the term report that this program grew from. The `show` command and the app's Explore
page both draw these values.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gzactive.active.browsing import RELEVANT, confident_cut
from gzactive.active.ranking import current_scores
from gzactive.errors import GzactiveError
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.trees import DecisionTree

__all__ = ["Detail", "DetailAnswer", "DetailQuestion", "detail", "detail_of"]


@dataclass(frozen=True)
class DetailAnswer:
    """One answer.

    Parameters
    ----------
    text, icon
        What it says, and its picture.
    fraction
        Its share of the votes on the question, 0 to 1; None if the model has not looked.
    confident
        Whether that is above the published cut, and the question concerns the galaxy.
    yours
        Whether the labeller gave it.
    """

    text: str
    icon: str
    fraction: float | None
    confident: bool
    yours: bool


@dataclass(frozen=True)
class DetailQuestion:
    """One question.

    Parameters
    ----------
    text
        Its words.
    path_probability
        That a volunteer is asked it, 0 to 1; None if the model has not looked.
    answers
        In the order of the tree.
    """

    text: str
    path_probability: float | None
    answers: tuple[DetailAnswer, ...]

    @property
    def relevant(self) -> bool:
        """Whether it concerns the galaxy, as far as is known."""
        return self.path_probability is None or self.path_probability >= RELEVANT


@dataclass(frozen=True)
class Detail:
    """A galaxy.

    Parameters
    ----------
    id_str
        Which.
    questions
        The modelled ones, in asking order.
    sky
        Right ascension and declination in degrees, if known.
    """

    id_str: str
    questions: tuple[DetailQuestion, ...]
    sky: tuple[float, float] | None = None


def detail(
    id_str: str,
    tree: DecisionTree,
    fractions: NDArray[np.floating] | None,
    paths: NDArray[np.floating] | None,
    yours: Mapping[str, tuple[str, ...]],
    sky: tuple[float, float] | None = None,
) -> Detail:
    """Put one galaxy's numbers into the tree.

    Parameters
    ----------
    id_str
        Which galaxy.
    tree
        The decision tree.
    fractions, paths
        (answers,) and (questions,) in the tree's model order; None if it has not been scored.
    yours
        The labeller's answers: question to names of answers.
    sky
        Where it is, in degrees.
    """
    modelled = [one.name for one in tree.modelled]
    questions = []
    for question in tree.questions:
        if not question.modelled:
            continue
        path = None if paths is None else float(paths[modelled.index(question.name)])
        cut = confident_cut(question.name)
        start = tree.slice(question.name).start
        answers = []
        for position, answer in enumerate(question.answers):
            fraction = None if fractions is None else float(fractions[start + position])
            sure = fraction is not None and fraction > cut and path is not None and path >= RELEVANT
            given = answer.name in yours.get(question.name, ())
            answers.append(DetailAnswer(answer.text, answer.icon, fraction, sure, given))
        questions.append(DetailQuestion(question.text, path, tuple(answers)))
    return Detail(id_str, tuple(questions), sky)


def detail_of(project: Project, id_str: str, *, progress: Progress = silent) -> Detail:
    """What the head in use says of one galaxy of a project.

    Raises
    ------
    GzactiveError
        If the project has no such galaxy; it has no numbers, but no error, if its features are not
        computed yet.
    """
    known = project.catalog["id_str"].to_numpy(dtype=object)
    if not (known == id_str).any():
        some = ", ".join(known[:3])
        raise GzactiveError(
            f"The project has no galaxy '{id_str}': its {len(known):,} ids are like {some}."
        )
    scores = current_scores(project, progress=progress)
    rows = np.flatnonzero(scores.id_str == id_str)
    if not len(rows):
        return detail(id_str, project.tree, None, None, {})
    row = int(rows[0])
    fractions, paths = scores["fractions"][row], scores["path_probability"][row]
    return detail(id_str, project.tree, fractions, paths, {})
