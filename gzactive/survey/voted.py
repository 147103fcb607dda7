"""A project's galaxies with votes as a table to train a network on, or to make shards of.

Galaxies that the project has set aside to judge by are left out: whatever learns from the table
has never seen them, so the project's own figures stay honest when its weights are used there.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gzactive.errors import GzactiveError
from gzactive.paths import atomic_write
from gzactive.project import Project
from gzactive.survey.exporters.galaxies import votes_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TABLE", "keep_voted", "voted_of"]

#: The table's name in the folder of a run, or of shards.
TABLE = "galaxies.parquet"


def voted_of(project: Project) -> "pd.DataFrame":
    """``id_str``, ``file_loc`` and votes of each answer, of galaxies with votes to learn from.

    Raises
    ------
    GzactiveError
        If there is none.
    """
    import pandas as pd

    tree, catalog = project.tree, project.catalog
    votes = votes_of(project, catalog)
    counts = votes.counts[:, : len(tree.columns)]  # the modelled answers come first
    voted = counts.any(axis=1)
    kept = np.flatnonzero(voted & ~catalog["reserved"].to_numpy(bool))
    if not kept.size:
        aside = f" ({int(voted.sum()):,} have, all set aside to judge by)" if voted.any() else ""
        raise GzactiveError(
            f"No galaxy of {project.name} has votes to learn from{aside}: label some, or import "
            "votes."
        )
    table = catalog.loc[kept, ["id_str", "file_loc"]].reset_index(drop=True)
    return table.join(pd.DataFrame(counts[kept], columns=list(tree.columns)))


def keep_voted(project: Project, folder: Path) -> Path:
    """The table of a project's voted galaxies in a folder, written once.

    Whoever goes on with what was begun in the folder finds the votes that it was begun with,
    however many were given since.

    Raises
    ------
    GzactiveError
        If no galaxy has votes to learn from, or the folder cannot be written to.
    """
    import io

    path = folder / TABLE
    if path.exists():
        return path
    table = voted_of(project)
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        atomic_write(path, buffer.getvalue())
    except OSError as error:
        raise GzactiveError(
            f"'{path}' cannot be written ({error.strerror}): choose another folder."
        ) from error
    return path
