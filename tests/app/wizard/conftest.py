"""Folders, ZIPs and tables of small galaxies, as people have them."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PySide6.QtWidgets import QApplication

from gzactive.app.wizard.controller import ImportController

from ..conftest import PATIENCE, draw_galaxy


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A folder ``Rings`` with twenty images in ``images/`` and a table of eighteen of them."""
    folder = tmp_path / "Rings"
    (folder / "images").mkdir(parents=True)
    rng = np.random.default_rng(11)
    names = [f"J{number:04d}" for number in range(20)]
    for name in names:
        draw_galaxy(folder / "images" / f"{name}.png", rng)
    table = pd.DataFrame({"iauname": [*names[:18], "J9999"], "RA": 10.0, "DEC": -1.0})
    table = table.assign(ring_yes=[3, 0] * 9 + [1], ring_no=1, remark="fine")
    table.to_csv(folder / "labels.csv", index=False)
    return folder


@pytest.fixture
def archive(survey: Path) -> Path:
    """The same images in a ZIP."""
    path = survey.parent / "rings.zip"
    with zipfile.ZipFile(path, "w") as file:
        for image in (survey / "images").iterdir():
            file.write(image, image.name)
    return path


@pytest.fixture
def controller(qapp: QApplication, tmp_path: Path) -> Iterator[ImportController]:
    controller = ImportController(documents=tmp_path / "Documents")
    controller.begin()
    yield controller
    controller.close()


__all__ = ["PATIENCE"]
