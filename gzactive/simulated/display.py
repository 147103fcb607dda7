"""How a scene is shown: the colours and the stretch of Galaxy Zoo's DECaLS pictures.

Fluxes in g, r, z become blue, green, red, with an asinh stretch of their mean (Lupton et al. 2004)
and less colour where there is little light (Walmsley et al. 2022).
"""

import numpy as np
import numpy.typing as npt

__all__ = ["shown"]

#: Weights of g, r, z (Walmsley et al. 2022), here relative to r.
_WEIGHTS = np.array([125.0, 71.43, 52.63], np.float32) / np.float32(71.43)
#: Level of the empty sky, where the stretch turns logarithmic (nanomaggies per arcsec²), and its
#: slope beyond, which give galaxies the brightness that they have in those pictures.
_SKY_LEVEL, _SOFT, _GAIN = 16.0, 0.42, 47.0


def shown(scene: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Stretch a scene into a picture.

    Parameters
    ----------
    scene : (3, height, width) float32
        g, r, z in nanomaggies per arcsec², the sky subtracted.

    Returns
    -------
    (height, width, 3) uint8
        Red, green, blue.
    """
    bands = scene * _WEIGHTS[:, None, None]
    mean = bands.mean(axis=0)
    level = np.arcsinh(mean * np.float32(1 / _SOFT)) * np.float32(_GAIN)
    # Slope of the stretch, which near zero light is a number over itself.
    bright = np.maximum(np.abs(mean), np.float32(1e-3))
    slope = np.where(np.abs(mean) > 1e-3, np.abs(level) / bright, np.float32(_GAIN / _SOFT))
    vivid = slope * (np.float32(0.12) + np.float32(0.36) * bright / (bright + np.float32(0.4)))
    picture = np.float32(_SKY_LEVEL) + level + (bands - mean) * vivid
    clipped = np.clip(np.rint(picture[::-1]), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.moveaxis(clipped, 0, -1))
