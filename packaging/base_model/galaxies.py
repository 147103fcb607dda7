"""Real galaxies with pseudo-votes, and a simulated sky: what the base model is trained on.

A plurality class or an expert's attribute becomes votes on the questions it speaks of, 20 a
question at most and never all for one answer; a question that nothing is known about gets none, and
then adds nothing to the loss. Attributes beyond the tree (rings, dust, …) become auxiliary targets.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from gzactive.images import ImageSettings, load_resized
from gzactive.model.auxiliary import Auxiliary
from gzactive.simulated.sky import make_sky
from gzactive.simulated.volunteers import vote, vote_probabilities
from gzactive.trees import DecisionTree, load_tree

Votes = Mapping[str, int]

HANDED = frozenset({"arm_rotation", "winding_sense"})
#: Named as in EFIGI (Baillard et al. 2011), and what Galaxy Zoo 1 and the simulated sky tell.
ATTRIBUTES = (
    *("stage", "bulge_to_total", "arm_strength", "arm_curvature", "arm_rotation", "bar_length"),
    *("inner_ring", "outer_ring", "pseudo_ring", "any_ring", "perturbation", "visible_dust"),
    *("dust_dispersion", "flocculence", "hot_spots", "inclination", "contamination"),
    *("multiplicity", "winding_sense", "merger", "star"),
)

_COPIES = 3
_SMOOTH, _FEATURED = (17, 3, 0), (3, 17, 0)  # of smooth-or-featured: smooth, featured, artifact


def _spread(question: str, **counts: int) -> dict[str, int]:
    return {f"{question}_{name.replace('_', '-')}": count for name, count in counts.items()}


def _smooth_or_featured(smooth: int, featured: int, artifact: int) -> dict[str, int]:
    return {
        "smooth-or-featured_smooth": smooth,
        "smooth-or-featured_featured-or-disk": featured,
        "smooth-or-featured_artifact": artifact,
    }


_UNDISTURBED = _spread("merging", none=9, minor_disturbance=1)
_FACE_ON = _spread("disk-edge-on", yes=1, no=16)
_SPIRAL = {
    **_smooth_or_featured(*_FEATURED),
    **_FACE_ON,
    **_spread("has-spiral-arms", yes=14, no=2),
    **_UNDISTURBED,
}
GALAXY_ZOO_1: Mapping[str, Votes] = {
    "elliptical": {**_smooth_or_featured(*_SMOOTH), **_UNDISTURBED},
    # Some volunteers call an edge-on disc smooth and cigar-shaped.
    "edge_on": {
        **_smooth_or_featured(4, 16, 0),
        **_spread("disk-edge-on", yes=15, no=1),
        **_UNDISTURBED,
    },
    "spiral_clockwise": _SPIRAL,
    "spiral_anticlockwise": _SPIRAL,
    "merger": _spread("merging", none=1, minor_disturbance=2, major_disturbance=4, merger=13),
    "star_dont_know": {},
}

# One row of counts for each of EFIGI's levels 0, 0.25, 0.5, 0.75, 1.
_BAR = (
    _spread("bar", strong=1, weak=2, no=15),
    _spread("bar", strong=3, weak=9, no=6),
    _spread("bar", strong=9, weak=7, no=2),
    _spread("bar", strong=14, weak=3, no=1),
    _spread("bar", strong=16, weak=1, no=1),
)
_ARMS = (
    _spread("has-spiral-arms", yes=3, no=15),
    _spread("has-spiral-arms", yes=11, no=7),
    _spread("has-spiral-arms", yes=16, no=2),
    _spread("has-spiral-arms", yes=17, no=1),
    _spread("has-spiral-arms", yes=17, no=1),
)
_WINDING = (
    _spread("spiral-winding", tight=1, medium=3, loose=12),
    _spread("spiral-winding", tight=2, medium=6, loose=8),
    _spread("spiral-winding", tight=4, medium=9, loose=3),
    _spread("spiral-winding", tight=10, medium=5, loose=1),
    _spread("spiral-winding", tight=14, medium=2, loose=0),
)
_BULGE = (
    _spread("bulge-size", dominant=0, large=0, moderate=2, small=9, none=7),
    _spread("bulge-size", dominant=0, large=2, moderate=7, small=8, none=1),
    _spread("bulge-size", dominant=1, large=5, moderate=9, small=3, none=0),
    _spread("bulge-size", dominant=4, large=9, moderate=4, small=1, none=0),
    _spread("bulge-size", dominant=10, large=6, moderate=2, small=0, none=0),
)
_MERGING = (
    _spread("merging", none=18, minor_disturbance=2, major_disturbance=0, merger=0),
    _spread("merging", none=14, minor_disturbance=5, major_disturbance=1, merger=0),
    _spread("merging", none=8, minor_disturbance=8, major_disturbance=3, merger=1),
    _spread("merging", none=3, minor_disturbance=8, major_disturbance=7, merger=2),
    _spread("merging", none=1, minor_disturbance=5, major_disturbance=10, merger=4),
)
_ROUND = (
    _spread("how-rounded", round=14, in_between=2, cigar_shaped=0),
    _spread("how-rounded", round=9, in_between=7, cigar_shaped=0),
    _spread("how-rounded", round=2, in_between=13, cigar_shaped=1),
    _spread("how-rounded", round=0, in_between=10, cigar_shaped=6),
    _spread("how-rounded", round=0, in_between=3, cigar_shaped=13),
)


def galaxy_zoo_1(folder: Path, tree: DecisionTree) -> pd.DataFrame:
    """SDSS galaxies with Galaxy Zoo 1's plurality class (Lintott et al. 2011)."""
    table = pd.read_csv(folder / "labels.csv", dtype={"dr7objid": str})
    kind = table["gz1_class_name"]
    votes = pd.DataFrame([GALAXY_ZOO_1[name] for name in kind], columns=list(tree.columns))
    sense = kind.map({"spiral_clockwise": 1.0, "spiral_anticlockwise": 0.0})
    star = (kind == "star_dont_know").astype(float)
    merger = (kind == "merger").astype(float).where(kind != "star_dont_know")
    return _joined(
        table["dr7objid"],
        folder / table["file"],
        votes,
        winding_sense=sense,
        star=star,
        merger=merger,
    )


def efigi(folder: Path, tree: DecisionTree) -> pd.DataFrame:
    """Large SDSS galaxies with the attributes that experts gave them (Baillard et al. 2011)."""
    table = pd.read_csv(folder / "labels.csv")
    known = table.where(table != -1)  # of the attributes −1 means undefined, of T it is a type
    stage, tilt = table["T"], table["Inclination"]
    smooth, featured = stage <= -3, stage >= 1
    votes = pd.DataFrame(0, index=table.index, columns=list(tree.columns))

    def add(rows: pd.Series, counts: Votes) -> None:
        votes.loc[rows, list(counts)] = list(counts.values())

    def add_levels(rows: pd.Series, attribute: str, levels: tuple[dict[str, int], ...]) -> None:
        for level, counts in enumerate(levels):
            add(rows & (known[attribute] == level / 4), counts)

    add(smooth, _smooth_or_featured(*_SMOOTH))
    add(featured, _smooth_or_featured(*_FEATURED))
    add_levels(smooth, "Inclination", _ROUND)
    add(featured & (tilt == 1), _spread("disk-edge-on", yes=15, no=1))
    add(featured & (tilt == 0.75), _spread("disk-edge-on", yes=5, no=11))
    face_on = featured & (tilt <= 0.5)
    add(face_on, _FACE_ON)
    add_levels(face_on, "Bar_Length", _BAR)
    add_levels(face_on, "Arm_Strength", _ARMS)
    add_levels(face_on & (known["Arm_Strength"] >= 0.5), "Arm_Curvature", _WINDING)
    add_levels(face_on, "Bulge_to_Total", _BULGE)
    add_levels(smooth | featured, "Perturbation", _MERGING)
    attributes = {
        name: known[column]
        for column in table.columns[3:]
        if (name := column.lower()) in ATTRIBUTES
    }
    rings = known[["Inner_Ring", "Outer_Ring", "Pseudo_Ring"]].max(axis=1)
    return _joined(
        table["PGCname"],
        folder / table["file"],
        votes,
        stage=(stage + 6) / 17,
        any_ring=rings,
        **attributes,
    )


def simulated(folder: Path, n: int, seed: int, tree: DecisionTree, volunteers: int) -> pd.DataFrame:
    """A simulated sky with the votes of simulated volunteers and its own truth."""
    sky = make_sky(folder, n, seed=seed)
    votes = vote(sky, tree, volunteers, seed=seed)[list(tree.columns)]
    disc, armed = sky["kind"] == "disc", sky["arm_strength"] > 0.3
    rings = load_tree("rings")
    ring = vote_probabilities(sky, rings)[:, rings.columns.index("ring_yes")]
    return _joined(
        sky["id_str"],
        sky["file_loc"],
        votes,
        winding_sense=((sky["winding_sense"] + 1) / 2).where(disc & armed),
        any_ring=pd.Series(ring),
        inner_ring=sky["inner_ring"],
        outer_ring=sky["outer_ring"],
        bulge_to_total=sky["bulge_fraction"],
        flocculence=sky["flocculence"].where(disc),
        inclination=(sky["inclination"] / 90).where(disc),
        visible_dust=sky["dust"].where(disc),
    )


def _joined(
    id_str: pd.Series, files: pd.Series, votes: pd.DataFrame, **attributes: pd.Series
) -> pd.DataFrame:
    """``id_str``, ``file_loc``, an int64 column an answer and a float column an attribute."""
    table = pd.DataFrame({"id_str": id_str, "file_loc": files.astype(str)})
    known = pd.DataFrame(attributes, index=table.index).reindex(columns=ATTRIBUTES)
    return pd.concat([table, votes.fillna(0).astype("int64"), known.astype("float32")], axis=1)


def balanced(table: pd.DataFrame, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows to train on, the rarer class of each real source up to three times.

    EFIGI's galaxies are mostly featured, Galaxy Zoo 1's mostly smooth: uncorrected, the look of a
    survey would tell the class, and the smooth look of another one would say "smooth".
    """
    featured = table["smooth-or-featured_featured-or-disk"]
    smooth = table["smooth-or-featured_smooth"]
    kind = np.sign(featured - smooth).to_numpy()
    copies = np.ones(len(table), int)
    for source in ("gz1", "efigi"):
        here = (table["source"] == source).to_numpy()
        counts = {value: int((kind[rows][here[rows]] == value).sum()) for value in (-1, 1)}
        rarer = min(counts, key=counts.__getitem__)
        copies[here & (kind == rarer)] = min(_COPIES, round(counts[-rarer] / counts[rarer]))
        copies[here & (table["merger"] == 1).to_numpy()] = _COPIES
    return np.repeat(rows, copies[rows])


def auxiliary(table: pd.DataFrame, weight: float) -> Auxiliary:
    """The attributes of a table as targets beyond the tree."""
    values = table[list(ATTRIBUTES)].to_numpy(np.float32)
    return Auxiliary(ATTRIBUTES, values, HANDED, weight)


def load_images(files: list[str], cache: Path, margin: float = 1.0) -> NDArray[np.uint8]:
    """Images as the program loads them, (n, 300, 300, 1) uint8, kept in a file.

    A margin of 2 sets each in a frame twice as wide, for galaxies that fill theirs: Galaxy Zoo's
    cutouts are 8.5 Petrosian radii wide (0.02 of one a pixel, 424 pixels).
    """
    if cache.exists():
        loaded: NDArray[np.uint8] = np.load(cache, mmap_mode="r")
        if len(loaded) == len(files):
            return loaded
    settings = ImageSettings()

    def load(name: str) -> NDArray[np.uint8]:
        return load_resized(name, settings) if margin == 1 else _in_margin(name, margin)

    with ThreadPoolExecutor(2) as pool:
        images = np.stack(list(pool.map(load, files)))
    np.save(cache, images)
    return images


def _in_margin(name: str, margin: float) -> NDArray[np.uint8]:
    """The image in a wider frame, filled with pixels drawn from its own edge."""
    with Image.open(name) as picture:
        image = np.asarray(picture.convert("RGB"))
    inner, outer = image.shape[0], round(image.shape[0] * margin)
    edge = np.concatenate(
        [image[:2], image[-2:], image[:, :2].swapaxes(0, 1), image[:, -2:].swapaxes(0, 1)]
    ).reshape(-1, 3)
    # Galaxies reach the edge: the darker half of it is sky.
    light = edge.sum(axis=1)
    sky = edge[light <= np.median(light)]
    rng = np.random.default_rng(inner + int(light.sum()))
    frame = sky[rng.integers(len(sky), size=(outer, outer))]
    start = (outer - inner) // 2
    frame[start : start + inner, start : start + inner] = image
    resized = Image.fromarray(frame).resize((300, 300), Image.Resampling.LANCZOS)
    grey = np.asarray(resized, np.float32).mean(axis=2)
    return np.rint(grey).astype(np.uint8)[:, :, None]
