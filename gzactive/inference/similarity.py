"""How alike galaxies are, by what the network sees in them: a search from a handful of examples.

Exact and streamed: every galaxy is compared, block by block, and no more than a block of features
is in memory. What a person has labelled is not asked here; see :mod:`gzactive.active.search`.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.inference.extraction import cores, text_array
from gzactive.inference.features import feature_store
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.stores.features import FeatureRows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Direction", "Likeness", "find_similar", "likeness", "likeness_of", "towards"]

#: Galaxies from which mean and covariance of the features are estimated: an even sample.
_SAMPLE = 8192
#: Neighbours of the sample that are read in one go.
_RUN = 64
#: Added to the variance along every direction, in mean variances: directions in which galaxies
#: hardly differ are mostly noise. Between 0.1 and 1 it makes no difference.
_SHRINKAGE = 1.0
#: How much a galaxy that is unlike what is sought counts against one that is like it.
_AGAINST = 0.5
#: Rows that are converted and multiplied at once: they stay in the processor's cache.
_ROWS = 256
#: Rows that are read at once.
_BLOCK = 4096
#: Threads that read and compute: reading is half of the work, and goes by one at a time.
_THREADS = 2
#: Bits of float16 that are put where float32 has its own leave the exponent smaller by so much.
_SCALE = 2.0**112
_SIGN_AND_VALUE = np.int32(-0x7000_0001)  # 0x8FFFFFFF


@dataclass(frozen=True, eq=False)
class Direction:
    """What is looked for, as a direction in the space of features.

    Attributes
    ----------
    weights
        Shape (width,), float32.
    offset
        So that ``features @ weights + offset`` is in standard deviations of the catalogue, 0 being
        its mean galaxy.
    """

    weights: NDArray[np.float32]
    offset: float


@dataclass(frozen=True, eq=False)
class Likeness:
    """How like the examples each galaxy with features is.

    Attributes
    ----------
    id_str
        Shape (n,), object array of str.
    score
        Standard deviations of the catalogue above its mean galaxy, shape (n,), float32.
    """

    id_str: NDArray[np.object_]
    score: NDArray[np.float32]


def towards(
    sample: NDArray[np.floating[Any]],
    like: NDArray[np.floating[Any]],
    unlike: NDArray[np.floating[Any]] | None = None,
) -> Direction:
    """The direction in which galaxies grow like the examples.

    Features are whitened: a difference counts by how rare it is in this catalogue, since a cosine
    of bare features finds what is common to all large galaxies instead. Each example then counts
    the same, however extreme it is, and galaxies are compared with their mean. That is the
    discriminant of examples against the whole catalogue (Hariharan, Malik & Ramanan 2012), and one
    product a galaxy.

    Of some thirty ways to combine examples this found most on EFIGI (Baillard et al. 2011; inner,
    outer and pseudo rings, bars, edge-on, perturbed and dusty galaxies; mean of the seven,
    precision in the top 10 and 50 from 10 examples): 0.41 and 0.35, where cosines had 0.26 and
    0.25 with bare features, 0.31 and 0.31 with centred ones, 0.35 and 0.31 with whitened ones, and
    the nearest of the examples instead of their mean less than that.

    Parameters
    ----------
    sample
        Features of an even sample of the catalogue, shape (any number, width).
    like, unlike
        Features of examples, and of galaxies that are not meant, shape (any number, width).
    """
    drawn = np.asarray(sample, dtype=np.float32)
    mean = drawn.mean(axis=0, dtype=np.float64)
    centred = drawn - mean.astype(np.float32)
    covariance = (centred.T @ centred).astype(np.float64) / max(1, len(drawn))
    variance = float(np.maximum(np.trace(covariance) / len(covariance), 1e-30))
    shrunk = covariance + _SHRINKAGE * variance * np.eye(len(covariance))
    wanted = _mean_of_units(np.asarray(like, np.float64) - mean, shrunk)
    if unlike is not None and len(unlike):
        wanted -= _AGAINST * _mean_of_units(np.asarray(unlike, np.float64) - mean, shrunk)
    spread = float(np.sqrt(np.maximum(wanted @ covariance @ wanted, 0.0)))
    weights = wanted / spread if spread > 0 else np.zeros_like(wanted)
    return Direction(weights.astype(np.float32), -float(weights @ mean))


def _mean_of_units(
    centred: NDArray[np.float64], shrunk: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean of whitened examples of length 1, ready to be multiplied by centred features."""
    whitened = np.linalg.solve(shrunk, centred.T).T
    lengths = np.sqrt(np.maximum(np.einsum("nw,nw->n", centred, whitened), 0.0))
    units = whitened / np.where(lengths > 0, lengths, 1.0)[:, None]
    mean: NDArray[np.float64] = units.mean(axis=0)
    return mean


def likeness_of(
    rows: FeatureRows | NDArray[np.floating[Any]],
    direction: Direction,
    *,
    progress: Progress = silent,
) -> NDArray[np.float32]:
    """How far each galaxy lies in a direction, (n,); block by block."""
    n = len(rows)
    score = np.empty(n, dtype=np.float32)
    starts = range(0, n, _BLOCK)

    def compare(start: int) -> None:
        block = np.asarray(rows[start : start + _BLOCK])
        score[start : start + len(block)] = _along(block, direction.weights)

    # One reads while another one computes: both let go of Python's lock.
    with ThreadPoolExecutor(min(_THREADS, cores()), thread_name_prefix="compare") as pool:
        try:
            for start, _ in zip(starts, pool.map(compare, starts), strict=True):
                progress("Comparing galaxies", start, n)
        finally:
            pool.shutdown(cancel_futures=True)
    progress("Comparing galaxies", n, n)
    score += np.float32(direction.offset)
    return score


def _along(block: NDArray[np.floating[Any]], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """``block @ weights``, (rows,)."""
    if block.dtype != np.float16:
        return (block @ weights).astype(np.float32)
    # Python converts float16 to float32 one by one, in thrice the time of the rest together. Its
    # bits in float32's places are the same number times a power of two, which the weights bear.
    found = np.empty(len(block), dtype=np.float32)
    bits = np.empty((_ROWS, block.shape[1]), dtype=np.int32)
    values = bits.view(np.float32)
    scaled = weights * np.float32(_SCALE)
    for low in range(0, len(block), _ROWS):
        some = block[low : low + _ROWS]
        part = bits[: len(some)]
        np.copyto(part, some.view(np.int16))  # the sign fills the bits above
        np.left_shift(part, 13, out=part)
        np.bitwise_and(part, _SIGN_AND_VALUE, out=part)
        np.matmul(values[: len(some)], scaled, out=found[low : low + len(some)])
    return found


def likeness(
    project: Project,
    like: Iterable[str],
    unlike: Iterable[str] = (),
    *,
    progress: Progress = silent,
) -> Likeness:
    """How like some examples all galaxies of a project are that have features.

    Parameters
    ----------
    like, unlike
        Ids of examples, at least one, and of galaxies that are not meant.
    progress
        Told what is done; may raise :class:`gzactive.progress.Cancelled`.

    Raises
    ------
    GzactiveError
        If there is no example, or one is unknown, has no features, or is on both sides.
    """
    wanted, against = _once(like), _once(unlike)
    _refuse_unfit(wanted, against)
    with feature_store(project).open_rows() as rows:
        return _compared(project, rows, wanted, against, progress)


def find_similar(
    project: Project,
    like: Iterable[str],
    unlike: Iterable[str] = (),
    n: int = 100,
    *,
    progress: Progress = silent,
) -> "pd.DataFrame":
    """The galaxies most like some examples, which are left out themselves.

    Parameters
    ----------
    like, unlike, progress
        As for :func:`likeness`.
    n
        How many.

    Returns
    -------
    pandas.DataFrame
        ``rank`` from 1, ``id_str``, ``similarity``: standard deviations of the catalogue above its
        mean galaxy.

    Raises
    ------
    GzactiveError
        As :func:`likeness`, and if ``n`` is below 1.
    """
    import pandas as pd

    if n < 1:
        raise GzactiveError(f"The {n} most similar galaxies cannot be listed: ask for at least 1.")
    wanted, against = _once(like), _once(unlike)
    _refuse_unfit(wanted, against)
    # To check a million galaxies' features takes longer than to compare them: those that are shown
    # are checked, and all of them only if one of these is not what was stored.
    examples, sound = [*wanted, *against], False
    with (
        feature_store(project).open_rows(check=False) as rows,
        suppress(OSError),  # a block that the disk does not give
        np.errstate(over="ignore", invalid="ignore"),
    ):
        found = _compared(project, rows, wanted, against, progress)
        best = _best(found, examples, n)
        shown = np.concatenate([best, rows.places(examples)])
        # Where the sample is damaged, no score may be a number.
        sound = bool(np.isfinite(found.score).all() and rows.sound(shown).all())
    if not sound:
        found = likeness(project, wanted, against, progress=progress)
        best = _best(found, examples, n)
    return pd.DataFrame(
        {
            "rank": np.arange(1, len(best) + 1),
            "id_str": found.id_str[best],
            "similarity": found.score[best].astype(np.float64),
        }
    )


def _once(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(str(one) for one in ids))


def _refuse_unfit(like: Sequence[str], unlike: Sequence[str]) -> None:
    if not like:
        raise GzactiveError("Nothing can be like nothing: give at least one example by its id.")
    both = sorted(set(like) & set(unlike))
    if both:
        raise GzactiveError(
            f"Galaxy '{both[0]}' cannot be both like and unlike what is sought: name it once."
        )


def _compared(
    project: Project,
    rows: FeatureRows,
    like: Sequence[str],
    unlike: Sequence[str],
    progress: Progress,
) -> Likeness:
    places = _places(project, rows, [*like, *unlike])
    sample = rows.take(_even_sample(len(rows)))
    examples = rows.take(places).astype(np.float32)
    direction = towards(sample, examples[: len(like)], examples[len(like) :])
    return Likeness(rows.id_str, likeness_of(rows, direction, progress=progress))


def _places(project: Project, rows: FeatureRows, ids: Sequence[str]) -> NDArray[np.intp]:
    """Rows of galaxies in the features; an error for those that have none."""
    places = rows.places(ids)
    missing = [one for one, place in zip(ids, places, strict=True) if place < 0]
    if not missing:
        return places
    known = set(project.catalog["id_str"])
    others = f" (nor have {len(missing) - 1:,} others)" if len(missing) > 1 else ""
    if missing[0] in known:
        raise GzactiveError(
            f"Galaxy '{missing[0]}' has no features{others}: compute them first "
            f"(`gzactive features {project.path}`), or take another example."
        )
    raise GzactiveError(
        f"There is no galaxy '{missing[0]}' in this project{others}: ids are those of its "
        f"catalogue, for instance {project.catalog['id_str'].iloc[0]}."
    )


def _even_sample(n: int) -> NDArray[np.intp]:
    """Rows spread evenly over ``n``, in runs of neighbours, which are read at once."""
    if n <= _SAMPLE:
        return np.arange(n)
    starts = np.linspace(0, n - _RUN, _SAMPLE // _RUN).astype(np.intp)
    found: NDArray[np.intp] = (starts[:, None] + np.arange(_RUN)).ravel()
    return found


def _best(found: Likeness, left_out: Sequence[str], n: int) -> NDArray[np.intp]:
    """Rows of the highest scores, the highest first, without some galaxies."""
    # What is not finite was damaged on the disk.
    score = np.where(np.isfinite(found.score), found.score, -np.inf)
    enough = min(len(score), n + len(left_out))
    best = np.argpartition(-score, enough - 1)[:enough]
    best = best[np.lexsort((best, -score[best]))]
    kept = ~np.isin(found.id_str[best], text_array(left_out)) & np.isfinite(score[best])
    return best[kept][:n]
