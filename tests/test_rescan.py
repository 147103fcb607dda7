"""Images that come later are found where the others lie, and become galaxies of the project."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from gzactive.catalog import reserved_mask
from gzactive.errors import GzactiveError
from gzactive.project import Project
from gzactive.rescan import add_galaxies, new_images

from .survey.exchange import IDS, make_project


def test_new_images_become_galaxies_and_nothing_else_changes(tmp_path: Path) -> None:
    with make_project(tmp_path) as project:
        before = project.catalog
        assert new_images(project).empty
        images = tmp_path / "images"
        (images / "late").mkdir()
        for name in ("north/fresh.png", "late/deep.png", "north/007.png"):
            shutil.copyfile(images / "south" / "galaxy0.png", images / name)
        (images / "north" / "notes.txt").write_text("no image")
        found = new_images(project)
        # South and north are where its images lie; 007 is a galaxy that it has already.
        assert found["id_str"].tolist() == [str(images / "north" / "007.png"), "fresh"]
        assert add_galaxies(project, found) == 2
        assert new_images(project).empty
        path = project.path
    with Project.open(path) as again:
        catalog = again.catalog
        assert catalog["id_str"].tolist() == [*IDS, *found["id_str"]]
        assert catalog["objid"][:6].tolist() == before["objid"].tolist()
        assert catalog["objid"][6:].isna().all()
        assert catalog["file_loc"].tolist()[-1] == str(images / "north" / "fresh.png")
        assert catalog["reserved"].tolist() == reserved_mask(catalog["id_str"], again.seed).tolist()
        assert catalog["reserved"].tolist()[:6] == before["reserved"].tolist()
        assert not list(path.glob(".catalogue-*"))


def test_a_galaxy_that_is_there_is_not_added_twice(tmp_path: Path) -> None:
    with make_project(tmp_path) as project:
        twice = pd.DataFrame({"id_str": [IDS[0]], "file_loc": ["/x/y.png"]})
        with pytest.raises(GzactiveError, match="more than once"):
            add_galaxies(project, twice)
        assert len(project.catalog) == 6


def test_a_folder_that_is_away_is_told(tmp_path: Path) -> None:
    with make_project(tmp_path) as project:
        shutil.rmtree(tmp_path / "images" / "north")
        found = new_images(project)
        assert found.empty
        assert found.attrs["remarks"] == [f"{tmp_path / 'images' / 'north'} is not there."]
