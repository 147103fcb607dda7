"""How sure the head of a round may be, from the training galaxies that its fit left aside.

Reserved galaxies take no part: they judge the round, its calibration included. Those left aside
stopped the fit, and were chosen as the other labels were, not at random; that is why two numbers a
question are fitted to them and no more (:mod:`gzactive.model.recalibration`).
"""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.active.balance import Balance
from gzactive.active.round_labels import Galaxies
from gzactive.active.scoring import N_SAMPLES
from gzactive.inference import TrainedBlocks, features_by
from gzactive.model.head import Head
from gzactive.model.recalibration import fit_recalibration
from gzactive.progress import Progress
from gzactive.project import Project

if TYPE_CHECKING:
    from gzactive.model.training import FitResult

__all__ = ["calibrated"]


def calibrated(
    project: Project,
    head: Head,
    training: Galaxies,
    fit: "FitResult",
    *,
    trained: TrainedBlocks | None,
    balance: Balance | None,
    seed: int,
    progress: Progress,
) -> tuple[Head, dict[str, Any]]:
    """The head of a round with its recalibration, and what the manifest says of it.

    Parameters
    ----------
    head
        Fitted, not corrected in any way.
    training
        What the round was fitted to.
    fit
        Of the head; its ``spared`` are positions in ``training``.
    trained
        The network of the round, if it trained one: it then sees the spared galaxies again.
    balance
        Its weights count here as they counted in the fit.
    seed
        Of the head's samples.
    """
    spared: NDArray[np.intp] = np.asarray(fit.spared, dtype=np.intp)
    if not len(spared):
        return head, {"galaxies": 0, "questions": {}}
    features = training.features[spared]
    if trained is not None:
        found = features_by(project, trained, training.id_str[spared].tolist(), progress)
        spared = spared[np.isin(training.id_str[spared], found.id_str)]
        features = found.values
    correction, questions = fit_recalibration(
        training.votes[spared],
        head.mc_concentrations(features, N_SAMPLES, seed),
        project.tree,
        weights=None if balance is None else balance.weights[spared],
        seed=seed,
        progress=progress,
    )
    told = {name: asdict(one) for name, one in questions.items()}
    return (
        replace(head, recalibration=correction),
        {"galaxies": len(spared), "questions": told},
    )
