"""Ways of choosing compared: the loop replayed with several strategies and seeds, resumably.

A folder takes what is done, one curve (a strategy with a seed) after another, so that a killed
comparison goes on. What labels are saved is told in :mod:`gzactive.active.savings`, one replay in
:mod:`gzactive.active.simulation`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.active.oracle import Retirement
from gzactive.active.scoring import N_SAMPLES, TREE
from gzactive.active.simulation import simulate_rounds
from gzactive.active.strategies import strategy_named
from gzactive.errors import GzactiveError
from gzactive.inference import base_head, features_for
from gzactive.model.head import Head
from gzactive.model.posterior import Posterior
from gzactive.paths import atomic_write
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CURVES", "Comparison", "KnownGalaxies", "compare", "known_galaxies"]

CURVES = "curves.csv"
_SETTINGS = "comparison.json"
_N_BEST = 300  # galaxies scored with many votes a round: ten times what a batch takes


@dataclass(frozen=True)
class Comparison:
    """What is compared, and how.

    Raises
    ------
    GzactiveError
        If a strategy is unknown or named twice, or a number is out of its range.
    """

    strategies: tuple[str, ...] = ("diverse-information@2", "mutual-information@4", "random")
    rounds: int = 10  #: heads fitted; the first of them to ``initial`` galaxies
    batch: int = 20  #: galaxies more in each round after it
    seeds: int = 5
    initial: int = 20  #: galaxies drawn at random for the first round, the same for all strategies
    start: str = "base"  #: from the project's base head, or one that is ``fresh``
    question: str = TREE  #: what galaxies are ranked by, and heads judged by
    retirement: Retirement = field(default_factory=Retirement)
    posterior: str = "laplace"
    n_samples: int = N_SAMPLES

    def __post_init__(self) -> None:
        for strategy in self.strategies:
            strategy_named(strategy)
        if not self.strategies or len(set(self.strategies)) < len(self.strategies):
            raise GzactiveError(
                f"Strategies '{', '.join(self.strategies)}' cannot be compared: name each once."
            )
        if min(self.rounds, self.batch, self.seeds, self.initial) < 1:
            raise GzactiveError(
                f"{self.rounds} rounds of {self.batch} galaxies after {self.initial}, with "
                f"{self.seeds} seeds, cannot be compared: give at least 1 of each."
            )
        if self.start not in ("base", "fresh"):
            raise GzactiveError(f"No start '{self.start}': choose base or fresh.")
        Posterior(self.posterior)


@dataclass(frozen=True, eq=False)
class KnownGalaxies:
    """Galaxies with features and votes, and the head that a project starts from."""

    tree: DecisionTree
    base: Head
    features: NDArray[np.floating[Any]]
    votes: NDArray[np.int64]
    reserved: NDArray[np.bool_]


def known_galaxies(project: Project, votes: "pd.DataFrame") -> KnownGalaxies:
    """The galaxies of a project that have features and are in a table of votes.

    Parameters
    ----------
    votes
        ``id_str`` and a column of counts an answer, from
        :func:`gzactive.catalog.vote_tables.read_votes`.

    Raises
    ------
    GzactiveError
        If no galaxy has both.
    """
    import pandas as pd

    features = features_for(project)
    ids = list(features.id_str)
    counts = votes.set_index("id_str").reindex(ids)[list(project.tree.columns)]
    known = (counts.sum(axis=1) > 0).to_numpy()
    if not known.any():
        raise GzactiveError(
            f"None of {len(votes):,} galaxies with votes has features in this project: compute "
            "them first (`gzactive features PROJECT`), or compare the ids of both tables."
        )
    reserved = project.catalog.set_index("id_str")["reserved"].reindex(pd.Index(ids))
    return KnownGalaxies(
        tree=project.tree,
        base=base_head(project),
        features=features.values[known].astype(np.float32),
        votes=counts.to_numpy()[known].astype(np.int64),
        reserved=reserved.to_numpy(dtype=bool)[known],
    )


def compare(
    galaxies: KnownGalaxies, comparison: Comparison, folder: Path, *, progress: Progress = silent
) -> "pd.DataFrame":
    """Replay the loop with every strategy and seed, and keep all curves in ``curves.csv``.

    Parameters
    ----------
    folder
        Made if it is not there; one that was begun with the same settings is gone on with.
    progress
        Told of rounds; what it raises ends it, and what is done stays.

    Returns
    -------
    pandas.DataFrame
        A row a round: ``strategy``, ``seed`` and the columns of
        :func:`gzactive.active.simulation.simulate_rounds`.

    Raises
    ------
    GzactiveError
        If the folder holds another comparison.
    """
    import pandas as pd

    folder.mkdir(parents=True, exist_ok=True)
    _agree(folder / _SETTINGS, galaxies, comparison)
    path = folder / CURVES
    curves = [pd.read_csv(path)] if path.exists() else []
    done = set() if not curves else {(str(a), int(b)) for a, b in _pairs(curves[0])}
    wanted = [(name, seed) for seed in range(comparison.seeds) for name in comparison.strategies]
    rounds = comparison.rounds + 1
    base = galaxies.base
    if comparison.start == "fresh":
        base = Head.fresh(galaxies.tree, width=galaxies.features.shape[1])
    for place, (name, seed) in enumerate(wanted):
        if (name, seed) in done:
            continue
        rows = []
        progress("Replaying", place * rounds, len(wanted) * rounds)
        for row in simulate_rounds(
            galaxies.features,
            galaxies.votes,
            galaxies.reserved,
            galaxies.tree,
            base,
            name,
            comparison.rounds,
            comparison.batch,
            seed,
            initial=comparison.initial,
            question=comparison.question,
            retirement=comparison.retirement,
            posterior=Posterior(comparison.posterior),
            n_samples=comparison.n_samples,
            n_best=_N_BEST,
        ):
            rows.append({"strategy": name, "seed": seed, **row})
            progress("Replaying", place * rounds + len(rows), len(wanted) * rounds)
        curves.append(pd.DataFrame(rows))
        table = pd.concat(curves, ignore_index=True)
        atomic_write(path, table.to_csv(index=False).encode())
    progress("Replaying", len(wanted) * rounds, len(wanted) * rounds)
    table = pd.concat(curves, ignore_index=True)
    chosen = table["strategy"].isin(comparison.strategies) & (table["seed"] < comparison.seeds)
    return table[chosen].reset_index(drop=True)


def _pairs(table: "pd.DataFrame") -> Sequence[tuple[Any, Any]]:
    return list(zip(table["strategy"], table["seed"], strict=True))


def _agree(path: Path, galaxies: KnownGalaxies, comparison: Comparison) -> None:
    """Note what is compared, or check that it is what was; strategies and seeds may be added."""
    import hashlib

    digest = hashlib.sha256(galaxies.base.id.encode())
    for array in (galaxies.features, galaxies.votes, galaxies.reserved):
        digest.update(np.ascontiguousarray(array).tobytes())
    now = asdict(comparison) | {"galaxies": digest.hexdigest()[:16]}
    del now["strategies"], now["seeds"]
    if not path.exists():
        atomic_write(path, (json.dumps(now, indent=2) + "\n").encode())
        return
    before = json.loads(path.read_text(encoding="utf-8"))
    other = [name for name in now if before.get(name) != now[name]]
    if other:
        raise GzactiveError(
            f"{path.parent} holds a comparison with another {', '.join(other)}: name another "
            "folder with --out, or delete it."
        )
