"""A project is made whole or not at all, opens with one clear sentence, and can be moved."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gzactive.catalog import reserved_mask
from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings
from gzactive.model.weights_file import write_weights
from gzactive.project import Project
from gzactive.stores.labels import NewEvent
from gzactive.trees import load_tree

OWN_TREE = """
id = "tails"
title = "Tidal tails"
description = "Is there a tail?"
source = "me"

[[question]]
name = "tail"
text = "Is there a tidal tail?"
answers = ["yes", "no"]
"""


def table(folder: Path, count: int = 20) -> pd.DataFrame:
    """A catalogue of images that need not exist."""
    return pd.DataFrame(
        {
            "id_str": [f"{i:020d}" for i in range(count)],
            "file_loc": [str(folder / f"g{i}.png") for i in range(count)],
            "ra": np.linspace(0, 1, count),
        }
    )


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(
        tmp_path / "my-project", table(tmp_path / "images"), "rings", seed=7
    ) as made:
        yield made


def entries(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_project_keeps_what_it_was_made_of(tmp_path: Path) -> None:
    given = table(tmp_path / "images")
    with Project.create(
        tmp_path / "p",
        given,
        load_tree("rings"),
        name="Ring hunt",
        image_settings=ImageSettings(channels=3),
        seed=5,
    ) as made:
        assert made.name == "Ring hunt"
    with Project.open(tmp_path / "p") as project:
        assert (project.name, project.seed, project.tree.id) == ("Ring hunt", 5, "rings")
        assert project.image_settings == project.settings.images == ImageSettings(channels=3)
        assert project.path == tmp_path / "p"
        pd.testing.assert_frame_equal(
            project.catalog.drop(columns="reserved"), given, check_dtype=False
        )
        assert project.catalog["reserved"].dtype == bool
        assert project.catalog["id_str"].iloc[7] == "00000000000000000007"


def test_the_reserved_galaxies_are_those_of_the_seed(project: Project) -> None:
    expected = reserved_mask(project.catalog["id_str"], 7)
    np.testing.assert_array_equal(project.catalog["reserved"], expected)


def test_a_column_called_reserved_is_not_trusted(tmp_path: Path) -> None:
    given = table(tmp_path).assign(reserved=True)
    with Project.create(tmp_path / "p", given, "rings") as made:
        assert not made.catalog["reserved"].all()


def test_a_project_can_be_moved_with_its_images(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    given = pd.concat(
        [
            table(old / "work" / "images", 2),
            table(old / "far", 1).assign(id_str="far"),
            table(old / "zips" / "a.zip!", 1).assign(id_str="zipped"),
            table(Path("/data/survey"), 1).assign(id_str="elsewhere"),
        ]
    )
    Project.create(old / "work" / "p", given, "rings").close()
    with Project.open(old / "work" / "p") as project:
        assert project.catalog["file_loc"].tolist() == given["file_loc"].tolist()
    old.rename(new)
    with Project.open(new / "work" / "p") as project:
        assert project.catalog["file_loc"].tolist() == [
            str(new / "work" / "images" / "g0.png"),
            str(new / "work" / "images" / "g1.png"),
            str(new / "far" / "g0.png"),
            str(new / "zips" / "a.zip!" / "g0.png"),
            "/data/survey/g0.png",
        ]


def test_paths_of_folders_with_like_names_are_not_mixed_up(tmp_path: Path) -> None:
    given = pd.concat(
        [
            table(tmp_path / "p-images", 1),
            table(tmp_path / "p" / "images", 1).assign(id_str="inside"),
        ]
    )
    with Project.create(tmp_path / "p", given, "rings") as project:
        assert project.catalog["file_loc"].tolist() == given["file_loc"].tolist()
    stored = pd.read_parquet(tmp_path / "p" / "catalog.parquet")["file_loc"].tolist()
    assert stored == ["../p-images/g0.png", "images/g0.png"]


def test_a_tree_of_the_users_own_comes_with_the_project(tmp_path: Path) -> None:
    file = tmp_path / "tails.toml"
    file.write_text(OWN_TREE)
    Project.create(tmp_path / "p", table(tmp_path), file).close()
    file.unlink()
    with Project.open(tmp_path / "p") as project:
        assert project.tree.columns == ("tail_yes", "tail_no")
        assert (tmp_path / "p" / "tree.toml").read_text() == OWN_TREE


@pytest.mark.parametrize("leftover", [None, "empty folder"])
def test_a_project_is_made_at_a_new_path_or_in_an_empty_folder(
    tmp_path: Path, leftover: str | None
) -> None:
    path = tmp_path / "deep" / "p"
    if leftover:
        path.mkdir(parents=True)
    with Project.create(path, table(tmp_path), "rings"):
        assert entries(path.parent) == {"p"}


def test_nothing_is_made_over_a_project_a_file_or_other_files(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    for name, message in (
        ("my-project", "is a project already"),
        ("file", "is a file"),
        ("full", "is not empty"),
    ):
        with pytest.raises(GzactiveError, match=message):
            Project.create(tmp_path / name, table(tmp_path), "rings")
    assert entries(tmp_path) == {"my-project", "file", "full"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id_str": None}, "no column 'id_str'"),
        ({"file_loc": None}, "no column 'file_loc'"),
        ({"id_str": "same"}, "'same' is in the catalogue more than once"),
        ({"id_str": ""}, "Row 1 of the catalogue has nothing as its id_str"),
        ({"file_loc": float("nan")}, "Row 1 of the catalogue has nothing as its file_loc"),
    ],
)
def test_an_unfit_catalogue_leaves_nothing_behind(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    given = table(tmp_path)
    for name, value in changes.items():
        given = given.drop(columns=name) if value is None else given.assign(**{name: value})
    with pytest.raises(GzactiveError, match=message):
        Project.create(tmp_path / "p", given, "rings")
    assert entries(tmp_path) == set()


def test_an_empty_catalogue_and_unknown_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GzactiveError, match="has no galaxies"):
        Project.create(tmp_path / "p", table(tmp_path, 0), "rings")
    with pytest.raises(GzactiveError, match="no weights 'nonsense'"):
        Project.create(tmp_path / "p", table(tmp_path), "rings", weights="nonsense")
    assert entries(tmp_path) == set()


def test_a_weights_file_is_kept_by_its_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_weights(tmp_path / "mine.safetensors")
    monkeypatch.chdir(tmp_path)
    with Project.create("p", table(tmp_path), "rings", weights="mine.safetensors") as project:
        assert project.settings.weights == str(tmp_path / "mine.safetensors")
        assert project.path == tmp_path / "p"


def test_a_project_sees_colour_where_its_weights_do(tmp_path: Path) -> None:
    path = some_weights(tmp_path / "colour.safetensors", channels=3)
    with Project.create(tmp_path / "p", table(tmp_path), "rings", weights=path) as project:
        assert project.image_settings.channels == 3
    with Project.create(tmp_path / "q", table(tmp_path), "rings") as project:
        assert project.image_settings.channels == 1


def test_weights_that_were_never_imported_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "foreign.safetensors").write_bytes(b"x")
    with pytest.raises(GzactiveError, match="not a whole safetensors file"):
        Project.create(
            tmp_path / "p", table(tmp_path), "rings", weights=tmp_path / "foreign.safetensors"
        )
    assert not (tmp_path / "p").exists()


def some_weights(path: Path, channels: int = 1) -> Path:
    write_weights(
        path, {"a": np.zeros(1)}, head=None, tree_id=None, columns=(), channels=channels, card={}
    )
    return path


def test_columns_of_mixed_kinds_are_told_in_one_sentence(tmp_path: Path) -> None:
    given = table(tmp_path, 2).assign(mixed=pd.Series([1, "x"], dtype=object))
    with pytest.raises(GzactiveError, match="cannot be stored"):
        Project.create(tmp_path / "p", given, "rings")
    assert entries(tmp_path) == set()


KILLED = """
import os, signal, sys
from pathlib import Path
import pandas as pd
import gzactive.project as module
from gzactive.project import Project

def die(*anything):
    os.kill(os.getpid(), signal.SIGKILL)

target, name = sys.argv[2].split(":")
module_or_class = {"path": Path, "file": module.ProjectFile, "catalog": module.catalog_file}[target]
setattr(module_or_class, name, die)
Project.create(sys.argv[1], pd.DataFrame({"id_str": ["a"], "file_loc": ["/x/a.png"]}), "rings")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("moment", ["catalog:write_catalog", "file:write", "path:rename"])
def test_a_killed_create_leaves_nothing_that_is_in_the_way(tmp_path: Path, moment: str) -> None:
    path = tmp_path / "p"
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), moment], check=False)
    assert done.returncode == -9
    assert not path.exists()
    with pytest.raises(GzactiveError, match="There is no project"):
        Project.open(path)
    Project.create(path, table(tmp_path), "rings").close()


def test_what_is_no_project_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    for name, message in (
        ("nowhere", "There is no project .*nowhere: check the path"),
        ("folder", "is no project, for it has no project.toml"),
        ("file", "is a file: a project is a folder"),
    ):
        with pytest.raises(GzactiveError, match=message):
            Project.open(tmp_path / name)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("format = 1", "format = 2", "made by a newer gzactive .* update gzactive"),
        ("format = 1", "", "the format is None"),
        ("format = 1", 'format = "1"', "the format is '1'"),
        ("seed = 7", "sede = 7", "The entry 'sede' is unknown: did you mean 'seed'?"),
        ("seed = 7", "", "the entry 'seed' is missing"),
        ("seed = 7", "seed = 7.5", "the entry 'seed' is 7.5: it must be a whole number"),
        ("seed = 7", "seed = ", r"project\.toml cannot be read as TOML .*line 4"),
        ('name = "my-project"', "name = 3", "the entry 'name' is 3: it must be a text"),
        ('tree = "rings"', 'tree = "wrings"', "There is no tree 'wrings'"),
        ('tree = "rings"', 'tree = "tree.toml"', "tree.toml"),
        ("every = 25", "evry = 25", "The setting 'evry' is unknown: did you mean 'every'?"),
        ("every = 25", 'every = "x"', "The setting 'every' is 'x': it must be a whole number"),
        ("size = 300", "sise = 300", "The image setting 'sise' is unknown: did you mean 'size'?"),
        ("size = 300", 'size = "x"', "The image setting 'size' is 'x'"),
        ("size = 300", "size = 100", "cannot be cropped to 224 pixels from 100"),
        ("[images]", "[[images]]", "the entry 'images' is"),
    ],
)
def test_a_mistake_in_project_toml_is_told_with_its_place(
    project: Project, old: str, new: str, message: str
) -> None:
    file = project.path / "project.toml"
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(GzactiveError, match=message) as told:
        Project.open(project.path)
    assert "\n" not in str(told.value)


def test_a_lost_or_damaged_catalogue_is_told_in_one_sentence(project: Project) -> None:
    path = project.path / "catalog.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with Project.open(project.path) as damaged, pytest.raises(GzactiveError, match="put the file"):
        damaged.catalog  # noqa: B018
    path.unlink()
    with pytest.raises(GzactiveError, match=r"has lost its catalog\.parquet"):
        Project.open(project.path)


def test_project_toml_itself_can_be_opened(project: Project) -> None:
    with Project.open(project.path / "project.toml") as opened:
        assert opened.path == project.path


def test_saved_settings_are_there_for_everyone(project: Project) -> None:
    with Project.open(project.path) as other:
        project.save_settings(every=10)
        saved = other.save_settings(beta=2.0, name="Renamed", label_weights={"anna": 0.5})
        assert (saved.every, saved.beta) == (10, 2.0)  # the other's change is kept
        assert other.settings == saved
    with Project.open(project.path) as again:
        assert again.settings == saved
        assert again.name == "Renamed"


def test_a_wrong_setting_changes_nothing(project: Project) -> None:
    before = (project.path / "project.toml").read_text()
    for changes in ({"every": 0}, {"evry": 3}, {"seed": 3}, {"images": 3}):
        with pytest.raises(GzactiveError):
            project.save_settings(**changes)
    assert (project.path / "project.toml").read_text() == before


def test_the_stores_are_made_once_and_lie_in_the_project(project: Project) -> None:
    found = []
    threads = [
        threading.Thread(target=lambda: found.append((project.labels, project.problems)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    project.labels.append(
        NewEvent(
            kind="answer", labeller="a", id_str="x", tree_id="rings", question="ring", answer="yes"
        )
    )
    project.problems.record([("x", "f", "features", "r")])
    project.feature_store("abc").write_part(["x"], ["h"], np.zeros((1, 1280)))
    project.feature_store("abc", view=3).write_part(["x"], ["h"], np.ones((1, 1280)))
    assert {"labels.sqlite", "problems.sqlite", "features"} <= entries(project.path)
    assert entries(project.path / "features") == {"abc", "abc-view3"}
    for path in (
        project.scores_path,
        project.rounds_path,
        project.thumbnails_path,
        project.exports_path,
    ):
        assert path.parent == project.path


def test_a_closed_project_leaves_files_that_can_be_deleted(project: Project) -> None:
    project.labels.position  # noqa: B018
    project.problems.frame()
    project.close()
    project.close()
    shutil.rmtree(project.path)


def test_a_large_catalogue_opens_in_a_moment(tmp_path: Path) -> None:
    import time

    count = 200_000
    given = pd.DataFrame(
        {
            "id_str": np.char.add("1237", np.arange(count).astype("U15")).astype(object),
            "file_loc": np.char.add(f"{tmp_path}/images/", np.arange(count).astype("U9")),
        }
    )
    Project.create(tmp_path / "p", given, "rings").close()
    started = time.perf_counter()
    with Project.open(tmp_path / "p") as project:
        assert len(project.catalog) == count
    assert time.perf_counter() - started < 3
    assert project.catalog["file_loc"].iloc[-1] == given["file_loc"].iloc[-1]
    assert 0.19 < project.catalog["reserved"].mean() < 0.21
