"""Fractions, spreads and paths follow from the concentrations as their definitions say."""

import numpy as np
import pytest

from gzactive.active.votes import fraction_spread, path_probabilities, vote_fractions
from gzactive.errors import GzactiveError
from gzactive.trees import available_trees, load_tree

DECALS = load_tree("gz-decals-dr5")


def draw(tree, n_galaxies, n_samples, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(1, 101, (n_galaxies, len(tree.columns), n_samples))


def alone(tree, question, answer):
    """Concentrations of one galaxy whose every other question is evenly split."""
    concentrations = np.full((1, len(tree.columns), 1), 2.0)
    concentrations[0, tree.columns.index(f"{question}_{answer}")] = 1e9
    return concentrations


@pytest.mark.parametrize("name", available_trees())
def test_fractions_of_every_question_add_up_to_one(name):
    tree = load_tree(name)
    fractions = vote_fractions(draw(tree, 20, 5), tree)
    assert fractions.shape == (20, len(tree.columns))
    for question in tree.modelled:
        np.testing.assert_allclose(fractions[:, tree.slice(question.name)].sum(axis=1), 1)


def test_a_fraction_is_the_mean_over_samples_of_alpha_over_its_sum():
    concentrations = draw(DECALS, 7, 4)
    part = concentrations[:, DECALS.slice("bar")]
    expected = np.mean(part / part.sum(axis=1, keepdims=True), axis=2)
    np.testing.assert_allclose(
        vote_fractions(concentrations, DECALS)[:, DECALS.slice("bar")], expected, rtol=1e-12
    )


def test_the_spread_is_the_standard_deviation_over_samples():
    concentrations = draw(DECALS, 7, 4)
    part = concentrations[:, DECALS.slice("merging")]
    expected = np.std(part / part.sum(axis=1, keepdims=True), axis=2)
    spread = fraction_spread(concentrations, DECALS)
    np.testing.assert_allclose(spread[:, DECALS.slice("merging")], expected, rtol=1e-12)
    np.testing.assert_allclose(fraction_spread(concentrations[:, :, :1], DECALS), 0, atol=1e-12)


@pytest.mark.parametrize("name", available_trees())
def test_the_root_is_always_asked_and_no_path_is_more_than_certain(name):
    tree = load_tree(name)
    paths = path_probabilities(draw(tree, 20, 5), tree)
    assert paths.shape == (20, len(tree.modelled))
    names = [question.name for question in tree.modelled]
    if tree.root.name in names:
        np.testing.assert_allclose(paths[:, names.index(tree.root.name)], 1)
    assert (paths >= 0).all()
    assert (paths <= 1 + 1e-12).all()


def test_a_path_is_the_product_of_fractions_in_each_sample():
    concentrations = draw(DECALS, 9, 6)

    def fraction(question, answer):
        part = concentrations[:, DECALS.slice(question)]
        index = [one.name for one in DECALS.question(question).answers].index(answer)
        return part[:, index] / part.sum(axis=1)

    featured = fraction("smooth-or-featured", "featured-or-disk")
    smooth = fraction("smooth-or-featured", "smooth")
    face_on = fraction("disk-edge-on", "no")
    arms = fraction("has-spiral-arms", "yes")
    names = [question.name for question in DECALS.modelled]
    expected = {
        "how-rounded": smooth,
        "bar": featured * face_on,
        "spiral-winding": featured * face_on * arms,
        # Everybody but those who saw an artifact ends here, by four ways.
        "merging": smooth + featured,
    }
    paths = path_probabilities(concentrations, DECALS)
    for name, per_sample in expected.items():
        np.testing.assert_allclose(paths[:, names.index(name)], per_sample.mean(axis=1), rtol=1e-10)


def test_questions_on_other_paths_are_not_asked():
    names = [question.name for question in DECALS.modelled]
    paths = path_probabilities(alone(DECALS, "smooth-or-featured", "artifact"), DECALS)[0]
    np.testing.assert_allclose(np.delete(paths, names.index("smooth-or-featured")), 0, atol=1e-6)
    paths = path_probabilities(alone(DECALS, "smooth-or-featured", "smooth"), DECALS)[0]
    assert paths[names.index("how-rounded")] == pytest.approx(1, abs=1e-6)
    assert paths[names.index("bar")] == pytest.approx(0, abs=1e-6)


def test_float32_agrees_with_float64_and_other_types_are_taken():
    concentrations = draw(DECALS, 30, 10)
    for function in (vote_fractions, fraction_spread, path_probabilities):
        exact = function(concentrations, DECALS)
        single = function(concentrations.astype(np.float32), DECALS)
        np.testing.assert_allclose(single, exact, atol=1e-6)
        half = function(concentrations.astype(np.float16), DECALS)
        np.testing.assert_allclose(half, exact, atol=1e-2)
    whole = np.full((2, 34, 3), 7)
    np.testing.assert_allclose(vote_fractions(whole, DECALS)[0, :3], 1 / 3)


def test_no_galaxies_give_empty_arrays():
    empty = np.empty((0, 34, 3))
    assert vote_fractions(empty, DECALS).shape == (0, 34)
    assert fraction_spread(empty, DECALS).shape == (0, 34)
    assert path_probabilities(empty, DECALS).shape == (0, 10)


def test_blocks_join_seamlessly():
    concentrations = draw(DECALS, 700, 30)
    whole = path_probabilities(concentrations, DECALS)
    pieces = [path_probabilities(concentrations[i : i + 1], DECALS) for i in (0, 128, 129, 699)]
    np.testing.assert_allclose(np.concatenate(pieces), whole[[0, 128, 129, 699]])


@pytest.mark.parametrize("shape", [(5, 34), (5, 33, 3), (5, 3, 34), (5, 34, 0), (34,)])
def test_a_wrong_shape_is_refused_with_the_shape(shape):
    with pytest.raises(GzactiveError, match=r"\(galaxies, 34 answers, samples\)") as caught:
        vote_fractions(np.ones(shape), DECALS)
    assert str(shape) in str(caught.value)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, -1.0])
def test_one_bad_concentration_among_thousands_is_named(value):
    concentrations = np.full((300, 34, 20), 3.0, dtype=np.float32)
    concentrations[217, 5, 11] = value
    with pytest.raises(GzactiveError, match="galaxy 217") as caught:
        path_probabilities(concentrations, DECALS)
    assert DECALS.columns[5] in str(caught.value)
    assert "sample 11" in str(caught.value)


def test_extreme_but_valid_concentrations_do_not_overflow():
    concentrations = np.full((1, 34, 2), 1e-30, dtype=np.float32)
    concentrations[0, 0] = 1e38
    fractions = vote_fractions(concentrations, DECALS)
    assert np.isfinite(fractions).all()
    assert fractions[0, 0] == pytest.approx(1)
