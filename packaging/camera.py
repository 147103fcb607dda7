"""The running app, a hand on its keys, and a camera."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from gzactive.app.job import JobState
from gzactive.app.launch import make_window
from gzactive.app.main_window import MainWindow

__all__ = ["Camera"]

SIZES = ((1280, 800), (1920, 1080))
MODES = ("dark", "light")
PATIENCE = 600.0


class Camera:
    """Whoever holds it does things in the window and takes pictures.

    Parameters
    ----------
    out
        Folder of the pictures.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.app = QApplication([])
        self.window: MainWindow = make_window(self.app)

    def press(self, number: int) -> None:
        self.key(Qt.Key(Qt.Key.Key_0.value + number))

    def key(self, key: Qt.Key, *, on: QWidget | None = None, control: bool = False) -> None:
        """Press a key in the window, which must be in front: shortcuts work nowhere else.

        A dialog that closes does not bring it there by itself on every platform.
        """
        if not self.window.isActiveWindow():
            self.window.activateWindow()
            self.until(self.window.isActiveWindow, "the window to come to the front")
        modifiers = Qt.KeyboardModifier
        held = modifiers.ControlModifier if control else modifiers.NoModifier
        QTest.keyClick(on or self.window, key, held)
        QApplication.processEvents()

    def shoot(self, name: str) -> None:
        """The window in both themes and sizes."""
        for mode in MODES:
            self.window.theme.set_mode(mode)
            for width, height in SIZES:
                self.window.resize(width, height)
                self.keep(self.window, f"{name}-{mode}-{width}")
        self.window.theme.set_mode(MODES[0])
        self.window.resize(*SIZES[0])
        self.settle()

    def themed(self, widget: QWidget, name: str) -> None:
        """A smaller window in both themes."""
        for mode in MODES:
            self.window.theme.set_mode(mode)
            self.keep(widget, f"{name}-{mode}")
        self.window.theme.set_mode(MODES[0])

    def shoot_dialog(self, name: str) -> None:
        """The dialog that is in front, which is then closed."""
        self.until(lambda: QApplication.activeModalWidget() is not None, f"the dialog “{name}”")
        dialog = QApplication.activeModalWidget()
        self.themed(dialog, name)
        if isinstance(dialog, QDialog):
            dialog.reject()
        self.settle()

    def keep(self, widget: QWidget, name: str) -> None:
        QCursor.setPos(0, 0)  # beside every window: nothing is lit under the pointer
        self.settle()
        path = self.out / f"{name}.png"
        widget.grab().save(str(path))
        print(path, flush=True)

    def settle(self) -> None:
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            QApplication.processEvents()
            time.sleep(0.01)

    def until(self, met: Callable[[], object], what: str) -> None:
        """Let the app work until this is so; whatever fails meanwhile ends the session."""
        end = time.monotonic() + PATIENCE
        while not met():
            QApplication.processEvents()
            time.sleep(0.01)
            for job in self.window.jobs.ended:
                if job.state is JobState.FAILED:
                    raise SystemExit(f"{job.title} failed: {job.sentence}")
            if time.monotonic() > end:
                raise SystemExit(f"Waited {PATIENCE:.0f} s in vain for {what}.")

    def until_open(self) -> None:
        self.until(
            lambda: self.window.area is not None and self.window.area.isVisible(), "the project"
        )
        self.until(lambda: not self.window.session.busy, "the project's first jobs")
        self.until_shown()

    def until_shown(self) -> None:
        label = self.window.session.label
        self.until(lambda: label.current is None or label.frame is not None, "the galaxy")
        self.settle()
