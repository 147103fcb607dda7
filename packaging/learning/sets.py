"""Galaxies on which asking cleverly is replayed: none was trained on by the network.

A simulated sky of its own seed, and of the real sets the part that ``packaging/base_model`` kept
for testing. Each becomes a project with features and a table of votes, made once.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from gzactive.catalog import split_parts
from gzactive.inference import extract_features
from gzactive.project import Project
from gzactive.simulated.sky import make_sky
from gzactive.simulated.volunteers import vote
from gzactive.terminal import progress_bars
from gzactive.trees import DEFAULT_TREE, DecisionTree, load_tree

sys.path.append(str(Path(__file__).resolve().parents[1] / "base_model"))
from galaxies import efigi, galaxy_zoo_1

NAMES = ("sky", "gz1", "efigi", "rings")
SKY_GALAXIES = 3000
_SKY_SEED = 7013  # not that of the training sky, of its test, or of a demonstration
_SPLIT_SEED = 5281  # of packaging/base_model
_VOLUNTEERS = 40


@dataclass(frozen=True)
class Set:
    """A project's folder and a table of votes (CSV) for its galaxies."""

    name: str
    project: Path
    votes: Path


def make_set(name: str, data: Path, work: Path, weights: Path | str) -> Set:
    """Make a set, or find it made; killed, the same call goes on."""
    folder = work / name
    folder.mkdir(parents=True, exist_ok=True)
    made = Set(name, folder / "project", folder / "votes.csv")
    tree = load_tree("rings" if name == "rings" else DEFAULT_TREE)
    if not made.votes.exists():
        table = _table(name, data, folder, tree)
        catalog = table[["id_str", "file_loc"]]
        if not made.project.exists():
            Project.create(made.project, catalog, tree, weights=weights, seed=1).close()
        table[["id_str", *tree.columns]].to_csv(made.votes, index=False)
    with Project.open(made.project) as project, progress_bars() as progress:
        extract_features(project, progress=progress)
    return made


def _table(name: str, data: Path, folder: Path, tree: DecisionTree) -> pd.DataFrame:
    """``id_str``, ``file_loc`` (absolute) and a column of counts an answer."""
    if name == "sky":
        sky = make_sky(folder / "sky", SKY_GALAXIES, seed=_SKY_SEED)
        votes = vote(sky, tree, n_volunteers=_VOLUNTEERS, seed=_SKY_SEED)
        return sky[["id_str", "file_loc"]].merge(votes, on="id_str")
    if name == "rings":
        table = pd.read_csv(data / "decals_rings" / "labels.csv").rename(
            columns={"iauname": "id_str"}
        )
        table["file_loc"] = [str(data.resolve() / "decals_rings" / one) for one in table["file"]]
        return table
    table = (galaxy_zoo_1 if name == "gz1" else efigi)(
        data / f"{name}_sdss" if name == "gz1" else data / name, tree
    )
    table = table[split_parts(table["id_str"], _SPLIT_SEED) == "test"].reset_index(drop=True)
    table["file_loc"] = [str(Path(one).resolve()) for one in table["file_loc"]]
    if name == "efigi":
        (folder / "images").mkdir(exist_ok=True)
        table["file_loc"] = [in_margin(Path(one), folder / "images") for one in table["file_loc"]]
    return table


def in_margin(path: Path, folder: Path) -> str:
    """The image in a frame twice as wide, filled from its own dark edge, as a file.

    EFIGI's galaxies fill their frames; Galaxy Zoo's cutouts are wider, and so was the training.
    """
    out = folder / f"{path.stem}.png"
    if not out.exists():
        with Image.open(path) as picture:
            image = np.asarray(picture.convert("RGB"))
        side = image.shape[0]
        edge = np.concatenate([image[:2].reshape(-1, 3), image[-2:].reshape(-1, 3)])
        light = edge.sum(axis=1)
        sky = edge[light <= np.median(light)]
        rng = np.random.default_rng(side + int(light.sum()))
        frame = sky[rng.integers(len(sky), size=(2 * side, 2 * side))]
        start = side // 2
        frame[start : start + side, start : start + side] = image
        Image.fromarray(frame).save(out)
    return str(out.resolve())
