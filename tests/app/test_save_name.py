"""The name of a file to write: an ending that was not typed is added."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from gzactive.app.save_name import SaveDialog

_KINDS = "Tables (*.csv *.fits);;Archives (*.zip)"


@pytest.mark.parametrize(
    ("typed", "kind", "saved"),
    [
        ("galaxies", "", "galaxies.csv"),
        ("galaxies.fits", "", "galaxies.fits"),
        ("galaxies", "Archives (*.zip)", "galaxies.zip"),
    ],
)
def test_a_name_without_an_ending_gets_the_usual_one(
    qtbot: QtBot, tmp_path: Path, typed: str, kind: str, saved: str
) -> None:
    dialog = SaveDialog("Export", tmp_path / "proposed.csv", _KINDS)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    assert Path(dialog.selectedFiles()[0]) == tmp_path / "proposed.csv"
    if kind:
        dialog.filterSelected.emit(kind)
    dialog.selectFile(str(tmp_path / typed))
    with qtbot.waitSignal(dialog.fileSelected) as chosen:
        dialog.accept()
    assert Path(chosen.args[0]) == tmp_path / saved
