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
from gzactive.survey.shards import FORMAT, MANIFEST
from gzactive.tfrecords import DamagedRecord, Example, check_data, record_bounds
from gzactive.trees import load_tree

if TYPE_CHECKING:
    from gzactive.trees import DecisionTree

__all__ = ["OpenedShards", "ShardImages", "open_shards", "read_manifest"]


@dataclass(frozen=True)
class OpenedShards:
    """What :func:`open_shards` found."""

    galaxies: TrainingGalaxies
    id_str: NDArray[np.object_]  #: (n,) text, row by row


@dataclass(frozen=True)
class _Record:
    """Where a galaxy lies in its shard."""

    shard: int
    start: int  #: of the record's data
    end: int
    image: int  #: where its pixels start


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
        self, files: Sequence[Path], records: Sequence[_Record], size: int, stored: int, shown: int
    ) -> None:
        self.shape = (len(records), size, size, shown)
        self._files, self._records, self._stored = files, records, stored
        used = sorted({record.shard for record in records})  # an empty file cannot be mapped
        self._maps = {shard: np.memmap(files[shard], np.uint8, "r") for shard in used}
        self._checked = np.zeros(len(records), bool)

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
        record = self._records[row]
        content = self._maps[record.shard]
        if not self._checked[row]:
            try:
                check_data(content, record.start, record.end)
            except DamagedRecord as error:
                raise _damaged(self._files[record.shard], error) from error
            self._checked[row] = True
        _, height, width, shown = self.shape
        pixels = content[record.image : record.image + height * width * self._stored]
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
    files = [folder / shard["file"] for shard in shards]
    records: list[tuple[int, _Record]] = []
    ids, votes, parts = [], [], []
    pixels = settings["size"] ** 2 * settings["channels"]
    for number, (file, shard) in enumerate(zip(files, shards, strict=True)):
        progress("opening shards", number, len(files))
        try:
            for start, end, example in _examples(file, shard):
                first, last = example.span("matrix")
                if last - first != pixels:
                    raise DamagedRecord(f"an image has {last - first:,} bytes, not {pixels:,}")
                records.append((example.integer("row"), _Record(number, start, end, first)))
                ids.append(example.text("id_str"))
                votes.append([example.number(column) for column in tree.columns])
                parts.append(shard["part"])
        except DamagedRecord as error:
            raise _damaged(file, error) from error
    progress("opening shards", len(files), len(files))
    order = np.argsort([row for row, _ in records], kind="stable")
    part = np.array(parts)[order]
    images = ShardImages(
        files,
        [records[place][1] for place in order],
        settings["size"],
        settings["channels"],
        channels,
    )
    galaxies = TrainingGalaxies(
        source=folder,
        tree=tree,
        images=cast("NDArray[np.uint8]", images),
        votes=np.array(votes)[order].astype(np.int64),
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
    return OpenedShards(galaxies, np.array(ids, dtype=object)[order])


def _examples(file: Path, shard: dict[str, Any]) -> list[tuple[int, int, Example]]:
    """Start, end and example of each record of a shard that is as long as it should be."""
    try:
        size = file.stat().st_size
    except FileNotFoundError as error:
        raise GzactiveError(
            f"The shard '{file}' is missing: fetch it again, or make the shards again."
        ) from error
    if size != shard["bytes"]:
        raise DamagedRecord(f"it has {size:,} bytes, not {shard['bytes']:,}")
    if not size:  # none of its images could be read, and an empty file cannot be mapped
        return []
    content = np.memmap(file, np.uint8, "r")
    return [(start, end, Example(content, start, end)) for start, end in record_bounds(content)]


def _same_tree(folder: Path, manifest: dict[str, Any], tree: DecisionTree | None) -> DecisionTree:
    stored = manifest["tree"]
    tree = tree or load_tree(stored["id"])
    if tree.hash != stored["hash"]:
        raise GzactiveError(
            f"The shards in '{folder}' hold votes of another tree '{stored['id']}' than "
            f"'{tree.id}': give --tree with the file that they were made with."
        )
    return tree


def _damaged(file: Path, error: DamagedRecord) -> GzactiveError:
    return GzactiveError(
        f"The shard '{file}' is damaged ({error}): fetch it again, or delete it and give the "
        "command that makes the shards again."
    )
