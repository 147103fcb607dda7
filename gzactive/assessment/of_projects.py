"""A project's model judged on its reserved galaxies: who judges, by which votes, and since when.

Here rounds and labels (:mod:`gzactive.active`) meet the figures (:mod:`gzactive.evaluation`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive import __version__
from gzactive.active.balance import without_own_votes
from gzactive.active.round_files import rounds
from gzactive.active.round_labels import held_out_votes, picked_by_hand
from gzactive.active.scoring import N_SAMPLES
from gzactive.assessment.prospects import prospect
from gzactive.errors import GzactiveError
from gzactive.evaluation.bootstrap import Estimate, resample
from gzactive.evaluation.judging import Judgement, judge
from gzactive.evaluation.saving import Labelled, Saving, estimate_saving
from gzactive.inference import base_head, current_head, features_for, read_serving
from gzactive.inference.heads import weights_of
from gzactive.inference.trained_parts import read_part
from gzactive.model.head import Head
from gzactive.model.likelihood import predictive_nll
from gzactive.model.weights_file import read_header
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.survey.known_votes import ImportedFile, KnownVotes, VoteTable
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Assessment",
    "RoundPoint",
    "assess",
    "assess_part",
    "assess_saving",
]

#: Galaxies that judge at most, drawn at random where there are more: intervals of 1 % are enough.
_JUDGES = 10_000
#: Galaxies, and rounds, that the learning curve is computed of.
_CURVE_GALAXIES = 1000
_CURVE_ROUNDS = 30


@dataclass(frozen=True)
class RoundPoint:
    """One round on the learning curve.

    Attributes
    ----------
    number
        Of the round; 0 is the start.
    labels
        Galaxies that it learnt from.
    loss
        Held-out loss, nats a galaxy, of the same galaxies and votes for all rounds.
    gain
        Loss of the start minus this one, galaxy by galaxy: above 0 is better.
    """

    number: int
    labels: int
    loss: Estimate
    gain: Estimate


@dataclass(frozen=True, eq=False)
class Assessment:
    """What is known of how good a model is.

    Attributes
    ----------
    name
        Of the project or run.
    tree
        Whose questions.
    model
        What was judged, in words: "round 3", "the start", "test part".
    judgement
        None where no reserved galaxy has votes and features.
    rounds
        The learning curve, first to last.
    unseen
        Reserved galaxies with votes, but without features.
    votes_from
        Where the votes came from, in words.
    picked
        Reserved galaxies that do not judge, since a person picked them: they are no random sample.
    made
        How these figures came about, in a sentence: what to tell who wants to have them again.
    read
        The table of votes that judged, if one was given.
    """

    name: str
    tree: DecisionTree
    model: str
    judgement: Judgement | None
    rounds: tuple[RoundPoint, ...]
    unseen: int
    votes_from: str
    picked: int = 0
    made: str = ""
    read: tuple[ImportedFile, ...] = ()

    @property
    def empty(self) -> str:
        """Why there is nothing to show, and what to do; empty if there is."""
        if self.judgement is not None:
            return ""
        if self.unseen:
            return (
                f"The {self.unseen:,} reserved galaxies that have votes have not been looked at by "
                "the network yet: compute the features first."
            )
        return (
            "No reserved galaxy has votes yet. Those of the queue that are drawn at random are "
            "reserved ones: label on, and the first figures appear."
        )


def assess(
    project: Project,
    *,
    votes: VoteTable | None = None,
    min_votes: int = 1,
    seed: int = 0,
    progress: Progress = silent,
) -> Assessment:
    """Judge the head in use, and the rounds before it, on the reserved galaxies.

    Parameters
    ----------
    votes
        A table of votes, in any form that can be imported, instead of the project's own labels and
        catalogue votes; of it too only reserved galaxies count.
    min_votes
        Votes that a question needs of a galaxy.
    seed
        Of samples and bootstrap.

    Raises
    ------
    GzactiveError
        If the table cannot be read, or has no votes of a reserved galaxy of this project.
    """
    tree = project.tree
    given = None
    if votes is not None:
        given = votes.read(project.catalog["id_str"], tree, progress=progress)
    table, source = _judging_votes(project, given)
    if len(table) > _JUDGES:
        source += f", {_JUDGES:,} of {len(table):,} galaxies drawn at random"
        table = table.sample(_JUDGES, random_state=seed).sort_index()
    head, _, number = current_head(project)
    found = features_for(project, table.index)
    counts = table.reindex(found.id_str.tolist()).to_numpy(dtype=np.int64)
    judgement: Judgement | None = None
    points: tuple[RoundPoint, ...] = ()
    if len(found):
        plain = None
        if head.recalibration is not None:
            plain = _said(replace(head, recalibration=None), found.values, counts, seed)
        judgement = judge(
            counts,
            _said(head, found.values, counts, seed),
            tree,
            uncorrected=plain,
            min_votes=min_votes,
            seed=seed,
            progress=progress,
        )
        points = _learning_curve(project, found.id_str, counts, seed, progress)
    return Assessment(
        name=project.name,
        tree=tree,
        model=f"round {number}" if number else "the start weights",
        judgement=judgement,
        rounds=points,
        unseen=len(table) - len(found),
        votes_from=source,
        picked=_picked(project) if votes is None else 0,
        made=_provenance(project, head, seed),
        read=() if given is None else given.files,
    )


def assess_part(
    folder: Path,
    part: str,
    *,
    votes: VoteTable | None = None,
    min_votes: int = 1,
    seed: int = 0,
    progress: Progress = silent,
) -> Assessment:
    """Judge a network that was trained on a catalogue on one part of its split.

    Parameters and errors as :func:`assess` and :func:`gzactive.inference.trained_parts.read_part`.
    """
    given: list[KnownVotes] = []

    def read(table: VoteTable, ids: Any, tree: DecisionTree) -> pd.DataFrame:
        given.append(table.read(ids, tree, whose=f"the split of {folder.name}", progress=progress))
        return given[0].votes

    reader = None if votes is None else partial(read, votes)
    found = read_part(folder, part, votes=reader, progress=progress)
    alpha = found.head.mc_concentrations(found.features, N_SAMPLES, seed)
    return Assessment(
        name=folder.name,
        tree=found.tree,
        model=f"the network trained in {folder.name}, on its {part} part",
        judgement=judge(
            found.votes, alpha, found.tree, min_votes=min_votes, seed=seed, progress=progress
        ),
        rounds=(),
        unseen=0,
        votes_from=_told(given[0]) if given else "the catalogue of the run",
        made=f"{_sampling(found.head, seed)}; {_today()}.",
        read=given[0].files if given else (),
    )


def assess_saving(project: Project, *, seed: int = 0, progress: Progress = silent) -> Saving:
    """Estimate from the project's own labels what active choice saves; up to a minute."""
    labels = project.labels
    votes = labels.votes(project.tree)
    issued = labels.issued(votes.index)["selection"]
    reserved = project.catalog.set_index("id_str")["reserved"]
    known = votes.index[votes.index.isin(reserved.index) & (votes.sum(axis=1) > 0)]
    chosen = issued.reindex(known)
    held = reserved.reindex(known).astype(bool)
    order = _finish_order(project, known)
    random = known[order][((chosen == "random") & held).to_numpy()[order]]
    active = known[order][((chosen == "active") & ~held).to_numpy()[order]]

    def labelled(ids: Any) -> Labelled:
        found = features_for(project, ids)
        return Labelled(found.values, votes.loc[found.id_str.tolist()].to_numpy(np.float64))

    base = base_head(project, read_serving(project).backbone)
    found = estimate_saving(
        labelled(random), labelled(active), project.tree, base, seed=seed, progress=progress
    )
    return replace(found, prospect=prospect(project, votes.loc[known]))


def _said(
    head: Head, features: NDArray[np.floating[Any]], votes: NDArray[np.int64], seed: int
) -> NDArray[np.float32]:
    """What a head says of galaxies, (n, answers, samples); nothing in it comes of their own votes.

    The head of a balanced round knows the prevalence among them.
    """
    said = head.mc_concentrations(features, N_SAMPLES, seed)
    found: NDArray[np.float32] = without_own_votes(said, votes, head.shift)
    return found


def _told(given: KnownVotes) -> str:
    return ", ".join(one.name for one in given.files)


def _judging_votes(project: Project, votes: KnownVotes | None) -> tuple[pd.DataFrame, str]:
    """Whole votes of reserved galaxies, indexed by ``id_str``, and where they come from."""
    if votes is None:
        source = project.labels.catalogue_source(project.tree)
        told = "labels"
        if source and project.settings.catalogue_votes:
            told = f"labels and the catalogue votes of {source['source']}"
        return held_out_votes(project, weighted=False).round().astype(np.int64), told
    catalog = project.catalog
    reserved = catalog.loc[catalog["reserved"], "id_str"]
    kept = votes.votes[votes.votes.index.isin(reserved)].astype(np.int64)
    if not len(kept):
        raise GzactiveError(
            f"{_told(votes)} has no votes of a reserved galaxy of this project, only of "
            f"{len(votes.votes):,} that may train: these cannot judge."
        )
    return kept, _told(votes)


def _provenance(project: Project, head: Head, seed: int) -> str:
    """What was judged, how its samples were drawn, by which labels, when and by what."""
    header = read_header(weights_of(project)[0])
    log, sequence = project.labels.position
    return (
        f"Network {header.name} (SHA-256 {header.sha256[:12]}…), head {head.id}; "
        f"{_sampling(head, seed)}; labels up to event {sequence:,} of log {log[:8]}; {_today()}."
    )


def _sampling(head: Head, seed: int) -> str:
    members = head.members
    if members is None:
        drawn = "by dropout"
    elif members.dropout:
        drawn = f"from an ensemble of {len(members)}, with dropout"
    else:
        drawn = f"of {len(members)} heads of Laplace's posterior"
    return f"{N_SAMPLES} samples {drawn}, seed {seed}"


def _today() -> str:
    return f"judged on {datetime.now(UTC):%Y-%m-%d} by gzactive {__version__}"


def _picked(project: Project) -> int:
    """How many reserved galaxies have votes only because somebody picked them."""
    reserved = project.catalog.set_index("id_str")["reserved"]
    return int(reserved.reindex(sorted(picked_by_hand(project))).eq(True).sum())


def _learning_curve(
    project: Project,
    ids: NDArray[np.object_],
    counts: NDArray[np.int64],
    seed: int,
    progress: Progress,
) -> tuple[RoundPoint, ...]:
    """Every round's head on the same galaxies and votes; those of networks not in use left out."""
    made = rounds(project)
    if not made:
        return ()
    if len(ids) > _CURVE_GALAXIES:
        some = np.random.default_rng(seed).choice(len(ids), _CURVE_GALAXIES, replace=False)
        ids, counts = ids[np.sort(some)], counts[np.sort(some)]
    serving = read_serving(project).backbone
    made = [one for one in made if one.backbone == serving]
    if len(made) > _CURVE_ROUNDS:
        places = np.unique(np.linspace(0, len(made) - 1, _CURVE_ROUNDS).round().astype(int))
        made = [made[place] for place in places]
    heads: list[tuple[int, int, Head]] = [(0, 0, base_head(project, serving))]
    heads += [(one.number, one.n_training, one.head) for one in made]
    features = features_for(project, ids).values
    points: list[RoundPoint] = []
    start: NDArray[np.float64] | None = None
    for place, (number, labels, head) in enumerate(heads):
        progress("Judging earlier rounds", place, len(heads))
        losses = predictive_nll(counts, _said(head, features, counts, seed), project.tree)
        start = losses if start is None else start
        drawn = resample(np.stack([losses, start - losses, np.ones_like(losses)], 1), seed=seed)
        loss, gain = (drawn.ratio(column, 2, len(losses)) for column in (0, 1))
        points.append(RoundPoint(number, labels, loss, gain))
    progress("Judging earlier rounds", len(heads), len(heads))
    return tuple(points)


def _finish_order(project: Project, ids: pd.Index[Any]) -> NDArray[np.intp]:
    """Positions of galaxies in the order in which they were finished; those of tables last."""
    finished = project.labels.classifications(project.tree)
    first = finished.drop_duplicates("id_str").set_index("id_str")["sequence"]
    place = first.reindex(ids).fillna(np.inf).to_numpy(dtype=float)
    return np.argsort(place, kind="stable")
