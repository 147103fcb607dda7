"""The galaxies that a question of one's own began from: pictures for its help."""

from typing import TYPE_CHECKING

from gzactive.app.label.frame import load_frame

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from gzactive.project import Project

__all__ = ["given_examples"]

#: Pictures in all: what a row beside the galaxy has room for.
_SHOWN = 4
#: How examples are noted that were picked by hand.
_PICKED = "explore"


def given_examples(project: "Project") -> "dict[str, list[QImage]]":
    """Pictures of the first galaxies that were picked for each answer of the first question.

    It reads labels and decodes images, so that it belongs on a thread of its own.

    Parameters
    ----------
    project
        Whose labels; of a tree with one question, such as a question of one's own.

    Returns
    -------
    dict
        By the answer's column. Answers without a picked galaxy are left out, and so are images
        that cannot be read.
    """
    tree = project.tree
    given = project.labels.classifications(tree)
    ids = given.loc[given["selection"].eq(_PICKED) & given["first"], "id_str"]
    if not len(ids) or len(tree.modelled) != 1:
        return {}
    votes = project.labels.votes(tree).reindex(ids.drop_duplicates()).fillna(0)
    files = project.catalog.set_index("id_str")["file_loc"]
    picked = {
        answer.column: [one for one in votes.index[votes[answer.column] > 0] if one in files.index]
        for answer in tree.modelled[0].answers
    }
    picked = {column: found for column, found in picked.items() if found}
    stretch = project.settings.images.stretch
    shown: dict[str, list[QImage]] = {}
    for column, found in picked.items():
        for id_str in found[: max(1, _SHOWN // len(picked))]:
            picture = load_frame(id_str, str(files[id_str]), stretch).thumbnail
            if picture is not None:
                shown.setdefault(column, []).append(picture)
    return shown
