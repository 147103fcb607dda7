"""Projects and label logs that are only read, and events that others append meanwhile."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from gzactive.errors import GzactiveError
from gzactive.project import Project
from gzactive.stores.labels import LabelError, LabelLog, NewEvent
from gzactive.stores.problems import ProblemTable
from gzactive.trees import load_tree

TREE = load_tree("rings")
WHY = "Another window has it."


def answer(id_str: str, labeller: str = "ada") -> NewEvent:
    return NewEvent(
        kind="answer",
        labeller=labeller,
        id_str=id_str,
        tree_id=TREE.id,
        tree_hash=TREE.hash,
        question="ring",
        answer="yes",
    )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    catalog = pd.DataFrame({"id_str": ["a", "b"], "file_loc": ["/a.png", "/b.png"]})
    with Project.create(tmp_path / "project", catalog, "rings") as made:
        made.labels.append(answer("a"))
    return made


@pytest.fixture
def locked(project: Project) -> Iterator[Path]:
    """The project's folder, which nobody may write to; the super-user becomes somebody else."""
    if sys.platform == "win32":
        pytest.skip("folders have no such mode")
    folders = [project.path, *(each for each in project.path.rglob("*") if each.is_dir())]
    above = [each for each in project.path.parents if each.stat().st_uid == os.getuid()]
    modes = {each: each.stat().st_mode for each in above if each != Path("/")}
    for each in modes:
        each.chmod(modes[each] | 0o055)
    for each in folders:
        each.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield project.path
    finally:
        if root:
            os.seteuid(0)
        for each in folders:
            each.chmod(0o755)
        for each, mode in modes.items():
            each.chmod(mode)


def test_a_project_on_a_folder_that_cannot_be_written_to_opens_for_reading(locked: Path) -> None:
    with Project.open(locked) as opened:
        assert "cannot be written to" in opened.read_only
        assert [each.id_str for each in opened.labels.events()] == ["a"]
        assert opened.problems.frame().empty
        with pytest.raises(LabelError, match="copy it to a place of your own"):
            opened.labels.append(answer("b"))
        with (
            pytest.raises(GzactiveError, match="A fine-tune round is not possible here"),
            opened.compute_lock("round"),
        ):
            pass


@contextmanager
def full_disk() -> Iterator[None]:
    """No file can get a byte more: not for longer than that, since a test's report may be one."""
    resource = pytest.importorskip("resource", reason="files have no such limit")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_project_on_a_full_disk_opens_for_reading(project: Project) -> None:
    full = project.path
    before = sorted(each.name for each in full.iterdir())
    with full_disk(), Project.open(full) as opened:
        assert "is full (File too large)" in opened.read_only
        assert "make room there" in opened.read_only
        assert [each.id_str for each in opened.labels.events()] == ["a"]
        assert opened.problems.frame().empty
        with pytest.raises(LabelError, match="make room there"):
            opened.labels.append(answer("b"))
        with pytest.raises(GzactiveError, match="make room there"), opened.compute_lock("round"):
            pass
    assert {each.name for each in full.iterdir()} >= set(before)


def test_a_file_that_cannot_be_written_is_called_by_its_own_name(tmp_path: Path) -> None:
    with ProblemTable(tmp_path / "problems.sqlite") as table:
        (tmp_path / "problems.sqlite").write_bytes(b"no database" * 400)
        with pytest.raises(LabelError, match=r"^Problems of images in '.*problems.sqlite' cannot"):
            table.record([("a", "/a.png", "features", "it is empty")])


def test_answers_that_a_killed_program_left_beside_a_locked_file_are_read_too(
    tmp_path: Path, project: Project, request: pytest.FixtureRequest
) -> None:
    with Project.open(project.path) as opened:
        opened.labels.append(answer("b"))
        copy = tmp_path / "copy"
        shutil.copytree(project.path, copy)  # as a kill would leave it: the log is not merged
    shutil.rmtree(project.path)
    shutil.move(copy, project.path)
    assert (project.path / "labels.sqlite-wal").stat().st_size
    (project.path / "labels.sqlite-shm").unlink(missing_ok=True)
    locked = request.getfixturevalue("locked")
    with Project.open(locked) as opened:
        assert [each.id_str for each in opened.labels.events()] == ["a", "b"]


def test_a_reader_sees_what_the_writer_appends_and_writes_nothing(project: Project) -> None:
    with Project.open(project.path) as writer, Project.open(project.path, read_only=WHY) as reader:
        assert reader.read_only == WHY
        writer.labels.append(answer("b"))
        assert len(reader.labels.events()) == 2
        with pytest.raises(LabelError, match="Another window has it"):
            reader.labels.undo("ada")
        reader.problems.record([("a", "/a.png", "features", "it is empty")])
        assert reader.problems.frame().empty


def test_events_of_others_are_told_from_ones_own(project: Project) -> None:
    with Project.open(project.path) as here, Project.open(project.path) as there:
        assert here.labels.from_elsewhere() == 0
        here.labels.append([answer("a"), answer("b")])
        here.labels.undo("ada")
        assert here.labels.from_elsewhere() == 0
        assert there.labels.from_elsewhere() == 0  # the log was opened only now
        votes = pd.DataFrame({"id_str": ["b"], "ring_yes": [3], "ring_no": [1]})
        there.labels.add_scripted(votes, TREE, "script")
        assert here.labels.from_elsewhere() > 0
        assert there.labels.from_elsewhere() == 0
        other = LabelLog(project.path.parent / "other.sqlite")
        other.append(answer("a", "eve"))
        assert here.labels.merge(other) == 1
        before = here.labels.from_elsewhere()
        here.labels.append(answer("b"))
        assert here.labels.from_elsewhere() == before
        other.close()


def test_a_failed_transaction_does_not_count_as_ones_own(project: Project) -> None:
    with Project.open(project.path) as here, Project.open(project.path) as there:
        bare = NewEvent(
            kind="finish", labeller="eve", id_str="b", tree_id=TREE.id, tree_hash=TREE.hash
        )
        with pytest.raises(LabelError):
            here.labels.append([answer("a", "eve"), bare])
        there.labels.append(answer("b"))
        assert here.labels.from_elsewhere() == 1


def test_a_missing_label_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="There are no labels"):
        LabelLog(tmp_path / "nothing.sqlite", read_only=WHY)


def test_problems_without_a_file_are_none_for_a_reader(tmp_path: Path) -> None:
    with ProblemTable(tmp_path / "problems.sqlite", read_only=True) as table:
        assert table.frame().empty
    assert not (tmp_path / "problems.sqlite").exists()
