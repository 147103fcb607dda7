"""What is exported is read back by the programs that it is for, to the last digit."""

import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from astropy.table import Table

from gzactive.errors import GzactiveError
from gzactive.progress import Cancelled, silent
from gzactive.project import Project
from gzactive.survey.exporters import FORMATS, Options, export

from .exchange import IDS, classify, give_features, make_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    made = make_project(tmp_path_factory.mktemp("made"))
    give_features(made)
    rng = np.random.default_rng(1)
    for id_str in IDS[:4]:
        classify(made.labels, made.tree, id_str, "ada", rng)
    for id_str in IDS[2:5]:
        classify(made.labels, made.tree, id_str, "ben", rng)
    classify(made.labels, made.tree, IDS[0], "ada", rng, repeat=True)
    made.labels.undo("ben")
    table = pd.DataFrame({"id_str": [IDS[0], "elsewhere"], "smooth-or-featured_smooth": [7, 2]})
    made.labels.add_scripted(table, made.tree, "table")
    yield made
    made.close()


def counts_of(project: Project) -> pd.DataFrame:
    votes = project.labels.votes(project.tree, unmodelled=True)
    return votes.reindex(IDS, fill_value=0)


def test_a_zoobot_catalogue_has_every_galaxy_and_zeros_where_nobody_voted(
    project: Project, tmp_path: Path
) -> None:
    done = export(project, "zoobot", tmp_path / "zoobot.csv")
    table = pd.read_csv(tmp_path / "zoobot.csv", dtype={"id_str": str})
    assert list(table["id_str"]) == IDS
    assert list(table.columns[:2]) == ["id_str", "file_loc"]
    assert all(Path(one).is_file() for one in table["file_loc"])
    votes = counts_of(project)
    pd.testing.assert_frame_equal(
        table.set_index("id_str")[list(votes.columns)], votes, check_names=False, check_dtype=False
    )
    assert not table.isna().any().any()
    assert table[list(votes.columns)].to_numpy().sum() > 7
    assert (done.count, done.noun) == (6, "galaxy")
    assert done.remarks == ("Labels of 1 galaxy that this project does not have were left out.",)


def test_galaxies_without_a_vote_can_be_left_out(project: Project, tmp_path: Path) -> None:
    export(project, "zoobot", tmp_path / "z.parquet", options=Options(labelled_only=True))
    table = pd.read_parquet(tmp_path / "z.parquet")
    assert list(table["id_str"]) == [one for one in IDS if one in set(IDS[:4])]


def test_a_table_like_gz_decals_has_totals_fractions_and_expected_votes(
    project: Project, tmp_path: Path
) -> None:
    export(project, "gz-decals", tmp_path / "gz.csv", options=Options(volunteers=20))
    table = pd.read_csv(tmp_path / "gz.csv", dtype={"id_str": str}).set_index("id_str")
    tree, votes = project.tree, counts_of(project)
    assert {"ra", "dec", "redshift"} < set(table.columns)
    for question in tree.questions:
        answers = [one.column for one in question.answers]
        if question.kind == "checkboxes":
            assert f"{question.name}_total-votes" not in table
            continue
        total = votes[answers].sum(axis=1)
        assert list(table[f"{question.name}_total-votes"]) == list(total)
        fractions = table[[f"{one}_fraction" for one in answers]].to_numpy()
        asked = total.to_numpy() > 0
        np.testing.assert_allclose(fractions[asked].sum(axis=1), 1, atol=1e-5)
        assert np.isnan(fractions[~asked]).all()
        predicted = table[[f"{one}_predicted-fraction" for one in answers]].to_numpy()
        np.testing.assert_allclose(predicted.sum(axis=1), 1, atol=1e-4)
    root = [one.column for one in tree.root.answers]
    expected = table[[f"{one}_expected-votes" for one in root]].to_numpy()
    np.testing.assert_allclose(expected.sum(axis=1), 20, rtol=1e-4)  # everybody is asked it
    child = [one.column for one in tree.question("disk-edge-on").answers]
    follow = table[[f"{one}_expected-votes" for one in child]].sum(axis=1)
    np.testing.assert_allclose(
        follow, table["smooth-or-featured_featured-or-disk_expected-votes"], rtol=0.05
    )


@pytest.mark.parametrize(("name", "file"), [("votable", "t.vot"), ("fits", "t.fits")])
def test_topcat_tables_are_read_by_astropy_without_a_warning(
    project: Project, tmp_path: Path, name: str, file: str
) -> None:
    done = export(project, name, tmp_path / file)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = Table.read(tmp_path / file)
    ids = [str(one) for one in table["id_str"]]
    if name == "votable":
        assert ids == IDS
        assert str(table["id_str"].dtype).startswith("<U")
    else:
        assert ids == [one.encode("ascii", "backslashreplace").decode() for one in IDS]
        assert any("ASCII" in one for one in done.remarks)
    assert list(table["objid"]) == list(project.catalog["objid"])
    assert str(table["ra"].unit) == "deg"
    assert list(table["clean"]) == [True, False] * 3
    redshift = np.ma.filled(np.ma.asarray(table["redshift"]), np.nan)
    np.testing.assert_array_equal(redshift, project.catalog["redshift"])
    votes = counts_of(project)
    for column in votes:
        assert list(table[column]) == list(votes[column])
    both = pd.Series([one.lower() for one in table.colnames])
    assert both.is_unique


def test_a_thousand_blocks_meet_without_a_seam(tmp_path: Path) -> None:
    from gzactive.survey.exporters.sheet import Sheet, plain_column, write_sheet

    n = 65_432  # several blocks, and base64 pieces that end within one
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {
            "id": [f"{number:019d}" for number in range(n)],
            "x": rng.normal(size=n),
            "few": pd.array([None, *range(n - 1)], dtype="Int64"),
            "X": rng.integers(0, 9, n).astype(np.int16),
            "day": pd.Timestamp("2020-02-03"),
        }
    )
    sheet = Sheet([plain_column(name, frame[name]) for name in frame], n)
    for file in ("t.vot", "t.fits", "t.parquet"):
        write_sheet(sheet, tmp_path / file, silent)
    for file in ("t.vot", "t.fits"):
        table = Table.read(tmp_path / file)
        assert [str(one) for one in table["id"]] == list(frame["id"])
        np.testing.assert_array_equal(table["x"], frame["x"])
        np.testing.assert_array_equal(table["X_2"], frame["X"])
        assert table["few"][0] is np.ma.masked
        assert str(table["day"][5]) == "2020-02-03"
    assert pd.read_parquet(tmp_path / "t.parquet")["few"].isna().sum() == 1


@pytest.mark.parametrize("suffix", ["hdf5", "csv", "parquet"])
def test_predictions_are_written_in_zoobots_layout(
    project: Project, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"p.{suffix}"
    export(project, "predictions", out, options=Options(samples=4))
    if suffix == "hdf5":
        with h5py.File(out) as file:
            assert file["predictions"].shape == (6, 34, 4)
            assert list(file["id_str"].asstr()[:]) == IDS
        return
    table = pd.read_csv(out, dtype={"id_str": str}) if suffix == "csv" else pd.read_parquet(out)
    assert list(table["id_str"]) == IDS
    cell = table["bar_no_pred"].iloc[0]
    assert len(json.loads(cell) if suffix == "csv" else cell) == 4


def test_label_lines_hold_every_event_with_all_that_is_known_of_it(
    project: Project, tmp_path: Path
) -> None:
    done = export(project, "labels", tmp_path / "labels.jsonl")
    text = (tmp_path / "labels.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    stored = project.labels.events()
    assert [row["event_id"] for row in rows] == [one.event_id for one in stored]
    assert done.count == len(stored)
    undone = {one.undoes for one in stored}
    for row, event in zip(rows, stored, strict=True):
        assert tuple(row["answers"]) == event.answers
        assert row["stands"] == (event.event_id not in undone)
        kept = ("log_id", "sequence", "labeller", "id_str", "selection", "weights_id", "repeat")
        assert all(row[name] == getattr(event, name) for name in kept)
    assert any(not row["stands"] for row in rows)


def test_a_file_that_is_there_is_replaced_on_request_only(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "mine.jsonl"
    out.write_text("precious")
    with pytest.raises(GzactiveError, match=r"exists already.*--force"):
        export(project, "labels", out)
    assert out.read_text() == "precious"
    export(project, "labels", out, force=True)
    assert out.read_text() != "precious"


@pytest.mark.parametrize("name", [one.name for one in FORMATS if one.name != "zooniverse-workflow"])
def test_a_cancelled_export_leaves_nothing(project: Project, tmp_path: Path, name: str) -> None:
    form = next(one for one in FORMATS if one.name == name)

    def stop(stage: str, done: int, total: int) -> None:
        if done == total:
            raise Cancelled

    with pytest.raises(Cancelled):
        export(project, name, tmp_path / f"x{form.suffixes[0]}", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_is_told_in_one_sentence(project: Project, tmp_path: Path) -> None:
    with pytest.raises(GzactiveError, match="format 'zobot' is unknown: did you mean 'zoobot'"):
        export(project, "zobot", tmp_path / "x.csv")
    with pytest.raises(GzactiveError, match=r"'x.txt' does not end as .*\.csv"):
        export(project, "zoobot", tmp_path / "x.txt")
    with pytest.raises(GzactiveError, match="no folder"):
        export(project, "zoobot", tmp_path / "none" / "x.csv")
    with pytest.raises(GzactiveError, match="no votes 'all'"):
        export(project, "zoobot", tmp_path / "x.csv", options=Options(votes="all"))
    assert list(tmp_path.iterdir()) == []


def test_a_project_without_features_exports_votes_and_says_what_is_missing(tmp_path: Path) -> None:
    with make_project(tmp_path, "rings") as bare:
        done = export(bare, "gz-decals", tmp_path / "t.csv")
        assert "no galaxy has features yet" in done.remarks[0]
        with pytest.raises(GzactiveError, match="No galaxy has a vote yet"):
            export(bare, "zoobot", tmp_path / "z.csv", options=Options(labelled_only=True))
        votes = pd.DataFrame({"id_str": [IDS[1]], "ring_yes": [3]})
        bare.labels.set_catalogue_votes(votes, bare.tree, "there.csv")
        export(bare, "zoobot", tmp_path / "z.csv")
        export(bare, "zoobot", tmp_path / "l.csv", options=Options(votes="labels"))
    assert pd.read_csv(tmp_path / "z.csv")["ring_yes"].sum() == 3
    assert pd.read_csv(tmp_path / "l.csv")["ring_yes"].sum() == 0
    assert "bar" not in " ".join(pd.read_csv(tmp_path / "t.csv").columns)
