"""One decoded galaxy, ready to be shown: made off the UI thread, so only QImage is used here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from gzactive.app.label.look import Look
from gzactive.app.label.tones import Tones, encode
from gzactive.images import ImageProblem, read_image
from gzactive.images.files import place_away
from gzactive.images.plate import Plate, read_plate

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
    tones
        What the file holds, at its own depth, for any look; none if there is a problem.
    step
        Every so many pixels of the file are shown.
    picture
        As it is, for the screen: uint8 in C order, (h, w) or (h, w, 3).
    thumbnail
        A small copy for the strip.
    plate
        How it lies on the sky, if its file says so.
    problem
        Why it cannot be shown, as a clause; empty if it can.
    away
        The archive or folder that is gone, if that is why.
    """

    id_str: str
    file_loc: str
    tones: Tones | None = None
    step: int = 1
    picture: NDArray[np.uint8] | None = None
    thumbnail: QImage | None = None
    plate: Plate | None = None
    problem: str = ""
    away: str = ""

    @property
    def nbytes(self) -> int:
        """Memory that it holds."""
        held = self.thumbnail.sizeInBytes() if self.thumbnail else 0
        if self.tones is not None:
            held += self.tones.nbytes
            if self.picture is not None and self.picture is not self.tones.codes:
                held += self.picture.nbytes
        return held


def load_frame(id_str: str, file_loc: str, how: str = "asinh") -> Frame:
    """Decode one galaxy; a bad file becomes a frame with a problem, never an error.

    Parameters
    ----------
    id_str, file_loc
        Which galaxy, and where.
    how
        Stretch for counts, as the model sees them: ``asinh``, ``log`` or ``linear``.
    """
    try:
        pixels = read_image(file_loc)
        plate = read_plate(file_loc)
    except ImageProblem as problem:
        away = place_away(file_loc)
        return Frame(id_str, file_loc, problem=problem.reason, away=away)
    step = max(1, int(np.ceil(max(pixels.shape[:2]) / _SHOWN)))
    tones = encode(np.ascontiguousarray(pixels[::step, ::step]), how)
    picture = tones.show(Look())
    return Frame(
        id_str,
        file_loc,
        tones=tones,
        step=step,
        picture=picture,
        thumbnail=_thumbnail(picture),
        plate=plate,
    )


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
