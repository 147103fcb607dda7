"""Under which name a file is to be written: asked of the person, with its usual ending added."""

import re
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

__all__ = ["SaveDialog", "ask_save_name"]

_ENDING = re.compile(r"\*\.(\w+)")


class SaveDialog(QFileDialog):
    """Asks for a name; one without an ending gets that of the kind of file that is chosen.

    Parameters
    ----------
    title
        What is to be done with the file.
    start
        The name that is proposed, with its folder and ending.
    patterns
        Kinds of files, as Qt writes them: "Web pages (*.html);;Tables (*.csv *.parquet)".
    parent
        Over which it opens.
    """

    def __init__(
        self, title: str, start: Path, patterns: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, title, str(start.parent), patterns)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.selectFile(start.name)
        self.setDefaultSuffix(start.suffix.removeprefix("."))
        self.filterSelected.connect(self._follow)

    def _follow(self, pattern: str) -> None:
        if (ending := _ENDING.search(pattern)) is not None:
            self.setDefaultSuffix(ending.group(1))


def ask_save_name(title: str, start: Path, patterns: str, parent: QWidget) -> str:
    """Ask with a :class:`SaveDialog`; empty if nothing was chosen."""
    dialog = SaveDialog(title, start, patterns, parent)
    try:
        return dialog.selectedFiles()[0] if dialog.exec() else ""
    finally:
        dialog.deleteLater()
