"""What is worth knowing before the project is made: counts, examples, and what to do."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE
from gzactive.app.wizard.controller import ImportController
from gzactive.app.wizard.panel import Panel

if TYPE_CHECKING:
    from gzactive.catalog.findings import Finding

__all__ = ["FindingsPanel"]

_ICON = 18
_FINE = "Everything fits together."


class FindingsPanel(Panel):
    """One line a finding, the gravest first; examples unfold.

    Parameters
    ----------
    controller
        Whose findings.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    def __init__(
        self, controller: ImportController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__("Worth knowing", icons, parent)
        self._controller = controller
        self.fine = self.label("muted", _FINE)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(SPACE.medium)
        self.column.addLayout(self._lines)
        self.keep_first = QToolButton(self)
        self.keep_first.setText("Keep the first row of each galaxy")
        self.keep_first.setProperty("role", "choice")
        self.keep_first.setCheckable(True)
        self.keep_first.setToolTip("Of several rows with one id, leave the later ones out")
        self.keep_first.setAccessibleName("Keep the first row of each galaxy")
        self.keep_first.clicked.connect(controller.keep_first)
        self.column.addWidget(self.keep_first)
        self.unfolders: list[QPushButton] = []
        self._shown: tuple[Finding, ...] | None = None
        controller.changed.connect(self.refresh)
        icons.theme.changed.connect(self._redraw)
        self.refresh()

    @property
    def sentences(self) -> list[str]:
        """What is told, line by line."""
        return [finding.told for finding in self._shown or ()]

    def refresh(self) -> None:
        """Show what is prepared."""
        prepared = self._controller.prepared
        found = prepared.plan.findings if prepared is not None else ()
        keep = self._controller.choices.keep_first
        self.keep_first.setChecked(keep)
        self.keep_first.setVisible(keep or any(one.kind == "duplicates" for one in found))
        if found != self._shown:
            self._shown = found
            self._redraw()

    def _redraw(self) -> None:
        self.unfolders = []
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.fine.setVisible(not self._shown)
        for finding in self._shown or ():
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
