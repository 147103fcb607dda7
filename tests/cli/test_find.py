"""`find`: galaxies like examples, by ids given in any way."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gzactive.inference import feature_store
from gzactive.project import Project

from .conftest import Command

IDS = [f"G{number:02d}" for number in range(60)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Sixty galaxies; the first eight share something that no other has, the last is not seen."""
    catalog = pd.DataFrame({"id_str": IDS, "file_loc": [f"/images/{one}.png" for one in IDS]})
    with Project.create(tmp_path / "project", catalog, "rings") as made:
        rng = np.random.default_rng(1)
        values = rng.standard_normal((59, 1280))
        values[:8] += 0.5 * rng.standard_normal(1280)
        feature_store(made).write_part(IDS[:59], ["x"] * 59, values)
    return tmp_path / "project"


def test_examples_find_their_like_however_they_are_named(
    gz: Command, project: Path, tmp_path: Path
) -> None:
    out = tmp_path / "found.csv"
    assert (
        gz("find", project, "--like", "G00,G01", "--like", "G02", "-n", 5, "--out", out).code == 0
    )
    found = pd.read_csv(out)
    assert list(found.columns) == ["rank", "id_str", "similarity"]
    assert set(found["id_str"]) == set(IDS[3:8])

    lines = tmp_path / "mine.txt"
    lines.write_text("G00\nG01\n\nG02\n")
    table = tmp_path / "mine.csv"
    pd.DataFrame({"n": [1, 2, 3], "id_str": IDS[:3]}).to_csv(table, index=False)
    for file in (lines, table):
        gz("find", project, "--like", file, "-n", 5, "--out", tmp_path / "again.csv")
        assert pd.read_csv(tmp_path / "again.csv").equals(found)
    assert "G03" in gz("find", project, "--like", lines, "--unlike", "G30").out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "give at least one example"),
        (["--like", "nobody"], "There is no galaxy 'nobody' in this project"),
        (["--like", ",".join(["nobody"] * 99)], "There is no galaxy 'nobody' in this project"),
        (["--like", "G59"], "Galaxy 'G59' has no features: compute them first"),
        (["--like", "G01", "--unlike", "G01"], "cannot be both like and unlike"),
    ],
)
def test_what_cannot_be_found_is_one_sentence(
    gz: Command, project: Path, arguments: list[str], sentence: str
) -> None:
    done = gz("find", project, *arguments)
    assert done.code == 2
    assert sentence in done.err
    assert done.err.strip().count("\n") == 0
