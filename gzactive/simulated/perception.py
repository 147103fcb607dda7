"""What people make of a galaxy: the chance of each answer to each question, from its truth.

Every chance follows from the parameters that the picture was rendered from and from how well they
can be seen, so confusion is real: faint spirals look smooth, mild inclination hides whether a disc
is edge-on, weak bars are voted both ways. Scales were set so that the mean answers, and how divided
people are, resemble the published votes of Galaxy Zoo DECaLS (Walmsley et al. 2022).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from gzactive.errors import GzactiveError

__all__ = ["QUESTIONS", "SAME_ANSWER", "View"]

_Floats = npt.NDArray[np.float64]
_Chances = dict[str, _Floats]


@dataclass(frozen=True)
class View:
    """What can be seen of each galaxy of a table of truth: arrays (n,), strengths in [0, 1]."""

    truth: pd.DataFrame

    def column(self, name: str) -> "pd.Series[Any]":
        """A column of the truth; GzactiveError if the table lacks it."""
        if name not in self.truth:
            raise GzactiveError(
                f"The table has no column '{name}', which simulated volunteers look at: give them "
                "the truth of a simulated sky."
            )
        return self.truth[name]

    def _of(self, name: str) -> npt.NDArray[Any]:
        return self.column(name).to_numpy()

    @cached_property
    def clarity(self) -> _Floats:
        """How well details show: 0 hopeless, 1 as clear as a textbook's plate."""
        light, detail = self._of("signal_to_noise"), self._of("resolution")
        return np.asarray(light / (light + 100.0) * detail**2 / (detail**2 + 3.6**2), float)

    @cached_property
    def axis_ratio(self) -> _Floats:
        """Apparent axis ratio, rounded by seeing."""
        blur = 1 / (1.6 * self._of("resolution"))
        return np.asarray(np.sqrt((self._of("axis_ratio") ** 2 + blur**2) / (1 + blur**2)), float)

    @cached_property
    def facing(self) -> _Floats:
        """How well features within a disc show at its inclination."""
        ramp = np.clip((self._of("axis_ratio") - 0.2) / 0.3, 0, 1)
        return np.asarray(ramp * ramp * (3 - 2 * ramp), float)

    @cached_property
    def arms(self) -> _Floats:
        """Visible strength of spiral arms; flocculent ones show less."""
        seen = self._of("arm_strength") * (1 - 0.35 * self._of("flocculence"))
        return np.asarray(seen * self.facing * self.clarity * (1.15 - self.bulge), float)

    @cached_property
    def bar(self) -> _Floats:
        """Visible strength of the bar."""
        return np.asarray(self._of("bar_strength") * self.facing * self.clarity**0.5, float)

    @cached_property
    def ring(self) -> _Floats:
        """Visible strength of the clearest ring."""
        strongest = np.maximum(self._of("inner_ring"), 0.9 * self._of("outer_ring"))
        return np.asarray(strongest * self.facing * self.clarity**0.7, float)

    @cached_property
    def bulge(self) -> _Floats:
        """Share of the light in the bulge of a disc; 0.36 for an elliptical taken for a disc."""
        return np.where(self.kind("elliptical"), 0.36, self._of("bulge_fraction")).astype(float)

    @cached_property
    def knots(self) -> _Floats:
        """Visible patchiness."""
        return np.asarray(self._of("clumpiness") * self.clarity, float)

    @cached_property
    def disturbed(self) -> _Floats:
        """Visible disturbance: a bent shape, tails or shells."""
        shape = self._of("disturbance") * (0.35 + 0.65 * self.clarity)
        depth = self._of("signal_to_noise") / (self._of("signal_to_noise") + 170.0)
        debris = 0.9 * np.maximum(self._of("tail_strength"), 0.8 * self._of("shell_strength"))
        return np.asarray(np.maximum(shape, 0.25 * shape + debris * depth), float)

    def kind(self, *names: str) -> npt.NDArray[np.bool_]:
        """Whether the object is of one of these kinds."""
        return np.asarray(self.column("kind").isin(names), bool)

    @cached_property
    def edge_on(self) -> npt.NDArray[np.bool_]:
        """Whether it is a disc seen from the side."""
        return np.asarray(self._of("edge_on"), bool)

    def strength(self, name: str) -> _Floats:
        """A column of the truth as numbers."""
        return np.asarray(self._of(name), float)

    def text(self, name: str) -> npt.NDArray[np.object_]:
        """A column of the truth as text."""
        return self.column(name).to_numpy(dtype=object)


def _ordered(values: _Floats, limits: list[float], softness: _Floats | float) -> list[_Floats]:
    """Chances of ordered answers: a person puts ``values`` plus a logistic error between limits."""
    below = [expit((limit - values) / softness) for limit in limits]
    edges = [np.zeros_like(values), *below, np.ones_like(values)]
    return [high - low for low, high in pairwise(edges)]


def _yes_no(yes: _Floats) -> _Chances:
    return {"yes": yes, "no": 1 - yes}


def _smooth_or_featured(view: View) -> _Chances:
    disc = view.kind("disc", "irregular")
    slender = expit((0.36 - view.axis_ratio) / 0.06)
    evidence = (
        -2.2
        + 7.0 * view.arms
        + 3.2 * view.bar
        + 3.0 * view.ring
        + 2.6 * slender * disc
        + 0.8 * slender
        + 2.2 * view.knots
        + 2.6 * view.disturbed
        + 1.5 * disc * view.clarity * (1 - view.bulge)
    )
    featured = 0.03 + 0.94 * expit(evidence)
    spoiled = view.kind("artifact", "star")
    blemish = (view.text("defect") != "none") & ~spoiled
    hopeless = np.clip(1 - view.strength("signal_to_noise") / 60.0, 0, 1)
    artifact = 0.035 + 0.05 * (1 - view.clarity) + 0.14 * hopeless + 0.06 * blemish
    artifact = np.where(spoiled, np.where(view.kind("star"), 0.68, 0.80), artifact)
    return {
        "smooth": (1 - artifact) * (1 - featured),
        "featured-or-disk": (1 - artifact) * featured,
        "artifact": artifact,
    }


def _how_rounded(view: View) -> _Chances:
    cigar, between, round_ = _ordered(view.axis_ratio, [0.39, 0.79], 0.06)
    return {"round": round_, "in-between": between, "cigar-shaped": cigar}


def _disk_edge_on(view: View) -> _Chances:
    # The few who see a disc in a flattened elliptical take it for one from the side.
    line = np.where(view.kind("elliptical"), 0.31, 0.265)
    return _yes_no(0.012 + 0.97 * expit((line - view.axis_ratio) / 0.04))


def _bar(view: View) -> _Chances:
    softness = 0.10 + 0.05 * (1 - view.clarity)
    no, weak, strong = _ordered(view.bar, [0.19, 0.52], softness)
    return {"strong": strong, "weak": weak, "no": no}


def _has_spiral_arms(view: View) -> _Chances:
    # Whoever sees features in a galaxy without arms mostly finds some in its patches.
    hint = 1.1 * view.knots + 0.8 * view.disturbed + 1.4 * view.kind("disc") * (1 - view.ring)
    return _yes_no(expit(-1.45 + 15.0 * view.arms + hint))


def _spiral_winding(view: View) -> _Chances:
    pitch = np.where(view.strength("arm_number") > 0, view.strength("pitch_angle"), 17.0)
    pitch = pitch + 8.0 * view.disturbed  # tails are taken for loose arms
    softness = 2.4 + 4.0 * (1 - view.clarity)
    tight, medium, loose = _ordered(pitch, [18.5, 28.0], softness)
    return {"tight": tight, "medium": medium, "loose": loose}


def _spiral_arm_count(view: View) -> _Chances:
    number = view.strength("arm_number")
    armed = number > 0
    spread = 0.33 + 0.5 * (1 - view.clarity) + 0.5 * view.strength("flocculence")
    chances: _Chances = {}
    for answer, count in {"1": 1, "2": 2, "3": 3, "4": 4, "more-than-4": 5}.items():
        distance = np.abs(np.minimum(np.where(armed, number, 2), 5) - count)
        # Two is what people expect of a spiral.
        prior = 0.7 if count == 2 else 0.045
        chances[answer] = np.exp(-0.5 * (distance / spread) ** 2) + prior * spread
    total = np.sum(list(chances.values()), axis=0)
    unsure = expit(
        0.2 - 10.5 * view.arms + 2.6 * view.strength("flocculence") + 0.25 * (number - 2)
    )
    unsure = np.where(armed, unsure, 0.72)
    found = {answer: (1 - unsure) * chance / total for answer, chance in chances.items()}
    return found | {"cant-tell": unsure}


def _bulge_size(view: View) -> _Chances:
    core = view.bulge + 0.04 * view.strength("bar_strength")
    softness = 0.055 + 0.03 * (1 - view.clarity)
    none, small, moderate, large, dominant = _ordered(core, [-0.09, 0.17, 0.43, 0.68], softness)
    return {
        "none": none,
        "small": small,
        "moderate": moderate,
        "large": large,
        "dominant": dominant,
    }


def _edge_on_bulge(view: View) -> _Chances:
    shape, edge_on = view.text("bulge_shape"), view.edge_on
    clear = 0.45 + 0.5 * view.clarity
    size = expit((view.bulge - 0.07) / 0.035)
    boxy = np.where(edge_on & (shape == "boxy"), 0.75 * clear, 0.09)
    none = np.where(edge_on & (shape == "none"), 0.9 * clear, 0.75 * (1 - size) + 0.03)
    boxy = boxy * (1 - none)
    return {"boxy": boxy, "none": none, "rounded": 1 - boxy - none}


def _merging(view: View) -> _Chances:
    ratio, distance = view.strength("companion_ratio"), view.strength("companion_distance")
    pair = np.where(ratio > 0, 2.2 + 1.6 * ratio - 1.4 * distance + 1.2 * view.disturbed, -9.0)
    disturbed = view.disturbed
    weights = {
        "none": np.full(len(ratio), 1.0),
        "minor-disturbance": np.exp(-2.4 + 6.0 * disturbed - 2.5 * disturbed**2),
        "major-disturbance": np.exp(-4.2 + 7.2 * disturbed),
        # A crowded field always makes somebody see a merger.
        "merger": np.exp(-3.3 + 0.02 * view.strength("galaxy_density") + 1.2 * disturbed)
        + np.exp(pair),
    }
    total = np.sum(list(weights.values()), axis=0)
    chances = {answer: weight / total for answer, weight in weights.items()}
    # "Both" is asked where debris and merger are answers of one question (DR1, DR2).
    return chances | {"both": chances["merger"] * 0.8 * np.clip(disturbed, 0, 1)}


def _ring(view: View) -> _Chances:
    tight = view.arms * (view.strength("pitch_angle") < 11) * (view.strength("arm_number") > 0)
    return _yes_no(expit(-3.2 + 11.0 * view.ring + 2.0 * tight))


def _something_odd(view: View) -> _Chances:
    odd = 5.0 * view.disturbed + 3.0 * view.ring + 1.5 * view.knots
    odd = odd + 2.0 * (view.strength("companion_ratio") > 0)
    return _yes_no(expit(-2.9 + odd))


def _odd_feature(view: View) -> _Chances:
    weights = {
        "ring": 0.05 + 4.0 * view.ring,
        "lens-or-arc": 0.03 + 0.4 * view.strength("shell_strength"),
        "disturbed": 0.1 + 2.0 * view.disturbed,
        "irregular": 0.12 + 2.0 * view.kind("irregular") + 0.4 * view.knots,
        "other": np.full(len(view.truth), 0.3),
        "merger": 0.1 + 4.0 * (view.strength("companion_ratio") > 0),
        "dust-lane": 0.03 + 1.5 * view.strength("dust") * view.edge_on * view.clarity,
    }
    total = np.sum(list(weights.values()), axis=0)
    return {answer: weight / total for answer, weight in weights.items()}


#: Question to the chances of its answers; the answers that a tree lacks share theirs out.
QUESTIONS: Mapping[str, Callable[[View], _Chances]] = {
    "smooth-or-featured": _smooth_or_featured,
    "how-rounded": _how_rounded,
    "disk-edge-on": _disk_edge_on,
    "edge-on-bulge": _edge_on_bulge,
    "bulge-shape": _edge_on_bulge,
    "bar": _bar,
    "has-spiral-arms": _has_spiral_arms,
    "spiral-winding": _spiral_winding,
    "spiral-arm-count": _spiral_arm_count,
    "bulge-size": _bulge_size,
    "merging": _merging,
    "ring": _ring,
    "something-odd": _something_odd,
    "odd-feature": _odd_feature,
}

#: Answers by which some trees mean those of others, or several of them.
SAME_ANSWER: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("smooth-or-featured", "features"): ("featured-or-disk",),
    ("how-rounded", "completely"): ("round",),
    ("how-rounded", "cigar"): ("cigar-shaped",),
    ("bulge-shape", "round"): ("rounded",),
    ("bulge-shape", "no-bulge"): ("none",),
    ("bar", "yes"): ("strong", "weak"),
    ("bulge-size", "obvious"): ("large", "moderate"),
    ("bulge-size", "just-noticeable"): ("small",),
    ("bulge-size", "no"): ("none",),
    ("spiral-arm-count", "5-plus"): ("more-than-4",),
    ("merging", "neither"): ("none",),
    ("merging", "tidal-debris"): ("minor-disturbance", "major-disturbance"),
}
