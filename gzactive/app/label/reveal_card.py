"""The card for the galaxy just finished; it never blocks, and stays until the next is finished."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from gzactive.app.icons import Icons
from gzactive.app.label.bar_legend import BarLegend
from gzactive.app.label.fraction_bars import FractionBars
from gzactive.app.label.reveal import Reveal
from gzactive.app.tokens import SPACE

__all__ = ["RevealCard"]

_THUMBNAIL = 44


class RevealCard(QWidget):
    """What the model had thought of the galaxy that was just finished.

    Parameters
    ----------
    icons
        Gives the theme and the signs.
    parent
        The page.
    """

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._thumbnail = QLabel(self)
        self._thumbnail.setFixedSize(_THUMBNAIL, _THUMBNAIL)
        self._thumbnail.setScaledContents(True)
        self._heading = QLabel(self)
        self._heading.setProperty("role", "strong")
        self._reason = QLabel(self)
        self._reason.setProperty("role", "small")
        self._reason.setWordWrap(True)
        self._bars = FractionBars(icons, self)
        self.legend = BarLegend(icons, self)
        scroll = QScrollArea(self)
        scroll.setWidget(self._bars)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        words = QVBoxLayout()
        words.setSpacing(SPACE.hair)
        words.addWidget(self._heading)
        words.addWidget(self._reason)
        words.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(SPACE.medium)
        top.addWidget(self._thumbnail, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.medium, SPACE.medium, SPACE.medium, SPACE.small)
        column.setSpacing(SPACE.small)
        column.addLayout(top)
        column.addWidget(scroll, 1)
        column.addWidget(self.legend)
        self.show_reveal(None, None)

    def show_reveal(self, reveal: Reveal | None, thumbnail: QImage | None) -> None:
        """Show a finished galaxy; None before there is one, or after it was taken back."""
        if reveal is None:
            self._thumbnail.hide()
            self._heading.setText("The model's view stays hidden")
            self._reason.setText(
                "Once you finish a galaxy, its vote fractions appear here beside your answers."
            )
            self._bars.show_rows(())
            self.legend.hide()
            return
        self._thumbnail.setVisible(thumbnail is not None)
        if thumbnail is not None:
            self._thumbnail.setPixmap(QPixmap.fromImage(thumbnail))
        if reveal.before:
            self._heading.setText("What the model sees here")
            unseen = "" if reveal.judged else " The model has not looked at it yet."
            self._reason.setText(f"{reveal.reason}{unseen}")
        elif reveal.judged:
            self._heading.setText(reveal.words)
            self._reason.setText(reveal.reason)
        else:
            self._heading.setText("Finished")
            self._reason.setText(f"{reveal.reason} The model has not looked at it yet.")
        self._heading.setToolTip(f"Galaxy {reveal.id_str}")
        self._bars.show_rows(reveal.rows if reveal.judged else ())
        self.legend.show_words(before=reveal.before)
        self.legend.setVisible(reveal.judged)
