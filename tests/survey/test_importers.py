"""Volunteers' votes into a project: by question, repeatable, nothing lost in silence."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from gzactive.errors import GzactiveError
from gzactive.progress import Cancelled
from gzactive.project import Project
from gzactive.survey.importers import import_votes

IDS = [f"86474746903123{n:05d}" for n in range(12)]
SMOOTH, FEATURED = "smooth-or-featured_smooth", "smooth-or-featured_featured-or-disk"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    catalog = pd.DataFrame({"id_str": IDS, "file_loc": [f"/images/{one}.jpg" for one in IDS]})
    catalog["redshift"] = [0.1, None] * 6
    with Project.create(tmp_path / "project", catalog, "gz-decals-dr5") as made:
        yield made


def table(folder: Path, name: str, ids: list[str], **columns: object) -> Path:
    path = folder / name
    pd.DataFrame({"objid": ids, **columns}).to_csv(path, index=False)
    return path


def test_votes_are_kept_beside_the_log_and_other_columns_in_the_catalogue(
    project: Project, tmp_path: Path
) -> None:
    path = table(
        tmp_path,
        "votes.csv",
        [*IDS[:4], "99"],
        **{SMOOTH: [1, 2, 0, 4, 5], "rare-features_ring": [0, 3, 0, 0, 0]},
        petroR90_r=[1.5, 2.5, 3.5, 4.5, 5.5],
        redshift=[9.0, 9.0, 9.0, 9.0, 9.0],
        file_loc="elsewhere.jpg",
    )
    done = import_votes(project, [path])
    assert (done.galaxies, done.votes, done.replaced) == (3, 7, 0)
    votes = project.labels.catalogue_votes(project.tree)
    assert votes[SMOOTH].to_dict() == {IDS[0]: 1, IDS[1]: 2, IDS[3]: 4}
    assert len(project.labels.events()) == 0
    source = project.labels.catalogue_source(project.tree)
    assert source is not None
    assert source["source"].startswith("votes.csv (Galaxy Zoo DECaLS (DR5)")
    catalog = project.catalog.set_index("id_str")
    assert catalog["petroR90_r"].head(5).tolist()[:4] == [1.5, 2.5, 3.5, 4.5]
    assert catalog["redshift"].tolist()[:4] == [0.1, 9.0, 0.1, 9.0]  # only gaps are filled
    assert catalog["rare-features_ring"].tolist()[:4] == [0, 3, 0, 0]
    assert catalog["file_loc"].tolist() == [f"/images/{one}.jpg" for one in IDS]
    assert "elsewhere.jpg" not in catalog["file_loc"].tolist()
    with Project.open(project.path) as again:
        assert "petroR90_r" in again.catalog
    (one,) = done.files
    sentences = [finding.sentence for finding in one.findings]
    assert "1 galaxy left out: not in this project (first: 99)." in sentences
    assert f"1 galaxy left out: no votes (first: {IDS[2]})." in sentences
    assert any(sentence.startswith("9 questions have no votes here") for sentence in sentences)


def test_importing_again_changes_nothing_and_other_questions_stay(
    project: Project, tmp_path: Path
) -> None:
    first = table(tmp_path, "a.csv", IDS[:3], **{SMOOTH: [5, 5, 5], "bar_no": [1, 2, 3]})
    second = table(tmp_path, "b.csv", IDS[1:4], **{SMOOTH: [5, 7, 8]})
    import_votes(project, [first])
    done = import_votes(project, [second])
    assert done.replaced == 1
    votes = project.labels.catalogue_votes(project.tree)
    assert votes[SMOOTH].tolist() == [5, 5, 7, 8]
    assert votes["bar_no"].tolist() == [1, 2, 3, 0]
    assert import_votes(project, [second]).replaced == 0
    pd.testing.assert_frame_equal(project.labels.catalogue_votes(project.tree), votes)
    source = project.labels.catalogue_source(project.tree)
    assert source is not None
    assert source["source"].count("b.csv") == 1


def test_of_several_files_the_first_counts_where_they_differ(
    project: Project, tmp_path: Path
) -> None:
    first = table(tmp_path, "a.csv", IDS[:3], **{SMOOTH: [5, 5, 0]})
    second = table(tmp_path, "b.csv", IDS[:3], **{SMOOTH: [5, 6, 7], "bar_no": [1, 2, 3]})
    done = import_votes(project, [first, second])
    votes = project.labels.catalogue_votes(project.tree)
    assert votes[SMOOTH].tolist() == [5, 5, 7]
    assert votes["bar_no"].tolist() == [1, 2, 3]
    (clash,) = done.findings
    assert clash.sentence.startswith("1 galaxy has other votes on the same question")


def test_exports_and_tables_come_together(project: Project, tmp_path: Path) -> None:
    said = json.dumps([{"task": "T0", "task_label": "", "value": "Smooth"}])
    rows = [
        {
            "classification_id": n,
            "user_name": user,
            "workflow_version": "1.1",
            "annotations": said,
            "subject_data": json.dumps({"77": {"Filename": f"{IDS[0]}.png"}}),
            "subject_ids": 77,
        }
        for n, user in enumerate(["ada", "bob", "ada"])
    ]
    pd.DataFrame(rows[:2]).to_csv(tmp_path / "export-1.csv", index=False)
    pd.DataFrame(rows[2:]).to_csv(tmp_path / "export-2.csv", index=False)
    plain = table(tmp_path, "a.csv", IDS[1:2], **{FEATURED: [9]})
    done = import_votes(project, [tmp_path / "export-1.csv", plain, tmp_path / "export-2.csv"])
    votes = project.labels.catalogue_votes(project.tree)
    assert votes[SMOOTH].tolist() == [2, 0]  # Ada's second one, in another file, does not count
    assert votes[FEATURED].tolist() == [0, 9]
    assert [one.name for one in done.files] == ["a.csv", "export-1.csv, export-2.csv"]


def test_pseudo_votes_are_marked(project: Project, tmp_path: Path) -> None:
    path = table(tmp_path, "gz1.csv", IDS[:2], gz1_class_name=["elliptical", "edge_on"])
    done = import_votes(project, [path])
    assert done.files[0].people == 10
    source = project.labels.catalogue_source(project.tree)
    assert source is not None
    assert "pseudo-votes of 10 nominal people" in source["source"]


def test_nothing_changes_where_a_file_is_missing_empty_or_cancelled(
    project: Project, tmp_path: Path
) -> None:
    path = table(tmp_path, "votes.csv", IDS[:4], **{SMOOTH: [1, 2, 0, 4]}, extra=1.0)
    with pytest.raises(GzactiveError, match=r"1 file does not exist .*no\.csv.*Nothing was"):
        import_votes(project, [path, tmp_path / "no.csv"])
    empty = table(tmp_path, "empty.csv", IDS[:2], **{SMOOTH: [0, 0]})
    with pytest.raises(GzactiveError, match=r"no vote for a galaxy .* 2 galaxies left out"):
        import_votes(project, [empty])

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "writing votes":
            raise Cancelled

    with pytest.raises(Cancelled):
        import_votes(project, [path], progress=stop)
    assert project.labels.catalogue_votes(project.tree).empty
    assert "extra" not in project.catalog


def test_a_project_that_can_only_be_read_says_so(project: Project, tmp_path: Path) -> None:
    path = table(tmp_path, "votes.csv", IDS[:4], **{SMOOTH: [1, 2, 0, 4]})
    with (
        Project.open(project.path, read_only="It is shown to visitors.") as shown,
        pytest.raises(GzactiveError, match="It is shown to visitors"),
    ):
        import_votes(shown, [path])
