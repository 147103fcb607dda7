"""Other views of labelled galaxies: the image turned and mirrored, and nothing computed twice."""

import numpy as np
import pandas as pd

from gzactive.images import load_for_model
from gzactive.inference import extract_views, feature_store, labelled_views
from gzactive.inference.extraction import dihedral
from gzactive.project import Project

from .fakes import TREE, FakeNetwork, NoNetwork


def label(project: Project, ids: list[str]) -> None:
    votes = pd.DataFrame(0, index=range(len(ids)), columns=list(TREE.columns))
    votes["smooth-or-featured_smooth"] = 1
    project.labels.add_scripted(votes.assign(id_str=ids), TREE, "ada")


def test_the_eight_views_are_the_symmetries_of_a_square():
    image = np.arange(9).reshape(3, 3, 1)
    views = [dihedral(image, view)[:, :, 0].tolist() for view in range(8)]
    assert views[0] == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert views[4] == [[2, 1, 0], [5, 4, 3], [8, 7, 6]]
    assert len({str(view) for view in views}) == 8


def test_each_view_has_the_features_of_the_image_so_seen(project):
    free = project.catalog[~project.catalog["reserved"]]
    label(project, free["id_str"].tolist()[:3])
    network = FakeNetwork()
    assert extract_views(project, model=network) == 21
    for view in range(1, 8):
        stored = feature_store(project, view=view).load()
        assert len(stored) == 3
        files = free.set_index("id_str").loc[list(stored.id_str), "file_loc"]
        images = [dihedral(load_for_model(file, project.image_settings), view) for file in files]
        expected = FakeNetwork().features(np.stack(images))
        np.testing.assert_allclose(stored.values, expected, rtol=2e-3, atol=2e-3)
    values, galaxy = labelled_views(project, free["id_str"].to_numpy(dtype=object))
    assert len(values) == 21
    assert np.bincount(galaxy).tolist() == [7, 7, 7]


def test_only_labelled_galaxies_that_may_train_are_viewed_and_each_once(project):
    label(project, project.catalog["id_str"].tolist())
    extract_views(project, model=FakeNetwork())
    seen = set(feature_store(project, view=1).load().id_str)
    assert seen == set(project.catalog["id_str"][~project.catalog["reserved"]])
    assert extract_views(project, model=NoNetwork()) == 0


def test_without_any_view_there_is_none_and_no_folder_is_made(project):
    values, galaxy = labelled_views(project, project.catalog["id_str"].to_numpy(dtype=object))
    assert values.shape == (0, 1280)
    assert galaxy.shape == (0,)
    assert not project.features_path.exists() or not list(project.features_path.glob("*view*"))
