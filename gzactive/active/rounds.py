"""Fine-tune rounds: which labels are fitted, how the new head is judged, and what is recorded.

Every round starts from the project's base head, never from the last round's, on all labels so far.
How rounds lie on disk is in :mod:`gzactive.active.round_files`, how a head is fitted in
:mod:`gzactive.model.training`.
"""

import hashlib
import platform
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import gzactive
from gzactive.active.judging import Comparison, held_out_loss, paired_bootstrap, plurality_accuracy
from gzactive.active.round_files import (
    HEAD,
    HISTORY,
    Round,
    clear_unfinished,
    current_round,
    next_number,
    promote,
    rollback,
    rounds,
    write_round,
)
from gzactive.active.scoring import N_SAMPLES, TREE, check_head, measure
from gzactive.active.strategies import is_fresh
from gzactive.active.votes import vote_fractions
from gzactive.errors import GzactiveError
from gzactive.inference import (
    base_head,
    current_head,
    feature_rows,
    feature_store,
    features_for,
    labelled_views,
)
from gzactive.model.head import Head
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.model.training import FitResult, HeadFit

__all__ = [
    "MIN_HELD_OUT",
    "MIN_TRAINING",
    "Round",
    "current_round",
    "held_out_votes",
    "paired_bootstrap",
    "promote",
    "rollback",
    "rounds",
    "run_round",
    "training_votes",
]

#: Held-out galaxies below which a round is promoted unjudged.
MIN_HELD_OUT = 30
#: Galaxies below which fitting a head says nothing.
MIN_TRAINING = 10
#: Galaxies whose ranks before and after are compared for the manifest.
_RANKED = 2000


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


def held_out_votes(project: Project) -> "pd.DataFrame":
    """Votes that judge: the same counts as :func:`training_votes`, of the reserved galaxies."""
    table, reserved = _all_votes(project)
    return table[reserved]


def run_round(
    project: Project,
    *,
    seed: int | None = None,
    settings: "HeadFit | None" = None,
    progress: Progress = silent,
) -> Round:
    """Fit a head to all labels so far, judge it on reserved galaxies, and keep it as a round.

    The new head is put in use unless a paired bootstrap says that it is worse than the head in
    use; with fewer than ``MIN_HELD_OUT`` held-out galaxies it is put in use unjudged. A killed
    round leaves nothing, and the next one goes on.

    Parameters
    ----------
    project
        Its labels, features, base head and settings.
    seed
        Decides the fit; by default made from the project's seed and the round's number.
    settings
        How the head is fitted, by default as :class:`gzactive.model.training.HeadFit`.
    progress
        Told what is done; may raise :class:`gzactive.progress.Cancelled`, which leaves nothing.

    Raises
    ------
    GzactiveError
        If there are too few labels, no features for them, or another process computes in this
        project.
    """
    from gzactive.model.training import HeadFit, fit_head

    started = time.perf_counter()
    with project.compute_lock("round"):
        clear_unfinished(project.rounds_path)
        number = next_number(project.rounds_path)
        labels = _Labels.read(project)
        base = base_head(project)
        check_head(base, project.tree)
        previous, previous_id, previous_number = current_head(project)
        if seed is None:
            seed = int(np.random.SeedSequence([project.seed, number]).generate_state(1)[0])
        settings = settings or HeadFit()
        features, galaxy = _all_views(project, labels.training)
        fit = fit_head(
            features,
            labels.training.votes[galaxy],
            project.tree,
            base,
            groups=galaxy,
            weights=(1.0 / np.bincount(galaxy))[galaxy],
            settings=settings,
            seed=seed,
            progress=progress,
        )
        fitted = time.perf_counter()
        progress("Judging the round", 0, 1)
        verdict = _judge(fit.head, previous, labels.held_out, project.tree, seed)
        judged = time.perf_counter()
        change = _ranking_change(project, fit.head, previous, seed)
        progress("Judging the round", 1, 1)
        manifest = {
            "format": 1,
            "number": number,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "seed": seed,
            "versions": {
                "gzactive": gzactive.__version__,
                "numpy": np.__version__,
                "python": platform.python_version(),
            },
            "tree": {"id": project.tree.id, "hash": project.tree.hash},
            "backbone": feature_store(project).folder.name,
            "heads": {"base": base.id, "previous": previous.id, "new": fit.head.id},
            "previous": {"round": previous_number, "weights_id": previous_id},
            "label_log": {"log_id": labels.position[0], "sequence": labels.position[1]},
            "data_hash": labels.data_hash,
            "counts": labels.counts | {"training_views": len(galaxy)},
            "metrics": verdict.metrics | {"training_loss": _last(fit.history.get("loss", []))},
            "promoted": verdict.promoted,
            "judged": verdict.judged,
            "sentence": f"Round {number}: {_fitted(labels)}{verdict.sentence}",
            "fit": {"epochs": fit.epochs, "stopped": fit.stopped, "settings": asdict(settings)},
            "ranking_change": change,
            "durations": {
                "fit": round(fitted - started, 3),
                "judge": round(judged - fitted, 3),
                "total": round(time.perf_counter() - started, 3),
            },
        }
        return write_round(
            project.rounds_path, number, manifest, lambda folder: _fill(folder, fit, manifest)
        )


@dataclass(frozen=True, eq=False)
class _Galaxies:
    """Galaxies that have both features and votes."""

    id_str: NDArray[np.object_]
    features: NDArray[np.floating[Any]]
    votes: NDArray[np.float64]
    without_features: int


@dataclass(frozen=True, eq=False)
class _Labels:
    """What one round knows: its labels at one position of the log, and features."""

    position: tuple[str, int]
    training: _Galaxies
    held_out: _Galaxies
    n_votes: float

    @classmethod
    def read(cls, project: Project) -> "_Labels":
        # People go on labelling meanwhile: read again when the log grew while it was read.
        while True:
            position = project.labels.position
            table, reserved = _all_votes(project)
            if project.labels.position == position:
                break
        training, held_out = table[~reserved], table[reserved]
        if len(training) < MIN_TRAINING:
            raise GzactiveError(
                f"{len(training)} labelled galaxies can be trained on, and a round needs "
                f"{MIN_TRAINING}: label {MIN_TRAINING - len(training)} more (of what the queue "
                "hands out, the random ones are kept for testing)."
            )
        labels = cls(
            position=position,
            training=_with_features(project, training),
            held_out=_with_features(project, held_out),
            n_votes=float(training.to_numpy().sum()),
        )
        if len(labels.training.id_str) < MIN_TRAINING:
            raise GzactiveError(
                f"Only {len(labels.training.id_str)} of {len(training)} labelled galaxies have "
                f"features, and a round needs {MIN_TRAINING}: compute the features first, with "
                "`gzactive features`."
            )
        return labels

    @property
    def data_hash(self) -> str:
        digest = hashlib.sha256()
        for part in (self.training, self.held_out):
            digest.update("\n".join(part.id_str).encode())
            digest.update(np.ascontiguousarray(part.votes, dtype="<f8").tobytes())
            digest.update(np.ascontiguousarray(part.features).tobytes())
        return digest.hexdigest()

    @property
    def counts(self) -> dict[str, Any]:
        return {
            "training": len(self.training.id_str),
            "held_out": len(self.held_out.id_str),
            "training_votes": self.n_votes,
            "training_without_features": self.training.without_features,
            "held_out_without_features": self.held_out.without_features,
        }


@dataclass(frozen=True)
class _Verdict:
    """Whether the new head is put in use, and the numbers that say so."""

    promoted: bool
    judged: bool
    metrics: dict[str, Any]
    sentence: str


def _all_votes(project: Project) -> tuple["pd.DataFrame", "pd.Series[bool]"]:
    """All votes of galaxies in the catalogue, and which of these galaxies are reserved."""
    tree = project.tree
    votes = project.labels.votes(tree, weights=project.settings.label_weights)
    if project.settings.catalogue_votes:
        votes = votes.add(project.labels.catalogue_votes(tree), fill_value=0)
    votes = votes[list(tree.columns)].astype(np.float64)
    reserved = project.catalog.set_index("id_str")["reserved"]
    votes = votes[votes.index.isin(reserved.index) & (votes.sum(axis=1) > 0)]
    return votes, reserved.reindex(votes.index).astype(bool)


def _with_features(project: Project, votes: "pd.DataFrame") -> _Galaxies:
    found = features_for(project, votes.index)
    return _Galaxies(
        id_str=found.id_str,
        features=found.values,
        votes=votes.reindex(found.id_str.tolist()).to_numpy(dtype=np.float64),
        without_features=len(votes) - len(found),
    )


def _all_views(
    project: Project, galaxies: _Galaxies
) -> tuple[NDArray[np.floating[Any]], NDArray[np.intp]]:
    """Features of galaxies and of their other views, and the galaxy that each row shows."""
    values, galaxy = labelled_views(project, galaxies.id_str)
    own = np.arange(len(galaxies.id_str))
    return np.concatenate([galaxies.features, values]), np.concatenate([own, galaxy])


def _judge(
    new: Head, previous: Head, held_out: _Galaxies, tree: DecisionTree, seed: int
) -> _Verdict:
    """Compare two heads on galaxies that neither was fitted to."""
    n = len(held_out.id_str)
    metrics: dict[str, Any] = dict.fromkeys(
        (
            "held_out_loss",
            "previous_held_out_loss",
            "accuracy",
            "previous_accuracy",
            *Comparison.__dataclass_fields__,
        )
    )
    if n == 0:
        return _Verdict(True, False, metrics, "put in use, not yet judged (no held-out galaxy).")
    losses = [
        held_out_loss(head, held_out.features, held_out.votes, tree, seed=seed)
        for head in (new, previous)
    ]
    comparison = paired_bootstrap(*losses, seed=seed)
    accuracies = [
        plurality_accuracy(
            vote_fractions(head.concentrations(held_out.features)[:, :, None], tree),
            held_out.votes,
            tree,
        )
        for head in (new, previous)
    ]
    metrics |= asdict(comparison)
    metrics |= {
        "held_out_loss": float(losses[0].mean()),
        "previous_held_out_loss": float(losses[1].mean()),
        "accuracy": None if np.isnan(accuracies[0]) else accuracies[0],
        "previous_accuracy": None if np.isnan(accuracies[1]) else accuracies[1],
    }
    judged = n >= MIN_HELD_OUT
    promoted = not (judged and comparison.worse)
    before, after = metrics["previous_held_out_loss"], metrics["held_out_loss"]
    told = f"held-out loss {before:.3f} → {after:.3f} on {n:,} galaxies"
    if not judged:
        sentence = f"put in use, not yet judged ({n} of {MIN_HELD_OUT} held-out galaxies); {told}."
    elif promoted:
        sentence = f"put in use; {told}."
    else:
        sentence = f"kept but not put in use, since it is worse; {told}."
    return _Verdict(promoted, judged, metrics, sentence)


def _ranking_change(project: Project, new: Head, previous: Head, seed: int) -> dict[str, Any]:
    """How far a sample of galaxies moved in the ranking by mutual information over the tree."""
    tree = project.tree
    with feature_rows(project) as known:
        rows = np.arange(len(known))
        if len(rows) > _RANKED:
            rows = np.sort(np.random.default_rng(seed).choice(rows, _RANKED, replace=False))
        features = known.take(rows)
    ranks = []
    for head in (new, previous):
        found = measure(head, features, tree, n_samples=N_SAMPLES, seed=seed)
        scores = found.single_vote_scores("mutual-information", TREE, tree)
        ranks.append(np.argsort(np.argsort(-scores, kind="stable")))
    tenth = max(1, len(rows) // 10)
    entered = (ranks[0] < tenth) & (ranks[1] >= tenth)
    ranked_before = len(rows) > 1 and not is_fresh(previous)
    return {
        "galaxies": len(rows),
        "rank_correlation": float(np.asarray(np.corrcoef(ranks))[0, 1]) if ranked_before else None,
        "new_in_top_tenth": float(entered.sum() / tenth),
    }


def _fitted(labels: _Labels) -> str:
    told = f"fitted to {len(labels.training.id_str):,} galaxies"
    if labels.training.without_features:
        told += f" ({labels.training.without_features:,} more have no features yet)"
    return told + ", "


def _last(values: list[float]) -> float | None:
    return float(values[-1]) if values else None


def _fill(folder: Path, fit: "FitResult", manifest: dict[str, Any]) -> None:
    """Write the head, the history and TensorBoard's events."""
    import pandas as pd

    from gzactive.model.tensorboard import write_tensorboard

    fit.head.save(folder / HEAD)
    history = pd.DataFrame({name: pd.Series(values) for name, values in fit.history.items()})
    history.index = history.index + 1
    history.to_csv(folder / HISTORY, index_label="epoch")
    write_tensorboard(folder, fit.history)
