"""What to look for, and how people are asked: a feature in a word, a question, where it is kept."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gzactive.active.asking import OwnQuestion
from gzactive.app.elided_label import ElidedLabel
from gzactive.app.tokens import SPACE
from gzactive.errors import GzactiveError

__all__ = ["AskDialog"]

_WIDTH = 560


class AskDialog(QDialog):
    """Three fields and a button; what is missing is said where it is missing.

    Parameters
    ----------
    project
        Folder of the project whose galaxies are meant: the new one is put beside it.
    examples
        How many galaxies are a yes already.
    parent
        The page.
    """

    #: What was asked for: an OwnQuestion, and the folder.
    asked = Signal(object, Path)

    def __init__(self, project: Path, examples: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._folder: Path | None = None  # chosen by hand
        self.setWindowTitle("A question of my own")
        self.setMinimumWidth(_WIDTH)
        self.feature = QLineEdit(self)
        self.feature.setPlaceholderText("rings")
        self.feature.setAccessibleName("What to look for")
        self.question = QLineEdit(self)
        self.question.setAccessibleName("The question")
        self.unsure = QCheckBox("People may also answer “Unsure”", self)
        self._place = ElidedLabel("small", self)
        self._fault = QLabel(self)
        self._fault.setProperty("role", "fault")
        self._fault.setWordWrap(True)
        self.make = QPushButton("Make the project", self)
        self.make.setProperty("role", "primary")
        self.make.setDefault(True)
        self._lay_out(examples)
        self.feature.textChanged.connect(self._refresh)
        self._refresh()
        self.feature.setFocus()

    @property
    def folder(self) -> Path:
        """Where the project will be: a folder that is free, beside the other project's."""
        if self._folder is not None:
            return self._folder
        name = f"{self._project.name}-{self._name()}".rstrip("-")
        folder, number = self._project.with_name(name), 2
        while folder.exists():
            folder, number = self._project.with_name(f"{name}-{number}"), number + 1
        return folder

    def accept(self) -> None:
        """Ask for the project, or say what is missing."""
        try:
            wanted = OwnQuestion(
                self.feature.text(), self.question.text(), unsure=self.unsure.isChecked()
            )
        except GzactiveError as error:
            empty = not self.feature.text().strip()
            self._fault.setText("Say in a word what to look for." if empty else str(error))
            self._fault.show()
            self._fit()
            self.feature.setFocus()
            return
        self.asked.emit(wanted, self.folder)
        super().accept()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        # Lines that wrap are not part of a layout's own hint, which leaves gaps around them.
        self.resize(self.width(), self._column.totalHeightForWidth(self.width()))

    def _lay_out(self, examples: int) -> None:
        words = QLabel(self)
        words.setProperty("role", "muted")
        words.setWordWrap(True)
        words.setText(
            f"A project of one yes/no question on the same galaxies. {_told(examples)} What the "
            "network has computed is shared, so it opens at once; each answer makes the search "
            "better."
        )
        change = QPushButton("Change…", self)
        change.clicked.connect(self._choose_folder)
        cancel = QPushButton("Cancel", self)
        cancel.clicked.connect(self.reject)
        self.make.clicked.connect(self.accept)
        place = QHBoxLayout()
        place.addWidget(self._place, 1)
        place.addWidget(change)
        form = QFormLayout()
        form.setSpacing(SPACE.small)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for name, field, height in (
            ("Look for", self.feature, self.feature.sizeHint().height()),
            ("Question", self.question, self.question.sizeHint().height()),
            ("", self.unsure, 0),
            ("Kept in", place, change.sizeHint().height()),
        ):
            label = QLabel(name, self)
            # A form aligns at the top, and a field is higher than a line of text.
            label.setMinimumHeight(height)
            if isinstance(field, QLineEdit):
                label.setBuddy(field)
            form.addRow(label, field)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.make)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.large, SPACE.large, SPACE.large, SPACE.large)
        column.setSpacing(SPACE.medium)
        column.addWidget(words)
        column.addLayout(form)
        column.addWidget(self._fault)
        column.addStretch(1)
        column.addLayout(buttons)
        self._fault.hide()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def _name(self) -> str:
        try:
            return OwnQuestion(self.feature.text() or self.feature.placeholderText()).name
        except GzactiveError:
            return "question"

    def _refresh(self) -> None:
        self._fault.hide()
        feature = self.feature.text().strip() or self.feature.placeholderText()
        self.question.setPlaceholderText(f"Does the galaxy have {feature}?")
        self._place.setText(str(self.folder))

    def _choose_folder(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, "Folder of the new project", str(self.folder))
        if path:
            self._folder = Path(path)
            self._refresh()


def _told(examples: int) -> str:
    if examples == 0:
        return (
            "It begins without examples: select a few galaxies in Explore first, and it begins "
            "with what is like them."
        )
    if examples == 1:
        return "The selected galaxy is its first yes, and it begins with what is like it."
    return (
        f"The {examples:,} selected galaxies are its first yes, and it begins with what is like "
        "them."
    )
