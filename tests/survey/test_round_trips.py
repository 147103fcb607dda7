"""What one project exports, another imports: the same votes, to the last one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gzactive.project import Project
from gzactive.survey.exporters import Options, export
from gzactive.survey.importers import import_votes

from .exchange import IDS, classify, make_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    made = make_project(tmp_path_factory.mktemp("made"))
    rng = np.random.default_rng(8)
    for labeller, ids in {"ada": IDS, "ben": IDS[:4], "cy": IDS[2:]}.items():
        for id_str in ids:
            classify(made.labels, made.tree, id_str, labeller, rng)
    for id_str in IDS[:2]:  # asked again; the first answers count
        classify(made.labels, made.tree, id_str, "ada", rng, repeat=True)
    yield made
    made.close()


@pytest.fixture
def other(tmp_path: Path, project: Project) -> Iterator[Project]:
    catalog = project.catalog[["id_str", "file_loc"]]
    with Project.create(tmp_path / "other", catalog, project.tree) as made:
        yield made


@pytest.mark.parametrize(
    ("form", "name", "told"),
    [
        ("zooniverse", "z.csv", "Zooniverse classifications"),
        ("zoobot", "zoobot.csv", "Galaxy Zoo DECaLS (DR5), counts"),
        ("gz-decals", "decals.parquet", "Galaxy Zoo DECaLS (DR5), counts"),
        ("votable", "topcat.vot", "Galaxy Zoo DECaLS (DR5), counts"),
        ("fits", "topcat.fits", "Galaxy Zoo DECaLS (DR5), counts"),
    ],
)
def test_votes_come_back_as_they_went(
    project: Project, other: Project, tmp_path: Path, form: str, name: str, told: str
) -> None:
    export(project, form, tmp_path / name, options=Options(repeats=True))
    done = import_votes(other, [tmp_path / name])
    assert done.files[0].format.startswith(told)
    tree = project.tree
    votes = project.labels.votes(tree)[list(tree.columns)].sort_index()
    if form == "fits":  # which knows ASCII only, and escapes the rest
        votes = votes[[one.isascii() for one in votes.index]]
    pd.testing.assert_frame_equal(
        other.labels.catalogue_votes(tree), votes, check_index_type=False, check_dtype=False
    )
    assert done.votes == int(votes.to_numpy().sum()) > 40
    rare = project.labels.votes(tree, unmodelled=True)[list(tree.unmodelled_columns)]
    if form not in ("zooniverse", "fits"):
        kept = other.catalog.set_index("id_str")[list(tree.unmodelled_columns)]
        assert kept.to_numpy().sum() == rare.to_numpy().sum() > 0
