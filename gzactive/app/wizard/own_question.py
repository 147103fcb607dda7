"""A yes/no question of one's own as a file, for projects that are made of it copy it."""

from pathlib import Path

import platformdirs

from gzactive.active.asking import OwnQuestion, own_tree
from gzactive.errors import GzactiveError
from gzactive.paths import atomic_write

__all__ = ["yes_no_file"]


def yes_no_file(feature: str) -> Path:
    """A tree of one question, made of the name of a feature; among the person's own files.

    Raises
    ------
    GzactiveError
        If the feature has no name that a column could have, or the file cannot be written.
    """
    question = OwnQuestion(feature)
    path = platformdirs.user_data_path("gzactive") / "trees" / f"find-{question.name}.toml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, own_tree(question).encode())
    except OSError as error:
        raise GzactiveError(
            f"The question cannot be written to {path} ({error.strerror}): free some space there, "
            "or check that you may write to it."
        ) from error
    return path
