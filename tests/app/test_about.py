"""About: versions without importing what they are of, places, all of it to copy."""

import subprocess
import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import gzactive
from gzactive.app.about import AboutDialog, facts

from .conftest import OpenWindow


def test_it_tells_versions_and_places() -> None:
    told = dict(facts())
    assert told["Version"] == gzactive.__version__
    assert told["Licence"].startswith("BSD-3-Clause")
    assert told["TensorFlow"][0].isdigit()
    assert told["Settings"].endswith("gzactive")
    assert {"Qt", "PySide", "NumPy", "Caches", "Log"} <= set(told)


def test_nothing_is_imported_to_be_named() -> None:
    script = (
        "import sys; from gzactive.app.about import facts; facts();"
        "print([m for m in ('tensorflow', 'keras', 'numpy', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_it_is_opened_from_the_menu_copied_by_a_key_and_put_away(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    window = open_window()
    window.actions_["help.about"].trigger()
    (dialog,) = window.findChildren(AboutDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.copy.setFocus()
    QTest.keyClick(dialog.copy, Qt.Key.Key_Return)
    assert QGuiApplication.clipboard().text() == dialog.text
    assert f"Version: {gzactive.__version__}" in dialog.text
    assert dialog.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
