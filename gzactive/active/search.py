"""A search for what is rare: galaxies like those labelled yes, and unlike those labelled no.

The labels of a project are the examples; what they say together is a direction in the network's
features, see :mod:`gzactive.inference.similarity`. A project for one question of one's own is made
in :mod:`gzactive.active.asking`.
"""

import numpy as np

from gzactive.active.round_labels import training_votes
from gzactive.active.scoring import TREE
from gzactive.inference import features_for
from gzactive.inference.similarity import Likeness, likeness
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.trees import DecisionTree

__all__ = ["ALIKE", "UNSURE", "alike_by_labels", "labelled_examples", "sought"]

#: What galaxies can be ranked by beside the measures of the model: likeness alone, or in turns with
#: what the model is unsure of. In searches for outer rings (EFIGI, 3 % have one) the first found 45
#: of 109 within 200 labels, the second 35, and taught the head more; at random it was 7.
ALIKE = ("alike", "alike-and-unsure")
#: An answer of this name is neither yes nor no.
UNSURE = "unsure"


def sought(tree: DecisionTree, question: str = TREE) -> str:
    """Column of the answer that is sought: the first of the question, or of the first question."""
    name = tree.modelled[0].name if question == TREE else question
    return tree.question(name).answers[0].column


def labelled_examples(project: Project, answer: str) -> tuple[list[str], list[str]]:
    """Ids of galaxies whose labels mostly say an answer, and of those that mostly say another.

    Reserved galaxies are neither, since they judge; nor are those without features.
    """
    tree = project.tree
    question, wanted = tree.locate(answer)
    votes = training_votes(project)
    others = [
        one.column
        for one in question.answers
        if one.column != answer and (one.name != UNSURE or wanted.name == UNSURE)
    ]
    said = votes[answer].to_numpy(dtype=np.float64)
    against = votes[others].sum(axis=1).to_numpy(dtype=np.float64)
    known = set(features_for(project, votes.index).id_str) if len(votes) else set()
    ids = votes.index.to_numpy(dtype=object)
    like = [one for one in ids[said > against] if one in known]
    unlike = [one for one in ids[against > said] if one in known]
    return like, unlike


def alike_by_labels(
    project: Project, answer: str, *, progress: Progress = silent
) -> Likeness | None:
    """How like the galaxies labelled with an answer, and unlike the others, every galaxy is.

    None while no galaxy that has features is labelled so.
    """
    like, unlike = labelled_examples(project, answer)
    return likeness(project, like, unlike, progress=progress) if like else None
