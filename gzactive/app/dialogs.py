"""The app's small windows, each made when it is first wanted."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gzactive.app.background.view import JobsPanel
    from gzactive.app.key_map import KeyMap
    from gzactive.app.main_window import MainWindow

__all__ = ["Dialogs"]


class Dialogs:
    """Keys, background work, About, and what the system shows for us.

    Parameters
    ----------
    window
        The app's window, which owns them.
    """

    def __init__(self, window: "MainWindow") -> None:
        self._window = window

    @cached_property
    def keys(self) -> "KeyMap":
        """The person's own keys, which the sheet of keys changes."""
        from gzactive.app.key_map import KeyMap

        keys = KeyMap(parent=self._window)
        keys.changed.connect(lambda: self._window.actions_.remap(keys.specs))
        return keys

    @cached_property
    def jobs(self) -> "JobsPanel":
        """What runs in the background, what waits and what is over."""
        from gzactive.app.background.view import JobsPanel

        return JobsPanel(self._window.jobs, self._window.theme, self._window)

    def show_jobs(self) -> None:
        """Show the list of jobs before the other windows."""
        self.jobs.present()

    def show_keys(self) -> None:
        """Show the sheet of keys."""
        from gzactive.app.keys_dialog import KeysDialog

        KeysDialog(self._window.actions_, self.keys, self._window).open()

    def show_about(self) -> None:
        """Show versions and places."""
        from gzactive.app.about import AboutDialog

        AboutDialog(self._window.icons, self._window).open()

    def show_log(self) -> None:
        """Open the folder of the log file."""
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        from gzactive.logs import log_folder

        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder())))

    def ask_for_project(self) -> Path | None:
        """Let the person choose a project's folder; None if they did not."""
        from PySide6.QtWidgets import QFileDialog

        folder = QFileDialog.getExistingDirectory(
            self._window, "Open a project folder", str(Path.home())
        )
        return Path(folder) if folder else None
