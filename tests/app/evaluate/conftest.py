"""Projects whose reserved galaxies have votes, as the Evaluate page meets them."""

import numpy as np
import pandas as pd

from gzactive.project import Project
from tests.app.conftest import give_features


def give_votes(project: Project, galaxies: int, people: int = 8, labeller: str = "many") -> None:
    """A table of votes on the first galaxies, divided at random."""
    tree = project.tree
    rng = np.random.default_rng(2)
    votes = np.zeros((galaxies, len(tree.columns)), dtype=int)
    for question in tree.modelled:
        part = tree.slice(question.name)
        size = part.stop - part.start
        votes[:, part] = rng.multinomial(people, rng.dirichlet(np.ones(size), galaxies))
    table = pd.DataFrame(votes, columns=list(tree.columns))
    table.insert(0, "id_str", project.catalog["id_str"].to_list()[:galaxies])
    project.labels.add_scripted(table, tree, labeller)


def judgeable(project: Project) -> Project:
    """The same project with features and votes of all its galaxies."""
    give_features(project)
    give_votes(project, len(project.catalog))
    return project
