"""What the grid shows: galaxies in an order, and what is said about them. Values only."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gzactive.active.browsing import RELEVANT

__all__ = ["ORDERS", "Listing", "Query"]

#: The orders in which galaxies can be looked at.
ORDERS = ("confident", "unsure", "disagree", "alike")


@dataclass(frozen=True)
class Query:
    """What a person wants to see.

    Parameters
    ----------
    answer
        Column of a modelled answer.
    order
        One of :data:`ORDERS`.
    cut
        Only galaxies whose vote fraction is above it, 0 to 1; 0 for all. It is for the order
        ``confident`` alone.
    like
        For the order ``alike``: ids of examples; without any, galaxies labelled with the answer.
    """

    answer: str
    order: str = "confident"
    cut: float = 0.0
    like: tuple[str, ...] = ()


def _nothing() -> NDArray[np.float32]:
    return np.empty(0, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Listing:
    """Galaxies in order.

    Attributes
    ----------
    query
        What was asked.
    rows
        Rows of the catalogue, (m,).
    fraction
        The answer's vote fraction of each, (m,), 0 to 1; empty if nothing is scored.
    beside
        What else the order goes by: nats for ``unsure``, the labels' share for ``disagree``,
        standard deviations for ``alike`` (NaN for an example), (m,); else empty.
    path
        Probability that the question is asked about each, (m,), 0 to 1; empty like ``fraction``.
    above, total
        How many galaxies are above the cut, and how many are scored (or listed).
    histogram
        Galaxies that the question concerns by vote fraction, in equal steps from 0 to 1.
    words
        One calm sentence about what to make of it; empty if all is well.
    """

    query: Query
    rows: NDArray[np.intp]
    fraction: NDArray[np.float32] = field(default_factory=_nothing)
    beside: NDArray[np.float32] = field(default_factory=_nothing)
    path: NDArray[np.float32] = field(default_factory=_nothing)
    above: int = 0
    total: int = 0
    histogram: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    words: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def count_words(self) -> str:
        """How many galaxies there are, in words."""
        if not len(self.fraction) and not self.above:
            return f"{self.total:,} galaxies"
        if self.query.order == "disagree":
            return f"{len(self):,} disagreements"
        if self.query.cut <= 0:
            return f"{len(self):,} galaxies"
        return f"{self.above:,} of {self.total:,} above {100 * self.query.cut:.0f} %"

    def caption(self, position: int) -> str:
        """What stands under a galaxy's picture besides its name."""
        if not len(self.fraction):
            return ""
        share = _percent(float(self.fraction[position]))
        if self.query.order == "disagree" and len(self.beside):
            return f"{_percent(float(self.beside[position]))} → {share}"
        if self.query.order == "unsure" and len(self.beside):
            return f"{share} · unsure {float(self.beside[position]):#.2g}"
        if self.query.order == "alike" and len(self.beside):
            alike = float(self.beside[position])
            if alike != alike:
                return "Example"
            # Of what the examples have in common the answer says nothing, unless they are its own.
            return f"{alike:+.1f} σ" if self.query.like else f"{share} · {alike:+.1f} σ"
        if len(self.path) and self.path[position] < RELEVANT:
            # A high fraction of the few who would be asked is no reason to be sure.
            return f"{share} · asked {_percent(float(self.path[position]))}"
        return share

    def meaning(self, position: int) -> str:
        """What a figure of the caption means, where it is not a share; else empty."""
        if self.query.order not in ("unsure", "alike") or not len(self.beside):
            return ""
        if self.query.order == "alike":
            alike = float(self.beside[position])
            return (
                "" if alike != alike else f"{alike:.1f} standard deviations more alike than usual"
            )
        nats = float(self.beside[position])
        return f"one vote would tell the model {nats:#.2g} nats (a coin's toss has 0.69)"


def _percent(share: float) -> str:
    # 99.6 % is not certainty: only what is whole is called whole.
    if 0.99 < share < 1:
        return f"{int(1000 * share) / 10:.1f} %"
    return f"{100 * share:.0f} %"
