"""Findings, one line each with its count and what to do; examples unfold."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE

if TYPE_CHECKING:
    from gzactive.catalog.findings import Finding

__all__ = ["FindingList"]

_ICON = 18


class FindingList(QWidget):
    """What came up on the way from files to a project.

    Parameters
    ----------
    icons
        Draws icons and gives the theme.
    parent
        The panel.
    """

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(SPACE.medium)
        self.unfolders: list[QPushButton] = []
        self._shown: tuple[Finding, ...] = ()
        icons.theme.changed.connect(self._redraw)

    @property
    def sentences(self) -> list[str]:
        """What is told, line by line."""
        return [finding.told for finding in self._shown]

    def show_findings(self, findings: "Sequence[Finding]") -> None:
        """Show these, in the stead of any others."""
        if tuple(findings) != self._shown:
            self._shown = tuple(findings)
            self._redraw()

    def _redraw(self) -> None:
        self.unfolders = []
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for finding in self._shown:
            self._lines.addWidget(self._line(finding))

    def _line(self, finding: "Finding") -> QWidget:
        from gzactive.catalog.findings import Level

        colours = self._icons.theme.colours
        name, colour = {
            Level.REFUSED: ("warning", colours.danger),
            Level.LEFT_OUT: ("warning", colours.accent),
            Level.AMISS: ("warning", colours.muted),
            Level.NOTE: ("note", colours.muted),
        }[finding.level]
        line = QWidget(self)
        line.setAccessibleName(finding.told)
        sign = QLabel(line)
        sign.setPixmap(self._icons.pixmap(name, _ICON, colour, self.devicePixelRatioF()))
        sign.setToolTip(finding.level.value.capitalize())
        words = QVBoxLayout()
        words.setSpacing(SPACE.hair)
        told = self._words(finding.sentence, "fault" if finding.level is Level.REFUSED else "plain")
        words.addWidget(told)
        if finding.remedy:
            words.addWidget(self._words(finding.remedy, "small"))
        if finding.rows:
            words.addLayout(self._examples(finding))
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.medium)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return line

    def _examples(self, finding: "Finding") -> QVBoxLayout:
        rows = self._words("\n".join(finding.rows), "small")
        rows.hide()
        unfold = QPushButton("Show examples", self)
        unfold.setProperty("role", "quiet")
        unfold.setCheckable(True)
        unfold.setToolTip("Show the first of them")
        unfold.setAccessibleName(f"Show examples: {finding.sentence}")
        unfold.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        unfold.toggled.connect(rows.setVisible)
        unfold.toggled.connect(
            lambda shown: unfold.setText("Hide examples" if shown else "Show examples")
        )
        self.unfolders.append(unfold)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(unfold, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(rows)
        return column

    def _words(self, text: str, role: str) -> QLabel:
        words = QLabel(text, self)
        words.setProperty("role", role)
        words.setWordWrap(True)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return words
