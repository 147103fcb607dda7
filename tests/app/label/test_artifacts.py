"""More than half artifacts after 150 galaxies: said once, gently (W+22, sec. 4.3.1)."""

import pytest

from gzactive.app.label.artifact_tally import ArtifactTally
from gzactive.stores.labels import NewEvent
from gzactive.trees import Step, load_tree

from ..conftest import MakeProject
from .conftest import Start, heard

ARTIFACT = (Step("smooth-or-featured", ("artifact",)),)
SMOOTH = (Step("smooth-or-featured", ("smooth",)), Step("how-rounded", ("round",)))


@pytest.mark.requirement(18)
def test_more_than_half_of_150_is_told_once() -> None:
    tally = ArtifactTally(load_tree("gz-decals-dr5"))
    told = [tally.finished(ARTIFACT if n % 4 else SMOOTH) for n in range(200)]
    assert [n for n, words in enumerate(told) if words] == [149]
    assert told[149].startswith("You called 112 of 150 galaxies artifacts")


def test_half_or_fewer_is_not_told() -> None:
    tally = ArtifactTally(load_tree("gz-decals-dr5"))
    assert not any(tally.finished(ARTIFACT if n % 2 else SMOOTH) for n in range(400))


def test_what_is_taken_back_does_not_count() -> None:
    tally = ArtifactTally(load_tree("gz-decals-dr5"), finished=149, artifacts=75)
    tally.taken_back(ARTIFACT)
    assert tally.finished(SMOOTH) == ""
    assert tally.finished(SMOOTH) == ""


def test_a_tree_without_artifacts_never_tells() -> None:
    tally = ArtifactTally(load_tree("rings"))
    assert not any(tally.finished((Step("ring", ("yes",)),)) for _ in range(300))


@pytest.mark.parametrize(("before", "told"), [(149, True), (160, False)])
def test_a_new_session_goes_on_counting_and_does_not_tell_again(
    start: Start, make_project: MakeProject, before: int, told: bool
) -> None:
    project = make_project(n=4)
    tree = project.tree
    events = []
    for number in range(before):
        kind = {"labeller": "ada", "id_str": f"old{number}", "tree_id": tree.id}
        given = {"question": "smooth-or-featured", "answer": "artifact"}
        events += [NewEvent(kind="answer", **kind, **given), NewEvent(kind="finish", **kind)]
    project.labels.append(events)
    it = start(project)
    warned = heard(it.warned)
    it.answer(("artifact",))
    assert [fault for _, fault in warned] == ([False] if told else [])
