"""Fine-tune rounds: labels in, weights out, judged and recorded.

A round fits a head to cached features, in seconds, or trains the last blocks of the network as
well. The head starts from the base head and never from the last round's, on all labels so far; a
network starts from the project's own weights, and the rounds after it from that network and its
head, as long as it is in use. Which labels count is in :mod:`gzactive.active.round_labels`, the
verdict in :mod:`gzactive.active.verdict`, how rounds lie on disk in
:mod:`gzactive.active.round_files`.
"""

import platform
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import gzactive
from gzactive.active.balance import Balance
from gzactive.active.judging import paired_bootstrap
from gzactive.active.round_calibration import calibrated
from gzactive.active.round_files import (
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
from gzactive.active.round_labels import (
    MIN_TRAINING,
    Galaxies,
    RoundLabels,
    held_out_votes,
    training_votes,
)
from gzactive.active.scoring import check_head
from gzactive.active.verdict import MIN_HELD_OUT, Contender, judge, ranking_change
from gzactive.errors import GzactiveError
from gzactive.inference import (
    HEAD,
    WEIGHTS,
    TrainedBlocks,
    base_head,
    current_head,
    discard_blocks,
    feature_rows,
    feature_store,
    features_by,
    labelled_views,
    read_serving,
    train_blocks,
)
from gzactive.model.head import Head
from gzactive.model.unfreezing_settings import Unfreezing
from gzactive.progress import Progress, silent
from gzactive.project import Project

if TYPE_CHECKING:
    from gzactive.model.posterior import Posterior
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

#: Galaxies whose ranks before and after are compared for the manifest.
_RANKED = 2000


def _quietly(sentence: str) -> None:
    """Tell nobody."""


def run_round(
    project: Project,
    *,
    seed: int | None = None,
    settings: "HeadFit | None" = None,
    posterior: str | None = None,
    where: str | None = None,
    balance: str | None = None,
    unfreezing: Unfreezing | None = None,
    tell: Callable[[str], None] = _quietly,
    progress: Progress = silent,
) -> Round:
    """Fit to all labels so far, judge the outcome on reserved galaxies, and keep it as a round.

    It is put in use unless a paired bootstrap says that it is worse than what is in use; with fewer
    than ``MIN_HELD_OUT`` held-out galaxies it is put in use unjudged. A round that trained blocks
    takes over when its network has seen all galaxies
    (:func:`gzactive.inference.extract_features`). A killed round leaves nothing, and the next one
    goes on; where it trained blocks, at the epoch in which it was killed.

    Parameters
    ----------
    project
        Its labels, features, base head and settings.
    seed
        Decides the fit; by default made from the project's seed and the round's number.
    settings
        How the head is fitted, by default as :class:`gzactive.model.training.HeadFit`.
    posterior
        How samples of the head come about, one of :data:`gzactive.model.posterior.POSTERIORS`; by
        default the project's. A head that was trained with blocks always samples by dropout.
    where
        Fit only the galaxies that this holds for, see
        :meth:`gzactive.active.round_labels.RoundLabels.read`.
    balance
        A question whose classes weigh the same, see :class:`gzactive.active.balance.Balance`.
    unfreezing
        How the last blocks of the network are trained too; by default they are not.
    tell
        Told in a sentence how long blocks will take.
    progress
        Told what is done; may raise :class:`gzactive.progress.Cancelled`, which leaves nothing.

    Raises
    ------
    GzactiveError
        If there are too few labels, no features for them, or another process computes in this
        project.
    """
    from gzactive.model.posterior import Posterior
    from gzactive.model.training import HeadFit

    kind = "dropout" if unfreezing else posterior or project.settings.posterior
    sampling = Posterior(kind)
    started = time.perf_counter()
    with project.compute_lock("round"):
        clear_unfinished(project)
        number = next_number(project)
        start = read_serving(project).backbone if unfreezing is None else 0
        labels = RoundLabels.read(project, where=where, backbone=start)
        balanced = (
            None if balance is None else Balance(labels.training.votes, project.tree, balance)
        )
        previous, previous_id, previous_number = current_head(project)
        if seed is None:
            seed = int(np.random.SeedSequence([project.seed, number]).generate_state(1)[0])
        fit = _fit(
            project, labels, start, balanced, settings or HeadFit(), sampling, seed, progress
        )
        trained = None
        if unfreezing is not None:
            trained = _train_blocks(
                project, labels, fit, balanced, unfreezing, seed, tell, progress
            )
        head, told = trained.head if trained else fit.result.head, ""
        head, calibration = calibrated(
            project,
            head,
            labels.training,
            fit.result,
            trained=trained,
            balance=balanced,
            seed=seed,
            progress=progress,
        )
        if trained is None:
            # Calibrated on what it had not seen, the head then learns from that as well.
            head = replace(fit.result.whole, recalibration=head.recalibration)
        if balanced is not None:
            shift, told = balanced.shift(labels.held_out.votes)
            head = replace(head, shift=shift)
        fitted = time.perf_counter()
        progress("Judging the round", 0, 1)
        old = Contender(previous, labels.held_out.features)
        new, old, votes = _pair(project, head, old, trained, labels.held_out, progress)
        verdict = judge(new, old, votes, project.tree, seed, _in_use(trained))
        judged = time.perf_counter()
        if trained is None:
            some = _some_features(project, seed)
            new, old = Contender(head, some), Contender(previous, some)
        change = ranking_change(new, old, project.tree, seed)
        progress("Judging the round", 1, 1)
        sentence = " ".join(filter(None, (labels.sentence + verdict.sentence, told)))
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
            "backbone": _fingerprint(project, start, trained),
            "backbone_round": number if trained else start,
            "heads": {"base": fit.base.id, "previous": previous.id, "new": head.id},
            "previous": {"round": previous_number, "weights_id": previous_id},
            "label_log": {"log_id": labels.position[0], "sequence": labels.position[1]},
            "data_hash": labels.data_hash,
            "counts": labels.counts | {"training_views": fit.views},
            "chosen": {"where": where, "balance": balance},
            "metrics": verdict.metrics | {"training_loss": _last(fit.result.history["loss"])},
            "promoted": verdict.promoted,
            "judged": verdict.judged,
            "sentence": f"Round {number}: {sentence}",
            "fit": {
                "epochs": fit.result.epochs,
                "stopped": fit.result.stopped,
                "settings": asdict(fit.settings),
                "posterior": asdict(sampling),
            },
            "blocks": _told(trained, unfreezing),
            "calibration": calibration,
            "ranking_change": change,
            "durations": {
                "fit": round(fitted - started, 3),
                "judge": round(judged - fitted, 3),
                "total": round(time.perf_counter() - started, 3),
            },
        }
        history = trained.history if trained else fit.result.history

        def fill(folder: Path) -> None:
            _fill(folder, head, history)
            if trained is not None:
                shutil.copyfile(trained.weights, folder / WEIGHTS)

        made = write_round(project, number, manifest, fill)
        discard_blocks(project)
        return made


@dataclass(frozen=True, eq=False)
class _HeadRound:
    """A head fitted to the labels of a round, and to what."""

    base: Head
    result: "FitResult"
    settings: "HeadFit"
    views: int


def _fit(
    project: Project,
    labels: RoundLabels,
    backbone: int,
    balance: Balance | None,
    settings: "HeadFit",
    posterior: "Posterior",
    seed: int,
    progress: Progress,
) -> _HeadRound:
    from gzactive.model.posterior import fit_posterior

    base = base_head(project, backbone)
    check_head(base, project.tree)
    training = labels.training
    values, galaxy = labelled_views(project, training.id_str, backbone=backbone)
    features = np.concatenate([training.features, values])
    galaxy = np.concatenate([np.arange(len(training)), galaxy])
    weights = (1.0 / np.bincount(galaxy))[galaxy]
    if balance is not None:
        weights *= balance.weights[galaxy]
    result = fit_posterior(
        features,
        training.votes[galaxy],
        project.tree,
        base,
        posterior=posterior,
        groups=galaxy,
        weights=weights,
        settings=settings,
        seed=seed,
        progress=progress,
    )
    return _HeadRound(base, result, settings, len(galaxy))


def _train_blocks(
    project: Project,
    labels: RoundLabels,
    fit: _HeadRound,
    balance: Balance | None,
    settings: Unfreezing,
    seed: int,
    tell: Callable[[str], None],
    progress: Progress,
) -> TrainedBlocks:
    """Train blocks from a head that was fitted first: a fresh one would send them noise.

    The galaxies that the head's early stopping judged by judge here too: neither learnt from them.
    """
    training = labels.training
    validation = np.isin(np.arange(len(training)), fit.result.spared)
    if not validation.any():
        raise GzactiveError(
            f"{len(training)} labelled galaxies are too few to train blocks on, and "
            f"{fit.settings.few} are needed: label more, or fit the head alone (without "
            "--unfreeze-blocks)."
        )
    return train_blocks(
        project,
        training.id_str,
        training.votes,
        fit.result.head,
        settings,
        validation=validation,
        weights=np.ones(len(training)) if balance is None else balance.weights,
        seed=seed,
        tell=tell,
        progress=progress,
    )


def _pair(
    project: Project,
    head: Head,
    old: Contender,
    trained: TrainedBlocks | None,
    held_out: Galaxies,
    progress: Progress,
) -> tuple[Contender, Contender, NDArray[np.float64]]:
    """Both heads with features of the same held-out galaxies, and their votes."""
    if trained is None:
        return Contender(head, old.features), old, held_out.votes
    found = features_by(project, trained, held_out.id_str.tolist(), progress)
    rows = np.flatnonzero(np.isin(held_out.id_str, found.id_str))
    return (
        Contender(head, found.values),
        Contender(old.head, old.features[rows]),
        held_out.votes[rows],
    )


def _some_features(project: Project, seed: int) -> NDArray[np.floating[Any]]:
    """Features of galaxies drawn at random, in the network in use."""
    with feature_rows(project) as known:
        rows = np.arange(len(known))
        if len(rows) > _RANKED:
            rows = np.sort(np.random.default_rng(seed).choice(rows, _RANKED, replace=False))
        return known.take(rows)


def _in_use(trained: TrainedBlocks | None) -> str:
    return "put in use" if trained is None else "put in use once its network has seen all galaxies"


def _fingerprint(project: Project, backbone: int, trained: TrainedBlocks | None) -> str:
    if trained is not None:
        return trained.fingerprint
    return feature_store(project, backbone=backbone).folder.name


def _told(trained: TrainedBlocks | None, settings: Unfreezing | None) -> dict[str, Any] | None:
    """What the manifest says of blocks; None where none was trained."""
    if trained is None or settings is None:
        return None
    return {
        "settings": asdict(settings),
        "start_loss": trained.start_loss,
        "best_epoch": trained.best_epoch,
        "epochs": len(trained.history["loss"]),
    }


def _last(values: list[float]) -> float | None:
    return float(values[-1]) if values else None


def _fill(folder: Path, head: Head, history: dict[str, list[float]]) -> None:
    """Write the head, the history and TensorBoard's events."""
    import pandas as pd

    from gzactive.model.tensorboard import write_tensorboard

    head.save(folder / HEAD)
    table = pd.DataFrame({name: pd.Series(values) for name, values in history.items()})
    table.index = table.index + 1
    table.to_csv(folder / HISTORY, index_label="epoch")
    write_tensorboard(folder, history)
