"""Votes that come with a new project's table in other forms than columns of answers.

Where no column of a table is an answer of the tree, it may still be Kaggle's solutions, Galaxy Zoo
1's classes, or an export or a reduction of Zooniverse: the same readers as for an import find it by
its columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gzactive.catalog.classifications import is_export, read_classifications
from gzactive.catalog.findings import Finding, Level, counted
from gzactive.catalog.material import Material
from gzactive.catalog.reductions import is_reduction, read_reductions
from gzactive.catalog.rows import Refused
from gzactive.catalog.survey_votes import SurveyVotes, read_survey
from gzactive.catalog.vote_formats import find_format
from gzactive.errors import GzactiveError
from gzactive.progress import Progress
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["has_no_galaxies", "other_votes", "votes_of_answers"]


def has_no_galaxies(table: pd.DataFrame) -> bool:
    """Whether a table's rows are answers or tasks of Zooniverse, and not galaxies."""
    return is_export(map(str, table.columns)) or is_reduction(map(str, table.columns))


def votes_of_answers(
    material: Material, tree: DecisionTree, findings: list[Finding], progress: Progress
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """The images' catalogue, and their votes in a table of answers or tasks.

    Raises
    ------
    Refused
        If there are no images, or the table cannot be read as votes on them.
    """
    import pandas as pd

    if material.images is None or material.table is None or material.table_path is None:
        raise Refused(
            Finding(
                "no-images",
                Level.REFUSED,
                "This table holds answers of Zooniverse's volunteers, and tells no images.",
                "Add the folder or ZIP of the images, or import it into a project that has them.",
            )
        )
    known = pd.Index(material.images["id_str"])
    try:
        if is_export(map(str, material.table.columns)):
            survey = read_classifications([material.table_path], tree, known, progress=progress)
        else:
            survey = read_reductions(material.table_path, tree, known)
    except GzactiveError as error:
        raise Refused(
            Finding("votes", Level.REFUSED, str(error), "Leave the table out to go on without it.")
        ) from error
    return material.images, _taken(survey, known, tree, findings)


def other_votes(
    catalog: pd.DataFrame, tree: DecisionTree, findings: list[Finding]
) -> pd.DataFrame | None:
    """Votes of a catalogue's galaxies in any form that is known; None where there are none."""
    import pandas as pd

    if find_format(map(str, catalog.columns), tree) is None:
        return None
    known = pd.Index(catalog["id_str"])
    try:
        survey = read_survey(catalog, tree, known, id_column="id_str")
    except GzactiveError as error:
        findings.append(
            Finding(
                "votes-unread",
                Level.AMISS,
                f"The votes are left out: {error}",
                "They can be imported into the project once it is made.",
            )
        )
        return None
    return _taken(survey, known, tree, findings)


def _taken(
    survey: SurveyVotes, known: pd.Index[str], tree: DecisionTree, findings: list[Finding]
) -> pd.DataFrame | None:
    """The votes in the manner of a plan, with what their reader found."""
    import pandas as pd

    columns = [column for column in tree.columns if column in survey.votes]
    votes = survey.votes[survey.votes["id_str"].isin(known)]
    voted = votes[columns].to_numpy().sum(axis=1) > 0
    findings += survey.findings
    told = counted(int(voted.sum()), "galaxy", "galaxies")
    people = f" of {survey.people} nominal people" if survey.people else ""
    findings.append(
        Finding(
            "votes",
            Level.NOTE,
            f"{told} came with votes{people}, kept as catalogue votes: {survey.format}.",
        )
    )
    if not voted.any():
        return None
    rare = [column for column in tree.unmodelled_columns if column in votes]
    whole = votes[voted].reindex(columns=["id_str", *tree.columns, *rare], fill_value=0)
    whole = whole.astype(dict.fromkeys((*tree.columns, *rare), "int64"))
    return pd.DataFrame(whole.reset_index(drop=True))
