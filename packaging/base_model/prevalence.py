"""Bring the head back to how common featured galaxies are, after rare ones were seen more often.

Only the biases of "smooth" and of "featured" move, in opposite directions by one number. It is
fitted by likelihood to the validation part of Galaxy Zoo 1, whose classes are as common as in SDSS:
each galaxy once as it is and once as degraded as in training.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from gzactive.model.augmentation import Augmentation, augment, centre_crop
from gzactive.model.head import Head
from gzactive.model.likelihood import per_question_nll
from gzactive.model.weights import GalaxyModel
from gzactive.trees import DecisionTree

_QUESTION = "smooth-or-featured"


def at_natural_prevalence(
    model: GalaxyModel,
    images: NDArray[np.uint8],
    votes: NDArray[np.int64],
    tree: DecisionTree,
    degraded: Augmentation,
    seed: int,
) -> Head:
    """The model's head with the two biases shifted.

    Images are (n, 300, 300, 1), votes (n, answers).
    """
    assert model.head is not None
    head, rng = model.head, np.random.default_rng(seed)
    views = np.stack([augment(one, 224, rng, degraded, mirrored=False) for one in images])
    features = np.concatenate([model.features(centre_crop(images, 224)), model.features(views)])
    both = np.concatenate([votes, votes])
    question = [one.name for one in tree.modelled].index(_QUESTION)
    smooth = tree.columns.index(f"{_QUESTION}_smooth")
    featured = tree.columns.index(f"{_QUESTION}_featured-or-disk")

    def shifted(shift: float) -> Head:
        bias = head.bias.copy()
        bias[smooth] += shift
        bias[featured] -= shift
        return Head(head.kernel, bias)

    def loss(shift: float) -> float:
        alpha = shifted(shift).concentrations(features)
        return float(per_question_nll(both, alpha, tree)[:, question].mean())

    found = minimize_scalar(loss, bounds=(-1, 1), method="bounded")
    print(
        f"Prevalence: shifted by {found.x:.3f}, loss {loss(0.0):.4f} -> {found.fun:.4f}", flush=True
    )
    return shifted(float(found.x))
