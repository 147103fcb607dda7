"""The part of the Project page that says what the project is, and on which weights it stands."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from gzactive.app.icons import Icons
from gzactive.app.project.controller import ProjectController
from gzactive.app.project.fact_list import FactList
from gzactive.app.project.words import count, day
from gzactive.app.tokens import SPACE
from gzactive.app.wizard.panel import Panel

__all__ = ["AboutPanel"]

_CARD_SIZE = (640, 560)
_SHA_SHOWN = 12


class AboutPanel(Panel):
    """Folder, tree, weights.

    Parameters
    ----------
    controller
        Whose project.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    def __init__(
        self, controller: ProjectController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__("Project", icons, parent)
        self._controller = controller
        self.open_folder = self.button("Open folder", "open", "Show the project's folder")
        self.open_folder.clicked.connect(lambda: show_folder(controller.project.path))
        self.copy_path = self.button("Copy path", "copy", "Copy the path of the project's folder")
        self.copy_path.clicked.connect(self._copy)
        self.card = self.button(
            "Weights card", "help", "What the start weights were trained on, and their limits"
        )
        self.card.setEnabled(False)
        self.card.clicked.connect(self.show_card)
        self.list = FactList(self)
        self.column.addWidget(self.list)
        controller.changed.connect(self.refresh)
        controller.saved.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say again what is so."""
        project, facts = self._controller.project, self._controller.facts
        tree = project.tree
        asked = f"{tree.title}: {count(len(tree.questions), 'question')}"
        rows = [
            ("Folder", str(project.path), ""),
            ("Made", day(project.created), ""),
            ("Tree", asked, f"{tree.id}. {tree.description}"),
        ]
        if facts is not None:
            about = dict(facts.card)
            described = about.get("description", "").rstrip(".")
            rows += [
                ("Start weights", f"{facts.weights}. {described}", about.get("limits", "")),
                ("SHA-256", f"{facts.sha256[:_SHA_SHOWN]}…", facts.sha256),
                ("In use", facts.in_use, ""),
            ]
        if self._controller.read_only:
            rows.append(("Read-only", self._controller.read_only, ""))
        self.list.show_facts(rows)
        self.card.setEnabled(facts is not None and bool(facts.card))

    def show_card(self) -> None:
        """Everything that the start weights say of themselves, in a window of its own."""
        facts = self._controller.facts
        if facts is None:
            return
        from PySide6.QtWidgets import QTextBrowser

        dialog = QDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(f"Weights {facts.weights}")
        dialog.resize(*_CARD_SIZE)
        text = QTextBrowser(dialog)
        text.setProperty("role", "guide")
        text.setAccessibleName(f"Card of the weights {facts.weights}")
        lines = [f"**{name}**\n\n{value}\n" for name, value in facts.card]
        text.setMarkdown("\n".join([*lines, f"**SHA-256**\n\n{facts.sha256}"]))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, dialog)
        buttons.rejected.connect(dialog.reject)
        column = QVBoxLayout(dialog)
        column.setContentsMargins(SPACE.large, SPACE.large, SPACE.large, SPACE.medium)
        column.addWidget(text)
        column.addWidget(buttons)
        dialog.open()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(str(self._controller.project.path))
        self._controller.told.emit("The path is copied.", False)


def show_folder(path: Path) -> None:
    """Open a folder in the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
