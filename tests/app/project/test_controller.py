"""What the Project page tells and does, without widgets; what is written is on the disk."""

from pathlib import Path

import numpy as np
import pytest

from gzactive.app.project.facts import gather, remedy
from gzactive.app.project.words import count, size, span
from gzactive.errors import GzactiveError
from gzactive.inference import feature_store
from gzactive.inference.disk_use import disk_use, free_space
from gzactive.project import Project
from gzactive.stores.labels import NewEvent

from ...survey.exchange import classify
from ..conftest import MakeProject, give_features


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    made = make_project(n=20)
    give_features(made)
    return made


def test_people_are_told_with_time_span_artifacts_and_steadiness(project: Project) -> None:
    rng = np.random.default_rng(3)
    ids = project.catalog["id_str"].tolist()
    said = {id_str: classify(project.labels, project.tree, id_str, "ada", rng) for id_str in ids}
    again = [
        classify(project.labels, project.tree, id_str, "ada", rng, repeat=True) for id_str in ids
    ]
    classify(project.labels, project.tree, ids[0], "ben", rng)
    facts = gather(project)
    ada, ben = facts.people
    assert (ada.name, ada.finished, ben.name, ben.finished) == ("ada", 20, "ben", 1)
    artifacts = [one for one in said.values() if one["smooth-or-featured"] == ("artifact",)]
    assert ada.artifacts == pytest.approx(len(artifacts) / 20)
    both = [
        said[id_str][question] == answers
        for id_str, one in zip(ids, again, strict=True)
        for question, answers in one.items()
        if question in said[id_str]
    ]
    assert ada.repeated == len(both)
    assert ada.steady == pytest.approx(np.mean(both))
    assert ben.steady is None
    assert ada.first <= ada.last
    assert span(ada.first, ada.last) == span(ben.first, ben.last)


def test_a_tree_without_artifacts_tells_no_rate(make_project: MakeProject) -> None:
    rings = make_project(n=3, tree="rings")
    classify(rings.labels, rings.tree, "G0000", "ada", np.random.default_rng(0))
    assert gather(rings).people[0].artifacts is None


def test_images_that_cannot_be_used_come_with_what_to_do(project: Project) -> None:
    project.problems.record(
        [
            ("G0001", "/a/x.png", "features", "the file is missing"),
            ("G0002", "/a/y.png", "features", "it is truncated"),
            ("G0003", "/a/z.txt", "features", "it is no image"),
        ]
    )
    told = {one.id_str: one.remedy for one in gather(project).problems}
    assert told["G0001"].startswith("Bring the file back")
    assert told["G0002"].startswith("Fetch the image anew")
    assert "JPEG" in told["G0003"]
    assert remedy("you have no permission to read it").startswith("Allow")


def test_the_catalogue_says_where_on_the_sky(tmp_path: Path) -> None:
    from ...survey.exchange import make_project as with_places

    with with_places(tmp_path) as made:
        facts = gather(made)
        assert facts.ra is not None
        assert facts.dec is not None
        assert len(facts.ra) == len(made.catalog)
        assert {Path(one).name for one in facts.folders} == {"north", "south"}


def fill(project: Project) -> dict[str, int]:
    """Files of every kind; how many bytes of each."""
    folder = project.path
    made = {
        "thumbnails": folder / "thumbnails" / "ab" / "x.jpg",
        "views": project.features_path / f"{feature_store(project).folder.name}-view3" / "f.h5",
        "former": project.features_path / "0123456789abcdef" / "features.h5",
        "scores": project.scores_path,
        "rounds": folder / "rounds" / "0001" / "head.safetensors",
        "unfinished": folder / "rounds" / ".unfinished-2" / "x.npy",
        "exports": folder / "exports" / "mine.csv",
        "other": folder / "notes.txt",
    }
    for number, path in enumerate(made.values(), start=1):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 1000 * number)
    return {kind: 1000 * number for number, kind in enumerate(made, start=1)}


def test_room_is_measured_by_kind_and_only_what_can_be_computed_again_is_given_back(
    project: Project,
) -> None:
    sizes = fill(project)
    before = len(feature_store(project))
    found = {one.kind: one for one in disk_use(project)}
    for kind, bytes_ in sizes.items():
        extra = found[kind].size - bytes_
        assert 0 <= extra < 1000, kind
    files = [path for path in project.path.rglob("*") if path.is_file()]
    assert sum(one.files for one in found.values()) == len(files)
    freeable = [one.kind for one in found.values() if one.cost]
    assert set(freeable) == {"thumbnails", "views", "former", "scores", "unfinished"}
    for kept in ("labels", "features", "rounds", "exports", "other"):
        with pytest.raises(GzactiveError, match="cannot be given back"):
            free_space(project, [kept])
    given = free_space(project, freeable)
    assert given >= sum(sizes[kind] for kind in freeable) - 1000
    left = {one.kind for one in disk_use(project)}
    assert not left & set(freeable)
    assert {"labels", "features", "rounds", "exports", "other"} <= left
    assert len(feature_store(project)) == before == 20
    assert (project.path / "exports" / "mine.csv").is_file()


def test_a_marked_log_keeps_count(project: Project) -> None:
    flag = NewEvent(kind="flag", labeller="ada", id_str="G0000", tree_id=project.tree.id)
    project.labels.append(flag)
    assert gather(project).people == ()


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1500, "1.5 kB"),
        (86_400_000, "86 MB"),
        (2.5e12, "2.5 TB"),
    ],
)
def test_sizes_are_told_as_people_would(number: float, told: str) -> None:
    assert size(number) == told
    assert count(1, "galaxy", "galaxies") == "1 galaxy"
    assert span("", "") == ""
