"""Training a whole network on a table of images and votes: ``gzactive train``.

Decode once, split 7:2:1 by id, and hand over to :mod:`gzactive.inference.network_training`. In the
folder of the run:

    split.csv             id_str, part
    problems.csv          images that could not be read
    images.npy            decoded once
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gzactive.catalog import (
    PARTS,
    find_images,
    join_images,
    load_catalog,
    read_table,
    read_votes,
    split_parts,
)
from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings
from gzactive.inference.image_stack import stack_images
from gzactive.inference.network_training import (
    SPLIT,
    TrainedNetwork,
    TrainingGalaxies,
    make_folder,
    train_network,
)
from gzactive.paths import atomic_write
from gzactive.progress import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.model.backbone_settings import BackboneSettings
    from gzactive.trees import DecisionTree

__all__ = ["train_on_catalogue", "voted_galaxies", "write_split"]


def train_on_catalogue(
    catalog: Path,
    tree: DecisionTree,
    out: Path,
    *,
    images: list[Path] | None = None,
    weights: str | None = None,
    settings: BackboneSettings | None = None,
    image_settings: ImageSettings | None = None,
    split: tuple[float, float, float] = SPLIT,
    seed: int = 0,
    progress: Progress = silent,
) -> TrainedNetwork:
    """Train backbone and head on every galaxy of a table that has votes.

    Parameters
    ----------
    catalog
        A table of ``id_str``, ``file_loc`` and counts a column of an answer.
    tree
        Whose questions the votes answer.
    out
        Folder of the run, see above; the same call goes on with it.
    images
        Folders and ZIPs, joined to the table by file stem, when it has no ``file_loc``.
    weights
        A file or a shipped name to start from; by default the network starts at random.
    settings
        See :class:`~gzactive.model.backbone_settings.BackboneSettings`.
    image_settings
        Size and channels; the crop is that of ``settings``.
    split
        Shares of train, test and validation, by a hash of ``id_str`` and the seed.
    seed
        Of the split, the fresh weights, the order and the augmentation.
    progress
        Called for every batch; what it raises ends the run, which can be resumed.

    Raises
    ------
    GzactiveError
        If the table has no votes of the tree, a part of the split is empty, or the folder holds a
        run of other arguments.
    """
    image_settings = image_settings or ImageSettings()
    if settings is not None:
        image_settings = replace(image_settings, crop=settings.crop)
    make_folder(out)
    table, without_votes = voted_galaxies(catalog, tree, images)
    stack = stack_images(
        table["file_loc"].tolist(), out / "images.npy", image_settings, progress=progress
    )
    table["part"] = parts = split_parts(table["id_str"], seed, split)
    write_split(table, stack.problems, out)
    readable = np.ones(len(table), bool)
    readable[list(stack.problems)] = False
    galaxies = TrainingGalaxies(
        source=catalog,
        tree=tree,
        images=stack.images,
        votes=table[list(tree.columns)].to_numpy(),
        rows={part: np.flatnonzero(readable & (parts == part)) for part in PARTS},
        image_settings=image_settings,
        split=split,
        split_seed=seed,
        problems=len(stack.problems),
        without_votes=without_votes,
    )
    return train_network(
        galaxies, out, weights=weights, settings=settings, seed=seed, progress=progress
    )


def voted_galaxies(
    catalog: Path, tree: DecisionTree, images: list[Path] | None
) -> tuple[pd.DataFrame, int]:
    """Rows of a table that have votes of a tree, and how many have none.

    Parameters
    ----------
    catalog
        A table of ``id_str``, ``file_loc`` and counts a column of an answer.
    tree
        Whose questions the votes answer.
    images
        Folders and ZIPs, joined to the table by file stem, when it has no ``file_loc``.

    Returns
    -------
    DataFrame, int
        ``id_str``, ``file_loc`` and ``tree.columns`` (int64), in the table's order.

    Raises
    ------
    GzactiveError
        If the table has no votes of the tree.
    """
    if images:
        table = join_images(read_table(catalog), find_images(images), None).catalog
    else:
        table = load_catalog(catalog)
    votes = read_votes(table, tree)[list(tree.columns)]
    voted = votes.sum(axis=1).to_numpy() > 0
    if not voted.any():
        raise GzactiveError(f"'{catalog}' has answers of '{tree.id}', but every count is 0.")
    kept = table.loc[voted, ["id_str", "file_loc"]].reset_index(drop=True)
    return kept.join(votes[voted].reset_index(drop=True)), int((~voted).sum())


def write_split(table: pd.DataFrame, problems: dict[int, str], out: Path) -> None:
    """Write ``split.csv`` and ``problems.csv`` of a table with a column ``part``."""
    atomic_write(out / "split.csv", table[["id_str", "part"]].to_csv(index=False))
    unread = table.loc[list(problems), ["id_str", "file_loc"]]
    atomic_write(
        out / "problems.csv", unread.assign(reason=list(problems.values())).to_csv(index=False)
    )
