"""Exports of Zooniverse's classifications, and reductions of them, as votes."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gzactive.catalog.classifications import is_export, read_classifications
from gzactive.catalog.reductions import is_reduction, read_reductions
from gzactive.catalog.survey_votes import SurveyVotes
from gzactive.errors import GzactiveError
from gzactive.trees import load_tree

TREE = load_tree("gz-decals-dr5")
KNOWN = pd.Index(["J100000.00+010101.0", "J200000.00+020202.0"])
SMOOTH, FEATURED = "smooth-or-featured_smooth", "smooth-or-featured_featured-or-disk"
LATER = "2020-01-01 10:00:01 UTC"
ROOT = "Is the galaxy simply smooth and rounded, with no sign of a disk?"


def say(task: str, value: Any, label: str = "") -> dict[str, Any]:
    return {"task": task, "task_label": label, "value": value}


def row(number: int, user: str, subject: int, *answers: dict[str, Any], **more: Any) -> dict:
    galaxy = f"J{subject}00000.00+0{subject}0{subject}0{subject}.0"
    data = {str(subject): {"retired": None, "!iauname": galaxy, "ra": 1.5, "#img": f"{galaxy}.png"}}
    return {
        "classification_id": 251_000_000_000 + number,
        "user_name": user,
        "user_id": "",
        "user_ip": "abc",
        "workflow_id": 6122,
        "workflow_name": "Galaxy Zoo",
        "workflow_version": "15.40",
        "created_at": "2020-01-01 10:00:00 UTC",
        "gold_standard": "",
        "expert": "",
        "metadata": json.dumps({"session": "x" * 50, "started_at": "\n"}),
        "annotations": json.dumps(list(answers)),
        "subject_data": json.dumps(data),
        "subject_ids": subject,
    } | more


def export(tmp_path: Path, rows: list[dict], name: str = "classifications.csv") -> Path:
    table = pd.DataFrame(rows)
    assert is_export(table.columns)
    table.to_csv(tmp_path / name, index=False)
    return tmp_path / name


def votes(survey: SurveyVotes) -> dict[str, dict[str, int]]:
    table = survey.votes.set_index("id_str")
    return {galaxy: {c: int(n) for c, n in one.items() if n} for galaxy, one in table.iterrows()}


def told(survey: SurveyVotes, kind: str) -> str:
    return " ".join(finding.sentence for finding in survey.findings if finding.kind == kind)


def test_answers_are_mapped_by_name_and_the_first_of_a_person_counts(tmp_path: Path) -> None:
    path = export(
        tmp_path,
        [
            row(1, "ada", 1, say("T0", "Features or Disk", ROOT), created_at=LATER),
            row(9, "ada", 1, say("T0", "Smooth", ROOT), say("T1", "Completely round")),
            row(2, "bob", 1, say("T0", "![smooth](https://x/y.png) Smooth", ROOT)),
            row(3, "ada", 2, say("T0", "Features or Disk"), say("T3", "Boxy"), say("T4", "No bar")),
            # the same question under another key, in a later version of the workflow
            row(4, "eve", 2, say("T7", "Smooth", ROOT), workflow_version="16.1"),
        ],
    )
    survey = read_classifications([path], TREE, KNOWN)
    assert survey.ids == "iauname"
    assert votes(survey) == {
        KNOWN[0]: {SMOOTH: 2, "how-rounded_round": 1},
        KNOWN[1]: {SMOOTH: 1, FEATURED: 1, "edge-on-bulge_boxy": 1, "bar_no": 1},
    }
    assert told(survey, "repeated-classifications").startswith("1 classification left out")
    assert told(survey, "workflows") == (
        "Classifications of workflow 6122 Galaxy Zoo version 15.40 (4); 6122 Galaxy Zoo version "
        "16.1 (1)."
    )


def test_checkboxes_combinations_and_skips_are_understood(tmp_path: Path) -> None:
    nested = say("T99", [say("T0", "Smooth", ROOT), say("T11", "Merging")])
    boxes = say("T10", ["Ring", "Dust lane"])
    path = export(
        tmp_path, [row(1, "ada", 1, nested, boxes, say("T1", None)), row(2, "bob", 1, nested)]
    )
    survey = read_classifications([path], TREE, KNOWN)
    assert votes(survey)[KNOWN[0]] == {
        **{SMOOTH: 2, "merging_merger": 2},
        **{"rare-features_ring": 1, "rare-features_dust-lane": 1},
    }
    assert not told(survey, "unknown-answers")


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    numbered = say("T0", 1, ROOT)
    strange = say("T0", "Yes", "Is there a comet in the picture?")
    path = export(
        tmp_path,
        [
            row(1, "ada", 1, say("T0", "Smooth", ROOT), strange, strange),
            row(2, "bob", 1, numbered),
            row(3, "eve", 1, annotations="[{"),
            row(4, "eve", 1, subject_ids="1;2"),
            row(5, "eve", 7, say("T0", "Smooth", ROOT)),
        ],
    )
    survey = read_classifications([path], TREE, KNOWN)
    assert votes(survey) == {KNOWN[0]: {SMOOTH: 1}}
    unknown = told(survey, "unknown-answers")
    assert unknown.startswith("3 answers left out")
    assert "'T0: Yes' (2)" in unknown
    assert "'T0: 1' (1)" in unknown
    assert "first: row 3" in told(survey, "broken-json")
    assert told(survey, "several-subjects").startswith("1 classification")
    assert told(survey, "strangers").startswith("1 subject")


def test_people_without_a_name_are_told_apart_by_address(tmp_path: Path) -> None:
    smooth = say("T0", "Smooth", ROOT)
    rows = [
        row(1, "", 1, smooth, user_ip="a"),
        row(2, "", 1, smooth, user_ip="a"),
        row(3, "", 1, smooth, user_ip="b"),
        row(4, "", 1, smooth, user_ip=""),
        row(5, "", 1, smooth, user_ip=""),
    ]
    survey = read_classifications([export(tmp_path, rows)], TREE, KNOWN)
    assert votes(survey) == {KNOWN[0]: {SMOOTH: 4}}


def test_several_exports_are_one_and_a_query_chooses(tmp_path: Path) -> None:
    smooth = say("T0", "Smooth", ROOT)
    one = export(tmp_path, [row(1, "ada", 1, smooth), row(2, "bob", 1, smooth)])
    two = export(
        tmp_path,
        [row(3, "ada", 1, smooth), row(4, "eve", 1, smooth, workflow_id=9)],
        "later.csv.gz",
    )
    assert votes(read_classifications([one, two], TREE, KNOWN)) == {KNOWN[0]: {SMOOTH: 3}}
    chosen = read_classifications([one, two], TREE, KNOWN, where="workflow_id == '6122'")
    assert votes(chosen) == {KNOWN[0]: {SMOOTH: 2}}
    with pytest.raises(GzactiveError, match="holds for none of the 4 classifications"):
        read_classifications([one, two], TREE, KNOWN, where="workflow_version > 20")
    with pytest.raises(GzactiveError, match="is no query"):
        read_classifications([one, two], TREE, KNOWN, where="version > 20")
    newer = read_classifications([one, two], TREE, KNOWN, where="workflow_version > 15.39")
    assert votes(newer) == {KNOWN[0]: {SMOOTH: 3}}
    assert told(chosen, "where") == "3 of 4 rows are chosen by \"workflow_id == '6122'\"."


def test_the_galaxy_is_found_in_any_field_or_the_one_named(tmp_path: Path) -> None:
    path = export(tmp_path, [row(1, "ada", 1, say("T0", "Smooth", ROOT))])
    by_number = read_classifications([path], TREE, pd.Index(["1"]))
    assert (by_number.ids, votes(by_number)) == ("subject_ids", {"1": {SMOOTH: 1}})
    by_file = read_classifications([path], TREE, KNOWN, id_column="img")
    assert by_file.ids == "img"
    with pytest.raises(GzactiveError, match=r"no subject's field 'ra' is one of the project's"):
        read_classifications([path], TREE, KNOWN, id_column="ra")
    with pytest.raises(GzactiveError, match="no galaxy of this project"):
        read_classifications([path], TREE, pd.Index(["other"]))
    with pytest.raises(GzactiveError, match="None of the answers is one of the tree 'rings'"):
        read_classifications([path], load_tree("rings"), KNOWN)


# --- reductions ---------------------------------------------------------------------------------


def reduction(tmp_path: Path, rows: list[dict]) -> Path:
    table = pd.DataFrame(rows)
    assert is_reduction(table.columns)
    table.to_csv(tmp_path / "reductions.csv", index=False)
    return tmp_path / "reductions.csv"


def test_reductions_in_columns_are_votes(tmp_path: Path) -> None:
    common = {"workflow_id": 6122, "reducer": "question_reducer", "data.aggregation_version": 5.3}
    path = reduction(
        tmp_path,
        [
            {"subject_id": 1, "task": "T0", "data.smooth": 3, "data.features-or-disk": 7, **common},
            {"subject_id": 1, "task": "T5", "data.yes": 4, "data.no": 2, "data.None": 1, **common},
            {"subject_id": 2, "task": "T2", "data.no-something-else": 5, **common},
            {"subject_id": 2, "task": "T11", "data.none": 5, "data.merging": 1, **common},
            {"subject_id": 2, "task": "T7", "data.can-t-tell": 2, "data.3": 1, **common},
            {"subject_id": 2, "task": "T77", "data.comet": 5, **common},
        ],
    )
    survey = read_reductions(path, TREE, pd.Index(["1", "2"]))
    assert votes(survey) == {
        "1": {SMOOTH: 3, FEATURED: 7, "has-spiral-arms_yes": 4, "has-spiral-arms_no": 2},
        "2": {
            **{"disk-edge-on_no": 5, "merging_none": 5, "merging_merger": 1},
            **{"spiral-arm-count_cant-tell": 2, "spiral-arm-count_3": 1},
        },
    }
    unknown = told(survey, "unknown-answers")
    assert unknown.startswith("6 answers left out")
    assert "'T77: comet' (5)" in unknown


def test_reductions_as_json_are_votes_and_numbers_are_refused(tmp_path: Path) -> None:
    rows = [{"subject_id": 1, "reducer_key": "T0", "data": json.dumps({"smooth": 3})}]
    survey = read_reductions(reduction(tmp_path, rows), TREE, pd.Index(["1"]))
    assert votes(survey) == {"1": {SMOOTH: 3}}
    rows[0]["data"] = json.dumps({"0": 3, "1": 4})
    with pytest.raises(GzactiveError, match="numbers the answers of task 'T0'"):
        read_reductions(reduction(tmp_path, rows), TREE, pd.Index(["1"]))
    rows[0]["data"] = json.dumps({"comet": 3})
    with pytest.raises(GzactiveError, match="no answer of the tree"):
        read_reductions(reduction(tmp_path, rows), TREE, pd.Index(["1"]))
