"""The surest, the least sure and the contradicted galaxies among scored ones."""

import numpy as np
import pandas as pd
import pytest

from gzactive.active.browsing import (
    AnswerView,
    answer_view,
    confident_cut,
    disagreements,
    expected_information,
    most_confident,
)
from gzactive.errors import GzactiveError
from gzactive.stores.predictions import Scores
from gzactive.trees import load_tree

TREE = load_tree("gz-decals-dr5")


def scores(n: int = 40, seed: int = 1) -> Scores:
    rng = np.random.default_rng(seed)
    fractions = np.zeros((n, len(TREE.columns)), np.float32)
    for question in TREE.modelled:
        where = TREE.slice(question.name)
        fractions[:, where] = rng.dirichlet(np.ones(where.stop - where.start), n)
    path = rng.uniform(0, 1, (n, len(TREE.modelled))).astype(np.float32)
    information = rng.uniform(0, 1, (n, len(TREE.modelled))).astype(np.float32)
    ids = np.array([f"G{i}" for i in range(n)], dtype=object)
    arrays = {"fractions": fractions, "path_probability": path, "mutual_information": information}
    return Scores(ids, arrays)


def test_published_cuts_are_the_defaults_and_others_use_the_confident_fraction_of_the_paper() -> (
    None
):
    cuts = {
        "smooth-or-featured": 0.7,
        "disk-edge-on": 0.8,
        "bar": 0.8,
        "has-spiral-arms": 0.6,
        "spiral-arm-count": 0.75,
        "merging": 0.7,
        "ring": 0.8,
    }
    assert {name: confident_cut(name) for name in cuts} == cuts


def test_a_fraction_counts_above_the_cut_only_where_the_question_concerns_the_galaxy() -> None:
    view = AnswerView(np.array([0.9, 0.9, 0.5], np.float32), np.array([0.9, 0.2, 0.9], np.float32))
    assert view.above(0.7).tolist() == [True, False, False]
    assert view.above(0).all()
    assert view.histogram(2).tolist() == [0, 2]
    np.testing.assert_allclose(view.score, [0.81, 0.18, 0.45], rtol=1e-6)


def test_all_rows_and_the_best_rows_come_in_the_same_order() -> None:
    score = np.random.default_rng(2).uniform(size=500)
    assert most_confident(score, 60).tolist() == most_confident(score)[:60].tolist()


def test_information_is_weighted_by_the_chance_that_the_question_is_asked() -> None:
    given = scores()
    column = [one.name for one in TREE.modelled].index("bar")
    expected = given["path_probability"][:, column] * given["mutual_information"][:, column]
    np.testing.assert_array_equal(expected_information(given, TREE, "bar"), expected)


def test_a_model_that_says_the_same_of_every_galaxy_is_flat() -> None:
    path = np.ones(200, np.float32)
    assert AnswerView(np.full(200, 0.4, np.float32), path).flat
    assert not AnswerView(np.linspace(0, 1, 200, dtype=np.float32), path).flat


def test_disagreements_are_those_of_which_only_one_side_says_the_answer() -> None:
    given = scores()
    where = TREE.slice("bar")
    ids = given.id_str[:20]
    votes = pd.DataFrame(0, index=pd.Index(ids, name="id_str"), columns=list(TREE.columns))
    rng = np.random.default_rng(3)
    said = rng.integers(0, 3, 20)
    for row, answer in enumerate(said):
        votes.iloc[row, where.start + answer] = 1
    votes.loc["of another catalogue"] = 1
    found = disagreements(given, TREE, "bar_strong", votes)
    favourite = given["fractions"][:20, where].argmax(axis=1)
    expected = np.flatnonzero((favourite == 0) != (said == 0))
    assert found.labelled == 20
    assert sorted(found.rows.tolist()) == expected.tolist()
    gap = np.abs(found.label_share - given["fractions"][found.rows, where.start])
    assert (np.diff(gap) <= 0).all()


def test_an_answer_that_is_not_modelled_is_refused_by_name() -> None:
    with pytest.raises(GzactiveError, match="models no answer 'bar_none'"):
        answer_view(scores(), TREE, "bar_none")
