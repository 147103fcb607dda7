"""How the numbers in number boxes stand: as far from the border as the text of fields."""

from PySide6.QtWidgets import QAbstractSpinBox

from gzactive.app.tokens import SPACE

__all__ = ["inset"]


def inset(box: QAbstractSpinBox) -> None:
    """Keep a number off its box's border; a style sheet's padding does not reach its line."""
    box.lineEdit().setTextMargins(SPACE.small, 0, SPACE.small, 0)
