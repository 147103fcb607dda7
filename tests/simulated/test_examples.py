"""Examples of the field guide: what is shown for an answer is what the truth says."""

import pytest

from gzactive.simulated.examples import draw_examples
from gzactive.trees import available_trees, load_tree


def test_examples_are_what_they_stand_for() -> None:
    found = draw_examples(load_tree("gz-decals-dr5"))
    truth = {column: example.truth for column, example in found.items()}
    assert truth["smooth-or-featured_smooth"]["kind"] == "elliptical"
    assert truth["smooth-or-featured_artifact"]["kind"] in ("star", "artifact")
    assert truth["disk-edge-on_yes"]["edge_on"]
    assert truth["edge-on-bulge_boxy"]["bulge_shape"] == "boxy"
    assert truth["bar_strong"]["bar_strength"] > 0.5 > truth["bar_weak"]["bar_strength"] > 0
    assert truth["bar_no"]["bar_strength"] == 0
    for count in range(1, 5):
        assert truth[f"spiral-arm-count_{count}"]["arm_number"] == count
    tight, loose = truth["spiral-winding_tight"], truth["spiral-winding_loose"]
    assert tight["pitch_angle"] < loose["pitch_angle"]
    assert truth["merging_merger"]["companion_ratio"] > 0
    assert truth["merging_none"]["disturbance"] < 0.1
    assert truth["rare-features_ring"][["inner_ring", "outer_ring"]].max() > 0.5


def test_no_galaxy_stands_for_two_answers_and_the_same_tree_has_the_same_examples() -> None:
    tree = load_tree("gz-decals-dr5")
    first, again = draw_examples(tree), draw_examples(tree)
    ids = [example.truth["id_str"] for example in first.values()]
    assert len(set(ids)) == len(ids)
    assert ids == [example.truth["id_str"] for example in again.values()]


@pytest.mark.parametrize("name", available_trees())
def test_every_tree_has_examples_only_of_answers_that_most_would_give(name: str) -> None:
    tree = load_tree(name)
    found = draw_examples(tree)
    assert found
    for column, example in found.items():
        question, _ = tree.locate(column)
        assert example.share > 1 / len(question.answers)


def test_what_the_sky_cannot_show_has_no_example() -> None:
    found = draw_examples(load_tree("gz-hubble"))
    assert not any(column.startswith("clump") for column in found)
    assert "bar_yes" in found
