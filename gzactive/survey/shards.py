"""Shards: a catalogue's images and votes as TFRecords, as Zoobot v1 reads them.

Training on another machine is fed from a few hundred large files rather than from a million small
ones. A folder of shards holds

    train_shards/ test_shards/ val_shards/    s300_shard_0.tfrecord and so on
    split.csv                                 id_str, part
    problems.csv                              images that could not be read
    index.npz                                 where each galaxy lies in them
    manifest.json                             tree, columns, settings; of each shard the galaxies,
                                              bytes and SHA-256

One example a galaxy, with features named and typed as Zoobot v1's ``create_shards`` writes them
(https://github.com/mwalmsley/zoobot, ``data_utils/create_tfrecord.py``): ``matrix``, the raw bytes
of the uint8 image, row by row, channels last; ``id_str``; ``height``, ``width`` and ``channels`` as
integers; and a float32 count for each answer, under its column's name. Zoobot's loaders expect
three channels, of which they take the mean themselves. ``row``, the galaxy's row in the catalogue,
is ours: shards are shuffled, since readers that stream shuffle no more than a buffer, and with it
:mod:`gzactive.survey.shard_reading` gives back the catalogue's order.

A shard appears whole or not at all, and a killed run goes on with the first that is missing.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog import PARTS, split_parts
from gzactive.errors import GzactiveError
from gzactive.images import ImageProblem, ImageSettings, load_resized
from gzactive.inference.catalogue_training import voted_galaxies, write_split
from gzactive.inference.network_training import SPLIT, make_folder
from gzactive.paths import atomic_write
from gzactive.progress import Progress, silent
from gzactive.survey.shard_index import shard_index
from gzactive.tfrecords import encode_example, framed

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.trees import DecisionTree

__all__ = ["FOLDERS", "FORMAT", "MANIFEST", "ShardSettings", "WrittenShards", "write_shards"]

FORMAT = "gzactive shards 1"
MANIFEST = "manifest.json"
#: Part of the split → folder, as Zoobot names them.
FOLDERS = {"train": "train_shards", "test": "test_shards", "validation": "val_shards"}
_SPARE = 1 << 28  # bytes that are left free on the disk
_AHEAD = 4  # images a thread decodes ahead of the one that is written


@dataclass(frozen=True)
class ShardSettings:
    """What is written, and how it is shared out."""

    size: int = 300  #: pixels on a side
    channels: int = 3  #: Zoobot reads three; one is a third of the size, for gzactive alone
    stretch: str = "asinh"  #: of FITS images, see :class:`gzactive.images.ImageSettings`
    split: tuple[float, float, float] = SPLIT  #: shares of train, test and validation
    seed: int = 0  #: of the split (as of ``gzactive train``), the order and the limit
    limit: int | None = None  #: only so many galaxies, drawn at random
    per_shard: int = 512  #: galaxies a shard: 138 MB at 300 pixels in colour


@dataclass(frozen=True)
class WrittenShards:
    """What was written."""

    galaxies: dict[str, int]  #: part → galaxies
    problems: dict[str, str]  #: id_str → why its image could not be read
    without_votes: int  #: rows left out
    shards: int
    kept: int  #: of them, those that a former run had written
    bytes: int
    seconds: float


def write_shards(
    catalog: Path,
    tree: DecisionTree,
    out: Path,
    *,
    images: list[Path] | None = None,
    settings: ShardSettings | None = None,
    workers: int | None = None,
    progress: Progress = silent,
) -> WrittenShards:
    """Write a table of images and votes as shards, or go on with it.

    Parameters
    ----------
    catalog
        A table of ``id_str``, ``file_loc`` and counts a column of an answer.
    tree
        Whose questions the votes answer.
    out
        The folder; the same call goes on with it.
    images
        Folders and ZIPs, joined to the table by file stem, when it has no ``file_loc``.
    settings
        Size, channels, split, limit.
    workers
        Threads that decode; by default one a core.
    progress
        Called for every image; may cancel, and the same call goes on.

    Raises
    ------
    GzactiveError
        If the table has no votes of the tree, no image can be read, the folder holds shards of
        something else, or the disk is full.
    """
    began = time.monotonic()
    settings = settings or ShardSettings()
    image_settings = ImageSettings(
        size=settings.size, crop=settings.size, channels=settings.channels, stretch=settings.stretch
    )
    make_folder(out)
    table, without_votes = voted_galaxies(catalog, tree, images)
    order = np.random.default_rng(settings.seed).permutation(len(table))[: settings.limit]
    table["part"] = split_parts(table["id_str"], settings.seed, settings.split)
    plan = _plan(table["part"].to_numpy()[order], order, settings)
    manifest = _started(out, catalog, table, tree, settings, without_votes)
    done = {shard["file"]: shard for shard in manifest["shards"]}
    kept = len(done)
    try:
        _check_room(out, sum(len(rows) for name, _, rows in plan if name not in done), settings)
        count = sum(shard["galaxies"] + len(shard["problems"]) for shard in done.values())
        with ThreadPoolExecutor(workers or os.cpu_count(), thread_name_prefix="decode") as pool:
            for name, part, rows in plan:
                if name in done:
                    continue
                encoded = _encoded(pool, table, rows, tree, image_settings)
                shard = {"file": name, "part": part}
                shard |= _write(out / name, encoded, progress, (count, len(order)))
                count += len(rows)
                manifest["shards"].append(shard)
                atomic_write(out / MANIFEST, json.dumps(manifest, indent=1))
        progress("writing shards", len(order), len(order))
        written = _finish(out, manifest, table, order, kept, began)
        shard_index(out, manifest, tree.columns, progress)  # that opening them need not make it
        return written
    except OSError as error:
        raise GzactiveError(
            f"The shards cannot be written to '{out}': {error.strerror or error}."
        ) from error


def _plan(
    parts: NDArray[Any], order: NDArray[np.int64], settings: ShardSettings
) -> list[tuple[str, str, NDArray[np.int64]]]:
    """File, part and rows of each shard."""
    plan = []
    for part in PARTS:
        rows = order[parts == part]
        for number, start in enumerate(range(0, len(rows), settings.per_shard)):
            name = f"{FOLDERS[part]}/s{settings.size}_shard_{number}.tfrecord"
            plan.append((name, part, rows[start : start + settings.per_shard]))
    return plan


def _started(
    out: Path,
    catalog: Path,
    table: pd.DataFrame,
    tree: DecisionTree,
    settings: ShardSettings,
    without_votes: int,
) -> dict[str, Any]:
    """The manifest of a new run, or of the one that lies in the folder, less what is gone."""
    text = table.to_csv(index=False)  # ids, files, votes and parts: what the shards are made of
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "catalog": str(catalog.absolute()),
        "content": hashlib.sha256(text.encode()).hexdigest(),
        "tree": {"id": tree.id, "hash": tree.hash},
        "columns": list(tree.columns),
        "settings": json.loads(json.dumps(asdict(settings))),
        "without_votes": without_votes,
        "complete": False,
        "shards": [],
    }
    try:
        found = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return manifest
    except ValueError as error:
        raise GzactiveError(
            f"'{out / MANIFEST}' is damaged: choose another folder, or empty this one."
        ) from error
    same = ("format", "content", "tree", "columns", "settings")
    differing = [key for key in same if found.get(key) != manifest[key]]
    if differing:
        raise GzactiveError(
            f"'{out}' holds shards of other galaxies, votes or settings ({', '.join(differing)}): "
            "choose another folder, or empty this one."
        )
    manifest["shards"] = [
        shard
        for shard in found["shards"]
        if (out / shard["file"]).exists() and (out / shard["file"]).stat().st_size == shard["bytes"]
    ]
    return manifest


def _encoded(
    pool: ThreadPoolExecutor,
    table: pd.DataFrame,
    rows: NDArray[np.int64],
    tree: DecisionTree,
    settings: ImageSettings,
) -> Iterator[tuple[str, bytes | str]]:
    """Of each row in turn its id and its record, or why its image cannot be read."""
    files, ids = table["file_loc"].to_numpy()[rows], table["id_str"].to_numpy()[rows]
    votes = table[list(tree.columns)].to_numpy()[rows]

    def make(place: int) -> tuple[str, bytes | str]:
        try:
            matrix = load_resized(files[place], settings)
        except ImageProblem as problem:
            return ids[place], problem.reason
        features = _features(matrix, ids[place], int(rows[place]), votes[place], tree.columns)
        return ids[place], framed(encode_example(features))

    ahead: deque[Future[tuple[str, bytes | str]]] = deque()
    places = iter(range(len(rows)))
    width = _AHEAD * (os.cpu_count() or 1)
    try:
        for place in places:
            ahead.append(pool.submit(make, place))
            if len(ahead) > width:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        for future in ahead:
            future.cancel()


def _features(
    matrix: NDArray[np.uint8],
    id_str: str,
    row: int,
    votes: NDArray[np.int64],
    columns: Sequence[str],
) -> dict[str, bytes | Sequence[int] | Sequence[float]]:
    """What an example holds; the image last, so that the rest is read without it."""
    height, width, channels = matrix.shape
    return {
        "id_str": id_str.encode(),
        "row": [row],
        **{column: [float(count)] for column, count in zip(columns, votes, strict=True)},
        "height": [height],
        "width": [width],
        "channels": [channels],
        "matrix": matrix.tobytes(),
    }


def _write(
    path: Path,
    records: Iterator[tuple[str, bytes | str]],
    progress: Progress,
    count: tuple[int, int],
) -> dict[str, Any]:
    """One shard, which appears when it is whole."""
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    digest, size, galaxies = hashlib.sha256(), 0, 0
    problems: dict[str, str] = {}
    try:
        with temporary.open("xb") as file:
            for place, (id_str, record) in enumerate(records):
                progress("writing shards", count[0] + place, count[1])
                if isinstance(record, str):
                    problems[id_str] = record
                    continue
                file.write(record)
                digest.update(record)
                size += len(record)
                galaxies += 1
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return {
        "galaxies": galaxies,
        "bytes": size,
        "sha256": digest.hexdigest(),
        "problems": problems,
    }


def _finish(
    out: Path,
    manifest: dict[str, Any],
    table: pd.DataFrame,
    order: NDArray[np.int64],
    kept: int,
    began: float,
) -> WrittenShards:
    shards = manifest["shards"]
    for folder in FOLDERS.values():
        for left in (out / folder).glob(".*.tfrecord.*"):  # of a run that was killed
            left.unlink(missing_ok=True)
    problems = {id_str: why for shard in shards for id_str, why in shard["problems"].items()}
    galaxies = {
        part: sum(shard["galaxies"] for shard in shards if shard["part"] == part) for part in PARTS
    }
    if not any(galaxies.values()):
        id_str, reason = next(iter(problems.items()))
        raise GzactiveError(
            f"None of {len(problems):,} images of '{manifest['catalog']}' can be read (first: "
            f"{id_str}, {reason}): correct file_loc."
        )
    written = table.iloc[np.sort(order)].reset_index(drop=True)
    rows = np.flatnonzero(written["id_str"].isin(problems)).tolist()
    reasons = [problems[id_str] for id_str in written["id_str"].iloc[rows]]
    write_split(written, dict(zip(rows, reasons, strict=True)), out)
    manifest |= {"galaxies": galaxies, "complete": True}
    atomic_write(out / MANIFEST, json.dumps(manifest, indent=1))
    return WrittenShards(
        galaxies=galaxies,
        problems=problems,
        without_votes=manifest["without_votes"],
        shards=len(shards),
        kept=kept,
        bytes=sum(shard["bytes"] for shard in shards),
        seconds=time.monotonic() - began,
    )


def _check_room(out: Path, galaxies: int, settings: ShardSettings) -> None:
    needed = galaxies * settings.size**2 * settings.channels
    free = shutil.disk_usage(out).free
    if needed + _SPARE > free:
        raise GzactiveError(
            f"Shards of {galaxies:,} galaxies take {needed / 1e9:.1f} GB and '{out}' has "
            f"{free / 1e9:.1f} GB left: choose a folder on a larger disk, a smaller --size, or "
            "--grey."
        )
