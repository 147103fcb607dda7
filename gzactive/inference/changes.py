"""Which images have changed since their features were computed: told by size and time alone."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from gzactive.images import ImageProblem, image_stamp
from gzactive.progress import Cancelled, Progress
from gzactive.stores.features import FeatureRows

__all__ = ["file_stamps", "unchanged"]

#: Files asked for their size and time in one task.
_AT_ONCE = 500


def file_stamps(
    file_loc: NDArray[np.object_], pool: ThreadPoolExecutor, progress: Progress
) -> tuple[NDArray[np.object_], dict[int, str]]:
    """Size and time of each file as one text; "" where there is none, with the reason by row."""

    def some(start: int) -> list[tuple[str, str]]:
        found = []
        for location in file_loc[start : start + _AT_ONCE]:
            try:
                found.append(("{}-{}".format(*image_stamp(location)), ""))
            except ImageProblem as problem:
                found.append(("", problem.reason))
        return found

    count = len(file_loc)
    stamps = np.empty(count, dtype=object)
    reasons: dict[int, str] = {}
    starts = range(0, count, _AT_ONCE)
    try:
        for start, found in zip(starts, pool.map(some, starts), strict=True):
            progress("Looking for changed images", start, count)
            for row, (stamp, reason) in enumerate(found, start=start):
                stamps[row] = stamp
                if reason:
                    reasons[row] = reason
    except Cancelled:
        pool.shutdown(cancel_futures=True)
        raise
    progress("Looking for changed images", count, count)
    return stamps, reasons


def unchanged(
    rows: FeatureRows, id_str: NDArray[np.object_], stamps: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """Whether each galaxy is stored with the stamp that its file has."""
    import pandas as pd

    stored = pd.Index(rows.id_str, dtype=object)
    places = stored.get_indexer(pd.Index(id_str, dtype=object))
    return np.array(
        [
            place >= 0 and rows.image_stamp[place] == stamp
            for place, stamp in zip(places, stamps, strict=True)
        ],
        dtype=bool,
    )
