"""One part of the split of a training run (`gzactive train`), as its network sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog import PARTS, read_table, read_votes
from gzactive.errors import GzactiveError, meant
from gzactive.images import ImageSettings
from gzactive.model.head import Head
from gzactive.progress import Progress, silent
from gzactive.trees import DecisionTree, load_tree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TrainedPart", "is_training_run", "read_part"]

_BLOCK = 256


@dataclass(frozen=True, eq=False)
class TrainedPart:
    """Galaxies of one part, with votes and features by the network that the run trained."""

    tree: DecisionTree
    head: Head
    id_str: NDArray[np.object_]
    votes: NDArray[np.int64]
    features: NDArray[np.float32]


def is_training_run(folder: Path) -> bool:
    """Whether a folder is that of a training run that has ended."""
    return (folder / "split.csv").is_file() and (folder / "manifest.json").is_file()


def read_part(
    folder: Path,
    part: str,
    *,
    votes: Callable[[NDArray[np.object_], DecisionTree], pd.DataFrame] | None = None,
    tree: str | None = None,
    progress: Progress = silent,
) -> TrainedPart:
    """Send one part's images through the run's network.

    Parameters
    ----------
    folder
        Of the run.
    part
        ``train``, ``test`` or ``validation``.
    votes
        Gives the votes of galaxies with these ids on a tree's questions: indexed by id, the tree's
        columns. By default they are those that the run was made from.
    tree
        A tree of one's own, by its file; by default the run's, if it is a shipped one.

    Raises
    ------
    GzactiveError
        If there is no such part, the run has not ended, or a file of it is missing.
    """
    import pandas as pd

    from gzactive.model.quiet import hushed

    if part not in PARTS:
        raise GzactiveError(f"There is no part '{part}' of a split: {meant(part, PARTS)}")
    if (folder / "manifest.json").is_file() and not (folder / "split.csv").is_file():
        raise GzactiveError(
            f"{folder} learnt from shards and keeps no images of theirs: its manifest.json says "
            "how it did on their test part. To judge it further, make a project with its weights."
        )
    if not is_training_run(folder):
        raise GzactiveError(
            f"{folder} is no training run that has ended (it lacks split.csv or manifest.json): "
            "--split judges the folder that `gzactive train --out` wrote."
        )
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    chosen_tree = load_tree(tree or manifest["tree"]["id"])
    split = pd.read_csv(folder / "split.csv", dtype=str)
    unread = pd.read_csv(folder / "problems.csv", dtype=str)["id_str"]
    if votes is not None:
        counts = votes(split["id_str"].to_numpy(dtype=object), chosen_tree)
    else:
        counts = _own_votes(Path(manifest["catalog"]), pd.Index(split["id_str"]), chosen_tree)
    wanted = (split["part"] == part) & ~split["id_str"].isin(unread)
    wanted &= split["id_str"].isin(counts.index)
    rows = np.flatnonzero(wanted.to_numpy())
    if not len(rows):
        raise GzactiveError(f"No galaxy of the part '{part}' of {folder} has an image and votes.")
    with hushed():
        from gzactive.model.augmentation import centre_crop
        from gzactive.model.weights import load_model

        settings = ImageSettings.from_dict(manifest["images"])
        model = load_model(folder / "weights.safetensors", image_settings=settings)
    if model.head is None:
        raise GzactiveError(f"The weights of {folder} have no head, so they predict nothing.")
    images: Any = np.load(folder / "images.npy", mmap_mode="r")
    features = np.empty((len(rows), model.head.width), np.float32)
    for start in range(0, len(rows), _BLOCK):
        progress("Looking at the galaxies", start, len(rows))
        some = slice(start, start + _BLOCK)
        features[some] = model.features(centre_crop(images[rows[some]], settings.crop))
    progress("Looking at the galaxies", len(rows), len(rows))
    ids = split["id_str"].to_numpy(dtype=object)[rows]
    return TrainedPart(chosen_tree, model.head, ids, counts.loc[ids].to_numpy(np.int64), features)


def _own_votes(catalog: Path, ids: pd.Index[Any], tree: DecisionTree) -> pd.DataFrame:
    """Votes of the table that a run was made from: with images its ids may lie in any column."""
    from gzactive.catalog.survey_votes import find_ids

    table = read_table(catalog)
    if "id_str" not in table.columns:
        found = find_ids(table, ids, f"'{catalog}'")[1]
        of_run = np.isin(found, ids.to_numpy(dtype=object))
        table = table[of_run].assign(id_str=found[of_run])
    return read_votes(table, tree).set_index("id_str")[list(tree.columns)]
