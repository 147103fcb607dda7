"""Start the app: the window first, everything heavy after its first paint."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from gzactive.app.main_window import MainWindow

__all__ = ["make_window", "run_app"]

#: How long a thread may hold Python while another waits. The default of 5 ms is a third of a frame
#: for every hand-over between the compute thread and the window.
_SWITCH_SECONDS = 0.001


def make_window(
    app: "QApplication", project_path: Path | None = None, mode: str = "dark"
) -> "MainWindow":
    """Make the window without showing it; once it is on screen, log and project are opened."""
    # Imported here, after the collector has taken over: collecting while modules load, which keep
    # all that they make, would take a tenth of the time until the window is on screen.
    from gzactive.app.main_window import MainWindow
    from gzactive.app.theme import Theme

    app.setApplicationName("gzactive")
    app.setDesktopFileName("gzactive")
    window = MainWindow(Theme(app, mode), project_path)
    window.seen.connect(lambda: _begin(window, project_path))
    return window


def run_app(project_path: Path | None) -> int:
    """Run the app until its window is closed.

    Parameters
    ----------
    project_path
        The project to open at once; without one, the start page is shown.

    Returns
    -------
    int
        Exit code for the process.
    """
    # PySide reads the source of each module that is imported after it, in search of itself: what
    # has no Qt comes first.
    from gzactive.app import actions, stylesheet  # noqa: F401
    from gzactive.app.last_mode import last_mode, note_mode

    mode = last_mode()

    from PySide6.QtWidgets import QApplication

    from gzactive.app.collector import Collector
    from gzactive.app.window_place import fit_to_screen, note_place, restore_place

    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    sys.setswitchinterval(_SWITCH_SECONDS)
    collector = Collector()
    window = make_window(app, project_path, mode)
    window.theme.changed.connect(lambda: note_mode(window.theme.mode))
    window.labelling.connect(collector.settle)
    restore_place(window)
    window.show()
    window.windowHandle().screenChanged.connect(lambda: fit_to_screen(window))
    try:
        code = int(app.exec())
        note_place(window)
        return code
    finally:
        window.close()  # however the loop ended, no thread may outlive it
        collector.stop()


def _begin(window: "MainWindow", project_path: Path | None) -> None:
    from gzactive.logs import log_to_file, relay_uncaught

    log_to_file()
    relay_uncaught(window.tell)
    if project_path is not None:
        window.open_project(project_path)
