"""Labels of several copies become the same labels, in any order and however often."""

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gzactive.errors import GzactiveError
from gzactive.project import Project
from gzactive.stores.labels import LabelLog, NewEvent
from gzactive.survey.merging import merge_labels
from gzactive.trees import load_tree

from .exchange import IDS, classify, make_project

RINGS = load_tree("rings")
#: What one person does to one galaxy, in one copy.
deeds = st.lists(
    st.tuples(
        st.sampled_from(["label", "label", "repeat", "undo", "flag"]),
        st.sampled_from(["ada", "ben"]),
        st.sampled_from(IDS[:3]),
        st.integers(0, 9),
    ),
    max_size=6,
)


def act(log: LabelLog, what: str, who: str, id_str: str, seed: int) -> None:
    if what == "undo":
        log.undo(who)
    elif what == "flag":
        flag = {"tree_id": RINGS.id, "tree_hash": RINGS.hash}
        log.append(NewEvent(kind="flag", labeller=who, id_str=id_str, **flag))
    else:
        rng = np.random.default_rng(seed)
        classify(log, RINGS, id_str, who, rng, repeat=what == "repeat")


def state(log: LabelLog) -> tuple[object, ...]:
    """Everything that labels amount to."""
    return (
        log.events(),
        log.votes(RINGS).to_dict("index"),
        log.finished("ada"),
        log.finished("ben"),
        log.marked("flag"),
        log.classifications(RINGS).to_dict("records"),
    )


@settings(max_examples=6, deadline=None)
@given(
    done=st.tuples(deeds, deeds, deeds), order=st.permutations(range(3)), twice=st.integers(0, 2)
)
def test_any_order_and_any_number_of_merges_give_the_same_labels(
    done: tuple[list[tuple[str, str, str, int]], ...], order: list[int], twice: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:

        def log(name: str) -> LabelLog:
            return stack.enter_context(LabelLog(Path(folder) / f"{name}.sqlite"))

        copies = [log(f"copy{number}") for number in range(3)]
        for copy, steps in zip(copies, done, strict=True):
            for step in steps:
                act(copy, *step)
        outcomes = []
        for number, way in enumerate(([0, 1, 2], order, [*order, twice, *order])):
            target = log(f"target{number}")
            for each in way:
                target.merge(copies[each])
            assert sum(target.merge(one) for one in copies) == 0
            outcomes.append(state(target))
        assert outcomes[0] == outcomes[1] == outcomes[2]
        copies[0].merge(gathered(copies[1:], log("between")))
        copies[1].merge(copies[2])
        copies[1].merge(copies[0])
        assert state(copies[0]) == state(copies[1]) == outcomes[0]
        counted = [(one["labeller"], one["id_str"]) for one in outcomes[0][5] if one["first"]]
        assert len(set(counted)) == len(counted)


def gathered(copies: list[LabelLog], between: LabelLog) -> LabelLog:
    """What others have merged already can be merged on."""
    for one in copies:
        between.merge(one)
    return between


def test_the_first_classification_of_a_person_counts_once_over_all_copies(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    here = make_project(tmp_path / "a", "rings")
    there = make_project(tmp_path / "b", "rings")
    with here, there:
        for project in (here, there):
            classify(project.labels, RINGS, IDS[0], "ada", rng)
        classify(there.labels, RINGS, IDS[0], "ben", rng)
        merged = merge_labels(here, [there.path])
        assert (merged.events, merged.labellers) == (4, ("ben",))
        assert here.labels.votes(RINGS).to_numpy().sum() == 2


def test_what_cannot_be_merged_is_refused_before_anything_is(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    here = make_project(tmp_path / "a", "rings")
    same = make_project(tmp_path / "b", "rings")
    other = make_project(tmp_path / "c", "gz2")
    with here, same, other:
        classify(same.labels, RINGS, IDS[0], "ben", rng)
        with pytest.raises(GzactiveError, match="'gz2' and this project those of 'rings'"):
            merge_labels(here, [same.path, other.path])
        with pytest.raises(GzactiveError, match="this project itself"):
            merge_labels(here, [same.path, here.path])
        with pytest.raises(GzactiveError, match="no project"):
            merge_labels(here, [same.path, tmp_path / "nowhere"])
        assert here.labels.events() == []
        before = (same.path / "labels.sqlite").read_bytes()
        merge_labels(here, [same.path])
        assert (same.path / "labels.sqlite").read_bytes() == before


def test_labels_of_galaxies_that_are_not_here_are_kept_and_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    here = make_project(tmp_path / "a", "rings", IDS[:3])
    there = make_project(tmp_path / "b", "rings")
    with here, there:
        for id_str in IDS:
            classify(there.labels, RINGS, id_str, "ben", rng)
        merged = merge_labels(here, [there.path])
        assert merged.remarks[0].startswith("3 galaxies with labels there (such as ")
        assert len(here.labels.finished()) == 6


def test_a_folder_that_was_copied_and_labelled_in_both_places_is_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    with make_project(tmp_path / "a", "rings") as before:
        classify(before.labels, RINGS, IDS[0], "ada", rng)
    shutil.copytree(before.path, tmp_path / "copy")
    with Project.open(before.path) as here:
        classify(here.labels, RINGS, IDS[1], "ada", rng)
        with Project.open(tmp_path / "copy") as copy:
            classify(copy.labels, RINGS, IDS[2], "ada", rng)
        with pytest.raises(GzactiveError, match="continued in two copies"):
            merge_labels(here, [tmp_path / "copy"])
        assert here.labels.finished() == set(IDS[:2])
