"""Scores and predictions: the head over cached features, streamed in blocks."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog import load_catalog
from gzactive.errors import GzactiveError
from gzactive.inference.extraction import Network, extract
from gzactive.inference.features import (
    extract_features,
    feature_rows,
    feature_store,
    features_complete,
    load_backbone,
)
from gzactive.inference.heads import current_head
from gzactive.model.head import Head
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.stores.features import FeatureRows
from gzactive.stores.predictions import PredictionWriter, Scores, write_scores

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["predict", "score"]

_PREDICT_STAGE = "predict"
_DROPOUT_SEED = 0


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
    """Apply measures to samples of the head over all cached features, block by block.

    Parameters
    ----------
    measures
        Name to a function of concentrations (m, answers, samples) that returns (m,) or (m, k).
    n_samples, seed
        Samples of the head, and the seed that all galaxies share.
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
    n_samples: int = 30,
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
        Samples of the head, and their seed.
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
    with ExitStack() as stack:
        columns = project.tree.columns
        writer = stack.enter_context(PredictionWriter(Path(out).expanduser(), columns))
        if catalog is None:
            ids = project.catalog["id_str"].to_numpy(dtype=object)
            if not features_complete(project):
                extract_features(project, model=model, progress=progress)
            store = feature_store(project)
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
        head, _, _ = current_head(project)
        progress("Predicting", 0, len(rows))
        for block, concentrations in head.mc_blocks(rows, n_samples, seed):
            writer.write(rows.id_str[block].tolist(), concentrations)
            progress("Predicting", block.stop, len(rows))
    return len(rows)


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
