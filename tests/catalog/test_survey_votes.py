"""Votes in each form that surveys publish, and what becomes of rows at fault."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gzactive.catalog import read_table
from gzactive.catalog.survey_votes import SurveyVotes, read_survey
from gzactive.errors import GzactiveError
from gzactive.trees import DecisionTree, load_tree

DR5, GZ2 = load_tree("gz-decals-dr5"), load_tree("gz2")
SMOOTH, FEATURED = "smooth-or-featured_smooth", "smooth-or-featured_featured-or-disk"


def read(table: pd.DataFrame, tree: DecisionTree = DR5, **options: object) -> SurveyVotes:
    known = pd.Index([f"587722{n:012d}" for n in range(100)])
    return read_survey(table, tree, known, **options)  # type: ignore[arg-type]


def galaxies(count: int, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"dr7objid": [f"587722{n:012d}" for n in range(count)], **columns})


def kinds(survey: SurveyVotes) -> dict[str, str]:
    return {finding.kind: finding.sentence for finding in survey.findings}


# --- forms --------------------------------------------------------------------------------------


_FORMS = [
    *(("gz2", "gz-catalogue", kind) for kind in ("csv", "parquet", "feather", "fits", "vot")),
    *(("gz-candels", "gz-catalogue", kind) for kind in ("csv", "ecsv")),
    ("gz2", "zoobot", "csv"),
    ("gz-decals-dr5", "gz-catalogue", "csv"),
    ("gz-decals-dr5", "zoobot-v2", "csv"),
    ("gz-decals-dr8", "zoobot", "csv"),
    ("gz-decals-dr12", "gz-decals-v1", "csv"),
    ("gz-hubble", "gz-catalogue", "csv"),
]


@pytest.mark.parametrize(("tree_id", "scheme", "suffix"), _FORMS)
def test_columns_of_every_survey_are_read_from_every_kind_of_file(
    tree_id: str, scheme: str, suffix: str, tmp_path: Path
) -> None:
    tree = load_tree(tree_id)
    rng = np.random.default_rng(1)
    counts = rng.integers(1, 40, (20, len(tree.columns)))
    names = tree.column_names(scheme)
    table = pd.DataFrame(counts, columns=[names[column] for column in tree.columns])
    if scheme in tree.fraction_schemes:
        for question in tree.modelled:
            columns = [names[answer.column] for answer in question.answers]
            total = table[columns].sum(axis=1)
            table[columns] = table[columns].div(total, axis=0)
            table[question.names[scheme]] = total
    table.insert(0, "objid", np.arange(20) + 587722981742084000)
    table["petroR90_r"] = rng.uniform(1, 9, 20)
    path = _write(table, tmp_path / f"t.{suffix}")
    survey = read_survey(path, tree, pd.Index([str(one) for one in table["objid"]]))
    assert survey.ids == "objid"
    assert survey.votes["id_str"].tolist() == [str(587722981742084000 + n) for n in range(20)]
    np.testing.assert_array_equal(survey.votes[list(tree.columns)], counts)
    assert survey.people == 0
    assert list(survey.others.columns) == ["id_str", "petroR90_r"]
    np.testing.assert_allclose(survey.others["petroR90_r"], table["petroR90_r"])


def _write(table: pd.DataFrame, path: Path) -> Path:
    from astropy.table import Table

    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    elif path.suffix == ".parquet":
        table.to_parquet(path)
    elif path.suffix == ".feather":
        table.to_feather(path)
    else:
        kind = {".vot": "votable", ".ecsv": "ascii.ecsv"}.get(path.suffix, "fits")
        Table.from_pandas(table).write(path, format=kind)
    return path


def test_kaggles_cumulative_leaves_become_the_votes_of_those_who_reach_a_question() -> None:
    leaves = {
        **{"Class1.1": 0.25, "Class1.2": 0.7, "Class1.3": 0.05},
        **{"Class2.1": 0.1, "Class2.2": 0.6, "Class4.1": 0.35, "Class4.2": 0.25},
        **{"Class6.1": 0.1, "Class6.2": 0.9, "Class8.7": 0.1},
        **{"Class11.1": 0.11, "Class11.2": 0.11, "Class11.3": 0.13},
    }
    table = galaxies(2, **{name: [value, 0.0] for name, value in leaves.items()})
    table = table.rename(columns={"dr7objid": "GalaxyID"})
    survey = read(table, GZ2)
    assert survey.format == "Kaggle Galaxy Zoo solutions"
    assert (survey.people, survey.ids) == (40, "GalaxyID")
    votes = survey.votes.iloc[0]
    told = {column: votes[column] for column in survey.votes.columns[1:] if votes[column]}
    assert told == {
        **{SMOOTH: 10, FEATURED: 28, "smooth-or-featured_artifact": 2},
        **{"disk-edge-on_yes": 4, "disk-edge-on_no": 24},
        **{"has-spiral-arms_yes": 14, "has-spiral-arms_no": 10},
        **{"something-odd_yes": 4, "something-odd_no": 36, "odd-feature_dust-lane": 4},
        # 4.4, 4.4 and 5.2 of 14 people: whole votes that sum to them
        **{"spiral-arm-count_1": 5, "spiral-arm-count_2": 4, "spiral-arm-count_3": 5},
    }
    assert not survey.votes.iloc[1, 1:].any()
    assert read(table, GZ2, people=100).votes[SMOOTH].tolist() == [25, 0]


@pytest.mark.parametrize("by_name", [True, False])
def test_the_class_of_galaxy_zoo_1_answers_the_questions_that_it_can(by_name: bool) -> None:
    classes = ["elliptical", "edge_on", "spiral", "merger", "star_dont_know"]
    if by_name:
        table = galaxies(5, gz1_class_name=classes)
    else:
        shares = np.full((5, 6), 0.1)
        shares[[0, 1, 2, 3, 4], [0, 3, 1, 4, 5]] = 0.5
        names = ["P_EL", "P_CW", "P_ACW", "P_EDGE", "P_MG", "P_DK"]
        table = galaxies(5, **{name: shares[:, n] for n, name in enumerate(names)}, NVOTE=40)
    survey = read(table)
    assert survey.format == "Galaxy Zoo 1 classes"
    assert survey.people == 10
    votes = survey.votes.drop(columns="id_str")
    said = [set(votes.columns[row > 0]) for row in votes.to_numpy()]
    assert said == [
        {SMOOTH},
        {FEATURED, "disk-edge-on_yes"},
        {FEATURED, "disk-edge-on_no", "has-spiral-arms_yes"},
        {"merging_merger"},
        set(),
    ]
    assert set(np.unique(votes)) == {0, 10}
    assert list(survey.others.columns) == (["id_str"] if by_name else ["id_str", "NVOTE"])


def test_an_unknown_form_is_told_with_the_tree_that_it_fits() -> None:
    table = galaxies(2, t01_smooth_or_features_a01_smooth_count=3)
    told = "votes on the tree 'gz2', and this project asks 'gz-decals-dr5'"
    with pytest.raises(GzactiveError, match=told):
        read(table)
    with pytest.raises(GzactiveError, match="no answer of the tree 'gz-decals-dr5'"):
        read(galaxies(2, colour=1.0))


# --- ids ----------------------------------------------------------------------------------------


def test_ids_are_found_by_content_and_survive_to_the_last_digit(tmp_path: Path) -> None:
    ids = [8647474690312373464 + n for n in range(3)]
    table = pd.DataFrame({"specobjid": [1, 2, 3], "objid": ids, SMOOTH: 3})
    table.to_csv(tmp_path / "t.csv", index=False)
    known = pd.Index([str(one) for one in ids[1:]])
    survey = read_survey(tmp_path / "t.csv", DR5, known)
    assert survey.ids == "objid"
    assert survey.votes["id_str"].tolist() == [str(one) for one in ids]
    assert survey.others["specobjid"].tolist() == ["1", "2", "3"]


def test_ids_may_be_names_of_image_files() -> None:
    table = pd.DataFrame({"file": ["a/587722000000000003.jpg", "b/x.png"], SMOOTH: [1, 2]})
    survey = read(table)
    assert (survey.ids, survey.votes["id_str"].tolist()) == ("file", ["587722000000000003", "x"])


def test_a_table_of_other_galaxies_shows_ids_of_both() -> None:
    table = pd.DataFrame({"objid": ["12"], SMOOTH: [1]})
    with pytest.raises(GzactiveError, match=r"'12' in 'objid', .* such as '587722000000000000'"):
        read(table)
    with pytest.raises(GzactiveError, match="no column 'name'"):
        read(table, id_column="name")


# --- rows at fault ------------------------------------------------------------------------------


def test_rows_at_fault_are_counted_with_examples_and_the_rest_is_read() -> None:
    table = galaxies(9, **{SMOOTH: [1, 2, np.nan, "many", -4, 6, 7, 8, 9]})
    table.loc[6, "dr7objid"] = table.loc[5, "dr7objid"]
    table.loc[7, "dr7objid"] = None
    survey = read(table)
    assert survey.votes[SMOOTH].tolist() == [1, 2, 0, 6, 9]
    told = kinds(survey)
    assert told["duplicates"] == (
        "1 row left out: the galaxy has a row before (first: 587722000000000005 in row 7)."
    )
    assert told["no-id"] == "1 row left out: no id (first: row 8)."
    assert told["blank-votes"].startswith("1 row has no number in 1 column of votes")
    assert told["impossible-votes"].startswith("2 rows left out")
    assert "row 4 (587722000000000003) has 'many' in" in told["impossible-votes"]


def test_rows_keep_their_numbers_under_a_query() -> None:
    table = galaxies(6, **{SMOOTH: [1, 2, 3, 4, -5, 6]}, sample=list("xyxyxy"))
    survey = read(table, where="sample == 'x'")
    told = kinds(survey)
    assert told["where"] == "3 of 6 rows are chosen by \"sample == 'x'\"."
    assert "row 5" in told["impossible-votes"]
    assert survey.votes[SMOOTH].tolist() == [1, 3]
    assert survey.others["sample"].tolist() == ["x", "x"]


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("sample ==", "is no query"),
        ("sampel == 'x'", "is no query"),
        ("@pd.DataFrame()", "is no query"),
        ("__import__('os').getcwd() == 'x'", "is no query"),
        ("sample", "neither true nor false"),
        ("sample == 'z'", "holds for none of the 2 rows"),
    ],
)
def test_queries_that_choose_nothing_are_told(where: str, words: str) -> None:
    table = galaxies(2, **{SMOOTH: 1}, sample=list("xy"))
    with pytest.raises(GzactiveError, match=words):
        read(table, where=where)


def test_fractions_where_counts_are_due_need_a_word() -> None:
    table = galaxies(3, **{SMOOTH: [0.25, 0.5, 1.0], FEATURED: [0.75, 0.5, 0.0]})
    with pytest.raises(GzactiveError, match=r"0\.25 in .*row 1, and 1 more number.*--pseudo-votes"):
        read(table)
    survey = read(table, people=20)
    assert survey.people == 20
    assert survey.votes[[SMOOTH, FEATURED]].to_numpy().tolist() == [[5, 15], [10, 10], [20, 0]]
    with pytest.raises(GzactiveError, match=r"3\.7 in .*use the column of raw counts"):
        read(galaxies(1, **{SMOOTH: [3.7]}), people=20)


def test_fractions_without_their_total_need_a_word() -> None:
    tree = load_tree("gz-hubble")
    names = tree.column_names("gz-catalogue")
    question = tree.modelled[0]
    table = galaxies(1, **{names[answer.column]: [0.25] for answer in question.answers})
    with pytest.raises(GzactiveError, match=r"cannot become votes without .*--pseudo-votes 40"):
        read(table, tree)
    assert read(table, tree, people=40).votes[question.answers[0].column].tolist() == [10]


def test_votes_in_words_that_the_tree_has_not_leave_the_question_out() -> None:
    table = galaxies(3, **{SMOOTH: 5, "merging_merger": [1, 2, 3], "merging_both-v1": [0, 4, 0]})
    table["merging_total-votes"] = [1, 6, 3]
    survey = read(table)
    assert survey.votes["merging_merger"].tolist() == [1, 0, 3]
    assert survey.votes[SMOOTH].tolist() == [5, 5, 5]
    assert "1 galaxy has votes there" in kinds(survey)["other-answers"]
    assert "merging_both-v1" in survey.others
    assert "merging_total-votes" not in survey.others


# --- real tables --------------------------------------------------------------------------------


@pytest.mark.real_data
def test_real_tables_are_read_to_the_last_vote(real_data: Path) -> None:
    folder = real_data / "votes"
    raw = pd.read_csv(folder / "gz2_stripe82_votes.csv.gz", dtype={"objid": str})
    survey = read_survey(folder / "gz2_stripe82_votes.csv.gz", GZ2, pd.Index(raw["objid"]))
    names = GZ2.column_names("gz-catalogue")
    assert survey.votes["id_str"].tolist() == raw["objid"].tolist()
    for column in GZ2.columns:
        np.testing.assert_array_equal(survey.votes[column], raw[names[column]])
    kept = ["id_str", "sample", "ra", "dec", "total_votes", "total_classifications"]
    assert list(survey.others.columns) == kept
    raw = pd.read_csv(folder / "gz_decals_q1_votes.csv", dtype=str)
    survey = read_survey(folder / "gz_decals_q1_votes.csv", DR5, pd.Index(raw["iauname"]))
    assert survey.votes[SMOOTH].sum() == raw[SMOOTH].astype(float).sum()


@pytest.mark.real_data
def test_a_real_table_that_mixes_two_trees_loses_no_vote_in_silence(real_data: Path) -> None:
    path = real_data / "votes" / "gz_decals_full_tree_votes.csv"
    raw = read_table(path)
    survey = read_survey(path, DR5, pd.Index(raw["subject_id"]))
    columns = [column for column in DR5.columns if not column.startswith("merging_")]
    np.testing.assert_array_equal(survey.votes[columns], raw[columns])
    old = [f"merging_{name}-v1" for name in ("tidal-debris", "both", "neither")]
    mixed = (raw[old] > 0).any(axis=1)
    assert not survey.votes.loc[mixed, "merging_merger"].any()
    assert f"{mixed.sum():,} galaxies have votes there" in kinds(survey)["other-answers"]
    early = read_survey(path, load_tree("gz-decals-dr12"), pd.Index(raw["subject_id"]))
    np.testing.assert_array_equal(early.votes["merging_neither"], raw["merging_neither-v1"])
    assert not early.votes["bulge-size_none"][(raw["bulge-size_small"] > 0)].any()


@pytest.mark.real_data
def test_real_classes_of_galaxy_zoo_1_become_pseudo_votes(real_data: Path) -> None:
    path = real_data / "gz1_sdss" / "labels.csv"
    raw = pd.read_csv(path, dtype=str)
    survey = read_survey(path, DR5, pd.Index(raw["dr7objid"]))
    classes = raw["gz1_class_name"].value_counts()
    assert survey.votes[SMOOTH].sum() == 10 * classes["elliptical"]
    assert survey.votes["disk-edge-on_yes"].sum() == 10 * classes["edge_on"]
    assert not [finding for finding in survey.findings if "does not know" in finding.sentence]
