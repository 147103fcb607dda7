"""Shards as galaxies to train on: images are read where they lie in the files, without a copy.

Any galaxy can be reached at once, in the catalogue's order, so training from shards is what
training from the catalogue is: the same galaxies in the same order, in the same parts. No
TensorFlow is needed. What shards hold is told in :mod:`gzactive.survey.shards`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog import PARTS
from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings, mean_of_channels
from gzactive.inference.network_training import TrainingGalaxies
from gzactive.progress import Progress, silent
from gzactive.survey.shard_index import ShardIndex, damaged, shard_index
from gzactive.survey.shards import FORMAT, MANIFEST
from gzactive.tfrecords import DamagedRecord, check_data
from gzactive.trees import load_tree

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = ["OpenedShards", "ShardImages", "open_shards", "read_manifest"]


@dataclass(frozen=True)
class OpenedShards:
    """What :func:`open_shards` found."""

    galaxies: TrainingGalaxies
    id_str: NDArray[np.object_]  #: (n,) text, row by row


class ShardImages:
    """Images within shards, indexed as an array (n, size, size, channels) of uint8 is.

    A row gives an image; a slice or an array of rows a stack of them. The checksum of a record is
    compared when its image is read for the first time.

    Raises
    ------
    GzactiveError
        On reading, if a shard is damaged there.
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(
        self, files: Sequence[Path], index: ShardIndex, size: int, stored: int, shown: int
    ) -> None:
        self.shape = (len(index.row), size, size, shown)
        self._files, self._index, self._stored = files, index, stored
        used = np.unique(index.shard).tolist()  # an empty file cannot be mapped
        self._maps = {shard: np.memmap(files[shard], np.uint8, "r") for shard in used}
        self._checked = np.zeros(len(self), bool)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: int | slice | NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
        if isinstance(rows, int | np.integer):
            return self._image(int(rows))
        chosen = np.arange(len(self))[rows]
        images = np.empty((len(chosen), *self.shape[1:]), np.uint8)
        for place, row in enumerate(chosen.tolist()):
            images[place] = self._image(row)
        return images

    def _image(self, row: int) -> NDArray[np.uint8]:
        index, shard = self._index, int(self._index.shard[row])
        content = self._maps[shard]
        if not self._checked[row]:
            try:
                check_data(content, int(index.start[row]), int(index.end[row]))
            except DamagedRecord as error:
                raise damaged(self._files[shard], error) from error
            self._checked[row] = True
        _, height, width, shown = self.shape
        start = int(index.image[row])
        pixels = content[start : start + height * width * self._stored]
        image: NDArray[np.uint8] = pixels.reshape(height, width, self._stored)
        return mean_of_channels(image)[..., None] if shown < self._stored else image


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a folder of shards says of itself.

    Raises
    ------
    GzactiveError
        If it holds no shards, unfinished ones, or those of a later version.
    """
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise GzactiveError(
            f"'{folder}' holds no shards ({MANIFEST} is missing): make them with `gzactive shards`."
        ) from error
    except (ValueError, OSError) as error:
        raise GzactiveError(f"'{path}' cannot be read: fetch the shards again.") from error
    if manifest.get("format") != FORMAT:
        raise GzactiveError(
            f"'{path}' says '{manifest.get('format')}', where '{FORMAT}' is known: use the version "
            "of gzactive that made the shards, or make them again."
        )
    if not manifest["complete"]:
        raise GzactiveError(
            f"The shards in '{folder}' are not finished: give the command that makes them again."
        )
    return manifest


def open_shards(
    folder: Path,
    *,
    tree: DecisionTree | None = None,
    channels: int = 1,
    progress: Progress = silent,
) -> OpenedShards:
    """Open a folder of shards for :func:`gzactive.inference.train_network`.

    Parameters
    ----------
    folder
        As written by :func:`gzactive.survey.shards.write_shards`, moved or not.
    tree
        Whose answers the votes are; needed where it is not one that comes with gzactive.
    channels
        1 for grey, the mean of the channels; 3 for colour.
    progress
        Called for every shard; may cancel.

    Raises
    ------
    GzactiveError
        If a shard is missing, cut off or damaged, the tree is another, or there is no colour in it.
    """
    manifest = read_manifest(folder)
    tree = _same_tree(folder, manifest, tree)
    settings = manifest["settings"]
    if channels > settings["channels"]:
        raise GzactiveError(
            f"The shards in '{folder}' are grey: make them again without --grey, or train without "
            "--colour."
        )
    shards = manifest["shards"]
    index = shard_index(folder, manifest, tree.columns, progress).sorted()
    part = np.array([shard["part"] for shard in shards] or [""])[index.shard]
    images = ShardImages(
        [folder / shard["file"] for shard in shards],
        index,
        settings["size"],
        settings["channels"],
        channels,
    )
    galaxies = TrainingGalaxies(
        source=folder,
        tree=tree,
        images=cast("NDArray[np.uint8]", images),
        votes=index.votes.astype(np.int64),
        rows={name: np.flatnonzero(part == name) for name in PARTS},
        image_settings=ImageSettings(
            size=settings["size"],
            crop=settings["size"],
            channels=channels,
            stretch=settings["stretch"],
        ),
        split=cast("tuple[float, float, float]", tuple(settings["split"])),
        split_seed=settings["seed"],
        problems=sum(len(shard["problems"]) for shard in shards),
        without_votes=manifest["without_votes"],
    )
    ids = np.char.decode(index.id_str, "utf-8").astype(object)
    return OpenedShards(galaxies, ids)


def _same_tree(folder: Path, manifest: dict[str, Any], tree: DecisionTree | None) -> DecisionTree:
    stored = manifest["tree"]
    tree = tree or load_tree(stored["id"])
    if tree.hash != stored["hash"]:
        raise GzactiveError(
            f"The shards in '{folder}' hold votes of another tree '{stored['id']}' than "
            f"'{tree.id}': give --tree with the file that they were made with."
        )
    return tree
