"""Galaxies of a project in order: scored from cached features, kept in ``scores.h5``.

Scores belong to one head, one tree and one set of features; when any of these changed they are
computed again, in seconds. How the numbers come about is in :mod:`gzactive.active.scoring`; whom
to ask about next in :mod:`gzactive.active.queue`.
"""

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.active.browsing import answer_view, check_answer, most_confident
from gzactive.active.doubts import doubt
from gzactive.active.scoring import (
    TREE,
    Acquisition,
    Measures,
    acquisition_scores,
    check_choice,
    measure,
)
from gzactive.errors import GzactiveError
from gzactive.inference import current_head, feature_rows
from gzactive.model.head import Head
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.stores.features import FeatureRows
from gzactive.stores.predictions import Scores, read_scores, write_scores

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["acquisition_of", "current_scores", "ranking", "rescore", "top"]


def rescore(
    project: Project, *, progress: Progress = silent, n_samples: int | None = None
) -> Scores:
    """Score every galaxy that has features with the head in use, and write ``scores.h5``.

    Parameters
    ----------
    project
        Its features, head in use and tree.
    progress
        Told what is done; may raise :class:`gzactive.progress.Cancelled`, which leaves the old
        scores.
    n_samples
        Dropout samples; by default the project's setting.

    Returns
    -------
    Scores
        ``fractions``, ``spread`` (galaxies, answers); ``path_probability``, ``entropy``,
        ``mutual_information`` (galaxies, questions; one vote each); ``tree_score`` and
        ``exact`` (galaxies,): the acquisition over the whole tree, exact for the best 2,000. Its
        attributes say by which head, round, seed and samples: the same give the same again.

    Raises
    ------
    GzactiveError
        If the head does not belong to the project's tree.
    """
    tree = project.tree
    head, weights_id, number = current_head(project)
    n_samples = n_samples or project.settings.samples
    with feature_rows(project) as rows:
        attributes = _identity(project, rows, head, weights_id, number, n_samples)
        seed = int(attributes["seed"])
        found = measure(head, rows, tree, n_samples=n_samples, seed=seed, progress=progress)
        acquisition = acquisition_scores(
            found, head, rows, tree, n_samples=n_samples, seed=seed, progress=progress
        )
    arrays: dict[str, NDArray[Any]] = {
        **found.arrays(),
        "tree_score": acquisition.score,
        "exact": acquisition.exact,
    }
    scores = Scores(id_str=rows.id_str, arrays=arrays, attrs=attributes)
    if not project.read_only:
        write_scores(project.scores_path, scores)
    return scores


def current_scores(project: Project, *, progress: Progress = silent) -> Scores:
    """The stored scores, computed again if the head, the tree or the features have changed."""
    if project.scores_path.exists():
        stored = read_scores(project.scores_path)
        head, weights_id, number = current_head(project)
        with feature_rows(project) as rows:
            samples = project.settings.samples
            wanted = _identity(project, rows, head, weights_id, number, samples)
        if stored.attrs == wanted:
            return stored
    return rescore(project, progress=progress)


def acquisition_of(
    project: Project,
    scores: Scores,
    by: str,
    question: str = TREE,
    *,
    progress: Progress = silent,
) -> Acquisition:
    """The numbers that a project's galaxies are ranked by, in the order of ``scores``.

    Parameters
    ----------
    project, scores
        From :func:`current_scores`.
    by
        ``mutual-information``, ``predictive-information`` or ``entropy``.
    question
        One of the tree's modelled questions, or ``tree``.
    """
    if by == "mutual-information" and question == TREE:
        return Acquisition(scores.arrays["tree_score"], scores.arrays["exact"].astype(bool))
    with feature_rows(project) as rows:
        if not np.array_equal(rows.id_str, scores.id_str):
            raise GzactiveError("Features were added while galaxies were ranked: rank again.")
        return acquisition_scores(
            Measures.from_arrays(scores.arrays),
            current_head(project)[0],
            rows,
            project.tree,
            by=by,
            question=question,
            n_samples=int(scores.attrs["n_samples"]),
            seed=int(scores.attrs["seed"]),
            progress=progress,
        )


def ranking(
    project: Project,
    by: str = "mutual-information",
    question: str = TREE,
    *,
    progress: Progress = silent,
) -> "pd.DataFrame":
    """All scored galaxies, the one worth asking about most first.

    Parameters
    ----------
    project
        Its features must be computed, at least in part (not for ``random``).
    by
        ``mutual-information``, ``predictive-information``, ``entropy`` or ``random``.
    question
        One of the tree's modelled questions, or ``tree`` for all of them.

    Returns
    -------
    pandas.DataFrame
        ``rank`` from 1, ``id_str``, ``acquisition`` (nats; NaN for ``random``), ``exact``,
        ``reserved``.

    Raises
    ------
    GzactiveError
        If ``by`` or ``question`` is unknown, or no galaxy has features.
    """
    import pandas as pd

    check_choice(by, question, project.tree)
    if by == "random":
        id_str = project.catalog["id_str"].to_numpy(dtype=object)
        order = np.random.default_rng(project.seed).permutation(len(id_str))
        score, exact = np.full(len(id_str), np.nan), np.zeros(len(id_str), dtype=bool)
    else:
        scores = current_scores(project, progress=progress)
        _require_features(scores)
        id_str = np.asarray(scores.id_str, dtype=object)
        found = acquisition_of(project, scores, by, question, progress=progress)
        score, exact = found.score, found.exact
        order = np.argsort(-score, kind="stable")
    table = pd.DataFrame(
        {
            "rank": np.arange(1, len(order) + 1),
            "id_str": id_str[order],
            "acquisition": score[order],
            "exact": exact[order],
        }
    )
    reserved = project.catalog.set_index("id_str")["reserved"]
    table["reserved"] = reserved.reindex(table["id_str"]).to_numpy(dtype=bool)
    return table


def top(
    project: Project, answer: str, n: int = 10, *, progress: Progress = silent
) -> "pd.DataFrame":
    """The galaxies most confidently predicted to have a feature.

    Parameters
    ----------
    project
        Its features must be computed, at least in part.
    answer
        Column of a modelled answer, ``<question>_<answer>``.
    n
        How many.

    Returns
    -------
    pandas.DataFrame
        ``rank`` from 1, ``id_str``, ``fraction`` (the answer's share of the votes on its
        question), ``path_probability`` (that the question is asked), ``score`` (their product).
        ``attrs["statement"]`` says why the order is not to be trusted, else it is empty.

    Raises
    ------
    GzactiveError
        If the tree models no such answer, ``n`` is below 1, or no galaxy has features.
    """
    import pandas as pd

    if n < 1:
        raise GzactiveError(f"The top {n} galaxies cannot be listed: ask for at least 1.")
    check_answer(answer, project.tree)
    scores = current_scores(project, progress=progress)
    _require_features(scores)
    view = answer_view(scores, project.tree, answer)
    fraction, path = view.fraction.astype(np.float64), view.path_probability.astype(np.float64)
    score = fraction * path
    best = most_confident(score, n)
    table = pd.DataFrame(
        {
            "rank": np.arange(1, len(best) + 1),
            "id_str": np.asarray(scores.id_str, dtype=object)[best],
            "fraction": fraction[best],
            "path_probability": path[best],
            "score": score[best],
        }
    )
    table.attrs["statement"] = doubt(current_head(project)[0], project.tree, answer, fraction)
    return table


def _require_features(scores: Scores) -> None:
    if not len(scores.id_str):
        raise GzactiveError(
            "No galaxy of this project has features yet, so there is nothing to rank: compute "
            "them first (`gzactive features PROJECT`, or Train in the app)."
        )


def _identity(
    project: Project, rows: FeatureRows, head: Head, weights_id: str, number: int, n_samples: int
) -> dict[str, Any]:
    """What scores depend on: they are current as long as all of it is the same."""
    digest = hashlib.sha256("\n".join(rows.id_str).encode())
    digest.update("\n".join(rows.image_hash).encode())
    # New masks each round: a galaxy that chance favours in one round is not favoured for ever.
    seed = int(np.random.SeedSequence([project.seed, number]).generate_state(1)[0])
    return {
        "weights_id": weights_id,
        "head_id": head.id,
        "round": number,
        "seed": seed,
        "n_samples": n_samples,
        "tree_hash": project.tree.hash,
        "features": digest.hexdigest()[:16],
    }
