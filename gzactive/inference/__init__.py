"""Where the network, images and stores meet: features of galaxies, heads in use, predictions.

Keras is imported only when an image has to go through the network. Everything after that, scores
and predictions, is NumPy over cached features, streamed in blocks, so that a million galaxies fit.
How images go through the network is in :mod:`gzactive.inference.extraction`; what scores mean is in
:mod:`gzactive.active`.
"""

import json
import threading
import weakref
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog import load_catalog
from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings
from gzactive.inference.extraction import BATCH, STAGE, ExtractReport, Network, extract, text_array
from gzactive.inference.rates import Rates, bare_rates
from gzactive.model.head import Head
from gzactive.model.weights_file import default_weights, file_fingerprint, find_weights, read_head
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.stores.features import FeatureRows, Features, FeatureStore
from gzactive.stores.predictions import PredictionWriter, Scores, write_scores

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.model.weights import GalaxyModel

__all__ = [
    "ExtractReport",
    "Rates",
    "base_head",
    "current_head",
    "extract_features",
    "feature_rows",
    "feature_store",
    "features_for",
    "load_backbone",
    "measure_rates",
    "predict",
    "score",
]

#: Part of a project's features folder for galaxies that are not the project's own.
_STRANGERS = "other-catalogues"
_PREDICT_STAGE = "predict"
_DROPOUT_SEED = 0


# --- the network --------------------------------------------------------------------------------


def load_backbone(project: Project) -> "GalaxyModel":
    """The project's network, loaded once a process; this imports Keras.

    Keras is not thread-safe: call this, and the network, from one thread.

    Raises
    ------
    GzactiveError
        If the weights are missing or do not fit the project's image settings.
    """
    path, stamp = _weights(project)
    return _load_backbone(path, stamp, project.image_settings)


@lru_cache(maxsize=1)
def _load_backbone(path: Path, stamp: tuple[int, int], settings: ImageSettings) -> "GalaxyModel":
    from gzactive.model.weights import load_model

    return load_model(path, image_settings=settings)


def _weights(project: Project) -> tuple[Path, tuple[int, int]]:
    """The project's weights file, and what changes when it does."""
    path = find_weights(project.settings.weights or default_weights())
    status = path.stat()
    return path, (status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=8)
def _fingerprint(path: Path, stamp: tuple[int, int], image_key: str) -> str:
    return file_fingerprint(path, image_key)


# --- features -----------------------------------------------------------------------------------

_stores: "weakref.WeakKeyDictionary[Project, dict[Path, FeatureStore]]" = (
    weakref.WeakKeyDictionary()
)
_stores_lock = threading.Lock()


def feature_store(project: Project, *, strangers: bool = False) -> FeatureStore:
    """The cache of the project's network and image settings.

    One object serves a project, since each object checks every byte of every file once.

    Parameters
    ----------
    strangers
        The cache for galaxies of other catalogues instead, whose ids may be those of different
        galaxies here.
    """
    path, stamp = _weights(project)
    fingerprint = _fingerprint(path, stamp, project.image_settings.key)
    folder = project.features_path / (_STRANGERS if strangers else "") / fingerprint
    with _stores_lock:
        opened = _stores.setdefault(project, {})
        if folder not in opened:
            opened[folder] = (
                FeatureStore(folder) if strangers else project.feature_store(fingerprint)
            )
        return opened[folder]


def extract_features(
    project: Project,
    *,
    model: Network | None = None,
    progress: Progress = silent,
    batch: int = BATCH,
    workers: int | None = None,
) -> ExtractReport:
    """Compute the features that are missing, or whose image has changed.

    Parameters
    ----------
    project
        Its catalogue, image settings and weights.
    model
        The network if it is loaded already; else it is loaded if anything has to be computed.
    progress
        Told what is done after each batch; what was computed before it raises
        :class:`gzactive.progress.Cancelled` is stored.
    batch, workers
        See :func:`gzactive.inference.extraction.extract`.

    Raises
    ------
    GzactiveError
        If features of this project are being computed elsewhere, the weights are missing, or the
        disk is full. Images that cannot be used are rows of ``project.problems`` instead.
    """
    with project.compute_lock("features"):
        return extract(
            project.catalog["id_str"].to_list(),
            project.catalog["file_loc"].to_list(),
            feature_store(project),
            project.problems,
            (lambda: load_backbone(project)) if model is None else (lambda: model),
            settings=project.image_settings,
            progress=progress,
            batch=batch,
            workers=workers,
        )


def measure_rates(
    project: Project,
    n: int = 256,
    *,
    model: Network | None = None,
    repeats: int = 3,
    progress: Progress = silent,
) -> Rates:
    """:func:`bare_rates` on ``n`` images of a project, drawn at random."""
    network = load_backbone(project) if model is None else model
    locations = project.catalog["file_loc"].to_numpy(dtype=object)
    if len(locations) > n:
        locations = np.random.default_rng(0).choice(locations, n, replace=False)
    return bare_rates(
        network, locations.tolist(), project.image_settings, repeats=repeats, progress=progress
    )


def features_for(project: Project, ids: Any = None) -> Features:
    """Cached features, in memory: 0.7 GB for 272,725 galaxies.

    Parameters
    ----------
    ids
        Galaxies, in the order wanted; by default all of the project in the catalogue's order.

    Returns
    -------
    Features
        Of those that have been computed; compare its ``id_str`` to know which have not.
    """
    wanted = project.catalog["id_str"].to_numpy(dtype=object) if ids is None else text_array(ids)
    return feature_store(project).load(wanted)


def feature_rows(project: Project) -> FeatureRows:
    """Cached features on the disk, to stream through more than memory holds; use ``with``."""
    return feature_store(project).open_rows()


# --- heads --------------------------------------------------------------------------------------


def base_head(project: Project) -> Head:
    """The head that every round of the project starts from.

    That of the weights if it answers the project's questions, else one of equal fractions.
    """
    path, stamp = _weights(project)
    head, columns = _weights_head(path, stamp)
    if head is not None and columns == project.tree.columns:
        return head
    return Head.fresh(project.tree)


@lru_cache(maxsize=8)
def _weights_head(path: Path, stamp: tuple[int, int]) -> tuple[Head | None, tuple[str, ...]]:
    head, header = read_head(path)
    return head, header.columns


def current_head(project: Project) -> tuple[Head, str, int]:
    """The head in use, its id, and the round that made it (0 is the base head).

    Raises
    ------
    GzactiveError
        If the note on the round in use, or its head, is broken or of another tree.
    """
    number = _current_round(project)
    if number == 0:
        head = base_head(project)
    else:
        head = Head.load(project.rounds_path / f"{number:04d}" / "head.safetensors")
        if head.n_answers != len(project.tree.columns):
            raise GzactiveError(
                f"The head of round {number} has {head.n_answers} answers and the tree "
                f"'{project.tree.id}' {len(project.tree.columns)}: roll back to another round."
            )
    return head, head.id, number


def _current_round(project: Project) -> int:
    note = project.rounds_path / "current.json"
    try:
        return int(json.loads(note.read_text(encoding="utf-8"))["round"])
    except FileNotFoundError:
        return 0
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GzactiveError(
            f"{note} cannot be read ({error}): delete it to go back to the base head."
        ) from error


# --- scores and predictions ---------------------------------------------------------------------


def score(
    project: Project,
    head: Head,
    measures: Mapping[str, Callable[[NDArray[np.float32]], NDArray[Any]]],
    *,
    n_samples: int = 30,
    seed: int = _DROPOUT_SEED,
    progress: Progress = silent,
    write: bool = False,
) -> Scores:
    """Apply measures to dropout passes over all cached features, block by block.

    Parameters
    ----------
    measures
        Name to a function of concentrations (m, answers, samples) that returns (m,) or (m, k).
    n_samples, seed
        Dropout passes, and the seed of their masks, which all galaxies share.
    write
        Also replace the project's ``scores.h5``.

    Returns
    -------
    Scores
        Of every galaxy that has features, in the cache's order.
    """
    with feature_rows(project) as rows:
        arrays: dict[str, NDArray[Any]] = {}
        progress("Scoring", 0, len(rows))
        for block, concentrations in head.mc_blocks(rows, n_samples, seed):
            for name, function in measures.items():
                values = np.asarray(function(concentrations))
                if name not in arrays:
                    arrays[name] = np.empty((len(rows), *values.shape[1:]), values.dtype)
                arrays[name][block] = values
            progress("Scoring", block.stop, len(rows))
        attrs = {"weights_id": head.id, "n_samples": n_samples, "seed": seed}
        scores = Scores(rows.id_str, arrays, attrs)
    if write:
        write_scores(project.scores_path, scores)
    return scores


def predict(
    project: Project,
    out: str | Path,
    *,
    n_samples: int = 5,
    catalog: "str | Path | pd.DataFrame | None" = None,
    seed: int = _DROPOUT_SEED,
    model: Network | None = None,
    progress: Progress = silent,
) -> int:
    """Write the head's concentrations for every galaxy, in Zoobot's layout.

    Features that are missing are computed first.

    Parameters
    ----------
    out
        Ends in .hdf5, .h5, .csv or .parquet; it appears when it is complete.
    n_samples, seed
        Dropout passes, and the seed of their masks.
    catalog
        Other galaxies: a table, see :func:`gzactive.catalog.load_catalog`. By default the
        project's own.
    model
        The network if it is loaded already.

    Returns
    -------
    int
        Galaxies written. Those whose image cannot be used are in ``project.problems`` instead.

    Raises
    ------
    GzactiveError
        If no galaxy has features, or ``out`` cannot be written.
    """
    tree, (head, _, _) = project.tree, current_head(project)
    with ExitStack() as stack:
        writer = stack.enter_context(PredictionWriter(Path(out).expanduser(), tree.columns))
        if catalog is None:
            ids = project.catalog["id_str"].to_numpy(dtype=object)
            store = feature_store(project)
            if not _complete(project, ids, store):
                extract_features(project, model=model, progress=progress)
        else:
            table = load_catalog(catalog) if isinstance(catalog, str | Path) else catalog
            ids = table["id_str"].to_numpy(dtype=object)
            store = feature_store(project, strangers=True)
            with project.compute_lock("features"):
                extract(
                    table["id_str"].to_list(),
                    table["file_loc"].to_list(),
                    store,
                    project.problems,
                    (lambda: load_backbone(project)) if model is None else (lambda: model),
                    settings=project.image_settings,
                    others=[feature_store(project)],
                    stage=_PREDICT_STAGE,
                    progress=progress,
                )
        rows = _Chosen(stack.enter_context(store.open_rows()), ids)
        if not len(rows):
            raise GzactiveError(
                f"None of the {len(ids):,} images can be used, so there is nothing to predict: "
                "see the project's problems (`gzactive info`)."
            )
        progress("Predicting", 0, len(rows))
        for block, concentrations in head.mc_blocks(rows, n_samples, seed):
            writer.write(rows.id_str[block].tolist(), concentrations)
            progress("Predicting", block.stop, len(rows))
    return len(rows)


def _complete(project: Project, ids: NDArray[np.object_], store: FeatureStore) -> bool:
    """Whether every galaxy has features or a known problem, so that no network is needed."""
    known = store.known()["id_str"]
    if len(known) >= len(ids):
        return True
    frame = project.problems.frame()
    return set(ids) <= set(known) | set(frame["id_str"][frame["stage"] == STAGE])


class _Chosen:
    """Stored rows of some galaxies, in their order, read when sliced."""

    def __init__(self, rows: FeatureRows, ids: NDArray[np.object_]) -> None:
        import pandas as pd

        place = pd.Index(rows.id_str, dtype=object).get_indexer(pd.Index(ids, dtype=object))
        self.id_str = ids[place >= 0]
        self._rows = rows
        self._place = place[place >= 0]
        self.shape = (len(self._place), rows.shape[1])

    def __len__(self) -> int:
        return len(self._place)

    def __getitem__(self, rows: slice) -> NDArray[np.float16]:
        return self._rows.take(self._place[rows])
