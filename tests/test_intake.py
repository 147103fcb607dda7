"""Images, tables, and both joined become a project; tables of votes become labels."""

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gzactive.errors import GzactiveError
from gzactive.intake import add_labels, new_project


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Twelve small galaxies in nested folders."""
    rng = np.random.default_rng(0)
    for number in range(12):
        folder = tmp_path / "images" / f"field-{number % 3}"
        folder.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 255, (32, 32, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"5877{number:014d}.png")
    return tmp_path / "images"


def _table(ids: list[str], **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"id_str": ids, **columns})


def test_images_alone_are_named_by_their_stems(pictures: Path, tmp_path: Path) -> None:
    made = new_project(tmp_path / "project", images=[pictures])
    with made.project as project:
        assert sorted(project.catalog["id_str"]) == [f"5877{n:014d}" for n in range(12)]
        assert project.tree.id == "gz-decals-dr5"
    assert made.remarks == ()


def test_a_table_is_joined_to_a_zip_by_stem_and_both_remainders_are_told(
    pictures: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "images.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(pictures.rglob("*.png"))[:10]:
            file.write(path, path.relative_to(pictures))
    stems = sorted(path.stem for path in pictures.rglob("*.png"))
    table = tmp_path / "table.csv"
    _table([*stems[4:], "nowhere"], ring_yes=3, ring_no=1).to_csv(table, index=False)
    made = new_project(tmp_path / "project", images=[archive], catalog=table, tree="rings")
    with made.project as project:
        joined = len(project.catalog)
        votes = project.labels.catalogue_votes(project.tree)
        assert votes["ring_yes"].eq(3).all()
        assert len(votes) == joined
        missing = 9 - joined
    assert any(f"{missing} row" in remark and "no image" in remark for remark in made.remarks)
    assert any("no row in the table" in remark for remark in made.remarks)


def test_a_table_alone_resolves_paths_beside_itself(pictures: Path, tmp_path: Path) -> None:
    paths = sorted(pictures.rglob("*.png"))
    table = tmp_path / "table.csv"
    relative = [str(path.relative_to(tmp_path)) for path in paths]
    _table([path.stem for path in paths], file_loc=relative, redshift=0.1).to_csv(
        table, index=False
    )
    with new_project(tmp_path / "project", catalog=table).project as project:
        assert all(Path(path).is_file() for path in project.catalog["file_loc"])
        assert project.catalog["redshift"].eq(0.1).all()


def test_nothing_to_make_a_project_from_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(GzactiveError, match=r"give --images .* --catalog"):
        new_project(tmp_path / "project")


def test_labels_keep_the_selection_of_the_queue_or_are_external(
    pictures: Path, tmp_path: Path
) -> None:
    with new_project(tmp_path / "project", images=[pictures], tree="rings").project as project:
        ids = project.catalog["id_str"].tolist()
        issued = pd.DataFrame(
            {"id_str": ids[:2], "selection": ["active", "random"], "acquisition": [0.3, np.nan]}
        )
        project.labels.record_issued(issued)
        votes = tmp_path / "votes.csv"
        _table([*ids[:3], "elsewhere"], ring_yes=1, ring_no=0).to_csv(votes, index=False)
        added = add_labels(project, votes, labeller="Ada")
        events = project.labels.events()
        chosen = {event.id_str: event.selection for event in events if event.kind == "answer"}
    assert (added.galaxies, added.votes) == (3, 3)
    assert chosen == {ids[0]: "active", ids[1]: "random", ids[2]: "external"}
    assert any("1 galaxy left out: not in this project" in remark for remark in added.remarks)


def test_labels_of_other_galaxies_only_are_refused(pictures: Path, tmp_path: Path) -> None:
    with new_project(tmp_path / "project", images=[pictures], tree="rings").project as project:
        votes = tmp_path / "votes.csv"
        _table(["elsewhere"], ring_yes=1, ring_no=0).to_csv(votes, index=False)
        with pytest.raises(GzactiveError, match="no votes for a galaxy of this project"):
            add_labels(project, votes, labeller="Ada")


def test_a_misspelt_answer_is_named_and_never_dropped_in_silence(
    pictures: Path, tmp_path: Path
) -> None:
    with new_project(tmp_path / "project", images=[pictures], tree="rings").project as project:
        ids = project.catalog["id_str"].tolist()
        votes = tmp_path / "votes.csv"
        _table(ids[:2], ring_ys=1, ring_no=[0, 1]).to_csv(votes, index=False)
        added = add_labels(project, votes, labeller="Ada")
        assert added.galaxies == 1
        assert any("'ring_ys' is no answer" in remark for remark in added.remarks)
        _table(ids[:1], ring_ys=1, ring_no=0).to_csv(votes, index=False)
        with pytest.raises(GzactiveError, match=r"votes are empty.*did you mean 'ring_yes'"):
            add_labels(project, votes, labeller="Ada")


def test_what_cannot_be_is_refused_before_any_image_is_looked_at(
    pictures: Path, tmp_path: Path
) -> None:
    new_project(tmp_path / "project", images=[pictures]).project.close()
    told: list[str] = []

    def progress(stage: str, done: int, total: int) -> None:
        told.append(stage)

    with pytest.raises(GzactiveError, match="is a project already"):
        new_project(tmp_path / "project", images=[pictures], progress=progress)
    with pytest.raises(GzactiveError, match="no weights 'best'"):
        new_project(tmp_path / "other", images=[pictures], weights="best", progress=progress)
    assert told == []


def test_a_table_beside_the_images_that_was_not_given_is_told(
    pictures: Path, tmp_path: Path
) -> None:
    table = pictures / "catalogue.csv"
    _table(["58770"]).to_csv(table, index=False)
    made = new_project(tmp_path / "project", images=[pictures])
    made.project.close()
    assert made.remarks == (
        "The table catalogue.csv lies beside the images and was not used: to use it, make the "
        f"project with --catalog {table}.",
    )
    _table(["58770"]).to_csv(pictures / "other.csv", index=False)
    made = new_project(tmp_path / "another", images=[pictures])
    made.project.close()
    assert made.remarks[0].endswith("none is used. To use one, give it with --catalog.")
