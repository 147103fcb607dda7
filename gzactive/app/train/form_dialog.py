"""A dialog that asks for a few settings before something long begins."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.number_boxes import inset
from gzactive.app.tokens import SPACE

__all__ = ["FormDialog"]

_WIDTH = 560


class FormDialog(QDialog):
    """Rows of a name and a control, a sentence on what it costs, and two buttons.

    Parameters
    ----------
    title
        What begins.
    button
        What the button that begins it says.
    parent
        The page.
    """

    def __init__(self, title: str, button: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(SPACE.large)
        self._rows.setVerticalSpacing(SPACE.medium)
        self._rows.setColumnStretch(1, 1)
        self.cost = self._words("")
        self.cost.setProperty("role", "strong")
        self.note = self._words("small")
        self.fault = self._words("fault")
        self.fault.hide()
        self.begin = QPushButton(button, self)
        self.begin.setProperty("role", "primary")
        self.begin.setDefault(True)
        self.begin.clicked.connect(self.accept)
        leave = QPushButton("Cancel", self)
        leave.setToolTip("Leave without beginning anything")
        leave.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE.medium)
        buttons.addStretch(1)
        buttons.addWidget(leave)
        buttons.addWidget(self.begin)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.huge, SPACE.large, SPACE.huge, SPACE.large)
        column.setSpacing(SPACE.medium)
        column.addLayout(self._rows)
        for words in (self.cost, self.note, self.fault):
            column.addWidget(words)
        column.addSpacing(SPACE.small)
        column.addStretch(1)
        column.addLayout(buttons)

    def add_row(self, name: str, control: QWidget, tip: str, unit: str = "") -> None:
        """Add a control with its name, its tip, and what its number is of."""
        row = self._rows.rowCount()
        label = QLabel(name, self)
        label.setBuddy(control)
        label.setToolTip(tip)
        control.setToolTip(tip)
        control.setAccessibleName(name)
        control.setAccessibleDescription(tip)
        self._rows.addWidget(label, row, 0)
        if not unit:
            self._rows.addWidget(control, row, 1)
            return
        beside = QHBoxLayout()
        beside.setSpacing(SPACE.small)
        beside.addWidget(control)
        beside.addWidget(QLabel(unit, self))
        beside.addStretch(1)
        self._rows.addLayout(beside, row, 1)

    def number(self, low: int, high: int, value: int, step: int = 1) -> QSpinBox:
        """A box for a whole number."""
        box = QSpinBox(self)
        box.setProperty("role", "plain")
        inset(box)
        box.setRange(low, high)
        box.setSingleStep(step)
        box.setValue(value)
        return box

    def refuse(self, sentence: str) -> None:
        """Say why it cannot begin so; nothing if it can."""
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))
        self.begin.setEnabled(not sentence)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as its sentences need: lines that wrap are not part of a layout's own hint."""
        needed = self._column.totalHeightForWidth(self.width())
        if needed > self.height():
            self.resize(self.width(), needed)

    def _words(self, role: str) -> QLabel:
        made = QLabel(self)
        if role:
            made.setProperty("role", role)
        made.setWordWrap(True)
        return made
