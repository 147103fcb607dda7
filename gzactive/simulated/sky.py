"""A simulated sky on disk: a folder of pictures, their catalogue and their truth.

Rendering is in :mod:`gzactive.simulated.rendering`; here the pictures are made on all cores, each
written whole or not at all, and what is there already is left alone.
"""

import io
import os
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image as PillowImage
from threadpoolctl import threadpool_limits

from gzactive.errors import GzactiveError
from gzactive.paths import atomic_write
from gzactive.progress import Progress, silent
from gzactive.simulated.parameters import draw_parameters
from gzactive.simulated.rendering import render

__all__ = ["RECIPE", "make_sky"]

_STAGE = "Making the sky"
#: As the Legacy Surveys' cutouts: good enough that noise stays noise.
_QUALITY = 92
#: To be raised whenever parameters or rendering change: pictures kept from before would no longer
#: agree with the truth.
RECIPE = 2
#: Columns that a catalogue of real galaxies would have; the rest is the truth.
_PUBLIC = ["id_str", "file_loc", "ra", "dec", "redshift", "magnitude", "radius90", "pixel_scale"]


def make_sky(
    folder: Path | str,
    n: int,
    *,
    seed: int = 0,
    progress: Progress = silent,
    size: int = 256,
    workers: int | None = None,
) -> pd.DataFrame:
    """Make, or complete, a sky of ``n`` galaxies.

    Parameters
    ----------
    folder : Path
        Gets ``images/*.jpg``, ``catalog.csv`` (what a survey would know; paths relative to it) and
        ``truth.parquet``. Pictures that are there already are kept, so a killed run goes on and a
        sky can be enlarged.
    n, seed : int
        As for :func:`~gzactive.simulated.parameters.draw_parameters`.
    progress : Progress
        Called with the number of pictures; may cancel.
    size : int
        Side of the pictures, pixels.
    workers : int, optional
        Threads; by default two more than cores, since a disk makes them wait. The pictures do not
        depend on it.

    Returns
    -------
    DataFrame
        ``id_str``, ``file_loc`` (absolute), ``ra``, ``dec``, ``pixel_scale`` (arcsec) and the rest
        of the truth.

    Raises
    ------
    GzactiveError
        If the folder holds a sky of another seed, size or recipe, or cannot be written.
    """
    folder = Path(folder).expanduser().absolute()
    truth = draw_parameters(n, seed)
    truth["pixel_scale"] = truth["field"] / size
    recipe = folder / "sky.txt"
    images = folder / "images"
    made_of = f"seed {seed}, {size} pixels, recipe {RECIPE}\n"
    try:
        images.mkdir(parents=True, exist_ok=True)
        if not recipe.exists():
            atomic_write(recipe, made_of)
        elif (found := recipe.read_text()) != made_of:
            raise GzactiveError(
                f"{folder} holds another simulated sky ({found.strip()}, not {made_of.strip()}): "
                "name another folder, or delete it."
            )
        names = [f"images/{id_str}.jpg" for id_str in truth["id_str"]]
        present = {path.name for path in images.glob("*.jpg")}
        missing = [
            (row, folder / name)
            for row, name in zip(truth.to_dict("records"), names, strict=True)
            if name.removeprefix("images/") not in present
        ]
        _render_all(missing, size, n, workers or (os.cpu_count() or 1) + 2, progress)  # type: ignore[arg-type]
        catalogue = truth.assign(file_loc=names)
        atomic_write(folder / "catalog.csv", catalogue[_PUBLIC].to_csv(index=False))
        table = io.BytesIO()
        catalogue.to_parquet(table, index=False)
        atomic_write(folder / "truth.parquet", table.getvalue())
    except OSError as error:
        raise GzactiveError(f"{folder}: the sky cannot be written ({error.strerror}).") from error
    rest = [name for name in truth.columns if name not in _PUBLIC]
    catalogue["file_loc"] = [str(folder / name) for name in names]
    return catalogue[_PUBLIC + rest]


def _render_all(
    missing: list[tuple[Mapping[str, Any], Path]],
    size: int,
    total: int,
    workers: int,
    progress: Progress,
) -> None:
    """Render and write pictures on threads: NumPy leaves them the cores."""
    done = total - len(missing)
    progress(_STAGE, done, total)
    queue = iter(missing)
    with (
        # Products of small matrices: a second pool of threads below ours would only spin.
        threadpool_limits(1, user_api="blas"),
        ThreadPoolExecutor(workers, thread_name_prefix="sky") as pool,
    ):
        # Few ahead of the threads, so that a cancel is answered at once.
        running: set[Future[None]] = set()
        while True:
            while len(running) < 2 * workers and (task := next(queue, None)) is not None:
                running.add(pool.submit(_make, *task, size))
            if not running:
                return
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
            done += len(finished)
            progress(_STAGE, done, total)


def _make(row: Mapping[str, Any], path: Path, size: int) -> None:
    picture = io.BytesIO()
    PillowImage.fromarray(render(row, size)).save(picture, "JPEG", quality=_QUALITY)
    atomic_write(path, picture.getvalue())
