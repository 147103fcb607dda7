"""How fast features could be computed: the bare network and bare decoding, side by side.

Nothing of the pipeline is used here, so that it can be compared with what its two costs allow.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from gzactive.errors import GzactiveError
from gzactive.images import ImageProblem, ImageSettings, load_for_model
from gzactive.inference.extraction import BATCH, Network, cores
from gzactive.progress import Progress, silent

__all__ = ["Rates", "bare_rates"]


@dataclass(frozen=True)
class Rates:
    """Images a second, each measured alone on all cores.

    Attributes
    ----------
    forward
        The network on arrays that are there, in batches of 32.
    decode
        Decoding and resizing files, the whole picture, in colour.
    """

    forward: float
    decode: float

    @property
    def bound(self) -> float:
        """What both allow on the same cores: ``1 / (1/forward + 1/decode)``."""
        return 1.0 / (1.0 / self.forward + 1.0 / self.decode)


def bare_rates(
    network: Network,
    locations: Sequence[str],
    settings: ImageSettings,
    *,
    repeats: int = 3,
    progress: Progress = silent,
) -> Rates:
    """Measure on these files; the median over ``repeats`` alternating measurements of each.

    Raises
    ------
    GzactiveError
        If none of the files can be decoded.
    """
    workers = cores()
    rng = np.random.default_rng(0)
    shape = (BATCH, settings.crop, settings.crop, settings.channels)
    images = rng.random(shape, dtype=np.float32)
    network.features(images)  # the first one traces
    batches = max(1, len(locations) // BATCH)
    forward, decode = [], []
    with ThreadPoolExecutor(workers, thread_name_prefix="rates") as pool:
        for repeat in range(repeats):
            progress("Measuring the bare rates", repeat, repeats)
            seconds = _timed(lambda: [network.features(images) for _ in range(batches)])
            forward.append(batches * BATCH / seconds)
            decoded: list[bool] = []
            seconds = _timed(
                lambda done=decoded: done.extend(  # type: ignore[misc]
                    pool.map(lambda location: _decode(location, settings), locations)
                )
            )
            decode.append(sum(decoded) / seconds)
    progress("Measuring the bare rates", repeats, repeats)
    if not any(decode):
        raise GzactiveError("No image of this project can be decoded, so no rate can be measured.")
    return Rates(float(np.median(forward)), float(np.median(decode)))


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _decode(location: str, settings: ImageSettings) -> bool:
    """Pillow's decoding and resizing as plainly as it can be written; others by our own means."""
    try:
        with Path(location).open("rb") as file:
            image = Image.open(file).convert("RGB")
            np.asarray(image.resize((settings.size, settings.size), Image.Resampling.LANCZOS))
    except (FileNotFoundError, NotADirectoryError, UnidentifiedImageError):  # in a ZIP, or FITS
        try:
            load_for_model(location, settings)
        except ImageProblem:
            return False
    except (OSError, SyntaxError, ValueError):
        return False
    return True
