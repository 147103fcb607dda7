"""Projects matched with tables: by place, and by what their people or models say."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gzactive.errors import GzactiveError
from gzactive.project import Project
from gzactive.stores.predictions import Scores, write_scores
from gzactive.survey.matching import match_catalogues, write_match
from tests.survey.test_crossmatch import ARCSEC, surveys

FEATURED = "smooth-or-featured_featured-or-disk"
SMOOTH = "smooth-or-featured_smooth"
N = 40


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """GZ2 votes of forty galaxies."""
    path = tmp_path / "gz2.csv"
    surveys(N)[0].table.drop(columns="id_str").to_csv(path, index=False)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A DECaLS project of the same galaxies, without votes in its catalogue."""
    there = surveys(N)[1]
    catalog = pd.DataFrame({"id_str": there.id_str, "ra": there.ra, "dec": there.dec})
    catalog["file_loc"] = [f"/images/{one}.jpg" for one in catalog["id_str"]]
    with Project.create(tmp_path / "decals", catalog, "gz-decals-dr5") as made:
        yield made


def test_a_project_says_its_own_votes(project: Project, table: Path) -> None:
    votes = surveys(N)[1].table.set_index("id_str")[[SMOOTH, FEATURED]]
    whole = votes.reindex(columns=list(project.tree.columns), fill_value=0)
    project.labels.set_catalogue_votes(whole, project.tree, source="test")
    match = match_catalogues(table, project.path)
    assert len(match.pairs) == N
    assert (match.comparison.first, match.comparison.second) == ("gz2", "decals")
    one = match.comparison.table().set_index("answer").loc[FEATURED]
    assert one["galaxies"] == N - 1  # one has five votes only
    assert one["difference"] == pytest.approx(0.15, abs=0.04)
    assert match.words == "40 pairs within 2″ of 40 and 40 galaxies, 0.30″ apart in the median"


def test_a_project_without_votes_says_what_its_model_predicts_where_it_is_asked(
    project: Project, table: Path
) -> None:
    with pytest.raises(GzactiveError, match="no predictions yet"):
        match_catalogues(table, project.path, predictions=True)
    assert match_catalogues(table, project.path).comparison.fractions == {}
    tree, ids = project.tree, project.catalog["id_str"].tolist()
    fractions = np.full((N - 1, len(tree.columns)), 0.5, np.float32)
    asked = np.ones((N - 1, len(tree.modelled)), np.float32)
    asked[:10, 0] = 0.4
    arrays = {"fractions": fractions, "path_probability": asked}
    write_scores(project.scores_path, Scores(np.array(ids[1:], object), arrays, {}))
    match = match_catalogues(table, project.path)
    assert match.comparison.second == "decals (predictions)"
    gz2, said = match.comparison.fractions[FEATURED]
    assert len(said) == N - 11  # without a score, or hardly asked
    assert set(said) == {0.5}
    assert gz2.min() < 0.3


def test_pairs_are_written_with_both_ids_and_all_columns_if_wanted(
    project: Project, table: Path, tmp_path: Path
) -> None:
    match = match_catalogues(table, project.path, radius=0.2)
    assert len(match.pairs) == 0
    assert match.words == "0 pairs within 0.2″ of 40 and 40 galaxies"
    match = match_catalogues(table, project.path, radius=ARCSEC * 3600)
    write_match(match, tmp_path / "pairs.csv", columns=True)
    with pytest.raises(GzactiveError, match="exists already"):
        write_match(match, tmp_path / "pairs.csv")
    pairs = pd.read_csv(tmp_path / "pairs.csv", dtype=str)
    assert pairs["id_str_1"].tolist() == [str(10**17 + k) for k in range(N)]
    assert pairs["id_str_2"].tolist() == [f"J{k}" for k in range(N)]
    assert "t01_smooth_or_features_a01_smooth_count_1" in pairs
