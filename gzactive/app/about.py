"""About gzactive: its version and licence, what it runs on, and where it keeps its files.

Versions come from the installed packages' metadata, so that nothing is imported to be named.
"""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

import gzactive
from gzactive.app.announce import announce
from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE

__all__ = ["AboutDialog", "facts"]

_LICENCE = "BSD-3-Clause: use it, change it and pass it on, with its licence beside it"
_PACKAGES = {
    "PySide": "PySide6-Essentials",
    "NumPy": "numpy",
    "pandas": "pandas",
    "Keras": "keras",
    "TensorFlow": "tensorflow",
}
_SIGN = 56


def facts() -> tuple[tuple[str, str], ...]:
    """What there is to know for a report of a fault: (what, which) in the order of reading."""
    import platformdirs

    from gzactive.logs import log_folder
    from gzactive.paths import user_data

    return (
        ("Version", gzactive.__version__),
        ("Licence", _LICENCE),
        ("Python", f"{platform.python_version()} on {platform.platform(terse=True)}"),
        ("Qt", qVersion()),
        *((name, _installed(package)) for name, package in _PACKAGES.items()),
        ("Settings", str(platformdirs.user_config_path("gzactive"))),
        ("Weights", str(user_data("weights"))),
        ("Caches", str(platformdirs.user_cache_path("gzactive"))),
        ("Log", str(log_folder())),
        ("Program", sys.prefix),
    )


class AboutDialog(QDialog):
    """The facts as lines that can be selected, and a button that copies them all.

    Parameters
    ----------
    icons
        Draws the app's sign.
    parent
        The window.
    """

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About gzactive")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.facts = facts()
        sign = QLabel(self)
        sign.setPixmap(icons.app_pixmap(_SIGN, self.devicePixelRatioF()))
        name = QLabel("gzactive", self)
        name.setProperty("role", "title")
        words = QLabel(
            "Label the galaxies your model is least sure of, and watch it learn from you.", self
        )
        words.setProperty("role", "muted")
        words.setWordWrap(True)
        lines = QGridLayout()
        lines.setHorizontalSpacing(SPACE.large)
        lines.setVerticalSpacing(SPACE.tight)
        lines.setColumnStretch(1, 1)
        for row, (what, which) in enumerate(self.facts):
            lines.addWidget(self._line(what, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            value = self._line(which)
            value.setAccessibleName(f"{what}: {which}")
            value.setWordWrap(True)
            value.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            value.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            lines.addWidget(value, row, 1)
        self.copy = QPushButton("Copy all", self)
        self.copy.setToolTip("Copy these lines, for a report of a fault perhaps")
        self.copy.clicked.connect(self._copy)
        self.said = QLabel(self)
        self.said.setProperty("role", "small")
        close = QPushButton("Close", self)
        close.clicked.connect(self.close)
        for button in (self.copy, close):
            button.setAutoDefault(True)
        top = QHBoxLayout()
        top.setSpacing(SPACE.large)
        top.addWidget(sign)
        head = QVBoxLayout()
        head.setSpacing(SPACE.hair)
        head.addWidget(name)
        head.addWidget(words)
        top.addLayout(head, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.said, 1)
        foot.addWidget(self.copy)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.huge, SPACE.huge, SPACE.huge, SPACE.large)
        column.setSpacing(SPACE.large)
        column.addLayout(top)
        column.addLayout(lines)
        column.addStretch(1)
        column.addLayout(foot)
        self.resize(620, 0)
        close.setFocus()

    @property
    def text(self) -> str:
        """The facts as lines of text."""
        return "\n".join(f"{what}: {which}" for what, which in self.facts)

    def _line(self, text: str, role: str = "") -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            label.setProperty("role", role)
        return label

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)
        self.said.setText("Copied.")
        announce(self.said, "Copied.")


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
