"""A name that is unknown is answered with the one that was meant."""

import pandas as pd
import pytest

from gzactive.active.browsing import check_answer
from gzactive.active.scoring import check_choice
from gzactive.active.strategies import strategy_named
from gzactive.catalog.columns import check_columns
from gzactive.errors import GzactiveError, meant
from gzactive.model.weights_file import available_weights, find_weights
from gzactive.trees import load_tree

ANSWERS = ("smooth-or-featured_smooth", "smooth-or-featured_artifact", "bar_strong", "bar_no")


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ("smoth", "did you mean 'smooth-or-featured_smooth'?"),
        ("BAR_STRNG", "did you mean 'bar_strong'?"),
        ("artefact", "did you mean 'smooth-or-featured_artifact'?"),
        ("zebra", f"choose one of {', '.join(ANSWERS)}."),
    ],
)
def test_the_nearest_name_is_asked_about_else_all_are_told(given: str, answer: str) -> None:
    assert meant(given, ANSWERS) == answer


def test_of_names_that_are_as_like_the_first_is_meant() -> None:
    assert meant("gz-decal", ["gz-decals-dr5", "gz-decals-dr8"]) == "did you mean 'gz-decals-dr5'?"
    assert meant("yes", ["bar_yes", "ring_yes"]) == "did you mean 'bar_yes'?"


def test_few_and_many_names_are_told_as_such() -> None:
    assert meant("zebra", []) == "there is none."
    assert meant("zebra", ["bar"]) == "there is only bar."
    many = [f"column {number}" for number in range(1000)]
    assert meant("zebra", many).endswith("column 39 and 960 more.")


def test_whatever_is_named_wrongly_is_answered_alike() -> None:
    tree = load_tree("gz-decals-dr5")
    table = pd.DataFrame({"objid": ["1"], "rightasc": [1.0]})
    (weights, *_) = available_weights()
    for wrong, right in (
        (lambda: check_answer("smoth", tree), "smooth-or-featured_smooth"),
        (lambda: tree.question("baar"), "bar"),
        (lambda: tree.question("bar").answer("stronk"), "strong"),
        (lambda: tree.locate("bar_strnog"), "bar_strong"),
        (lambda: check_choice("entropie", "tree", tree), "entropy"),
        (lambda: check_choice("entropy", "edge", tree), "disk-edge-on"),
        (lambda: load_tree("gz-decal-dr5"), "gz-decals-dr5"),
        (lambda: strategy_named("randon"), "random"),
        (lambda: find_weights(weights.replace("-", "")), weights),
        (lambda: check_columns({"obj": "id_str"}, table, tree), "objid"),
        (lambda: check_columns({"objid": "idstr"}, table, tree), "id_str"),
    ):
        with pytest.raises(GzactiveError, match=f"did you mean '{right}'"):
            wrong()
