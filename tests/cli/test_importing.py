"""``gzactive import`` as a person runs it."""

from pathlib import Path

import pandas as pd
import pytest

from gzactive.catalog import read_table
from gzactive.project import Project
from gzactive.trees import load_tree

from .conftest import Command


def _project(folder: Path, ids: list[str], tree: str) -> Path:
    catalog = pd.DataFrame({"id_str": ids, "file_loc": [f"/images/{one}.jpg" for one in ids]})
    Project.create(folder, catalog, tree).close()
    return folder


def test_the_form_is_shown_and_what_was_left_out(gz: Command, tmp_path: Path) -> None:
    project = _project(tmp_path / "project", ["8647474690312373464", "2"], "gz2")
    names = load_tree("gz2").column_names("gz-catalogue")
    smooth = names["smooth-or-featured_smooth"]
    rows = {"objid": ["8647474690312373464", "2", "2"], "sample": ["original", "extra", "extra"]}
    pd.DataFrame(rows | {smooth: [7, 8, 9]}).to_csv(tmp_path / "hart16.csv", index=False)
    done = gz("import", project, tmp_path / "hart16.csv")
    assert done.code == 0, done.err
    assert "hart16.csv: Galaxy Zoo 2, columns as in its catalogue; ids in 'objid'" in done.out
    assert "1 row left out: the galaxy has a row before (first: 2 in row 3)." in done.out
    assert "2 galaxies, 15 votes, kept as catalogue votes" in done.out
    assert "1 column kept in the catalogue: sample." in done.out
    cut = gz("import", project, tmp_path / "hart16.csv", "--where", "sample == 'original'")
    assert "1 of 3 rows are chosen by \"sample == 'original'\"." in cut.out
    assert "1 galaxy, 7 votes" in cut.out


def test_a_mistake_is_one_sentence(gz: Command, tmp_path: Path) -> None:
    project = _project(tmp_path / "project", ["1"], "rings")
    pd.DataFrame({"id": ["1"], "ring_yes": [3]}).to_csv(tmp_path / "t.csv", index=False)
    for arguments, words in (
        ([tmp_path / "no.csv"], "does not exist"),
        ([tmp_path / "t.csv", "--where", "colour > 1"], "is no query"),
        ([tmp_path / "t.csv", "--id", "name"], "has no column 'name'"),
    ):
        told = gz("import", project, *arguments)
        assert told.code == 2
        assert words in told.err
        assert "Traceback" not in told.err


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "ids", "tree", "votes"),
    [
        ("gz2_stripe82_votes.csv.gz", "objid", "gz2", 244_734),
        ("gz_decals_full_tree_votes.csv", "iauname", "gz-decals-dr5", 152_300),
        ("gz_decals_q1_votes.csv", "iauname", "gz-decals-dr5", 311_684),
    ],
)
def test_real_tables_come_in(
    gz: Command, real_data: Path, tmp_path: Path, name: str, ids: str, tree: str, votes: int
) -> None:
    path = real_data / "votes" / name
    galaxies = read_table(path)[ids].dropna().tolist()
    project = _project(tmp_path / "project", galaxies, tree)
    done = gz("import", project, path)
    assert done.code == 0, done.err
    assert f"{len(galaxies):,} galaxies, {votes:,} votes, kept as catalogue votes" in done.out
