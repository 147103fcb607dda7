"""The simulated sky as pictures of the app need it: what a person would answer, another survey.

Answers are keys of gz-decals-dr5, in the order in which its questions are asked.
"""

from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["PATH", "is_fair_spiral", "other_survey", "path_of"]

#: Featured, not edge-on, strong bar, arms, medium, two, moderate, undisturbed.
PATH = (2, 2, 1, 1, 2, 2, 3, 1)
_BARS = {"strong": 1, "weak": 2, "none": 3}


def path_of(galaxy: pd.Series) -> tuple[int, ...]:
    """The keys for one galaxy; :data:`PATH` where nothing is known of it."""
    if "arm_strength" not in galaxy:
        return PATH
    if galaxy["kind"] in ("star", "artifact"):
        return (3,)
    if galaxy["kind"] == "elliptical":
        return (1, _first(galaxy["axis_ratio"] > 0.8, galaxy["axis_ratio"] > 0.4), 1)
    if galaxy["edge_on"] or galaxy["inclination"] > 78:
        return (2, 1, 3, 1)
    bulge = 1 + _first(galaxy["bulge_fraction"] > 0.4, galaxy["bulge_fraction"] > 0.12)
    if galaxy["arm_strength"] < 0.3:
        return (2, 2, _BARS[galaxy["bar"]], 2, bulge, 1)
    tight = _first(galaxy["pitch_angle"] < 13, galaxy["pitch_angle"] < 24)
    arms = min(int(galaxy["arm_number"]), 5) or 6
    return (2, 2, _BARS[galaxy["bar"]], 1, tight, arms, bulge, 1)


def is_fair_spiral(truth: pd.DataFrame) -> pd.Series:
    """Which galaxies are a pleasure to look at."""
    return (
        truth["kind"].eq("disc")
        & truth["defect"].eq("none")
        & truth["arm_number"].eq(2)
        & truth["arm_strength"].gt(0.6)
        & truth["inclination"].lt(55)
        & truth["signal_to_noise"].gt(250)
        & truth["radius90"].gt(9)
    )


def other_survey(votes: Path) -> Path:
    """The same sky in another catalogue: most of it, a third of an arc second off, other votes."""
    rng = np.random.default_rng(1)
    table = pd.read_parquet(votes).drop(columns="file_loc")
    places = pd.read_parquet(votes.with_name("catalog.parquet"), columns=["id_str", "ra", "dec"])
    table = table.merge(places).sample(frac=0.8, random_state=1)
    off = rng.normal(0, 0.25 / 3600, (2, len(table)))
    table["ra"] += off[0] / np.cos(np.radians(table["dec"]))
    table["dec"] += off[1]
    table["id_str"] = "J" + table["id_str"].str.removeprefix("SIM")
    place = votes.with_name("other.parquet")
    table.to_parquet(place, index=False)
    return place


def _first(*met: bool) -> int:
    """The number of the first that is so, from 1; one more than there are if none is."""
    return next((number for number, one in enumerate(met, start=1) if one), len(met) + 1)
