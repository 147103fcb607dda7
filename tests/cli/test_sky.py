"""Commands about places in the sky, run as people run them."""

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from gzactive.catalog import read_table
from gzactive.cli import app
from gzactive.errors import GzactiveError
from tests.survey.test_crossmatch import surveys


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "gz2.csv", tmp_path / "decals.parquet"
    one, other = surveys()
    one.table.drop(columns="id_str").to_csv(paths[0], index=False)
    other.table.drop(columns="id_str").to_parquet(paths[1])
    return paths


def run(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(result.exception, GzactiveError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".fits", ".vot"])
def test_crossmatch_writes_pairs_with_every_digit_of_their_ids(
    tables: tuple[Path, Path], tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"pairs{suffix}"
    told = run("crossmatch", *tables, "--radius", 2, "--out", out)
    assert "40 pairs within 2″ of 40 and 40 galaxies" in told
    pairs = read_table(out)
    assert pairs["id_str_1"].tolist() == [str(10**17 + k) for k in range(40)]
    assert pairs["id_str_2"].tolist() == [f"J{k}" for k in range(40)]
    assert pairs["separation"].between(0.29, 0.31).all()


def test_crossmatch_compares_votes_on_screen_and_in_a_report(
    tables: tuple[Path, Path], tmp_path: Path
) -> None:
    page = tmp_path / "both.html"
    told = run("crossmatch", *tables, "--out", tmp_path / "p.csv", "--report", page)
    assert "Vote fractions: gz2 (1) and decals (2)" in told
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 6
    assert "smooth-or-featured_featured-or-disk" in text
    with pytest.raises(GzactiveError, match="exists already"):
        run("crossmatch", *tables, "--out", tmp_path / "p.csv")
    with pytest.raises(GzactiveError, match=r"'votes.png' would be none: name it votes.html"):
        run("crossmatch", *tables, "--out", tmp_path / "q.csv", "--report", tmp_path / "votes.png")
    assert not (tmp_path / "q.csv").exists()


def test_sky_draws_surveys_into_a_picture(tables: tuple[Path, Path], tmp_path: Path) -> None:
    from PIL import Image

    assert "80 galaxies drawn" in run("sky", *tables, "--out", tmp_path / "sky.png")
    colours = Image.open(tmp_path / "sky.png").convert("RGB").getcolors(2**24)
    assert len(colours) > 10
    run("sky", tables[0], "--out", tmp_path / "sky.svg", "--centre", 0)
    assert "gz2: 40 galaxies" in (tmp_path / "sky.svg").read_text()
    with pytest.raises(GzactiveError, match="end it in"):
        run("sky", tables[0], "--out", tmp_path / "sky.bmp")


def test_a_table_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    pd.DataFrame({"iauname": ["a"]}).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(GzactiveError, match="rename the columns"):
        run("sky", tmp_path / "a.csv", "--out", tmp_path / "sky.png")
