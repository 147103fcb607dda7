"""Features of a project's galaxies: which cache and which network they belong to."""

import threading
import weakref
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.images import ImageSettings
from gzactive.inference.extraction import (
    BATCH,
    STAGE,
    ExtractReport,
    Network,
    extract,
    text_array,
)
from gzactive.inference.heads import weights_of
from gzactive.inference.rates import Rates, bare_rates
from gzactive.inference.serving import read_serving, take_over
from gzactive.model.head import FEATURES
from gzactive.model.weights_file import file_fingerprint
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.stores.features import FeatureRows, Features, FeatureStore

if TYPE_CHECKING:
    from gzactive.model.weights import GalaxyModel

__all__ = [
    "extract_features",
    "extract_views",
    "feature_rows",
    "feature_store",
    "features_complete",
    "features_for",
    "labelled_views",
    "load_backbone",
    "measure_rates",
]

#: Part of a project's features folder for galaxies that are not the project's own.
_STRANGERS = "other-catalogues"
#: Symmetric views of a square image, its own included.
N_VIEWS = 8


def load_backbone(project: Project, backbone: int | None = None) -> "GalaxyModel":
    """The network in use, loaded once a process; this imports Keras.

    Keras is not thread-safe: call this, and the network, from one thread.

    Parameters
    ----------
    backbone
        Another one: 0 for that of the project's weights, else the round that trained it.

    Raises
    ------
    GzactiveError
        If the weights are missing or do not fit the project's image settings.
    """
    path, stamp = weights_of(project, backbone)
    return _load_backbone(path, stamp, project.image_settings)


@lru_cache(maxsize=2)  # the network in use, and the one that is to take over
def _load_backbone(path: Path, stamp: tuple[int, int], settings: ImageSettings) -> "GalaxyModel":
    from gzactive.model.quiet import hushed

    with hushed():
        from gzactive.model.weights import load_model

        model = load_model(path, image_settings=settings)
        model.warm()
    return model


@lru_cache(maxsize=8)
def _fingerprint(path: Path, stamp: tuple[int, int], image_key: str) -> str:
    return file_fingerprint(path, image_key)


_stores: "weakref.WeakKeyDictionary[Project, dict[Path, FeatureStore]]" = (
    weakref.WeakKeyDictionary()
)
_stores_lock = threading.Lock()


def feature_store(
    project: Project, *, strangers: bool = False, view: int = 0, backbone: int | None = None
) -> FeatureStore:
    """The cache of the network in use and the project's image settings.

    One object serves a project, since each object checks every byte of every file once.

    Parameters
    ----------
    view
        How the network saw the images: 0 as they are, 1 to 7 turned or mirrored.
    strangers
        The cache for galaxies of other catalogues instead, whose ids may be those of different
        galaxies here.
    backbone
        Of another network, see :func:`load_backbone`.
    """
    path, stamp = weights_of(project, backbone)
    fingerprint = _fingerprint(path, stamp, project.image_settings.key)
    kind = _STRANGERS if strangers else f"view-{view}"
    with _stores_lock:
        opened = _stores.setdefault(project, {})
        key = project.features_path / kind / fingerprint
        if key not in opened:
            opened[key] = (
                FeatureStore(key) if strangers else project.feature_store(fingerprint, view=view)
            )
        return opened[key]


def extract_features(
    project: Project,
    *,
    model: Network | None = None,
    progress: Progress = silent,
    batch: int = BATCH,
    workers: int | None = None,
) -> ExtractReport:
    """Compute the features that are missing, or whose image has changed.

    While a round that trained its own network waits to take over, they are computed with that, and
    the round takes over once all are there; what is in use goes on serving meanwhile.

    Parameters
    ----------
    project
        Its catalogue, image settings and weights.
    model
        The network in use if it is loaded already; else the one that is needed is loaded if
        anything has to be computed.
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
        serving = read_serving(project)
        in_hand = None if serving.next else model
        report = extract(
            project.catalog["id_str"].to_list(),
            project.catalog["file_loc"].to_list(),
            feature_store(project, backbone=serving.coming),
            project.problems,
            lambda: load_backbone(project, serving.coming) if in_hand is None else in_hand,
            settings=project.image_settings,
            progress=progress,
            batch=batch,
            workers=workers,
        )
        if serving.next:
            take_over(project, serving.next)
    return report


def features_complete(project: Project, backbone: int | None = None) -> bool:
    """Whether each galaxy has features or a known problem, so that no network is needed."""
    ids = set(project.catalog["id_str"])
    known = feature_store(project, backbone=backbone).known()["id_str"]
    if len(known) >= len(ids):
        return True
    frame = project.problems.frame()
    return ids <= set(known) | set(frame["id_str"][frame["stage"] == STAGE])


def extract_views(
    project: Project, *, model: Network | None = None, progress: Progress = silent
) -> int:
    """Compute the seven other views of the labelled galaxies that rounds are fitted to.

    A round takes whatever views there are, each galaxy's together with the weight of one, and never
    waits for them. Reserved galaxies, which never train, and galaxies that only have catalogue
    votes are left out: these can be a whole survey.

    Returns
    -------
    int
        How many views were computed.

    Raises
    ------
    GzactiveError
        As :func:`extract_features`.
    """
    rows = project.catalog[~project.catalog["reserved"]]
    rows = rows[rows["id_str"].isin(project.labels.labelled())]
    done = 0
    with project.compute_lock("features"):
        for view in range(1, N_VIEWS):
            done += extract(
                rows["id_str"].to_list(),
                rows["file_loc"].to_list(),
                feature_store(project, view=view),
                project.problems,
                (lambda: load_backbone(project)) if model is None else (lambda: model),
                settings=project.image_settings,
                view=view,
                progress=progress,
            ).done
    return done


def labelled_views(
    project: Project, id_str: NDArray[np.object_], *, backbone: int | None = None
) -> tuple[NDArray[np.float16], NDArray[np.intp]]:
    """Other views of some galaxies, as far as they are computed.

    Returns
    -------
    values, galaxy
        Features (views, 1280) and, for each, its galaxy's position in ``id_str`` (views,).
    """
    import pandas as pd

    index = pd.Index(id_str)
    views = range(1, N_VIEWS)
    stores = [feature_store(project, view=view, backbone=backbone) for view in views]
    found = [store.load(id_str) for store in stores if store.folder.is_dir()]
    if not found:
        return np.empty((0, FEATURES), np.float16), np.empty(0, np.intp)
    galaxy = np.concatenate([index.get_indexer(pd.Index(one.id_str)) for one in found])
    return np.concatenate([one.values for one in found]), galaxy


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


def features_for(project: Project, ids: Any = None, *, backbone: int | None = None) -> Features:
    """Cached features, in memory: 0.7 GB for 272,725 galaxies.

    Parameters
    ----------
    ids
        Galaxies, in the order wanted; by default all of the project in the catalogue's order.
    backbone
        By another network than that in use, see :func:`load_backbone`.

    Returns
    -------
    Features
        Of those that have been computed; compare its ``id_str`` to know which have not.
    """
    wanted = project.catalog["id_str"].to_numpy(dtype=object) if ids is None else text_array(ids)
    return feature_store(project, backbone=backbone).load(wanted)


def feature_rows(project: Project) -> FeatureRows:
    """Cached features on the disk, to stream through more than memory holds; use ``with``."""
    return feature_store(project).open_rows()
