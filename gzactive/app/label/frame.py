"""One decoded galaxy, ready to be shown: made off the UI thread, so only QImage is used here."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from gzactive.images import ImageProblem, read_image
from gzactive.images.fits import stretch

__all__ = ["THUMBNAIL", "Frame", "load_frame"]

#: Side of a thumbnail in pixels: sharp at twice the density of the strip that shows it.
THUMBNAIL = 128

#: A picture with more pixels than a screen has is shown through a smaller copy of it.
_SHOWN = 2048


@dataclass(frozen=True)
class Frame:
    """A galaxy's picture, or the reason why there is none.

    Parameters
    ----------
    id_str, file_loc
        Which galaxy, and where its image lies.
    pixels
        What the file holds, at its own depth: (h, w) or (h, w, 3); none if there is a problem.
    picture
        The same for the screen: uint8 in C order.
    thumbnail
        A small copy for the strip.
    problem
        Why it cannot be shown, as a clause; empty if it can.
    """

    id_str: str
    file_loc: str
    pixels: NDArray[Any] | None = None
    picture: NDArray[np.uint8] | None = None
    thumbnail: QImage | None = None
    problem: str = ""

    @property
    def nbytes(self) -> int:
        """Memory that it holds."""
        arrays = {id(a): a.nbytes for a in (self.pixels, self.picture) if a is not None}
        return sum(arrays.values()) + (self.thumbnail.sizeInBytes() if self.thumbnail else 0)


def load_frame(id_str: str, file_loc: str, how: str = "asinh") -> Frame:
    """Decode one galaxy; a bad file becomes a frame with a problem, never an error.

    Parameters
    ----------
    id_str, file_loc
        Which galaxy, and where.
    how
        Stretch for pixels of more than 8 bits: ``asinh``, ``log`` or ``linear``.
    """
    try:
        pixels = read_image(file_loc)
    except ImageProblem as problem:
        return Frame(id_str, file_loc, problem=problem.reason)
    step = max(1, int(np.ceil(max(pixels.shape[:2]) / _SHOWN)))
    shown = pixels[::step, ::step]
    if shown.dtype != np.uint8:
        shown = stretch(shown.astype(np.float32), how)
    picture = np.ascontiguousarray(shown)
    return Frame(id_str, file_loc, pixels, picture, _thumbnail(picture))


def _thumbnail(picture: NDArray[np.uint8]) -> QImage:
    height, width = picture.shape[:2]
    kind = QImage.Format.Format_RGB888 if picture.ndim == 3 else QImage.Format.Format_Grayscale8
    # QImage does not own the array's memory; scaled() copies out of it.
    return QImage(picture.data, width, height, picture.strides[0], kind).scaled(
        THUMBNAIL,
        THUMBNAIL,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
