"""The labels of a round: which galaxies are fitted, which judge, with their votes and features."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog.queries import rows_where
from gzactive.errors import GzactiveError
from gzactive.inference import features_for
from gzactive.project import Project

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "MIN_TRAINING",
    "Galaxies",
    "RoundLabels",
    "held_out_votes",
    "picked_by_hand",
    "training_votes",
]

#: Galaxies below which fitting a head says nothing.
MIN_TRAINING = 10
#: Selections of galaxies that a person looked for, as the app notes them.
_BY_HAND = ("explore", "second-opinion")


def training_votes(project: Project) -> "pd.DataFrame":
    """Votes that a round fits: those of galaxies that are not reserved.

    Catalogue counts (unless switched off) plus each labeller's first finished classification ×
    weight, plus scripted tables.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``id_str``, one column an answer; galaxies without any vote are left out.
    """
    table, reserved = _all_votes(project)
    return table[~reserved]


def held_out_votes(project: Project, *, weighted: bool = True) -> "pd.DataFrame":
    """Votes that judge: the same counts as :func:`training_votes`, of the reserved galaxies.

    Those that somebody picked are left out: they are no random sample, and easier, or harder, than
    others. With ``weighted`` false each labeller's votes count once: whole numbers, as people gave
    them.
    """
    table, reserved = _all_votes(project, weighted)
    return _judging(project, table[reserved])


def picked_by_hand(project: Project) -> set[str]:
    """Ids of galaxies whose votes come only from people who picked them, as on the Explore page."""
    finished = project.labels.classifications(project.tree)
    by_hand = finished["selection"].isin(_BY_HAND).groupby(finished["id_str"]).all()
    picked = set(by_hand.index[by_hand])
    if picked and project.settings.catalogue_votes:
        picked -= set(project.labels.catalogue_votes(project.tree).index)
    return picked


@dataclass(frozen=True, eq=False)
class Galaxies:
    """Galaxies that have both features and votes."""

    id_str: NDArray[np.object_]
    features: NDArray[np.floating[Any]]
    votes: NDArray[np.float64]
    without_features: int

    def __len__(self) -> int:
        return len(self.id_str)


@dataclass(frozen=True, eq=False)
class RoundLabels:
    """What one round knows: its labels at one position of the log, and features."""

    position: tuple[str, int]
    training: Galaxies
    held_out: Galaxies
    n_votes: float

    @classmethod
    def read(
        cls, project: Project, *, where: str | None = None, backbone: int | None = None
    ) -> "RoundLabels":
        """Read what a round fits and is judged on.

        Parameters
        ----------
        where
            A pandas query on the catalogue's columns and the votes, which chooses galaxies to fit;
            the round is judged on all reserved ones, since it will speak of all galaxies.
        backbone
            Whose features are fitted, see :func:`gzactive.inference.feature_store`; those that
            judge are of the network in use.

        Raises
        ------
        GzactiveError
            If fewer than ``MIN_TRAINING`` galaxies are left, or the query is none.
        """
        # People go on labelling meanwhile: read again when the log grew while it was read.
        while True:
            position = project.labels.position
            table, reserved = _all_votes(project)
            held_out = _judging(project, table[reserved])
            if project.labels.position == position:
                break
        training = table[~reserved]
        chosen = training if where is None else _chosen(project, training, where)
        if len(chosen) < MIN_TRAINING:
            raise GzactiveError(_too_few(len(chosen), len(training), where))
        labels = cls(
            position=position,
            training=_with_features(project, chosen, backbone),
            held_out=_with_features(project, held_out),
            n_votes=float(chosen.to_numpy().sum()),
        )
        if len(labels.training) < MIN_TRAINING:
            raise GzactiveError(
                f"Only {len(labels.training)} of {len(chosen)} labelled galaxies have "
                f"features, and a round needs {MIN_TRAINING}: compute the features first, with "
                "`gzactive features`."
            )
        return labels

    @property
    def data_hash(self) -> str:
        """SHA-256 of all that is fitted and judged on."""
        digest = hashlib.sha256()
        for part in (self.training, self.held_out):
            digest.update("\n".join(part.id_str).encode())
            digest.update(np.ascontiguousarray(part.votes, dtype="<f8").tobytes())
            digest.update(np.ascontiguousarray(part.features).tobytes())
        return digest.hexdigest()

    @property
    def counts(self) -> dict[str, Any]:
        """How much there is, for the manifest."""
        return {
            "training": len(self.training),
            "held_out": len(self.held_out),
            "training_votes": self.n_votes,
            "training_without_features": self.training.without_features,
            "held_out_without_features": self.held_out.without_features,
        }

    @property
    def sentence(self) -> str:
        """What was fitted, the first half of a sentence."""
        told = f"fitted to {len(self.training):,} galaxies"
        if self.training.without_features:
            told += f" ({self.training.without_features:,} more have no features yet)"
        return told + ", "


def _all_votes(project: Project, weighted: bool = True) -> tuple["pd.DataFrame", "pd.Series[bool]"]:
    """All votes of galaxies in the catalogue, and which of these galaxies are reserved."""
    tree = project.tree
    weights = project.settings.label_weights if weighted else None
    votes = project.labels.votes(tree, weights=weights)
    if project.settings.catalogue_votes:
        votes = votes.add(project.labels.catalogue_votes(tree), fill_value=0)
    votes = votes[list(tree.columns)].astype(np.float64)
    reserved = project.catalog.set_index("id_str")["reserved"]
    votes = votes[votes.index.isin(reserved.index) & (votes.sum(axis=1) > 0)]
    return votes, reserved.reindex(votes.index).astype(bool)


def _judging(project: Project, votes: "pd.DataFrame") -> "pd.DataFrame":
    """Those of reserved galaxies' votes that are of a random sample."""
    return votes[~votes.index.isin(picked_by_hand(project))] if len(votes) else votes


def _chosen(project: Project, votes: "pd.DataFrame", where: str) -> "pd.DataFrame":
    """Votes of the galaxies that a query on catalogue and votes holds for."""
    catalog = project.catalog.set_index("id_str").loc[votes.index]
    catalog = catalog.drop(columns=[name for name in votes if name in catalog])
    # A refusal names the first columns: an answer for its example, then those of the catalogue.
    first, *others = votes.columns
    table = votes.join(catalog)[[first, *catalog, *others]]
    return votes[rows_where(table, where, "the labelled galaxies", part=True)]


def _too_few(chosen: int, labelled: int, where: str | None) -> str:
    if where is not None and labelled >= MIN_TRAINING:
        return (
            f"'{where}' holds for {chosen} of {labelled} labelled galaxies that can be trained on, "
            f"and a round needs {MIN_TRAINING}: choose more."
        )
    return (
        f"{labelled} labelled galaxies can be trained on, and a round needs {MIN_TRAINING}: label "
        f"{MIN_TRAINING - labelled} more (of what the queue hands out, the random ones are kept "
        "for testing)."
    )


def _with_features(
    project: Project, votes: "pd.DataFrame", backbone: int | None = None
) -> Galaxies:
    found = features_for(project, votes.index, backbone=backbone)
    return Galaxies(
        id_str=found.id_str,
        features=found.values,
        votes=votes.reindex(found.id_str.tolist()).to_numpy(dtype=np.float64),
        without_features=len(votes) - len(found),
    )
