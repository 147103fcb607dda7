"""One project of the list on the start page: what it is, where it lies, when it was open."""

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from gzactive.app.elide import draw_elided
from gzactive.app.icons import Icons
from gzactive.app.recent import RecentProject
from gzactive.app.tokens import RADIUS, SPACE, TYPE

__all__ = ["RecentRow"]

_ICON = 18


class _Face(QAbstractButton):
    """The part that opens the project, painted from the tokens."""

    def __init__(self, project: RecentProject, missing: str, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._project = project
        self._missing = missing
        self._icons = icons
        self.setEnabled(not missing)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        told = [project.name, str(project.path), missing or project.counts(), project.last()]
        self.setText(project.name)
        self.setToolTip("\n".join(filter(None, told)))
        self.setAccessibleName(f"Open {project.name}" if not missing else project.name)
        self.setAccessibleDescription(", ".join(filter(None, told[1:])))
        if not missing:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(420, 2 * self.fontMetrics().lineSpacing() + 2 * SPACE.small)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, project = self._icons.theme, self._project
        colours = theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._missing and (self.underMouse() or self.hasFocus()):
            pen = QPen(QColor(colours.accent), 2) if self.hasFocus() else Qt.PenStyle.NoPen
            painter.setPen(pen)
            painter.setBrush(QColor(colours.hover if self.underMouse() else colours.background))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        ink = colours.muted if self._missing else colours.text
        name = "warning" if self._missing else "open"
        picture = self._icons.pixmap(name, _ICON, colours.muted, self.devicePixelRatioF())
        painter.drawPixmap(SPACE.small, (self.height() - _ICON) // 2, picture)
        left = float(SPACE.small + _ICON + SPACE.medium)
        line = (self.height() - 2 * SPACE.small) / 2
        width = self.width() - left - SPACE.small
        upper = QRectF(left, SPACE.small, width, line)
        lower = QRectF(left, SPACE.small + line, width, line)
        painter.setFont(theme.font(TYPE.small))
        painter.setPen(QColor(colours.muted))
        last = draw_elided(painter, upper, project.last(), Qt.AlignmentFlag.AlignRight)
        told = self._missing or project.counts()
        room = painter.fontMetrics().horizontalAdvance(told)
        draw_elided(painter, lower, told, Qt.AlignmentFlag.AlignRight)
        rest = lower.adjusted(0, 0, -room - SPACE.large, 0)
        draw_elided(painter, rest, str(project.path), how=Qt.TextElideMode.ElideMiddle)
        painter.setFont(theme.font(TYPE.body, bold=True))
        painter.setPen(QColor(ink))
        draw_elided(painter, upper.adjusted(0, 0, -last - SPACE.large, 0), project.name)
        painter.end()


class RecentRow(QWidget):
    """A project to open, or to take off the list; one that is missing is dimmed and says why.

    Parameters
    ----------
    project
        What is known of it.
    icons
        Draws icons and gives the theme.
    parent
        The start page.
    """

    chosen = Signal(Path)
    removed = Signal(Path)

    def __init__(self, project: RecentProject, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.missing = project.missing
        self.face = _Face(project, self.missing, icons, self)
        self.face.clicked.connect(lambda: self.chosen.emit(project.path))
        self.remove = QToolButton(self)
        self.remove.setProperty("role", "quiet")
        self.remove.setIcon(icons.icon("close", 14))
        self.remove.setToolTip("Take it off this list; its folder is left alone")
        self.remove.setAccessibleName(f"Take {project.name} off this list")
        self.remove.clicked.connect(lambda: self.removed.emit(project.path))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.tight)
        row.addWidget(self.face, 1)
        row.addWidget(self.remove)
